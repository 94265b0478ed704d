//! What a person can do on a call: press keys, say nothing, leave a message, hang up.

use std::time::Duration;

use axum::body::Bytes;

use super::media::Recording;
use super::settings::{EmptyRecord, EmptyResult, RecordingNotice};
use super::state::{LegId, State, Wait};
use super::webhook::{Form, Queue};
use super::{ExchangeError, Expect};
use crate::simulator::document::{Gather, Record};

/// How a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordEnd {
    /// The person presses this key.
    Key(char),
    /// The person says nothing more.
    Silence,
    /// The person hangs up.
    HangUp,
}

impl State {
    /// Takes from the leg what it waits for; it waits for the service until told otherwise.
    fn take_wait(&mut self, leg: LegId) -> Wait {
        match self.legs.get_mut(leg.index()) {
            Some(leg) => {
                leg.heard.clear();
                std::mem::replace(&mut leg.wait, Wait::Service)
            }
            None => Wait::Ended,
        }
    }

    fn refuse<T>(&self, leg: LegId) -> Result<T, ExchangeError> {
        Err(ExchangeError::NotExpected(self.expect(leg)))
    }

    pub(super) fn keys(&mut self, leg: LegId, keys: &str, queue: &mut Queue) -> Result<(), ExchangeError> {
        for key in keys.chars() {
            self.press(leg, key, queue)?;
            // Keys beyond the end of the entry are lost while the service answers, as on a real line.
            if !matches!(self.expect(leg), Expect::Keys { .. }) {
                return Ok(());
            }
        }
        self.silence(leg, queue)
    }

    pub(super) fn press(&mut self, leg: LegId, key: char, queue: &mut Queue) -> Result<(), ExchangeError> {
        match self.expect(leg) {
            Expect::Keys { .. } => {}
            Expect::Record { finish, .. } if finish.contains(key) => {
                return self.record(leg, 1, RecordEnd::Key(key), None, queue);
            }
            _ => return self.refuse(leg),
        }
        let Wait::Keys { gather, mut typed } = self.take_wait(leg) else { return self.refuse(leg) };
        if gather.finish == Some(key) {
            self.gathered(leg, gather, typed, Some(key), queue);
            return Ok(());
        }
        typed.push(key);
        if typed.len() >= gather.max as usize {
            self.gathered(leg, gather, typed, None, queue);
        } else {
            self.legs[leg.index()].wait = Wait::Keys { gather, typed };
        }
        Ok(())
    }

    /// The entry is over: the action, or what the provider does when nothing was typed.
    fn gathered(&mut self, leg: LegId, gather: Gather, typed: String, finish: Option<char>, queue: &mut Queue) {
        let digits = match (typed.is_empty(), self.settings.empty_result) {
            (true, EmptyResult::FallsThrough) => return self.run(leg, queue),
            (true, EmptyResult::ActionWithoutDigits) => None,
            _ => Some(("Digits", typed)),
        };
        let ended = [("msg", "Gather End".to_owned()), ("FinishedOnKey", finish.map(String::from).unwrap_or_default())];
        self.request(leg, gather.action, digits.into_iter().chain(ended).collect(), queue);
    }

    pub(super) fn silence(&mut self, leg: LegId, queue: &mut Queue) -> Result<(), ExchangeError> {
        match self.expect(leg) {
            Expect::Keys { .. } | Expect::Listening => {}
            Expect::Record { .. } => return self.record(leg, 0, RecordEnd::Silence, None, queue),
            Expect::Ringing { .. } => return self.let_ring(leg, queue),
            Expect::Incoming => {
                self.unanswered(leg, queue);
                return Ok(());
            }
            _ => return self.refuse(leg),
        }
        match self.take_wait(leg) {
            Wait::Keys { gather, typed } => {
                self.pass(Duration::from_secs(gather.timeout_s.into()));
                self.gathered(leg, gather, typed, None, queue);
            }
            Wait::Listening(url) => self.request(leg, url, Vec::new(), queue),
            _ => return self.refuse(leg),
        }
        Ok(())
    }

