//! The notes taken while the database did not answer become callbacks once it does.

use std::sync::Arc;

use uuid::Uuid;

use super::callback::{self, Reason};
use super::store::{self, NewCallback};
use crate::calls::hangup;
use crate::calls::store::{self as calls, CallRow};
use crate::calls::switchboard::Switchboard;
use crate::clock::from_millis;
use crate::db::DbError;
use crate::dialog::Session;
use crate::lang::Lang;
use crate::lines::{Line, Lines};
use crate::phone::PhoneNumber;
use crate::requests;
use crate::spool::SpoolEntry;

/// Merges every note, oldest first; returns how many. A note is removed only after its callback is on the disk, and
/// merging it twice opens one callback.
pub async fn merge(board: &Arc<Switchboard>, lines: &Lines) -> Result<usize, DbError> {
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
        match open(board, &line, entry).await {
            Err(cause) if cause.is_unavailable() => return Err(cause),
            Err(cause) => {
                // It stays, and the others have their turn.
                tracing::error!(cause = %crate::telemetry::chain(&cause), "a note could not become a callback");
                continue;
            }
            Ok(()) => {}
        }
        match board.spool.remove(&id).await {
            Ok(()) => merged += 1,
            Err(cause) => tracing::error!(%cause, "a note that was merged could not be removed"),
        }
    }
    Ok(merged)
}

/// A caller who waits to be called back because of that call waits once: what she said before the failure is with it.
async fn open(board: &Arc<Switchboard>, line: &Line, entry: SpoolEntry) -> Result<(), DbError> {
    let now = board.clock.now();
    let (callback_id, caller_id) = (board.ids.row(now), board.ids.row(now));
    let (work, line) = (board.clone(), line.clone());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let call = calls::lock(tx, &entry.call_sid).await?;
                if let Some(call) = &call
                    && store::awaits(tx, call.id).await?
                {
                    return Ok(());
                }
                let contact_id = match PhoneNumber::parse(&entry.caller) {
                    Ok(number) => Some(requests::store::caller(tx, &work.keyring, caller_id, &number, now).await?),
                    Err(_) => None,
                };
                let noted =
                    Noted { entry: &entry, said: said(&work, call.as_ref()), call_id: call.map(|call| call.id) };
                let new = noted.callback(&line, callback_id, contact_id);
                store::open(tx, &work.keyring, &new).await.map(drop)
            })
        })
        .await
}

/// What the caller had answered before the failure.
fn said(board: &Switchboard, call: Option<&CallRow>) -> Option<(Session, Vec<u8>)> {
    let session = hangup::session(board, call?)?;
    let answers = serde_json::to_vec(&session.answers).unwrap_or_default();
    Some((session, answers))
}

/// A note, and what is known of its call.
struct Noted<'a> {
    entry: &'a SpoolEntry,
    call_id: Option<Uuid>,
    said: Option<(Session, Vec<u8>)>,
}

impl Noted<'_> {
    /// The callback counts from the moment of the call, not from that of its merging.
    fn callback(&self, line: &Line, id: Uuid, contact_id: Option<Uuid>) -> NewCallback<'_> {
        let session = self.said.as_ref().map(|(session, _)| session);
        let opened_at = from_millis(self.entry.at_ms);
        let priority = Reason::Failure.priority(session.map_or(3, |session| session.priority));
        NewCallback {
            id,
            line_id: line.id,
            call_id: self.call_id,
            request_id: None,
            contact_id,
            reason: Reason::Failure,
            category: session.and_then(|session| session.category.as_deref()),
            priority,
            lang: session.map_or(Lang::FRENCH, |session| session.lang),
            opened_at,
            due_at: callback::due(priority, opened_at, &line.settings.hours, None),
            promised_until: None,
            answers: self.said.as_ref().map_or(b"{}", |(_, answers)| answers),
            spool_id: Some(&self.entry.id),
        }
    }
}
