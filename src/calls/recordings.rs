//! What callers say after the beep: one row a message, fetched by a job, kept sealed, deleted at the provider.

use jiff::Timestamp;
use uuid::Uuid;

use super::recording_store::{self as store, NewRecording, State};
use super::store::CallRow;
use super::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::outbox::{self, Job, NewJob};
use crate::telephony::event::RecordingEvent;

/// Seconds below which nothing was said.
const SHORTEST: u32 = 1;

/// Keeps the row of a recording that a turn announces. An empty one is deleted at the provider, not fetched.
pub async fn keep(
    tx: &mut Tx<'_>,
    board: &Switchboard,
    call: &CallRow,
    step: &str,
    event: &RecordingEvent,
    now: Timestamp,
) -> Result<(), DbError> {
    let Some(source) = event.sid.clone().or_else(|| event.url.clone()) else { return Ok(()) };
    let seconds = event.duration_s.unwrap_or(0);
    let empty = seconds < SHORTEST;
    let id = board.ids.row(now);
    let new = NewRecording {
        id,
        call_id: call.id,
        turn: call.turn,
        step,
        source: &source,
        seconds,
        state: if empty { State::Discarded } else { State::Waiting },
        now,
    };
    if store::insert(tx, &board.keyring, &new).await? {
        let job = if empty { Job::DeleteRecording { recording_id: id } } else { Job::FetchRecording { recording_id: id } };
        enqueue(tx, board, job, id, now).await?;
    }
    Ok(())
}

async fn enqueue(tx: &mut Tx<'_>, board: &Switchboard, job: Job, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let key = format!("{}/{id}", job.kind());
    outbox::enqueue(tx, NewJob::due_now(board.ids.row(now), job, key, now)).await?;
    Ok(())
}
