//! The checklist of a safeguarding report. Pure.

use serde::{Deserialize, Serialize};

use crate::callbacks::note::{self, TooLong};

/// Whether somebody is in danger at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// At this moment.
    Now,
    /// Not at this moment.
    NotNow,
    /// Nobody knows.
    Unknown,
}

impl Danger {
    /// Every answer, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Now, Self::NotNow, Self::Unknown];

    /// The word that forms use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Now => "oui",
            Self::NotNow => "non",
            Self::Unknown => "inconnu",
        }
    }

    /// The answer of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|danger| danger.word() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Now => "Oui, en ce moment",
            Self::NotNow => "Non, pas en ce moment",
            Self::Unknown => "On ne sait pas",
        }
    }
}

/// What was answered to the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Whether somebody is in danger at this moment.
    pub danger: Danger,
    /// Who is exposed: a child, an old person, the caller herself.
    pub exposed: String,
    /// What was said, in its words.
    pub said: String,
    /// Who was told, and when; nothing while nobody was.
    pub told: Option<String>,
}

/// A part of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Danger now?
    Danger,
    /// Who is exposed?
    Exposed,
    /// What was said?
    Said,
    /// Who was told, and when?
    Told,
}

/// Why a checklist is not a report yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    /// This part is needed.
    #[error("il manque une réponse")]
    Missing(Part),
    /// This part has that many characters, which is too many.
    #[error("une réponse est trop longue")]
    TooLong(Part, usize),
}

impl Content {
    /// Reads the checklist as a form gives it.
    pub fn read(danger: &str, exposed: &str, said: &str, told: &str) -> Result<Self, Incomplete> {
        let part =
            |part, written: &str| note::cleaned(written).map_err(|TooLong(length)| Incomplete::TooLong(part, length));
        let needed = |of, written: &str| part(of, written)?.ok_or(Incomplete::Missing(of));
        Ok(Self {
            danger: Danger::of_word(danger).ok_or(Incomplete::Missing(Part::Danger))?,
            exposed: needed(Part::Exposed, exposed)?,
            said: needed(Part::Said, said)?,
            told: part(Part::Told, told)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checklist_says_whether_there_is_danger_who_is_exposed_and_what_was_said() {
        let content = Content::read("oui", " Une enfant\u{202e} ", "« Il me tape. »", "").unwrap();
        assert_eq!(content.danger, Danger::Now);
        assert_eq!((content.exposed.as_str(), content.said.as_str()), ("Une enfant", "« Il me tape. »"));
        assert_eq!(content.told, None);
        for (form, missing) in [
            (("", "x", "x"), Part::Danger),
            (("peut-être", "x", "x"), Part::Danger),
            (("non", " ", "x"), Part::Exposed),
            (("inconnu", "x", "\n"), Part::Said),
        ] {
            assert_eq!(Content::read(form.0, form.1, form.2, "x"), Err(Incomplete::Missing(missing)));
        }
        let long = "é".repeat(note::LONGEST + 1);
        assert_eq!(Content::read("oui", "x", &long, ""), Err(Incomplete::TooLong(Part::Said, note::LONGEST + 1)));
    }

    #[test]
    fn every_answer_about_danger_has_its_own_word() {
        for danger in Danger::ALL {
            assert_eq!(Danger::of_word(danger.word()), Some(danger));
        }
    }
}
