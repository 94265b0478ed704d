//! What whoever answers a phone of the desk hears before the bridge: only a key press accepts the call.

use std::sync::Arc;
use std::time::Duration;

use super::hangup;
use super::queue::store::{self, Ring};
use super::switchboard::{Switchboard, Voice, later};
use super::translate::{self, Addresses};
use crate::callbacks;
use crate::db::{DbError, Tx};
use crate::dialog::{self, Form, Next, Utterance, Value, Values, Wait};
use crate::lang::Lang;
use crate::lines::{LineSettings, Lines};
use crate::telephony::verbs::{Verb, VoiceResponse};
use crate::telephony::xml::DocumentError;

/// How long a phone counts as taken once somebody accepted: longer than the provider lets a talk last.
const LONGEST_TALK: Duration = Duration::from_hours(4);
/// The need (`besoin-personne`) of a caller who chose nothing before she asked for a person.
const NOTHING_CHOSEN: &str = "personne";
/// Seconds for which the key is waited for: a voicemail stays silent.
const PATIENCE: u32 = 8;

/// Asks for the key.
pub async fn ask(board: &Arc<Switchboard>, lines: &Arc<Lines>, token: &str) -> Result<String, WhisperError> {
    let wanted = token.to_owned();
    let ring = board.db.read(move |tx| Box::pin(async move { store::ring_of(tx, &wanted).await })).await?;
    let Some(ring) = ring.filter(|ring| ring.state != "ended") else { return refused() };
    let Some(line) = lines.by_id(ring.line_id) else { return refused() };
    let base = format!("{}/telephony/twilio/whisper/{token}", board.public_url);
    let addresses = Addresses {
        action: format!("{base}/key"),
        silence: format!("{base}/silence"),
        status: String::new(),
        audio: format!("{}/audio", board.public_url),
    };
    let next = Next::Wait(Wait::Key { timeout: PATIENCE });
    let said = [said(board, "bureau-appel", &ring)];
    Ok(translate::response(&said, &next, &line.settings, &addresses, None, &|_| None).to_xml(line.settings.ssml)?)
}

/// The key was pressed, or was not. Accepting twice is accepting once.
pub async fn answer(
    board: &Arc<Switchboard>,
    lines: &Arc<Lines>,
    token: &str,
    key: Option<&str>,
) -> Result<String, WhisperError> {
    if key != Some("1") {
        return refused();
    }
    let now = board.clock.now();
    let wanted = token.to_owned();
    let ring = board.db.write(move |tx| Box::pin(async move { accept(tx, &wanted, now).await })).await?;
    let Some(ring) = ring else { return refused() };
    let settings = lines.by_id(ring.line_id).map(|line| line.settings.clone());
    taken(board, &ring, settings.as_deref())
}

async fn accept(tx: &mut Tx<'_>, token: &str, now: jiff::Timestamp) -> Result<Option<Ring>, DbError> {
    let until = later(now, LONGEST_TALK);
    let accepted = store::accept(tx, token, now, until).await?;
    let ring = store::ring_of(tx, token).await?.filter(|ring| ring.state == "accepted");
    if let (true, Some(ring)) = (accepted, &ring) {
        callbacks::store::claim_of_call(tx, ring.call_id, until).await?;
    }
    Ok(ring)
}

/// The document that ends without a hang-up: the provider then bridges the two.
fn taken(board: &Switchboard, ring: &Ring, settings: Option<&LineSettings>) -> Result<String, WhisperError> {
    let said = said(board, "bureau-pris", ring);
    let words = translate::farewell(Lang::FRENCH, &said.text(), settings).verbs.into_iter();
    let bridged = VoiceResponse { verbs: words.filter(|verb| *verb != Verb::Hangup).collect() };
    Ok(bridged.to_xml(settings.is_some_and(|settings| settings.ssml))?)
}

/// The document that lets the phone go.
pub fn refused() -> Result<String, WhisperError> {
    Ok(VoiceResponse::new().then(Verb::Hangup).to_xml(false)?)
}

/// What is said to whoever answers: the need, that it is urgent, and in which language to talk.
fn said(board: &Switchboard, prompt: &str, ring: &Ring) -> Utterance {
    let voice = board.voice.load();
    let session = hangup::unsealed(board, ring.call_id, &ring.session);
    let (priority, lang) = session.as_ref().map_or((3, Lang::FRENCH), |session| (session.priority, session.lang));
    let answers = session.as_ref().map(|session| session.answers.clone()).unwrap_or_default();
    let category = session.and_then(|session| session.category).unwrap_or_else(|| NOTHING_CHOSEN.to_owned());
    let danger = format!("danger-{category}");
    let code = if priority == 0 && dialog::has_need(&voice.scripts, Lang::FRENCH, &danger) { danger } else { category };
    let values = Values::from([
        ("besoin".to_owned(), Value::Text(voice.need_of(&code, &answers))),
        ("urgent".to_owned(), Value::from(if priority <= 1 { "oui" } else { "non" })),
        ("langue".to_owned(), Value::from(lang.code())),
    ]);
    to_staff(&voice, prompt, &values)
}

/// What is said in French to somebody of the desk or on call.
pub fn to_staff(voice: &Voice, prompt: &str, values: &Values) -> Utterance {
    let catalog = voice.scripts.catalogs.get(&Lang::FRENCH);
    let pieces = catalog.and_then(|catalog| catalog.say(prompt, Form { short: false, other: false }, values));
    Utterance { prompt: prompt.to_owned(), lang: Lang::FRENCH, pieces: pieces.unwrap_or_default(), fixed: false }
}

/// Why a whisper has no document of its own: the phone is let go.
#[derive(Debug, thiserror::Error)]
pub enum WhisperError {
    /// The database did not do its part.
    #[error("the ring could not be read")]
    Db(#[from] DbError),
    /// The document could not be written.
    #[error("the whisper could not be written")]
    Document(#[from] DocumentError),
}
