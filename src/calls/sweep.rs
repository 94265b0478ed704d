//! Calls whose end was never told: a lost status callback must not lose the caller (F-19).

use std::sync::Arc;
use std::time::Duration;

use super::hangup;
use super::store;
use super::switchboard::{Switchboard, back};
use crate::db::DbError;
use crate::lines::Lines;
use crate::telemetry::chain;

/// Longer than any wait of the dialog: prompts, a message of 90 seconds, a ring.
const NO_SIGN_OF_LIFE: Duration = Duration::from_mins(10);
/// Longer than any talk with an agent: the provider's own limit is four hours.
const LONGEST_TALK: Duration = Duration::from_mins(250);
/// Calls ended in one sweep; the next sweep takes the rest.
const AT_ONCE: i64 = 200;

/// Ends the calls that gave no sign of life, oldest first; returns how many.
pub async fn sweep(board: &Arc<Switchboard>, lines: &Arc<Lines>) -> Result<usize, DbError> {
    let now = board.clock.now();
    let (before, talking) = (back(now, NO_SIGN_OF_LIFE), back(now, LONGEST_TALK));
    let sids: Vec<String> = board
        .db
        .read(move |tx| Box::pin(async move { store::silent_since(tx, before, talking, AT_ONCE).await }))
        .await?;
    let mut ended = 0;
    for sid in &sids {
        match hangup::ended(board, lines, sid).await {
            Ok(()) => ended += 1,
            Err(cause) if cause.is_unavailable() => return Err(cause),
            // One call that cannot be ended must not keep the others from their end.
            Err(cause) => tracing::error!(sid, cause = %chain(&cause), "a call without an end could not be ended"),
        }
    }
    Ok(ended)
}
