//! Who works on what (F-45): an operator holds one callback at a time, for a quarter of an hour that her open page renews.
//!
//! Two operators never hold the same one, and nobody is told that the queue is empty while something waits in it:
//! `Suivante` first passes over what colleagues are taking at this instant, then looks again and waits for them. Every act
//! is journaled but renewing. Of a line that is not hers, nothing exists.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use uuid::Uuid;

use super::attempts::BREATH;
use super::callback::LEASE;
use super::desk::Hand;
use super::note::{self, TooLong};
use super::store::attempts;
use super::store::claims::{self as store, Asker, Found, Taker};
use super::store::notes::{self, NewNote};
use crate::audit;
use crate::db::{Db, DbError, Tx};
use crate::operators::store::sessions;
use crate::operators::{Right, Role};
use crate::secret::Keyring;

/// What « Suivante » gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// She holds this one now.
    Taken(Uuid),
    /// She holds this one already: it comes first.
    Holding(Uuid),
    /// Nothing waits on her lines.
    Empty,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// She holds it now.
    Taken,
    /// She held it already; her lease begins anew.
    Mine,
    /// Somebody else holds it.
    HeldBy {
        /// As colleagues read it.
        name: String,
        /// Until when, unless it is renewed.
        until: Timestamp,
    },
    /// She holds another one: it comes first.
    HoldingAnother(Uuid),
    /// It is done.
    Closed,
    /// There is none of that id on her lines.
    Unknown,
}

/// What became of a callback that was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It is in the queue again, or was already; the note is kept.
    Free,
    /// Somebody else has it now, or it is closed; the note is kept all the same.
    Lost,
    /// The note has that many characters, which is too many: nothing was done.
    TooLong(usize),
    /// There is none of that id on her lines.
    Unknown,
}

/// How often an act begins again because the same operator did something at the same instant in another window.
const TRIES: usize = 3;

/// The best callback for her (F-44), taken. What was left to a supervisor is given to supervisors alone, unless it is
/// danger; danger is left alone for a few minutes after a try in vain.
pub async fn next(db: &Db, hand: &Hand) -> Result<Next, DbError> {
    let Some(operator) = hand.operator else { return Ok(Next::Empty) };
    for patient in [false, true] {
        match again(db, hand, move |tx, hand| Box::pin(take_first(tx, hand, operator, patient))).await? {
            Next::Empty => {}
            found => return Ok(found),
        }
    }
    Ok(Next::Empty)
}

async fn take_first(tx: &mut Tx<'_>, hand: &Hand, operator: Uuid, patient: bool) -> Result<Next, DbError> {
    store::give_back_lapsed(tx, operator, hand.now).await?;
    if let Some(id) = store::held(tx, operator, hand.now).await? {
        return Ok(Next::Holding(id));
    }
    let decides = supervises(&store::roles(tx, operator).await?);
    let breath = hand.now.checked_add(BREATH).unwrap_or(hand.now);
    let asker = Asker { operator, decides, now: hand.now, breath };
    let Some(id) = store::first(tx, asker, patient).await? else {
        // What she waited for may have gone to another window of hers.
        let hers = store::held(tx, operator, hand.now).await?;
        return Ok(hers.map_or(Next::Empty, Next::Holding));
    };
    if !store::take(tx, id, &taker(hand, operator)).await? {
        return Ok(Next::Empty);
    }
    journal(tx, hand, "callback.claim", id).await?;
    Ok(Next::Taken(id))
}

/// Takes that one.
pub async fn claim(db: &Db, hand: &Hand, id: Uuid) -> Result<Claim, DbError> {
    let Some(operator) = hand.operator else { return Ok(Claim::Unknown) };
    again(db, hand, move |tx, hand| Box::pin(take_that(tx, hand, operator, id, false))).await
}

/// Takes that one from whoever holds it. For supervisors alone: for anybody else it is a [`claim`].
pub async fn take_over(db: &Db, hand: &Hand, id: Uuid) -> Result<Claim, DbError> {
    let Some(operator) = hand.operator else { return Ok(Claim::Unknown) };
    again(db, hand, move |tx, hand| {
        Box::pin(async move {
            let over = supervises(&store::roles(tx, operator).await?);
            take_that(tx, hand, operator, id, over).await
        })
    })
    .await
}

