//! What was typed before a session ended, in front of whoever signed in again.

use askama::Template;
use jiff::civil::DateTime;

use crate::callbacks::Disposition;
use crate::console::carry::Carried;
use crate::console::page::Frame;

/// Words longer than these are shown again in full, to be read before they are sent.
const SHORT: usize = 40;
/// A box that was ticked: its words are ours.
const TICKED: &str = "fait";

/// The page.
#[derive(Template)]
#[template(path = "carried.html")]
pub(crate) struct CarriedPage {
    frame: Frame,
    carried: Carried,
    long: Vec<(String, String, String)>,
    short: Vec<(String, String)>,
    /// What was chosen, to be read before it is sent.
    told: Vec<(&'static str, String)>,
}

impl CarriedPage {
    /// The page of a form.
    pub(crate) fn new(frame: Frame, carried: Carried) -> Self {
        let is_long = |(name, value): &(String, String)| {
            name != TICKED && (value.contains('\n') || value.chars().count() > SHORT)
        };
        let (long, short): (Vec<_>, Vec<_>) = carried.fields.iter().cloned().partition(is_long);
        let told = short.iter().filter(|(_, value)| !value.is_empty()).filter_map(|(name, value)| told(name, value));
        let told = told.collect();
        let long = long.into_iter().map(|(name, value)| (label(&name).to_owned(), name, value)).collect();
        Self { frame, carried, long, short, told }
    }
}

/// What was chosen, in words; nothing of what only the form needs.
fn told(name: &str, value: &str) -> Option<(&'static str, String)> {
    match name {
        "issue" => Disposition::of_code(value).map(|end| ("Issue", end.means.to_owned())),
        "quand" => {
            let date = value.parse::<DateTime>().ok()?;
            Some(("Revenir à ce dossier le", date.strftime("%d/%m/%Y à %H h %M").to_string()))
        }
        TICKED => Some(("Fait", value.to_owned())),
        _ => None,
    }
}

/// What a field is called.
fn label(name: &str) -> &str {
    match name {
        "note" => "Votre note",
        "faits" => "Les faits",
        _ => "Votre texte",
    }
}
