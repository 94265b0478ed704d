//! The words of one language, read from Project Fluent files, and the spoken form of numbers.
//!
//! Functions say values as people do: `DIGITS` digit by digit, `PAIRS` a telephone number, `CLOCK` an hour in English.
//! A message may carry other forms of itself as attributes: `.court` (the short question of F-17), `.tiers` (« cette
//! personne », F-21) and `.court-tiers`.

use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::problem::Problem;
use super::session::Value;
use super::uses::{self, Uses};
use super::utterance::{Piece, SECOND, pieces};
use crate::lang::Lang;

/// How much a language says (design, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Everything.
    Complete,
    /// The welcome, the menu and the end, then a callback with an interpreter.
    Welcome,
}

/// Every phrase of one language.
pub struct Catalog {
    /// The language.
    pub lang: Lang,
    /// How much of the flow it covers.
    pub level: Level,
    bundle: FluentBundle<FluentResource>,
    lines: BTreeMap<String, usize>,
    uses: BTreeMap<String, Uses>,
}

/// Which form of a phrase is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The short question, after a failure.
    pub short: bool,
    /// About another person.
    pub other: bool,
}

impl Catalog {
    /// Reads the phrases of `lang`; what cannot be read is told in `problems`.
    pub(super) fn parse(lang: Lang, file: &str, text: &str, problems: &mut Vec<Problem>) -> Self {
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                problems.extend(errors.iter().map(|error| {
                    let line = text.get(..error.pos.start).map_or(1, |before| before.matches('\n').count() + 1);
                    Problem::new(file, line, format!("cette phrase ne se lit pas ({}).", error.kind))
                }));
                resource
            }
        };
        let mut bundle = FluentBundle::new_concurrent(vec![lang.code().parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        let lines = text.lines().enumerate().filter_map(|(index, line)| Some((message_id(line)?, index + 1)));
        let mut known = BTreeMap::new();
        for (id, line) in lines {
            if known.insert(id.to_owned(), line).is_some() {
                problems.push(Problem::new(file, line, format!("la phrase « {id} » est écrite deux fois.")));
            }
        }
        let uses = uses::of(&resource);
        bundle.add_resource_overriding(resource);
        let level = match plain(&bundle, "niveau").as_deref() {
            Some("accueil") => Level::Welcome,
            Some("complet") => Level::Complete,
            _ => {
                let sentence = "la langue doit dire ce qu'elle couvre : niveau = complet, ou niveau = accueil.";
                problems.push(Problem::new(file, 1, sentence));
                Level::Complete
            }
        };
        for (name, spoken) in [("DIGITS", digits as Spoken), ("PAIRS", pairs as Spoken)] {
            if bundle.add_function(name, move |values, _| spoken_value(values, spoken)).is_err() {
                problems.push(Problem::new(file, 1, format!("la fonction {name} est définie deux fois.")));
            }
        }
        if bundle.add_function("CLOCK", |values, _| clock_value(values)).is_err() {
            problems.push(Problem::new(file, 1, "la fonction CLOCK est définie deux fois."));
        }
        Self { lang, level, bundle, lines: known, uses }
    }

    /// Whether the phrase exists.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The line of a phrase in its file.
    pub fn line(&self, id: &str) -> Option<usize> {
        self.lines.get(id).copied()
    }

    /// The ids of every phrase.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }

    /// The values that the phrase says, in any of its forms.
    pub fn variables(&self, id: &str) -> Vec<&str> {
        self.uses.get(id).map(|uses| uses.variables.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The other phrases that the phrase uses.
    pub fn phrases(&self, id: &str) -> Vec<&str> {
        self.uses.get(id).map(|uses| uses.phrases.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The attributes that the phrase carries.
    pub fn forms(&self, id: &str) -> Vec<String> {
        let message = self.bundle.get_message(id);
        message.map(|message| message.attributes().map(|form| form.id().to_owned()).collect()).unwrap_or_default()
    }

    /// The phrase in the form wanted, or in the nearest form that it has.
    pub fn say(&self, id: &str, form: Form, values: &BTreeMap<String, Value>) -> Option<Vec<Piece>> {
        let message = self.bundle.get_message(id)?;
        let attribute = |name: &str| message.get_attribute(name).map(|attribute| attribute.value());
        let wanted = match (form.short, form.other) {
            (true, true) => attribute("court-tiers").or_else(|| attribute("tiers")).or_else(|| attribute("court")),
            (true, false) => attribute("court"),
            (false, true) => attribute("tiers"),
            (false, false) => None,
        };
        let pattern = wanted.or_else(|| message.value())?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&arguments(values)), &mut errors);
        Some(pieces(&text))
    }

    /// One form of the phrase, or its plain words without `form`; the second is what could not be said of it.
    pub(super) fn form(
        &self,
        id: &str,
        form: Option<&str>,
        values: &BTreeMap<String, Value>,
    ) -> Option<(Vec<Piece>, String)> {
        let message = self.bundle.get_message(id)?;
        let pattern = match form {
            Some(form) => message.get_attribute(form)?.value(),
            None => message.value()?,
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&arguments(values)), &mut errors);
        let faults: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Some((pieces(&text), faults.join(", ")))
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Catalog({}, {:?})", self.lang, self.level)
    }
}

type Spoken = fn(&str) -> String;

fn spoken_value<'a>(values: &[FluentValue<'a>], spoken: Spoken) -> FluentValue<'a> {
    match values.first() {
        Some(FluentValue::String(text)) => FluentValue::from(spoken(text)),
        _ => FluentValue::Error,
    }
}

