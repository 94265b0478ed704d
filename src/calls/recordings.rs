//! What callers say after the beep: one row a message, fetched by a job, kept sealed, deleted at the provider.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::hangup;
use super::recording::Source;
use super::recording::State;
use super::recording::store::{self, NewRecording};
use super::store::{self as calls, CallRow};
use super::switchboard::{Switchboard, back};
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::lines::Lines;
use crate::outbox::{self, Job, NewJob, Outcome};
use crate::telephony::event::{RecordingEvent, RecordingReport};
use crate::telephony::provider::{Provider, ProviderError, RecordingRef};
use crate::telephony::status::RecordingStatus;

/// Seconds below which nothing was said; a message whose length is not known is kept.
const SHORTEST: u32 = 1;
/// Old messages erased at once, few because what is erased is overwritten and callers share the writer; the next sweep
/// takes the rest.
const ERASED_AT_ONCE: i64 = 4;

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
    let empty = event.duration_s.is_some_and(|seconds| seconds < SHORTEST);
    let id = board.ids.row(now);
    let new = NewRecording {
        id,
        call_id: call.id,
        turn: call.turn,
        step,
        source: Source { sid: event.sid.clone(), url: event.url.clone() },
        seconds: event.duration_s,
        state: if empty { State::Discarded } else { State::Waiting },
        now,
    };
    if store::insert(tx, &board.keyring, &new).await? {
        let job =
            if empty { Job::DeleteRecording { recording_id: id } } else { Job::FetchRecording { recording_id: id } };
        enqueue(tx, &*board.ids, job, id, now).await?;
    }
    Ok(())
}

async fn enqueue(tx: &mut Tx<'_>, ids: &dyn Ids, job: Job, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let key = format!("{}/{id}", job.kind());
    outbox::enqueue(tx, NewJob::due_now(ids.row(now), job, key, now)).await?;
    Ok(())
}

/// A recording that the provider reports by itself: the only sign of it when the caller hung up while she spoke.
pub async fn reported(board: &Arc<Switchboard>, report: RecordingReport) -> Result<(), DbError> {
    if report.status != RecordingStatus::Completed {
        return Ok(());
    }
    let (now, work) = (board.clock.now(), board.clone());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(call) = calls::lock(tx, &report.call_sid).await? else { return Ok(()) };
                let step = hangup::session(&work, &call).map(|session| session.at).unwrap_or_default();
                let event =
                    RecordingEvent { sid: report.sid, url: report.url, duration_s: report.duration_s, hung_up: true };
                keep(tx, &work, &call, &step, &event, now).await
            })
        })
        .await
}

/// Fetches a message, keeps it sealed, then asks for its deletion at the provider.
pub async fn fetch(board: &Switchboard, provider: &dyn Provider, recording_id: Uuid) -> Result<Outcome, DbError> {
    let Some(source) = source(board, recording_id).await? else { return Ok(Outcome::fail("no such recording")) };
    let audio = match provider.fetch_recording(&reference(source)).await {
        Ok(audio) => audio,
        Err(cause) => return failed_fetch(board, recording_id, &cause).await,
    };
    let sealed = board.keyring.seal("recordings.audio", &recording_id.to_string(), &audio);
    let (now, ids) = (board.clock.now(), board.ids.clone());
    let _alone = board.one_message.lock().await;
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                if store::change(tx, recording_id, State::Waiting, State::Kept).await? {
                    store::keep_audio(tx, recording_id, &sealed).await?;
                    enqueue(tx, &*ids, Job::DeleteRecording { recording_id }, recording_id, now).await?;
                }
                Ok(Outcome::Done)
            })
        })
        .await
}

/// Deletes a message at the provider; one that is gone already is deleted.
pub async fn delete(board: &Switchboard, provider: &dyn Provider, recording_id: Uuid) -> Result<Outcome, DbError> {
    let Some(source) = source(board, recording_id).await? else { return Ok(Outcome::Done) };
    if !provider.capabilities().delete_recordings {
        return Ok(Outcome::Done);
    }
    Ok(provider.delete_recording(&reference(source)).await.map_or_else(|cause| after(&cause), |()| Outcome::Done))
}

/// Erases the messages that are older than the callers of their line are told; returns how many.
pub async fn erase_old(board: &Switchboard, lines: &Lines) -> Result<usize, DbError> {
    let mut erased = 0;
    for line in lines.iter() {
        let (line_id, days) = (line.id, u64::from(line.settings.recordings_kept_days));
        let before = back(board.clock.now(), Duration::from_secs(days * 86_400));
        let old = board
            .db
            .read(move |tx| Box::pin(async move { store::kept_before(tx, line_id, before, ERASED_AT_ONCE).await }));
        let old: Vec<String> = old.await?;
        erased += old.len();
        if !old.is_empty() {
            board.db.write(move |tx| Box::pin(async move { erase(tx, &old).await })).await?;
        }
    }
    Ok(erased)
}

async fn erase(tx: &mut Tx<'_>, old: &[String]) -> Result<(), DbError> {
    for id in old {
        store::erase(tx, id).await?;
    }
    Ok(())
}

/// What a failure of the provider means for a job.
pub fn after(cause: &ProviderError) -> Outcome {
    match cause {
        ProviderError::Retry { after, cause } => Outcome::Retry { cause: cause.clone(), after: *after },
        // Fetching and deleting may be done again: an unknown outcome is only a retry.
        ProviderError::Unknown { cause } => Outcome::retry(cause.clone()),
        ProviderError::Never { .. } => Outcome::fail(cause.to_string()),
    }
}

async fn failed_fetch(board: &Switchboard, id: Uuid, cause: &ProviderError) -> Result<Outcome, DbError> {
    if matches!(cause, ProviderError::Never { .. }) {
        let absent = board
            .db
            .write(move |tx| Box::pin(async move { store::change(tx, id, State::Waiting, State::Absent).await }));
        absent.await?;
    }
    Ok(after(cause))
}

async fn source(board: &Switchboard, id: Uuid) -> Result<Option<Source>, DbError> {
    let keyring = board.keyring.clone();
    board.db.read(move |tx| Box::pin(async move { store::source(tx, &keyring, id).await })).await
}

fn reference(source: Source) -> RecordingRef {
    RecordingRef { sid: source.sid, url: source.url }
}
