//! The rows that a claim leaves when it ends: every try to reach somebody (F-46), and what becomes of the callback.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::attempts::Try;
use super::super::disposition::Disposition;
use crate::clock::from_millis;
use crate::db::{DbError, Tx, locking};
use crate::lang::Lang;
use crate::secret::Keyring;

/// A callback of an operator's lines as whoever ends it finds it; nobody else changes it before the end of the transaction.
#[derive(Debug, Clone)]
pub struct Held {
    /// The line.
    pub line_id: Uuid,
    /// The request behind it.
    pub request_id: Option<Uuid>,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Whether it is closed.
    pub closed: bool,
    /// The account of whoever holds it, or held it last.
    pub operator: Option<Uuid>,
    /// As colleagues read it.
    pub name: Option<String>,
    /// Until when it is, or was, held.
    pub until: Option<Timestamp>,
    /// What was answered, as JSON.
    pub answers: Vec<u8>,
}

type HeldRow = (String, Option<String>, i64, String, Option<String>, Option<String>, Option<i64>, Option<Vec<u8>>);

const HOLD: &str = "select line_id, request_id, priority, state, operator_id, claimed_by, lease_until, answers \
     from callbacks where id = $1 and line_id in (select line_id from operator_lines where operator_id = $2)";

/// The request behind a callback.
pub async fn request_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Option<String>,)> = sqlx::query_as("select request_id from callbacks where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(request,)| request?.parse().ok()))
}

/// Keeps the request of a callback from changing before the end of the transaction: first, as whoever cancels it does.
pub async fn hold_request(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let select = "select r.id from requests r where r.id = (select request_id from callbacks where id = $1)";
    let hold = locking(tx.kind(), select);
    sqlx::query(hold).bind(id.to_string()).fetch_optional(tx.conn()).await?;
    Ok(())
}

/// The callback, if it is of her lines.
pub async fn hold(tx: &mut Tx<'_>, keyring: &Keyring, operator: Uuid, id: Uuid) -> Result<Option<Held>, DbError> {
    let hold = locking(tx.kind(), HOLD);
    let row: Option<HeldRow> =
        sqlx::query_as(hold).bind(id.to_string()).bind(operator.to_string()).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|(line, request, priority, state, operator, name, until, answers)| {
        let sealed = answers.unwrap_or_default();
        Some(Held {
            line_id: line.parse().ok()?,
            request_id: request.and_then(|id| id.parse().ok()),
            priority: u8::try_from(priority).unwrap_or(3),
            closed: state == "closed",
            operator: operator.and_then(|id| id.parse().ok()),
            name,
            until: until.map(from_millis),
            answers: keyring.open("callbacks.answers", &id.to_string(), &sealed).unwrap_or_default(),
        })
    }))
}

/// What a form was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Closed,
    /// It comes back, not before that instant.
    Again(Timestamp),
    /// A supervisor decides; another try makes sense from that instant on.
    Escalated(Timestamp),
}

impl Outcome {
    fn columns(self) -> (&'static str, Option<i64>) {
        match self {
            Self::Closed => ("closed", None),
            Self::Again(at) => ("again", Some(at.as_millisecond())),
            Self::Escalated(at) => ("escalated", Some(at.as_millisecond())),
        }
    }

    fn read(word: &str, at: Option<i64>) -> Option<Self> {
        match (word, at.map(from_millis)) {
            ("closed", _) => Some(Self::Closed),
            ("again", Some(at)) => Some(Self::Again(at)),
            ("escalated", Some(at)) => Some(Self::Escalated(at)),
            _ => None,
        }
    }
}

/// What that form was answered, if it came before.
pub async fn answered(tx: &mut Tx<'_>, id: Uuid, operator: Uuid, form: Uuid) -> Result<Option<Outcome>, DbError> {
    let row: Option<(Option<String>, Option<i64>)> = sqlx::query_as(
        "select outcome, next_at from attempts where form_id = $1 and callback_id = $2 and operator_id = $3",
    )
    .bind(form.to_string())
    .bind(id.to_string())
    .bind(operator.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(outcome, at)| Outcome::read(&outcome?, at)))
}

