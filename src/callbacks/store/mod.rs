//! The rows of the staff queue: how a callback is opened, taken and closed. The order is in [`queue`].

pub mod attempts;
pub mod bridges;
pub mod claims;
pub mod handovers;
pub mod item;
pub mod notes;
pub mod of_request;
pub mod queue;

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::callback::{AT_THE_PHONE, Reason};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::secret::Keyring;

/// A callback to open.
#[derive(Debug)]
pub struct NewCallback<'a> {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The call that opened it.
    pub call_id: Option<Uuid>,
    /// The request behind it.
    pub request_id: Option<Uuid>,
    /// Whom to call; `None` is « sans numéro ».
    pub contact_id: Option<Uuid>,
    /// Why.
    pub reason: Reason,
    /// The category that was chosen.
    pub category: Option<&'a str>,
    /// 0 to 3.
    pub priority: u8,
    /// The language to speak.
    pub lang: Lang,
    /// When.
    pub opened_at: Timestamp,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// What the caller was told.
    pub promised_until: Option<Timestamp>,
    /// What was answered so far, as JSON.
    pub answers: &'a [u8],
    /// The note of the spool that it comes from.
    pub spool_id: Option<&'a str>,
}

/// Opens a callback, or brings the one of the same call and reason up to date: a call never opens two alike.
/// Returns the id of the row that stands for it, unless it comes from a note of the spool that was merged before.
pub async fn open(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewCallback<'_>) -> Result<Option<Uuid>, DbError> {
    let id = new.id.to_string();
    let answers = keyring.seal("callbacks.answers", &id, new.answers);
    let inserted = sqlx::query(
        "insert into callbacks (id, line_id, call_id, request_id, contact_id, reason, category, priority, lang, state, \
         opened_at, due_at, promised_until, answers, spool_id, attempts) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12, $13, $14, 0) on conflict do nothing",
    )
    .bind(id)
    .bind(new.line_id.to_string())
    .bind(text(new.call_id))
    .bind(text(new.request_id))
    .bind(text(new.contact_id))
    .bind(new.reason.code())
    .bind(new.category)
    .bind(i64::from(new.priority))
    .bind(new.lang.code())
    .bind(new.opened_at.as_millisecond())
    .bind(new.due_at.as_millisecond())
    .bind(new.promised_until.map(Timestamp::as_millisecond))
    .bind(answers)
    .bind(new.spool_id)
    .execute(tx.conn())
    .await?;
    tx.changed(new.line_id);
    if inserted.rows_affected() == 1 { Ok(Some(new.id)) } else { refresh(tx, keyring, new).await }
}

/// Brings the callback of the same call and reason up to date with what was learnt since; one that was closed is open
/// again, since its caller goes on.
async fn refresh(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewCallback<'_>) -> Result<Option<Uuid>, DbError> {
    let Some(call_id) = text(new.call_id) else { return Ok(None) };
    let row: Option<(String,)> = sqlx::query_as("select id from callbacks where call_id = $1 and reason = $2")
        .bind(&call_id)
        .bind(new.reason.code())
        .fetch_optional(tx.conn())
        .await?;
    let Some((id,)) = row else { return Ok(None) };
    sqlx::query(
        "update callbacks set contact_id = coalesce($1, contact_id), answers = $2, promised_until = $3, \
         state = case when state = 'closed' then 'open' else state end, disposition = null, closed_at = null, \
         claimed_by = case when state = 'closed' then null else claimed_by end, \
         operator_id = case when state = 'closed' then null else operator_id end, \
         lease_until = case when state = 'closed' then null else lease_until end where id = $4",
    )
    .bind(text(new.contact_id))
    .bind(keyring.seal("callbacks.answers", &id, new.answers))
    .bind(new.promised_until.map(Timestamp::as_millisecond))
    .bind(&id)
    .execute(tx.conn())
    .await?;
    Ok(id.parse().ok())
}

