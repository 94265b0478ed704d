//! The only place that knows two databases: `SQLite` (one file, the default) and `PostgreSQL` (several instances).
//!
//! There is one door for writing, [`Db::write`], and one for reading, [`Db::read`]; both take a closure over a [`Tx`]:
//!
//! ```ignore
//! db.write(move |tx| Box::pin(async move {
//!     let update = sqlx::query("update calls set state = 'ended' where id = $1 and state = 'open'").bind(id);
//!     Ok::<_, DbError>(update.execute(tx.conn()).await?.rows_affected() == 1)
//! })).await
//! ```
//!
//! What the door promises: when `write` answers `Ok`, the change is on the disk; when it answers `Err`, nothing of the
//! closure was kept, except for [`DbError::Unavailable`], whose outcome may be unknown (the answer was lost): what
//! follows must bear a repetition. It answers within the patience of [`Options`] whatever the database does.
//!
//! Inside a closure: never `begin`, never wait for anything but the database, and never read-then-write without naming
//! the state expected (`where … and state = $n`, then count the rows): `PostgreSQL` runs closures side by side. A
//! statement that fails dooms the whole closure there: use `on conflict do nothing` for what may already exist.
//!
//! One SQL text is always given the same types (every integer an `i64`): `PostgreSQL` keeps the statement as it was
//! first prepared.
//!
//! Rows hold plain columns only (TEXT, BIGINT, BLOB): instants are unix milliseconds, uuids and JSON are text. One SQL
//! text with `$1` serves both; the few differences are chosen by name in `dialect`.

mod changes;
mod dialect;
mod error;
mod house;
mod parting;
mod pooled;
mod sqlite;
mod writer;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, ConnectOptions};
use tokio::task::AbortHandle;
use url::Url;
use uuid::Uuid;

use changes::Changes;
use parting::Parting;
use writer::Writer;

pub use changes::{Change, Watch};
pub use dialect::{locking, storable, waiting_for_locked, with_elements, with_skip_locked};
pub use error::DbError;
pub use house::{check_key, check_writable, compare_key};
pub use parting::Bound;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Readers of a `SQLite` file; each is a thread of the driver.
const SQLITE_READERS: u32 = 4;
/// Connections to `PostgreSQL`: measured, more do not help on two cores.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Which of the two databases is behind the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One file, one writer.
    Sqlite,
    /// A server shared by several instances.
    Postgres,
}

/// How the house treats its database.
#[derive(Debug, Clone)]
pub struct Options {
    /// The longest that one read or one write may take, waiting included; beyond it the database counts as unavailable.
    /// A caller must hear words within 3 seconds.
    pub patience: Duration,
    /// Whether the driver tells each statement to the journal (target `sqlx::query`): to count them, never in service,
    /// where they would drown everything else.
    pub log_statements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { patience: Duration::from_secs(2), log_statements: false }
    }
}

/// One write transaction (on `SQLite` a savepoint of the group that commits together), or one read snapshot.
pub struct Tx<'c> {
    conn: &'c mut AnyConnection,
    kind: Kind,
    parting: Vec<Parting>,
    changed: Vec<Uuid>,
}

impl<'c> Tx<'c> {
    fn new(conn: &'c mut AnyConnection, kind: Kind) -> Self {
        Self { conn, kind, parting: Vec::new(), changed: Vec::new() }
    }

    /// Runs a statement at the end, with the commit, if the closure ends well: no statement of the closure sees what it
    /// changes, and what it refuses is what [`Db::write`] answers. `bind` only binds, one value for each `$n`: it runs
    /// outside the closure, and on `SQLite` a value too few or too many would shift those of the statements after it.
    pub fn at_end(&mut self, statement: &'static str, bind: impl FnOnce(Bound) -> Bound + Send + 'static) {
        self.parting.push(Parting::new(statement, bind));
    }

    /// Whoever watches is told, once this is committed, that something of that line changed.
    pub fn changed(&mut self, line: Uuid) {
        self.changed.push(line);
    }

    /// The connection to run statements on.
    pub fn conn(&mut self) -> &mut AnyConnection {
        self.conn
    }

    /// Which database this is, for the few statements that differ.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// The database. Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    kind: Kind,
    options: Options,
    connect: AnyConnectOptions,
    pool: AnyPool,
    /// Present on `SQLite` only.
    writer: Option<Writer>,
    changes: Arc<Changes>,
    /// Hears the notifications of `PostgreSQL`, once somebody watches.
    listening: OnceLock<AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.get() {
            listening.abort();
        }
    }
}

