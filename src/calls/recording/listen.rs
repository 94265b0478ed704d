//! Listening to a message at the desk: each time is journaled (T19, F-77).

use uuid::Uuid;

use super::store;
use crate::audit;
use crate::callbacks::desk::Hand;
use crate::db::{Db, DbError};
use crate::secret::Keyring;

/// The sound of a message of her lines; none where there is none of that id there, or it cannot be read with this key. It
/// is deciphered outside the writer, which every call shares; nothing is heard before the journal has it.
pub async fn listen(db: &Db, keyring: &Keyring, hand: Hand, id: Uuid) -> Result<Option<Vec<u8>>, DbError> {
    let Some(operator) = hand.operator else { return Ok(None) };
    let keyring = keyring.clone();
    let reading =
        db.read(move |tx| Box::pin(async move { store::audio_on_lines_of(tx, &keyring, operator, id).await }));
    let sound = reading.await?;
    if sound.is_some() {
        let writing = db.write(move |tx| {
            Box::pin(async move {
                audit::store::write(tx, hand.entry, &hand.agent, "message.play", &id.to_string(), hand.now).await
            })
        });
        writing.await?;
    }
    Ok(sound)
}
