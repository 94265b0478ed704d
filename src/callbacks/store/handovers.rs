//! What somebody leaves to whoever comes after her (F-50): one line of instruction for a callback.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

const MINE: &str = "select b.id, b.due_at from callbacks b where b.operator_id = $1 and b.state = 'claimed' \
     and b.lease_until >= $2 union select b.id, b.due_at from attempts a join callbacks b on b.id = a.callback_id \
     where a.operator_id = $1 and a.at >= $3 and b.state <> 'closed' and b.due_at < $4 \
     and b.line_id in (select line_id from operator_lines where operator_id = $1) order by 2, 1";

/// The callbacks that she holds at `now`, and those that she worked on since `since` and that are due before `before`.
pub async fn mine(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    now: Timestamp,
    since: Timestamp,
    before: Timestamp,
) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(MINE)
        .bind(operator_id.to_string())
        .bind(now.as_millisecond())
        .bind(since.as_millisecond())
        .bind(before.as_millisecond())
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, _)| id.parse().ok()).collect())
}

/// An instruction to keep.
#[derive(Debug)]
pub struct NewHandover<'a> {
    /// Its id.
    pub id: Uuid,
    /// The callback.
    pub callback_id: Uuid,
    /// Who leaves it.
    pub operator_id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What is to be done.
    pub text: &'a str,
}

/// Keeps an instruction; `false` when the callback is not on her lines, or it is kept already.
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewHandover<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let body = keyring.seal("handovers.body", &id, new.text.as_bytes());
    let done = sqlx::query(
        "insert into handovers (id, line_id, callback_id, operator_id, at, body) select $1, line_id, id, $2, $3, $4 \
         from callbacks where id = $5 and line_id in (select line_id from operator_lines where operator_id = $2) on conflict (id) do nothing",
    )
    .bind(&id)
    .bind(new.operator_id.to_string())
    .bind(new.at.as_millisecond())
    .bind(body)
    .bind(new.callback_id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An instruction that somebody left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The callback.
    pub callback_id: Uuid,
    /// Its line.
    pub line_id: Uuid,
    /// Who left it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What is to be done.
    pub text: String,
}

const LEFT: &str = "select h.id, h.callback_id, h.line_id, o.name, h.at, h.body from handovers h \
     join operators o on o.id = h.operator_id join callbacks b on b.id = h.callback_id \
     where h.line_id in (select line_id from operator_lines where operator_id = $1) and h.at >= $2 and h.operator_id <> $1 \
     and b.state <> 'closed' order by h.at desc, h.id";

/// What colleagues of her lines left since `since` about callbacks that go on, the latest first.
pub async fn left_by_others(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    since: Timestamp,
) -> Result<Vec<Handover>, DbError> {
    let rows: Vec<(String, String, String, String, i64, Vec<u8>)> =
        sqlx::query_as(LEFT).bind(operator_id.to_string()).bind(since.as_millisecond()).fetch_all(tx.conn()).await?;
    let read = |(id, callback, line, by, at, body): (String, String, String, String, i64, Vec<u8>)| {
        let text = keyring.open("handovers.body", &id, &body).ok().and_then(|plain| String::from_utf8(plain).ok())?;
        Some(Handover {
            callback_id: callback.parse().ok()?,
            line_id: line.parse().ok()?,
            by,
            at: from_millis(at),
            text,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
