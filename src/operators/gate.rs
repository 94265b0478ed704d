//! What letting somebody in needs of the house: its database and keys, time, chance, and a turn at comparing passwords.
//!
//! Comparing a password takes 19 MiB and some thirty milliseconds of a processor: a few at a time, on threads of their
//! own, so that neither calls nor pages wait behind those who guess.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::password;
use crate::clock::Clock;
use crate::db::{Db, DbError};
use crate::id::Ids;
use crate::secret::Keyring;

/// Passwords that are compared side by side.
const AT_ONCE: usize = 2;

/// What letting somebody in needs. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    /// Where the rows are.
    pub db: Db,
    /// What seals secrets.
    pub keyring: Keyring,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    turns: Arc<Semaphore>,
    compared: Arc<AtomicU64>,
}

impl Gate {
    /// The gate of this house.
    pub fn new(db: Db, keyring: Keyring, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { db, keyring, clock, ids, turns: Arc::new(Semaphore::new(AT_ONCE)), compared: Arc::default() }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many passwords were compared since the start, those of accounts that do not exist among them.
    pub fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    pub(super) fn row(&self) -> Uuid {
        self.ids.row(self.now())
    }

    /// 256 random bits, in hexadecimal.
    pub(super) fn token(&self) -> String {
        self.ids.token() + &self.ids.token()
    }

    /// 160 random bits.
    pub(super) fn secret(&self) -> [u8; 20] {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&self.ids.bits().to_be_bytes());
        bytes[16..].copy_from_slice(&self.ids.bits().to_be_bytes()[..4]);
        bytes
    }

    /// Whether it is the password that is kept; the same work is done where none is.
    pub(super) async fn compare(&self, kept: Option<String>, given: String) -> bool {
        self.compared.fetch_add(1, Ordering::Relaxed);
        self.in_turn(move || password::verify(kept.as_deref(), &given)).await.unwrap_or(false)
    }

    /// What is kept of a new password.
    pub(super) async fn hash(&self, password: String) -> Result<String, DbError> {
        let salt = self.ids.bits().to_be_bytes();
        let hashed = self.in_turn(move || password::hash(&password, &salt)).await;
        hashed.and_then(Result::ok).ok_or(DbError::Panicked)
    }

    /// Runs heavy work when it is its turn; none where it broke off.
    pub(super) async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.turns.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(work).await.ok();
        drop(turn);
        done
    }
}
