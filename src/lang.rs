//! A spoken language, by its two-letter code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The days of the week in French, from Monday.
pub const FRENCH_DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
/// The months in French, from January.
pub const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// The two lower-case letters of ISO 639-1: `fr`, `en`, `es`, `ar`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang([u8; 2]);

impl Lang {
    /// French: what every line speaks first (F-28).
    pub const FRENCH: Self = Self(*b"fr");
    /// Those that have a French name here, for agents to choose from.
    pub const NAMED: [Self; 11] = [
        Self::FRENCH,
        Self(*b"de"),
        Self(*b"en"),
        Self(*b"ar"),
        Self(*b"es"),
        Self(*b"it"),
        Self(*b"pt"),
        Self(*b"ro"),
        Self(*b"ru"),
        Self(*b"tr"),
        Self(*b"uk"),
    ];

    /// The two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("fr")
    }

    /// What the language is called in French, for agents.
    pub fn french(&self) -> &str {
        match &self.0 {
            b"fr" => "français",
            b"en" => "anglais",
            b"es" => "espagnol",
            b"ar" => "arabe",
            b"de" => "allemand",
            b"it" => "italien",
            b"pt" => "portugais",
            b"tr" => "turc",
            b"uk" => "ukrainien",
            b"ru" => "russe",
            b"ro" => "roumain",
            _ => self.code(),
        }
    }

    /// The BCP-47 tag that providers take for their synthetic voices, with the country whose voice France hears.
    pub fn tag(&self) -> String {
        match &self.0 {
            b"en" => "en-GB".to_owned(),
            b"ar" => "arb".to_owned(),
            _ => format!("{}-{}", self.code(), self.code().to_uppercase()),
        }
    }
}

/// What is not two lower-case ASCII letters.
#[derive(Debug, thiserror::Error)]
#[error("« {0} » n'est pas un code de langue de deux lettres, comme fr")]
pub struct NotALang(String);

impl FromStr for Lang {
    type Err = NotALang;

    fn from_str(code: &str) -> Result<Self, NotALang> {
        match code.as_bytes() {
            &[first, second] if first.is_ascii_lowercase() && second.is_ascii_lowercase() => Ok(Self([first, second])),
            _ => Err(NotALang(code.to_owned())),
        }
    }
}

impl TryFrom<String> for Lang {
    type Error = NotALang;

    fn try_from(code: String) -> Result<Self, NotALang> {
        code.parse()
    }
}

impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.code().to_owned()
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}
