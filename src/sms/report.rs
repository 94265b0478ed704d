//! What the provider reports of a text: kept in any order, twice or before its id is known; and what an error asks for.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::outbound::message::{Fate, State};
use super::outbound::store::fates;
use super::outbound::store::messages::{self, Change, Message};
use super::outgoing::{self, Post};
use super::stops::{self, Source, Stop};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;
use crate::telephony::code::{self, Meaning};
use crate::telephony::event::MessageReport;

/// A telephone that was off is tried once more, no earlier.
const ONCE_MORE_AFTER: Duration = Duration::from_mins(30);

/// Keeps a report. One that came before the answer with its id is joined to the text when that answer is kept.
pub async fn apply(board: &Switchboard, report: &MessageReport) -> Result<(), DbError> {
    let Some(fate) = Fate::of(report.status, report.error) else { return Ok(()) };
    // Between the look for its text and the keeping of the report, the text may have learnt its id.
    while !kept(board, report.message_sid.clone(), fate).await? {}
    if let Some(code) = fate.error().filter(|code| code::meaning(*code) == Meaning::Settings) {
        tracing::error!(
            code,
            "the provider or an operator refuses our texts: look at the account, the sender and the words"
        );
    }
    Ok(())
}

async fn kept(board: &Switchboard, sid: String, fate: Fate) -> Result<bool, DbError> {
    let (now, keyring) = (board.clock.now(), board.keyring.clone());
    let ids = [board.ids.row(now), board.ids.row(now)];
    let keeping = board.db.write(move |tx| {
        Box::pin(async move {
            let Some((id, contact_id)) = messages::of_sid(tx, &sid).await? else {
                fates::heard(tx, &sid, fate, now).await?;
                return Ok(messages::of_sid(tx, &sid).await?.is_none());
            };
            messages::hold_number(tx, contact_id).await?;
            let known = fates::heard(tx, &sid, fate, now).await?;
            let Some(message) = messages::one(tx, &keyring, id).await? else { return Ok(true) };
            let change = Change { error: known.error(), ..Change::default() };
            messages::change(tx, id, (message.state, known.state()), &change, now).await?;
            messages::explain(tx, id, known.state(), known.error()).await?;
            if let Some(code) = fate.error() {
                let message = Message { state: known.state(), ..message };
                heed(tx, &keyring, &message, code, ids, now).await?;
            }
            Ok::<_, DbError>(true)
        })
    });
    keeping.await
}

/// Does what an error code asks for, in the transaction that keeps it; twice the same is once.
pub(super) async fn heed(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    message: &Message,
    code: u32,
    ids: [Uuid; 2],
    now: Timestamp,
) -> Result<(), DbError> {
    match code::meaning(code) {
        Meaning::OptedOut => {
            let stop = Stop {
                contact_id: message.contact_id,
                line_id: message.line_id,
                voice: true,
                source: Source::Provider,
                confirmation: None,
                now,
            };
            stops::add(tx, keyring, &stop).await.map(drop)
        }
        Meaning::NoSms | Meaning::BadNumber => messages::receives_none(tx, message.contact_id, code).await,
        Meaning::Unreachable | Meaning::Overloaded => once_more(tx, keyring, message, ids, now).await,
        _ => Ok(()),
    }
}

/// A telephone that was off, or a full queue: the same once more, later, as a text of its own; never a third time.
async fn once_more(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    message: &Message,
    [id, job_id]: [Uuid; 2],
    now: Timestamp,
) -> Result<(), DbError> {
    let later = now.checked_add(ONCE_MORE_AFTER).unwrap_or(now);
    let Some(body) = message.body.as_deref() else { return Ok(()) };
    if message.retry_of.is_some() || message.state == State::Delivered || later >= message.expires_at {
        return Ok(());
    }
    let key = format!("again/{}", message.id);
    let post = Post {
        id,
        job_id,
        line_id: message.line_id,
        contact_id: message.contact_id,
        kind: message.kind,
        key: &key,
        body,
        any_day: message.any_day,
        now,
        not_before: later,
        expires_at: message.expires_at,
    };
    outgoing::repeat(tx, keyring, &post, Some(message.id)).await.map(drop)
}
