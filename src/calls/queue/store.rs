//! The rows of the queue: who waits, which phone rings.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// Joins the queue, or shows that one is still there; returns when one joined.
pub async fn join(
    tx: &mut Tx<'_>,
    call_id: Uuid,
    line_id: Uuid,
    pool: &str,
    priority: u8,
    now: Timestamp,
) -> Result<Timestamp, DbError> {
    let (joined,): (i64,) = sqlx::query_as(
        "insert into waiting (call_id, line_id, pool, priority, joined_at, seen_at) values ($1, $2, $3, $4, $5, $5) \
         on conflict (call_id) do update set seen_at = $5, priority = $4, pool = $3 returning joined_at",
    )
    .bind(call_id.to_string())
    .bind(line_id.to_string())
    .bind(pool)
    .bind(i64::from(priority))
    .bind(now.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(from_millis(joined))
}

/// Leaves the queue; returns when one had joined it.
pub async fn leave(tx: &mut Tx<'_>, call_id: Uuid) -> Result<Option<Timestamp>, DbError> {
    let row: Option<(i64,)> = sqlx::query_as("delete from waiting where call_id = $1 returning joined_at")
        .bind(call_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(joined,)| from_millis(joined)))
}

/// Whether that call waits for a person.
pub async fn is_waiting(tx: &mut Tx<'_>, call_id: Uuid) -> Result<bool, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select call_id from waiting where call_id = $1")
        .bind(call_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// The calls of the callers seen since `seen` who come before that one and do not ring anywhere, in their order.
pub async fn ahead(tx: &mut Tx<'_>, call_id: Uuid, seen: Timestamp) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select w.call_id from waiting w join waiting me on me.call_id = $1 and me.line_id = w.line_id and me.pool = w.pool \
         where w.call_id <> me.call_id and w.seen_at > $2 and (w.priority < me.priority or (w.priority = me.priority and \
         (w.joined_at < me.joined_at or (w.joined_at = me.joined_at and w.call_id < me.call_id)))) and not exists \
         (select 1 from rings where rings.call_id = w.call_id and rings.state <> 'ended') \
         order by w.priority, w.joined_at, w.call_id",
    )
    .bind(call_id.to_string())
    .bind(seen.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(call,)| call).collect())
}

/// The phones of a line as the queue sees them, by their keyed hash.
#[derive(Debug, Default)]
pub struct Phones {
    /// Those that ring or talk for some call.
    pub busy: BTreeSet<String>,
    /// With the call, those that were tried for somebody who still waits.
    pub tried: BTreeSet<(String, String)>,
}

/// The phones of a line that are taken, or were tried for a caller who waits.
pub async fn phones(tx: &mut Tx<'_>, line_id: Uuid) -> Result<Phones, DbError> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "select phone, call_id, 0 from rings where line_id = $1 and state <> 'ended' union all \
         select r.phone, r.call_id, 1 from rings r join waiting w on w.call_id = r.call_id \
         where w.line_id = $1 and r.state = 'ended'",
    )
    .bind(line_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let mut phones = Phones::default();
    for (phone, call, ended) in rows {
        if ended == 1 {
            phones.tried.insert((call, phone))
        } else {
            phones.busy.insert(phone)
        };
    }
    Ok(phones)
}

/// Lets go of phones whose ring is past its time: its end never came.
pub async fn expire(tx: &mut Tx<'_>, line_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    sqlx::query("update rings set state = 'ended' where line_id = $1 and state <> 'ended' and expires_at < $2")
        .bind(line_id.to_string())
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A phone that begins to ring.
#[derive(Debug)]
pub struct NewRing<'a> {
    /// Its id.
    pub id: Uuid,
    /// Names the whisper document.
    pub token: &'a str,
    /// For whom it rings.
    pub call_id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The keyed hash of the phone.
    pub phone: &'a str,
    /// When.
    pub now: Timestamp,
    /// When it is let go if nothing is heard of it.
    pub expires_at: Timestamp,
}

/// Makes a phone ring for a call; `false` when it was taken in between.
pub async fn ring(tx: &mut Tx<'_>, new: &NewRing<'_>) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into rings (id, token, call_id, line_id, phone, state, started_at, expires_at) \
         values ($1, $2, $3, $4, $5, 'ringing', $6, $7) on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.token)
    .bind(new.call_id.to_string())
    .bind(new.line_id.to_string())
    .bind(new.phone)
    .bind(new.now.as_millisecond())
    .bind(new.expires_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A ring as the whisper finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// ringing, accepted, ended.
    pub state: String,
    /// The line.
    pub line_id: Uuid,
    /// The call it rings for.
    pub call_id: Uuid,
    /// Where that call stands, sealed.
    pub session: Vec<u8>,
}

/// The ring of that token.
pub async fn ring_of(tx: &mut Tx<'_>, token: &str) -> Result<Option<Ring>, DbError> {
    let row: Option<(String, String, String, Vec<u8>)> = sqlx::query_as(
        "select r.state, r.line_id, r.call_id, c.session from rings r join calls c on c.id = r.call_id \
         where r.token = $1",
    )
    .bind(token)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(state, line_id, call_id, session)| {
        Some(Ring { state, line_id: line_id.parse().ok()?, call_id: call_id.parse().ok()?, session })
    }))
}

/// Somebody pressed the key: the phone is hers until `until`. `false` when it does not ring any more.
pub async fn accept(tx: &mut Tx<'_>, token: &str, now: Timestamp, until: Timestamp) -> Result<bool, DbError> {
    let done = sqlx::query(
        "update rings set state = 'accepted', accepted_at = $1, expires_at = $2 where token = $3 and state = 'ringing'",
    )
    .bind(now.as_millisecond())
    .bind(until.as_millisecond())
    .bind(token)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends whatever rings or talks for a call; returns when somebody had accepted.
pub async fn hang_up(tx: &mut Tx<'_>, call_id: Uuid) -> Result<Option<Timestamp>, DbError> {
    let rows: Vec<(Option<i64>,)> = sqlx::query_as(
        "update rings set state = 'ended' where call_id = $1 and state <> 'ended' returning accepted_at",
    )
    .bind(call_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().find_map(|(accepted,)| accepted).map(from_millis))
}
