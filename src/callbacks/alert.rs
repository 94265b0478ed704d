//! Somebody in danger waits and nobody has claimed her callback: whoever is on call is alerted, again and again, by
//! text and by voice, until one of them takes it (F-43), and again if she lets an hour pass without closing it. After five
//! minutes the supervisors of the line are alerted too, and from the first round on where nobody is on call.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::desk::{Hand, settle_request};
use super::store::{self, Standing};
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::calls::translate::{self, Addresses};
use crate::calls::whisper::{self, WhisperError};
use crate::db::{DbError, Tx};
use crate::dialog::{Next, Value, Values, Wait};
use crate::lang::Lang;
use crate::lines::hours::Hours;
use crate::lines::{Line, LineSettings, Lines};
use crate::operators::Right;
use crate::operators::store::phones::{self, Phone};
use crate::outbox::{self, Job, NewJob, Outcome};
use crate::phone::PhoneNumber;
use crate::requests::{Contact, State};
use crate::telephony::provider::{Leave, OutgoingCall, OutgoingMessage, Provider, ProviderError};

/// For how long a danger is left to the desk while it is open.
const LEFT_TO_THE_DESK: Duration = Duration::from_mins(5);
/// For how long it is left to the phones that the call itself has rung.
const LEFT_TO_RINGING: Duration = Duration::from_mins(2);
/// Between two rounds.
const EVERY: Duration = Duration::from_mins(5);
/// For how long a callback in danger is left to whoever is on call alone.
const SUPERVISORS_AFTER: Duration = Duration::from_mins(5);
/// An alert older than this says nothing any more.
const TEXT_VALID_S: u32 = 600;
/// Seconds for which the phone of whoever is on call rings.
const RING_S: u16 = 30;
/// Seconds for which the key is waited for.
const PATIENCE_S: u32 = 10;
/// For how long: she may have to drive there. Then the alert begins again, in case she forgot.
const ON_CALL_LEASE: Duration = Duration::from_hours(1);
/// How a callback ended whose person was reached (F-47).
const SOLVED: &str = "RESOLU";

/// How a danger came to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// In a call that is itself put through to whoever is on call outside the hours: her phone rings already.
    Ringing,
    /// In a text message, or because an agent said so.
    Written,
}

/// When whoever is on call is alerted of a danger that came at `now` and that nobody claimed (F-43).
pub fn first_round(hours: &Hours, came: Came, now: Timestamp) -> Timestamp {
    let left = match (hours.is_open(now), came) {
        (true, _) => LEFT_TO_THE_DESK,
        (false, Came::Ringing) => LEFT_TO_RINGING,
        (false, Came::Written) => Duration::ZERO,
    };
    now.checked_add(left).unwrap_or(now)
}

/// Asks that whoever is on call be alerted at `due` unless somebody claims the callback before. `since` is the instant at
/// which it became danger, if it was not opened so: a callback that becomes danger again is alerted again, and a call that
/// says twice that there is danger is alerted once.
pub async fn ask_for(
    tx: &mut Tx<'_>,
    job_id: Uuid,
    callback_id: Uuid,
    since: Option<Timestamp>,
    now: Timestamp,
    due: Timestamp,
) -> Result<(), DbError> {
    let since = since.map_or(0, Timestamp::as_millisecond);
    let job = Job::AlertOnCall { callback_id, round: 1 };
    let new = NewJob::due_now(job_id, job, format!("alert/{callback_id}/since/{since}"), now).due_at(due);
    outbox::enqueue(tx, new).await.map(drop)
}

/// The key of a later round. One round is enough in the time between two: whoever became danger twice is alerted as
/// whoever did once, and a round that was taken up again plans no second one.
fn later_key(callback_id: Uuid, due: Timestamp) -> String {
    format!("alert/{callback_id}/at/{}", due.as_second().div_euclid(EVERY.as_secs().cast_signed()))
}

