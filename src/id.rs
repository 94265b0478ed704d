//! Identities: opaque ids for rows, and the six digits of a request number.
//!
//! Chance is handed in like time: only the rim holds an [`Ids`], so that a test draws the same numbers each time.

use std::sync::Mutex;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use uuid::Uuid;

/// Where ids and random numbers come from.
pub trait Ids: Send + Sync + 'static {
    /// A new row id; ids made later sort later.
    fn row(&self, now: Timestamp) -> Uuid;
    /// Six random digits, the first of which may be zero: a request number (F-22).
    fn six_digits(&self) -> String;
    /// 128 random bits.
    fn bits(&self) -> u128;
    /// 128 random bits in lower-case hexadecimal: a token that nobody guesses.
    fn token(&self) -> String {
        format!("{:032x}", self.bits())
    }
}

/// Random numbers of the operating system, or of a fixed seed.
#[derive(Debug)]
pub struct RandomIds(Mutex<StdRng>);

impl RandomIds {
    /// Unpredictable ids, for service.
    pub fn from_entropy() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same ids at each run, for tests and transcripts.
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Ids for RandomIds {
    fn row(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.draw(|rng| rng.fill_bytes(&mut random));
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    fn six_digits(&self) -> String {
        format!("{:06}", self.draw(|rng| rng.random_range(0..1_000_000)))
    }

    fn bits(&self) -> u128 {
        self.draw(RngExt::random::<u128>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_numbers_have_six_digits_and_follow_the_seed() {
        let (one, other) = (RandomIds::from_seed(7), RandomIds::from_seed(7));
        for _ in 0..1_000 {
            let number = one.six_digits();
            assert_eq!(number.len(), 6);
            assert_eq!(number, other.six_digits());
        }
    }

    #[test]
    fn later_rows_sort_later() {
        let ids = RandomIds::from_seed(7);
        let early = ids.row("2026-04-14T08:00:00Z".parse().unwrap());
        let late = ids.row("2026-04-14T08:00:01Z".parse().unwrap());
        assert!(early < late);
    }
}
