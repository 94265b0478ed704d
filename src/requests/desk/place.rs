//! Saying where help is needed.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Doing, Saved};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::lines::Lines;
use crate::operators::Operator;
use crate::requests::event::{Change, Detail};
use crate::requests::place::BadPlace;
use crate::requests::pointed::Written;
use crate::requests::store;
use crate::requests::store::changes::Placed;

/// Keeps where help is needed; `seen` is the version of the request that she saw. The inner error is for whoever said it.
pub async fn place(
    board: &Switchboard,
    lines: &Lines,
    by: &Operator,
    id: Uuid,
    seen: Timestamp,
    written: Written,
) -> Result<Result<Saved, BadPlace>, DbError> {
    let (doing, lines) = (Doing::new(board, by), lines.clone());
    board.db.write(move |tx| Box::pin(async move { doing.place(tx, &lines, id, seen, &written).await })).await
}

impl Doing {
    async fn place(
        &self,
        tx: &mut Tx<'_>,
        lines: &Lines,
        id: Uuid,
        seen: Timestamp,
        written: &Written,
    ) -> Result<Result<Saved, BadPlace>, DbError> {
        let Some(request) = store::show::one(tx, &self.keyring, self.operator_id, id).await? else {
            return Ok(Ok(Saved::Unknown));
        };
        let known = request.postal_code.as_deref();
        let districts = lines.by_id(request.line_id).map(|line| line.settings.districts.clone()).unwrap_or_default();
        let (place, postal_code) = match written.read(&districts, (&request.place, known)) {
            Ok(read) => read,
            Err(bad) => return Ok(Err(bad)),
        };
        let (before, after) = (request.place.told(known), place.told(postal_code.as_deref()));
        let Some(change) = Change::of("Lieu", &before, &after) else { return Ok(Ok(Saved::Same)) };
        let detail = Detail { changes: vec![change], ..Detail::default() };
        let json = serde_json::to_vec(&place).unwrap_or_default();
        let placed = Placed { id, seen, place: &json, postal_code: postal_code.as_deref(), detail: &detail };
        if !store::changes::place(tx, &self.keyring, self.operator_id, &placed, &self.act()).await? {
            return Ok(Ok(Saved::Late(store::history::since(tx, &self.keyring, id, seen).await?)));
        }
        self.journal(tx, "request.place", id).await?;
        Ok(Ok(Saved::Saved))
    }
}
