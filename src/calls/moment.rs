//! What is true of a line for a whole minute: whether it is open, what a promise counts on. Computed by the first turns of
//! the minute, or after the town changed something; the others must not pay for it. Opening hours are written in whole minutes, and the delay moves over days.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::facts;
use super::switchboard::back;
use crate::callbacks;
use crate::db::{Db, DbError};
use crate::dialog::Values;
use crate::lines::promise::expected_delay;
use crate::lines::{Line, LineSettings};

/// Days of finished callbacks from which the promise is computed (F-04).
const PROMISE_DAYS: u64 = 14;

/// One minute of one line.
#[derive(Debug)]
pub struct Moment {
    minute: i64,
    /// Those that the town decided at that time.
    settings: Arc<LineSettings>,
    /// What the dialog tests and says of the line.
    pub facts: Values,
    /// The delay that a promise counts on (F-04).
    pub delay: Duration,
}

/// The present minute of each line.
#[derive(Debug, Default)]
pub struct Moments(Mutex<HashMap<Uuid, Arc<Moment>>>);

impl Moments {
    /// The minute of `now`.
    pub async fn of(&self, db: &Db, line: &Line, now: Timestamp) -> Result<Arc<Moment>, DbError> {
        let minute = now.as_second().div_euclid(60);
        let still = |known: &Arc<Moment>| known.minute == minute && Arc::ptr_eq(&known.settings, &line.settings);
        if let Some(known) = self.known(line.id).filter(still) {
            return Ok(known);
        }
        let delay = delay(db, line, now).await?;
        let (facts, settings) = (facts::of_line(&line.settings, now), line.settings.clone());
        let moment = Arc::new(Moment { minute, settings, facts, delay });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(line.id, moment.clone());
        Ok(moment)
    }

    fn known(&self, line_id: Uuid) -> Option<Arc<Moment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&line_id).cloned()
    }
}

/// How long callers of that line have waited for their callback.
async fn delay(db: &Db, line: &Line, now: Timestamp) -> Result<Duration, DbError> {
    let (line_id, since) = (line.id, back(now, Duration::from_secs(PROMISE_DAYS * 86_400)));
    let finished: Vec<(Timestamp, Timestamp)> =
        db.read(move |tx| Box::pin(async move { callbacks::store::finished(tx, line_id, since).await })).await?;
    let hours = &line.settings.hours;
    let waits: Vec<_> = finished.iter().map(|(opened, contacted)| hours.open_time(*opened, *contacted)).collect();
    Ok(expected_delay(&waits, line.settings.promise_default))
}
