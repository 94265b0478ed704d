//! The rows of the journal.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{DbError, Tx};

/// Writes an entry.
pub async fn write(
    tx: &mut Tx<'_>,
    id: Uuid,
    actor: &str,
    action: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("insert into audit (id, at, actor, action, subject) values ($1, $2, $3, $4, $5)")
        .bind(id.to_string())
        .bind(now.as_millisecond())
        .bind(actor)
        .bind(action)
        .bind(subject)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes an entry that belongs to a line, for the journal that its administrators read.
pub async fn write_of_line(
    tx: &mut Tx<'_>,
    (id, line_id): (Uuid, Option<Uuid>),
    actor: &str,
    action: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("insert into audit (id, at, actor, action, subject, line_id) values ($1, $2, $3, $4, $5, $6)")
        .bind(id.to_string())
        .bind(now.as_millisecond())
        .bind(actor)
        .bind(action)
        .bind(subject)
        .bind(line_id.map(|line| line.to_string()))
        .execute(tx.conn())
        .await?;
    Ok(())
}
