//! Reporting, reading, seeing to a report and closing it. Who may is looked up with the act.

use uuid::Uuid;

use super::signal::Content;
use super::store::{self, Kept, NewSignal, Reader, Signal, Unseen};
use crate::audit;
use crate::callbacks::desk::Hand;
use crate::db::{Db, DbError, Tx};
use crate::id::Ids;
use crate::operators::Right;
use crate::operators::store::accounts;
use crate::outbox::{self, Job, NewJob};
use crate::secret::Keyring;

/// Reports something that a callback told; `false` when that is not there, or of another line. `form` is the id of the
/// form: sent twice, it is one report. Whoever answers for it is told by a text.
pub async fn report(
    db: &Db,
    keyring: &Keyring,
    ids: &dyn Ids,
    hand: &Hand,
    (callback_id, form): (Uuid, Uuid),
    content: Content,
) -> Result<bool, DbError> {
    let Some(operator) = hand.operator else { return Ok(false) };
    let (keyring, hand, job_id) = (keyring.clone(), hand.clone(), ids.row(hand.now));
    db.write(move |tx| {
        Box::pin(async move {
            let new = NewSignal { id: form, callback_id, operator, at: hand.now, content: &content };
            let line = match store::add(tx, &keyring, &new).await? {
                Kept::Unknown => return Ok(false),
                Kept::Before => return Ok(true),
                Kept::New(line) => line,
            };
            let job = Job::TellSignal { signal_id: form };
            outbox::enqueue(tx, NewJob::due_now(job_id, job, format!("tell-signal/{form}"), hand.now)).await?;
            journal(tx, &hand, line, "signal.report", form).await?;
            Ok(true)
        })
    })
    .await
}

/// The reports that she may read, the last one first; those that are closed only if `closed`.
pub async fn list(
    db: &Db,
    keyring: &Keyring,
    operator: Uuid,
    closed: bool,
    limit: u32,
) -> Result<Vec<Signal>, DbError> {
    let keyring = keyring.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let reader = reader(tx, operator).await?;
            store::list(tx, &keyring, reader, closed, limit).await
        })
    })
    .await
}

/// Opens one, which is journaled; none when she may not read it.
pub async fn open(db: &Db, keyring: &Keyring, hand: &Hand, id: Uuid) -> Result<Option<Signal>, DbError> {
    let Some(operator) = hand.operator else { return Ok(None) };
    let (keyring, hand) = (keyring.clone(), hand.clone());
    db.write(move |tx| {
        Box::pin(async move {
            let reader = reader(tx, operator).await?;
            let found = store::one(tx, &keyring, reader, id).await?;
            if let Some(signal) = &found {
                journal(tx, &hand, signal.line_id, "signal.open", id).await?;
            }
            Ok(found)
        })
    })
    .await
}

/// The reports that wait for her to see to them.
pub async fn unseen(db: &Db, keyring: &Keyring, operator: Uuid) -> Result<Unseen, DbError> {
    let keyring = keyring.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let reader = reader(tx, operator).await?;
            store::unseen(tx, &keyring, reader).await
        })
    })
    .await
}

/// She sees to it; `false` when somebody did before, or it is none of hers.
pub async fn seen(db: &Db, hand: &Hand, id: Uuid) -> Result<bool, DbError> {
    act(db, hand, id, Act::See).await
}

/// Nothing more is to be done about it; `false` when it was closed before, or it is none of hers.
pub async fn close(db: &Db, hand: &Hand, id: Uuid) -> Result<bool, DbError> {
    act(db, hand, id, Act::Close).await
}

/// What whoever answers for reports does with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    See,
    Close,
}

async fn act(db: &Db, hand: &Hand, id: Uuid, act: Act) -> Result<bool, DbError> {
    let Some(operator) = hand.operator else { return Ok(false) };
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move {
            if !reader(tx, operator).await?.all {
                return Ok(false);
            }
            let (done, action) = match act {
                Act::Close => (store::close(tx, operator, id, hand.now).await?, "signal.close"),
                Act::See => (store::see(tx, operator, id, hand.now).await?, "signal.seen"),
            };
            if let Some(line) = done {
                journal(tx, &hand, line, action, id).await?;
            }
            Ok(done.is_some())
        })
    })
    .await
}

async fn reader(tx: &mut Tx<'_>, operator: Uuid) -> Result<Reader, DbError> {
    let lines = accounts::lines_with_role(tx, operator, |role| role.may(Right::Safeguard)).await?;
    Ok(Reader { operator, all: !lines.is_empty() })
}

async fn journal(tx: &mut Tx<'_>, hand: &Hand, line: Uuid, action: &str, id: Uuid) -> Result<(), DbError> {
    audit::store::write_of_line(tx, (hand.entry, Some(line)), &hand.agent, action, &id.to_string(), hand.now).await
}
