//! The notes taken while the database did not answer become callbacks once it does.

use uuid::Uuid;

use super::callback::{self, Reason};
use super::store::{self, NewCallback};
use crate::calls::switchboard::Switchboard;
use crate::clock::from_millis;
use crate::db::DbError;
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
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let contact_id = match PhoneNumber::parse(&entry.caller) {
                    Ok(number) => Some(requests::store::caller(tx, &keyring, caller_id, &number, now).await?),
                    Err(_) => None,
                };
                let new = callback_of(&line, &entry, callback_id, contact_id);
                store::open(tx, &keyring, &new).await.map(drop)
            })
        })
        .await
}

/// The callback counts from the moment of the call, not from that of its merging.
fn callback_of<'a>(line: &Line, entry: &'a SpoolEntry, id: Uuid, contact_id: Option<Uuid>) -> NewCallback<'a> {
    let (opened_at, priority) = (from_millis(entry.at_ms), Reason::Failure.priority(3));
    NewCallback {
        id,
        line_id: line.id,
        call_id: None,
        request_id: None,
        contact_id,
        reason: Reason::Failure,
        category: None,
        priority,
        lang: Lang::FRENCH,
        opened_at,
        due_at: callback::due(priority, opened_at, &line.settings.hours, None),
        promised_until: None,
        answers: b"{}",
        spool_id: Some(&entry.id),
    }
}
