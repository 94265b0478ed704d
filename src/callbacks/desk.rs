//! What somebody without an account does with the queue, at the terminal: take a callback, close it. Every act is
//! journaled. Operators of the console take theirs in [`claims`](super::claims) and end them in `finish`.

use jiff::Timestamp;
use uuid::Uuid;

use super::callback::LEASE;
use super::disposition::{Disposition, Step};
use super::store;
use crate::audit;
use crate::db::{Db, DbError, Tx};
use crate::requests::event::Act;
use crate::requests::{self, State};

/// Who acts, when, and the entry of the journal that will say so.
#[derive(Debug, Clone)]
pub struct Hand {
    /// The agent, as colleagues read it.
    pub agent: String,
    /// Her account; none at the terminal.
    pub operator: Option<Uuid>,
    /// The id of the entry.
    pub entry: Uuid,
    /// The instant.
    pub now: Timestamp,
}

/// Takes a callback for a quarter of an hour (F-45); `false` when somebody else holds it or it is closed.
pub async fn claim(db: &Db, hand: &Hand, id: Uuid) -> Result<bool, DbError> {
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let claimed = store::claim(tx, id, &hand.agent, hand.now, LEASE).await?;
            if claimed {
                let subject = id.to_string();
                audit::store::write(tx, hand.entry, &hand.agent, "callback.claim", &subject, hand.now).await?;
            }
            Ok(claimed)
        })
    })
    .await
}

/// Closes a callback that the agent holds, with how it ended (F-47); `false` when she does not hold it any more, or when
/// that is no end, or one that asks for another request: that is for the console.
pub async fn close(db: &Db, hand: &Hand, id: Uuid, end: &'static Disposition) -> Result<bool, DbError> {
    let Some(state) = end.settles.filter(|_| end.closes && end.step == Step::None) else { return Ok(false) };
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move {
            store::attempts::hold_request(tx, id).await?;
            let closed = store::close(tx, id, &hand.agent, end.code, end.contact, hand.now).await?;
            if closed {
                settle_request(tx, id, state, &hand).await?;
                let subject = id.to_string();
                audit::store::write(tx, hand.entry, &hand.agent, "callback.close", &subject, hand.now).await?;
            }
            Ok(closed)
        })
    })
    .await
}

/// The request ends with its last callback, so that its caller hears the truth when she asks (F-22).
pub(super) async fn settle_request(tx: &mut Tx<'_>, id: Uuid, state: State, hand: &Hand) -> Result<(), DbError> {
    let Some(request) = store::last_of_request(tx, id).await? else { return Ok(()) };
    let act = Act { event: hand.entry, actor: &hand.agent, now: hand.now };
    for from in State::OPEN {
        requests::store::change(tx, request, from, state, &act).await?;
    }
    Ok(())
}
