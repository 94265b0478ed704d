//! The queue as everybody sees it who works on the same lines and speaks the same languages. When something changes, every
//! open page asks for it at the same instant: it is read once for all of them, and kept while nothing changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::store::queue::{self, Counts, QueueRow};
use crate::db::{Db, DbError};
use crate::lang::Lang;
use crate::operators::Operator;

/// How many of each list are shown: nobody reads further than what she can do today.
pub const SHOWN: u32 = 50;
/// How old what is kept may be: deadlines pass without anything having changed, and another instance's change takes a
/// moment to be heard of.
const FRESH: Duration = Duration::from_secs(1);
/// How many different overviews are kept: more than a town has teams.
const MOST: usize = 64;

/// The queue page's content.
#[derive(Debug)]
pub struct Overview {
    /// The queue in numbers.
    pub counts: Counts,
    /// What waits and what is held, in the order of F-44.
    pub rows: Vec<QueueRow>,
    /// « À décider »: what was left to a supervisor.
    pub to_decide: Vec<QueueRow>,
    /// « Plus tard »: what waits for its hour.
    pub later: Vec<QueueRow>,
}

/// What makes two operators see the same: both in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sight {
    lines: Vec<Uuid>,
    langs: Vec<Lang>,
}

#[derive(Debug)]
struct Kept {
    /// The count of changes before it was read.
    changes: u64,
    at: Timestamp,
    overview: Arc<Overview>,
}

/// One at a time reads; whoever waits meanwhile finds it read.
type Place = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// The overviews of an instance; every clone has the same.
#[derive(Clone)]
pub struct Overviews {
    db: Db,
    places: Arc<Mutex<HashMap<Sight, Place>>>,
}

impl Overviews {
    /// None yet.
    pub fn of(db: Db) -> Self {
        Self { db, places: Arc::default() }
    }

    /// What this operator sees at `now`. Her lines are those that her session was read with a moment ago; what is read
    /// for her is never shown to somebody with other lines.
    pub async fn seen_by(&self, operator: &Operator, now: Timestamp) -> Result<Arc<Overview>, DbError> {
        let place = self.place(operator);
        let mut kept = place.lock().await;
        let changes = self.db.changes();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.holds(changes, now)) {
            return Ok(kept.overview.clone());
        }
        let overview = Arc::new(self.read(operator, now).await?);
        *kept = Some(Kept { changes, at: now, overview: overview.clone() });
        Ok(overview)
    }

    fn place(&self, operator: &Operator) -> Place {
        let (mut lines, mut langs) = (operator.lines.clone(), operator.langs.clone());
        lines.sort_unstable();
        langs.sort_unstable();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST {
            places.clear();
        }
        places.entry(Sight { lines, langs }).or_default().clone()
    }

    async fn read(&self, operator: &Operator, now: Timestamp) -> Result<Overview, DbError> {
        let (id, langs) = (operator.id, operator.langs.clone());
        let reading = self.db.read(move |tx| {
            Box::pin(async move {
                let counts = queue::counts(tx, id, now).await?;
                let rows = queue::queue(tx, id, &langs, now, SHOWN).await?;
                let to_decide =
                    if counts.escalated > 0 { queue::to_decide(tx, id, now, SHOWN).await? } else { Vec::new() };
                let later = if counts.later > 0 { queue::later(tx, id, now, SHOWN).await? } else { Vec::new() };
                Ok::<_, DbError>(Overview { counts, rows, to_decide, later })
            })
        });
        reading.await
    }
}

impl Kept {
    fn holds(&self, changes: u64, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.at));
        self.changes == changes && age.is_ok_and(|age| age < FRESH)
    }
}
