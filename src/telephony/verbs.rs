//! What a provider is told to do next: the verbs that Twilio, `SignalWire`, Telnyx and Somleng all accept.
//!
//! No Pause, Enqueue or Conference (they differ or are missing): waiting is a loop of words and a [`Verb::Redirect`].
//! A silent caller makes no request after a [`Gather`], so a fall-through verb always follows it. Every address is
//! absolute and given by the caller of these types. [`VoiceResponse::to_xml`] writes the document.

use std::time::Duration;

use crate::phone::{Dialable, PhoneNumber};

/// A whole answer to a voice webhook, run from top to bottom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceResponse {
    /// The verbs, in the order in which they run.
    pub verbs: Vec<Verb>,
}

impl VoiceResponse {
    /// An answer without verbs, which ends the call.
    pub fn new() -> Self {
        Self::default()
    }

    /// This answer, then `verb`.
    #[must_use]
    pub fn then(mut self, verb: impl Into<Verb>) -> Self {
        self.verbs.push(verb.into());
        self
    }
}

/// One step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Speaks.
    Say(Say),
    /// Plays an audio file.
    Play(Play),
    /// Speaks while listening to the keypad.
    Gather(Gather),
    /// Beeps and records the caller.
    Record(Record),
    /// Rings another telephone and bridges it.
    Dial(Dial),
    /// Goes on with the document at another address.
    Redirect(Redirect),
    /// Refuses to answer; only as the very first verb.
    Reject(Reject),
    /// Ends the call.
    Hangup,
}

/// Words in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// BCP-47 tag, always written: a provider's default voice speaks English.
    pub lang: String,
    /// A voice of the provider, such as `Polly.Lea-Neural`; without one the provider chooses by language.
    pub voice: Option<String>,
    /// Speed of speech in percent of the normal one (F-15: 90); only where SSML is on.
    pub rate: Option<u8>,
    /// What is said, and where to breathe.
    pub pieces: Vec<Piece>,
}

impl Say {
    /// `words` in the language `lang`, at the provider's own pace.
    pub fn plain(lang: &str, words: &str) -> Self {
        Self { lang: lang.to_owned(), voice: None, rate: None, pieces: vec![Piece::Words(words.to_owned())] }
    }
}

/// A part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as spoken, any characters: the writer escapes it.
    Words(String),
    /// A silence, at most ten seconds. It vanishes where SSML is off, so the sentence must be right without it.
    Pause(Duration),
}

/// An audio file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// Absolute address; its file name carries a hash of the content, since providers cache.
    pub url: String,
}

/// Listening to the keypad, with prompts that a key interrupts (F-14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// Where the keys are posted.
    pub action: String,
    /// How many keys end the input; nothing: only the finish key and the timeout do.
    pub num_digits: Option<u8>,
    /// The key that ends the input and is not part of it; empty: every key is data.
    pub finish_on_key: String,
    /// Seconds of silence, after the prompts or between two keys, that end the input.
    pub timeout_s: u16,
    /// What is heard meanwhile.
    pub prompts: Vec<Prompt>,
    /// Speech as a second way in; only where the provider's capabilities have it.
    pub speech: Option<SpeechHints>,
}

/// What may be heard inside a [`Gather`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Spoken words.
    Say(Say),
    /// A recording.
    Play(Play),
}

/// What helps a speech recogniser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechHints {
    /// BCP-47 tag of what the caller speaks.
    pub lang: String,
    /// Words that are likely, at most 500.
    pub hints: Vec<String>,
    /// Seconds of silence that end the sentence.
    pub timeout_s: u16,
}

/// Recording the caller, after a beep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where the end of the recording is posted.
    pub action: String,
    /// Seconds of silence that end it.
    pub timeout_s: u16,
    /// Keys that end it, any of `0-9#*`.
    pub finish_on_key: String,
    /// Longest recording in seconds, 2 to 14,400; always written, because a line without sound never times out.
    pub max_length_s: u16,
    /// Where the provider says that the audio is ready.
    pub status_callback: Option<String>,
}

/// Ringing one other telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Where the outcome is posted.
    pub action: String,
    /// Seconds of ringing, 5 to 120.
    pub timeout_s: u16,
    /// What the rung telephone shows: one of our numbers.
    pub caller_id: Option<PhoneNumber>,
    /// Who is rung; the type is the fraud guard (T3).
    pub number: Dialable,
    /// The document heard by whoever answers, before the bridge: « tapez 1 pour prendre l'appel ».
    pub whisper_url: Option<String>,
}

/// Going on elsewhere, by POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Absolute address of the next document.
    pub url: String,
}

impl Redirect {
    /// A redirection to `url`.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

/// Why a call is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// « Not in service. »
    Rejected,
    /// The busy tone.
    Busy,
}

macro_rules! into_verb {
    ($($name:ident),*) => {
        $(impl From<$name> for Verb {
            fn from(verb: $name) -> Self {
                Self::$name(verb)
            }
        })*
    };
}
into_verb!(Say, Play, Gather, Record, Dial, Redirect, Reject);
