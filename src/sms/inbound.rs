//! A text message that somebody sent to the line (F-26): kept once, and put in front of an agent.

use jiff::Timestamp;
use uuid::Uuid;

use super::command::Heard;
use super::danger;
use super::stopping::{self, Rows};
use super::store::{self, NewMessage};
use crate::callbacks::Reason;
use crate::callbacks::alert::{self, Came};
use crate::callbacks::callback::due;
use crate::callbacks::store::NewCallback;
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;
use crate::lang::Lang;
use crate::lines::Line;
use crate::phone::CallerId;
use crate::telephony::event::InboundMessage;
use crate::{callbacks, requests};

/// Keeps a message that was sent at `at`, and opens its callback; the same message twice changes nothing. One that is found
/// in the provider's list was sent earlier than now: what it answers is judged at its own time.
pub async fn receive(
    board: &Switchboard,
    line: &Line,
    message: InboundMessage,
    sender: CallerId,
    at: Timestamp,
) -> Result<(), DbError> {
    let now = board.clock.now();
    let ids: [Uuid; 4] = std::array::from_fn(|_| board.ids.row(now));
    let voice = board.voice.load_full();
    let is_danger = danger::is_danger(&message.body, &voice.danger);
    let stops = message.stops() || voice.replies.hear(&message.body, &[]) == Heard::Stop;
    let stop_rows =
        stops.then(|| Rows { event: board.ids.row(now), message: board.ids.row(now), job: board.ids.row(now) });
    let (keyring, line) = (board.keyring.clone(), line.clone());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let [message_id, caller_id, callback_id, job_id] = ids;
                // Before the caller's row is touched: the date of her last message is that of its first delivery.
                if store::is_known(tx, &message.message_sid).await? {
                    return Ok(());
                }
                let caller_id = match sender.number() {
                    Some(number) => Some(requests::store::caller(tx, &keyring, caller_id, number, now).await?),
                    None => None,
                };
                let new = NewMessage {
                    id: message_id,
                    sid: &message.message_sid,
                    line_id: line.id,
                    caller_id,
                    body: &message.body,
                    now: at,
                };
                if !store::insert(tx, &keyring, &new).await? {
                    return Ok(());
                }
                if let Some((rows, contact)) = stop_rows.zip(caller_id) {
                    stopping::stop(tx, &keyring, (&voice, &line), contact, rows, now).await?;
                }
                // Whoever says « STOP » is not phoned about it; whoever is in danger is (F-58).
                if stops && !is_danger {
                    return Ok(());
                }
                let reason = if is_danger { Reason::Danger } else { Reason::Message };
                let priority = reason.priority(3);
                let answers = serde_json::json!({ "texte": message.body }).to_string();
                let opened = NewCallback {
                    id: callback_id,
                    line_id: line.id,
                    call_id: None,
                    request_id: None,
                    contact_id: caller_id,
                    reason,
                    category: None,
                    priority,
                    lang: Lang::FRENCH,
                    opened_at: at,
                    due_at: due(priority, at, &line.settings.hours, None),
                    promised_until: None,
                    answers: answers.as_bytes(),
                    spool_id: None,
                };
                callbacks::store::open(tx, &keyring, &opened).await?;
                if is_danger {
                    let due = alert::first_round(&line.settings.hours, Came::Written, now);
                    alert::ask_for(tx, job_id, callback_id, None, now, due).await?;
                }
                Ok(())
            })
        })
        .await
}
