//! The rows of what agents write (F-48): dated, signed, sealed, and never changed: no statement here updates one.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// A note to keep.
#[derive(Debug)]
pub struct NewNote<'a> {
    /// Its id, made with the form: the same form sent twice is one note.
    pub id: Uuid,
    /// The callback.
    pub callback_id: Uuid,
    /// Who wrote it.
    pub operator: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: &'a str,
}

/// A note as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub name: String,
    /// What; none when it cannot be read with this key.
    pub text: Option<String>,
}

/// Keeps a note of a callback of her lines, with its request; `false` when there is no such callback.
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewNote<'_>) -> Result<bool, DbError> {
    let row: Option<(String, Option<String>)> = sqlx::query_as(
        "select line_id, request_id from callbacks where id = $1 and line_id in \
         (select line_id from operator_lines where operator_id = $2)",
    )
    .bind(new.callback_id.to_string())
    .bind(new.operator.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some((line, request)) = row else { return Ok(false) };
    let id = new.id.to_string();
    let body = keyring.seal("notes.body", &id, new.text.as_bytes());
    sqlx::query(
        "insert into notes (id, line_id, callback_id, request_id, operator_id, at, body) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
    )
    .bind(id)
    .bind(&line)
    .bind(new.callback_id.to_string())
    .bind(request)
    .bind(new.operator.to_string())
    .bind(new.at.as_millisecond())
    .bind(body)
    .execute(tx.conn())
    .await?;
    if let Ok(line) = line.parse() {
        tx.changed(line);
    }
    Ok(true)
}

type NoteRow = (String, i64, String, Vec<u8>);

/// The notes of a callback of her lines and of its request, the first one first.
pub async fn of_callback(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator: Uuid,
    callback_id: Uuid,
) -> Result<Vec<Note>, DbError> {
    let rows: Vec<NoteRow> = sqlx::query_as(
        "select n.id, n.at, o.name, n.body from callbacks b join notes n on n.callback_id = b.id or n.request_id = b.request_id \
         join operators o on o.id = n.operator_id where b.id = $1 and b.line_id in \
         (select line_id from operator_lines where operator_id = $2) order by n.at, n.id",
    )
    .bind(callback_id.to_string())
    .bind(operator.to_string())
    .fetch_all(tx.conn())
    .await?;
    let notes = rows.into_iter().map(|(id, at, name, body)| {
        let plain = keyring.open("notes.body", &id, &body).ok();
        Note { at: from_millis(at), name, text: plain.and_then(|plain| String::from_utf8(plain).ok()) }
    });
    Ok(notes.collect())
}
