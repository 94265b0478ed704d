//! What agents do with a request: open it, correct it, say where, withdraw it, open it again, type one at the counter,
//! make one of two (F-49). Each act is one transaction that is journaled and leaves its row in the timeline; of a line
//! that is not hers, nothing exists.

pub mod counter;
pub mod edit;
pub mod ends;
pub mod merge;
pub mod open;
pub mod place;

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::event::{Act, Event};
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::operators::Operator;
use crate::secret::Keyring;

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// It is kept.
    Saved,
    /// It changes nothing.
    Same,
    /// Somebody changed the request since the version that she saw: what was done in between.
    Late(Vec<Event>),
    /// It does not stand where it would have to, because of what was done in between or before.
    NotThere,
    /// Somebody else works on what waits for it: her name, as colleagues read it.
    Held(String),
    /// There is none of that id on her lines.
    Unknown,
}

/// An agent who does something: what every act needs inside its transaction.
#[derive(Clone)]
struct Doing {
    keyring: Keyring,
    ids: Arc<dyn Ids>,
    operator_id: Uuid,
    name: String,
    now: Timestamp,
}

impl Doing {
    fn new(board: &Switchboard, by: &Operator) -> Self {
        Self {
            keyring: board.keyring.clone(),
            ids: board.ids.clone(),
            operator_id: by.id,
            name: by.name.clone(),
            now: board.clock.now(),
        }
    }

    fn id(&self) -> Uuid {
        self.ids.row(self.now)
    }

    /// A change of a request, under a row of its own.
    fn act(&self) -> Act<'_> {
        Act { event: self.id(), actor: &self.name, now: self.now }
    }

    async fn journal(&self, tx: &mut Tx<'_>, action: &str, request: Uuid) -> Result<(), DbError> {
        audit::store::write(tx, self.id(), &self.name, action, &request.to_string(), self.now).await
    }
}
