//! The rows of lines: an id and a number; and what a town decides of its line while it is running, over the file.

use jiff::Timestamp;
use uuid::Uuid;

use super::Line;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// What sealed values are bound to, with the line and the name.
const PLACE: &str = "line_settings.value";

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

/// What a town decided of its lines while they are running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The line.
    pub line_id: Uuid,
    /// The name of the setting.
    pub name: String,
    /// Its value, as it was typed.
    pub value: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that was decided, of every line; what this key does not open is left out.
pub async fn decided(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<Vec<Decided>, DbError> {
    let rows: Vec<(String, String, Vec<u8>, i64)> =
        sqlx::query_as("select line_id, name, value, changed_at from line_settings order by line_id, name")
            .fetch_all(tx.conn())
            .await?;
    let read = |(line, name, sealed, at): (String, String, Vec<u8>, i64)| {
        let plain = keyring.open(PLACE, &format!("{line}/{name}"), &sealed).ok()?;
        let value = String::from_utf8(plain).ok()?;
        Some(Decided { line_id: line.parse().ok()?, name, value, at: from_millis(at) })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Who decides what of a line.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The line.
    pub line_id: Uuid,
    /// The name of the setting.
    pub name: &'a str,
    /// Who: of a line that is not hers, nothing is decided.
    pub by: Uuid,
    /// When.
    pub now: Timestamp,
}

/// Keeps a value; `false` when the line is not hers.
pub async fn decide(tx: &mut Tx<'_>, keyring: &Keyring, decision: &Decision<'_>, value: &str) -> Result<bool, DbError> {
    let sealed = keyring.seal(PLACE, &format!("{}/{}", decision.line_id, decision.name), value.as_bytes());
    let done = sqlx::query(
        "insert into line_settings (line_id, name, value, changed_at, changed_by) \
         select line_id, $2, $3, $4, operator_id from operator_lines where line_id = $1 and operator_id = $5 \
         on conflict (line_id, name) do update set value = $3, changed_at = $4, changed_by = $5",
    )
    .bind(decision.line_id.to_string())
    .bind(decision.name)
    .bind(sealed)
    .bind(decision.now.as_millisecond())
    .bind(decision.by.to_string())
    .execute(tx.conn())
    .await?;
    tx.changed(decision.line_id);
    Ok(done.rows_affected() == 1)
}

/// Goes back to the file; `false` when the line is not hers, or nothing was decided.
pub async fn undecide(tx: &mut Tx<'_>, decision: &Decision<'_>) -> Result<bool, DbError> {
    let done = sqlx::query(
        "delete from line_settings where line_id = (select line_id from operator_lines \
         where line_id = $1 and operator_id = $3) and name = $2",
    )
    .bind(decision.line_id.to_string())
    .bind(decision.name)
    .bind(decision.by.to_string())
    .execute(tx.conn())
    .await?;
    tx.changed(decision.line_id);
    Ok(done.rows_affected() == 1)
}

/// Whether the line is hers.
pub async fn is_hers(tx: &mut Tx<'_>, operator_id: Uuid, line_id: Uuid) -> Result<bool, DbError> {
    let row: Option<(String,)> =
        sqlx::query_as("select line_id from operator_lines where line_id = $1 and operator_id = $2")
            .bind(line_id.to_string())
            .bind(operator_id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.is_some())
}
