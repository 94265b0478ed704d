//! Stores the request that a call made, once: the acknowledgement is spoken only after this is committed.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::request::{Consent, LOOKS_LIKE_DAYS, State};
use super::store::{self, NewRequest};
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::lang::Lang;
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// How often six digits that are taken are drawn again before giving up.
const DRAWS: usize = 20;

/// What a call asks for.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The line.
    pub line_id: Uuid,
    /// The call.
    pub call_id: Uuid,
    /// Who phoned, unless withheld.
    pub caller_id: Option<Uuid>,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
    /// Whether it is for another person (F-21), and her number if it was given.
    pub for_other: Option<Option<PhoneNumber>>,
    /// The category.
    pub category: &'a str,
    /// 0 to 3.
    pub priority: u8,
    /// The language of the call.
    pub lang: Lang,
    /// The postal code.
    pub postal_code: Option<&'a str>,
    /// What was said about sharing with a neighbour.
    pub consent: Consent,
    /// Everything answered, as JSON.
    pub answers: &'a [u8],
}

/// The request that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: String,
}

/// Stores the request, or finds the one that this call has made before.
pub async fn keep(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    ids: &dyn Ids,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<Kept, DbError> {
    if let Some((id, reference)) = store::of_call(tx, wish.call_id).await? {
        return Ok(Kept { id, reference });
    }
    let linked_to = match wish.caller_id {
        Some(caller) => store::looks_like(tx, caller, wish.category, days_before(now, LOOKS_LIKE_DAYS)).await?,
        None => None,
    };
    let beneficiary_id = beneficiary(tx, keyring, ids, wish, now).await?;
    let id = ids.row(now);
    for _ in 0..DRAWS {
        let reference = ids.six_digits();
        let new = NewRequest {
            id,
            reference: &reference,
            line_id: wish.line_id,
            call_id: wish.call_id,
            caller_id: wish.caller_id,
            contact_id: wish.contact_id,
            beneficiary_id,
            category: wish.category,
            priority: wish.priority,
            state: if beneficiary_id.is_some() { State::AwaitingAgreement } else { State::Recorded },
            lang: wish.lang,
            postal_code: wish.postal_code,
            consent: wish.consent.word(),
            answers: wish.answers,
            linked_to,
            now,
        };
        if store::insert(tx, keyring, &new).await? {
            return Ok(Kept { id, reference });
        }
    }
    Err(DbError::Refused("aucun numéro de demande n'est libre".to_owned()))
}

async fn beneficiary(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    ids: &dyn Ids,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<Option<Uuid>, DbError> {
    let Some(phone) = &wish.for_other else { return Ok(None) };
    let id = ids.row(now);
    store::insert_beneficiary(tx, keyring, id, phone.as_ref(), now).await?;
    Ok(Some(id))
}

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(Duration::from_secs(days.unsigned_abs() * 86_400)).unwrap_or(now)
}
