//! Statements that need no answer wait for the end of their transaction.
//!
//! On `SQLite` they travel with the commit: the driver has a thread of its own, and each journey there and back costs
//! more than most statements. `PostgreSQL` runs them one after the other before its commit, as if they had not waited.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection};

use super::{DbError, dialect};

/// A statement to which values are bound.
pub type Bound = Query<'static, Any, AnyArguments>;

/// A statement that waits.
pub(super) struct Parting {
    text: &'static str,
    bind: Box<dyn FnOnce(Bound) -> Bound + Send>,
}

impl Parting {
    pub(super) fn new(text: &'static str, bind: impl FnOnce(Bound) -> Bound + Send + 'static) -> Self {
        Self { text, bind: Box::new(bind) }
    }

    /// Runs it by itself.
    pub(super) async fn run(self, conn: &mut AnyConnection) -> Result<(), DbError> {
        (self.bind)(sqlx::query(self.text)).execute(conn).await?;
        Ok(())
    }
}

/// Runs all of them, then `end`, in one journey. If one fails, none after it runs, nor does `end`.
pub(super) async fn run_together(
    conn: &mut AnyConnection,
    parting: Vec<Parting>,
    end: &'static str,
) -> Result<(), DbError> {
    let text = dialect::together(parting.iter().map(|parting| parting.text), end);
    let bound = parting.into_iter().fold(sqlx::query(text), |query, parting| (parting.bind)(query));
    bound.execute(conn).await?;
    Ok(())
}
