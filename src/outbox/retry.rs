//! When a job that did not succeed is tried again, and when it is given up.
//!
//! Whoever sees the failure says whether another try can help ([`Outcome::retry`] or [`Outcome::fail`]); the delays are
//! a list in the configuration, one per further try. Past the list the job is buried: kept, shown, never tried again.

use std::time::Duration;

use jiff::Timestamp;

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Not done; another try may help.
    Retry {
        /// What happened, without personal data.
        cause: String,
        /// The delay that the other side asked for; the configured one if shorter.
        after: Option<Duration>,
    },
    /// Nothing was tried: its hour has not come. The try does not count.
    Later {
        /// When it has.
        at: Timestamp,
    },
    /// Not done; no other try can help.
    Fail {
        /// What happened, without personal data.
        cause: String,
    },
    /// It may have happened: the answer was lost. Never tried again by itself.
    Unknown {
        /// What happened, without personal data.
        cause: String,
    },
}

/// What became of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Done for good.
    Done,
    /// It will be tried again at this instant.
    Again(Timestamp),
    /// It will be tried for the first time, or once more, at this instant: what has just ended was no try.
    Waits(Timestamp),
    /// Nobody knows; a person or a later event decides.
    Unknown,
    /// Given up: if somebody waits behind it, a person must be told now.
    Buried,
    /// Another worker has taken it over meanwhile: nothing was changed.
    Stale,
}

impl Outcome {
    /// Not done; another try may help.
    pub fn retry(cause: impl Into<String>) -> Self {
        Self::Retry { cause: cause.into(), after: None }
    }

    /// Not done; no other try can help.
    pub fn fail(cause: impl Into<String>) -> Self {
        Self::Fail { cause: cause.into() }
    }

    /// It may have happened.
    pub fn unknown(cause: impl Into<String>) -> Self {
        Self::Unknown { cause: cause.into() }
    }

    pub(super) fn cause(&self) -> Option<&str> {
        match self {
            Self::Done | Self::Later { .. } => None,
            Self::Retry { cause, .. } | Self::Fail { cause } | Self::Unknown { cause } => Some(cause),
        }
    }
}

impl Settled {
    /// The state of the row; a stale one has none to give.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Again(_) | Self::Waits(_) | Self::Stale => "queued",
            Self::Unknown => "unknown",
            Self::Buried => "buried",
        }
    }
}

/// What becomes of a job whose try number `attempt` (from 1) ended with `outcome` at `now`.
pub(super) fn after_try(attempt: i64, outcome: &Outcome, now: Timestamp, delays: &[Duration]) -> Settled {
    match outcome {
        Outcome::Done => Settled::Done,
        Outcome::Later { at } => Settled::Waits(*at),
        Outcome::Unknown { .. } => Settled::Unknown,
        Outcome::Fail { .. } => Settled::Buried,
        Outcome::Retry { after, .. } => delay(attempt, delays)
            .and_then(|delay| now.checked_add(delay.max(after.unwrap_or_default())).ok())
            .map_or(Settled::Buried, Settled::Again),
    }
}

/// True for a try beyond those that the delays allow: the ones before it never came to an end.
pub(super) fn is_one_too_many(attempt: i64, delays: &[Duration]) -> bool {
    attempt > 1 && delay(attempt - 1, delays).is_none()
}

fn delay(attempt: i64, delays: &[Duration]) -> Option<Duration> {
    delays.get(usize::try_from(attempt - 1).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAYS: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(1)];

    fn now() -> Timestamp {
        "2026-04-14T08:00:00Z".parse().unwrap()
    }

    fn retried(attempt: i64, after: Option<u64>) -> Settled {
        let after = after.map(Duration::from_secs);
        after_try(attempt, &Outcome::Retry { cause: "429".into(), after }, now(), &DELAYS)
    }

    fn again(seconds: u64) -> Settled {
        Settled::Again(now().checked_add(Duration::from_secs(seconds)).unwrap())
    }

    #[test]
    fn a_job_is_tried_once_more_per_configured_delay_and_then_buried() {
        assert_eq!(retried(1, None), again(5));
        assert_eq!(retried(2, None), again(60));
        assert_eq!(retried(3, None), Settled::Buried);
        assert_eq!(after_try(1, &Outcome::retry("x"), now(), &[]), Settled::Buried);
    }

    #[test]
    fn the_other_side_may_ask_for_a_longer_delay_never_for_a_shorter_one() {
        assert_eq!(retried(1, Some(30)), again(30));
        assert_eq!(retried(2, Some(30)), again(60));
        assert_eq!(retried(1, Some(u64::MAX)), Settled::Buried);
    }

    #[test]
    fn what_cannot_help_or_may_have_happened_is_not_tried_again() {
        assert_eq!(after_try(1, &Outcome::fail("21211"), now(), &DELAYS), Settled::Buried);
        assert_eq!(after_try(1, &Outcome::unknown("timeout"), now(), &DELAYS), Settled::Unknown);
        assert_eq!(after_try(9, &Outcome::Done, now(), &DELAYS), Settled::Done);
    }

    #[test]
    fn a_job_that_kills_its_worker_each_time_is_one_too_many_after_the_last_delay() {
        assert_eq!((1..=5).map(|n| is_one_too_many(n, &DELAYS)).collect::<Vec<_>>(), [false, false, false, true, true]);
        assert_eq!((1..=2).map(|n| is_one_too_many(n, &[])).collect::<Vec<_>>(), [false, true]);
    }
}
