//! Saying where help is needed.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Doing, Saved};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::operators::Operator;
use crate::requests::event::{Change, Detail};
use crate::requests::place::Place;
use crate::requests::store;
use crate::requests::store::changes::Placed;

/// Keeps where help is needed; `seen` is the version of the request that she saw.
pub async fn place(
    board: &Switchboard,
    by: &Operator,
    id: Uuid,
    seen: Timestamp,
    place: Place,
    postal_code: Option<String>,
) -> Result<Saved, DbError> {
    let doing = Doing::new(board, by);
    let work = board
        .db
        .write(move |tx| Box::pin(async move { doing.place(tx, id, seen, &place, postal_code.as_deref()).await }));
    work.await
}

impl Doing {
    async fn place(
        &self,
        tx: &mut Tx<'_>,
        id: Uuid,
        seen: Timestamp,
        place: &Place,
        postal_code: Option<&str>,
    ) -> Result<Saved, DbError> {
        let Some(request) = store::show::one(tx, &self.keyring, self.operator_id, id).await? else {
            return Ok(Saved::Unknown);
        };
        let before = request.place.told(request.postal_code.as_deref());
        let Some(change) = Change::of("Lieu", &before, &place.told(postal_code)) else { return Ok(Saved::Same) };
        let detail = Detail { changes: vec![change], ..Detail::default() };
        let json = serde_json::to_vec(place).unwrap_or_default();
        let placed = Placed { id, seen, place: &json, postal_code, detail: &detail };
        if !store::changes::place(tx, &self.keyring, self.operator_id, &placed, &self.act()).await? {
            return Ok(Saved::Late(store::history::since(tx, &self.keyring, id, seen).await?));
        }
        self.journal(tx, "request.place", id).await?;
        Ok(Saved::Saved)
    }
}