/// Digit by digit, after a second of silence (F-15, F-16).
fn digits(text: &str) -> String {
    let spaced: Vec<_> = text.chars().map(String::from).collect();
    format!("{SECOND}{}", spaced.join(", "))
}

/// In pairs, as French people say a telephone number, after a second of silence (F-16). A pair that begins with zero is
/// given digit by digit, because a synthetic voice may swallow the zero.
fn pairs(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let spoken: Vec<_> = digits
        .chunks(2)
        .map(|pair| match pair {
            ['0', second] => format!("0 {second}"),
            pair => pair.iter().collect(),
        })
        .collect();
    format!("{SECOND}{}", spoken.join(", "))
}

fn clock_value<'a>(values: &[FluentValue<'a>]) -> FluentValue<'a> {
    let number = |value: &FluentValue<'a>| match value {
        FluentValue::Number(number) => number.value.to_string().parse::<u8>().ok(),
        _ => None,
    };
    match values {
        [hour, minute] => {
            number(hour).zip(number(minute)).map_or(FluentValue::Error, |(hour, minute)| clock(hour, minute).into())
        }
        _ => FluentValue::Error,
    }
}

/// A time of day as English people say it: « half past 8 », « 5 o'clock ».
fn clock(hour: u8, minute: u8) -> String {
    let twelve = |hour: u8| match hour % 12 {
        0 => 12,
        hour => hour,
    };
    match (hour, minute) {
        (0 | 24, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (hour, 0) => format!("{} o'clock", twelve(hour)),
        (hour, 15) => format!("quarter past {}", twelve(hour)),
        (hour, 30) => format!("half past {}", twelve(hour)),
        (hour, 45) => format!("quarter to {}", twelve(hour + 1)),
        (hour, minute) => format!("{} {minute:02}", twelve(hour)),
    }
}

pub(super) fn arguments(values: &BTreeMap<String, Value>) -> FluentArgs<'_> {
    values
        .iter()
        .map(|(name, value)| match value {
            Value::Text(text) => (name.as_str(), FluentValue::from(text.as_str())),
            Value::Number(number) => (name.as_str(), FluentValue::from(*number)),
        })
        .collect()
}

fn plain(bundle: &FluentBundle<FluentResource>, id: &str) -> Option<String> {
    let message = bundle.get_message(id)?;
    Some(bundle.format_pattern(message.value()?, None, &mut Vec::new()).into_owned())
}

/// The id that a line of a Fluent file defines, if it begins a message.
pub(super) fn message_id(line: &str) -> Option<&str> {
    let (id, _) = line.split_once('=')?;
    let id = id.trim_end();
    let begins = id.starts_with(|first: char| first.is_ascii_alphabetic());
    (begins && id.chars().all(|one| one.is_ascii_alphanumeric() || one == '-' || one == '_')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_said_in_pairs() {
        assert_eq!(pairs("0465710001"), format!("{SECOND}0 4, 65, 71, 0 0, 0 1"));
        assert_eq!(digits("042"), format!("{SECOND}0, 4, 2"));
    }

    #[test]
    fn hours_are_said_as_english_people_say_them() {
        let said =
            [(8, 30), (17, 0), (12, 0), (0, 0), (13, 30), (23, 45), (9, 5)].map(|(hour, minute)| clock(hour, minute));
        let expected = ["half past 8", "5 o'clock", "noon", "midnight", "half past 1", "quarter to 12", "9 05"];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_phrase_falls_back_to_its_plain_form() {
        let mut problems = Vec::new();
        let text = "niveau = complet\nseul = Vivez-vous seul ?\n    .tiers = Vit-elle seule ?\n";
        let catalog = Catalog::parse(Lang::FRENCH, "fr/voice.ftl", text, &mut problems);
        assert_eq!(problems, []);
        let say = |short, other| catalog.say("seul", Form { short, other }, &BTreeMap::new()).unwrap();
        assert_eq!(say(true, false), [Piece::Words("Vivez-vous seul ?".to_owned())]);
        assert_eq!(say(true, true), [Piece::Words("Vit-elle seule ?".to_owned())]);
    }

    #[test]
    fn the_same_phrase_twice_is_a_fault_with_its_line() {
        let mut problems = Vec::new();
        Catalog::parse(Lang::FRENCH, "fr/voice.ftl", "niveau = complet\na = un\n\na = deux\n", &mut problems);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].line, 4);
    }
}
