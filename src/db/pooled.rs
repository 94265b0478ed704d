//! A transaction on a pooled connection: every read, and every write on `PostgreSQL`.
//!
//! A connection goes back to the pool only after a clean end. One whose transaction was abandoned half-way (patience at
//! its end, caller gone, server lost) is closed: the server then rolls back, and no later caller inherits its state.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};

use super::changes::Changes;
use super::{DbError, Kind, Tx, caught, changes};

/// How a transaction begins and how it ends when all went well.
struct Bounds {
    begin: &'static str,
    end: &'static str,
}

/// `commit` alone answers « ok » when a refused statement has already doomed the transaction; `select 1` before it, in
/// the same round trip, does not. The driver's own transactions are not used for that reason.
const WRITE: Bounds = Bounds { begin: "begin", end: "select 1; commit" };
const READ_SQLITE: Bounds = Bounds { begin: "begin", end: "rollback" };
const READ_POSTGRES: Bounds = Bounds { begin: "begin isolation level repeatable read, read only", end: "rollback" };

/// The pool of a `PostgreSQL` server, each connection set so that the server too gives up in time.
pub(super) fn postgres(connections: u32, patience: Duration) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        // `begin` is the test: see `begun`.
        .test_before_acquire(false)
        .acquire_timeout(patience)
        .after_connect(move |conn, _| Box::pin(bound_by(conn, patience)))
}

async fn bound_by(conn: &mut AnyConnection, patience: Duration) -> Result<(), sqlx::Error> {
    let settings = "select set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false), \
                    set_config('idle_in_transaction_session_timeout', $2, false), \
                    set_config('synchronous_commit', 'on', false)";
    let millis = patience.as_millis();
    sqlx::query(settings).bind(millis.to_string()).bind((millis * 5).to_string()).execute(conn).await?;
    Ok(())
}

/// One write on `PostgreSQL`.
pub(super) async fn write<T, E, F>(pool: &AnyPool, told: &Changes, patience: Duration, work: F) -> Result<T, E>
where
    E: From<DbError>,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
{
    within(patience, transaction(pool, Kind::Postgres, (&WRITE, told), work)).await
}

/// One read on either database.
pub(super) async fn read<T, E, F>(
    pool: &AnyPool,
    kind: Kind,
    told: &Changes,
    patience: Duration,
    work: F,
) -> Result<T, E>
where
    E: From<DbError>,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
{
    let bounds = match kind {
        Kind::Sqlite => &READ_SQLITE,
        Kind::Postgres => &READ_POSTGRES,
    };
    within(patience, transaction(pool, kind, (bounds, told), work)).await
}

async fn within<T, E: From<DbError>>(patience: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| Err(DbError::timed_out().into()))
}

async fn transaction<T, E, F>(pool: &AnyPool, kind: Kind, (bounds, told): (&Bounds, &Changes), work: F) -> Result<T, E>
where
    E: From<DbError>,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
{
    let mut borrowed = begun(pool, bounds.begin).await?;
    let mut tx = Tx::new(borrowed.conn()?, kind);
    let mut changed = false;
    let outcome = match caught(work, &mut tx).await {
        Ok(answer) => {
            changed = !tx.changed.is_empty();
            part(tx).await.map(|()| answer).map_err(E::from)
        }
        refusal => refusal,
    };
    let end = if outcome.is_ok() { bounds.end } else { "rollback" };
    match (borrowed.run(end).await, outcome) {
        (Ok(()), outcome) => {
            borrowed.give_back();
            if changed {
                told.committed_here();
            }
            outcome
        }
        (Err(_), Err(refusal)) => Err(refusal),
        (Err(lost), Ok(_)) => Err(lost.into()),
    }
}

async fn part(tx: Tx<'_>) -> Result<(), DbError> {
    for parting in tx.parting {
        parting.run(&mut *tx.conn).await?;
    }
    changes::notify(tx.conn, tx.changed).await
}

/// A connection in a fresh transaction. Connections that died in the pool (the server restarted) are thrown away here,
/// one after the other, rather than tested before each use at the price of a round trip.
async fn begun(pool: &AnyPool, begin: &'static str) -> Result<Borrowed, DbError> {
    let mut dead = pool.size();
    loop {
        let mut borrowed = Borrowed(Some(pool.acquire().await?));
        match borrowed.run(begin).await {
            Ok(()) => return Ok(borrowed),
            Err(error) if dead == 0 => return Err(error),
            Err(_) => dead -= 1,
        }
    }
}

/// A connection that is closed, unless it is given back.
struct Borrowed(Option<PoolConnection<Any>>);

impl Borrowed {
    fn conn(&mut self) -> Result<&mut AnyConnection, DbError> {
        self.0.as_deref_mut().ok_or_else(DbError::closed)
    }

    async fn run(&mut self, statements: &'static str) -> Result<(), DbError> {
        sqlx::raw_sql(statements).execute(self.conn()?).await?;
        Ok(())
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(unclean) = self.0.take() {
            drop(unclean.detach());
        }
    }
}
