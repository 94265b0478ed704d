//! The rows of requests, callers and beneficiaries.

use jiff::Timestamp;
use uuid::Uuid;

use super::caller::Contact;
use super::request::State;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// A request to store.
#[derive(Debug)]
pub struct NewRequest<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: &'a str,
    /// The line.
    pub line_id: Uuid,
    /// The call that made it.
    pub call_id: Uuid,
    /// Who phoned, unless withheld.
    pub caller_id: Option<Uuid>,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
    /// The person it is for, when it is another one.
    pub beneficiary_id: Option<Uuid>,
    /// Its category.
    pub category: &'a str,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// The language of the call.
    pub lang: Lang,
    /// The postal code that was typed.
    pub postal_code: Option<&'a str>,
    /// The word of the [`super::Consent`].
    pub consent: &'a str,
    /// Everything answered, as JSON.
    pub answers: &'a [u8],
    /// The open request that it looks like.
    pub linked_to: Option<Uuid>,
    /// When.
    pub now: Timestamp,
}

/// Stores a request; `false` when its six digits are taken or the call has made one already.
pub async fn insert(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewRequest<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let answers = keyring.seal("requests.answers", &id, new.answers);
    let done = sqlx::query(
        "insert into requests (id, reference, line_id, call_id, caller_id, contact_id, beneficiary_id, category, priority, \
         state, lang, postal_code, consent, answers, linked_to, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16) on conflict do nothing",
    )
    .bind(id)
    .bind(new.reference)
    .bind(new.line_id.to_string())
    .bind(new.call_id.to_string())
    .bind(text(new.caller_id))
    .bind(text(new.contact_id))
    .bind(text(new.beneficiary_id))
    .bind(new.category)
    .bind(i64::from(new.priority))
    .bind(new.state.word())
    .bind(new.lang.code())
    .bind(new.postal_code)
    .bind(new.consent)
    .bind(answers)
    .bind(text(new.linked_to))
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A request as callers and the desk find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: State,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
}

/// The request that the call made, with its six digits.
pub async fn of_call(tx: &mut Tx<'_>, call_id: Uuid) -> Result<Option<(Uuid, String)>, DbError> {
    let row: Option<(String, String)> = sqlx::query_as("select id, reference from requests where call_id = $1")
        .bind(call_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id, reference)| Some((id.parse().ok()?, reference))))
}

/// The request of those six digits on that line.
pub async fn by_reference(tx: &mut Tx<'_>, line_id: Uuid, reference: &str) -> Result<Option<Found>, DbError> {
    let row: Option<(String, String, Option<String>)> =
        sqlx::query_as("select id, state, contact_id from requests where reference = $1 and line_id = $2")
            .bind(reference)
            .bind(line_id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.and_then(|(id, state, contact)| {
        Some(Found { id: id.parse().ok()?, state: State::of_word(&state)?, contact_id: parsed(contact) })
    }))
}

/// Moves a request from one state to another; `false` when it was not in that state any more.
pub async fn change(tx: &mut Tx<'_>, id: Uuid, from: State, to: State, now: Timestamp) -> Result<bool, DbError> {
    if !from.next().contains(&to) {
        return Ok(false);
    }
    let done = sqlx::query("update requests set state = $1, updated_at = $2 where id = $3 and state = $4")
        .bind(to.word())
        .bind(now.as_millisecond())
        .bind(id.to_string())
        .bind(from.word())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The latest open request of that caller and category since `since` (F-22).
pub async fn looks_like(
    tx: &mut Tx<'_>,
    caller_id: Uuid,
    category: &str,
    since: Timestamp,
) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from requests where caller_id = $1 and category = $2 and created_at > $3 and state in ($4, $5) \
         order by created_at desc limit 1",
    )
    .bind(caller_id.to_string())
    .bind(category)
    .bind(since.as_millisecond())
    .bind(State::Recorded.word())
    .bind(State::AwaitingAgreement.word())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