/// Whether somebody is to be called back because of that call.
pub async fn awaits(tx: &mut Tx<'_>, call_id: Uuid) -> Result<bool, DbError> {
    let (open,): (i64,) = sqlx::query_as("select count(*) from callbacks where call_id = $1 and state <> 'closed'")
        .bind(call_id.to_string())
        .fetch_one(tx.conn())
        .await?;
    Ok(open > 0)
}

/// Whether that call ever opened a callback for that reason.
pub async fn has_opened(tx: &mut Tx<'_>, call_id: Uuid, reason: Reason) -> Result<bool, DbError> {
    let (opened,): (i64,) = sqlx::query_as("select count(*) from callbacks where call_id = $1 and reason = $2")
        .bind(call_id.to_string())
        .bind(reason.code())
        .fetch_one(tx.conn())
        .await?;
    Ok(opened > 0)
}

/// Takes whatever a call left open: somebody is talking to the caller until `until` at most, so nobody else need be
/// alerted.
pub async fn claim_of_call(tx: &mut Tx<'_>, call_id: Uuid, until: Timestamp) -> Result<(), DbError> {
    let taken = sqlx::query_as(
        "update callbacks set state = 'claimed', claimed_by = $1, lease_until = $2 where call_id = $3 and state = 'open' \
         returning line_id",
    )
    .bind(AT_THE_PHONE)
    .bind(until.as_millisecond())
    .bind(call_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &taken);
    Ok(())
}

/// Closes what a call left open because somebody was talked to; returns how many.
pub async fn contacted(tx: &mut Tx<'_>, call_id: Uuid, now: Timestamp) -> Result<u64, DbError> {
    let done = sqlx::query_as(
        "update callbacks set state = 'closed', disposition = 'RESOLU', contacted_at = $1, closed_at = $1 \
         where call_id = $2 and state <> 'closed' returning line_id",
    )
    .bind(now.as_millisecond())
    .bind(call_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(changed(tx, &done))
}

/// Closes what waits for a request that was cancelled.
pub async fn cancelled(tx: &mut Tx<'_>, request_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let done = sqlx::query_as(
        "update callbacks set state = 'closed', disposition = 'ANNULE', closed_at = $1 \
         where request_id = $2 and state <> 'closed' returning line_id",
    )
    .bind(now.as_millisecond())
    .bind(request_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &done);
    Ok(())
}

/// Gives back what [`claim_of_call`] took: the two were not connected after all.
pub async fn release_of_call(tx: &mut Tx<'_>, call_id: Uuid) -> Result<(), DbError> {
    let freed = sqlx::query_as(
        "update callbacks set state = 'open', claimed_by = null, lease_until = null \
         where call_id = $1 and state = 'claimed' and claimed_by = $2 and operator_id is null returning line_id",
    )
    .bind(call_id.to_string())
    .bind(AT_THE_PHONE)
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &freed);
    Ok(())
}

/// Whoever watches these lines is told; returns how many rows there were.
fn changed(tx: &mut Tx<'_>, lines: &[(String,)]) -> u64 {
    for line in lines.iter().filter_map(|(line,)| line.parse().ok()) {
        tx.changed(line);
    }
    lines.len() as u64
}

/// Where a callback comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Its line.
    pub line_id: Uuid,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Whether it is done.
    pub closed: bool,
}

/// Where a callback comes from.
pub async fn origin(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Origin>, DbError> {
    let row: Option<(String, i64, String)> =
        sqlx::query_as("select line_id, opened_at, state from callbacks where id = $1")
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.and_then(|(line, opened, state)| {
        Some(Origin { line_id: line.parse().ok()?, opened_at: from_millis(opened), closed: state == "closed" })
    }))
}

/// How a callback in danger stands that is not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its line.
    pub line_id: Uuid,
    /// Since when somebody waits.
    pub opened_at: Timestamp,
    /// Who holds it.
    pub holder: Option<String>,
}

