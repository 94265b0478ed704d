//! Opening a request: everything of it, its numbers in full; journaled each time (F-77). And finding one.

use uuid::Uuid;

use super::Doing;
use crate::callbacks::Reason;
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;
use crate::operators::Operator;
use crate::requests::filter::Filter;
use crate::requests::store::{self, search::Page};
use crate::requests::timeline::Part;
use crate::requests::whole::Whole;

/// Opens a request of her lines, with what happened to it. `None`: there is none of that id there.
pub async fn open(board: &Switchboard, by: &Operator, id: Uuid) -> Result<Option<(Whole, Vec<Part>)>, DbError> {
    let doing = Doing::new(board, by);
    let work = board.db.write(move |tx| {
        Box::pin(async move {
            let Some(whole) = store::show::whole(tx, &doing.keyring, doing.operator_id, id).await? else {
                return Ok(None);
            };
            let history = store::history::history(tx, &doing.keyring, doing.operator_id, id, label).await?;
            doing.journal(tx, "request.open", id).await?;
            Ok(Some((whole, history)))
        })
    });
    work.await
}

/// A page of the requests of her lines; their numbers are for showing masked.
pub async fn search(board: &Switchboard, by: &Operator, filter: Filter) -> Result<Page, DbError> {
    let (keyring, operator_id) = (board.keyring.clone(), by.id);
    board
        .db
        .read(move |tx| Box::pin(async move { store::search::search(tx, &keyring, operator_id, &filter).await }))
        .await
}

fn label(reason: &str) -> String {
    Reason::of_code(reason).map(Reason::label).map_or_else(|| reason.to_owned(), str::to_owned)
}
