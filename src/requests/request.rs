//! A help request and the states it goes through. Pure.

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Stored; an agent acts on it.
    Recorded,
    /// Made for another person, who has not agreed yet (F-21): nothing goes to a neighbour.
    AwaitingAgreement,
    /// Done.
    Solved,
    /// Withdrawn by whoever made it.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Recorded, Self::AwaitingAgreement, Self::Solved, Self::Cancelled];

    /// The word that the database keeps and that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "enregistrée",
            Self::AwaitingAgreement => "accord attendu",
            Self::Solved => "résolue",
            Self::Cancelled => "annulée",
        }
    }

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Where a request may go from here: the one table of allowed transitions.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Recorded => &[Self::Solved, Self::Cancelled],
            Self::AwaitingAgreement => &[Self::Recorded, Self::Solved, Self::Cancelled],
            Self::Solved | Self::Cancelled => &[],
        }
    }

    /// What a caller is told about it (the phrase `suivi-menu`).
    pub fn told(self) -> &'static str {
        match self {
            Self::Recorded | Self::AwaitingAgreement => "attente",
            Self::Solved => "terminee",
            Self::Cancelled => "annulee",
        }
    }
}

/// Whether one neighbour may receive the first name, the address and the message (F-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// She agreed.
    Given,
    /// She refused.
    Refused,
    /// She was not asked: an agent does all of it.
    NotAsked,
}

impl Consent {
    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "oui",
            Self::Refused => "non",
            Self::NotAsked => "non demandé",
        }
    }
}

/// Days within which a request of the same number and category looks like the same one (F-22).
pub const LOOKS_LIKE_DAYS: i64 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_never_comes_back_from_its_end() {
        for state in State::ALL {
            let ended = matches!(state, State::Solved | State::Cancelled);
            assert_eq!(state.next().is_empty(), ended, "{state:?}");
            assert!(!state.next().contains(&state), "{state:?} leads to itself");
            assert_eq!(State::of_word(state.word()), Some(state));
        }
    }

    #[test]
    fn every_request_can_be_cancelled_and_solved_while_it_is_open() {
        for state in [State::Recorded, State::AwaitingAgreement] {
            assert!(state.next().contains(&State::Solved) && state.next().contains(&State::Cancelled));
        }
    }
}
