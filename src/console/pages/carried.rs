//! What was typed before a session ended, in front of whoever signed in again.

use askama::Template;

use crate::console::carry::Carried;
use crate::console::page::Frame;

/// Words longer than these are shown again in full, to be read before they are sent.
const SHORT: usize = 40;

/// The page.
#[derive(Template)]
#[template(path = "carried.html")]
pub(crate) struct CarriedPage {
    frame: Frame,
    carried: Carried,
    long: Vec<(String, String, String)>,
    short: Vec<(String, String)>,
}

impl CarriedPage {
    /// The page of a form.
    pub(crate) fn new(frame: Frame, carried: Carried) -> Self {
        let is_long = |(_, value): &(String, String)| value.contains('\n') || value.chars().count() > SHORT;
        let (long, short): (Vec<_>, Vec<_>) = carried.fields.iter().cloned().partition(is_long);
        let long = long.into_iter().map(|(name, value)| (label(&name).to_owned(), name, value)).collect();
        Self { frame, carried, long, short }
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
