//! Somebody wrote STOP: it is in force with the transaction that keeps her text, and confirmed once (F-58).

use jiff::Timestamp;
use uuid::Uuid;

use super::outgoing;
use super::segments::to_gsm7;
use super::stops::{self, Confirmation, Source, Stop};
use crate::calls::switchboard::Voice;
use crate::db::{DbError, Tx};
use crate::dialog::{Value, Values};
use crate::lang::Lang;
use crate::lines::Line;
use crate::secret::Keyring;
use crate::volunteers::event::{Act, HERSELF};
use crate::volunteers::parting;

/// The rows that a STOP may make.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// What happened to a volunteer.
    pub event: Uuid,
    /// The confirmation.
    pub message: Uuid,
    /// Its job.
    pub job: Uuid,
}

/// Puts a STOP in force. It is confirmed to whoever was texted before, or helped: nobody else hears from us (T4).
pub async fn stop(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    (voice, line): (&Voice, &Line),
    contact_id: Uuid,
    rows: Rows,
    now: Timestamp,
) -> Result<(), DbError> {
    let act = Act { event: rows.event, actor: HERSELF, now };
    let helped = parting::stopped(tx, keyring, line, contact_id, &act).await?;
    let known = helped || outgoing::has_texted(tx, contact_id).await?;
    let body = if known { words(voice, line, if helped { "v-stop" } else { "r-stop" }) } else { None };
    let confirmation = body.as_deref().map(|body| Confirmation { id: rows.message, job_id: rows.job, body });
    let stop = Stop { contact_id, line_id: line.id, voice: true, source: Source::Text, confirmation, now };
    stops::add(tx, keyring, &stop).await.map(drop)
}

fn words(voice: &Voice, line: &Line, text: &str) -> Option<String> {
    let values = Values::from([
        ("ville".to_owned(), Value::Text(to_gsm7(&line.settings.town))),
        ("tel".to_owned(), Value::Text(line.number.national())),
    ]);
    voice.texts.say(Lang::FRENCH, text, &values)
}
