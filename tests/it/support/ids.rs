//! The same ids at each run. Request numbers have a stream of their own, so that the first request of a transcript has
//! the same number however many rows were made before it.

use jiff::Timestamp;
use ligne_solidaire::id::{Ids, RandomIds};
use uuid::Uuid;

/// Two streams of one seed.
pub(crate) struct SeededIds {
    rows: RandomIds,
    numbers: RandomIds,
}

impl SeededIds {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rows: RandomIds::from_seed(seed), numbers: RandomIds::from_seed(seed) }
    }
}

impl Ids for SeededIds {
    fn row(&self, now: Timestamp) -> Uuid {
        self.rows.row(now)
    }

    fn six_digits(&self) -> String {
        self.numbers.six_digits()
    }

    fn bits(&self) -> u128 {
        self.rows.bits()
    }
}
