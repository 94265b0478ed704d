//! Somebody tried to call back and nobody answered: a text says so, once, if the number receives texts (F-46). It says when
//! we call again and the free number of the line, and nothing of what the call was about.

use std::time::Duration;

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
use crate::sms::outbound::message::Kind;
use crate::sms::outgoing::{self, Post};
use crate::sms::segments::to_gsm7;

/// A text that comes later than the next try helps nobody.
const VALID: Duration = Duration::from_hours(1);

/// Asks that she be told. A callback asks for it once, however often she is tried.
pub async fn ask_for(tx: &mut Tx<'_>, job_id: Uuid, callback_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let job = Job::TellTried { callback_id };
    outbox::enqueue(tx, NewJob::due_now(job_id, job, format!("tried/{callback_id}"), now)).await.map(drop)
}

/// Has her texted, unless she was reached since, cannot be texted, or the line has no sender.
pub async fn tell(board: &Switchboard, lines: &Lines, callback_id: Uuid) -> Result<Outcome, DbError> {
    let reading = board.db.read(move |tx| Box::pin(async move { store::tried(tx, callback_id).await }));
    let Some(tried): Option<Tried> = reading.await? else { return Ok(Outcome::Done) };
    let Some(line) = lines.by_id(tried.line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let Some((contact_id, body)) = message(board, &line, &tried) else { return Ok(Outcome::Done) };
    let (now, keyring) = (board.clock.now(), board.keyring.clone());
    let ids = [board.ids.row(now), board.ids.row(now)];
    let posting = board.db.write(move |tx| {
        Box::pin(async move {
            let post = Post {
                id: ids[0],
                job_id: ids[1],
                line_id: line.id,
                contact_id,
                kind: Kind::Resident,
                key: &format!("tried/{callback_id}"),
                body: &body,
                any_day: true,
                now,
                not_before: now,
                expires_at: now.checked_add(VALID).unwrap_or(now),
            };
            outgoing::post(tx, &keyring, &post).await
        })
    });
    posting.await.map(|_: bool| Outcome::Done)
}

fn message(board: &Switchboard, line: &Line, tried: &Tried) -> Option<(Uuid, String)> {
    let (id, sealed) = tried.contact.clone().unzip();
    let contact = Contact::unseal(&board.keyring, id, sealed)?;
    (contact.number?.can_receive_sms() && line.settings.callers.sms.is_some()).then_some(())?;
    let (settings, now) = (&line.settings, board.clock.now());
    // Somebody in danger is not told « cet après-midi ».
    let again = Some(tried.not_before).filter(|at| tried.priority > 0 && *at > now);
    let mut values = facts::promised(again.and_then(|at| half_of(at, line)).as_ref(), settings, now);
    values.extend([
        ("ville".to_owned(), Value::Text(to_gsm7(&settings.town))),
        ("tel".to_owned(), Value::Text(line.number.national())),
    ]);
    let body = board.voice.load().texts.say(tried.lang, "r-tentative", &values)?;
    Some((contact.id, body))
}

/// The half-day of the next try.
fn half_of(at: Timestamp, line: &Line) -> Option<Promise> {
    let hours = &line.settings.hours;
    hours.half_days(at).next().and_then(|half| promise_of(half.closes, hours))
}
