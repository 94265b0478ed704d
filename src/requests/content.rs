//! What a request says that an agent may correct, and what differs from one version to another. Pure.

use std::collections::BTreeMap;

use super::event::Change;
use super::request::Consent;
use crate::callbacks::note;
use crate::phone::PhoneNumber;

/// The longest text that is kept of one answer, in characters.
pub const LONGEST_TEXT: usize = 5_000;
/// The longest name.
pub const LONGEST_NAME: usize = 200;
/// The answer that holds what an agent wrote down at the counter, or somebody in a text message.
pub const WRITTEN: &str = "texte";

/// Somebody who is helped at another's request (F-21).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// As she is called; empty while it is only in a recording.
    pub name: String,
    /// Her number.
    pub phone: Option<PhoneNumber>,
}

/// What a request says that an agent may correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The code of its category.
    pub category: String,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Whom to call back; `None` when nobody can be.
    pub contact: Option<PhoneNumber>,
    /// Who is helped, when it is not whoever made the request.
    pub beneficiary: Option<Person>,
    /// What was said about sharing with a neighbour.
    pub consent: Consent,
    /// Answers that are words, by name: what was heard in a message, or said across the counter.
    pub texts: BTreeMap<String, String>,
}

/// What cannot be kept, in words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadContent {
    /// No such category.
    #[error("cette catégorie n'existe pas")]
    Category,
    /// Not 0 to 3.
    #[error("la priorité va de P0 à P3")]
    Priority,
    /// A number that the service does not dial (T3).
    #[error("le numéro à rappeler est un numéro de métropole (01 à 07, 09)")]
    Contact,
    /// A name that is too long.
    #[error("un nom a 200 caractères au plus")]
    Name,
    /// A text that is too long.
    #[error("un texte a 5 000 caractères au plus")]
    Text,
    /// An answer that is not the person's own words.
    #[error("cette réponse ne s'écrit pas : {0}")]
    NotWords(String),
}

impl Content {
    /// Whether it can be kept: `categories` are those of the scripts, `spoken` the answers that are words.
    pub fn checked<'a>(
        self,
        mut categories: impl Iterator<Item = &'a str>,
        spoken: impl Fn(&str) -> bool,
    ) -> Result<Self, BadContent> {
        if !categories.any(|known| known == self.category) {
            return Err(BadContent::Category);
        }
        if self.priority > 3 {
            return Err(BadContent::Priority);
        }
        if self.contact.as_ref().is_some_and(|number| !number.is_dialable()) {
            return Err(BadContent::Contact);
        }
        if self.beneficiary.as_ref().is_some_and(|person| person.name.chars().count() > LONGEST_NAME) {
            return Err(BadContent::Name);
        }
        for (name, text) in &self.texts {
            if name != WRITTEN && !spoken(name) {
                return Err(BadContent::NotWords(name.clone()));
            }
            if text.chars().count() > LONGEST_TEXT {
                return Err(BadContent::Text);
            }
        }
        Ok(self)
    }

    /// What differs in `after`, in words; `need` names a category, `title` an answer.
    pub fn changes(&self, after: &Self, need: impl Fn(&str) -> String, title: impl Fn(&str) -> String) -> Vec<Change> {
        let level = |priority: u8| format!("P{priority}");
        let number = |number: Option<&PhoneNumber>| number.map(|number| number.pairs().join(" ")).unwrap_or_default();
        let whom = |content: &Self| if content.beneficiary.is_some() { "une autre personne" } else { "elle-même" };
        let name = |content: &Self| content.beneficiary.as_ref().map(|person| person.name.clone()).unwrap_or_default();
        let phone = |content: &Self| number(content.beneficiary.as_ref().and_then(|person| person.phone.as_ref()));
        let fixed = [
            Change::of("Besoin", &need(&self.category), &need(&after.category)),
            Change::of("Priorité", &level(self.priority), &level(after.priority)),
            Change::of("Numéro à rappeler", &number(self.contact.as_ref()), &number(after.contact.as_ref())),
            Change::of("Pour", whom(self), whom(after)),
            Change::of("Personne aidée", &name(self), &name(after)),
            Change::of("Son téléphone", &phone(self), &phone(after)),
            Change::of("D'accord pour un voisin", self.consent.word(), after.consent.word()),
        ];
        let said = |texts: &BTreeMap<String, String>, name: &str| texts.get(name).cloned().unwrap_or_default();
        let texts = after
            .texts
            .keys()
            .filter_map(|name| Change::of(&title(name), &said(&self.texts, name), &said(&after.texts, name)));
        fixed.into_iter().flatten().chain(texts).collect()
    }
}

/// A text as it is kept: its words and lines, nothing around them.
pub fn plain(text: &str) -> String {
    note::harmless(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            category: "courses".to_owned(),
            priority: 3,
            contact: PhoneNumber::parse("0465710001").ok(),
            beneficiary: None,
            consent: Consent::NotAsked,
            texts: BTreeMap::from([("message".to_owned(), String::new())]),
        }
    }

    fn checked(content: Content) -> Result<Content, BadContent> {
        content.checked(["courses", "papier"].into_iter(), |name| name == "message")
    }

    #[test]
    fn what_differs_is_told_in_words_and_nothing_else() {
        let after = Content {
            priority: 1,
            beneficiary: Some(Person { name: "Odette".to_owned(), phone: None }),
            texts: BTreeMap::from([("message".to_owned(), "du pain".to_owned())]),
            ..content()
        };
        let told = content().changes(&after, str::to_owned, |_| "Liste".to_owned());
        let told: Vec<_> = told.iter().map(Change::told).collect();
        let expected = [
            "Priorité : P3 → P1",
            "Pour : elle-même → une autre personne",
            "Personne aidée : rien → Odette",
            "Liste : rien → du pain",
        ];
        assert_eq!(told, expected);
        assert_eq!(content().changes(&content(), str::to_owned, str::to_owned), []);
    }

    #[test]
    fn what_cannot_be_kept_is_refused_in_words() {
        assert_eq!(checked(Content { category: "avion".to_owned(), ..content() }), Err(BadContent::Category));
        assert_eq!(checked(Content { priority: 4, ..content() }), Err(BadContent::Priority));
        let premium = PhoneNumber::parse("0899001234").ok();
        assert!(premium.is_some());
        assert_eq!(checked(Content { contact: premium, ..content() }), Err(BadContent::Contact));
        let long = Some(Person { name: "o".repeat(201), phone: None });
        assert_eq!(checked(Content { beneficiary: long, ..content() }), Err(BadContent::Name));
        let text = |name: &str, length| BTreeMap::from([(name.to_owned(), "x".repeat(length))]);
        assert_eq!(checked(Content { texts: text("message", 100_000), ..content() }), Err(BadContent::Text));
        let refused = checked(Content { texts: text("courses_type", 3), ..content() });
        assert_eq!(refused, Err(BadContent::NotWords("courses_type".to_owned())));
        assert!(checked(content()).is_ok());
    }

    #[test]
    fn a_text_keeps_its_lines_and_loses_what_draws_beyond_it() {
        assert_eq!(plain(" du pain\r\n<b>du lait</b>\u{202e}\u{0} "), "du pain\n<b>du lait</b>");
    }
}
