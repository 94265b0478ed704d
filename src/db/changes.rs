//! Tells whoever watches that something of a line changed: the streams of the console.
//!
//! A closure says [`Tx::changed`](super::Tx::changed); nothing is told before its commit, nothing at all if it is not
//! kept. On `SQLite` one process writes, so its own watchers are told; on `PostgreSQL` a notification travels with the
//! commit and every instance hears it. Whoever hears reads the present state, so one telling may stand for many, and
//! after a gap (a lost connection, a slow watcher) [`Change::Anything`] is told rather than nothing.

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
pub(super) struct Changes(broadcast::Sender<Change>);

/// One watcher.
#[derive(Debug)]
pub struct Watch(broadcast::Receiver<Change>);

impl Changes {
    pub(super) fn new() -> Self {
        Self(broadcast::channel(KEPT).0)
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(self.0.subscribe())
    }

    /// Nobody may be watching: that is no failure.
    pub(super) fn tell(&self, change: Change) {
        drop(self.0.send(change));
    }

    pub(super) fn teller(&self) -> broadcast::Sender<Change> {
        self.0.clone()
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
pub(super) async fn listen(url: String, teller: broadcast::Sender<Change>) {
    let mut tries = tokio::time::interval(TRY_AGAIN);
    tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tries.tick().await;
        if let Ok(mut listener) = PgListener::connect(&url).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // Losing the server is told as soon as it is known, not once it is back.
            listener.eager_reconnect(false);
            drop(teller.send(Change::Anything));
            while let Ok(Some(told)) = listener.try_recv().await {
                let change = told.payload().parse().map_or(Change::Anything, Change::Line);
                drop(teller.send(change));
            }
            drop(teller.send(Change::Anything));
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
    async fn a_watcher_that_was_too_slow_is_told_that_anything_may_have_changed() {
        let changes = Changes::new();
        let mut watch = changes.watch();
        for number in 0..1_000 {
            changes.tell(Change::Line(Uuid::from_u128(number)));
        }
        assert_eq!(watch.next().await, Some(Change::Anything));
    }
}
