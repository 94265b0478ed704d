//! The one writer of a `SQLite` file: closures that wait together are committed together.
//!
//! It takes what is queued (up to [`GROUP`]) and never waits for more, so a lone caller pays one commit and a crowd
//! shares one. Each closure has its own savepoint: a bad neighbour rolls back alone, panics included. Answers leave only
//! after the commit. If the group as a whole fails, every closure of it gets the error and the connection is opened
//! again: a full or failing disk stops nothing for ever.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::changes::{self, Change, Changes};
use super::sqlite::{self, Identity};
use super::{DbError, Kind, Tx, caught, parting};

/// The most closures that one commit carries.
const GROUP: usize = 64;
/// How many closures may wait for their turn before callers wait to be queued at all.
const QUEUE: usize = 1024;

/// How a closure ends, well or badly, when others follow it and when none does.
const NOT_LAST: (&str, &str) = ("release alone; savepoint alone", "rollback to alone");
const LAST: (&str, &str) = ("commit", "rollback to alone; commit");

/// The callers' end of the queue.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    patience: Duration,
}

enum Message {
    Work(Box<dyn Work>),
    Stop(oneshot::Sender<()>),
}

impl Writer {
    /// Opens the file and starts the writer's task.
    pub(super) async fn start(
        options: AnyConnectOptions,
        file: PathBuf,
        patience: Duration,
        changes: Arc<Changes>,
    ) -> Result<Self, DbError> {
        let mut pen = Pen { options, file, open: None, changes };
        pen.conn().await?;
        let (queue, received) = mpsc::channel(QUEUE);
        tokio::spawn(serve(pen, received));
        Ok(Self { queue, patience })
    }

