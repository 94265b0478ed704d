//! What was typed before a session ended, in front of whoever signed in again.

use askama::Template;
use jiff::civil::DateTime;

use crate::callbacks::Disposition;
use crate::console::carry::Carried;
use crate::console::page::Frame;
use crate::lang::Lang;

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

/// What only the form needs.
const UNTOLD: [&str; 6] = ["formulaire", "version", "ligne", "montre", "voir", "reprendre"];
/// What any other text is called.
const TEXT: &str = "Votre texte";

/// What was chosen or typed, in words, to be read before it is sent; nothing of what only the form needs.
fn told(name: &str, value: &str) -> Option<(&'static str, String)> {
    match name {
        _ if UNTOLD.contains(&name) || value.trim().is_empty() => None,
        "issue" => Disposition::of_code(value).map(|end| ("Issue", end.means.to_owned())),
        "quand" => {
            let date = value.parse::<DateTime>().ok()?;
            Some(("Y revenir le", date.strftime("%d/%m/%Y à %H h %M").to_string()))
        }
        "priorite" => Some(("Priorité", format!("P{value}"))),
        TICKED => Some(("Fait", value.to_owned())),
        "langue" => value.parse::<Lang>().ok().map(|lang| ("Sa langue", lang.french().to_owned())),
        _ if label(name) == TEXT && is_a_word_of_ours(value) => None,
        _ => Some((label(name), value.to_owned())),
    }
}

/// Whether it was chosen in a list, whose words are for us.
fn is_a_word_of_ours(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What a field is called.
fn label(name: &str) -> &'static str {
    match name {
        "note" => "Votre note",
        "autre" => "Numéro de l'autre demande",
        "dit" => "Ce qui a été dit",
        "expose" => "Qui est exposé",
        "prevenu" => "Qui a été prévenu",
        "danger" => "En danger maintenant",
        "ecrit" => "Ce que la personne demande",
        "raison" => "Raison",
        "nom" => "Nom",
        "rue" => "Rue",
        "precisions" => "Précisions",
        "code_postal" => "Code postal",
        "contact" => "Numéro à rappeler",
        "telephone" | "numero" => "Téléphone",
        "personne" => "Personne aidée",
        "personne_tel" => "Son téléphone",
        _ if name.starts_with("consigne") => "Consigne",
        _ => TEXT,
    }
}
