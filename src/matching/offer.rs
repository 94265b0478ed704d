//! An offer: one volunteer asked for one request, once. Pure.

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// She was asked; her answer counts until it expires.
    Asked,
    /// She said yes first.
    Accepted,
    /// She said no, or took her yes back before anybody met.
    Declined,
    /// She said yes when somebody else had.
    Late,
    /// She said nothing in time.
    Expired,
    /// The request is over, or she may not be asked any more.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Asked, Self::Accepted, Self::Declined, Self::Late, Self::Expired, Self::Withdrawn];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Late => "late",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// What an agent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Asked => "pas encore de réponse",
            Self::Accepted => "a dit oui",
            Self::Declined => "a dit non",
            Self::Late => "a dit oui trop tard",
            Self::Expired => "n'a pas répondu à temps",
            Self::Withdrawn => "demande retirée",
        }
    }

    /// Where an offer may go from here: the one table of allowed transitions.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Asked => &[Self::Accepted, Self::Declined, Self::Late, Self::Expired, Self::Withdrawn],
            // She cannot come any more (F-60), or the request is over.
            Self::Accepted => &[Self::Declined, Self::Withdrawn],
            // Silence is no answer: a no or a yes that comes later is noted.
            Self::Expired => &[Self::Declined, Self::Late],
            Self::Declined | Self::Late | Self::Withdrawn => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_and_only_an_open_offer_is_accepted() {
        for state in State::ALL {
            assert_eq!(State::of_word(state.word()), Some(state));
            assert_eq!(state.next().contains(&State::Accepted), state == State::Asked, "{state:?}");
            assert!(!state.next().contains(&state));
        }
    }
}
