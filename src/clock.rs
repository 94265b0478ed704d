//! The time of day, handed in as a value.
//!
//! Rules never ask what time it is: whoever calls them passes `now`. Only the rim holds a [`Clock`], so that a test
//! advances time instead of sleeping.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

/// Where the present instant comes from. Instants carry whole milliseconds: what both databases keep.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, truncated to the millisecond.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine what time it is")]
    fn now(&self) -> Timestamp {
        truncated(Timestamp::now())
    }
}

/// A clock that stands still until it is told otherwise: for tests and for replaying a transcript.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Mutex::new(truncated(start)))
    }

    /// Moves the clock to `instant`, forward or back.
    pub fn set(&self, instant: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = truncated(instant);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = now.checked_add(by).map_or(*now, truncated);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `instant` without what lies below the millisecond.
fn truncated(instant: Timestamp) -> Timestamp {
    from_millis(instant.as_millisecond())
}

/// The instant that a database column holds; out of range becomes the epoch, which no row of ours can mean.
pub fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_carry_whole_milliseconds() {
        let start: Timestamp = "2026-04-14T08:00:00.123456789Z".parse().unwrap();
        let clock = SetClock::new(start);
        assert_eq!(clock.now().to_string(), "2026-04-14T08:00:00.123Z");
        clock.advance(Duration::from_micros(1_999));
        assert_eq!(clock.now().to_string(), "2026-04-14T08:00:00.124Z");
    }
}
