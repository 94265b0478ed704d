//! The end of a shift (F-50): what she leaves to whoever comes after her, and her leases given back, in one step.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::desk::Hand;
use super::note;
use super::store::handovers::{self, Handover, NewHandover};
use super::store::queue::{self, QueueRow};
use super::store::{claims, notes};
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};

/// What was promised within such a time is passed on.
const AHEAD: Duration = Duration::from_hours(24);
/// What she worked on within such a time is hers to pass on.
const BACK: Duration = Duration::from_hours(14 * 24);
/// What colleagues left within such a time is shown.
const RECENT: Duration = Duration::from_hours(3 * 24);

/// Her shift as it stands.
#[derive(Debug)]
pub struct Shift {
    /// What she holds, or worked on and is due within a day.
    pub mine: Vec<QueueRow>,
    /// What colleagues left.
    pub left: Vec<Handover>,
}

/// Her shift at this instant.
pub async fn look(board: &Switchboard, operator: Uuid) -> Result<Shift, DbError> {
    let (keyring, now) = (board.keyring.clone(), board.clock.now());
    let (ahead, back, recent) = (later(now, AHEAD), earlier(now, BACK), earlier(now, RECENT));
    let reading = board.db.read(move |tx| {
        Box::pin(async move {
            let mut mine = Vec::new();
            for id in handovers::mine(tx, operator, now, back, ahead).await? {
                mine.extend(queue::one(tx, operator, id, now).await?);
            }
            let left = handovers::left_by_others(tx, &keyring, operator, recent).await?;
            Ok::<_, DbError>(Shift { mine, left })
        })
    });
    reading.await
}

/// Leaves an instruction for each of these callbacks, as a note of theirs too, and gives her leases back. Returns how many
/// instructions were kept; `form` is the form that says them: sent twice, it counts once. An instruction that is too long
/// is cut nowhere: nothing is kept, and its length is told.
pub async fn hand_over(
    board: &Switchboard,
    hand: &Hand,
    form: Uuid,
    instructions: Vec<(Uuid, String)>,
) -> Result<Result<usize, note::TooLong>, DbError> {
    let Some(operator) = hand.operator else { return Ok(Ok(0)) };
    let mut cleaned = Vec::new();
    for (callback, text) in instructions {
        match note::cleaned(&text) {
            Ok(Some(text)) => cleaned.push((callback, text)),
            Ok(None) => {}
            Err(long) => return Ok(Err(long)),
        }
    }
    let (keyring, hand) = (board.keyring.clone(), hand.clone());
    let writing = board.db.write(move |tx| {
        Box::pin(async move {
            let mut kept = 0;
            for (callback_id, text) in &cleaned {
                let (id, callback_id, at) = (of_form(form, *callback_id), *callback_id, hand.now);
                let new = NewHandover { id, callback_id, operator_id: operator, at, text };
                if handovers::add(tx, &keyring, &new).await? {
                    let text = format!("Relais : {text}");
                    let new = notes::NewNote { id, callback_id, operator, at, text: &text };
                    notes::add(tx, &keyring, &new).await?;
                    kept += 1;
                }
            }
            give_back(tx, &hand, operator).await?;
            Ok::<_, DbError>(kept)
        })
    });
    Ok(Ok(writing.await?))
}

/// The id of what that form says of that callback: the same each time that it is sent.
fn of_form(form: Uuid, callback: Uuid) -> Uuid {
    Uuid::from_u128(form.as_u128() ^ callback.as_u128())
}

async fn give_back(tx: &mut Tx<'_>, hand: &Hand, operator: Uuid) -> Result<(), DbError> {
    claims::give_back(tx, operator).await?;
    audit::store::write(tx, hand.entry, &hand.agent, "shift.end", &operator.to_string(), hand.now).await
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(now)
}
