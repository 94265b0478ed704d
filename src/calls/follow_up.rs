//! A request that was made before (F-22): its six digits open it, a telephone number never does.

use std::time::Duration;

use uuid::Uuid;

use super::facts;
use super::store;
use super::switchboard::back;
use super::task::{self, Context, Done};
use crate::callbacks;
use crate::callbacks::Reason;
use crate::db::{DbError, Tx};
use crate::dialog::{Session, Value, Values};
use crate::lines::promise::promise_of;
use crate::requests::event::{Act, CALLER};
use crate::requests::{self, State};

/// The answer that holds the id of the request that was found.
pub const FOUND: &str = "suivi_demande";
/// The answer that counts the tries of this call.
const TRIES: &str = "suivi_essais";
/// Tries that one call has (F-22).
const TRIES_PER_CALL: i64 = 3;
/// Failures that one number has a day, and everybody together an hour (T6); beyond, an agent calls back.
const FAILURES_PER_DAY: i64 = 20;
const FAILURES_PER_HOUR: i64 = 50;

/// Looks a request up by the digits typed.
pub async fn find(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<Done, DbError> {
    let (now, caller) = (context.now, context.call.caller_id);
    let day = back(now, Duration::from_hours(24));
    let hour = back(now, Duration::from_hours(1));
    let (own, all) = store::tries(tx, caller, day, hour).await?;
    if own >= FAILURES_PER_DAY || all >= FAILURES_PER_HOUR {
        return Ok(Done::is("agent"));
    }
    let reference = session.answers.get("suivi_numero").map(ToString::to_string).unwrap_or_default();
    if let Some(found) = requests::store::by_reference(tx, context.line.id, &reference).await? {
        let mut values = promised(tx, context, session, found.id).await?;
        values.insert(FOUND.to_owned(), Value::Text(found.id.to_string()));
        values.insert("etat".to_owned(), Value::from(found.state.told()));
        return Ok(Done::is("found").saying(values));
    }
    store::note_try(tx, context.board.ids.row(now), caller, now).await?;
    let tries = match session.answers.get(TRIES) {
        Some(Value::Number(tries)) => tries + 1,
        _ => 1,
    };
    let is = if tries >= TRIES_PER_CALL { "agent" } else { "unknown" };
    Ok(Done::is(is).saying(Values::from([(TRIES.to_owned(), Value::Number(tries))])))
}

/// What was promised when the request was made, as long as it can be kept: asking again does not put it off.
async fn promised(tx: &mut Tx<'_>, context: &Context<'_>, session: &Session, request: Uuid) -> Result<Values, DbError> {
    let until = callbacks::store::promised_of_request(tx, request).await?;
    let settings = &context.line.settings;
    let kept = until.filter(|until| *until > context.now).and_then(|until| promise_of(until, &settings.hours));
    Ok(kept.map_or_else(|| context.promised(session), |promise| facts::promised(Some(&promise), settings, context.now)))
}

/// Adds the message of this call to the request that was found: an agent listens to it.
pub async fn add(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<Done, DbError> {
    let promised = task::leave_callback(tx, context, session, Reason::FollowUp).await?;
    Ok(Done::is("kept").saying(promised))
}

/// Cancels the request that was found, and whatever waits for it. Cancelling twice changes nothing.
pub async fn cancel(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<Done, DbError> {
    let found = session.answers.get(FOUND).and_then(|id| id.to_string().parse().ok());
    if let Some(id) = found {
        let act = Act { event: context.board.ids.row(context.now), actor: CALLER, now: context.now };
        for state in State::OPEN {
            if requests::store::change(tx, id, state, State::Cancelled, &act).await? {
                callbacks::store::cancelled(tx, id, context.now).await?;
            }
        }
    }
    session.kept = true;
    Ok(Done::is("cancelled"))
}
