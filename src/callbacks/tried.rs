//! Somebody tried to call back and nobody answered: a text says so, once, if the number receives texts (F-46). It says when
//! we call again and the free number of the line, and nothing of what the call was about.

use jiff::Timestamp;
use uuid::Uuid;

use super::store::{self, Tried};
use crate::calls::facts;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::dialog::Value;
use crate::lines::promise::{Promise, promise_of};
use crate::lines::{Line, Lines};
use crate::outbox::{self, Job, NewJob, Outcome};
use crate::requests::Contact;
use crate::sms::segments::to_gsm7;
use crate::telephony::provider::{OutgoingMessage, Provider, ProviderError};

/// A text that comes later than the next try helps nobody.
const VALID_S: u32 = 3_600;

/// Asks that she be told. A callback asks for it once, however often she is tried.
pub async fn ask_for(tx: &mut Tx<'_>, job_id: Uuid, callback_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let job = Job::TellTried { callback_id };
    outbox::enqueue(tx, NewJob::due_now(job_id, job, format!("tried/{callback_id}"), now)).await.map(drop)
}

/// Texts her, unless she was reached since, cannot be texted, or the line has no sender.
pub async fn tell(
    board: &Switchboard,
    lines: &Lines,
    provider: &dyn Provider,
    callback_id: Uuid,
) -> Result<Outcome, DbError> {
    let reading = board.db.read(move |tx| Box::pin(async move { store::tried(tx, callback_id).await }));
    let Some(tried): Option<Tried> = reading.await? else { return Ok(Outcome::Done) };
    let Some(line) = lines.by_id(tried.line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let Some(message) = message(board, &line, &tried) else { return Ok(Outcome::Done) };
    Ok(match provider.send_sms(&message).await {
        Ok(_) => Outcome::Done,
        Err(ProviderError::Retry { after, cause }) => Outcome::Retry { cause, after },
        Err(ProviderError::Unknown { cause }) => Outcome::unknown(cause),
        Err(cause) => Outcome::fail(cause.to_string()),
    })
}

fn message(board: &Switchboard, line: &Line, tried: &Tried) -> Option<OutgoingMessage> {
    let (id, sealed) = tried.contact.clone().unzip();
    let number = Contact::unseal(&board.keyring, id, sealed)?.number?;
    let (to, sender) = (number.textable().ok()?, line.settings.callers.sms.as_ref()?);
    let (settings, now) = (&line.settings, board.clock.now());
    // Somebody in danger is not told « cet après-midi ».
    let again = Some(tried.not_before).filter(|at| tried.priority > 0 && *at > now);
    let mut values = facts::promised(again.and_then(|at| half_of(at, line)).as_ref(), settings, now);
    values.extend([
        ("ville".to_owned(), Value::Text(to_gsm7(&settings.town))),
        ("tel".to_owned(), Value::Text(line.number.national())),
    ]);
    let body = board.voice.load().texts.say(tried.lang, "r-tentative", &values)?;
    let from = sender.as_provider_writes().to_owned();
    Some(OutgoingMessage { to, from, body, status_callback: None, validity_s: Some(VALID_S) })
}

/// The half-day of the next try.
fn half_of(at: Timestamp, line: &Line) -> Option<Promise> {
    let hours = &line.settings.hours;
    hours.half_days(at).next().and_then(|half| promise_of(half.closes, hours))
}
