//! Opening a callback: everything of it, its number in full (F-48); journaled each time (F-77).

use uuid::Uuid;

use super::desk::Hand;
use super::store::bridges::{self, Latest};
use super::store::item::{self, Content, Earlier};
use super::store::notes::{self, Note};
use super::store::queue::{self, QueueRow};
use crate::audit;
use crate::calls::recording;
use crate::calls::recording::store::Message;
use crate::db::{Db, DbError, Tx};
use crate::requests::duplicates::Near;
use crate::requests::store::show::beside;
use crate::requests::whole::Request;
use crate::secret::Keyring;

/// How many earlier callbacks of the number are shown.
const EARLIER: u32 = 10;

/// A callback, as whoever opens it sees it.
#[derive(Debug)]
pub struct Opened {
    /// Where it stands.
    pub row: QueueRow,
    /// What was answered, and how it ended.
    pub content: Content,
    /// Callbacks of the same number, newest first.
    pub earlier: Vec<Earlier>,
    /// The request behind it, and those that may be the same one.
    pub request: Option<(Request, Vec<Near>)>,
    /// Callbacks for the person helped, newest first.
    pub of_person: Vec<Earlier>,
    /// The messages of its call, in order.
    pub messages: Vec<Message>,
    /// What agents wrote, in order.
    pub notes: Vec<Note>,
    /// How far the line is with ringing an agent and the person.
    pub ringing: Option<Latest>,
}

/// Opens a callback of her lines. `None`: there is none of that id there. Its messages are deciphered while it is read, and
/// not in the writer, which every call shares; nothing is given out before the journal has it.
pub async fn open(db: &Db, keyring: &Keyring, hand: &Hand, id: Uuid) -> Result<Option<Opened>, DbError> {
    let (key, by) = (keyring.clone(), hand.clone());
    let reading = db.read(move |tx| {
        Box::pin(async move {
            let Some(mut opened) = read(tx, &key, &by, id).await? else { return Ok(None) };
            if let Some(call) = opened.content.call_id {
                opened.messages = recording::store::of_call(tx, &key, call).await?;
            }
            Ok::<_, DbError>(Some(opened))
        })
    });
    let opened = reading.await?;
    if opened.is_some() {
        let by = hand.clone();
        let writing = db.write(move |tx| {
            Box::pin(async move {
                audit::store::write(tx, by.entry, &by.agent, "callback.open", &id.to_string(), by.now).await
            })
        });
        writing.await?;
    }
    Ok(opened)
}

/// The same, without its messages, for a page that is open already and follows what changes.
pub async fn follow(db: &Db, keyring: &Keyring, hand: &Hand, id: Uuid) -> Result<Option<Opened>, DbError> {
    let (keyring, hand) = (keyring.clone(), hand.clone());
    db.read(move |tx| Box::pin(async move { read(tx, &keyring, &hand, id).await })).await
}

async fn read(tx: &mut Tx<'_>, keyring: &Keyring, hand: &Hand, id: Uuid) -> Result<Option<Opened>, DbError> {
    let Some(operator) = hand.operator else { return Ok(None) };
    let Some(row) = queue::one(tx, operator, id, hand.now).await? else { return Ok(None) };
    let Some(content) = item::content(tx, keyring, operator, id).await? else { return Ok(None) };
    let earlier = item::earlier(tx, operator, id, EARLIER).await?;
    let request = match content.request_id {
        Some(request) => beside(tx, keyring, operator, request).await?,
        None => None,
    };
    let phone = request.as_ref().and_then(|(request, _)| request.beneficiary.as_ref()?.phone.clone());
    let of_person = match phone {
        Some(phone) => item::of_person(tx, keyring, operator, id, &phone, EARLIER).await?,
        None => Vec::new(),
    };
    let notes = notes::of_callback(tx, keyring, operator, id).await?;
    let ringing = bridges::latest(tx, operator, id, hand.now).await?;
    Ok(Some(Opened { row, content, earlier, request, of_person, messages: Vec::new(), notes, ringing }))
}
