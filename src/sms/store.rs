//! The rows of text messages that were received.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{DbError, Tx, storable};
use crate::secret::Keyring;

/// A message to keep.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: Uuid,
    /// The provider's id.
    pub sid: &'a str,
    /// The line.
    pub line_id: Uuid,
    /// Who sent it, unless withheld.
    pub caller_id: Option<Uuid>,
    /// The words.
    pub body: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Whether a message was received before.
pub async fn is_known(tx: &mut Tx<'_>, sid: &str) -> Result<bool, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select id from inbound_messages where sid = $1")
        .bind(storable(sid).into_owned())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Keeps a message; `false` when it was received before.
pub async fn insert(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewMessage<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let sealed = keyring.seal("inbound_messages.body", &id, new.body.as_bytes());
    let done = sqlx::query(
        "insert into inbound_messages (id, sid, line_id, caller_id, body, at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (sid) do nothing",
    )
    .bind(id)
    .bind(storable(new.sid).into_owned())
    .bind(new.line_id.to_string())
    .bind(new.caller_id.map(|id| id.to_string()))
    .bind(sealed)
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
