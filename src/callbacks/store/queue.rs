//! The queue as one operator sees it: in the order of [`Item::rank`](super::super::order::Item::rank), of her lines only.
//!
//! The ranking reads nothing but the index `callbacks_queue`; only the first rows are joined to what is shown of them.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::super::callback::Reason;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;

/// A callback in the queue. Numbers stay sealed: the page unseals and masks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Why.
    pub reason: Reason,
    /// The category that was chosen.
    pub category: Option<String>,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// The language to speak.
    pub lang: Lang,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// What the caller was told.
    pub promised_until: Option<Timestamp>,
    /// The next try, or the hour that was agreed with her; none when it may be done at once.
    pub not_before: Option<Timestamp>,
    /// Whether that hour was agreed with her.
    pub appointment: bool,
    /// When it was left to a supervisor's decision.
    pub escalated_at: Option<Timestamp>,
    /// The six digits of the request behind it.
    pub reference: Option<String>,
    /// The row of the number to call, still sealed; none is « sans numéro ».
    pub contact: Option<(String, Vec<u8>)>,
    /// How many times somebody tried to reach her.
    pub attempts: u32,
    /// What was answered, sealed.
    pub answers: Option<Vec<u8>>,
}

/// Who holds a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// As colleagues read it.
    pub name: String,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
    /// Her account; none at the terminal, and by telephone.
    pub operator: Option<Uuid>,
}

impl Holder {
    /// Whether that operator holds it.
    pub fn is(&self, operator: Uuid) -> bool {
        self.operator == Some(operator)
    }
}

/// The queue in numbers, as one operator sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Somebody in danger whom nobody holds.
    pub danger: u32,
    /// Offered, and should have been done; danger included.
    pub overdue: u32,
    /// Offered to whoever asks for the next one, whatever the language.
    pub waiting: u32,
    /// Held by somebody.
    pub held: u32,
    /// Held by nobody, and not to be done before some hour.
    pub later: u32,
    /// Left to a supervisor's decision, whoever holds it.
    pub escalated: u32,
}

const QUEUE: &str = "select b.id, b.line_id, b.reason, b.category, b.priority, b.state, b.claimed_by, b.operator_id, b.lease_until, b.lang, \
     b.opened_at, b.due_at, b.promised_until, b.not_before, b.next_step, b.escalated_at, b.attempts, b.answers, c.id as contact, \
     c.number, r.reference, o.name as operator from ( \
     select id as first_id, case when priority = 0 then 0 when due_at < $2 then 1 \
     when $3 like '% ' || lang || ' %' then 2 else 3 end as class, \
     cast($2 - opened_at as double precision) \
     / cast(case when due_at > opened_at then due_at - opened_at else 1 end as double precision) as used \
     from callbacks where line_id in (select line_id from operator_lines where operator_id = $1) and state <> 'closed' \
     and (priority = 0 or not_before <= $2) order by class, used desc, due_at, opened_at, id limit $4) first \
     join callbacks b on b.id = first.first_id left join requests r on r.id = b.request_id \
     left join callers c on c.id = b.contact_id left join operators o on o.id = b.operator_id \
     order by first.class, first.used desc, b.due_at, b.opened_at, b.id";

/// What waits and what is held, the first `limit` of them in the order of F-44 for somebody who speaks `langs`. What must
/// wait for its hour is told by [`later`].
pub async fn queue(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    langs: &[Lang],
    now: Timestamp,
    limit: u32,
) -> Result<Vec<QueueRow>, DbError> {
    let rows = sqlx::query(QUEUE)
        .bind(operator_id.to_string())
        .bind(now.as_millisecond())
        .bind(spoken(langs))
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    read_all(&rows, now)
}

const LATER: &str = "select b.id, b.line_id, b.reason, b.category, b.priority, b.state, b.claimed_by, b.operator_id, b.lease_until, b.lang, \
     b.opened_at, b.due_at, b.promised_until, b.not_before, b.next_step, b.escalated_at, b.attempts, b.answers, c.id as contact, \
     c.number, r.reference, o.name as operator from ( \
     select id as first_id from callbacks where line_id in (select line_id from operator_lines where operator_id = $1) \
     and state <> 'closed' and priority > 0 and not_before > 0 and not_before > $2 order by not_before, id limit $3) first \
     join callbacks b on b.id = first.first_id left join requests r on r.id = b.request_id \
     left join callers c on c.id = b.contact_id left join operators o on o.id = b.operator_id \
     order by b.not_before, b.id";

