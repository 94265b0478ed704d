//! Stores a request, once: one that a call made, whose acknowledgement is spoken only after this is committed, or one that
//! an agent typed for somebody at the counter.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::content::Person;
use super::event::Act;
use super::request::{Consent, LOOKS_LIKE_DAYS, State};
use super::store::{self, NewBeneficiary, NewRequest};
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::lang::Lang;
use crate::secret::Keyring;

/// How often six digits that are taken are drawn again before giving up.
const DRAWS: usize = 20;

/// What is asked for.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The id of the request, where whoever makes it knows it before: a form that is sent twice makes one.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The call; none at the counter.
    pub call_id: Option<Uuid>,
    /// Who phoned, unless withheld.
    pub caller_id: Option<Uuid>,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
    /// The other person whom it is for (F-21), with what is known of her.
    pub for_other: Option<Person>,
    /// Whether she agreed herself.
    pub agreed: bool,
    /// The category.
    pub category: &'a str,
    /// 0 to 3.
    pub priority: u8,
    /// The language to speak.
    pub lang: Lang,
    /// The postal code.
    pub postal_code: Option<&'a str>,
    /// What was said about sharing with a neighbour.
    pub consent: Consent,
    /// Everything answered, as JSON.
    pub answers: &'a [u8],
    /// Where, as JSON, if it was typed.
    pub place: Option<&'a [u8]>,
    /// Who makes it, as colleagues read it.
    pub actor: &'a str,
}

/// The request that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: String,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// Stores the request, or finds the one that this call or this form has made before.
pub async fn keep(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    ids: &dyn Ids,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<Kept, DbError> {
    if let Some(kept) = before(tx, wish).await? {
        return Ok(kept);
    }
    let linked_to = match wish.caller_id.or(wish.contact_id) {
        Some(caller) => {
            store::looks_like(tx, wish.line_id, caller, wish.category, days_before(now, LOOKS_LIKE_DAYS)).await?
        }
        None => None,
    };
    let beneficiary_id = beneficiary(tx, keyring, ids, wish, now).await?;
    for _ in 0..DRAWS {
        let reference = ids.six_digits();
        let new = NewRequest {
            id: wish.id,
            reference: &reference,
            line_id: wish.line_id,
            call_id: wish.call_id,
            caller_id: wish.caller_id,
            contact_id: wish.contact_id,
            beneficiary_id,
            category: wish.category,
            priority: wish.priority,
            state: if beneficiary_id.is_some() && !wish.agreed { State::AwaitingAgreement } else { State::Recorded },
            lang: wish.lang,
            postal_code: wish.postal_code,
            consent: wish.consent.word(),
            answers: wish.answers,
            place: wish.place,
            linked_to,
            act: Act { event: ids.row(now), actor: wish.actor, now },
        };
        if store::insert(tx, keyring, &new).await? {
            return Ok(Kept { id: wish.id, reference, is_new: true });
        }
        // The same form, sent twice at once: the other one was first.
        if let Some(kept) = before(tx, wish).await? {
            return Ok(kept);
        }
    }
    Err(DbError::Refused("aucun numéro de demande n'est libre".to_owned()))
}

/// The request that this call or this form has made before.
async fn before(tx: &mut Tx<'_>, wish: &Wish<'_>) -> Result<Option<Kept>, DbError> {
    if let Some(call_id) = wish.call_id {
        let found = store::of_call(tx, call_id).await?;
        return Ok(found.map(|(id, reference)| Kept { id, reference, is_new: false }));
    }
    let found = store::reference_of(tx, wish.id).await?.filter(|(_, line_id)| *line_id == wish.line_id);
    Ok(found.map(|(reference, _)| Kept { id: wish.id, reference, is_new: false }))
}

async fn beneficiary(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    ids: &dyn Ids,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<Option<Uuid>, DbError> {
    let Some(person) = &wish.for_other else { return Ok(None) };
    let id = ids.row(now);
    let new = NewBeneficiary { id, person, agreed_at: wish.agreed.then_some(now), now };
    store::insert_beneficiary(tx, keyring, &new).await?;
    Ok(Some(id))
}

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(Duration::from_secs(days.unsigned_abs() * 86_400)).unwrap_or(now)
}
