//! The form by which an agent corrects what was said.

use super::queue::levels;
use super::requests::categories;
use crate::app::App;
use crate::console::sent::Sent;
use crate::phone::PhoneNumber;
use crate::requests::Consent;
use crate::requests::content::Content;

/// What the form holds, word for word: what cannot be kept is shown again too.
pub(super) struct Correction {
    pub(super) category: String,
    pub(super) priority: String,
    pub(super) contact: String,
    pub(super) for_other: bool,
    pub(super) person: String,
    pub(super) person_phone: String,
    pub(super) consent: String,
    /// Name, label and text of each answer in words.
    pub(super) texts: Vec<(String, String, String)>,
    /// What may be chosen.
    pub(super) choices: Choices,
}

/// What may be chosen in the form's lists: a code and its words.
pub(super) struct Choices {
    pub(super) categories: Vec<(String, String)>,
    pub(super) levels: Vec<(String, String)>,
    pub(super) consents: Vec<&'static str>,
}

impl Correction {
    /// The request as it is, or what was typed over it.
    pub(super) fn of(app: &App, content: &Content, typed: Option<&Sent>) -> Self {
        let voice = app.board.voice.load();
        let label = |name: &str| voice.labels.label(name).unwrap_or_else(|| name.to_owned());
        match typed {
            Some(sent) => Self::typed(sent, content, label, choices(app)),
            None => Self::kept(content, label, choices(app)),
        }
    }

    fn kept(content: &Content, label: impl Fn(&str) -> String, choices: Choices) -> Self {
        let person = content.beneficiary.clone().unwrap_or_default();
        Self {
            category: content.category.clone(),
            priority: content.priority.to_string(),
            contact: spelt(content.contact.as_ref()),
            for_other: content.beneficiary.is_some(),
            person: person.name,
            person_phone: spelt(person.phone.as_ref()),
            consent: content.consent.word().to_owned(),
            texts: content.texts.iter().map(|(name, text)| (name.clone(), label(name), text.clone())).collect(),
            choices,
        }
    }

    fn typed(sent: &Sent, content: &Content, label: impl Fn(&str) -> String, choices: Choices) -> Self {
        let text = |name: &str| sent.text(name).to_owned();
        let texts = content.texts.keys().map(|name| (name.clone(), label(name), text(&format!("texte.{name}"))));
        Self {
            category: text("besoin"),
            priority: text("priorite"),
            contact: text("contact"),
            for_other: sent.text("pour") == "autre",
            person: text("personne"),
            person_phone: text("personne_tel"),
            consent: text("accord"),
            texts: texts.collect(),
            choices,
        }
    }
}

fn choices(app: &App) -> Choices {
    Choices { categories: categories(app), levels: levels(), consents: Consent::ALL.map(Consent::word).to_vec() }
}

fn spelt(number: Option<&PhoneNumber>) -> String {
    number.map(|number| number.pairs().join(" ")).unwrap_or_default()
}
