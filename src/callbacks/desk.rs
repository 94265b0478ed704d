//! What an agent does with the queue: take a callback, close it. Every act is journaled.

use uuid::Uuid;

use super::callback::{LEASE, is_contact};
use super::store;
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;

/// Takes a callback for a quarter of an hour (F-45); `false` when somebody else holds it or it is closed.
pub async fn claim(board: &Switchboard, id: Uuid, agent: &str) -> Result<bool, DbError> {
    let (now, entry, agent) = (board.clock.now(), board.ids.row(board.clock.now()), agent.to_owned());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let claimed = store::claim(tx, id, &agent, now, LEASE).await?;
                if claimed {
                    audit::store::write(tx, entry, &agent, "callback.claim", &id.to_string(), now).await?;
                }
                Ok(claimed)
            })
        })
        .await
}

/// Closes a callback that `agent` holds, with how it ended (F-47); `false` when she does not hold it any more.
pub async fn close(board: &Switchboard, id: Uuid, agent: &str, disposition: &str) -> Result<bool, DbError> {
    let (now, entry, agent) = (board.clock.now(), board.ids.row(board.clock.now()), agent.to_owned());
    let disposition = disposition.to_owned();
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let contacted = is_contact(&disposition);
                let closed = store::close(tx, id, &agent, &disposition, contacted, now).await?;
                if closed {
                    audit::store::write(tx, entry, &agent, "callback.close", &id.to_string(), now).await?;
                }
                Ok(closed)
            })
        })
        .await
}
