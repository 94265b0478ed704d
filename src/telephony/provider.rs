//! What leaves on our own initiative: a text message, a call, the fetching and erasing of a recording.
//!
//! One [`Provider`] per account; jobs call it, never a webhook. Who may be called or texted is decided by the types of
//! the two outgoing structs (T3), so no adapter can forget the guard. An error says what the job may do next: the same
//! again, never again, or look first because it may have happened.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::code::{self, Meaning};
use crate::phone::{Dialable, PhoneNumber, Textable};

/// What a provider and its numbers can do; the dialog and the desk ask before they use it.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about a provider, not a state")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `Number` takes a `url`: whoever answers can be asked to press a key before the bridge.
    pub number_url: bool,
    /// A key that ends a recording is told.
    pub record_keys: bool,
    /// Recordings have an id from which their address is rebuilt.
    pub recording_ids: bool,
    /// The sender of our text messages receives replies.
    pub two_way_sms: bool,
    /// `Gather` understands speech.
    pub speech: bool,
    /// Recordings can be erased at the provider.
    pub delete_recordings: bool,
    /// Voices understand pauses and pace.
    pub ssml: bool,
    /// Its list of text messages can be read: what became of one whose answer was lost, and what came while we were down.
    pub lists_messages: bool,
}

/// Whether the limits of the house (`crate::limits`) may hold a text or a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Leave {
    /// It counts, and waits once a limit of the day is reached.
    #[default]
    Limited,
    /// It counts and never waits: somebody is in danger, or an agent asked for it by a click.
    Always,
    /// The one text that leaves after a STOP: its confirmation.
    AfterStop,
}

/// A text message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Who receives it.
    pub to: Textable,
    /// What the telephone shows: a number, a short code or at most eleven letters.
    pub from: String,
    /// The words, at most 1,600 characters.
    pub body: String,
    /// Where the provider reports its fate.
    pub status_callback: Option<String>,
    /// Seconds after which it is no use delivering it any more, at most 36,000.
    pub validity_s: Option<u32>,
    /// Whether a limit may hold it back.
    pub leave: Leave,
}

/// A text message that may have left: what is known of it without its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Who was to receive it.
    pub to: Textable,
    /// The sender.
    pub from: String,
    /// The words, compared exactly.
    pub body: String,
    /// The provider cannot have taken it before this instant.
    pub since: Timestamp,
}

/// A text message that somebody sent to one of our numbers, as the provider's list has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    /// The provider's id.
    pub sid: String,
    /// Who sent it, as written.
    pub from: String,
    /// Our number, as written.
    pub to: String,
    /// The words.
    pub body: String,
    /// When it was sent.
    pub at: Timestamp,
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Listed").field("sid", &self.sid).field("at", &self.at).finish_non_exhaustive()
    }
}

/// A call to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingCall {
    /// Who is rung.
    pub to: Dialable,
    /// What the telephone shows: one of our numbers.
    pub from: PhoneNumber,
    /// The document heard by whoever answers.
    pub url: String,
    /// Where the provider reports how it ended.
    pub status_callback: Option<String>,
    /// Seconds of ringing, at most 600.
    pub timeout_s: u16,
    /// Seconds after which the provider ends the call.
    pub time_limit_s: Option<u32>,
    /// Whether a limit may hold it back.
    pub leave: Leave,
}

/// What the provider took over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The provider's id of the message or call.
    pub sid: String,
    /// Segments the provider will bill, for a message.
    pub segments: Option<u32>,
}

/// A recording at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRef {
    /// Its id, from which the address is rebuilt.
    pub sid: Option<String>,
    /// The address from the event, for providers without ids; used only on the configured host (T10).
    pub url: Option<String>,
}

/// Why something did not leave, or may not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It did not happen; the same again later is safe.
    #[error("le fournisseur demande d'attendre : {cause}")]
    Retry {
        /// How long the provider asks to wait.
        after: Option<Duration>,
        /// What happened, without any telephone number.
        cause: String,
    },
    /// It did not happen and never will as it is.
    #[error("le fournisseur refuse{} : {text}", code.map(|code| format!(" ({code})")).unwrap_or_default())]
    Never {
        /// The provider's error code.
        code: Option<u32>,
        /// What the provider says, without any telephone number.
        text: String,
    },
    /// It may have happened: the answer was lost.
    #[error("issue inconnue : {cause}")]
    Unknown {
        /// What happened, without any telephone number.
        cause: String,
    },
}

impl ProviderError {
    /// A refusal without a code.
    pub fn never(text: impl Into<String>) -> Self {
        Self::Never { code: None, text: text.into() }
    }

    /// A wish to wait for an unstated time.
    pub fn retry(cause: impl Into<String>) -> Self {
        Self::Retry { after: None, cause: cause.into() }
    }

    /// What a refusal asks of us.
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Never { code, .. } => code.map_or(Meaning::Other, code::meaning),
            Self::Retry { .. } => Meaning::Overloaded,
            Self::Unknown { .. } => Meaning::Ambiguous,
        }
    }
}

/// An account at a telephony provider, or the simulator that stands for one.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Sends a text message. Not idempotent: after [`ProviderError::Unknown`] look before repeating.
    async fn send_sms(&self, message: &OutgoingMessage) -> Result<Sent, ProviderError>;

    /// The messages of the provider's list that can be the lost one, the last one first. An empty list says nothing of a
    /// provider that [cannot list](Capabilities::lists_messages).
    async fn find_messages(&self, _lost: &Lost) -> Result<Vec<Sent>, ProviderError> {
        Ok(Vec::new())
    }

    /// The messages that came to `to` from `since` on, the first one first.
    async fn list_inbound(&self, _to: &str, _since: Timestamp) -> Result<Vec<Listed>, ProviderError> {
        Ok(Vec::new())
    }

    /// Places a call. Not idempotent either.
    async fn start_call(&self, call: &OutgoingCall) -> Result<Sent, ProviderError>;

    /// The audio of a recording, at most 20 MB. `Retry` while it is not ready.
    async fn fetch_recording(&self, recording: &RecordingRef) -> Result<Vec<u8>, ProviderError>;

    /// Erases a recording at the provider; one that is gone already counts as erased.
    async fn delete_recording(&self, recording: &RecordingRef) -> Result<(), ProviderError>;
}
