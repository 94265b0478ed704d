//! What every use case of a call needs, composed once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::moment::Moments;
use crate::clock::Clock;
use crate::db::Db;
use crate::dialog::{self, Guides, Labels, Scripts, Texts, Utterance, Values};
use crate::id::Ids;
use crate::lang::Lang;
use crate::secret::Keyring;
use crate::sms::command::Words;
use crate::spool::Spool;
use crate::telephony::provider::Capabilities;

/// The scripts in force, and the recordings that replace the synthetic voice.
#[derive(Debug)]
pub struct Voice {
    /// The flow and the words.
    pub scripts: Scripts,
    /// The public file name of each recording, by language and prompt (`fr/accueil-bonjour`).
    pub audio: HashMap<String, String>,
    /// The content of each recording, by its public name.
    pub audio_files: HashMap<String, Vec<u8>>,
    /// The words of the text messages.
    pub texts: Texts,
    /// What agents read of the answers of a call.
    pub labels: Labels,
    /// What agents go through while they call back.
    pub guides: Guides,
    /// Words of danger in a text message (F-43), folded.
    pub danger: Vec<String>,
    /// The words by which somebody answers, or wants no more texts (F-58).
    pub replies: Words,
}

impl Voice {
    /// The recording that can stand for an utterance.
    pub fn recorded(&self, utterance: &Utterance) -> Option<String> {
        let known = self.audio.get(&format!("{}/{}", utterance.lang, utterance.prompt))?;
        utterance.fixed.then(|| known.clone())
    }

    /// What a request of this category is, as agents read it: the line speaks to the caller of « votre message », and an
    /// agent reads of « un message ».
    pub fn need(&self, category: &str) -> String {
        self.need_of(category, &Values::new())
    }

    /// The same, told more closely by what was answered.
    pub fn need_of(&self, category: &str, answers: &Values) -> String {
        let own = self.labels.label(&format!("besoin-{category}"));
        own.unwrap_or_else(|| dialog::need_of(&self.scripts, Lang::FRENCH, category, answers))
    }
}

/// The collaborators of every turn.
pub struct Switchboard {
    /// The database.
    pub db: Db,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// The keys of sealed columns and of step tokens.
    pub keyring: Keyring,
    /// The scripts in force, read at start; whatever reloads them one day leaves the last good ones.
    pub voice: ArcSwap<Voice>,
    /// Where providers reach us, without a slash at its end.
    pub public_url: String,
    /// What the provider can do.
    pub capabilities: Capabilities,
    /// The notebook for the minutes without a database.
    pub spool: Spool,
    /// Held while a message is stored: it is a hundred times what a turn stores, and callers share the one writer of
    /// `SQLite`, or the disk of the server.
    pub one_message: Mutex<()>,
    /// The present minute of each line.
    pub moments: Moments,
}

impl Switchboard {
    /// Puts the collaborators together.
    #[expect(clippy::too_many_arguments, reason = "each is a collaborator that the composition root hands over once")]
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        keyring: Keyring,
        voice: Voice,
        public_url: &str,
        capabilities: Capabilities,
        spool: Spool,
    ) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let voice = ArcSwap::from_pointee(voice);
        Self {
            db,
            clock,
            ids,
            keyring,
            voice,
            public_url,
            capabilities,
            spool,
            one_message: Mutex::default(),
            moments: Moments::default(),
        }
    }
}

/// The instant `by` before `now`.
pub(super) fn back(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(now)
}

/// The instant `by` after `now`.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

/// The time from `then` to `now`; none where the clock was set back in between.
pub(super) fn since(now: Timestamp, then: Timestamp) -> Duration {
    now.duration_since(then).try_into().unwrap_or_default()
}
