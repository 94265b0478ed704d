//! What callers say after the beep: one row a message, fetched by a job, kept sealed, deleted at the provider.

use jiff::Timestamp;
use uuid::Uuid;

use super::recording::Source;
use super::recording::State;
use super::recording::store::{self, NewRecording};
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
    if event.sid.is_none() && event.url.is_none() {
        return Ok(());
    }
    let seconds = event.duration_s.unwrap_or(0);
    let empty = seconds < SHORTEST;
    let id = board.ids.row(now);
    let new = NewRecording {
        id,
        call_id: call.id,
        turn: call.turn,
        step,
        source: Source { sid: event.sid.clone(), url: event.url.clone() },
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

/// A recording that the provider reports by itself: the only sign of it when the caller hung up while she spoke.
pub async fn reported(board: &Arc<Switchboard>, report: RecordingReport) -> Result<(), DbError> {
    if report.status != RecordingStatus::Completed {
        return Ok(());
    }
    let (now, work) = (board.clock.now(), board.clone());
    let keep_it = move |tx| -> BoxFuture<'_, Result<(), DbError>> {
        Box::pin(async move {
            let Some(call) = calls::lock(tx, &report.call_sid).await? else { return Ok(()) };
            let step = hangup::session(&work, &call).map(|session| session.at).unwrap_or_default();
            let event =
                RecordingEvent { sid: report.sid, url: report.url, duration_s: report.duration_s, hung_up: true };
            keep(tx, &work, &call, &step, &event, now).await
        })
    };
    board.db.write(keep_it).await
}
