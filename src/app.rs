//! Everything the service needs, composed once by a command and shared by its edges.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;
use uuid::Uuid;

use crate::callbacks::overview::Overviews;
use crate::calls::switchboard::Switchboard;
use crate::http::refusals::Refusals;
use crate::lines::Lines;
use crate::look::Look;
use crate::operators::Gate;
use crate::telephony::provider::Provider;
use crate::telephony::signature::Verifier;

/// Where the voice-scripts are read, and when those in force were.
pub struct ScriptsRead {
    /// The folder of the town's own; none where those of the program serve.
    pub folder: Option<PathBuf>,
    /// The instant of the last time that somebody asked for it and it was done here, in milliseconds.
    pub at: AtomicI64,
}

/// The service, ready to answer.
pub struct App {
    /// What plays calls.
    pub board: Arc<Switchboard>,
    /// The lines that are answered.
    pub lines: Arc<Lines>,
    /// Where the scripts of the board come from.
    pub scripts: Arc<ScriptsRead>,
    /// What lets operators in.
    pub gate: Gate,
    /// Who reaches the outside world.
    pub provider: Arc<dyn Provider>,
    /// Who checks that a webhook comes from the provider.
    pub verifier: Verifier,
    /// The account that every webhook must name.
    pub account: String,
    /// What was refused lately, for the doctor.
    pub refusals: Refusals,
    /// How long after each failure a job is tried again.
    pub outbox_delays: Vec<Duration>,
    /// Whether the tables, the key and the lines of the database were looked at. Until then it counts as down: a start
    /// without a database must not write with a key that is not its own.
    pub prepared: AtomicBool,
    /// How the pages of the console look.
    pub look: Look,
    /// The queue, read once for all who see the same.
    pub overviews: Overviews,
    /// True once the service is asked to stop: streams that never end by themselves end then.
    pub stopping: watch::Sender<bool>,
}

impl App {
    /// The time zone in which people of that line read an hour.
    pub fn zone_of(&self, line_id: Uuid) -> TimeZone {
        let line = self.lines.by_id(line_id).or_else(|| self.lines.iter().next());
        line.map_or(TimeZone::UTC, |line| line.settings.hours.zone().clone())
    }

    /// Whether the database may be used.
    pub fn is_prepared(&self) -> bool {
        self.prepared.load(Ordering::Acquire)
    }
}
