//! The one way by which a text leaves: [`post`], inside the transaction of its cause.

use jiff::Timestamp;
use uuid::Uuid;

use super::outbound::message::{Kind, State};
use super::outbound::store::messages::{self, New};
use super::segments::measure;
use crate::db::{DbError, Tx};
use crate::outbox::{self, Job, NewJob};
use crate::secret::Keyring;

/// A text that must leave.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// Its row.
    pub id: Uuid,
    /// The row of the job that hands it over.
    pub job_id: Uuid,
    /// The line whose sender it shows.
    pub line_id: Uuid,
    /// The row of `callers` in which the number lives.
    pub contact_id: Uuid,
    /// What it is for: the hours in which it may leave follow from it (F-61).
    pub kind: Kind,
    /// The reason for it, in words that stay the same (`tried/{callback}`): a second text for one reason never leaves.
    pub key: &'a str,
    /// The words, at most 1,600 characters.
    pub body: &'a str,
    /// An offer may leave on a Sunday or a public holiday too (P0 and P1, or a volunteer who agreed: F-61).
    pub any_day: bool,
    /// The present.
    pub now: Timestamp,
    /// Not before this instant; at once where it is past.
    pub not_before: Timestamp,
    /// Later than this it says nothing any more, and does not leave.
    pub expires_at: Timestamp,
}

/// Keeps a text and asks the worker to hand it over; `false` where there is one for that reason already, whatever became
/// of it.
pub async fn post(tx: &mut Tx<'_>, keyring: &Keyring, post: &Post<'_>) -> Result<bool, DbError> {
    repeat(tx, keyring, post, None).await
}

/// The same for a text that repeats one that did not arrive.
pub(super) async fn repeat(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    post: &Post<'_>,
    retry_of: Option<Uuid>,
) -> Result<bool, DbError> {
    let new = New {
        id: post.id,
        line_id: post.line_id,
        contact_id: post.contact_id,
        kind: post.kind,
        key: post.key,
        body: post.body,
        segments: i64::try_from(measure(post.body).segments).unwrap_or(i64::MAX),
        any_day: post.any_day,
        now: post.now,
        not_before: post.not_before,
        expires_at: post.expires_at,
        retry_of,
    };
    if !messages::insert(tx, keyring, &new).await? {
        return Ok(false);
    }
    let (job, key) = (Job::SendText { message_id: post.id }, format!("send-text/{}", post.id));
    outbox::enqueue(tx, NewJob::due_now(post.job_id, job, key, post.now).due_at(post.now.max(post.not_before))).await
}

/// Withdraws the text of that reason before it leaves; `false` where it has, or there is none.
pub async fn withdraw(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<bool, DbError> {
    messages::withdraw_one(tx, key, now).await
}

/// How far the text of that reason is.
pub async fn state_of(tx: &mut Tx<'_>, key: &str) -> Result<Option<State>, DbError> {
    messages::state_of(tx, key).await
}

/// Whether a text was ever written for that number.
pub async fn has_texted(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<bool, DbError> {
    messages::any_for(tx, contact_id).await
}

/// Whether that number receives texts, as far as is known: a landline answers by voice.
pub async fn receives(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<bool, DbError> {
    messages::receives(tx, contact_id).await
}
