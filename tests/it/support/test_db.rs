//! A database of its own for each test: a fresh `SQLite` file, or a fresh database on the server that
//! `LIGNE_TEST_POSTGRES` names (`postgres://user@host:port`, with the right to create databases).
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_sentence_about_the_service() {
//!     on_both(async |db| { … db.write(…) … }).await;
//! }
//! ```
//!
//! Without the variable the `PostgreSQL` half is skipped and says so; `tests/all` always sets it.

use std::time::Duration;

use ligne_solidaire::db::{Db, Kind, Options};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tempfile::TempDir;

/// Tests share a slow machine: here a database that does not answer is one that never will.
const PATIENCE: Duration = Duration::from_mins(1);

/// A migrated database that lives as long as this value.
pub(crate) struct TestDb {
    /// The door.
    pub(crate) db: Db,
    /// The address, for a second instance on the same database.
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// A fresh file.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("ligne.db").display());
        Self { db: open(&url).await, url, _folder: Some(folder) }
    }

    /// A fresh database on the test server, or nothing when there is no server.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("LIGNE_TEST_POSTGRES") else {
            eprintln!("PostgreSQL : essai passé, LIGNE_TEST_POSTGRES n'est pas défini");
            return None;
        };
        let name = format!("essai_{}", uuid::Uuid::now_v7().simple());
        let mut conn = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        let create = format!("create database {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut conn).await.unwrap();
        let url = format!("{server}/{name}");
        Some(Self { db: open(&url).await, url, _folder: None })
    }

    /// Both, as far as there are.
    pub(crate) async fn both() -> Vec<Self> {
        let mut both = vec![Self::sqlite().await];
        both.extend(Self::postgres().await);
        both
    }

    /// Another instance on the same database.
    pub(crate) async fn second_instance(&self) -> Db {
        open(&self.url).await
    }
}

/// Opens a database that somebody else made, too.
pub(crate) async fn open(url: &str) -> Db {
    let db = Db::open(url, Options { patience: PATIENCE, ..Options::default() }).await.unwrap();
    db.migrate().await.unwrap();
    db
}

/// Runs one test body on both databases, saying which one is being tried.
pub(crate) async fn on_both(body: impl AsyncFn(&TestDb)) {
    for base in TestDb::both().await {
        let name = match base.db.kind() {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        };
        eprintln!("--- {name}");
        body(&base).await;
        base.db.close().await;
    }
}

/// Runs statements in one write, for tests that need a table of their own.
pub(crate) async fn run(db: &Db, statements: &'static str) {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::raw_sql(statements).execute(tx.conn()).await?;
            Ok::<_, ligne_solidaire::db::DbError>(())
        })
    })
    .await
    .unwrap();
}

/// The number that a query answers.
pub(crate) async fn number(db: &Db, query: &'static str) -> i64 {
    db.read(move |tx| {
        Box::pin(
            async move { Ok::<_, ligne_solidaire::db::DbError>(sqlx::query_scalar(query).fetch_one(tx.conn()).await?) },
        )
    })
    .await
    .unwrap()
}
