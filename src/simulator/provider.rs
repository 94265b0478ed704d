//! The provider behind `demo`: what the service sends out reaches the telephones of the [`Exchange`] instead of the world.
//! It stands where the real adapter stands, behind the same [`Provider`] trait, so the jobs do not know the difference.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::exchange::{Exchange, Mishap, Placed, silence};
use crate::telephony::provider::{
    Capabilities, Listed, Lost, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};

/// What providers answer when a thing does not exist.
const NOT_FOUND: u32 = 20_404;
/// What is heard of a message that another program recorded.
const SILENCE: Duration = Duration::from_secs(1);

/// A provider whose world is one exchange.
#[derive(Clone, Debug)]
pub struct SimulatedProvider {
    exchange: Exchange,
    capabilities: Capabilities,
    /// Whether telephones of other programs call too: their messages are known here by their ids alone.
    strangers: bool,
}

impl SimulatedProvider {
    /// A provider that can do everything that its exchange does.
    pub fn new(exchange: Exchange) -> Self {
        let settings = exchange.settings();
        let capabilities = Capabilities {
            number_url: settings.number_url,
            record_keys: settings.record_keys,
            recording_ids: settings.record_keys,
            two_way_sms: true,
            speech: false,
            delete_recordings: true,
            ssml: true,
            lists_messages: settings.lists_messages,
        };
        Self { exchange, capabilities, strangers: false }
    }

    /// The same provider, for telephones of other programs too (`phone` beside `demo`): their messages are a silence.
    #[must_use]
    pub fn with_strangers(self) -> Self {
        Self { strangers: true, ..self }
    }

    /// The same provider, declaring something else: to try what the service does without a capability.
    #[must_use]
    pub fn declaring(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }
}

#[async_trait]
impl Provider for SimulatedProvider {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn send_sms(&self, message: &OutgoingMessage) -> Result<Sent, ProviderError> {
        let to = message.to.number().as_e164();
        let report = message.status_callback.as_deref();
        let mishap = self.exchange.mishap(&message.from, to, &message.body);
        match mishap {
            None | Some(Mishap::AnswerLost) => {}
            Some(Mishap::NothingDone) => return Err(ProviderError::Unknown { cause: "réponse 500".to_owned() }),
            Some(Mishap::Busy(seconds)) => {
                let after = seconds.map(Duration::from_secs);
                return Err(ProviderError::Retry { after, cause: "réponse 429".to_owned() });
            }
            Some(Mishap::Refused(code)) => {
                return Err(ProviderError::Never { code: Some(code), text: "refusé".to_owned() });
            }
        }
        let sid = self.exchange.deliver_sms(&message.from, to, &message.body, report);
        if mishap == Some(Mishap::AnswerLost) {
            return Err(ProviderError::Unknown { cause: "réponse perdue".to_owned() });
        }
        Ok(Sent { sid, segments: None })
    }

    async fn find_messages(&self, lost: &Lost) -> Result<Vec<Sent>, ProviderError> {
        let to = lost.to.number().as_e164();
        let texts = self.exchange.texts_with_times().into_iter().rev();
        let same = texts.filter(|(text, at)| {
            *at >= lost.since && (text.to.as_str(), &text.from, &text.body) == (to, &lost.from, &lost.body)
        });
        Ok(same.map(|(text, _)| Sent { sid: text.sid, segments: None }).collect())
    }

    async fn list_inbound(&self, to: &str, since: Timestamp) -> Result<Vec<Listed>, ProviderError> {
        let received = self.exchange.received().into_iter();
        let there = received.filter(|received| received.sms.to == to && received.at >= since);
        let listed =
            |sms: super::exchange::Sms, at| Listed { sid: sms.sid, from: sms.from, to: sms.to, body: sms.body, at };
        Ok(there.map(|received| listed(received.sms, received.at)).collect())
    }

    async fn start_call(&self, call: &OutgoingCall) -> Result<Sent, ProviderError> {
        let sid = self.exchange.place_call(Placed {
            from: call.from.as_e164().to_owned(),
            to: call.to.number().as_e164().to_owned(),
            url: call.url.clone(),
            status_callback: call.status_callback.clone(),
            timeout_s: call.timeout_s.into(),
        });
        Ok(Sent { sid, segments: None })
    }

    async fn fetch_recording(&self, recording: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        let found = id(recording).and_then(|sid| self.exchange.recording(sid));
        let found = found.or_else(|| self.strangers.then(|| silence(SILENCE)));
        found.map(|sound| sound.to_vec()).ok_or_else(|| ProviderError::Never {
            code: Some(NOT_FOUND),
            text: "cet enregistrement n'existe pas".to_owned(),
        })
    }

    async fn delete_recording(&self, recording: &RecordingRef) -> Result<(), ProviderError> {
        if let Some(sid) = id(recording) {
            self.exchange.delete_recording(sid);
        }
        Ok(())
    }
}

/// The id, or the end of the address for those who were only given that.
fn id(recording: &RecordingRef) -> Option<&str> {
    let from_address = || recording.url.as_deref()?.rsplit('/').next();
    recording.sid.as_deref().or_else(from_address)
}
