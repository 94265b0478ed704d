//! Requests that may be the same one (F-49): which are suggested, and why two are not merged. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::request::State;

/// The same beneficiary and category suggest a duplicate within so many days.
const DAYS: u64 = 7;

/// A request seen from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: String,
    /// Where it stands.
    pub state: State,
    /// Its category.
    pub category: String,
    /// 0 to 3.
    pub priority: u8,
    /// When it was made.
    pub created_at: Timestamp,
    /// The numbers of whoever made it and is to be called back, as keyed hashes.
    pub numbers: BTreeSet<String>,
    /// The number of the person it is for, when it is another one.
    pub beneficiary: Option<String>,
}

impl Near {
    /// Whether the two are suggested as one: the same number, or the same beneficiary and category within a week.
    pub fn may_be(&self, other: &Self) -> bool {
        let both_open = self.state.is_open() && other.state.is_open();
        let number = self.numbers.intersection(&other.numbers).next().is_some();
        let person = self.beneficiary.is_some() && self.beneficiary == other.beneficiary;
        let apart = Duration::try_from(self.created_at.duration_since(other.created_at).abs()).unwrap_or(Duration::MAX);
        let recent = apart <= Duration::from_secs(DAYS * 86_400);
        self.id != other.id && both_open && (number || (person && self.category == other.category && recent))
    }
}

/// Why two requests are not merged, in words for whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMerged {
    /// One of them is not there, or not on a line of whoever asks.
    #[error("cette demande n'existe pas")]
    Unknown,
    /// The same one twice.
    #[error("une demande ne se réunit pas à elle-même")]
    Itself,
    /// On two lines.
    #[error("ces deux demandes ne sont pas de la même ligne")]
    OtherLine,
    /// One of them is merged already, solved or cancelled.
    #[error(
        "la demande {reference} est {state} : seules deux demandes en cours se réunissent ; si elle règle aussi l'autre, \
         dites que c'est résolu"
    )]
    Over {
        /// Its six digits.
        reference: String,
        /// The word of its state.
        state: &'static str,
    },
    /// Somebody else works on the one that would close.
    #[error("{0} travaille sur la demande qui serait réunie : attendez qu'elle soit rendue")]
    Held(String),
}

/// One of two requests that may become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its id.
    pub id: Uuid,
    /// Its line.
    pub line_id: Uuid,
    /// Its six digits.
    pub reference: String,
    /// Where it stands.
    pub state: State,
    /// 0 to 3.
    pub priority: u8,
}

/// Whether the two may become one.
pub fn may_merge(kept: &Party, merged: &Party) -> Result<(), NotMerged> {
    if kept.id == merged.id {
        return Err(NotMerged::Itself);
    }
    if kept.line_id != merged.line_id {
        return Err(NotMerged::OtherLine);
    }
    match [kept, merged].into_iter().find(|party| !party.state.is_open()) {
        Some(over) => Err(NotMerged::Over { reference: over.reference.clone(), state: over.state.word() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(id: u128, day: &str) -> Near {
        Near {
            id: Uuid::from_u128(id),
            reference: format!("{id:06}"),
            state: State::Recorded,
            category: "courses".to_owned(),
            priority: 3,
            created_at: format!("{day}T08:00:00Z").parse().unwrap(),
            numbers: BTreeSet::from([format!("number {id}")]),
            beneficiary: None,
        }
    }

    #[test]
    fn the_same_number_suggests_a_duplicate_and_another_one_does_not() {
        let (one, mut other) = (near(1, "2026-04-14"), near(2, "2026-05-14"));
        assert!(!one.may_be(&other) && !one.may_be(&one.clone()));
        other.numbers.extend(one.numbers.clone());
        assert!(one.may_be(&other) && other.may_be(&one));
        other.state = State::Solved;
        assert!(!one.may_be(&other), "what is over is not worked on twice");
    }

    #[test]
    fn the_same_beneficiary_suggests_a_duplicate_for_a_week_and_the_same_need() {
        let person = Some("person".to_owned());
        let one = Near { beneficiary: person.clone(), ..near(1, "2026-04-14") };
        let other = |day| Near { beneficiary: person.clone(), ..near(2, day) };
        assert!(one.may_be(&other("2026-04-21")) && other("2026-04-21").may_be(&one));
        assert!(!one.may_be(&other("2026-04-22")));
        assert!(!one.may_be(&Near { category: "papier".to_owned(), ..other("2026-04-14") }));
        assert!(!near(1, "2026-04-14").may_be(&near(2, "2026-04-14")), "nobody is no beneficiary");
    }

    #[test]
    fn only_two_open_requests_of_one_line_are_merged() {
        let of = |line: u128, reference: &str, state| Party {
            id: Uuid::from_u128(reference.parse().unwrap()),
            line_id: Uuid::from_u128(line),
            reference: reference.to_owned(),
            state,
            priority: 3,
        };
        let open = of(1, "111111", State::Recorded);
        assert_eq!(may_merge(&open, &open), Err(NotMerged::Itself));
        assert_eq!(may_merge(&open, &of(2, "222222", State::Recorded)), Err(NotMerged::OtherLine));
        assert_eq!(may_merge(&open, &of(1, "222222", State::AwaitingAgreement)), Ok(()));
        for state in [State::Merged, State::Solved, State::Cancelled] {
            let over = of(1, "222222", state);
            assert!(matches!(may_merge(&open, &over), Err(NotMerged::Over { .. })), "{state:?}");
            assert!(matches!(may_merge(&over, &open), Err(NotMerged::Over { .. })), "{state:?}");
        }
    }
}
