//! The `SQLite` file: where it is, how a connection to it behaves, how its tables are brought up to date.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, ConnectOptions};
use url::Url;

use super::DbError;

/// Every commit reaches the disk; another process (a command beside the service) is waited for; what is deleted is
/// overwritten; nothing sorts personal data into a temporary file.
const HABITS: &str = "pragma busy_timeout = 1000; pragma synchronous = full; pragma foreign_keys = on; \
                      pragma secure_delete = on; pragma temp_store = memory; pragma trusted_schema = off";

/// How many times two processes that bring the tables up to date together may step on each other.
const MIGRATION_ATTEMPTS: u32 = 5;

/// Which file a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    number: u64,
}

/// The file that is at `path` now. The driver goes on writing to one that was taken away: nobody would find it again.
pub(super) fn identity(path: &Path) -> Result<Identity, DbError> {
    let there = std::fs::metadata(path).map_err(sqlx::Error::Io)?;
    Ok(Identity { device: there.dev(), number: there.ino() })
}

/// Makes the folder and the file (for their owner alone); gives the address to connect to, and the file. Nothing makes
/// it later: one that was taken away must not be replaced by an empty one.
pub(super) fn prepare(url: &str) -> Result<(Url, PathBuf), DbError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| DbError::refused("l'adresse de la base est illisible ; exemple : sqlite://donnees/ligne.db"))?;
    let file = file_of(url, &options)?;
    make(&file).map_err(|error| {
        DbError::refused(format!("la base {} n'a pas pu être créée : {error} ; vérifiez le dossier", file.display()))
    })?;
    Ok((options.filename(&file).create_if_missing(false).to_url_lossy(), file))
}

fn file_of(url: &str, options: &SqliteConnectOptions) -> Result<PathBuf, DbError> {
    let name = options.get_filename();
    if url.contains(":memory:") || url.contains("mode=memory") || name.as_os_str().is_empty() {
        return Err(DbError::refused("la base SQLite doit être un fichier ; exemple : sqlite://donnees/ligne.db"));
    }
    std::path::absolute(name).map_err(|_| DbError::refused("l'adresse de la base est illisible"))
}

fn make(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    Ok(())
}

/// A connection that may write.
pub(super) async fn connect_writer(options: &AnyConnectOptions) -> Result<AnyConnection, DbError> {
    let mut conn = options.connect().await?;
    sqlx::raw_sql(HABITS).execute(&mut conn).await?;
    let journal: String = sqlx::query_scalar("pragma journal_mode = wal").fetch_one(&mut conn).await?;
    if journal == "wal" {
        return Ok(conn);
    }
    Err(DbError::refused("la base SQLite doit être sur un disque local (le mode WAL y est refusé)"))
}

/// Makes a pooled connection a reader: it cannot change anything, even by mistake.
pub(super) async fn prepare_reader(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(HABITS).execute(&mut *conn).await?;
    sqlx::raw_sql("pragma query_only = on").execute(conn).await?;
    Ok(())
}

/// Brings the tables up to date. Each step is one transaction; a process that lost the race starts again and finds the
/// step made.
pub(super) async fn migrate(options: &AnyConnectOptions, steps: &Migrator) -> Result<(), DbError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut conn = connect_writer(options).await?;
        match steps.run_direct(None, &mut conn, false).await.map_err(DbError::from) {
            Err(DbError::Unavailable(_) | DbError::Other(_) | DbError::UniqueViolation(_))
                if attempts < MIGRATION_ATTEMPTS => {}
            ended => return ended,
        }
    }
}
