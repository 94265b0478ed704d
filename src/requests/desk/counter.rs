//! A request that an agent types for somebody who stands at the counter, or who called another number of the town.

use super::Doing;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::dialog;
use crate::lines::Lines;
use crate::operators::Operator;
use crate::requests::keep::{self, Kept, Wish};
use crate::requests::request::State;
use crate::requests::store;
use crate::requests::typed::{self, BadTyped, Ready, Typed};

/// Keeps what was typed and opens its callback, unless it was solved on the spot. The same form sent twice makes one
/// request. The inner error is for whoever typed it.
pub async fn take(
    board: &Switchboard,
    lines: &Lines,
    by: &Operator,
    typed: Typed,
) -> Result<Result<Kept, BadTyped>, DbError> {
    let voice = board.voice.load_full();
    if !voice.scripts.flow.categories.contains_key(&typed.category) {
        return Ok(Err(BadTyped::Category));
    }
    let ready = match typed::ready(&typed, &dialog::questions(&voice.scripts, &voice.labels, &typed.category)) {
        Ok(ready) => ready,
        Err(bad) => return Ok(Err(bad)),
    };
    let counter = Counter { doing: Doing::new(board, by), lines: lines.clone(), typed, ready };
    board.db.write(move |tx| Box::pin(async move { counter.take(tx).await })).await
}

struct Counter {
    doing: Doing,
    lines: Lines,
    typed: Typed,
    ready: Ready,
}

impl Counter {
    async fn take(&self, tx: &mut Tx<'_>) -> Result<Result<Kept, BadTyped>, DbError> {
        let Self { doing, typed, ready, .. } = self;
        let line = self.lines.by_id(typed.line_id);
        let Some(line) = line.filter(|line| line.id == typed.line_id) else { return Ok(Err(BadTyped::Line)) };
        if !store::is_hers(tx, doing.operator_id, line.id).await? {
            return Ok(Err(BadTyped::Line));
        }
        let contact_id = match &typed.contact {
            Some(number) => Some(store::caller(tx, &doing.keyring, doing.id(), number, doing.now).await?),
            None => None,
        };
        let answers = serde_json::to_vec(&ready.answers).unwrap_or_default();
        let place = serde_json::to_vec(&typed.place).unwrap_or_default();
        let wish = Wish {
            id: typed.id,
            line_id: line.id,
            call_id: None,
            caller_id: None,
            contact_id,
            for_other: typed.for_other.clone(),
            agreed: typed.agreed,
            category: &typed.category,
            priority: ready.priority,
            lang: typed.lang,
            postal_code: typed.postal_code.as_deref(),
            consent: typed.consent,
            answers: &answers,
            place: Some(&place),
            actor: &doing.name,
        };
        let kept = keep::keep(tx, &doing.keyring, &*doing.ids, &wish, doing.now).await?;
        if kept.is_new {
            self.goes_on(tx, &kept).await?;
        }
        Ok(Ok(kept))
    }

    /// Somebody calls back, or it is done already.
    async fn goes_on(&self, tx: &mut Tx<'_>, kept: &Kept) -> Result<(), DbError> {
        let doing = &self.doing;
        let request = store::show::one(tx, &doing.keyring, doing.operator_id, kept.id).await?;
        let (Some(request), Some(line)) = (request, self.lines.by_id(self.typed.line_id)) else { return Ok(()) };
        if self.typed.solved {
            store::change(tx, kept.id, request.state, State::Solved, &doing.act()).await?;
        } else {
            doing.call_back(tx, &line, &request, None).await?;
        }
        doing.journal(tx, "request.counter", kept.id).await
    }
}