/// One round: unless somebody claimed the callback, the next round is planned and every number is reached.
pub async fn round(
    board: &Switchboard,
    lines: &Lines,
    provider: &dyn Provider,
    callback_id: Uuid,
    round: u32,
) -> Result<Outcome, DbError> {
    let now = board.clock.now();
    let Some(standing) = plan_next(board, callback_id, round, now).await? else { return Ok(Outcome::Done) };
    if standing.holder.is_some() {
        return Ok(Outcome::Done);
    }
    let Some(line) = lines.by_id(standing.line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let numbers = numbers(board, &line, &standing, now).await?;
    if numbers.is_empty() {
        tracing::error!("somebody in danger waits, nobody is on call and no supervisor has a telephone: see the queue");
    }
    for number in &numbers {
        let sent =
            [text(board, &line, provider, number).await, call(board, &line, provider, number, callback_id).await];
        for cause in sent.into_iter().filter_map(Result::err) {
            tracing::error!(%cause, "an alert did not leave");
        }
    }
    Ok(Outcome::Done)
}

/// Whom this round reaches.
async fn numbers(
    board: &Switchboard,
    line: &Line,
    standing: &Standing,
    now: Timestamp,
) -> Result<Vec<PhoneNumber>, DbError> {
    let mut numbers = line.settings.on_call.clone();
    let waited = Duration::try_from(now.duration_since(standing.opened_at)).unwrap_or_default();
    if waited >= SUPERVISORS_AFTER || numbers.is_empty() {
        let (keyring, line_id) = (board.keyring.clone(), line.id);
        let read = board
            .db
            .read(move |tx| Box::pin(async move { phones::of_line(tx, &keyring, line_id, Right::Supervise).await }));
        for Phone { number, .. } in read.await? {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    Ok(numbers)
}

/// Plans the next round before this one speaks, so that a crash in between alerts once more rather than never. `None`
/// once the callback is closed: whoever holds it may let the lease lapse.
async fn plan_next(
    board: &Switchboard,
    callback_id: Uuid,
    round: u32,
    now: Timestamp,
) -> Result<Option<Standing>, DbError> {
    let (job_id, due) = (board.ids.row(now), now.checked_add(EVERY).unwrap_or(now));
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let standing = store::standing(tx, callback_id, now).await?;
                if standing.is_some() {
                    let job = Job::AlertOnCall { callback_id, round: round + 1 };
                    let new = NewJob::due_now(job_id, job, later_key(callback_id, due), now).due_at(due);
                    outbox::enqueue(tx, new).await?;
                }
                Ok(standing)
            })
        })
        .await
}

async fn text(
    board: &Switchboard,
    line: &Line,
    provider: &dyn Provider,
    number: &PhoneNumber,
) -> Result<(), ProviderError> {
    let (Ok(to), Some(sender)) = (number.textable(), &line.settings.callers.sms) else { return Ok(()) };
    let values = Values::from([
        ("ville".to_owned(), Value::Text(line.settings.town.clone())),
        ("tel".to_owned(), Value::Text(line.number.national())),
    ]);
    let Some(body) = board.voice.load().texts.say(Lang::FRENCH, "a-alerte", &values) else { return Ok(()) };
    let message = OutgoingMessage {
        to,
        from: sender.as_provider_writes().to_owned(),
        body,
        status_callback: None,
        validity_s: Some(TEXT_VALID_S),
        leave: Leave::Always,
    };
    provider.send_sms(&message).await.map(drop)
}

async fn call(
    board: &Switchboard,
    line: &Line,
    provider: &dyn Provider,
    number: &PhoneNumber,
    callback_id: Uuid,
) -> Result<(), ProviderError> {
    let Ok(to) = number.dialable() else { return Ok(()) };
    let callers = &line.settings.callers;
    let shown = callers.automated_voice.as_ref().or(callers.human_callback.as_ref()).unwrap_or(&line.number);
    let call = OutgoingCall {
        to,
        from: shown.clone(),
        url: format!("{}/telephony/twilio/alert/{callback_id}", board.public_url),
        status_callback: None,
        timeout_s: RING_S,
        time_limit_s: Some(120),
        leave: Leave::Always,
    };
    provider.start_call(&call).await.map(drop)
}

/// What whoever is on call hears.
pub fn ask(board: &Switchboard, token: &str) -> Result<String, WhisperError> {
    let base = format!("{}/telephony/twilio/alert/{token}", board.public_url);
    let addresses = Addresses {
        action: format!("{base}/key"),
        silence: format!("{base}/key"),
        status: String::new(),
        audio: format!("{}/audio", board.public_url),
    };
    let next = Next::Wait(Wait::Key { timeout: PATIENCE_S });
    let settings = LineSettings::default();
    let said = [whisper::to_staff(&board.voice.load(), "alerte-appel", &Values::new())];
    Ok(translate::response(&said, &next, &settings, &addresses, None, &|_| None).to_xml(false)?)
}

