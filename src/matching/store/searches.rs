//! The rows of searches: one for each request for which a neighbour is, or was, sought.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The request.
    pub request_id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// What a neighbour must be able to do.
    pub skill: String,
    /// Whether it goes on.
    pub running: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it is looked at again.
    pub next_at: Timestamp,
    /// When an agent has it at the latest.
    pub give_up_at: Timestamp,
    /// Waves that were sent.
    pub waves: i64,
    /// Why it ended, or why staff was told while it goes on.
    pub why: Option<String>,
}

/// Begins a search, or begins it again after an earlier one of the same request has ended.
pub async fn start(tx: &mut Tx<'_>, search: &Search) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into searches (request_id, line_id, skill, state, started_at, next_at, give_up_at, waves) \
         values ($1, $2, $3, 'running', $4, $5, $6, 0) on conflict (request_id) do update set skill = $3, \
         state = 'running', started_at = $4, next_at = $5, give_up_at = $6, waves = 0, ended_at = null, why = null \
         where searches.state = 'ended'",
    )
    .bind(search.request_id.to_string())
    .bind(search.line_id.to_string())
    .bind(&search.skill)
    .bind(search.started_at.as_millisecond())
    .bind(search.next_at.as_millisecond())
    .bind(search.give_up_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    tx.changed(search.line_id);
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct SearchRow {
    request_id: String,
    line_id: String,
    skill: String,
    state: String,
    started_at: i64,
    next_at: i64,
    give_up_at: i64,
    waves: i64,
    why: Option<String>,
}

/// The search of a request.
pub async fn one(tx: &mut Tx<'_>, request_id: Uuid) -> Result<Option<Search>, DbError> {
    let row: Option<SearchRow> = sqlx::query_as(
        "select request_id, line_id, skill, state, started_at, next_at, give_up_at, waves, why from searches \
         where request_id = $1",
    )
    .bind(request_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|row| {
        Some(Search {
            request_id: row.request_id.parse().ok()?,
            line_id: row.line_id.parse().ok()?,
            skill: row.skill,
            running: row.state == "running",
            started_at: from_millis(row.started_at),
            next_at: from_millis(row.next_at),
            give_up_at: from_millis(row.give_up_at),
            waves: row.waves,
            why: row.why,
        })
    }))
}

/// The requests whose search is due to be looked at, the longest due first.
pub async fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select request_id from searches where state = 'running' and next_at <= $1 order by next_at limit $2",
    )
    .bind(now.as_millisecond())
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}

/// Takes the next look at a search for oneself; `false` when another instance has it, or it has ended.
pub async fn take(tx: &mut Tx<'_>, search: &Search, next_at: Timestamp) -> Result<bool, DbError> {
    let done =
        sqlx::query("update searches set next_at = $1 where request_id = $2 and state = 'running' and next_at = $3")
            .bind(next_at.as_millisecond())
            .bind(search.request_id.to_string())
            .bind(search.next_at.as_millisecond())
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what a look came to: when the next one is, how many waves were sent, why staff was told.
pub async fn looked(
    tx: &mut Tx<'_>,
    request_id: Uuid,
    next_at: Timestamp,
    waves: i64,
    why: Option<&str>,
) -> Result<(), DbError> {
    sqlx::query(
        "update searches set next_at = $1, waves = $2, why = coalesce($3, why) where request_id = $4 and state = 'running'",
    )
    .bind(next_at.as_millisecond())
    .bind(waves)
    .bind(why)
    .bind(request_id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has a search looked at as soon as may be: somebody answered no, and the next one is not to wait.
pub async fn hasten(tx: &mut Tx<'_>, request_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    sqlx::query("update searches set next_at = $1 where request_id = $2 and state = 'running' and next_at > $1")
        .bind(now.as_millisecond())
        .bind(request_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a search; `false` when it had ended.
pub async fn end(tx: &mut Tx<'_>, request_id: Uuid, why: &str, now: Timestamp) -> Result<bool, DbError> {
    let done = sqlx::query(
        "update searches set state = 'ended', ended_at = $1, why = $2 where request_id = $3 and state = 'running'",
    )
    .bind(now.as_millisecond())
    .bind(why)
    .bind(request_id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
