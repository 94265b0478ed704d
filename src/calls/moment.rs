//! What is true of a line for a whole minute: whether it is open, what a promise counts on. Computed by the first turns of
//! the minute; the others must not pay for it. Opening hours are written in whole minutes, and the delay moves over days.

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
use crate::lines::Line;
use crate::lines::promise::expected_delay;

/// Days of finished callbacks from which the promise is computed (F-04).
const PROMISE_DAYS: u64 = 14;

/// One minute of one line.
#[derive(Debug)]
pub struct Moment {
    minute: i64,
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
        if let Some(known) = self.known(line.id).filter(|known| known.minute == minute) {
            return Ok(known);
        }
        let delay = delay(db, line, now).await?;
        let moment = Arc::new(Moment { minute, facts: facts::of_line(&line.settings, now), delay });
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
