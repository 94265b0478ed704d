//! Up to when the texts that came to each of our numbers were looked for in the provider's list.

use jiff::Timestamp;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// Takes the next look at a number, unless somebody else took it since `stale`: the instant from which on texts must be
/// looked at. A number that was never looked at begins now: what came before is not ours.
pub async fn take(
    tx: &mut Tx<'_>,
    number: &str,
    stale: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "insert into text_watermarks (number, looked_at, until_at) values ($1, $2, $2) on conflict (number) do update \
         set looked_at = $2 where text_watermarks.looked_at <= $3 returning until_at",
    )
    .bind(number)
    .bind(now.as_millisecond())
    .bind(stale.as_millisecond())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(until,)| from_millis(until)))
}

/// Everything sent to that number before `until` was looked at.
pub async fn advance(tx: &mut Tx<'_>, number: &str, until: Timestamp) -> Result<(), DbError> {
    sqlx::query("update text_watermarks set until_at = $1 where number = $2 and until_at < $1")
        .bind(until.as_millisecond())
        .bind(number)
        .execute(tx.conn())
        .await?;
    Ok(())
}
