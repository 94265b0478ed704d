//! The rows of requests, callers and beneficiaries. Whatever changes a request is in [`changes`], and leaves a row of its
//! timeline in the same transaction.

pub mod changes;
pub mod history;
pub mod merge;
pub mod plans;
pub mod search;
pub mod show;

use jiff::Timestamp;
use uuid::Uuid;

pub use changes::{NewRequest, change, insert};

use super::caller::Contact;
use super::content::Person;
use super::request::State;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

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

/// The request of those six digits on that line, or the one that goes on in its place (F-49).
pub async fn by_reference(tx: &mut Tx<'_>, line_id: Uuid, reference: &str) -> Result<Option<Found>, DbError> {
    let row: Option<(String, String, Option<String>)> = sqlx::query_as(
        "with recursive same (id, state, contact_id, merged_into) as (\
         select id, state, contact_id, merged_into from requests where reference = $1 and line_id = $2 union all \
         select r.id, r.state, r.contact_id, r.merged_into from same join requests r on r.id = same.merged_into) \
         select id, state, contact_id from same where merged_into is null",
    )
    .bind(reference)
    .bind(line_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id, state, contact)| {
        Some(Found { id: id.parse().ok()?, state: State::of_word(&state)?, contact_id: parsed(contact) })
    }))
}

/// The latest open request of that caller and category on that line since `since` (F-22).
pub async fn looks_like(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    caller_id: Uuid,
    category: &str,
    since: Timestamp,
) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from requests where caller_id = $1 and category = $2 and created_at > $3 \
         and state in ('enregistrée', 'accord attendu', 'recherche', 'trouvée') and line_id = $4 order by created_at desc limit 1",
    )
    .bind(caller_id.to_string())
    .bind(category)
    .bind(since.as_millisecond())
    .bind(line_id.to_string())
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

/// The person a request is for, to store.
#[derive(Debug)]
pub struct NewBeneficiary<'a> {
    /// Her row.
    pub id: Uuid,
    /// As she is called, and her number; either may not be known yet.
    pub person: &'a Person,
    /// When she agreed herself, if she did.
    pub agreed_at: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

/// Stores the person a request is for.
pub async fn insert_beneficiary(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewBeneficiary<'_>) -> Result<(), DbError> {
    let row = new.id.to_string();
    let (name, phone, index) = sealed_person(keyring, &row, new.person);
    sqlx::query(
        "insert into beneficiaries (id, name, phone_index, phone, agreed_at, created_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row)
    .bind(name)
    .bind(index)
    .bind(phone)
    .bind(new.agreed_at.map(Timestamp::as_millisecond))
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Corrects the person a request is for.
pub async fn correct_beneficiary(tx: &mut Tx<'_>, keyring: &Keyring, id: Uuid, person: &Person) -> Result<(), DbError> {
    let row = id.to_string();
    let (name, phone, index) = sealed_person(keyring, &row, person);
    sqlx::query("update beneficiaries set name = $1, phone_index = $2, phone = $3 where id = $4")
        .bind(name)
        .bind(index)
        .bind(phone)
        .bind(row)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps that the person a request is for agreed herself (F-21).
pub async fn agreed(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    sqlx::query("update beneficiaries set agreed_at = $1 where id = $2 and agreed_at is null")
        .bind(now.as_millisecond())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Her name and her number, sealed for that row, and the keyed hash of the number.
fn sealed_person(keyring: &Keyring, row: &str, person: &Person) -> (Option<Vec<u8>>, Option<Vec<u8>>, Option<String>) {
    let seal = |place: &str, text: &str| keyring.seal(place, row, text.as_bytes());
    let name = Some(&person.name).filter(|name| !name.is_empty()).map(|name| seal("beneficiaries.name", name));
    let phone = person.phone.as_ref().map(|phone| seal("beneficiaries.phone", phone.as_e164()));
    (name, phone, person.phone.as_ref().map(|phone| keyring.index("callers.number", phone.as_e164())))
}

/// Whether that line is one of hers.
pub async fn is_hers(tx: &mut Tx<'_>, operator_id: Uuid, line_id: Uuid) -> Result<bool, DbError> {
    let row: Option<(String,)> =
        sqlx::query_as("select line_id from operator_lines where operator_id = $1 and line_id = $2")
            .bind(operator_id.to_string())
            .bind(line_id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.is_some())
}

/// The six digits of a request and its line.
pub async fn reference_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<(String, Uuid)>, DbError> {
    let row: Option<(String, String)> = sqlx::query_as("select reference, line_id from requests where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(reference, line_id)| Some((reference, line_id.parse().ok()?))))
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
    let row: Option<(Option<String>,)> = sqlx::query_as("select call_id from requests where reference = $1")
        .bind(reference)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id,)| id?.parse().ok()))
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

fn parsed(id: Option<String>) -> Option<Uuid> {
    id.and_then(|id| id.parse().ok())
}