/// Key 1 takes the callback and tells whom to call; key 2 says that she was reached, which closes it.
/// `phone` is the number that rang: two people never both have it.
pub async fn answer(
    board: &Switchboard,
    lines: &Lines,
    token: &str,
    phone: &str,
    key: Option<&str>,
) -> Result<String, WhisperError> {
    let Ok(id) = token.parse() else { return whisper::refused() };
    let Some(who) = who(board, lines, id, phone).await? else { return whisper::refused() };
    match key {
        Some("1") => take(board, id, who).await,
        Some("2") => done(board, id, who).await,
        _ => whisper::refused(),
    }
}

/// Under whose name a callback taken by voice is held: the place of the phone among those on call, or the supervisor
/// whose phone it is.
async fn who(board: &Switchboard, lines: &Lines, id: Uuid, phone: &str) -> Result<Option<String>, DbError> {
    let Ok(phone) = PhoneNumber::parse(phone) else { return Ok(None) };
    let place = lines.iter().find_map(|line| line.settings.on_call.iter().position(|number| *number == phone));
    if let Some(place) = place {
        return Ok(Some(format!("astreinte {}", place + 1)));
    }
    let (keyring, now) = (board.keyring.clone(), board.clock.now());
    let reading = board.db.read(move |tx| {
        Box::pin(async move {
            let Some(standing) = store::standing(tx, id, now).await? else { return Ok(Vec::new()) };
            phones::of_line(tx, &keyring, standing.line_id, Right::Supervise).await
        })
    });
    let supervisors: Vec<Phone> = reading.await?;
    let hers = supervisors.into_iter().find(|one| one.number == phone);
    Ok(hers.map(|one| format!("{}, par téléphone", one.name)))
}

/// What she does on the telephone is journaled as what is done on a page (F-77).
fn hand(board: &Switchboard, who: String) -> Hand {
    let now = board.clock.now();
    Hand { agent: who, operator: None, entry: board.ids.row(now), now }
}

async fn take(board: &Switchboard, id: Uuid, who: String) -> Result<String, WhisperError> {
    let hand = hand(board, who);
    let taking = board.db.write(move |tx| {
        Box::pin(async move {
            if !store::claim(tx, id, &hand.agent, hand.now, ON_CALL_LEASE).await? {
                return Ok::<_, DbError>(None);
            }
            audit::store::write(tx, hand.entry, &hand.agent, "callback.on_call", &id.to_string(), hand.now).await?;
            Ok(Some(store::contact(tx, id).await?))
        })
    });
    let Some(contact) = taking.await? else { return whisper::refused() };
    let contact = contact.and_then(|(id, sealed)| Contact::unseal(&board.keyring, Some(id), Some(sealed)));
    let number = contact.and_then(|contact| contact.number).map(|number| number.national());
    let known = if number.is_some() { "oui" } else { "non" };
    let values = Values::from([
        ("joignable".to_owned(), Value::from(known)),
        ("numero".to_owned(), Value::Text(number.unwrap_or_default())),
    ]);
    goodbye(board, "alerte-pris", &values)
}

/// She may say so after her hour too, unless somebody else took it since.
async fn done(board: &Switchboard, id: Uuid, who: String) -> Result<String, WhisperError> {
    let hand = hand(board, who);
    let close = board.db.write(move |tx| {
        Box::pin(async move {
            store::attempts::hold_request(tx, id).await?;
            let (who, now) = (&hand.agent, hand.now);
            let held = store::claim(tx, id, who, now, ON_CALL_LEASE).await?;
            let closed = held && store::close(tx, id, who, SOLVED, true, now).await?;
            if closed {
                settle_request(tx, id, State::Solved, &hand).await?;
                audit::store::write(tx, hand.entry, who, "callback.close", &id.to_string(), now).await?;
            }
            Ok::<_, DbError>(closed)
        })
    });
    let closed: bool = close.await?;
    if closed { goodbye(board, "alerte-faite", &Values::new()) } else { whisper::refused() }
}

fn goodbye(board: &Switchboard, prompt: &str, values: &Values) -> Result<String, WhisperError> {
    Ok(translate::farewell(Lang::FRENCH, &whisper::to_staff(&board.voice.load(), prompt, values).text(), None)
        .to_xml(false)?)
}