/// How a callback stands at `now`; `None` once it is closed, or is no danger any more because an agent fixed a date.
pub async fn standing(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<Option<Standing>, DbError> {
    let row: Option<(String, i64, Option<String>)> = sqlx::query_as(
        "select line_id, opened_at, case when state = 'claimed' and lease_until >= $1 then claimed_by end from callbacks \
         where id = $2 and state <> 'closed' and priority = 0",
    )
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(line, opened, holder)| {
        Some(Standing { line_id: line.parse().ok()?, opened_at: from_millis(opened), holder })
    }))
}

/// Takes a callback for somebody who has no account here, at the terminal or on call; `false` when somebody else holds it
/// or it is closed (F-45).
pub async fn claim(tx: &mut Tx<'_>, id: Uuid, agent: &str, now: Timestamp, lease: Duration) -> Result<bool, DbError> {
    let until = now.checked_add(lease).unwrap_or(now);
    let done = sqlx::query_as(
        "update callbacks set state = 'claimed', claimed_by = $1, operator_id = null, lease_until = $2 \
         where id = $3 and (state = 'open' or (state = 'claimed' and \
         ((claimed_by = $1 and operator_id is null) or lease_until < $4))) returning line_id",
    )
    .bind(agent)
    .bind(until.as_millisecond())
    .bind(id.to_string())
    .bind(now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(changed(tx, &done) == 1)
}

/// The row of the number to call, still sealed.
pub async fn contact(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<(String, Vec<u8>)>, DbError> {
    let row =
        sqlx::query_as("select c.id, c.number from callbacks b join callers c on c.id = b.contact_id where b.id = $1")
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row)
}

/// A callback that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its line.
    pub line_id: Uuid,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// The language to write.
    pub lang: Lang,
    /// When it is tried again.
    pub not_before: Timestamp,
    /// The row of the number, still sealed.
    pub contact: Option<(String, Vec<u8>)>,
}

type TriedRow = (String, i64, String, i64, Option<String>, Option<Vec<u8>>);

/// A callback that was tried in vain; `None` once it is closed, or once she was talked to.
pub async fn tried(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Tried>, DbError> {
    let row: Option<TriedRow> = sqlx::query_as(
        "select b.line_id, b.priority, b.lang, b.not_before, c.id, c.number from callbacks b \
         left join callers c on c.id = b.contact_id where b.id = $1 and b.state <> 'closed' and b.contacted_at is null",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(line, priority, lang, not_before, contact, number)| {
        Some(Tried {
            line_id: line.parse().ok()?,
            priority: u8::try_from(priority).unwrap_or(3),
            lang: lang.parse().unwrap_or(Lang::FRENCH),
            not_before: from_millis(not_before),
            contact: contact.zip(number),
        })
    }))
}

/// Closes a callback that `agent` holds without an account; `false` when the lease lapsed (F-45), went to somebody else,
/// or it is closed. It counts as a try.
pub async fn close(
    tx: &mut Tx<'_>,
    id: Uuid,
    agent: &str,
    disposition: &str,
    contacted: bool,
    now: Timestamp,
) -> Result<bool, DbError> {
    let done = sqlx::query_as(
        "update callbacks set state = 'closed', disposition = $1, contacted_at = $2, closed_at = $3, \
         attempts = attempts + 1 where id = $4 and state = 'claimed' and claimed_by = $5 and operator_id is null \
         and lease_until >= $3 returning line_id",
    )
    .bind(disposition)
    .bind(contacted.then(|| now.as_millisecond()))
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .bind(agent)
    .fetch_all(tx.conn())
    .await?;
    Ok(changed(tx, &done) == 1)
}

/// The request of a callback, where no other callback waits for it any more.
pub async fn last_of_request(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select request_id from callbacks b where b.id = $1 and b.request_id is not null and not exists \
         (select 1 from callbacks o where o.request_id = b.request_id and o.state <> 'closed')",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(request,)| request.parse().ok()))
}

