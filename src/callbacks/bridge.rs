//! Calling somebody back by a click: the agent's telephone rings, she presses a key, and the resident is dialled with the
//! number that agents show (F-09).
//!
//! Only whoever holds the callback may, only with a telephone of her account, and only to a number that may be dialled
//! (T3). A webhook that comes twice changes nothing and is answered the same. What is no try of the resident's telephone
//! counts for nothing: an agent who does not answer, presses nothing, or hangs up while it rings.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::callback::LEASE;
use super::desk::Hand;
use super::dialling::Ended;
use super::store::bridges::{self, Begun, Bridge, NewBridge, Stage};
use super::store::{self, attempts};
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::calls::translate::{self, Addresses};
use crate::calls::whisper::{self, WhisperError};
use crate::db::{DbError, Tx};
use crate::dialog::{self, Next, Value, Values, Wait};
use crate::lang::Lang;
use crate::lines::{Line, Lines};
use crate::operators::store::phones;
use crate::outbox::{self, Job, NewJob, Outcome};
use crate::phone::{Dialable, PhoneNumber};
use crate::requests::Contact;
use crate::secret::Keyring;
use crate::telephony::event::DialEvent;
use crate::telephony::provider::{Leave, OutgoingCall, Provider, ProviderError};
use crate::telephony::status::CallStatus;
use crate::telephony::verbs::{Dial, Redirect, Verb, VoiceResponse};

/// Seconds for which the agent's telephone rings.
const AGENT_RING_S: u16 = 25;
/// Seconds for which the key is waited for.
const PATIENCE_S: u32 = 10;
/// Seconds for which the resident's telephone rings: an old person needs time to reach it.
const RESIDENT_RING_S: u16 = 45;
/// The longest call, in seconds; the agent holds the callback as long.
const LONGEST_S: u32 = 3_600;
/// A click is served at once or not at all: nobody waits longer beside her telephone.
const STALE: Duration = bridges::STALE;
/// The need of somebody who chose nothing.
const NOTHING_CHOSEN: &str = "personne";

/// What became of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Her telephone is about to ring, or rings already.
    Rings,
    /// She calls somebody else back at this moment.
    Busy,
    /// She does not hold this callback.
    NotHeld,
    /// Her account has no telephone that may be rung.
    NoPhone,
    /// Nobody knows a number to call.
    NoNumber,
    /// The number is one that the line never dials (T3).
    NotDialable,
    /// There is none of that id on her lines.
    Unknown,
}

/// She clicks « Appeler ».
pub async fn ask(board: &Switchboard, hand: &Hand, id: Uuid) -> Result<Asked, DbError> {
    let Some(operator) = hand.operator else { return Ok(Asked::Unknown) };
    let click = Click {
        hand: hand.clone(),
        operator,
        id,
        keyring: board.keyring.clone(),
        bridge: board.ids.row(hand.now),
        job: board.ids.row(hand.now),
        token: board.ids.token(),
    };
    board.db.write(move |tx| Box::pin(async move { click.run(tx).await })).await
}

struct Click {
    hand: Hand,
    operator: Uuid,
    id: Uuid,
    keyring: Keyring,
    bridge: Uuid,
    job: Uuid,
    token: String,
}

impl Click {
    async fn run(&self, tx: &mut Tx<'_>) -> Result<Asked, DbError> {
        let (hand, id, operator) = (&self.hand, self.id, self.operator);
        let back = |by: Duration| hand.now.checked_sub(by).unwrap_or(hand.now);
        bridges::expire(tx, operator, back(STALE), back(Duration::from_secs(LONGEST_S.into()) + STALE)).await?;
        let Some(held) = attempts::hold(tx, &self.keyring, operator, id).await? else { return Ok(Asked::Unknown) };
        let hers = held.operator == Some(operator) && held.until.is_some_and(|until| until >= hand.now);
        if held.closed || !hers {
            return Ok(Asked::NotHeld);
        }
        let Some(contact) = store::contact(tx, id).await? else { return Ok(Asked::NoNumber) };
        match number(&self.keyring, Some(contact)) {
            None => return Ok(Asked::NoNumber),
            Some(number) if number.dialable().is_err() => return Ok(Asked::NotDialable),
            Some(_) => {}
        }
        let phone = phones::of(tx, &self.keyring, operator).await?;
        if phone.is_none_or(|phone| phone.dialable().is_err()) {
            return Ok(Asked::NoPhone);
        }
        let new = NewBridge { id: self.bridge, token: &self.token, callback_id: id, operator, now: hand.now };
        match bridges::begin(tx, &new).await? {
            Begun::GoesOn(other) if other == id => return Ok(Asked::Rings),
            Begun::GoesOn(_) | Begun::JustEnded => return Ok(Asked::Busy),
            Begun::New => tx.changed(held.line_id),
        }
        let job = Job::CallAgent { bridge_id: self.bridge };
        outbox::enqueue(tx, NewJob::due_now(self.job, job, format!("call-agent/{}", self.bridge), hand.now)).await?;
        audit::store::write(tx, hand.entry, &hand.agent, "callback.call", &id.to_string(), hand.now).await?;
        Ok(Asked::Rings)
    }
}