impl Db {
    /// Opens `sqlite://FILE` (made at need, with its folder) or `postgres://…`. A server that is down is no error yet:
    /// the house must be able to start and apologise; [`Db::migrate`] is the first to reach it.
    pub async fn open(url: &str, options: Options) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Self::open_sqlite(url, options).await,
            Some("postgres" | "postgresql") => Self::open_postgres(url, options),
            _ => Err(DbError::refused("l'adresse de la base doit commencer par sqlite:// ou postgres://")),
        }
    }

    async fn open_sqlite(url: &str, options: Options) -> Result<Self, DbError> {
        let (url, file) = sqlite::prepare(url)?;
        let connect = connection(&url, &options)?;
        let changes = Arc::new(Changes::new());
        let writer = Writer::start(connect.clone(), file, options.patience, changes.clone()).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(SQLITE_READERS)
            .test_before_acquire(false)
            .acquire_timeout(options.patience)
            .after_connect(|conn, _| Box::pin(sqlite::prepare_reader(conn)))
            .connect_lazy_with(connect.clone());
        let (writer, listening) = (Some(writer), OnceLock::new());
        Ok(Self(Arc::new(Inner { kind: Kind::Sqlite, options, connect, pool, writer, changes, listening })))
    }

    fn open_postgres(url: &str, options: Options) -> Result<Self, DbError> {
        let url = url.parse().map_err(|_| DbError::refused("l'adresse de la base PostgreSQL est illisible"))?;
        let connect = connection(&url, &options)?;
        let pool = pooled::postgres(POSTGRES_CONNECTIONS, options.patience).connect_lazy_with(connect.clone());
        let (changes, listening) = (Arc::new(Changes::new()), OnceLock::new());
        Ok(Self(Arc::new(Inner { kind: Kind::Postgres, options, connect, pool, writer: None, changes, listening })))
    }

    /// Brings the tables up to date. Instances that start together wait for each other.
    pub async fn migrate(&self) -> Result<(), DbError> {
        match self.0.kind {
            Kind::Sqlite => sqlite::migrate(&self.0.connect, &SQLITE_MIGRATIONS).await,
            Kind::Postgres => {
                let connecting = tokio::time::timeout(self.0.options.patience, self.0.connect.connect());
                let mut conn = connecting.await.map_err(|_| DbError::timed_out())??;
                Ok(POSTGRES_MIGRATIONS.run_direct(None, &mut conn, false).await?)
            }
        }
    }

    /// THE door for writing: what `work` does is kept whole, and on the disk before this answers, or not at all.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        match &self.0.writer {
            Some(writer) => writer.write(work).await,
            None => pooled::write(&self.0.pool, &self.0.changes, self.0.options.patience, work).await,
        }
    }

    /// Reads one consistent state; `work` cannot change anything.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        pooled::read(&self.0.pool, self.0.kind, &self.0.changes, self.0.options.patience, work).await
    }

    /// Watches what closures say they [changed](Tx::changed), in whatever instance of the service.
    pub fn watch(&self) -> Watch {
        let watch = self.0.changes.watch();
        self.listen();
        watch
    }

    /// How many changes this instance made or heard of so far: what was read while the count was the same holds still,
    /// but for what another instance committed a moment ago.
    pub fn changes(&self) -> u64 {
        self.listen();
        self.0.changes.count()
    }

    /// On `PostgreSQL`, hears from the first time on what other instances change.
    fn listen(&self) {
        if self.0.kind == Kind::Postgres {
            let url = self.0.connect.database_url.to_string();
            let listen = || tokio::spawn(changes::listen(url, self.0.changes.clone())).abort_handle();
            self.0.listening.get_or_init(listen);
        }
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Refuses new work, finishes what was accepted, and closes every connection.
    pub async fn close(&self) {
        self.0.pool.close().await;
        if let Some(writer) = &self.0.writer {
            writer.close().await;
        }
    }
}

/// How every connection is made.
fn connection(url: &Url, options: &Options) -> Result<AnyConnectOptions, DbError> {
    let connect = AnyConnectOptions::from_url(url)?;
    Ok(if options.log_statements { connect } else { connect.disable_statement_logging() })
}

/// Runs a closure so that its panic harms nobody else.
async fn caught<T, E, F>(work: F, tx: &mut Tx<'_>) -> Result<T, E>
where
    E: From<DbError>,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
{
    let running = AssertUnwindSafe(async move { work(tx).await });
    running.catch_unwind().await.unwrap_or_else(|_| Err(DbError::Panicked.into()))
}
