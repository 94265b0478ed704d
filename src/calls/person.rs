//! A caller asks for a person: which phone rings for her, or how long she waits.

use std::time::Duration;

use super::queue::order::{self, Phone, Turn};
use super::queue::store::{self, NewRing};
use super::switchboard::{back, later, since};
use super::task::{Context, Done, WAITING};
use super::translate::RING_SECONDS;
use crate::db::{DbError, Tx};
use crate::dialog::{Session, Value, Values};
use crate::phone::{Dialable, PhoneNumber};

/// What a ring may last beyond the ringing itself: the provider's buffer, and the whisper with its key.
const WHISPER: Duration = Duration::from_secs(30);
/// A waiting caller comes back every few seconds; one that was not seen for this long has gone.
const STILL_THERE: Duration = Duration::from_mins(1);

/// Looks for a person. `danger` reaches the numbers on call outside opening hours.
pub async fn ask(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session, danger: bool) -> Result<Done, DbError> {
    let settings = &context.line.settings;
    let (pool, numbers) = match (settings.hours.is_open(context.now), danger) {
        (true, _) => ("desk", &settings.desk),
        (false, true) => ("on_call", &settings.on_call),
        (false, false) => return Ok(Done::is("closed")),
    };
    let numbers: Vec<Dialable> = numbers.iter().filter_map(|number| number.dialable().ok()).collect();
    if numbers.is_empty() || !context.board.capabilities.number_url {
        return Ok(Done::is("nobody"));
    }
    let (call, now) = (context.call, context.now);
    store::expire(tx, call.line_id, now).await?;
    let joined = store::join(tx, call.id, call.line_id, pool, session.priority, now).await?;
    session.answers.insert(WAITING.to_owned(), Value::from("oui"));
    if since(now, joined) > settings.wait_max {
        return nobody(tx, context).await;
    }
    let ahead = store::ahead(tx, call.id, back(now, STILL_THERE)).await?;
    let known = store::phones(tx, call.line_id).await?;
    let hashes: Vec<_> = numbers.iter().map(|number| hash(context, number.number())).collect();
    let tried = |call: &str| -> Vec<bool> {
        hashes.iter().map(|hash| known.tried.contains(&(call.to_owned(), hash.clone()))).collect()
    };
    let busy = hashes.iter().map(|hash| known.busy.contains(hash));
    let phones: Vec<_> = busy.zip(tried(&call.id.to_string())).map(|(busy, tried)| Phone { busy, tried }).collect();
    let before: Vec<_> = ahead.iter().map(|call| tried(call)).collect();
    let ahead = ahead.len();
    match order::decide(&phones, &before) {
        Turn::Nobody => nobody(tx, context).await,
        Turn::Wait { ahead } => Ok(wait(ahead, numbers.len())),
        Turn::Ring(index) => match (numbers.into_iter().nth(index), hashes.get(index)) {
            (Some(number), Some(hash)) => ring(tx, context, number, hash, ahead, phones.len()).await,
            _ => nobody(tx, context).await,
        },
    }
}

async fn ring(
    tx: &mut Tx<'_>,
    context: &Context<'_>,
    number: Dialable,
    phone: &str,
    ahead: usize,
    phones: usize,
) -> Result<Done, DbError> {
    let token = context.board.ids.token();
    let lasts = Duration::from_secs(u64::from(RING_SECONDS)) + WHISPER;
    let new = NewRing {
        id: context.board.ids.row(context.now),
        token: &token,
        call_id: context.call.id,
        line_id: context.call.line_id,
        phone,
        now: context.now,
        expires_at: later(context.now, lasts),
    };
    if store::ring(tx, &new).await? {
        return Ok(Done { ringing: Some((number, token)), ..Done::is("ring") });
    }
    Ok(wait(ahead, phones))
}

async fn nobody(tx: &mut Tx<'_>, context: &Context<'_>) -> Result<Done, DbError> {
    store::leave(tx, context.call.id).await?;
    Ok(Done::is("nobody"))
}

fn wait(ahead: usize, phones: usize) -> Done {
    Done::is("wait").saying(Values::from([
        ("avant_vous".to_owned(), Value::Number(i64::try_from(ahead).unwrap_or(i64::MAX))),
        ("minutes".to_owned(), Value::Number(order::estimated_minutes(ahead, phones))),
    ]))
}

/// What stands for a phone of the desk in the database: staff's numbers are personal too.
fn hash(context: &Context<'_>, number: &PhoneNumber) -> String {
    context.board.keyring.index("rings.phone", number.as_e164())
}
