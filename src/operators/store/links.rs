//! The rows of one-time links.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{DbError, Tx};
use crate::operators::link::{Link, Purpose};

/// Adds a link under the hash of its token, in place of those of the same operator that were not used.
pub async fn make(tx: &mut Tx<'_>, id: &str, whose: Uuid, purpose: Purpose, now: Timestamp) -> Result<(), DbError> {
    withdraw(tx, whose, now).await?;
    let expires_at = now.checked_add(purpose.lasts()).unwrap_or(now);
    sqlx::query("insert into sign_in_links (id, operator_id, purpose, expires_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(whose.to_string())
        .bind(purpose.word())
        .bind(expires_at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes the operator's links useless.
pub async fn withdraw(tx: &mut Tx<'_>, whose: Uuid, now: Timestamp) -> Result<(), DbError> {
    sqlx::query("update sign_in_links set used_at = $1 where operator_id = $2 and used_at is null")
        .bind(now.as_millisecond())
        .bind(whose.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a link opens at `now`; none when it served, expired, or its operator is disabled.
pub async fn find(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<Option<Link>, DbError> {
    let row: Option<(String, String, String, String, Option<String>)> = sqlx::query_as(
        "select k.purpose, o.id, o.login, o.name, \
         (select min(l.line_id) from operator_lines l where l.operator_id = o.id) as line_id \
         from sign_in_links k join operators o on o.id = k.operator_id \
         where k.id = $1 and k.used_at is null and k.expires_at > $2 and o.disabled_at is null",
    )
    .bind(id)
    .bind(now.as_millisecond())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(purpose, operator, login, name, line)| {
        Some(Link {
            purpose: Purpose::of_word(&purpose)?,
            operator_id: operator.parse().ok()?,
            login,
            name,
            line: line.and_then(|line| line.parse().ok()),
        })
    }))
}

/// Uses a link up; `false` when it served already, expired, or is for something else: of two at once, one is true.
pub async fn consume(tx: &mut Tx<'_>, id: &str, purpose: Purpose, now: Timestamp) -> Result<bool, DbError> {
    let used = sqlx::query(
        "update sign_in_links set used_at = $1 where id = $2 and purpose = $3 and used_at is null and expires_at > $1",
    )
    .bind(now.as_millisecond())
    .bind(id)
    .bind(purpose.word())
    .execute(tx.conn())
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Deletes the links that expired.
pub async fn purge(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    let deleted = sqlx::query("delete from sign_in_links where expires_at <= $1");
    Ok(deleted.bind(now.as_millisecond()).execute(tx.conn()).await?.rows_affected())
}
