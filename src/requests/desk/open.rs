//! Opening a request: everything of it, its numbers in full; journaled each time (F-77). And finding one.

use uuid::Uuid;

use super::Doing;
use crate::callbacks::Reason;
use crate::calls::recording;
use crate::calls::recording::store::Message;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::operators::Operator;
use crate::requests::filter::Filter;
use crate::requests::store::{self, search::Page};
use crate::requests::timeline::Part;
use crate::requests::whole::Whole;

/// A request, as whoever opens it sees it.
#[derive(Debug)]
pub struct Opened {
    /// The request and those around it.
    pub whole: Whole,
    /// What happened to it, in order.
    pub parts: Vec<Part>,
    /// The messages of its call, in order.
    pub messages: Vec<Message>,
}

/// Opens a request of her lines. `None`: there is none of that id there. Its messages are deciphered while it is read, and
/// not in the writer, which every call shares; nothing is given out before the journal has it.
pub async fn open(board: &Switchboard, by: &Operator, id: Uuid) -> Result<Option<Opened>, DbError> {
    let doing = Doing::new(board, by);
    let reader = doing.clone();
    let opened = board.db.read(move |tx| Box::pin(async move { reader.read(tx, id).await })).await?;
    if opened.is_some() {
        board.db.write(move |tx| Box::pin(async move { doing.journal(tx, "request.open", id).await })).await?;
    }
    Ok(opened)
}

impl Doing {
    async fn read(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Opened>, DbError> {
        let Some(whole) = store::show::whole(tx, &self.keyring, self.operator_id, id).await? else { return Ok(None) };
        let parts = store::history::history(tx, &self.keyring, self.operator_id, id, label).await?;
        let messages = match whole.request.call_id {
            Some(call) => recording::store::of_call(tx, &self.keyring, call).await?,
            None => Vec::new(),
        };
        Ok(Some(Opened { whole, parts, messages }))
    }
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
