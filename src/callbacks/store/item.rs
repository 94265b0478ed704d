//! One callback in full, as the operator who opened it sees it (F-48): what was answered, and what is known of the same
//! number from before.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::super::callback::Reason;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// What the queue does not tell of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The call that it comes from.
    pub call_id: Option<Uuid>,
    /// The request behind it.
    pub request_id: Option<Uuid>,
    /// What was answered, as JSON: of the request where there is one.
    pub answers: Vec<u8>,
    /// How it ended.
    pub disposition: Option<String>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

const CONTENT: &str = "select b.id, b.call_id, b.request_id, b.answers, b.disposition, b.closed_at, \
     r.answers as request_answers from callbacks b left join requests r on r.id = b.request_id \
     where b.id = $2 and b.line_id in (select line_id from operator_lines where operator_id = $1)";

/// The content of a callback of her lines.
pub async fn content(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    id: Uuid,
) -> Result<Option<Content>, DbError> {
    let row = sqlx::query(CONTENT).bind(operator_id.to_string()).bind(id.to_string()).fetch_optional(tx.conn()).await?;
    row.map(|row| read(keyring, &row)).transpose()
}

fn read(keyring: &Keyring, row: &AnyRow) -> Result<Content, DbError> {
    let request: Option<String> = row.try_get("request_id")?;
    let own = unsealed(keyring, "callbacks.answers", row.try_get("id")?, row.try_get("answers")?);
    let of_request = request.as_deref().zip(row.try_get("request_answers")?);
    let of_request = of_request.and_then(|(id, sealed)| unsealed(keyring, "requests.answers", id, Some(sealed)));
    Ok(Content {
        call_id: row.try_get::<Option<String>, _>("call_id")?.and_then(|id| id.parse().ok()),
        request_id: request.and_then(|id| id.parse().ok()),
        answers: own.filter(|answers| answers != b"{}").or(of_request).unwrap_or_default(),
        disposition: row.try_get("disposition")?,
        closed_at: row.try_get::<Option<i64>, _>("closed_at")?.map(from_millis),
    })
}

fn unsealed(keyring: &Keyring, place: &str, id: &str, sealed: Option<Vec<u8>>) -> Option<Vec<u8>> {
    keyring.open(place, id, &sealed?).ok()
}

/// A callback of the same number, from before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its id.
    pub id: Uuid,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The category that was chosen.
    pub category: Option<String>,
    /// How it ended; none while it goes on.
    pub disposition: Option<String>,
    /// The six digits of the request behind it.
    pub reference: Option<String>,
}

const EARLIER: &str = "select e.id, e.opened_at, e.reason, e.category, e.disposition, r.reference from callbacks b \
     join callbacks e on e.contact_id = b.contact_id and e.id <> b.id left join requests r on r.id = e.request_id \
     where b.id = $2 and b.line_id in (select line_id from operator_lines where operator_id = $1) \
     and e.line_id in (select line_id from operator_lines where operator_id = $1) order by e.opened_at desc, e.id limit $3";

/// The `limit` latest callbacks of the same number on her lines.
pub async fn earlier(tx: &mut Tx<'_>, operator_id: Uuid, id: Uuid, limit: u32) -> Result<Vec<Earlier>, DbError> {
    let rows = sqlx::query(EARLIER)
        .bind(operator_id.to_string())
        .bind(id.to_string())
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    all(&rows)
}

const OF_PERSON: &str = "select e.id, e.opened_at, e.reason, e.category, e.disposition, r.reference from callbacks e \
     left join requests r on r.id = e.request_id where e.id <> $2 \
     and e.line_id in (select line_id from operator_lines where operator_id = $1) and e.id in (\
     select c.id from callers k join callbacks c on c.contact_id = k.id where k.number_index = $3 union \
     select c.id from beneficiaries p join requests n on n.beneficiary_id = p.id \
     join callbacks c on c.request_id = n.id where p.phone_index = $3) order by e.opened_at desc, e.id limit $4";

/// The `limit` latest callbacks but `id` on her lines of whoever has that number, or for her (F-48).
pub async fn of_person(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    id: Uuid,
    number: &PhoneNumber,
    limit: u32,
) -> Result<Vec<Earlier>, DbError> {
    let rows = sqlx::query(OF_PERSON)
        .bind(operator_id.to_string())
        .bind(id.to_string())
        .bind(keyring.index("callers.number", number.as_e164()))
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    all(&rows)
}

fn all(rows: &[AnyRow]) -> Result<Vec<Earlier>, DbError> {
    rows.iter().filter_map(|row| one(row).transpose()).collect()
}

fn one(row: &AnyRow) -> Result<Option<Earlier>, DbError> {
    let Ok(id) = row.try_get::<&str, _>("id")?.parse() else { return Ok(None) };
    Ok(Some(Earlier {
        id,
        opened_at: from_millis(row.try_get("opened_at")?),
        reason: Reason::of_code(row.try_get("reason")?).unwrap_or(Reason::Request),
        category: row.try_get("category")?,
        disposition: row.try_get("disposition")?,
        reference: row.try_get("reference")?,
    }))
}
