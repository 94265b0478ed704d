//! What can go wrong with a database, sorted by what a caller does about it. The messages are read at a terminal; the
//! causes behind them are those of the driver.

use std::io;
use std::sync::Arc;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqliteError;

/// Why the database did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// It does not answer, its disk is full, it is locked, it is stopping. The outcome may be unknown: try again later.
    #[error("la base de données ne répond pas")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// A unique index holds such a row already.
    #[error("la base de données a déjà cette donnée")]
    UniqueViolation(#[source] Arc<sqlx::Error>),
    /// A statement was refused: a mistake of ours.
    #[error("la base de données a refusé une instruction")]
    Other(#[source] Arc<sqlx::Error>),
    /// The closure panicked; nothing of it was kept.
    #[error("le travail sur la base de données a été interrompu")]
    Panicked,
    /// What the person who installs must mend, in French.
    #[error("{0}")]
    Refused(String),
}

impl DbError {
    /// True when a unique index holds such a row already.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::UniqueViolation(_))
    }

    /// True when the database does not answer: apologise, note the call in the spool, try again later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    pub(super) fn timed_out() -> Self {
        Self::Unavailable(Arc::new(io::Error::from(io::ErrorKind::TimedOut).into()))
    }

    pub(super) fn closed() -> Self {
        Self::Unavailable(Arc::new(sqlx::Error::PoolClosed))
    }

    /// The same failure as seen by whoever only learns that the database failed: never a refusal of one statement.
    pub(super) fn as_unavailable(&self) -> Self {
        match self {
            Self::UniqueViolation(cause) | Self::Other(cause) => Self::Unavailable(cause.clone()),
            other => other.clone(),
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match class(&error) {
            Class::Unavailable => Self::Unavailable(Arc::new(error)),
            Class::Unique => Self::UniqueViolation(Arc::new(error)),
            Class::Other => Self::Other(Arc::new(error)),
        }
    }
}

impl From<MigrateError> for DbError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(number) => Self::refused(format!(
                "la base a été mise à jour (étape {number}) par une version plus récente de ligne-solidaire ; \
                 installez cette version, ou remettez la sauvegarde d'avant la mise à jour"
            )),
            other => Self::refused(format!("la base n'a pas pu être mise à jour : {other}")),
        }
    }
}

enum Class {
    Unavailable,
    Unique,
    Other,
}

fn class(error: &sqlx::Error) -> Class {
    use sqlx::Error as E;
    match error {
        E::Database(refusal) if refusal.is_unique_violation() => Class::Unique,
        E::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            let sqlite = refusal.try_downcast_ref::<SqliteError>().is_some();
            let down = if sqlite { sqlite_is_down(&code) } else { postgres_is_down(&code) };
            if down { Class::Unavailable } else { Class::Other }
        }
        E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
            Class::Unavailable
        }
        _ => Class::Other,
    }
}

/// Busy, locked, out of memory, read-only, interrupted, input/output, corrupt, full, cannot open, not a database.
fn sqlite_is_down(code: &str) -> bool {
    code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5..=11 | 13 | 14 | 26))
}

/// Connection, serialization and deadlock, resources, intervention, system; a lock not had in time; a standby.
fn postgres_is_down(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || matches!(code, "55P03" | "25006")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_locked_or_broken_disk_is_told_from_a_mistake_of_ours() {
        for down in ["5", "6", "13", "10", "14", "261", "2570", "10250"] {
            assert!(sqlite_is_down(down), "{down}");
        }
        for ours in ["1", "19", "2067", "1555", "", "x"] {
            assert!(!sqlite_is_down(ours), "{ours}");
        }
    }

    #[test]
    fn a_server_that_stops_is_told_from_a_mistake_of_ours() {
        for down in ["57P01", "57014", "53300", "08006", "40001", "40P01", "55P03", "25006"] {
            assert!(postgres_is_down(down), "{down}");
        }
        for ours in ["42601", "23505", "25P02", ""] {
            assert!(!postgres_is_down(ours), "{ours}");
        }
    }
}
