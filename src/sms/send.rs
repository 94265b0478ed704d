//! Hands a text to the provider, once; and where its answer was lost, looks before anything is repeated (I5).

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::outbound::hold::{self, Facts, Reason, Verdict};
use super::outbound::message::{Fate, Kind, State};
use super::outbound::store::fates;
use super::outbound::store::messages::{self, Change, Message};
use super::report;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::limits;
use crate::lines::{Line, Lines};
use crate::outbox::Outcome;
use crate::telephony::code::Meaning;
use crate::telephony::provider::{Leave, Lost, OutgoingMessage, Provider, ProviderError, Sent};

/// After a lost answer the provider's list is looked at no earlier: by then a message that was taken stands in it.
const GRACE: Duration = Duration::from_mins(2);
/// A provider's clock may be that late.
const SKEW: Duration = Duration::from_mins(5);
/// How often a text is handed over where the provider's list shows each time that it never left.
const MOST_ATTEMPTS: i64 = 4;
/// The longest that a provider takes to deliver, in seconds.
const LONGEST_VALIDITY_S: u64 = 36_000;

/// What is to be done with a text now.
enum Next {
    /// Nothing: it left, or never will.
    Over,
    /// Nothing before that instant.
    Later(Timestamp),
    /// It is marked: hand it over.
    HandOver(Box<Message>),
    /// It may have left: look for it.
    LookFor(Box<Message>),
    /// It may have left, and nobody can say.
    Lost,
}

