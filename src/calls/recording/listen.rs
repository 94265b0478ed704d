//! Listening to a message at the desk: each time is journaled (T19, F-77).

use jiff::Timestamp;
use uuid::Uuid;

use super::store;
use crate::audit;
use crate::db::{Db, DbError};
use crate::secret::Keyring;

/// Who listens, when, and the entry of the journal that will say so.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Her account.
    pub operator: Uuid,
    /// As colleagues read her.
    pub name: String,
    /// The id of the entry.
    pub entry: Uuid,
    /// The instant.
    pub now: Timestamp,
}

/// The sound of a message of her lines; none where there is none of that id there, or it cannot be read with this key.
pub async fn listen(db: &Db, keyring: &Keyring, by: Listener, id: Uuid) -> Result<Option<Vec<u8>>, DbError> {
    let keyring = keyring.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let sound = store::audio_on_lines_of(tx, &keyring, by.operator, id).await?;
            if sound.is_some() {
                audit::store::write(tx, by.entry, &by.name, "message.play", &id.to_string(), by.now).await?;
            }
            Ok(sound)
        })
    })
    .await
}
