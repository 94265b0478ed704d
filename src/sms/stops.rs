//! STOP: nothing is sent to a number any more, but one confirmation (F-58, I10).
//!
//! What holds exactly: [`add`] and the marking of a text as handed over ([`super::send`]) both hold the row of the number
//! until they commit, so one of the two is first. If STOP was first, the text never leaves. If the text was first, it was
//! being handed to the provider at the instant of STOP, and arrives as if it had been sent a moment before; it is never
//! handed over again. Below every adapter `crate::limits` looks once more.

use jiff::Timestamp;
use uuid::Uuid;

use super::outbound::message::Kind;
use super::outbound::store::messages;
use super::outbound::store::stops::{self, InForce, NewStop};
use super::outgoing::{self, Post};
use crate::audit;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// For how long a confirmation still says something.
const CONFIRMED_WITHIN: std::time::Duration = std::time::Duration::from_hours(24);

/// How a STOP came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// By a text.
    Text,
    /// The provider says that she asked it.
    Provider,
    /// An agent was told.
    Agent,
}

impl Source {
    /// As its row says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Provider => "provider",
            Self::Agent => "agent",
        }
    }
}

/// A wish for no more texts.
#[derive(Debug)]
pub struct Stop<'a> {
    /// The row of `callers` in which the number lives.
    pub contact_id: Uuid,
    /// The line that it was said to.
    pub line_id: Uuid,
    /// Whether voice offers end too: they do unless she chose otherwise.
    pub voice: bool,
    /// How it came.
    pub source: Source,
    /// What confirms it; nothing where the provider, or an agent at the telephone, has told her already.
    pub confirmation: Option<Confirmation<'a>>,
    /// When.
    pub now: Timestamp,
}

/// The one text that leaves after a STOP.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// Its row.
    pub id: Uuid,
    /// The row of its job.
    pub job_id: Uuid,
    /// Its words.
    pub body: &'a str,
}

/// Puts a STOP in force: withdraws every text of that number that waits, and confirms it once. `false` where one was in
/// force already: it is not confirmed again, until it is [lifted](lift).
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, stop: &Stop<'_>) -> Result<bool, DbError> {
    let Some(number_index) = messages::hold_number(tx, stop.contact_id).await? else { return Ok(false) };
    let new = NewStop {
        number_index: &number_index,
        line_id: stop.line_id,
        voice: stop.voice,
        source: stop.source.word(),
        now: stop.now,
    };
    let is_new = stops::insert(tx, &new).await?;
    messages::withdraw(tx, stop.contact_id, stop.now).await?;
    if let Some(confirmation) = stop.confirmation.filter(|_| is_new) {
        let key = format!("stop/{}/{}", stop.contact_id, stop.now.as_millisecond());
        let post = Post {
            id: confirmation.id,
            job_id: confirmation.job_id,
            line_id: stop.line_id,
            contact_id: stop.contact_id,
            kind: Kind::StopConfirmed,
            key: &key,
            body: confirmation.body,
            any_day: true,
            now: stop.now,
            not_before: stop.now,
            expires_at: stop.now.checked_add(CONFIRMED_WITHIN).unwrap_or(stop.now),
        };
        outgoing::post(tx, keyring, &post).await?;
    }
    Ok(is_new)
}

/// The STOP of that number, if one is in force; whether voice offers end too stands in it.
pub async fn of(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<Option<InForce>, DbError> {
    stops::of_contact(tx, contact_id).await
}

/// Whether that number asked for no more texts.
pub async fn is_stopped(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<bool, DbError> {
    Ok(of(tx, contact_id).await?.is_some())
}

/// Who has a new consent noted, for the journal.
#[derive(Debug)]
pub struct Consent<'a> {
    /// The row of the journal.
    pub entry: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Who noted it.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Lifts a STOP because she agreed anew, in so many words: never because somebody registered her again. Journaled.
pub async fn lift(tx: &mut Tx<'_>, contact_id: Uuid, consent: &Consent<'_>) -> Result<bool, DbError> {
    let Some(number_index) = messages::hold_number(tx, contact_id).await? else { return Ok(false) };
    if !stops::delete(tx, &number_index).await? {
        return Ok(false);
    }
    let of = (consent.entry, Some(consent.line_id));
    audit::store::write_of_line(tx, of, consent.actor, "stop.lift", &contact_id.to_string(), consent.now).await?;
    Ok(true)
}
