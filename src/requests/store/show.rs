//! One request whole, for whoever has its line.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::caller::Contact;
use super::super::duplicates::Near;
use super::super::request::{Consent, State};
use super::super::whole::{Back, Beneficiary, Request, Whole};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: String,
    reference: String,
    line_id: String,
    call_id: Option<String>,
    category: String,
    priority: i64,
    state: String,
    lang: String,
    postal_code: Option<String>,
    consent: String,
    answers: Vec<u8>,
    place: Option<Vec<u8>>,
    created_at: i64,
    updated_at: i64,
    merged_into: Option<String>,
    caller_id: Option<String>,
    caller_number: Option<Vec<u8>>,
    contact_id: Option<String>,
    contact_number: Option<Vec<u8>>,
    beneficiary_id: Option<String>,
    beneficiary_name: Option<Vec<u8>>,
    beneficiary_phone: Option<Vec<u8>>,
    agreed_at: Option<i64>,
}

const ONE: &str = "select r.id, r.reference, r.line_id, r.call_id, r.category, r.priority, r.state, r.lang, r.postal_code, \
     r.consent, r.answers, r.place, r.created_at, r.updated_at, r.merged_into, c.id as caller_id, \
     c.number as caller_number, k.id as contact_id, k.number as contact_number, b.id as beneficiary_id, \
     b.name as beneficiary_name, b.phone as beneficiary_phone, b.agreed_at \
     from requests r left join callers c on c.id = r.caller_id left join callers k on k.id = r.contact_id \
     left join beneficiaries b on b.id = r.beneficiary_id \
     where r.id = $1 and r.line_id in (select line_id from operator_lines where operator_id = $2)";

/// The request alone, if its line is one of hers.
pub async fn one(tx: &mut Tx<'_>, keyring: &Keyring, operator_id: Uuid, id: Uuid) -> Result<Option<Request>, DbError> {
    let row: Option<RequestRow> =
        sqlx::query_as(ONE).bind(id.to_string()).bind(operator_id.to_string()).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|row| request(keyring, row)))
}

/// The id of the request of those six digits, if its line is one of hers.
pub async fn id_of(tx: &mut Tx<'_>, operator_id: Uuid, reference: &str) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from requests where reference = $1 \
         and line_id in (select line_id from operator_lines where operator_id = $2)",
    )
    .bind(reference)
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

/// The request and everything around it, if its line is one of hers.
pub async fn whole(tx: &mut Tx<'_>, keyring: &Keyring, operator_id: Uuid, id: Uuid) -> Result<Option<Whole>, DbError> {
    let Some(request) = one(tx, keyring, operator_id, id).await? else { return Ok(None) };
    let itself = itself(tx, id).await?;
    let Some(itself) = itself else { return Ok(None) };
    Ok(Some(Whole {
        callbacks: callbacks(tx, id).await?,
        near: near(tx, request.line_id, &itself).await?,
        linked: linked(tx, request.line_id, id).await?,
        merged: merged(tx, id).await?,
        itself,
        request,
    }))
}

/// The request, and those that may be the same one (F-49), if its line is one of hers.
pub async fn beside(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    id: Uuid,
) -> Result<Option<(Request, Vec<Near>)>, DbError> {
    let Some(request) = one(tx, keyring, operator_id, id).await? else { return Ok(None) };
    let Some(itself) = itself(tx, id).await? else { return Ok(None) };
    let mut near = near(tx, request.line_id, &itself).await?;
    near.retain(|near| near.may_be(&itself));
    Ok(Some((request, near)))
}

fn request(keyring: &Keyring, row: RequestRow) -> Option<Request> {
    let open = |place: &str, row: &str, sealed: Option<&[u8]>| keyring.open(place, row, sealed?).ok();
    let json = open("requests.answers", &row.id, Some(&row.answers)).unwrap_or_default();
    let place = open("requests.place", &row.id, row.place.as_deref()).unwrap_or_default();
    let beneficiary = row.beneficiary_id.and_then(|id| {
        let text = |place: &str, sealed: Option<&[u8]>| {
            open(place, &id, sealed).and_then(|plain| String::from_utf8(plain).ok())
        };
        let phone = text("beneficiaries.phone", row.beneficiary_phone.as_deref());
        Some(Beneficiary {
            name: text("beneficiaries.name", row.beneficiary_name.as_deref()).unwrap_or_default(),
            phone: phone.and_then(|phone| PhoneNumber::parse(&phone).ok()),
            agreed_at: row.agreed_at.map(from_millis),
            id: id.parse().ok()?,
        })
    });
    Some(Request {
        id: row.id.parse().ok()?,
        reference: row.reference,
        line_id: row.line_id.parse().ok()?,
        call_id: parsed(row.call_id),
        category: row.category,
        priority: u8::try_from(row.priority).unwrap_or(3),
        state: State::of_word(&row.state)?,
        lang: row.lang,
        postal_code: row.postal_code,
        consent: Consent::of_word(&row.consent).unwrap_or(Consent::NotAsked),
        answers: serde_json::from_slice(&json).unwrap_or_default(),
        place: serde_json::from_slice(&place).unwrap_or_default(),
        created_at: from_millis(row.created_at),
        updated_at: from_millis(row.updated_at),
        caller: Contact::unseal(keyring, row.caller_id, row.caller_number),
        contact: Contact::unseal(keyring, row.contact_id, row.contact_number),
        beneficiary,
        merged_into: parsed(row.merged_into),
    })
}

