//! Tells whoever watches that something of a line changed: the streams of the console.
//!
//! A closure says [`Tx::changed`](super::Tx::changed); nothing is told before its commit, nothing at all if it is not
//! kept. On `SQLite` one process writes, so its own watchers are told; on `PostgreSQL` a notification travels with the
//! commit and every instance hears it. Whoever hears reads the present state, so one telling may stand for many, and
//! after a gap (a lost connection, a slow watcher) [`Change::Anything`] is told rather than nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::DbError;

/// The channel of the server.
const CHANNEL: &str = "ligne_changed";
/// How many changes a slow watcher may be behind before it is told « anything ».
const KEPT: usize = 256;
/// Between two tries to listen again to a server that is down.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Something of that line.
    Line(Uuid),
    /// Perhaps anything: some changes may not have been heard.
    Anything,
}

/// Who tells and who watches.
#[derive(Debug)]
pub(super) struct Changes {
    sender: broadcast::Sender<Change>,
    /// How many were told, or committed here, so far.
    count: AtomicU64,
}

/// One watcher.
#[derive(Debug)]
pub struct Watch(broadcast::Receiver<Change>);

impl Changes {
    pub(super) fn new() -> Self {
        Self { sender: broadcast::channel(KEPT).0, count: AtomicU64::new(0) }
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(self.sender.subscribe())
    }

    /// Nobody may be watching: that is no failure. Whoever is told and then compares the count finds another.
    pub(super) fn tell(&self, change: Change) {
        self.committed_here();
        drop(self.sender.send(change));
    }

    /// Counts a change of this instance before whoever made it has her answer, which may be before anybody is told.
    pub(super) fn committed_here(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

impl Watch {
    /// The next change; `None` once the database is closed.
    pub async fn next(&mut self) -> Option<Change> {
        match self.0.recv().await {
            Ok(change) => Some(change),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Change::Anything),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// Forgets what was told and not heard yet: whoever reads the present state now reads all of it.
    pub fn skip_told(&mut self) {
        self.0 = self.0.resubscribe();
    }
}

/// Each line once, in the order in which they changed first.
pub(super) fn distinct(lines: Vec<Uuid>) -> Vec<Uuid> {
    let mut told = Vec::with_capacity(lines.len());
    for line in lines {
        if !told.contains(&line) {
            told.push(line);
        }
    }
    told
}

/// Has the server tell every instance, with the commit of this transaction.
pub(super) async fn notify(conn: &mut AnyConnection, lines: Vec<Uuid>) -> Result<(), DbError> {
    for line in distinct(lines) {
        sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(line.to_string()).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Hears what the server tells, for as long as somebody could watch; a server that was away may have told things that
/// nobody heard.
pub(super) async fn listen(url: String, changes: Arc<Changes>) {
    let mut tries = tokio::time::interval(TRY_AGAIN);
    tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tries.tick().await;
        if let Ok(mut listener) = PgListener::connect(&url).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // Losing the server is told as soon as it is known, not once it is back.
            listener.eager_reconnect(false);
            changes.tell(Change::Anything);
            while let Ok(Some(told)) = listener.try_recv().await {
                let change = told.payload().parse().map_or(Change::Anything, Change::Line);
                changes.tell(change);
            }
            changes.tell(Change::Anything);
        }
        tracing::warn!("the server's notifications are not heard: trying again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_changed_twice_is_told_once() {
        let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        assert_eq!(distinct(vec![one, other, one]), [one, other]);
    }

    #[tokio::test]
    async fn what_is_skipped_is_not_told_again_and_what_comes_after_is() {
        let changes = Changes::new();
        let mut watch = changes.watch();
        changes.tell(Change::Line(Uuid::from_u128(1)));
        watch.skip_told();
        changes.tell(Change::Line(Uuid::from_u128(2)));
        assert_eq!(watch.next().await, Some(Change::Line(Uuid::from_u128(2))));
        assert_eq!(changes.count(), 2);
    }

    #[tokio::test]
    async fn a_watcher_that_was_too_slow_is_told_that_anything_may_have_changed() {
        let changes = Changes::new();
        let mut watch = changes.watch();
        for number in 0..1_000 {
            changes.tell(Change::Line(Uuid::from_u128(number)));
        }
        assert_eq!(watch.next().await, Some(Change::Anything));
    }
}
