//! Rows of imports that nobody sees: replaced, refused in the middle, or killed. They go a few at a time.

use jiff::Timestamp;

use crate::db::{DbError, Tx, locking};

/// Imports that have written nothing since that instant and were never shown: they were killed.
pub async fn dead(tx: &mut Tx<'_>, before: Timestamp) -> Result<Vec<i64>, DbError> {
    let dead = "select id from place_imports where published is null and seen_at < $1";
    Ok(sqlx::query_scalar(dead).bind(before.as_millisecond()).fetch_all(tx.conn()).await?)
}

/// Gives an import up: its rows are to be deleted, and it can write no more.
pub async fn give_up(tx: &mut Tx<'_>, import: i64) -> Result<(), DbError> {
    let gone = sqlx::query("delete from place_imports where id = $1 and published is null");
    if gone.bind(import).execute(tx.conn()).await?.rows_affected() == 0 {
        return Ok(());
    }
    let left = "insert into place_leftovers (import_id, commune) select distinct import_id, commune from streets \
                where import_id = $1 on conflict do nothing";
    sqlx::query(left).bind(import).execute(tx.conn()).await?;
    Ok(())
}

/// The next commune of an import whose rows are to be deleted.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>, DbError> {
    let next = "select import_id, commune from place_leftovers order by import_id, commune limit 1";
    Ok(sqlx::query_as(next).fetch_optional(tx.conn()).await?)
}

/// Deletes some of its addresses, whole streets, so many and a few more; at the end its streets too, and it is no leftover
/// any more.
pub async fn delete(tx: &mut Tx<'_>, import: i64, commune: &str, most: i64) -> Result<(), DbError> {
    // Whoever deletes the same ones at the same time waits here, and then sees what is left.
    let lock = locking(tx.kind(), "select import_id from place_leftovers where import_id = $1 and commune = $2");
    let there: Option<i64> = sqlx::query_scalar(lock).bind(import).bind(commune).fetch_optional(tx.conn()).await?;
    if there.is_none() {
        return Ok(());
    }
    let some = "delete from addresses where import_id = $1 and commune = $2 and street_id <= (\
                select street_id from addresses where import_id = $1 and commune = $2 \
                order by street_id limit 1 offset $3)";
    let done = sqlx::query(some).bind(import).bind(commune).bind(most).execute(tx.conn()).await?;
    if done.rows_affected() > 0 {
        return Ok(());
    }
    for rest in [
        "delete from addresses where import_id = $1 and commune = $2",
        "delete from streets where import_id = $1 and commune = $2",
        "delete from place_leftovers where import_id = $1 and commune = $2",
    ] {
        sqlx::query(rest).bind(import).bind(commune).execute(tx.conn()).await?;
    }
    Ok(())
}