/// The try that the line dialled for her during this claim and that no form has ended, unless it ended by itself in
/// another way than `code`: its row, and when it was.
pub async fn dialled(
    tx: &mut Tx<'_>,
    id: Uuid,
    operator: Uuid,
    code: &str,
) -> Result<Option<(String, Timestamp)>, DbError> {
    let row: Option<(String, i64, Option<String>, Option<String>)> = sqlx::query_as(
        "select a.id, a.at, a.disposition, a.form_id from callbacks b join attempts a on a.callback_id = b.id \
         and a.operator_id = $2 and a.way = 'line' and a.at >= b.claimed_at where b.id = $1 order by a.at desc, a.id desc limit 1",
    )
    .bind(id.to_string())
    .bind(operator.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let open = row.filter(|(_, _, ended, form)| form.is_none() && ended.as_deref().is_none_or(|ended| ended == code));
    Ok(open.map(|(row, at, ..)| (row, from_millis(at))))
}

/// Every try of that callback so far but the row `except`, the first one first. One that still lasts is none.
pub async fn tries(tx: &mut Tx<'_>, id: Uuid, except: Option<&str>) -> Result<Vec<Try>, DbError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select at, disposition from attempts where callback_id = $1 and id <> $2 and disposition is not null order by at, id",
    )
    .bind(id.to_string())
    .bind(except.unwrap_or_default())
    .fetch_all(tx.conn())
    .await?;
    let tries = rows.into_iter().filter_map(|(at, code)| {
        let disposition = Disposition::of_code(&code)?;
        disposition.phoned.then_some(Try { at: from_millis(at), reached: disposition.contact })
    });
    Ok(tries.collect())
}

/// How a claim ends.
#[derive(Debug)]
pub struct End<'a> {
    /// The callback.
    pub id: Uuid,
    /// Who ends it.
    pub operator: Uuid,
    /// How.
    pub disposition: &'a Disposition,
    /// The form that says so; the row of a try that has none yet bears its name.
    pub form: Uuid,
    /// When.
    pub now: Timestamp,
    /// What she is answered.
    pub outcome: Outcome,
    /// What its next step is: the word `date`, or the six digits of another request.
    pub next_step: Option<&'a str>,
    /// Whether the hour of the outcome was agreed with her.
    pub promised: bool,
    /// By when it must be done if it comes back; unchanged where nothing is said.
    pub due_at: Option<Timestamp>,
    /// The language to speak from now on; unchanged where nothing is said.
    pub lang: Option<Lang>,
}