/// « Plus tard »: the first `limit` of those that must wait for their hour, the nearest hour first.
pub async fn later(tx: &mut Tx<'_>, operator_id: Uuid, now: Timestamp, limit: u32) -> Result<Vec<QueueRow>, DbError> {
    let rows = sqlx::query(LATER)
        .bind(operator_id.to_string())
        .bind(now.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    read_all(&rows, now)
}

const TO_DECIDE: &str = "select b.id, b.line_id, b.reason, b.category, b.priority, b.state, b.claimed_by, b.operator_id, b.lease_until, \
     b.lang, b.opened_at, b.due_at, b.promised_until, b.not_before, b.next_step, b.escalated_at, b.attempts, b.answers, \
     c.id as contact, c.number, r.reference, o.name as operator from ( \
     select id as first_id from callbacks where line_id in (select line_id from operator_lines where operator_id = $1) \
     and state <> 'closed' and escalated_at is not null order by escalated_at, id limit $2) first \
     join callbacks b on b.id = first.first_id left join requests r on r.id = b.request_id \
     left join callers c on c.id = b.contact_id left join operators o on o.id = b.operator_id \
     order by b.escalated_at, b.id";

/// « À décider »: the first `limit` of those that were left to a supervisor (F-46), whatever their hour, those that have
/// waited longest for a decision first.
pub async fn to_decide(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<QueueRow>, DbError> {
    let rows = sqlx::query(TO_DECIDE).bind(operator_id.to_string()).bind(i64::from(limit)).fetch_all(tx.conn()).await?;
    read_all(&rows, now)
}

const ONE: &str = "select b.id, b.line_id, b.reason, b.category, b.priority, b.state, b.claimed_by, b.operator_id, b.lease_until, b.lang, \
     b.opened_at, b.due_at, b.promised_until, b.not_before, b.next_step, b.escalated_at, b.attempts, b.answers, c.id as contact, \
     c.number, r.reference, o.name as operator from callbacks b \
     left join requests r on r.id = b.request_id left join callers c on c.id = b.contact_id \
     left join operators o on o.id = b.operator_id \
     where b.id = $2 and b.line_id in (select line_id from operator_lines where operator_id = $1)";

/// One callback of her lines, whatever its state; of another line's there is none.
pub async fn one(tx: &mut Tx<'_>, operator_id: Uuid, id: Uuid, now: Timestamp) -> Result<Option<QueueRow>, DbError> {
    let row = sqlx::query(ONE).bind(operator_id.to_string()).bind(id.to_string()).fetch_optional(tx.conn()).await?;
    row.map(|row| read(&row, now)).transpose()
}

const COUNTS: &str = "select \
     count(case when free = 1 and priority = 0 then 1 end) as danger, \
     count(case when free = 1 and later = 0 and due_at < $2 then 1 end) as overdue, \
     count(case when free = 1 and later = 0 then 1 end) as waiting, \
     count(case when free = 0 then 1 end) as held, \
     count(case when free = 1 and later = 1 then 1 end) as later, \
     count(escalated_at) as escalated from ( \
     select priority, due_at, escalated_at, \
     case when state = 'claimed' and lease_until >= $2 then 0 else 1 end as free, \
     case when priority > 0 and not_before > $2 then 1 else 0 end as later \
     from callbacks where line_id in (select line_id from operator_lines where operator_id = $1) \
     and state <> 'closed') every_one";

/// The queue of her lines in numbers.
pub async fn counts(tx: &mut Tx<'_>, operator_id: Uuid, now: Timestamp) -> Result<Counts, DbError> {
    let row = sqlx::query(COUNTS).bind(operator_id.to_string()).bind(now.as_millisecond()).fetch_one(tx.conn()).await?;
    Ok(Counts {
        danger: count(&row, "danger")?,
        overdue: count(&row, "overdue")?,
        waiting: count(&row, "waiting")?,
        held: count(&row, "held")?,
        later: count(&row, "later")?,
        escalated: count(&row, "escalated")?,
    })
}

fn count(row: &AnyRow, column: &str) -> Result<u32, DbError> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

/// Languages as the statements look them up: each between two spaces.
fn spoken(langs: &[Lang]) -> String {
    langs.iter().fold(" ".to_owned(), |all, lang| all + lang.code() + " ")
}

fn read_all(rows: &[AnyRow], now: Timestamp) -> Result<Vec<QueueRow>, DbError> {
    rows.iter().map(|row| read(row, now)).collect()
}

fn read(row: &AnyRow, now: Timestamp) -> Result<QueueRow, DbError> {
    let instant = |column: &str| row.try_get::<i64, _>(column).map(from_millis);
    let maybe = |column: &str| row.try_get::<Option<i64>, _>(column).map(|millis| millis.map(from_millis));
    let lang: String = row.try_get("lang")?;
    let contact: Option<String> = row.try_get("contact")?;
    let step: Option<String> = row.try_get("next_step")?;
    Ok(QueueRow {
        id: id(row, "id")?,
        line_id: id(row, "line_id")?,
        reason: Reason::of_code(row.try_get("reason")?).unwrap_or(Reason::Request),
        category: row.try_get("category")?,
        priority: u8::try_from(row.try_get::<i64, _>("priority")?).unwrap_or(3),
        holder: holder(row, now)?,
        lang: lang.parse().unwrap_or(Lang::FRENCH),
        opened_at: instant("opened_at")?,
        due_at: instant("due_at")?,
        promised_until: maybe("promised_until")?,
        not_before: Some(instant("not_before")?).filter(|at| *at > now),
        appointment: step.as_deref() == Some("date"),
        escalated_at: maybe("escalated_at")?,
        reference: row.try_get("reference")?,
        contact: contact.zip(row.try_get("number")?),
        attempts: count(row, "attempts")?,
        answers: row.try_get("answers")?,
    })
}

fn holder(row: &AnyRow, now: Timestamp) -> Result<Option<Holder>, DbError> {
    let until: Option<i64> = row.try_get("lease_until")?;
    let held = row.try_get::<&str, _>("state")? == "claimed";
    let Some(until) = until.map(from_millis).filter(|until| held && *until >= now) else { return Ok(None) };
    let operator: Option<&str> = row.try_get("operator_id")?;
    let name: Option<String> = row.try_get("operator")?;
    let name = name.or(row.try_get("claimed_by")?).unwrap_or_default();
    Ok(Some(Holder { name, until, operator: operator.and_then(|id| id.parse().ok()) }))
}

fn id(row: &AnyRow, column: &str) -> Result<Uuid, DbError> {
    let text: &str = row.try_get(column)?;
    Ok(text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?)
}
