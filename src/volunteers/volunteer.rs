//! A volunteer and the states she goes through. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::availability::Availability;
use super::profile::Profile;
use crate::geo::Spot;
use crate::lang::Lang;

/// Where a volunteer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// She offered help; a referent has not said yes yet.
    Candidate,
    /// A referent said yes. She is asked for what her papers allow.
    Active,
    /// Something happened (F-67b): nobody asks her anything until a referent decides.
    Suspended,
    /// She does not help any more, or wrote STOP.
    Left,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Candidate, Self::Active, Self::Suspended, Self::Left];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// What a referent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Candidate => "à rencontrer",
            Self::Active => "active",
            Self::Suspended => "suspendue",
            Self::Left => "partie",
        }
    }

    /// Where a volunteer may go from here: the one table of allowed transitions. Who left comes back as somebody new,
    /// with consent of her own.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Candidate | Self::Suspended => &[Self::Active, Self::Left],
            Self::Active => &[Self::Suspended, Self::Left],
            Self::Left => &[],
        }
    }
}

/// How she wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a text.
    Text,
    /// By a call: a landline, or because she prefers it (F-62).
    Voice,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Text, Self::Voice];

    /// The word that the database and imported lists use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "sms",
            Self::Voice => "voice",
        }
    }

    /// The way of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    /// What a referent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "par SMS",
            Self::Voice => "par un appel",
        }
    }
}

/// How she came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBy {
    /// She called the line.
    Phone,
    /// She wrote a text.
    Text,
    /// She filled the public form.
    Web,
    /// She was in a list.
    Import,
    /// Somebody typed what she said or wrote on paper.
    Desk,
}

impl CameBy {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Phone, Self::Text, Self::Web, Self::Import, Self::Desk];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Text => "sms",
            Self::Web => "web",
            Self::Import => "import",
            Self::Desk => "desk",
        }
    }

    /// The way of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    /// What a referent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "par téléphone",
            Self::Text => "par SMS",
            Self::Web => "par le formulaire",
            Self::Import => "par une liste",
            Self::Desk => "au guichet",
        }
    }
}

/// The least age of a volunteer, in years (F-69); whoever registers says that she has it.
pub const LEAST_AGE: u8 = 18;
/// Minutes a month that somebody gives who said nothing of it (F-35).
pub const BUDGET_MIN: u32 = 120;

/// A volunteer, as the registry has her.
#[derive(Debug, Clone, PartialEq)]
pub struct Volunteer {
    /// The row.
    pub id: Uuid,
    /// The line that she helps.
    pub line_id: Uuid,
    /// The row of her number.
    pub contact_id: Uuid,
    /// Where she stands.
    pub state: State,
    /// Name, street and the rest that only people read.
    pub profile: Profile,
    /// Her postal code.
    pub postal_code: Option<String>,
    /// Where she lives; `None` while nobody placed her.
    pub spot: Option<Spot>,
    /// What she can do: codes of the voice-scripts.
    pub skills: BTreeSet<String>,
    /// The languages that she speaks.
    pub langs: BTreeSet<Lang>,
    /// When she is free.
    pub availability: Availability,
    /// Whether she agreed to be asked on Sundays and public holidays (F-61).
    pub holidays: bool,
    /// How she wants to be asked.
    pub way: Way,
    /// Minutes a month that she gives (F-35).
    pub budget_min: u32,
    /// How she came to us.
    pub came_by: CameBy,
    /// Until when she pauses.
    pub paused_until: Option<Timestamp>,
    /// When she came.
    pub created_at: Timestamp,
    /// The version of this row.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        assert!(State::ALL.iter().all(|state| State::of_word(state.word()) == Some(*state)));
        assert!(Way::ALL.iter().all(|way| Way::of_word(way.word()) == Some(*way)));
        assert!(CameBy::ALL.iter().all(|came| CameBy::of_word(came.word()) == Some(*came)));
    }

    #[test]
    fn nobody_who_was_suspended_or_left_is_asked_without_a_referent() {
        for state in State::ALL {
            assert!(!state.next().contains(&state), "{state:?}");
            assert_eq!(state.next().contains(&State::Left), state != State::Left, "{state:?}");
        }
        assert!(State::Left.next().is_empty());
    }
}
