//! The rows of calls, of their turns, and of the request numbers that were tried.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx, locking};

/// A call as a turn finds it.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Who phones, unless withheld.
    pub caller_id: Option<Uuid>,
    /// When it began.
    pub started_at: Timestamp,
    /// The turn that is expected.
    pub turn: i64,
    /// Where it stands in the dialog, sealed.
    pub session: Vec<u8>,
    /// Whether it goes on.
    pub live: bool,
}

/// A call that begins.
#[derive(Debug)]
pub struct NewCall<'a> {
    /// Its id.
    pub id: Uuid,
    /// The provider's id.
    pub sid: &'a str,
    /// The line.
    pub line_id: Uuid,
    /// Who phones, unless withheld.
    pub caller_id: Option<Uuid>,
    /// When.
    pub now: Timestamp,
}

/// Stores a call that begins, and holds it as [`lock`] would; `None` when it is there already.
pub async fn begin(tx: &mut Tx<'_>, new: &NewCall<'_>) -> Result<Option<CallRow>, DbError> {
    let done = sqlx::query(
        "insert into calls (id, sid, line_id, caller_id, started_at, seen_at, turn, session, state) \
         values ($1, $2, $3, $4, $5, $5, 0, $6, 'live') on conflict (sid) do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.sid)
    .bind(new.line_id.to_string())
    .bind(new.caller_id.map(|id| id.to_string()))
    .bind(new.now.as_millisecond())
    .bind(Vec::new())
    .execute(tx.conn())
    .await?;
    let (line_id, caller_id, started_at) = (new.line_id, new.caller_id, new.now);
    let row = CallRow { id: new.id, line_id, caller_id, started_at, turn: 0, session: Vec::new(), live: true };
    Ok((done.rows_affected() == 1).then_some(row))
}

type LockedRow = (String, String, Option<String>, i64, i64, Vec<u8>, String);

/// The call of that provider's id, held until the transaction ends.
pub async fn lock(tx: &mut Tx<'_>, sid: &str) -> Result<Option<CallRow>, DbError> {
    let select =
        locking(tx.kind(), "select id, line_id, caller_id, started_at, turn, session, state from calls where sid = $1");
    let row: Option<LockedRow> = sqlx::query_as(select).bind(sid).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|(id, line_id, caller_id, started, turn, session, state)| {
        Some(CallRow {
            id: id.parse().ok()?,
            line_id: line_id.parse().ok()?,
            caller_id: caller_id.and_then(|id| id.parse().ok()),
            started_at: from_millis(started),
            turn,
            session,
            live: state == "live",
        })
    }))
}

/// The document that a turn answered, sealed.
pub async fn answer(tx: &mut Tx<'_>, call_id: Uuid, turn: i64) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as("select answer from turns where call_id = $1 and turn = $2")
        .bind(call_id.to_string())
        .bind(turn)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(answer,)| answer))
}

/// A turn that was played.
#[derive(Debug)]
pub struct Played {
    /// The call.
    pub call_id: Uuid,
    /// The turn.
    pub turn: i64,
    /// Where the call stood when it began.
    pub step: String,
    /// By which exit it left.
    pub exit: Option<String>,
    /// The document, sealed.
    pub answer: Vec<u8>,
    /// Where the call stands now, sealed.
    pub session: Vec<u8>,
    /// How the call ended, if it did.
    pub outcome: Option<&'static str>,
    /// When.
    pub now: Timestamp,
}

/// Keeps a turn of a call that this transaction holds, and moves the call on. How it ended is said once: a turn that
/// comes after the end changes nothing of it.
pub fn play(tx: &mut Tx<'_>, played: Played) {
    let Played { call_id, turn, step, exit, answer, session, outcome, now } = played;
    let call_id = call_id.to_string();
    let id = call_id.clone();
    tx.at_end(
        "insert into turns (call_id, turn, at, step, exit, answer) values ($1, $2, $3, $4, $5, $6)",
        move |turns| turns.bind(call_id).bind(turn).bind(now.as_millisecond()).bind(step).bind(exit).bind(answer),
    );
    let state = if outcome.is_some() { "ended" } else { "live" };
    tx.at_end(
        "update calls set turn = $1, session = $2, seen_at = $3, outcome = coalesce(outcome, $4), state = $5 \
         where id = $6 and turn = $7",
        move |calls| {
            calls.bind(turn + 1).bind(session).bind(now.as_millisecond()).bind(outcome).bind(state).bind(id).bind(turn)
        },
    );
}

/// Ends a call that goes on; `false` when it had ended.
pub async fn end(tx: &mut Tx<'_>, call_id: Uuid, outcome: &str, now: Timestamp) -> Result<bool, DbError> {
    let done =
        sqlx::query("update calls set state = 'ended', outcome = $1, seen_at = $2 where id = $3 and state = 'live'")
            .bind(outcome)
            .bind(now.as_millisecond())
            .bind(call_id.to_string())
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The provider's ids of calls that go on without a sign of life since `before`, oldest first; calls whose caller talks
/// to somebody are given until `talking_before`.
pub async fn silent_since(
    tx: &mut Tx<'_>,
    before: Timestamp,
    talking_before: Timestamp,
    limit: i64,
) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select sid from calls where state = 'live' and seen_at < $1 and (seen_at < $2 or not exists \
         (select 1 from rings where rings.call_id = calls.id and rings.state = 'accepted')) order by seen_at limit $3",
    )
    .bind(before.as_millisecond())
    .bind(talking_before.as_millisecond())
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(sid,)| sid).collect())
}

/// How many calls that number made since `since` without anybody having talked to it since (F-22).
pub async fn without_contact(tx: &mut Tx<'_>, caller_id: Uuid, since: Timestamp) -> Result<i64, DbError> {
    let (count,): (i64,) = sqlx::query_as(
        "select count(*) from calls where caller_id = $1 and started_at > $2 and not exists (select 1 from callbacks \
         where callbacks.contact_id = $1 and callbacks.contacted_at > $2)",
    )
    .bind(caller_id.to_string())
    .bind(since.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Counts a request number that was not found (T6).
pub async fn note_try(tx: &mut Tx<'_>, id: Uuid, caller_id: Option<Uuid>, now: Timestamp) -> Result<(), DbError> {
    sqlx::query("insert into code_tries (id, caller_id, at) values ($1, $2, $3)")
        .bind(id.to_string())
        .bind(caller_id.map(|id| id.to_string()))
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many request numbers were not found: by that caller since `day`, by everybody since `hour` (T6).
pub async fn tries(
    tx: &mut Tx<'_>,
    caller_id: Option<Uuid>,
    day: Timestamp,
    hour: Timestamp,
) -> Result<(i64, i64), DbError> {
    let counts = sqlx::query_as(
        "select (select count(*) from code_tries where caller_id = $1 and at > $2), \
         (select count(*) from code_tries where at > $3)",
    )
    .bind(caller_id.map(|id| id.to_string()))
    .bind(day.as_millisecond())
    .bind(hour.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(counts)
}