/// Ends the try of that row, which the line dialled for her.
pub async fn end_dialled(tx: &mut Tx<'_>, end: &End<'_>, row: &str) -> Result<(), DbError> {
    let (outcome, next_at) = end.outcome.columns();
    sqlx::query(
        "update attempts set disposition = $1, ended_at = coalesce(ended_at, $2), form_id = $3, outcome = $4, next_at = $5 \
         where id = $6",
    )
    .bind(end.disposition.code)
    .bind(end.now.as_millisecond())
    .bind(end.form.to_string())
    .bind(outcome)
    .bind(next_at)
    .bind(row)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes that she phoned by hand, or ended it without phoning.
pub async fn end_by_hand(tx: &mut Tx<'_>, end: &End<'_>) -> Result<(), DbError> {
    let (outcome, next_at) = end.outcome.columns();
    sqlx::query(
        "insert into attempts (id, callback_id, operator_id, way, at, disposition, ended_at, form_id, outcome, next_at) \
         values ($1, $2, $3, $4, $5, $6, $5, $1, $7, $8)",
    )
    .bind(end.form.to_string())
    .bind(end.id.to_string())
    .bind(end.operator.to_string())
    .bind(if end.disposition.phoned { "hand" } else { "none" })
    .bind(end.now.as_millisecond())
    .bind(end.disposition.code)
    .bind(outcome)
    .bind(next_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Closes the callback, if she holds it.
pub async fn close(tx: &mut Tx<'_>, end: &End<'_>, tries: i64) -> Result<bool, DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'closed', disposition = $1, closed_at = $2, \
         contacted_at = coalesce(contacted_at, $3), attempts = attempts + $4, next_step = $5, escalated_at = null \
         where id = $6 and state = 'claimed' and operator_id = $7 and lease_until >= $2 returning line_id",
    )
    .bind(end.disposition.code)
    .bind(end.now.as_millisecond())
    .bind(end.disposition.contact.then(|| end.now.as_millisecond()))
    .bind(tries)
    .bind(end.next_step)
    .bind(end.id.to_string())
    .bind(end.operator.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(changed(tx, &lines))
}

/// Gives the callback back to the queue for later, if she holds it; its first deadline is what counts as kept or missed.
/// Whoever said when to come back to it has judged that it can wait until then: it is no danger any more.
pub async fn put_back(tx: &mut Tx<'_>, end: &End<'_>, at: Timestamp, tries: i64) -> Result<bool, DbError> {
    let escalated = matches!(end.outcome, Outcome::Escalated(_));
    let lines = sqlx::query_as(
        "update callbacks set state = 'open', claimed_by = null, operator_id = null, lease_until = null, not_before = $1, \
         contacted_at = coalesce(contacted_at, $2), attempts = attempts + $3, next_step = $4, escalated_at = $5, \
         due_at = coalesce($6, due_at), first_due_at = coalesce(first_due_at, due_at), promised_until = coalesce($7, promised_until), \
         priority = case when priority = 0 and $4 = 'date' then 1 else priority end, lang = coalesce($11, lang) \
         where id = $8 and state = 'claimed' and operator_id = $9 and lease_until >= $10 returning line_id",
    )
    .bind(at.as_millisecond())
    .bind(end.disposition.contact.then(|| end.now.as_millisecond()))
    .bind(tries)
    .bind(end.next_step)
    .bind(escalated.then(|| end.now.as_millisecond()))
    .bind(end.due_at.map(Timestamp::as_millisecond))
    .bind(end.promised.then(|| at.as_millisecond()))
    .bind(end.id.to_string())
    .bind(end.operator.to_string())
    .bind(end.now.as_millisecond())
    .bind(end.lang.map(|lang| lang.code().to_owned()))
    .fetch_all(tx.conn())
    .await?;
    Ok(changed(tx, &lines))
}

/// The request of those six digits on one of her lines, if it is not that one.
pub async fn other_request(
    tx: &mut Tx<'_>,
    operator: Uuid,
    reference: &str,
    own: Option<Uuid>,
) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from requests where reference = $1 and line_id in \
         (select line_id from operator_lines where operator_id = $2)",
    )
    .bind(reference)
    .bind(operator.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()).filter(|id| Some(*id) != own))
}

/// What others did with a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub name: String,
    /// The code of a disposition; none for a note.
    pub disposition: Option<String>,
    /// What she wrote.
    pub note: Option<String>,
}

type DeedRow = (i64, Option<String>, Option<String>, Option<String>, Option<Vec<u8>>);

const DEEDS: &str = "select a.at, o.name, a.disposition, null, null from attempts a \
     left join operators o on o.id = a.operator_id where a.callback_id = $1 and a.at >= $2 and a.operator_id <> $3 \
     union all select n.at, o.name, null, n.id, n.body from notes n join operators o on o.id = n.operator_id \
     where n.callback_id = $1 and n.at >= $2 and n.operator_id <> $3 order by 1";

/// What others did with that callback since `since`, in order.
pub async fn deeds(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    operator: Uuid,
    since: Timestamp,
) -> Result<Vec<Deed>, DbError> {
    let rows: Vec<DeedRow> = sqlx::query_as(DEEDS)
        .bind(id.to_string())
        .bind(since.as_millisecond())
        .bind(operator.to_string())
        .fetch_all(tx.conn())
        .await?;
    let deeds = rows.into_iter().map(|(at, name, disposition, note, body)| {
        let plain = note.zip(body).and_then(|(note, body)| keyring.open("notes.body", &note, &body).ok());
        let note = plain.and_then(|plain| String::from_utf8(plain).ok());
        Deed { at: from_millis(at), name: name.unwrap_or_default(), disposition, note }
    });
    Ok(deeds.collect())
}

fn changed(tx: &mut Tx<'_>, lines: &[(String,)]) -> bool {
    for line in lines.iter().filter_map(|(line,)| line.parse().ok()) {
        tx.changed(line);
    }
    !lines.is_empty()
}