async fn callbacks(tx: &mut Tx<'_>, id: Uuid) -> Result<Vec<Back>, DbError> {
    type Row = (String, String, String, i64, i64, Option<i64>, Option<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, reason, state, priority, due_at, promised_until, claimed_by, disposition from callbacks \
         where request_id = $1 order by opened_at desc, id desc",
    )
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let read = |(id, reason, state, priority, due_at, promised, claimed_by, disposition): Row| {
        let priority = u8::try_from(priority).unwrap_or(3);
        let (due_at, promised_until) = (from_millis(due_at), promised.map(from_millis));
        Some(Back { id: id.parse().ok()?, reason, state, priority, due_at, promised_until, claimed_by, disposition })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

type NearRow = (String, String, String, String, i64, i64, Option<String>, Option<String>, Option<String>);

async fn itself(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Near>, DbError> {
    let row: Option<NearRow> = sqlx::query_as(
        "select r.id, r.reference, r.state, r.category, r.priority, r.created_at, c.number_index, k.number_index, \
         b.phone_index from requests r left join callers c on c.id = r.caller_id \
         left join callers k on k.id = r.contact_id left join beneficiaries b on b.id = r.beneficiary_id where r.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(seen))
}

/// Other requests of the same numbers or for the same person are listed at most.
const NEAREST: i64 = 20;

async fn near(tx: &mut Tx<'_>, line_id: Uuid, itself: &Near) -> Result<Vec<Near>, DbError> {
    let mut numbers = itself.numbers.iter().chain(&itself.beneficiary).cloned();
    let [one, other, person] = std::array::from_fn(|_| numbers.next().unwrap_or_default());
    let rows: Vec<NearRow> = sqlx::query_as(
        "select r.id, r.reference, r.state, r.category, r.priority, r.created_at, c.number_index, k.number_index, \
         b.phone_index from requests r left join callers c on c.id = r.caller_id \
         left join callers k on k.id = r.contact_id left join beneficiaries b on b.id = r.beneficiary_id \
         where r.line_id = $1 and r.id <> $2 and r.id in (\
         select n.id from callers k join requests n on n.caller_id = k.id where k.number_index in ($3, $4, $5) union \
         select n.id from callers k join requests n on n.contact_id = k.id where k.number_index in ($3, $4, $5) union \
         select n.id from beneficiaries b join requests n on n.beneficiary_id = b.id where b.phone_index in ($3, $4, $5)) \
         order by r.created_at desc, r.id desc limit $6",
    )
    .bind(line_id.to_string())
    .bind(itself.id.to_string())
    .bind(one)
    .bind(other)
    .bind(person)
    .bind(NEAREST)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(seen).collect())
}

fn seen(row: NearRow) -> Option<Near> {
    let (id, reference, state, category, priority, created_at, caller, contact, beneficiary) = row;
    Some(Near {
        id: id.parse().ok()?,
        reference,
        state: State::of_word(&state)?,
        category,
        priority: u8::try_from(priority).unwrap_or(3),
        created_at: from_millis(created_at),
        numbers: [caller, contact].into_iter().flatten().collect::<BTreeSet<_>>(),
        beneficiary,
    })
}

/// Of another line's requests there is none, whatever a row says.
async fn linked(tx: &mut Tx<'_>, line_id: Uuid, id: Uuid) -> Result<Vec<(Uuid, String)>, DbError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select o.id, o.reference from requests r join requests o on o.id = r.linked_to \
         where r.id = $1 and o.line_id = $2 \
         union select id, reference from requests where linked_to = $1 and line_id = $2 order by 2",
    )
    .bind(id.to_string())
    .bind(line_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(named(rows))
}

async fn merged(tx: &mut Tx<'_>, id: Uuid) -> Result<Vec<(Uuid, String)>, DbError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select o.id, o.reference from requests r join requests o on o.id = r.merged_into where r.id = $1 \
         union select id, reference from requests where merged_into = $1 order by 2",
    )
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(named(rows))
}

fn named(rows: Vec<(String, String)>) -> Vec<(Uuid, String)> {
    rows.into_iter().filter_map(|(id, reference)| Some((id.parse().ok()?, reference))).collect()
}

fn parsed(id: Option<String>) -> Option<Uuid> {
    id.and_then(|id| id.parse().ok())
}