/// What was promised about a request that still waits for a callback.
pub async fn promised_of_request(tx: &mut Tx<'_>, request_id: Uuid) -> Result<Option<Timestamp>, DbError> {
    let (until,): (Option<i64>,) =
        sqlx::query_as("select min(promised_until) from callbacks where request_id = $1 and state <> 'closed'")
            .bind(request_id.to_string())
            .fetch_one(tx.conn())
            .await?;
    Ok(until.map(from_millis))
}

const FINISHED: &str =
    "select opened_at, contacted_at from callbacks where line_id = $1 and contacted_at > $2 and attempts > 0";

/// Opening and first contact of every callback of the line that was finished since `since` (F-04). Whoever was talked to
/// in the call itself, without an attempt to call her back, waited for no callback.
pub async fn finished(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    since: Timestamp,
) -> Result<Vec<(Timestamp, Timestamp)>, DbError> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as(FINISHED).bind(line_id.to_string()).bind(since.as_millisecond()).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(opened, contacted)| (from_millis(opened), from_millis(contacted))).collect())
}

/// A callback as the desk lists it. The contact is the id and the sealed number of its row.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Why.
    pub reason: Reason,
    /// The category that was chosen.
    pub category: Option<String>,
    /// 0 to 3.
    pub priority: u8,
    /// open, claimed, closed.
    pub state: String,
    /// The language to speak.
    pub lang: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// What the caller was told.
    pub promised_until: Option<Timestamp>,
    /// Who holds it, or held it.
    pub claimed_by: Option<String>,
    /// Until when it is held.
    pub lease_until: Option<Timestamp>,
    /// The six digits of the request behind it.
    pub reference: Option<String>,
    /// The row of the number to call, still sealed.
    pub contact: Option<(String, Vec<u8>)>,
    /// What was answered, as JSON.
    pub answers: Vec<u8>,
    /// How it ended.
    pub disposition: Option<String>,
}

type ListedRow = (
    String,
    String,
    Option<String>,
    i64,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<String>,
    Option<i64>,
);

const LISTED: &str = "select b.id, b.reason, b.category, b.priority, b.state, b.lang, b.opened_at, b.due_at, \
     b.promised_until, b.claimed_by, r.reference, c.id, c.number, b.answers, b.disposition, b.lease_until \
     from callbacks b left join requests r on r.id = b.request_id left join callers c on c.id = b.contact_id \
     where $1 = 1 or b.state <> 'closed' order by b.priority, b.due_at, b.opened_at, b.id";

/// Every callback in the order of F-43, those that are closed only if `all`.
pub async fn list(tx: &mut Tx<'_>, keyring: &Keyring, all: bool) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = sqlx::query_as(LISTED).bind(i64::from(all)).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(|row| listed(keyring, row)).collect())
}

/// The callbacks whose id ends so, two at most: people name one by the end of its id. `end` is of hexadecimal digits.
pub async fn ending(tx: &mut Tx<'_>, end: &str) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as("select id from callbacks where id like '%' || $1 order by id limit 2")
        .bind(end)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}

/// The call that a callback comes from; none for a note of the spool or a text message.
pub async fn call_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Option<String>,)> = sqlx::query_as("select call_id from callbacks where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(call_id,)| call_id?.parse().ok()))
}

fn listed(keyring: &Keyring, row: ListedRow) -> Option<Listed> {
    let sealed = row.13.unwrap_or_default();
    Some(Listed {
        answers: keyring.open("callbacks.answers", &row.0, &sealed).unwrap_or_default(),
        id: row.0.parse().ok()?,
        reason: Reason::of_code(&row.1)?,
        category: row.2,
        priority: u8::try_from(row.3).unwrap_or(3),
        state: row.4,
        lang: row.5,
        opened_at: from_millis(row.6),
        due_at: from_millis(row.7),
        promised_until: row.8.map(from_millis),
        claimed_by: row.9,
        reference: row.10,
        contact: row.11.zip(row.12),
        disposition: row.14,
        lease_until: row.15.map(from_millis),
    })
}

fn text(id: Option<Uuid>) -> Option<String> {
    id.map(|id| id.to_string())
}