    /// Queues `work` and answers after its commit.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let item = Item { work: Some(work), patience: self.patience, outcome: None, reply };
        let exchange = async {
            self.queue.send(Message::Work(Box::new(item))).await.map_err(|_| DbError::closed())?;
            answer.await.map_err(|_| DbError::closed())?
        };
        tokio::time::timeout(self.patience, exchange).await.unwrap_or_else(|_| Err(DbError::timed_out().into()))
    }

    /// Refuses new work, commits what was queued, closes the file.
    pub(super) async fn close(&self) {
        let (stopped, done) = oneshot::channel();
        if self.queue.send(Message::Stop(stopped)).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// The connection that writes, and the file that it writes to.
struct Pen {
    options: AnyConnectOptions,
    file: PathBuf,
    open: Option<(AnyConnection, Identity)>,
    changes: Arc<Changes>,
}

impl Pen {
    /// The connection, opened again after a failure or when another file stands in the place of the one that was open.
    async fn conn(&mut self) -> Result<&mut AnyConnection, DbError> {
        let there = sqlite::identity(&self.file)?;
        let open = match self.open.take().filter(|(_, opened)| *opened == there) {
            Some(open) => open,
            None => (sqlite::connect_writer(&self.options).await?, there),
        };
        Ok(&mut self.open.insert(open).0)
    }

    /// Refuses what was committed to a file that nobody can find any more.
    fn is_in_its_place(&self) -> Result<(), DbError> {
        let there = sqlite::identity(&self.file)?;
        let kept = self.open.as_ref().is_some_and(|(_, opened)| *opened == there);
        if kept { Ok(()) } else { Err(DbError::closed()) }
    }
}

async fn serve(mut pen: Pen, mut queue: mpsc::Receiver<Message>) {
    let mut received = Vec::with_capacity(GROUP);
    let mut stopping = Vec::new();
    while queue.recv_many(&mut received, GROUP).await > 0 {
        let mut group = Vec::with_capacity(received.len());
        for message in received.drain(..) {
            match message {
                Message::Work(work) if work.is_awaited() => group.push(work),
                Message::Work(_) => {}
                Message::Stop(stopped) => stopping.push(stopped),
            }
        }
        if !stopping.is_empty() {
            queue.close();
        }
        if !group.is_empty() {
            commit_and_answer(&mut pen, group).await;
        }
    }
    if let Some((conn, _)) = pen.open {
        let _ = conn.close().await;
    }
    // The answers leave by dropping: the file is closed by now.
    drop(stopping);
}

async fn commit_and_answer(pen: &mut Pen, mut group: Vec<Box<dyn Work>>) {
    // Closures are caught one by one; this is for the driver, so that nothing ever ends the only writer.
    let committing = AssertUnwindSafe(commit_with(pen, &mut group)).catch_unwind();
    let outcome = committing.await.unwrap_or(Err(DbError::Panicked)).map_err(|error| error.as_unavailable());
    if let Err(error) = &outcome {
        tracing::error!(error = error as &dyn std::error::Error, waiting = group.len(), "a group was not committed");
        pen.open = None;
    }
    let told = outcome.clone().map(drop);
    if outcome.as_ref().is_ok_and(|changed| !changed.is_empty()) {
        pen.changes.committed_here();
    }
    for work in group {
        work.answer(told.clone());
    }
    for line in outcome.unwrap_or_default() {
        pen.changes.tell(Change::Line(line));
    }
}

/// Commits the group; gives the lines that it changed.
async fn commit_with(pen: &mut Pen, group: &mut [Box<dyn Work>]) -> Result<Vec<Uuid>, DbError> {
    let changed = commit(pen.conn().await?, group).await?;
    pen.is_in_its_place()?;
    Ok(changes::distinct(changed))
}

/// What ends one closure's savepoint and begins the next's travels together: each journey to the driver's thread costs
/// more than what it asks for. Plain words for that reason, where the driver's own transactions would make two journeys.
async fn commit(conn: &mut AnyConnection, group: &mut [Box<dyn Work>]) -> Result<Vec<Uuid>, DbError> {
    run(conn, "begin immediate; savepoint alone").await?;
    let mut changed = Vec::new();
    let last = group.len().saturating_sub(1);
    for (index, work) in group.iter_mut().enumerate() {
        let (end, undo) = if index == last { LAST } else { NOT_LAST };
        let mut tx = Tx::new(&mut *conn, Kind::Sqlite);
        if !work.run(&mut tx).await {
            run(conn, undo).await?;
            continue;
        }
        match parting::run_together(tx.conn, tx.parting, end).await {
            Ok(()) => changed.extend(tx.changed),
            Err(cause) => {
                work.refuse(cause.clone());
                // Without a savepoint to go back to, the failure is the group's, under its true name.
                run(conn, undo).await.map_err(|_| cause)?;
            }
        }
    }
    Ok(changed)
}

async fn run(conn: &mut AnyConnection, statements: &'static str) -> Result<(), DbError> {
    parting::run_together(conn, Vec::new(), statements).await
}

/// One closure in the queue, whatever it answers.
trait Work: Send {
    /// False when its caller has gone, its patience at an end: what nobody awaits is not begun.
    fn is_awaited(&self) -> bool;
    /// Runs it; true when its changes are to be kept.
    fn run<'t, 'c: 't>(&'t mut self, tx: &'t mut Tx<'c>) -> BoxFuture<'t, bool>;
    /// Its end failed: its changes are not kept.
    fn refuse(&mut self, cause: DbError);
    /// Tells its caller. When the group failed everybody gets that error, even who had a refusal of its own: it may rest
    /// on a neighbour's change that was not kept either.
    fn answer(self: Box<Self>, group: Result<(), DbError>);
}

struct Item<T, E, F> {
    work: Option<F>,
    patience: Duration,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Item<T, E, F>
where
    T: Send,
    E: From<DbError> + Send,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send,
{
    fn is_awaited(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run<'t, 'c: 't>(&'t mut self, tx: &'t mut Tx<'c>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = tokio::time::timeout(self.patience, caught(work, tx)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(DbError::timed_out().into()));
            self.outcome.insert(outcome).is_ok()
        })
    }

    fn refuse(&mut self, cause: DbError) {
        self.outcome = Some(Err(cause.into()));
    }

    fn answer(self: Box<Self>, group: Result<(), DbError>) {
        let outcome = self.outcome.unwrap_or_else(|| Err(DbError::closed().into()));
        let _ = self.reply.send(group.map_err(E::from).and(outcome));
    }
}
