//! The rows of lines: only an id and a number; what the town decided is in its settings.

use jiff::Timestamp;
use uuid::Uuid;

use super::Line;
use crate::db::{DbError, Tx};
use crate::phone::PhoneNumber;

/// Makes sure that every line has its row.
pub async fn keep(tx: &mut Tx<'_>, lines: &[Line], now: Timestamp) -> Result<(), DbError> {
    for line in lines {
        sqlx::query("insert into lines (id, number, created_at) values ($1, $2, $3) on conflict do nothing")
            .bind(line.id.to_string())
            .bind(line.number.as_e164())
            .bind(now.as_millisecond())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Every line that has a row.
pub async fn list(tx: &mut Tx<'_>) -> Result<Vec<(Uuid, PhoneNumber)>, DbError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select id, number from lines order by created_at, id").fetch_all(tx.conn()).await?;
    let read = |(id, number): (String, String)| Some((id.parse().ok()?, PhoneNumber::parse(&number).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}
