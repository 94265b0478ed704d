//! A help request and the states it goes through. Pure.

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Stored; an agent acts on it.
    Recorded,
    /// Made for another person, who has not agreed yet (F-21): nothing goes to a neighbour.
    AwaitingAgreement,
    /// A neighbour is sought; no agent has to act.
    Searching,
    /// A neighbour said yes.
    Matched,
    /// Done.
    Solved,
    /// Withdrawn by whoever made it.
    Cancelled,
    /// The same as another one, which goes on in its place (F-49).
    Merged,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Recorded,
        Self::AwaitingAgreement,
        Self::Searching,
        Self::Matched,
        Self::Solved,
        Self::Cancelled,
        Self::Merged,
    ];

    /// Those in which somebody still waits for help.
    pub const OPEN: [Self; 4] = [Self::Recorded, Self::AwaitingAgreement, Self::Searching, Self::Matched];

    /// Those in which a request goes on that was over: an agent acts first.
    pub const REOPENED: [Self; 2] = [Self::Recorded, Self::AwaitingAgreement];

    /// The word that the database keeps and that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "enregistrée",
            Self::AwaitingAgreement => "accord attendu",
            Self::Searching => "recherche",
            Self::Matched => "trouvée",
            Self::Solved => "résolue",
            Self::Cancelled => "annulée",
            Self::Merged => "réunie",
        }
    }

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Where a request may go from here: the one table of allowed transitions.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Recorded => &[Self::AwaitingAgreement, Self::Searching, Self::Solved, Self::Cancelled, Self::Merged],
            Self::AwaitingAgreement => &[Self::Recorded, Self::Solved, Self::Cancelled, Self::Merged],
            Self::Searching => &[Self::Matched, Self::Recorded, Self::Solved, Self::Cancelled, Self::Merged],
            // A neighbour who cannot come any more: another one is sought, or an agent has it. It is not merged into
            // another request: somebody is on her way.
            Self::Matched => &[Self::Searching, Self::Recorded, Self::Solved, Self::Cancelled],
            // An agent opens it again; whoever it is for is asked again if she never agreed. A merge that is undone
            // restores the state that it found.
            Self::Solved | Self::Cancelled | Self::Merged => &Self::REOPENED,
        }
    }

    /// Whether somebody still waits for help.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// What a caller is told about it (the phrase `suivi-menu`).
    pub fn told(self) -> &'static str {
        match self {
            // A caller never finds a merged one: its number leads to the one that goes on.
            Self::Recorded | Self::AwaitingAgreement | Self::Merged => "attente",
            Self::Searching => "recherche",
            Self::Matched => "trouve",
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

    /// Every answer.
    pub const ALL: [Self; 3] = [Self::Given, Self::Refused, Self::NotAsked];

    /// The answer of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|consent| consent.word() == word)
    }
}

/// Days within which a request of the same number and category looks like the same one (F-22).
pub const LOOKS_LIKE_DAYS: i64 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_ended_only_ever_comes_back_to_somebody_who_waits() {
        for state in State::ALL {
            assert_eq!(state.next().iter().all(|next| next.is_open()), !state.is_open(), "{state:?}");
            assert!(!state.next().contains(&state), "{state:?} leads to itself");
            assert_eq!(State::of_word(state.word()), Some(state));
        }
    }

    #[test]
    fn only_an_open_request_is_merged_into_another() {
        for state in State::ALL {
            assert_eq!(state.next().contains(&State::Merged), state.is_open() && state != State::Matched, "{state:?}");
        }
    }

    #[test]
    fn every_consent_is_read_back_from_its_word() {
        for consent in Consent::ALL {
            assert_eq!(Consent::of_word(consent.word()), Some(consent));
        }
    }

    #[test]
    fn every_request_can_be_cancelled_and_solved_while_it_is_open() {
        for state in State::OPEN {
            assert!(state.next().contains(&State::Solved) && state.next().contains(&State::Cancelled));
        }
    }
}
