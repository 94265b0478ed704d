//! What a text that leaves is for, how far it is, and what a report does to it. Pure.
//!
//! Reports come twice and in any order (I11). So each is a [`Fate`], fates have a total order, and what is known of a
//! message is the greatest that was heard: whatever the order, the end is the same. That it was delivered is the greatest,
//! for a telephone that has a text does not give it back.

use crate::telephony::status::MessageStatus;

/// What a text is for: when it may leave depends on it (F-61).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To staff: at any hour.
    Alert,
    /// To somebody who has just written or called: at any hour.
    Answer,
    /// Asks a volunteer for help: 8:00 to 20:00, and on Sundays and public holidays only where the post says so.
    Offer,
    /// To a volunteer after her yes: won, rules, reminder, thanks.
    Follow,
    /// To a resident.
    Resident,
    /// The one text that leaves after a STOP.
    StopConfirmed,
    /// The code that confirms a number on the public form: whoever waits for it looks at a screen.
    Code,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Alert, Self::Answer, Self::Offer, Self::Follow, Self::Resident, Self::StopConfirmed, Self::Code];

    /// As its row says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Answer => "answer",
            Self::Offer => "offer",
            Self::Follow => "follow",
            Self::Resident => "resident",
            Self::StopConfirmed => "stop_confirmed",
            Self::Code => "code",
        }
    }

    /// The kind of a row.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How far a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits for its hour, or for the provider.
    Queued,
    /// It is being handed to the provider: it may have left.
    Sending,
    /// It may have left: the answer was lost.
    Unknown,
    /// The provider has it.
    Sent,
    /// The provider could not send it, or nobody will try any more.
    Failed,
    /// The operator could not deliver it.
    Undelivered,
    /// The telephone has it.
    Delivered,
    /// It was kept back: nothing of it left or will.
    Held,
    /// Its time was over before it could leave.
    Expired,
    /// It was withdrawn before it left.
    Cancelled,
}

use State::{Cancelled, Delivered, Expired, Failed, Held, Queued, Sending, Sent, Undelivered, Unknown};

/// THE table: what each state may become by itself. By hand, an administrator puts a text of which nobody knows whether it
/// left, or that the provider never took, back into the queue ([`super::store::messages::again`]).
const MOVES: [(State, &[State]); 10] = [
    (Queued, &[Sending, Failed, Held, Expired, Cancelled]),
    // Back to the queue only where the provider proved that nothing had happened.
    (Sending, &[Queued, Unknown, Sent, Failed, Undelivered, Delivered, Held, Expired, Cancelled]),
    (Unknown, &[Queued, Sending, Sent, Failed, Undelivered, Delivered, Expired, Cancelled]),
    (Sent, &[Failed, Undelivered, Delivered]),
    (Failed, &[Undelivered, Delivered]),
    (Undelivered, &[Delivered]),
    (Delivered, &[]),
    (Held, &[]),
    (Expired, &[]),
    (Cancelled, &[]),
];

impl State {
    /// Every state.
    pub const ALL: [Self; 10] =
        [Queued, Sending, Unknown, Sent, Failed, Undelivered, Delivered, Held, Expired, Cancelled];

    /// As its row says it.
    pub fn word(self) -> &'static str {
        match self {
            Queued => "queued",
            Sending => "sending",
            Unknown => "unknown",
            Sent => "sent",
            Failed => "failed",
            Undelivered => "undelivered",
            Delivered => "delivered",
            Held => "held",
            Expired => "expired",
            Cancelled => "cancelled",
        }
    }

    /// The state of a row.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the table has this move.
    pub fn may_become(self, next: Self) -> bool {
        MOVES.iter().any(|(from, to)| *from == self && to.contains(&next))
    }

    /// Whether the text can still leave: it must be withdrawn where it may not any more.
    pub fn may_still_leave(self) -> bool {
        matches!(self, Queued | Sending | Unknown)
    }
}

