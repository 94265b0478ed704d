//! A turn of a call: who, which call, and what was just done.

use super::EventError;
use super::read::{address, count, id, optional_id, text, url, word};
use crate::phone::{CallerId, PhoneNumber};
use crate::telephony::form::Form;
use crate::telephony::status::{CallStatus, DialStatus};

/// Longest input by keys that is kept.
const MOST_KEYS: usize = 64;
/// Longest sentence that is kept, in characters.
const LONGEST_SPEECH: usize = 1_000;
/// What providers write instead of keys when the caller left.
const HANGUP: &str = "hangup";

/// What a voice webhook says.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEvent {
    /// The account that the call belongs to; empty if the provider did not say.
    pub account: String,
    /// The call; for the telephone rung by a `Dial`, the id of that second leg.
    pub call_sid: String,
    /// The leg that rang this one.
    pub parent_call_sid: Option<String>,
    /// What the provider says about who calls, as written: read it with [`CallEvent::caller`].
    pub from: Option<String>,
    /// The number that was called, as written.
    pub to: String,
    /// The number that forwarded the call, where the operator tells.
    pub forwarded_from: Option<String>,
    /// How far the call is.
    pub status: CallStatus,
    /// Who began it.
    pub direction: Direction,
    /// The keys pressed, without the finish key. Whatever is not a key became `?`, which no menu knows.
    pub digits: Option<String>,
    /// The key that ended the input.
    pub finished_on_key: Option<char>,
    /// What was understood of speech.
    pub speech: Option<Speech>,
    /// The recording that just ended.
    pub recording: Option<RecordingEvent>,
    /// The outcome of a `Dial`.
    pub dial: Option<DialEvent>,
    /// Whether the caller has hung up, so that no answer is heard.
    pub hung_up: bool,
}

/// Who began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Somebody called the line.
    Inbound,
    /// We placed it.
    Outbound,
    /// A `Dial` rang it.
    Dialed,
    /// Not said, or a word that nobody documented.
    Unknown,
}

/// A sentence as a recogniser understood it.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech {
    /// The words, without control characters; still text of a stranger.
    pub text: String,
    /// From 0 to 1, where given and a number.
    pub confidence: Option<f32>,
}

/// A recording that the caller has just ended. The audio may not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingEvent {
    /// The provider's id, where it gives one.
    pub sid: Option<String>,
    /// The address that the provider gives: never fetched unless it is on the configured host (T10).
    pub url: Option<String>,
    /// Length in seconds, where it is a sensible one.
    pub duration_s: Option<u32>,
    /// Whether the caller ended it by hanging up.
    pub hung_up: bool,
}

/// How ringing another telephone ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialEvent {
    /// The provider's word; `Completed` may be a voicemail.
    pub status: DialStatus,
    /// The rung leg.
    pub call_sid: Option<String>,
    /// Whether the two were connected, where the provider says so.
    pub bridged: Option<bool>,
    /// Seconds of conversation.
    pub duration_s: Option<u32>,
}

impl DialEvent {
    /// Whether the two may have talked: nothing says that they did not.
    pub fn connected(&self) -> bool {
        self.bridged.unwrap_or(!matches!(
            self.status,
            DialStatus::Busy | DialStatus::NoAnswer | DialStatus::Failed | DialStatus::Canceled
        ))
    }
}

impl CallEvent {
    /// Reads a voice webhook; refuses it only without a usable `CallSid`.
    pub fn read(form: &Form) -> Result<Self, EventError> {
        let raw_digits = word(form, "Digits");
        let status = CallStatus::read(&word(form, "CallStatus").unwrap_or_default());
        let left = raw_digits.as_deref().is_some_and(|digits| digits.eq_ignore_ascii_case(HANGUP));
        let hung_up = left || status.is_final();
        Ok(Self {
            account: optional_id(form, "AccountSid").unwrap_or_default(),
            call_sid: id(form, "CallSid")?,
            parent_call_sid: optional_id(form, "ParentCallSid"),
            from: address(form, ["From", "Caller"]),
            to: address(form, ["To", "Called"]).unwrap_or_default(),
            forwarded_from: address(form, ["ForwardedFrom", "ForwardedFrom"]),
            status,
            direction: direction(&word(form, "Direction").unwrap_or_default()),
            digits: raw_digits.filter(|_| !left).map(|digits| keys(&digits)),
            finished_on_key: word(form, "FinishedOnKey").and_then(|key| single_key(&key)),
            speech: speech(form),
            recording: recording(form, hung_up),
            dial: dial(form),
            hung_up,
        })
    }

    /// Who calls. `ours` are the numbers of this service; a call that seems to come from them, or from the number it
    /// goes to, shows nobody.
    pub fn caller(&self, ours: &[PhoneNumber]) -> CallerId {
        match CallerId::read(self.from.as_deref(), ours) {
            CallerId::Known(number) if Some(&number) == self.called().as_ref() => CallerId::Withheld,
            caller => caller,
        }
    }

    /// The number that was called, if it is one.
    pub fn called(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse(&self.to).ok()
    }
}

fn direction(word: &str) -> Direction {
    match word.to_ascii_lowercase().as_str() {
        "inbound" => Direction::Inbound,
        "outbound-api" | "outbound" => Direction::Outbound,
        "outbound-dial" => Direction::Dialed,
        _ => Direction::Unknown,
    }
}

fn is_key(character: char) -> bool {
    matches!(character, '0'..='9' | '*' | '#')
}

fn keys(digits: &str) -> String {
    digits.chars().take(MOST_KEYS).map(|character| if is_key(character) { character } else { '?' }).collect()
}

fn single_key(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|key| is_key(*key) && characters.next().is_none())
}

fn speech(form: &Form) -> Option<Speech> {
    let text = text(form, "SpeechResult", LONGEST_SPEECH)?;
    let confidence = word(form, "Confidence").and_then(|word| word.parse().ok());
    Some(Speech { text, confidence: confidence.filter(|value: &f32| (0.0..=1.0).contains(value)) })
}

fn recording(form: &Form, hung_up: bool) -> Option<RecordingEvent> {
    let (sid, url) = (optional_id(form, "RecordingSid"), url(form, "RecordingUrl"));
    let length = word(form, "RecordingDuration");
    if sid.is_none() && url.is_none() && length.is_none() {
        return None;
    }
    Some(RecordingEvent { sid, url, duration_s: count(form, "RecordingDuration"), hung_up })
}

fn dial(form: &Form) -> Option<DialEvent> {
    let status = DialStatus::read(&word(form, "DialCallStatus")?);
    let bridged = word(form, "DialBridged").and_then(|word| word.to_ascii_lowercase().parse().ok());
    let call_sid = optional_id(form, "DialCallSid");
    Some(DialEvent { status, call_sid, bridged, duration_s: count(form, "DialCallDuration") })
}
