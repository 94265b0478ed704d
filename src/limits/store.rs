//! What left on each day.

use sqlx::Row;

use super::rules::Weight;
use crate::db::{DbError, Tx};

/// Counts what is about to leave, for the whole house and for its number, in one statement; answers what is counted now
/// for the number and for the house. Whoever counts at the same time waits for the end of this transaction.
pub async fn count(tx: &mut Tx<'_>, day: &str, number: &str, what: Weight) -> Result<(Weight, Weight), DbError> {
    let rows = sqlx::query(
        "insert into spending (day, about, texts, calls, cost) values ($1, '', $3, $4, $5), ($1, $2, $3, $4, $5) \
         on conflict (day, about) do update set texts = spending.texts + excluded.texts, \
         calls = spending.calls + excluded.calls, cost = spending.cost + excluded.cost \
         returning about, texts, calls, cost",
    )
    .bind(day)
    .bind(number)
    .bind(what.texts)
    .bind(what.calls)
    .bind(what.cost)
    .fetch_all(tx.conn())
    .await?;
    let (mut of_number, mut of_house) = (Weight::default(), Weight::default());
    for row in rows {
        let weight = Weight { texts: row.try_get("texts")?, calls: row.try_get("calls")?, cost: row.try_get("cost")? };
        let about: String = row.try_get("about")?;
        *(if about.is_empty() { &mut of_house } else { &mut of_number }) = weight;
    }
    Ok((of_number, of_house))
}

/// Whether this is the first time on that day that a limit is reached.
pub async fn first_time(tx: &mut Tx<'_>, day: &str, mark: &str) -> Result<bool, DbError> {
    let marked = sqlx::query(
        "insert into spending (day, about, texts, calls, cost) values ($1, $2, 0, 0, 0) \
         on conflict (day, about) do nothing",
    )
    .bind(day)
    .bind(mark)
    .execute(tx.conn())
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// What the house spent on that day.
pub async fn spent(tx: &mut Tx<'_>, day: &str) -> Result<Weight, DbError> {
    let row = sqlx::query("select texts, calls, cost from spending where day = $1 and about = ''")
        .bind(day)
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(Weight::default()) };
    Ok(Weight { texts: row.try_get("texts")?, calls: row.try_get("calls")?, cost: row.try_get("cost")? })
}

/// Forgets the days before that one.
pub async fn forget(tx: &mut Tx<'_>, before: &str) -> Result<u64, DbError> {
    let delete = sqlx::query("delete from spending where day < $1").bind(before);
    Ok(delete.execute(tx.conn()).await?.rows_affected())
}
