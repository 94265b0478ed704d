//! A request that is withdrawn, and one that was over and is not.

use jiff::Timestamp;
use uuid::Uuid;

use super::merge::held_by_another;
use super::{Doing, Saved};
use crate::callbacks;
use crate::callbacks::Reason;
use crate::callbacks::callback;
use crate::callbacks::store::{NewCallback, of_request as waiting};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::lines::{Line, Lines};
use crate::operators::Operator;
use crate::requests::request::State;
use crate::requests::store;
use crate::requests::store::merge::hold;
use crate::requests::whole::Request;

/// Withdraws a request; whatever waits for it is closed, unless somebody else works on it at this moment.
pub async fn cancel(board: &Switchboard, by: &Operator, id: Uuid) -> Result<Saved, DbError> {
    let doing = Doing::new(board, by);
    board.db.write(move |tx| Box::pin(async move { doing.cancel(tx, id).await })).await
}

/// Opens a request again that was solved or withdrawn: somebody calls back once more.
pub async fn reopen(board: &Switchboard, lines: &Lines, by: &Operator, id: Uuid) -> Result<Saved, DbError> {
    let (doing, lines) = (Doing::new(board, by), lines.clone());
    board.db.write(move |tx| Box::pin(async move { doing.reopen(tx, &lines, id).await })).await
}

impl Doing {
    async fn cancel(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Saved, DbError> {
        hold(tx, self.operator_id, id, id).await?;
        let waiting = waiting::hold(tx, id, id, self.now).await?;
        let Some(request) = store::show::one(tx, &self.keyring, self.operator_id, id).await? else {
            return Ok(Saved::Unknown);
        };
        if request.state == State::Cancelled {
            return Ok(Saved::Same);
        }
        if let Some(name) = held_by_another(&waiting, id, self.operator_id) {
            return Ok(Saved::Held(name));
        }
        if !store::change(tx, id, request.state, State::Cancelled, &self.act()).await? {
            return Ok(Saved::NotThere);
        }
        callbacks::store::cancelled(tx, id, self.now).await?;
        self.journal(tx, "request.cancel", id).await?;
        Ok(Saved::Saved)
    }

    async fn reopen(&self, tx: &mut Tx<'_>, lines: &Lines, id: Uuid) -> Result<Saved, DbError> {
        let Some(request) = store::show::one(tx, &self.keyring, self.operator_id, id).await? else {
            return Ok(Saved::Unknown);
        };
        let Some(line) = lines.by_id(request.line_id) else { return Ok(Saved::NotThere) };
        if request.state.is_open() {
            return Ok(Saved::Same);
        }
        if !store::change(tx, id, request.state, asked(&request), &self.act()).await? {
            return Ok(Saved::NotThere);
        }
        let promised = waiting::promised(tx, id).await?.filter(|until| *until > self.now);
        self.call_back(tx, &line, &request, promised).await?;
        self.journal(tx, "request.reopen", id).await?;
        Ok(Saved::Saved)
    }

    /// Opens the callback of a request that no call is opening; what was promised about it stays a deadline.
    pub(super) async fn call_back(
        &self,
        tx: &mut Tx<'_>,
        line: &Line,
        request: &Request,
        promised_until: Option<Timestamp>,
    ) -> Result<(), DbError> {
        let id = self.id();
        let priority = Reason::Request.priority(request.priority);
        let answers = serde_json::to_vec(&request.answers).unwrap_or_default();
        let due_at = callback::due(priority, self.now, &line.settings.hours, None);
        let new = NewCallback {
            id,
            line_id: request.line_id,
            call_id: None,
            request_id: Some(request.id),
            contact_id: request.contact.as_ref().map(|contact| contact.id),
            reason: Reason::Request,
            category: Some(&request.category),
            priority,
            lang: request.lang.parse().unwrap_or(Lang::FRENCH),
            opened_at: self.now,
            due_at: promised_until.map_or(due_at, |until| due_at.min(until)),
            promised_until,
            answers: &answers,
            spool_id: None,
        };
        callbacks::store::open(tx, &self.keyring, &new).await?;
        if priority == 0 { self.alert(tx, &line.settings, id).await } else { Ok(()) }
    }
}

/// The state in which it goes on: somebody who never agreed is asked first (F-21).
fn asked(request: &Request) -> State {
    let never = request.beneficiary.as_ref().is_some_and(|beneficiary| beneficiary.agreed_at.is_none());
    if never { State::AwaitingAgreement } else { State::Recorded }
}
