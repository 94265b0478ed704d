//! The numbers that nothing is sent to any more: a keyed hash of each (F-73).

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// A STOP to keep.
#[derive(Debug)]
pub struct NewStop<'a> {
    /// The keyed hash of the number (`callers.number`).
    pub number_index: &'a str,
    /// The line that it was said to.
    pub line_id: Uuid,
    /// Whether voice offers end too.
    pub voice: bool,
    /// How it came: `text`, `provider`, `agent`.
    pub source: &'a str,
    /// When.
    pub now: Timestamp,
}

/// A STOP that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce {
    /// Since when.
    pub since: Timestamp,
    /// Whether voice offers end too.
    pub voice: bool,
}

/// Keeps a STOP; `false` where one was in force already, which stays as it was, but for voice offers: they end too once
/// one of the two says so.
pub async fn insert(tx: &mut Tx<'_>, new: &NewStop<'_>) -> Result<bool, DbError> {
    let inserted = sqlx::query(
        "insert into stops (number_index, line_id, voice, source, since) values ($1, $2, $3, $4, $5) \
         on conflict (number_index) do nothing",
    )
    .bind(new.number_index)
    .bind(new.line_id.to_string())
    .bind(i64::from(new.voice))
    .bind(new.source)
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(true);
    }
    sqlx::query("update stops set voice = 1 where number_index = $1 and voice = 0 and $2 = 1")
        .bind(new.number_index)
        .bind(i64::from(new.voice))
        .execute(tx.conn())
        .await?;
    Ok(false)
}

/// The STOP of a number, if one is in force.
pub async fn of(tx: &mut Tx<'_>, number_index: &str) -> Result<Option<InForce>, DbError> {
    let row: Option<(i64, i64)> = sqlx::query_as("select since, voice from stops where number_index = $1")
        .bind(number_index)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(since, voice)| InForce { since: from_millis(since), voice: voice == 1 }))
}

/// The STOP of the number of that row of `callers`, if one is in force.
pub async fn of_contact(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<Option<InForce>, DbError> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "select s.since, s.voice from callers c join stops s on s.number_index = c.number_index where c.id = $1",
    )
    .bind(contact_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(since, voice)| InForce { since: from_millis(since), voice: voice == 1 }))
}

/// Ends a STOP; `false` where none was in force.
pub async fn delete(tx: &mut Tx<'_>, number_index: &str) -> Result<bool, DbError> {
    let deleted =
        sqlx::query("delete from stops where number_index = $1").bind(number_index).execute(tx.conn()).await?;
    Ok(deleted.rows_affected() == 1)
}

/// Forgets those said before that instant (F-73: 1,095 days).
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, DbError> {
    let delete = sqlx::query("delete from stops where since < $1").bind(before.as_millisecond());
    Ok(delete.execute(tx.conn()).await?.rows_affected())
}
