//! The rows of merges (F-49): which request became part of which, and what undoing needs.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::duplicates::Party;
use super::super::request::State;
use crate::db::{DbError, Tx, locking};

/// The two requests of her lines, held until the transaction ends, in the order of their ids so that two merges never
/// wait for each other.
pub async fn hold(tx: &mut Tx<'_>, operator_id: Uuid, one: Uuid, other: Uuid) -> Result<Vec<Party>, DbError> {
    let select = locking(
        tx.kind(),
        "select id, line_id, reference, state, priority from requests where id in ($1, $2) \
         and line_id in (select line_id from operator_lines where operator_id = $3) order by id",
    );
    let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(select)
        .bind(one.to_string())
        .bind(other.to_string())
        .bind(operator_id.to_string())
        .fetch_all(tx.conn())
        .await?;
    let read = |(id, line, reference, state, priority): (String, String, _, String, i64)| {
        let priority = u8::try_from(priority).unwrap_or(3);
        let (id, line_id, state) = (id.parse().ok()?, line.parse().ok()?, State::of_word(&state)?);
        Some(Party { id, line_id, reference, state, priority })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// A merge to keep.
#[derive(Debug)]
pub struct NewMerge<'a> {
    /// Its id.
    pub id: Uuid,
    /// The one that goes on.
    pub kept_id: Uuid,
    /// The one that does not.
    pub merged_id: Uuid,
    /// Who.
    pub by: Uuid,
    /// When.
    pub now: Timestamp,
    /// What undoing needs, as JSON.
    pub before: &'a str,
}

/// Keeps a merge; `false` when that request is merged already.
pub async fn insert(tx: &mut Tx<'_>, new: &NewMerge<'_>) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into merges (id, kept_id, merged_id, merged_by, at, before) values ($1, $2, $3, $4, $5, $6) \
         on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.kept_id.to_string())
    .bind(new.merged_id.to_string())
    .bind(new.by.to_string())
    .bind(new.now.as_millisecond())
    .bind(new.before)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The request of her lines into which that one is merged.
pub async fn kept_of(tx: &mut Tx<'_>, operator_id: Uuid, merged_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Option<String>,)> = sqlx::query_as(
        "select merged_into from requests where id = $1 \
         and line_id in (select line_id from operator_lines where operator_id = $2)",
    )
    .bind(merged_id.to_string())
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id,)| id?.parse().ok()))
}

/// Undoes the merge of that request; gives what undoing needs. `None` when it is not merged any more.
pub async fn undo(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    merged_id: Uuid,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "update merges set undone_at = $1, undone_by = $2 where merged_id = $3 and undone_at is null returning before",
    )
    .bind(now.as_millisecond())
    .bind(operator_id.to_string())
    .bind(merged_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(before,)| before))
}