    pub(super) fn record(
        &mut self,
        leg: LegId,
        seconds: u32,
        end: RecordEnd,
        sound: Option<Bytes>,
        queue: &mut Queue,
    ) -> Result<(), ExchangeError> {
        match (self.expect(leg), end) {
            (Expect::Record { finish, .. }, RecordEnd::Key(key)) if !finish.contains(key) => return self.refuse(leg),
            (Expect::Record { .. }, _) => {}
            _ => return self.refuse(leg),
        }
        let Wait::Record(record) = self.take_wait(leg) else { return self.refuse(leg) };
        let spoken = seconds.min(record.max_s);
        // What the action tells is measured before the silence at the end is cut off.
        let lasted = if end == RecordEnd::Silence { (spoken + record.timeout_s).min(record.max_s) } else { spoken };
        self.pass(Duration::from_secs(lasted.into()));
        if spoken == 0 && end == RecordEnd::Silence && self.settings.empty_record == EmptyRecord::FallsThrough {
            self.run(leg, queue);
            return Ok(());
        }
        let sid = self.sid("RE");
        self.recordings.insert(sid.clone(), Recording { seconds: spoken, sound });
        self.recorded(leg, &record, &sid, (lasted, spoken), end, queue);
        if end == RecordEnd::HangUp {
            self.end(leg, false, queue);
        }
        Ok(())
    }

    /// Both messages about a recording, in the order of the settings.
    fn recorded(
        &mut self,
        leg: LegId,
        record: &Record,
        sid: &str,
        (lasted, spoken): (u32, u32),
        end: RecordEnd,
        queue: &mut Queue,
    ) {
        let notice = self.settings.recording_notice;
        let url = format!("{}/2010-04-01/Accounts/{}/Recordings/{sid}", self.settings.api, self.settings.account);
        let ready = vec![
            ("RecordingSid", sid.to_owned()),
            ("RecordingUrl", url.clone()),
            ("RecordingStatus", "completed".to_owned()),
            ("RecordingDuration", spoken.to_string()),
            ("RecordingChannels", "1".to_owned()),
            ("RecordingSource", "RecordVerb".to_owned()),
        ];
        let callback = record.status_callback.clone();
        if let (RecordingNotice::Before, Some(callback)) = (notice, callback.clone()) {
            self.notify(leg, callback, ready.clone(), queue);
        }
        self.tell_message(leg, record, sid, url, lasted, end, queue);
        if let (RecordingNotice::After, Some(callback)) = (notice, callback) {
            self.notify(leg, callback, ready, queue);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is one field of the form")]
    fn tell_message(
        &mut self,
        leg: LegId,
        record: &Record,
        sid: &str,
        url: String,
        lasted: u32,
        end: RecordEnd,
        queue: &mut Queue,
    ) {
        let mut form: Form = vec![("RecordingUrl", url), ("RecordingDuration", lasted.to_string())];
        if self.settings.record_keys {
            form.push(("RecordingSid", sid.to_owned()));
            match end {
                RecordEnd::Key(key) => form.push(("Digits", key.to_string())),
                RecordEnd::HangUp => form.push(("Digits", "hangup".to_owned())),
                RecordEnd::Silence => {}
            }
        }
        if end == RecordEnd::HangUp {
            self.legs[leg.index()].status = "completed";
            self.notify(leg, record.action.clone(), form, queue);
        } else {
            self.request(leg, record.action.clone(), form, queue);
        }
    }

    pub(super) fn hang_up(&mut self, leg: LegId, queue: &mut Queue) -> Result<(), ExchangeError> {
        match self.expect(leg) {
            Expect::Ended => return self.refuse(leg),
            Expect::Record { .. } => return self.record(leg, 1, RecordEnd::HangUp, None, queue),
            Expect::Incoming => self.legs[leg.index()].status = "busy",
            _ => {}
        }
        self.end(leg, false, queue);
        Ok(())
    }
}
