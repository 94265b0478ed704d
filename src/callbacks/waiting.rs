//! A callback that waits for its request, as whoever changes the request sees it; and what a merge of two requests does
//! to what waits for them (F-49). Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::callback::Reason;
use crate::clock::from_millis;

/// How urgent a callback is, and by when it must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Millis", into = "Millis")]
pub struct Deadline {
    /// 0 to 3.
    pub priority: u8,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// What the caller was told.
    pub promised_until: Option<Timestamp>,
}

/// A deadline as JSON keeps it.
#[derive(Serialize, Deserialize)]
struct Millis {
    priority: u8,
    due_at: i64,
    promised_until: Option<i64>,
}

impl From<Millis> for Deadline {
    fn from(millis: Millis) -> Self {
        let Millis { priority, due_at, promised_until } = millis;
        Self { priority, due_at: from_millis(due_at), promised_until: promised_until.map(from_millis) }
    }
}

impl From<Deadline> for Millis {
    fn from(deadline: Deadline) -> Self {
        Self {
            priority: deadline.priority,
            due_at: deadline.due_at.as_millisecond(),
            promised_until: deadline.promised_until.map(Timestamp::as_millisecond),
        }
    }
}

impl Deadline {
    /// The one that keeps what both ask for.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let promises = self.promised_until.into_iter().chain(other.promised_until);
        Self {
            priority: self.priority.min(other.priority),
            due_at: self.due_at.min(other.due_at),
            promised_until: promises.min(),
        }
    }
}

/// A callback that waits for its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// Why.
    pub reason: Reason,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How urgent it is.
    pub deadline: Deadline,
    /// Who holds it at this moment.
    pub holder: Option<String>,
    /// Her account, if she has one.
    pub operator_id: Option<Uuid>,
}

/// What becomes of the callbacks of two requests when one of them goes on for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// Those of the other one that close.
    pub closed: Vec<Uuid>,
    /// The one of the other request that goes on, because nobody waited for the kept one.
    pub handed: Option<Uuid>,
    /// The one that keeps the oldest deadline: what it had, and what it has.
    pub hastened: Option<(Uuid, Deadline, Deadline)>,
}

/// How what waits for `merged` joins what waits for `kept`; most urgent first in `waiting`.
pub fn join(waiting: &[Waiting], kept: Uuid, merged: Uuid) -> Joining {
    let of = |request: Uuid| waiting.iter().filter(move |waiting| waiting.request_id == request);
    let handed = of(merged).next().filter(|_| of(kept).next().is_none()).map(|waiting| waiting.id);
    let closed = of(merged).map(|waiting| waiting.id).filter(|id| Some(*id) != handed).collect();
    let goes_on = of(kept).next().or_else(|| of(merged).next());
    let hastened = goes_on.and_then(|goes_on| {
        let both = waiting.iter().fold(goes_on.deadline, |deadline, other| deadline.and(other.deadline));
        (both != goes_on.deadline).then_some((goes_on.id, goes_on.deadline, both))
    });
    Joining { closed, handed, hastened }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Uuid = Uuid::from_u128(1);
    const MERGED: Uuid = Uuid::from_u128(2);

    fn deadline(priority: u8, due: i64, promised: Option<i64>) -> Deadline {
        Deadline { priority, due_at: from_millis(due), promised_until: promised.map(from_millis) }
    }

    fn waiting(id: u128, request_id: Uuid, deadline: Deadline) -> Waiting {
        let (reason, opened_at) = (Reason::Request, from_millis(0));
        Waiting { id: Uuid::from_u128(id), request_id, reason, opened_at, deadline, holder: None, operator_id: None }
    }

    #[test]
    fn the_one_that_goes_on_keeps_the_oldest_deadline_and_promise_of_both() {
        let all = [
            waiting(11, KEPT, deadline(3, 900, None)),
            waiting(21, MERGED, deadline(1, 1_000, Some(700))),
            waiting(22, MERGED, deadline(3, 800, None)),
        ];
        let joining = join(&all, KEPT, MERGED);
        assert_eq!(joining.closed, [Uuid::from_u128(21), Uuid::from_u128(22)]);
        assert_eq!(joining.handed, None);
        let expected = (Uuid::from_u128(11), deadline(3, 900, None), deadline(1, 800, Some(700)));
        assert_eq!(joining.hastened, Some(expected));
    }

    #[test]
    fn a_request_for_which_nobody_waits_takes_the_other_ones_callback() {
        let joining = join(&[waiting(21, MERGED, deadline(2, 5, None))], KEPT, MERGED);
        assert_eq!(joining, Joining { closed: Vec::new(), handed: Some(Uuid::from_u128(21)), hastened: None });
        assert_eq!(join(&[], KEPT, MERGED), Joining { closed: Vec::new(), handed: None, hastened: None });
    }

    #[test]
    fn a_deadline_is_read_back_from_json() {
        for promised in [None, Some(7)] {
            let kept = deadline(2, 5, promised);
            let json = serde_json::to_string(&kept).unwrap();
            assert_eq!(serde_json::from_str::<Deadline>(&json).unwrap(), kept);
        }
    }
}