/// Rings the agent's telephone, once: whoever is beside it must not find it ringing for a click of another hour.
pub async fn ring(board: &Switchboard, lines: &Lines, provider: &dyn Provider, id: Uuid) -> Result<Outcome, DbError> {
    let (keyring, now) = (board.keyring.clone(), board.clock.now());
    let preparing = board.db.write(move |tx| {
        Box::pin(async move {
            let Some(token) = bridges::token_of(tx, id).await? else { return Ok(None) };
            let Some(bridge) = bridges::named(tx, &keyring, &token).await? else { return Ok(None) };
            if bridge.started_at.checked_add(STALE).is_ok_and(|until| until < now) {
                bridges::give_up(tx, id, now).await?;
                return Ok(None);
            }
            let phone = phones::of(tx, &keyring, bridge.operator_id).await?;
            Ok::<_, DbError>(if bridges::ring(tx, &bridge).await? { Some((bridge, phone)) } else { None })
        })
    });
    let Some((bridge, phone)) = preparing.await? else { return Ok(Outcome::Done) };
    let Some(line) = lines.by_id(bridge.line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let Some(to) = phone.and_then(|phone| phone.dialable().ok()) else {
        return Ok(Outcome::fail("the agent has no telephone any more"));
    };
    let call = OutgoingCall {
        to,
        from: shown(&line),
        url: address(board, &bridge.token, ""),
        status_callback: Some(address(board, &bridge.token, "/status")),
        timeout_s: AGENT_RING_S,
        time_limit_s: Some(LONGEST_S),
        leave: Leave::Always,
    };
    let placed = provider.start_call(&call).await;
    settled(board, id, placed.map(|sent| sent.sid)).await
}

async fn settled(board: &Switchboard, id: Uuid, placed: Result<String, ProviderError>) -> Result<Outcome, DbError> {
    match placed {
        Ok(sid) => {
            board.db.write(move |tx| Box::pin(async move { bridges::placed(tx, id, &sid).await })).await?;
            Ok(Outcome::Done)
        }
        Err(ProviderError::Retry { after, cause }) => {
            board.db.write(move |tx| Box::pin(async move { bridges::ring_later(tx, id).await })).await?;
            Ok(Outcome::Retry { cause, after })
        }
        Err(ProviderError::Never { text, .. }) => Ok(Outcome::fail(text)),
        Err(ProviderError::Unknown { cause }) => Ok(Outcome::unknown(cause)),
    }
}

/// She answers: what it is about, and the key to press.
pub async fn greet(board: &Switchboard, lines: &Lines, token: &str) -> Result<String, WhisperError> {
    let (keyring, wanted) = (board.keyring.clone(), token.to_owned());
    let reading = board.db.write(move |tx| Box::pin(async move { bridges::named(tx, &keyring, &wanted).await }));
    let bridge: Option<Bridge> = reading.await?;
    let Some(bridge) = bridge.filter(|bridge| bridge.stage.is_before()) else { return whisper::refused() };
    let Some(line) = lines.by_id(bridge.line_id) else { return whisper::refused() };
    let addresses = Addresses {
        action: address(board, token, "/key"),
        silence: address(board, token, "/silence"),
        status: String::new(),
        audio: format!("{}/audio", board.public_url),
    };
    let next = Next::Wait(Wait::Key { timeout: PATIENCE_S });
    let said = [about(board, &bridge)];
    Ok(translate::response(&said, &next, &line.settings, &addresses, None, &|_| None).to_xml(line.settings.ssml)?)
}

fn about(board: &Switchboard, bridge: &Bridge) -> dialog::Utterance {
    let voice = board.voice.load();
    let answers: Values = serde_json::from_slice(&bridge.answers).unwrap_or_default();
    let category = bridge.category.as_deref().unwrap_or(NOTHING_CHOSEN);
    let values = Values::from([
        ("langue".to_owned(), Value::Text(bridge.lang.clone())),
        ("ref".to_owned(), Value::Text(bridge.reference.clone().unwrap_or_else(|| "aucune".to_owned()))),
        ("besoin".to_owned(), Value::Text(voice.need_of(category, &answers))),
    ]);
    whisper::to_staff(&voice, "rappel-agent", &values)
}

/// She pressed a key: 1 dials the resident, once however often it is told.
pub async fn answer(
    board: &Switchboard,
    lines: &Lines,
    token: &str,
    key: Option<&str>,
) -> Result<String, WhisperError> {
    if key != Some("1") {
        return silence(board, token).await;
    }
    let (keyring, wanted, now) = (board.keyring.clone(), token.to_owned(), board.clock.now());
    let attempt = board.ids.row(now);
    let dialling = board.db.write(move |tx| {
        Box::pin(async move {
            let Some(bridge) = bridges::named(tx, &keyring, &wanted).await? else { return Ok(None) };
            let dialable = number(&keyring, bridge.contact.clone()).and_then(|number| number.dialable().ok());
            if bridge.stage == Stage::Dialled {
                return Ok(dialable.map(|to| (bridge, to)));
            }
            let Some(to) = dialable.filter(|_| bridge.stage.is_before() && bridge.is_hers) else { return Ok(None) };
            let until = later(now, Duration::from_secs(LONGEST_S.into()) + LEASE);
            bridges::dial(tx, &bridge, attempt, now, until).await?;
            Ok::<_, DbError>(Some((bridge, to)))
        })
    });
    let Some((bridge, to)) = dialling.await? else { return whisper::refused() };
    let Some(line) = lines.by_id(bridge.line_id) else { return whisper::refused() };
    dial(board, &line, token, to)
}

fn dial(board: &Switchboard, line: &Line, token: &str, to: Dialable) -> Result<String, WhisperError> {
    let words = whisper::to_staff(&board.voice.load(), "rappel-lance", &Values::new()).text();
    let said = translate::farewell(Lang::FRENCH, &words, Some(&line.settings)).verbs.into_iter();
    let said = VoiceResponse { verbs: said.filter(|verb| *verb != Verb::Hangup).collect() };
    let end = address(board, token, "/end");
    let dial = Dial {
        action: end.clone(),
        timeout_s: RESIDENT_RING_S,
        caller_id: Some(shown(line)),
        number: to,
        whisper_url: None,
    };
    Ok(said.then(dial).then(Redirect::to(end)).to_xml(line.settings.ssml)?)
}

/// Nothing was pressed, or another key.
pub async fn silence(board: &Switchboard, token: &str) -> Result<String, WhisperError> {
    end(board, token, |stage| stage.is_before().then_some(Ended::AgentSilent)).await?;
    whisper::refused()
}

/// Dialling the resident is over. `reply` is what the telephone network answered, where the provider tells.
pub async fn dialled(
    board: &Switchboard,
    lines: &Lines,
    token: &str,
    event: Option<&DialEvent>,
    reply: Option<&str>,
) -> Result<String, WhisperError> {
    let told = Ended::of_dial(event, reply);
    // Whoever told that the agent had left said nothing of the resident: this does.
    let ended =
        end(board, token, move |stage| matches!(stage, Stage::Dialled | Stage::Ended(Ended::Left)).then_some(told));
    let Some(bridge) = ended.await? else { return whisper::refused() };
    let Stage::Ended(ended) = bridge.stage else { return whisper::refused() };
    let values = Values::from([("fin".to_owned(), Value::from(ended.word()))]);
    let words = whisper::to_staff(&board.voice.load(), "rappel-fini", &values).text();
    let settings = lines.by_id(bridge.line_id).map(|line| line.settings.clone());
    let document = translate::farewell(Lang::FRENCH, &words, settings.as_deref());
    Ok(document.to_xml(settings.is_some_and(|settings| settings.ssml))?)
}

/// The agent's own call is over.
pub async fn left(board: &Switchboard, token: &str, status: CallStatus) -> Result<(), DbError> {
    let ending = end(board, token, move |stage| match stage {
        Stage::Ended(_) => None,
        stage => Ended::of_agent(status, stage == Stage::Dialled),
    });
    ending.await.map(drop)
}

/// Ends it as `how` says from where it stands; nothing changes where it says nothing. Returns it as it then is.
async fn end(
    board: &Switchboard,
    token: &str,
    how: impl Fn(Stage) -> Option<Ended> + Send + 'static,
) -> Result<Option<Bridge>, DbError> {
    let (keyring, token, now) = (board.keyring.clone(), token.to_owned(), board.clock.now());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(mut bridge) = bridges::named(tx, &keyring, &token).await? else { return Ok(None) };
                if let Some(ended) = how(bridge.stage) {
                    bridges::end(tx, &bridge, ended, now, later(now, LEASE)).await?;
                    bridge.stage = Stage::Ended(ended);
                }
                Ok(Some(bridge))
            })
        })
        .await
}

fn number(keyring: &Keyring, contact: Option<(String, Vec<u8>)>) -> Option<PhoneNumber> {
    let (id, sealed) = contact.unzip();
    Contact::unseal(keyring, id, sealed)?.number
}

/// What both telephones show: the number of the agents, else the line's own.
fn shown(line: &Line) -> PhoneNumber {
    line.settings.callers.human_callback.clone().unwrap_or_else(|| line.number.clone())
}

fn address(board: &Switchboard, token: &str, step: &str) -> String {
    format!("{}/telephony/twilio/bridge/{token}{step}", board.public_url)
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}
