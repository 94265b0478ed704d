//! Supervisors decide callers' plans (F-23): made, listed, ended; journaled. In force from the next call on.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::plan::{self, BadPlan, Rule};
use super::store::plans::{Listed, NewPlan};
use super::store::{self};
use crate::audit;
use crate::callbacks::note;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::lines::Line;
use crate::operators::Operator;
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// What a supervisor decides.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The number.
    pub number: PhoneNumber,
    /// What the plan says.
    pub rule: Rule,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Keeps a plan for a number on that line, in the place of the one that was in force. The inner error is for whoever
/// decides.
pub async fn make(
    board: &Switchboard,
    by: &Operator,
    line: &Line,
    decided: Decided,
) -> Result<Result<(), BadPlan>, DbError> {
    let now = board.clock.now();
    let reason = note::harmless(&decided.reason).trim().to_owned();
    if let Err(bad) = plan::checked(&decided.rule, &reason, decided.expires_at, line.settings.hours.zone(), now) {
        return Ok(Err(bad));
    }
    let (keyring, ids, line_id) = (board.keyring.clone(), board.ids.clone(), line.id);
    let making = Making { keyring, ids, by: by.clone(), line_id, decided: Decided { reason, ..decided }, now };
    board.db.write(move |tx| Box::pin(async move { making.keep(tx).await })).await
}

/// Ends a plan of her lines before its time, if it has not ended yet; `false` when there is none of that id there.
pub async fn end(board: &Switchboard, by: &Operator, id: Uuid) -> Result<bool, DbError> {
    let now = board.clock.now();
    let (entry, by) = (board.ids.row(now), by.clone());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(line) = store::plans::end(tx, by.id, id, now).await? else {
                    return store::plans::is_hers(tx, by.id, id).await;
                };
                let (of, subject) = ((entry, Some(line)), id.to_string());
                audit::store::write_of_line(tx, of, &by.name, "plan.end", &subject, now).await?;
                Ok(true)
            })
        })
        .await
}

/// The plans in force on her lines.
pub async fn list(board: &Switchboard, by: &Operator) -> Result<Vec<Listed>, DbError> {
    let (keyring, operator_id, now) = (board.keyring.clone(), by.id, board.clock.now());
    board.db.read(move |tx| Box::pin(async move { store::plans::list(tx, &keyring, operator_id, now).await })).await
}

struct Making {
    keyring: Keyring,
    ids: Arc<dyn Ids>,
    by: Operator,
    line_id: Uuid,
    decided: Decided,
    now: Timestamp,
}

impl Making {
    async fn keep(&self, tx: &mut Tx<'_>) -> Result<Result<(), BadPlan>, DbError> {
        if !store::is_hers(tx, self.by.id, self.line_id).await? {
            return Ok(Err(BadPlan::Line));
        }
        let fresh = self.ids.row(self.now);
        let caller_id = store::caller(tx, &self.keyring, fresh, &self.decided.number, self.now).await?;
        let id = self.ids.row(self.now);
        let new = NewPlan {
            id,
            line_id: self.line_id,
            caller_id,
            rule: &self.decided.rule,
            reason: &self.decided.reason,
            expires_at: self.decided.expires_at,
            by: self.by.id,
            now: self.now,
        };
        if store::plans::make(tx, &self.keyring, &new).await? {
            let (of, subject) = ((self.ids.row(self.now), Some(self.line_id)), id.to_string());
            audit::store::write_of_line(tx, of, &self.by.name, "plan.make", &subject, self.now).await?;
        }
        Ok(Ok(()))
    }
}