/// What a report says of a message, comparable with every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate(i64);

/// The states of a message that the provider has, from the least to the greatest.
const RANKS: [State; 4] = [Sent, Failed, Undelivered, Delivered];
/// Codes of errors have five digits.
const CODES: i64 = 1_000_000;

impl Fate {
    /// What is known once the provider has it.
    pub const SENT: Self = Self(0);

    /// What a report says; none where it says nothing of a text of ours.
    pub fn of(status: MessageStatus, error: Option<u32>) -> Option<Self> {
        let (rank, coded) = match status {
            MessageStatus::Accepted
            | MessageStatus::Scheduled
            | MessageStatus::Queued
            | MessageStatus::Sending
            | MessageStatus::Sent
            | MessageStatus::PartiallyDelivered => (0, false),
            MessageStatus::Failed | MessageStatus::Canceled => (1, true),
            MessageStatus::Undelivered => (2, true),
            MessageStatus::Delivered | MessageStatus::Read => (3, false),
            MessageStatus::Unknown | MessageStatus::Receiving | MessageStatus::Received => return None,
        };
        let code = error.filter(|_| coded).map_or(0, i64::from).min(CODES - 1);
        Some(Self(rank * CODES + code))
    }

    /// As its row holds it: the greater number is the greater fate.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The fate of a row.
    pub fn of_number(number: i64) -> Self {
        Self(number.max(0))
    }

    /// The state of a message of which this is all that is known.
    pub fn state(self) -> State {
        usize::try_from(self.0 / CODES).ok().and_then(|rank| RANKS.get(rank).copied()).unwrap_or(Delivered)
    }

    /// The provider's code, where it failed with one.
    pub fn error(self) -> Option<u32> {
        u32::try_from(self.0 % CODES).ok().filter(|code| *code != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_states_is_walked_whole() {
        // What no event may do: the rest of the square is what the table allows.
        let rank = |state: State| RANKS.iter().position(|one| *one == state);
        for from in State::ALL {
            assert!(!from.may_become(from), "{from:?} moves to itself");
            assert_eq!(State::of_word(from.word()), Some(from));
            for to in State::ALL {
                let allowed = from.may_become(to);
                let expected = match (from, to) {
                    _ if from == to => false,
                    (Queued, _) => !matches!(to, Unknown | Sent | Undelivered | Delivered),
                    (Sending, _) => true,
                    (Unknown, _) => to != Held,
                    _ => rank(from).zip(rank(to)).is_some_and(|(before, after)| after > before),
                };
                assert_eq!(allowed, expected, "{from:?} to {to:?}");
            }
        }
        assert_eq!(MOVES.map(|(from, _)| from), State::ALL);
    }

    #[test]
    fn what_is_over_can_leave_no_more() {
        for state in State::ALL {
            let can = |to| state == to || state.may_become(to);
            assert_eq!(state.may_still_leave(), can(Sending), "{state:?}");
        }
    }

    #[test]
    fn a_fate_has_a_state_and_keeps_its_code() {
        for status in MessageStatus::ALL {
            let Some(fate) = Fate::of(*status, Some(30_003)) else { continue };
            assert_eq!(Fate::of_number(fate.number()), fate);
            let coded = matches!(fate.state(), Failed | Undelivered);
            assert_eq!(fate.error(), coded.then_some(30_003), "{status:?}");
        }
        assert_eq!(Fate::of(MessageStatus::Read, None).map(Fate::state), Some(Delivered));
        assert_eq!(Fate::of(MessageStatus::Canceled, None).map(Fate::state), Some(Failed));
        assert_eq!(Fate::of(MessageStatus::Received, None), None);
        assert_eq!(Fate::of(MessageStatus::Unknown, Some(1)), None);
    }

    #[test]
    fn every_kind_has_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
        }
        assert_eq!((Kind::of_word("fax"), State::of_word("lost")), (None, None));
    }
}
