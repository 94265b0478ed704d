//! Recordings, texts and the calls that the service starts.

use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;

use super::state::{Direction, Event, LegId, State, Wait};
use super::webhook::{Queue, Webhook};

/// A recording that the provider keeps.
#[derive(Debug)]
pub(super) struct Recording {
    /// How long somebody spoke.
    pub(super) seconds: u32,
    /// The sound, when there is a real one.
    pub(super) sound: Option<Bytes>,
}

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sms {
    /// The provider's id.
    pub sid: String,
    /// Who sends it.
    pub from: String,
    /// Who gets it.
    pub to: String,
    /// What it says.
    pub body: String,
}

/// A text message to the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What was sent.
    pub sms: Sms,
    /// When.
    pub at: Timestamp,
}

/// A call that the service asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The number that is shown.
    pub from: String,
    /// The number that is rung.
    pub to: String,
    /// The document that is run when somebody answers.
    pub url: String,
    /// Where the end of the call is told.
    pub status_callback: Option<String>,
    /// How long it rings, in seconds.
    pub timeout_s: u32,
}

impl State {
    pub(super) fn place_call(&mut self, call: Placed) -> String {
        let leg = self.open(&call.from, &call.to, Direction::Placed, Wait::Incoming);
        let sid = self.legs[leg.index()].sid.clone();
        let to = call.to.clone();
        self.legs[leg.index()].placed = Some(call);
        if let Err(status) = self.ring(&to, leg) {
            self.never_rang(leg, status);
        }
        sid
    }

    /// The report leaves at the next step: the service has not yet read the id of its call.
    fn never_rang(&mut self, leg: LegId, status: &'static str) {
        self.legs[leg.index()].status = status;
        let mut reports = std::mem::take(&mut self.reports);
        self.end(leg, true, &mut reports);
        self.reports = reports;
    }

    /// The provider takes a text to the line, and lists it from now on; gives its id.
    pub(super) fn received(&mut self, from: &str, to: &str, body: &str) -> String {
        let sid = self.sid("SM");
        let sms = Sms { sid: sid.clone(), from: from.to_owned(), to: to.to_owned(), body: body.to_owned() };
        let at = self.time_of_day();
        self.received.push(Received { sms, at });
        sid
    }

    fn time_of_day(&self) -> Timestamp {
        self.clock.as_ref().map(|clock| clock()).unwrap_or_default()
    }

    pub(super) fn text_line(&mut self, from: &str, to: &str, body: &str, queue: &mut Queue) {
        let sid = self.received(from, to, body);
        let form = vec![
            ("MessageSid", sid.clone()),
            ("SmsSid", sid.clone()),
            ("SmsMessageSid", sid),
            ("AccountSid", self.settings.account.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("From", from.to_owned()),
            ("To", to.to_owned()),
            ("Body", body.to_owned()),
            ("NumMedia", "0".to_owned()),
            ("NumSegments", "1".to_owned()),
            ("SmsStatus", "received".to_owned()),
        ];
        queue.push_back(Webhook { url: self.settings.endpoint("sms"), form, runs_on: None });
    }

    pub(super) fn deliver_sms(&mut self, from: &str, to: &str, body: &str, status_callback: Option<&str>) -> String {
        let sid = self.sid("SM");
        let sms = Sms { sid: sid.clone(), from: from.to_owned(), to: to.to_owned(), body: body.to_owned() };
        self.texts.push(sms.clone());
        let at = self.time_of_day();
        self.taken_at.push(at);
        self.event(Event::Text(sms));
        if let Some(url) = status_callback {
            let form = vec![
                ("MessageSid", sid.clone()),
                ("SmsSid", sid.clone()),
                ("MessageStatus", "delivered".to_owned()),
                ("SmsStatus", "delivered".to_owned()),
                ("AccountSid", self.settings.account.clone()),
                ("ApiVersion", "2010-04-01".to_owned()),
                ("From", from.to_owned()),
                ("To", to.to_owned()),
            ];
            self.report(url.to_owned(), form);
        }
        sid
    }

    pub(super) fn recording(&self, sid: &str) -> Option<Bytes> {
        let recording = self.recordings.get(sid)?;
        let silence = || silence(Duration::from_secs(recording.seconds.into()));
        Some(recording.sound.clone().unwrap_or_else(silence))
    }
}

/// Samples a second, one byte each: what a telephone carries.
const RATE: u32 = 8_000;
/// Zero in mu-law.
const QUIET: u8 = 0xFF;

/// A WAV file of mu-law telephone silence.
pub fn silence(lasts: Duration) -> Bytes {
    let samples = u32::try_from(lasts.as_secs()).unwrap_or(0).saturating_mul(RATE);
    let mut wav = Vec::with_capacity(44 + samples as usize);
    let mut put = |bytes: &[u8]| wav.extend_from_slice(bytes);
    put(b"RIFF");
    put(&(36 + samples).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&7_u16.to_le_bytes()); // mu-law
    put(&1_u16.to_le_bytes()); // one channel
    put(&RATE.to_le_bytes());
    put(&RATE.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&8_u16.to_le_bytes());
    put(b"data");
    put(&samples.to_le_bytes());
    wav.resize(44 + samples as usize, QUIET);
    wav.into()
}