/// The row of a number, made at need: every number has one row only. `fresh` names the row if it is new.
pub async fn caller(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    fresh: Uuid,
    number: &PhoneNumber,
    now: Timestamp,
) -> Result<Uuid, DbError> {
    let id = fresh.to_string();
    let sealed = keyring.seal("callers.number", &id, number.as_e164().as_bytes());
    let (kept,): (String,) = sqlx::query_as(
        "insert into callers (id, number_index, number, lang, first_seen_at, last_seen_at) values ($1, $2, $3, 'fr', $4, $4) \
         on conflict (number_index) do update set last_seen_at = $4 returning id",
    )
    .bind(id)
    .bind(keyring.index("callers.number", number.as_e164()))
    .bind(sealed)
    .bind(now.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(kept.parse().unwrap_or(fresh))
}

/// Remembers the language of a caller for whoever calls back (F-28).
pub async fn remember_lang(tx: &mut Tx<'_>, caller_id: Uuid, lang: Lang) -> Result<(), DbError> {
    sqlx::query("update callers set lang = $1 where id = $2 and lang <> $1")
        .bind(lang.code())
        .bind(caller_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Stores the person a request is for; her number may be unknown.
pub async fn insert_beneficiary(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    phone: Option<&PhoneNumber>,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = id.to_string();
    let sealed = phone.map(|phone| keyring.seal("beneficiaries.phone", &row, phone.as_e164().as_bytes()));
    let index = phone.map(|phone| keyring.index("callers.number", phone.as_e164()));
    sqlx::query("insert into beneficiaries (id, phone_index, phone, created_at) values ($1, $2, $3, $4)")
        .bind(row)
        .bind(index)
        .bind(sealed)
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A request as the desk lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its six digits.
    pub reference: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its category.
    pub category: String,
    /// 0 to 3.
    pub priority: u8,
    /// The word of its state.
    pub state: String,
    /// The language of the call.
    pub lang: String,
    /// The postal code, if one was given.
    pub postal_code: Option<String>,
    /// The word of the consent.
    pub consent: String,
    /// Who phoned.
    pub caller: Option<Contact>,
    /// Whom to call back.
    pub contact: Option<Contact>,
    /// Everything answered, as JSON.
    pub answers: Vec<u8>,
}

type ListedRow = (
    String,
    String,
    i64,
    String,
    i64,
    String,
    String,
    Option<String>,
    String,
    Vec<u8>,
    Option<String>,
    Option<Vec<u8>>,
    Option<String>,
    Option<Vec<u8>>,
);

const LISTED: &str = "select r.id, r.reference, r.created_at, r.category, r.priority, r.state, r.lang, r.postal_code, \
     r.consent, r.answers, c.id, c.number, k.id, k.number from requests r \
     left join callers c on c.id = r.caller_id left join callers k on k.id = r.contact_id \
     where $1 = '' or r.reference = $1 order by r.created_at, r.id";

/// Every request, or the one of those six digits.
pub async fn list(tx: &mut Tx<'_>, keyring: &Keyring, reference: &str) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = sqlx::query_as(LISTED).bind(reference).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| listed(keyring, row)).collect())
}

/// The call in which the request of those six digits was made.
pub async fn call_of(tx: &mut Tx<'_>, reference: &str) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select call_id from requests where reference = $1")
        .bind(reference)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

fn listed(keyring: &Keyring, row: ListedRow) -> Listed {
    let (id, reference, created, category, priority, state, lang, postal_code, consent, answers, ..) = &row;
    Listed {
        reference: reference.clone(),
        created_at: from_millis(*created),
        category: category.clone(),
        priority: u8::try_from(*priority).unwrap_or(3),
        state: state.clone(),
        lang: lang.clone(),
        postal_code: postal_code.clone(),
        consent: consent.clone(),
        answers: keyring.open("requests.answers", id, answers).unwrap_or_default(),
        caller: Contact::unseal(keyring, row.10, row.11),
        contact: Contact::unseal(keyring, row.12, row.13),
    }
}

fn text(id: Option<Uuid>) -> Option<String> {
    id.map(|id| id.to_string())
}

fn parsed(id: Option<String>) -> Option<Uuid> {
    id.and_then(|id| id.parse().ok())
}
