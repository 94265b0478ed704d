//! Forms that no provider would send, though it signed them.

use proptest::prelude::*;

use super::ODETTE;
use crate::support::service::{ACCOUNT, LINE};

/// Numbers of turns that nobody waits for.
const WRONG_TURNS: &[&str] = &["0", "1", "2", "-1", "99999999999999999999", "un", "%00", "%ED%A0%80", "%3CSay%3E"];

/// Routes that answer no caller.
const OTHERS: &[&str] = &[
    "/telephony/twilio/sms",
    "/telephony/twilio/status",
    "/telephony/twilio/fallback",
    "/telephony/twilio/goodbye",
    "/telephony/twilio/whisper/00",
    "/telephony/twilio/whisper/%00/key",
    "/telephony/twilio/whisper/00/silence",
    "/telephony/twilio/alert/00",
    "/telephony/twilio/alert/%FF/key",
];

/// What providers send, and what is read.
const NAMES: &[&str] = &[
    "Digits",
    "Digits",
    "FinishedOnKey",
    "SpeechResult",
    "Confidence",
    "RecordingSid",
    "RecordingUrl",
    "RecordingDuration",
    "RecordingStatus",
    "DialCallStatus",
    "DialCallSid",
    "DialBridged",
    "DialCallDuration",
    "CallStatus",
    "From",
    "To",
    "CallSid",
    "Caller",
    "Called",
    "ParentCallSid",
    "ForwardedFrom",
    "Direction",
    "MessageSid",
    "SmsSid",
    "Body",
    "NumMedia",
    "OptOutType",
    "MessageStatus",
    "ErrorCode",
    "SequenceNumber",
];

/// Values that make sense somewhere.
const SENSIBLE: &[&[u8]] = &[
    b"1",
    b"0",
    b"*",
    b"#",
    b"34000",
    b"hangup",
    b"completed",
    b"in-progress",
    b"no-answer",
    b"true",
    b"RE0123456789abcdef0123456789abcdef",
    b"SM0123456789abcdef0123456789abcdef",
];

/// Values that make none.
const ODD: &[&[u8]] = &[
    b"",
    b" ",
    b"-1",
    b"1000000000",
    b"1e9",
    b"99999999999999999999999",
    b"NaN",
    b"douze",
    b"A",
    b"1w2",
    "\u{ff11}\u{0661}".as_bytes(),
    b"</Say><Hangup/><Say>",
    b"]]><![CDATA[",
    b"&lt;&#0;&nul;<!ENTITY x SYSTEM \"file:///etc/passwd\">",
    b"\0",
    b"1\x002",
    b"\x01\x08\x0b\x1f\x7f",
    "\u{fffe}\u{ffff}\u{202e}".as_bytes(),
    // Half of a pair of UTF-16, then what is no UTF-8 at all.
    b"\xed\xa0\x80",
    b"\xff\xfe\xc3(",
    b"http://169.254.169.254/latest",
    b"'; drop table calls; --",
];

/// Whose call a form names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// A call of its own, which may become anything.
    Own,
    /// The call of somebody else, who is in the middle of it.
    Another,
    /// A call that nobody made.
    Nobody,
    /// No call at all.
    Missing,
    /// Something that is no id.
    Senseless,
}

/// Where a form is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Ring,
    /// The turn that its own call waits for.
    Turn,
    TurnSilence,
    /// A turn of that number, whose token nobody gave.
    WrongTurn(&'static str),
    /// A route that answers no caller.
    Other(&'static str),
}

/// A strange form.
#[derive(Debug, Clone)]
pub(super) struct Strange {
    pub(super) to: Where,
    pub(super) whose: Whose,
    /// After the account and the call.
    pub(super) pairs: Vec<(String, Vec<u8>)>,
}

impl Strange {
    /// The body, for a call of that id.
    pub(super) fn body(&self, own: &str, another: &str) -> String {
        let sid = match self.whose {
            Whose::Own => Some(own),
            Whose::Another => Some(another),
            Whose::Nobody => Some("CA999"),
            Whose::Missing => None,
            Whose::Senseless => Some("un appel\u{0}"),
        };
        let mut pairs = vec![("AccountSid", ACCOUNT.as_bytes())];
        pairs.extend(sid.map(|sid| ("CallSid", sid.as_bytes())));
        if self.whose == Whose::Another {
            // The provider alone may say that a call is over; everything else is tried on it.
            pairs.push(("CallStatus", b"in-progress"));
        }
        pairs.extend(self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let written = |bytes: &[u8]| form_urlencoded::byte_serialize(bytes).collect::<String>();
        let pairs = pairs.into_iter().map(|(name, value)| format!("{}={}", written(name.as_bytes()), written(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Whether the provider says that the caller is gone: nobody hears the answer.
    pub(super) fn says_gone(&self) -> bool {
        let value = |name: &str| self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_slice());
        let over: [&[u8]; 5] = [b"completed", b"busy", b"failed", b"no-answer", b"canceled"];
        self.whose != Whose::Another && value("CallStatus").is_some_and(|status| over.contains(&status))
            || value("Digits").is_some_and(|digits| digits == b"hangup")
    }
}

/// Everything that may be wrong at once.
pub(super) fn strange() -> impl Strategy<Value = Strange> {
    let whose = prop_oneof![
        6 => Just(Whose::Own),
        3 => Just(Whose::Another),
        2 => Just(Whose::Nobody),
        1 => Just(Whose::Missing),
        1 => Just(Whose::Senseless),
    ];
    let from = prop_oneof![4 => Just(ODETTE.as_bytes().to_vec()), 3 => value()];
    let to = prop_oneof![8 => Just(Some(LINE.as_bytes().to_vec())), 1 => Just(None), 1 => value().prop_map(Some)];
    let more = prop::collection::vec((name(), value()), 0..30);
    (place(), whose, from, to, more).prop_map(|(place, whose, from, to, more)| {
        let mut pairs = vec![("From".to_owned(), from)];
        pairs.extend(to.map(|to| ("To".to_owned(), to)));
        pairs.extend(more);
        Strange { to: place, whose, pairs }
    })
}

fn place() -> impl Strategy<Value = Where> {
    prop_oneof![
        4 => Just(Where::Ring),
        8 => Just(Where::Turn),
        2 => Just(Where::TurnSilence),
        3 => prop::sample::select(WRONG_TURNS).prop_map(Where::WrongTurn),
        4 => prop::sample::select(OTHERS).prop_map(Where::Other),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![6 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(SENSIBLE).prop_map(<[u8]>::to_vec),
        4 => prop::sample::select(ODD).prop_map(<[u8]>::to_vec),
        1 => (1..3_000_usize).prop_map(|length| b"9".repeat(length)),
        1 => "\\PC{200}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}
