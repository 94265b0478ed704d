//! Jobs that were given up: the list of those behind the lines of whoever looks, and another try, asked for by hand.

use jiff::Timestamp;
use uuid::Uuid;

use crate::audit;
use crate::callbacks::desk::Hand;
use crate::callbacks::store as callbacks;
use crate::calls::recording::{self, State};
use crate::db::{Db, DbError, Tx};
use crate::operators::Right;
use crate::operators::store::accounts;
use crate::outbox::{self, Failed, Job};
use crate::signals::store as signals;
use crate::sms::outbound::store::messages;

/// A job that was given up, with what it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The job as its row says it.
    pub row: Failed,
    /// The line.
    pub line_id: Uuid,
    /// When what it is about happened: the call of a message, the opening of a callback.
    pub about: Timestamp,
    /// Whether somebody waits for a callback behind it.
    pub awaited: bool,
}

/// The most that the page shows: whoever reads it mends what is common to them all.
const SHOWN: usize = 200;

/// The jobs that were given up on the lines of that operator, the last one first.
pub async fn on_lines_of(db: &Db, operator: Uuid) -> Result<Vec<Broken>, DbError> {
    db.read(move |tx| {
        Box::pin(async move {
            let lines = lines_of(tx, operator).await?;
            let (mut found, mut last) = (Vec::new(), None);
            // Those of other lines are passed over: a failure there must not hide one here.
            while found.len() < SHOWN {
                let rows = outbox::failed(tx, last.as_ref()).await?;
                last = rows.last().cloned();
                let more = rows.len() == outbox::FAILED_AT_ONCE;
                for row in rows {
                    found.extend(of_lines(tx, &lines, row).await?);
                }
                if !more {
                    break;
                }
            }
            Ok(found)
        })
    })
    .await
}

/// A job, unless it is of none of these lines.
async fn of_lines(tx: &mut Tx<'_>, lines: &[Uuid], row: Failed) -> Result<Option<Broken>, DbError> {
    let behind = behind(tx, row.job.as_ref()).await?.filter(|behind| lines.contains(&behind.line));
    Ok(behind.map(|Behind { line: line_id, about, awaited }| Broken { row, line_id, about, awaited }))
}

/// Has a job tried again at once, unless it is already; `false` when there is none of that id on her lines.
pub async fn retry(db: &Db, hand: &Hand, id: Uuid) -> Result<bool, DbError> {
    let Some(operator) = hand.operator else { return Ok(false) };
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let lines = lines_of(tx, operator).await?;
            let Some(row) = outbox::one(tx, id).await? else { return Ok(false) };
            let Some(behind) = behind(tx, row.job.as_ref()).await? else { return Ok(false) };
            if !lines.contains(&behind.line) {
                return Ok(false);
            }
            if !outbox::again(tx, id, hand.now).await? {
                return Ok(true);
            }
            if let Some(Job::FetchRecording { recording_id }) = row.job {
                recording::store::change(tx, recording_id, State::Absent, State::Waiting).await?;
            }
            if let Some(Job::SendText { message_id }) = row.job {
                messages::again(tx, message_id).await?;
            }
            let of = (hand.entry, Some(behind.line));
            audit::store::write_of_line(tx, of, &hand.agent, "job.retry", &id.to_string(), hand.now).await?;
            Ok(true)
        })
    })
    .await
}

/// The lines whose jobs she may see.
async fn lines_of(tx: &mut Tx<'_>, operator: Uuid) -> Result<Vec<Uuid>, DbError> {
    accounts::lines_with_role(tx, operator, |role| role.may(Right::Jobs)).await
}

/// What a job is about.
struct Behind {
    line: Uuid,
    about: Timestamp,
    awaited: bool,
}

/// Of a row that this version cannot read, nobody knows whose it is.
async fn behind(tx: &mut Tx<'_>, job: Option<&Job>) -> Result<Option<Behind>, DbError> {
    Ok(match job {
        None => None,
        Some(Job::FetchRecording { recording_id } | Job::DeleteRecording { recording_id }) => {
            let Some(origin) = recording::store::origin(tx, *recording_id).await? else { return Ok(None) };
            let awaited = callbacks::awaits(tx, origin.call_id).await?;
            Some(Behind { line: origin.line_id, about: origin.at, awaited })
        }
        Some(Job::AlertOnCall { callback_id, .. } | Job::TellTried { callback_id }) => {
            behind_callback(tx, *callback_id).await?
        }
        Some(Job::CallAgent { bridge_id }) => match callbacks::bridges::callback_of(tx, *bridge_id).await? {
            Some(callback_id) => behind_callback(tx, callback_id).await?,
            None => None,
        },
        Some(Job::SendText { message_id }) => {
            let origin = messages::origin(tx, *message_id).await?;
            origin.map(|(line, about)| Behind { line, about, awaited: false })
        }
        Some(Job::TellSignal { signal_id }) => {
            let told = signals::to_tell(tx, *signal_id).await?;
            told.map(|told| Behind { line: told.line_id, about: told.at, awaited: !told.seen })
        }
    })
}

async fn behind_callback(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Behind>, DbError> {
    let found = callbacks::origin(tx, id).await?;
    Ok(found.map(|found| Behind { line: found.line_id, about: found.opened_at, awaited: !found.closed }))
}
