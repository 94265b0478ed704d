//! A text message that somebody sent to the line.

use super::EventError;
use super::read::{address, count, id, optional_id, text, without_controls, word};
use crate::phone::{CallerId, PhoneNumber};
use crate::telephony::form::Form;

/// Longest body that is kept, in characters; providers stop at 1,600.
const LONGEST_BODY: usize = 1_600;

/// What the webhook of a received text message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMessage {
    /// The account that the message belongs to; empty if the provider did not say.
    pub account: String,
    /// The message.
    pub message_sid: String,
    /// Who sent it, as written: read it with [`InboundMessage::sender`].
    pub from: Option<String>,
    /// The number it was sent to, as written.
    pub to: String,
    /// The words, without control characters; empty for a picture alone.
    pub body: String,
    /// Pictures and the like that came with it.
    pub media: u32,
    /// What the provider itself understood as a wish to stop or to start again.
    pub opt_out: Option<OptOut>,
}

/// A wish that the provider has already acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptOut {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// A question about the service.
    Help,
}

impl InboundMessage {
    /// Reads the webhook of a received text message; refuses it only without a usable id.
    pub fn read(form: &Form) -> Result<Self, EventError> {
        let message_sid = id(form, "MessageSid").or_else(|error| id(form, "SmsSid").map_err(|_| error))?;
        Ok(Self {
            account: optional_id(form, "AccountSid").unwrap_or_default(),
            message_sid,
            from: address(form, ["From", "From"]),
            to: address(form, ["To", "To"]).unwrap_or_default(),
            body: text(form, "Body", LONGEST_BODY).unwrap_or_default(),
            media: count(form, "NumMedia").unwrap_or_default(),
            opt_out: word(form, "OptOutType").and_then(|word| opt_out(&word)),
        })
    }

    /// A message as the provider's list has it, with what its webhook would have said.
    pub fn listed(message_sid: String, from: String, to: String, body: &str) -> Self {
        Self {
            account: String::new(),
            message_sid,
            from: Some(from).filter(|from| !from.is_empty()),
            to,
            body: without_controls(body.trim(), LONGEST_BODY),
            media: 0,
            opt_out: None,
        }
    }

    /// Whether it asks that no more messages come (F-58), as the provider understood it or in so many words.
    pub fn stops(&self) -> bool {
        self.opt_out == Some(OptOut::Stop) || self.body.trim().eq_ignore_ascii_case("stop")
    }

    /// Who sent it; `ours` are the numbers of this service.
    pub fn sender(&self, ours: &[PhoneNumber]) -> CallerId {
        CallerId::read(self.from.as_deref(), ours)
    }
}

fn opt_out(word: &str) -> Option<OptOut> {
    match word.to_ascii_uppercase().as_str() {
        "STOP" => Some(OptOut::Stop),
        "START" => Some(OptOut::Start),
        "HELP" => Some(OptOut::Help),
        _ => None,
    }
}