/// Hands over the text of that row, unless a rule keeps it back.
pub async fn send(
    board: &Switchboard,
    lines: &Lines,
    provider: &dyn Provider,
    message_id: Uuid,
) -> Result<Outcome, DbError> {
    let reading = board.db.read(move |tx| Box::pin(async move { messages::origin(tx, message_id).await }));
    let Some((line_id, _)) = reading.await? else { return Ok(Outcome::Done) };
    let Some(line) = lines.by_id(line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let lists = provider.capabilities().lists_messages;
    let next = next(board, &line, message_id, (State::Queued, lists)).await?;
    match next {
        Next::LookFor(message) => look_for(board, &line, provider, *message).await,
        other => go_on(board, &line, provider, other).await,
    }
}

async fn go_on(board: &Switchboard, line: &Line, provider: &dyn Provider, next: Next) -> Result<Outcome, DbError> {
    match next {
        Next::Over => Ok(Outcome::Done),
        Next::Later(at) => Ok(Outcome::Later { at }),
        Next::HandOver(message) => hand_over(board, line, provider, *message).await,
        Next::LookFor(_) | Next::Lost => Ok(Outcome::unknown("the answer to a text was lost")),
    }
}

/// Decides in one transaction, which holds the row of the number: STOP and the marking never pass each other unseen.
/// From `Unknown` it is decided once the list was looked at.
async fn next(
    board: &Switchboard,
    line: &Line,
    message_id: Uuid,
    (from, lists): (State, bool),
) -> Result<Next, DbError> {
    let (now, line, keyring) = (board.clock.now(), line.clone(), board.keyring.clone());
    let deciding = board.db.write(move |tx| {
        Box::pin(async move {
            let Some(contact) = messages::contact_of(tx, message_id).await? else { return Ok(Next::Over) };
            messages::hold_number(tx, contact).await?;
            let Some(message) = messages::one(tx, &keyring, message_id).await? else { return Ok(Next::Over) };
            match message.state {
                state if state == from => decide(tx, &line, message, now).await,
                State::Sending | State::Unknown => in_doubt(tx, message, lists, now).await,
                _ => Ok::<_, DbError>(Next::Over),
            }
        })
    });
    deciding.await
}

/// A text that was handed over, and whose answer nobody has: a worker died, or the answer was lost.
async fn in_doubt(tx: &mut Tx<'_>, message: Message, lists: bool, now: Timestamp) -> Result<Next, DbError> {
    if message.state == State::Sending {
        messages::change(tx, message.id, (State::Sending, State::Unknown), &Change::default(), now).await?;
    }
    let shown = after(message.attempted_at.unwrap_or(now), GRACE);
    Ok(match (lists, now < shown) {
        (false, _) => Next::Lost,
        (true, true) => Next::Later(shown),
        (true, false) => Next::LookFor(Box::new(message)),
    })
}

/// A text that waits, or that the list shows never to have left.
async fn decide(tx: &mut Tx<'_>, line: &Line, message: Message, now: Timestamp) -> Result<Next, DbError> {
    match hold::judge(&facts(line, &message), &line.settings.hours, now) {
        Verdict::Later(at) => {
            messages::waits(tx, message.id, Reason::Quiet).await?;
            Ok(Next::Later(at))
        }
        Verdict::Never(state, reason) => {
            let to = if message.state.may_become(state) { state } else { State::Cancelled };
            let change = Change { reason: Some(reason), ..Change::default() };
            messages::change(tx, message.id, (message.state, to), &change, now).await?;
            Ok(Next::Over)
        }
        Verdict::Send if message.attempts >= MOST_ATTEMPTS => Ok(Next::Lost),
        Verdict::Send => {
            let begun = messages::begin(tx, message.id, message.state, now).await?;
            Ok(if begun { Next::HandOver(Box::new(message)) } else { Next::Over })
        }
    }
}

fn facts(line: &Line, message: &Message) -> Facts {
    Facts {
        kind: message.kind,
        any_day: message.any_day,
        not_before: message.not_before,
        expires_at: message.expires_at,
        stopped: message.stopped,
        receives: message.receives && message.number.as_ref().is_some_and(|number| number.textable().is_ok()),
        sends: line.settings.callers.sms.is_some() && message.body.is_some(),
        arrived: message.repeats == Some(State::Delivered),
    }
}

/// Looks for a text in the provider's list. It is there: its id is ours. It is not, after the grace: it never left.
async fn look_for(
    board: &Switchboard,
    line: &Line,
    provider: &dyn Provider,
    message: Message,
) -> Result<Outcome, DbError> {
    let Some(out) = outgoing(board, line, &message) else {
        return Ok(Outcome::unknown("the answer to a text was lost"));
    };
    let since = message.attempted_at.unwrap_or_default();
    let lost = Lost { to: out.to, from: out.from, body: out.body, since: since.checked_sub(SKEW).unwrap_or(since) };
    let found = match provider.find_messages(&lost).await {
        Ok(found) => found,
        Err(ProviderError::Retry { after, cause }) => return Ok(Outcome::Retry { cause, after }),
        Err(cause) => return Ok(Outcome::unknown(cause.to_string())),
    };
    for sent in found {
        if settle(board, &message, Unanswered::Found(sent), State::Unknown).await? {
            return Ok(Outcome::Done);
        }
    }
    let again = next(board, line, message.id, (State::Unknown, true)).await?;
    go_on(board, line, provider, again).await
}

async fn hand_over(
    board: &Switchboard,
    line: &Line,
    provider: &dyn Provider,
    message: Message,
) -> Result<Outcome, DbError> {
    let Some(out) = outgoing(board, line, &message) else { return Ok(Outcome::Done) };
    let answer = provider.send_sms(&out).await;
    let (now, lists) = (board.clock.now(), provider.capabilities().lists_messages);
    let outcome = outcome(&answer, lists, now);
    let what = match answer {
        Ok(sent) => Unanswered::Found(sent),
        Err(error) => Unanswered::Refused(error),
    };
    let kept = settle(board, &message, what, State::Sending).await?;
    Ok(if kept { outcome } else { Outcome::unknown("the answer to a text was lost") })
}

/// What the worker does next.
fn outcome(answer: &Result<Sent, ProviderError>, lists: bool, now: Timestamp) -> Outcome {
    match answer {
        Ok(_) => Outcome::Done,
        // A limit is no failure: the text waits for tomorrow without using up its tries.
        Err(ProviderError::Retry { after: Some(wait), cause }) if limits::is_limit(cause) => {
            Outcome::Later { at: after(now, *wait) }
        }
        Err(ProviderError::Retry { after, cause }) => Outcome::Retry { cause: cause.clone(), after: *after },
        Err(ProviderError::Unknown { .. }) if lists => Outcome::Later { at: after(now, GRACE) },
        Err(ProviderError::Unknown { .. }) => Outcome::unknown("the answer to a text was lost"),
        Err(error) => match error.meaning() {
            // Known and dealt with: nobody has to do anything.
            Meaning::OptedOut | Meaning::NoSms | Meaning::BadNumber => Outcome::Done,
            _ => Outcome::fail(error.to_string()),
        },
    }
}

/// What came back, or did not.
enum Unanswered {
    Found(Sent),
    Refused(ProviderError),
}

/// Writes down what became of a text; `false` where the provider's id is that of another text.
async fn settle(board: &Switchboard, message: &Message, what: Unanswered, from: State) -> Result<bool, DbError> {
    let (now, message, keyring) = (board.clock.now(), message.clone(), board.keyring.clone());
    let ids = [board.ids.row(now), board.ids.row(now)];
    let settling = board.db.write(move |tx| {
        Box::pin(async move {
            messages::hold_number(tx, message.contact_id).await?;
            let mut change = Change::default();
            let to = match &what {
                Unanswered::Found(sent) => {
                    if messages::of_sid(tx, &sent.sid).await?.is_some() {
                        return Ok(false);
                    }
                    let fate = fates::heard(tx, &sent.sid, Fate::SENT, now).await?;
                    (change.sid, change.billed, change.error) = (Some(sent.sid.as_str()), sent.segments, fate.error());
                    fate.state()
                }
                Unanswered::Refused(ProviderError::Retry { cause, .. }) => {
                    (change.untried, change.reason) = (true, limits::is_limit(cause).then_some(Reason::Limit));
                    State::Queued
                }
                Unanswered::Refused(ProviderError::Unknown { .. }) => State::Unknown,
                Unanswered::Refused(ProviderError::Never { code, text }) => {
                    let beyond = limits::is_prefix(text);
                    (change.error, change.reason) = (*code, beyond.then_some(Reason::Prefix));
                    if beyond { State::Held } else { State::Failed }
                }
            };
            messages::change(tx, message.id, (from, to), &change, now).await?;
            if let Some(code) = change.error {
                report::heed(tx, &keyring, &message, code, ids, now).await?;
            }
            Ok::<_, DbError>(true)
        })
    });
    settling.await
}

/// The text as the provider takes it; none where its number or its words cannot be read, or the line has no sender.
fn outgoing(board: &Switchboard, line: &Line, message: &Message) -> Option<OutgoingMessage> {
    let to = message.number.as_ref()?.textable().ok()?;
    let from = line.settings.callers.sms.as_ref()?.as_provider_writes().to_owned();
    let left = Duration::try_from(message.expires_at.duration_since(board.clock.now())).unwrap_or_default();
    let leave = match message.kind {
        Kind::Alert => Leave::Always,
        Kind::StopConfirmed => Leave::AfterStop,
        _ => Leave::Limited,
    };
    Some(OutgoingMessage {
        to,
        from,
        body: message.body.clone()?,
        status_callback: Some(format!("{}/telephony/twilio/status", board.public_url)),
        validity_s: u32::try_from(left.as_secs().clamp(1, LONGEST_VALIDITY_S)).ok(),
        leave,
    })
}

fn after(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

/// Nobody tries a text any more: what waits of it ends, so that whoever looks at it knows.
pub async fn given_up(tx: &mut Tx<'_>, message_id: Uuid, now: Timestamp) -> Result<(), DbError> {
    messages::change(tx, message_id, (State::Queued, State::Failed), &Change::default(), now).await.map(drop)
}
