//! What happened at the exchange, told in French sentences: the indented lines of a transcript, and what the telephone in
//! the terminal prints. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Heard;
use super::exchange::{Event, LegId};
use super::numbers::in_pairs;

/// Tells events as sentences. It learns the names of the people as they come.
#[derive(Clone, Debug, Default)]
pub struct Narrator {
    people: BTreeMap<LegId, Person>,
    /// Those whose call really began: the others only rang.
    on_the_line: BTreeSet<LegId>,
}

#[derive(Clone, Debug)]
enum Person {
    /// Somebody with a name: Odette.
    Caller(String),
    /// Somebody behind a telephone with a name: bureau 1.
    Phone(String),
}

/// First letters before which « le » and « de » lose their vowel.
const VOWELS: [char; 12] = ['a', 'e', 'é', 'h', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U'];

impl Person {
    /// Whoever is behind a telephone of that name: a person's own bears hers, which begins with a capital.
    fn behind(name: &str) -> Self {
        let own = name.starts_with(char::is_uppercase);
        if own { Self::Caller(name.to_owned()) } else { Self::Phone(name.to_owned()) }
    }

    /// `Odette`, `le bureau 1`, `l'astreinte 1`.
    fn name(&self) -> String {
        match self {
            Self::Caller(name) => name.clone(),
            Self::Phone(name) if name.starts_with(VOWELS) => format!("l'{name}"),
            Self::Phone(name) => format!("le {name}"),
        }
    }

    /// `à Odette`, `au bureau 1`, `à l'astreinte 1`.
    fn to(&self) -> String {
        let name = self.name();
        match (self, name.strip_prefix("le ")) {
            (Self::Phone(_), Some(phone)) => format!("au {phone}"),
            _ => format!("à {name}"),
        }
    }
}

impl Narrator {
    /// Says who calls on this leg.
    pub fn introduce(&mut self, leg: LegId, name: &str) {
        self.people.insert(leg, Person::Caller(name.to_owned()));
        self.on_the_line.insert(leg);
    }

    /// The sentences for some events, seen from the person who just did something (`acting`): what the line says to her
    /// needs no name.
    pub fn tell(&mut self, events: &[Event], acting: Option<LegId>) -> Vec<String> {
        events.iter().filter_map(|event| self.sentence(event, acting)).collect()
    }

    fn sentence(&mut self, event: &Event, acting: Option<LegId>) -> Option<String> {
        match event {
            Event::Heard(leg, heard) => {
                self.on_the_line.insert(*leg);
                Some(self.heard(*leg, heard, acting))
            }
            Event::Beep(leg) => Some(format!("Bip{}.", self.aside(*leg, acting, "pour"))),
            Event::Rings { leg, name } => {
                self.people.insert(*leg, Person::behind(name));
                Some(format!("{} sonne.", capitalised(&self.telephone(*leg))))
            }
            Event::StopsRinging(leg) => Some(format!("{} ne sonne plus.", capitalised(&self.telephone(*leg)))),
            Event::Bridged(caller, answering) => {
                self.on_the_line.insert(*answering);
                Some(format!("{} et {} sont en communication.", self.name(*caller), self.name(*answering)))
            }
            Event::Ended { leg, by_line: true } if self.on_the_line.contains(leg) => {
                Some(format!("La ligne raccroche{}.", self.aside(*leg, acting, "pour")))
            }
            Event::Ended { .. } => None,
            Event::Text(sms) => Some(format!("SMS au {} : « {} »", in_pairs(&sms.to), sms.body)),
        }
    }

    fn heard(&self, leg: LegId, heard: &Heard, acting: Option<LegId>) -> String {
        let to = match self.people.get(&leg) {
            Some(person) if acting != Some(leg) => format!(", {}", person.to()),
            _ => String::new(),
        };
        match (&heard.audio_url, heard.lang.split('-').next()) {
            (Some(url), _) => format!("La ligne{to} joue {url}"),
            (None, Some("fr")) => format!("La ligne{to} : « {} »", heard.text),
            (None, lang) => format!("La ligne{to} : [{}] « {} »", lang.unwrap_or_default(), heard.text),
        }
    }

    /// `, pour Odette` when it is not she who acts.
    fn aside(&self, leg: LegId, acting: Option<LegId>, preposition: &str) -> String {
        if acting == Some(leg) { String::new() } else { format!(", {preposition} {}", self.name(leg)) }
    }

    /// `le bureau 1`, `le téléphone d'Odette`.
    fn telephone(&self, leg: LegId) -> String {
        match self.people.get(&leg) {
            Some(Person::Caller(name)) if name.starts_with(VOWELS) => format!("le téléphone d'{name}"),
            Some(Person::Caller(name)) => format!("le téléphone de {name}"),
            _ => self.name(leg),
        }
    }

    fn name(&self, leg: LegId) -> String {
        self.people.get(&leg).map_or_else(|| "quelqu'un".to_owned(), Person::name)
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