async fn take_that(tx: &mut Tx<'_>, hand: &Hand, operator: Uuid, id: Uuid, over: bool) -> Result<Claim, DbError> {
    let rows = store::look(tx, operator, id).await?;
    store::give_back_lapsed(tx, operator, hand.now).await?;
    let is_hers = |row: &&Found| row.claim.as_ref().is_some_and(|claim| claim.operator == Some(operator));
    let is_live = |row: &&Found| row.claim.as_ref().is_some_and(|claim| claim.until >= hand.now);
    let rows: Vec<_> = rows.into_iter().filter(|row| row.of_her_lines).collect();
    let Some(row) = rows.iter().find(|row| row.id == id) else { return Ok(Claim::Unknown) };
    if row.closed {
        return Ok(Claim::Closed);
    }
    if let Some(other) = rows.iter().filter(is_hers).filter(is_live).find(|row| row.id != id) {
        return Ok(Claim::HoldingAnother(other.id));
    }
    let hers = taker(hand, operator);
    match row.claim.as_ref().filter(|claim| claim.until >= hand.now) {
        Some(claim) if claim.operator == Some(operator) => {
            store::renew(tx, operator, id, hand.now, hers.until).await?;
            Ok(Claim::Mine)
        }
        Some(claim) if !over => Ok(Claim::HeldBy { name: claim.name.clone(), until: claim.until }),
        held => {
            let (taken, action) = match held {
                Some(_) => (store::take_from(tx, id, &hers).await?, "callback.take_over"),
                None => (store::take(tx, id, &hers).await?, "callback.claim"),
            };
            if taken {
                journal(tx, hand, action, id).await?;
            }
            Ok(if taken { Claim::Taken } else { Claim::Closed })
        }
    }
}

/// Her lease begins anew: returns its end, or nothing when it lapsed or somebody else holds the callback.
pub async fn renew(db: &Db, hand: &Hand, id: Uuid) -> Result<Option<Timestamp>, DbError> {
    let Some(operator) = hand.operator else { return Ok(None) };
    let (now, until) = (hand.now, until(hand));
    let renewing = db.write(move |tx| Box::pin(async move { store::renew(tx, operator, id, now, until).await }));
    let renewed: bool = renewing.await?;
    Ok(renewed.then_some(until))
}

/// Gives a callback back to the queue, its deadline as it was, with what she was writing for whoever takes it next.
pub async fn release(
    db: &Db,
    keyring: &Keyring,
    hand: &Hand,
    id: Uuid,
    form: Uuid,
    written: &str,
) -> Result<Released, DbError> {
    let Some(operator) = hand.operator else { return Ok(Released::Unknown) };
    let text = match note::cleaned(written) {
        Ok(text) => text,
        Err(TooLong(length)) => return Ok(Released::TooLong(length)),
    };
    let (keyring, hand) = (keyring.clone(), hand.clone());
    db.write(move |tx| {
        Box::pin(async move {
            let Some(held) = attempts::hold(tx, &keyring, operator, id).await? else { return Ok(Released::Unknown) };
            if let Some(text) = text {
                let new = NewNote { id: form, callback_id: id, operator, at: hand.now, text: &text };
                notes::add(tx, &keyring, &new).await?;
            }
            if store::release(tx, operator, id).await? {
                journal(tx, &hand, "callback.release", id).await?;
                return Ok(Released::Free);
            }
            Ok(if held.operator.is_none() && !held.closed { Released::Free } else { Released::Lost })
        })
    })
    .await
}

/// Gives back whatever she holds, and ends her session: she leaves. Returns how many that were.
pub async fn leave(db: &Db, hand: &Hand, session_id: String) -> Result<usize, DbError> {
    let Some(operator) = hand.operator else { return Ok(0) };
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let held = store::held(tx, operator, hand.now).await?;
            let released = store::give_back(tx, operator).await?;
            if let Some(id) = held {
                journal(tx, &hand, "callback.release", id).await?;
            }
            sessions::end(tx, operator, &session_id).await?;
            Ok(released)
        })
    })
    .await
}

/// Whether one of these roles may take over, and decides of what was left to supervisors.
fn supervises(roles: &str) -> bool {
    roles.split(' ').filter_map(Role::of_word).any(|role| role.may(Right::Supervise))
}

fn taker(hand: &Hand, operator: Uuid) -> Taker<'_> {
    Taker { operator, name: &hand.agent, now: hand.now, until: until(hand) }
}

fn until(hand: &Hand) -> Timestamp {
    hand.now.checked_add(LEASE).unwrap_or(hand.now)
}

async fn journal(tx: &mut Tx<'_>, hand: &Hand, action: &str, id: Uuid) -> Result<(), DbError> {
    audit::store::write(tx, hand.entry, &hand.agent, action, &id.to_string(), hand.now).await
}

/// Runs an act in a transaction of its own. Two windows of the same operator may each take a callback at the same instant;
/// the index refuses the second, which begins again and then finds the first.
async fn again<T, F>(db: &Db, hand: &Hand, act: F) -> Result<T, DbError>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx<'_>, &'t Hand) -> BoxFuture<'t, Result<T, DbError>> + Copy + Send + 'static,
{
    let mut tries = TRIES;
    loop {
        let hand = hand.clone();
        match db.write(move |tx| Box::pin(async move { act(tx, &hand).await })).await {
            Err(cause) if cause.is_unique() && tries > 1 => tries -= 1,
            ended => return ended,
        }
    }
}
