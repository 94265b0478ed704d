//! What only people read of a volunteer; sealed in her row. Pure.

use serde::{Deserialize, Serialize};

use crate::secret::Keyring;
use crate::sms::danger::folded;

/// What sealed profiles are bound to, with the row.
const PLACE: &str = "volunteers.profile";
/// Of what the words of a name are keyed hashes.
const WORDS: &str = "volunteer_words.word";
/// The longest text of a profile, in characters.
const LONGEST: usize = 200;

/// Name, street and the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Her first name: what a resident hears.
    pub first_name: String,
    /// Her name.
    pub last_name: String,
    /// Street and number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub street: String,
    /// Whom to tell if something happens to her, with a number, as she says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub emergency_contact: String,
    /// Whatever a referent must know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// What cannot be kept of a profile, in words for whoever typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProfile {
    /// A text is too long.
    #[error("un nom, une adresse ou une remarque a 200 caractères au plus")]
    TooLong,
    /// Nobody can be called by that.
    #[error("il manque le prénom")]
    NoName,
}

impl Profile {
    /// The same without blanks at ends, if it can be kept.
    pub fn checked(self) -> Result<Self, BadProfile> {
        let tidy = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let profile = Self {
            first_name: tidy(self.first_name),
            last_name: tidy(self.last_name),
            street: tidy(self.street),
            emergency_contact: tidy(self.emergency_contact),
            remark: tidy(self.remark),
        };
        let texts =
            [&profile.first_name, &profile.last_name, &profile.street, &profile.emergency_contact, &profile.remark];
        if texts.iter().any(|text| text.chars().count() > LONGEST) {
            return Err(BadProfile::TooLong);
        }
        if profile.first_name.is_empty() { Err(BadProfile::NoName) } else { Ok(profile) }
    }

    /// The profile of a row; an empty one where this key does not open it: she has no name then, and is still asked.
    pub fn unseal(keyring: &Keyring, row: &str, sealed: &[u8]) -> Self {
        let plain = keyring.open(PLACE, row, sealed).ok();
        plain.and_then(|plain| serde_json::from_slice(&plain).ok()).unwrap_or_default()
    }

    /// The same, sealed for its row.
    pub fn seal(&self, keyring: &Keyring, row: &str) -> Vec<u8> {
        keyring.seal(PLACE, row, &serde_json::to_vec(self).unwrap_or_default())
    }

    /// As colleagues read it.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// The words by which she is found, folded: each of her names.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> =
            folded(&self.name()).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        words.sort();
        words.dedup();
        words
    }
}

/// The keyed hash by which a folded word of a name is found.
pub fn word_index(keyring: &Keyring, word: &str) -> String {
    keyring.index(WORDS, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(first: &str, last: &str) -> Profile {
        Profile { first_name: first.to_owned(), last_name: last.to_owned(), ..Profile::default() }
    }

    #[test]
    fn somebody_is_found_by_each_word_of_her_name_whatever_its_accents() {
        assert_eq!(named("Anne-Hélène", "de La Tour").words(), ["anne", "de", "helene", "la", "tour"]);
        assert_eq!(named("Zoé", "").name(), "Zoé");
    }

    #[test]
    fn a_profile_without_a_first_name_or_with_a_novel_is_refused() {
        assert_eq!(named("  ", "Durand").checked(), Err(BadProfile::NoName));
        assert_eq!(named(&"é".repeat(201), "Durand").checked(), Err(BadProfile::TooLong));
        assert_eq!(named(" Awa ", " de  Souza").checked().unwrap().name(), "Awa de Souza");
    }
}
