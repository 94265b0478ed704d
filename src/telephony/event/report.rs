//! What a provider reports on its own: the end of a call, the fate of a message, a recording that is ready.

use super::EventError;
use super::read::{address, count, id, optional_id, url, word};
use crate::telephony::form::Form;
use crate::telephony::status::{CallStatus, MessageStatus, RecordingStatus};

/// A report, told apart by what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusEvent {
    /// About a call.
    Call(CallReport),
    /// About a text message that we sent.
    Message(MessageReport),
    /// About a recording.
    Recording(RecordingReport),
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallReport {
    /// The account; empty if not said.
    pub account: String,
    /// The call.
    pub call_sid: String,
    /// The leg that rang this one.
    pub parent_call_sid: Option<String>,
    /// The number called, as written.
    pub to: String,
    /// The state reported; reports arrive in any order ([`CallStatus::follows`]).
    pub status: CallStatus,
    /// Seconds of the whole call, with its end.
    pub duration_s: Option<u32>,
    /// The order in which things happened, where given.
    pub sequence: Option<u32>,
}

/// The fate of a text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageReport {
    /// The account; empty if not said.
    pub account: String,
    /// The message.
    pub message_sid: String,
    /// The state reported; reports arrive in any order ([`MessageStatus::follows`]).
    pub status: MessageStatus,
    /// Why it failed ([`crate::telephony::code::meaning`]).
    pub error: Option<u32>,
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingReport {
    /// The account; empty if not said.
    pub account: String,
    /// The call in which it was made; empty if not said.
    pub call_sid: String,
    /// The recording, where the provider gives an id.
    pub sid: Option<String>,
    /// The address of the audio as the provider gives it (T10).
    pub url: Option<String>,
    /// Whether there is something to fetch.
    pub status: RecordingStatus,
    /// Length in seconds, where it is a sensible one.
    pub duration_s: Option<u32>,
}

impl StatusEvent {
    /// Reads a report; refuses it only if it names nothing. The report of a call may name its recording, so a
    /// recording is only meant where its own state is given.
    pub fn read(form: &Form) -> Result<Self, EventError> {
        let account = optional_id(form, "AccountSid").unwrap_or_default();
        if let Some(status) = word(form, "RecordingStatus") {
            return recording(form, account, &status).map(Self::Recording);
        }
        if form.get("MessageSid").is_some() || form.get("SmsSid").is_some() {
            return message(form, account).map(Self::Message);
        }
        call(form, account).map(Self::Call)
    }
}

fn recording(form: &Form, account: String, status: &str) -> Result<RecordingReport, EventError> {
    let (sid, call_sid) = (optional_id(form, "RecordingSid"), optional_id(form, "CallSid"));
    if sid.is_none() && call_sid.is_none() {
        return Err(EventError::NoId("RecordingSid"));
    }
    Ok(RecordingReport {
        account,
        call_sid: call_sid.unwrap_or_default(),
        sid,
        url: url(form, "RecordingUrl"),
        status: RecordingStatus::read(status),
        duration_s: count(form, "RecordingDuration"),
    })
}

fn message(form: &Form, account: String) -> Result<MessageReport, EventError> {
    let message_sid = id(form, "MessageSid").or_else(|error| id(form, "SmsSid").map_err(|_| error))?;
    let status = word(form, "MessageStatus").or_else(|| word(form, "SmsStatus")).unwrap_or_default();
    let error = count(form, "ErrorCode").filter(|code| *code != 0);
    Ok(MessageReport { account, message_sid, status: MessageStatus::read(&status), error })
}

fn call(form: &Form, account: String) -> Result<CallReport, EventError> {
    Ok(CallReport {
        account,
        call_sid: id(form, "CallSid")?,
        parent_call_sid: optional_id(form, "ParentCallSid"),
        to: address(form, ["To", "Called"]).unwrap_or_default(),
        status: CallStatus::read(&word(form, "CallStatus").unwrap_or_default()),
        duration_s: count(form, "CallDuration"),
        sequence: count(form, "SequenceNumber"),
    })
}
