//! Whoever takes data away in a file is journaled before the file leaves (F-77).

use uuid::Uuid;

use super::store;
use crate::callbacks::desk::Hand;
use crate::db::{Db, DbError};

/// What was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// The figures of a line.
    Figures,
    /// The journal.
    Journal,
}

/// Journals it, on that line.
pub async fn exported(db: &Db, hand: &Hand, line: Option<Uuid>, what: Export) -> Result<(), DbError> {
    let action = match what {
        Export::Figures => "figures.export",
        Export::Journal => "journal.export",
    };
    let hand = hand.clone();
    db.write(move |tx| {
        Box::pin(async move { store::write_of_line(tx, (hand.entry, line), &hand.agent, action, "", hand.now).await })
    })
    .await
}
