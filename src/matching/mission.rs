//! What becomes of a yes: who is told what, in which order, until the help was given. Pure.
//!
//! A word is said at the door (F-64). It is made with the yes, told to the resident first, and only then may the volunteer
//! hear the address (F-06); whoever drops out takes it with her, and the next one gets another.

use std::collections::BTreeSet;

/// Where a match stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// An agent looks at the pair first (F-07).
    ToValidate,
    /// The resident is to be told.
    ToTell,
    /// She was told; the volunteer may come.
    Told,
    /// The help was given.
    Done,
    /// The volunteer cannot come any more, or an agent decided so.
    Dropped,
    /// The request is over.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::ToValidate, Self::ToTell, Self::Told, Self::Done, Self::Dropped, Self::Cancelled];

    /// Those in which a request has its neighbour.
    pub const LIVE: [Self; 3] = [Self::ToValidate, Self::ToTell, Self::Told];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::ToValidate => "to_validate",
            Self::ToTell => "to_tell",
            Self::Told => "told",
            Self::Done => "done",
            Self::Dropped => "dropped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// What an agent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToValidate => "paire à valider",
            Self::ToTell => "personne à prévenir",
            Self::Told => "en cours",
            Self::Done => "aide rendue",
            Self::Dropped => "désistement",
            Self::Cancelled => "annulée",
        }
    }

    /// Whether the request has its neighbour.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Where a match may go from here: the one table of allowed transitions.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::ToValidate => &[Self::ToTell, Self::Dropped, Self::Cancelled],
            // An agent may know that it is done although the machine could tell nobody.
            Self::ToTell => &[Self::Told, Self::Done, Self::Dropped, Self::Cancelled],
            Self::Told => &[Self::Done, Self::Dropped, Self::Cancelled],
            Self::Done | Self::Dropped | Self::Cancelled => &[],
        }
    }
}

/// The words to choose from, one a line; lines that begin with `#` are remarks.
pub fn words(list: &str) -> Vec<String> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_uppercase).collect()
}

/// A word that this resident never heard before, drawn by chance; the first again once she heard them all.
pub fn word<'w>(words: &'w [String], heard: &BTreeSet<String>, chance: u128) -> Option<&'w str> {
    let fresh: Vec<&String> = words.iter().filter(|word| !heard.contains(*word)).collect();
    let among = if fresh.is_empty() { words.iter().collect() } else { fresh };
    let place = chance.checked_rem(among.len() as u128)?;
    among.get(usize::try_from(place).ok()?).map(|word| word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hears_the_address_before_the_resident_was_told() {
        for state in State::ALL {
            assert_eq!(State::of_word(state.word()), Some(state));
            assert_eq!(state.next().contains(&State::Told), state == State::ToTell, "{state:?}");
            assert_eq!(state.next().is_empty(), !state.is_live(), "{state:?}");
        }
        assert!(!State::ToValidate.next().contains(&State::Told));
    }

    #[test]
    fn a_resident_hears_a_new_word_each_time() {
        let list = words(include_str!("../../voice-scripts/fr/mots.txt"));
        assert!(list.len() >= 60, "{}", list.len());
        let mut heard = BTreeSet::new();
        for chance in 0..list.len() {
            let new = word(&list, &heard, chance as u128 * 7_919).unwrap().to_owned();
            assert!(heard.insert(new));
        }
        assert!(word(&list, &heard, 3).is_some(), "she heard them all: one comes again");
        assert_eq!(word(&[], &heard, 3), None);
    }

    #[test]
    fn the_words_are_easy_to_hear_and_to_write() {
        let list = words(include_str!("../../voice-scripts/fr/mots.txt"));
        let unique: BTreeSet<_> = list.iter().collect();
        assert_eq!(unique.len(), list.len());
        assert!(
            list.iter().all(|word| (4..=10).contains(&word.len()) && word.bytes().all(|one| one.is_ascii_uppercase()))
        );
    }
}
