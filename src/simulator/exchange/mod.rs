//! The telephone exchange: it plays the provider's side of a call, webhook by webhook, with no timer and no clock of its
//! own. Whoever drives it says what people do ([`Exchange::keys`], [`Exchange::silence`], [`Exchange::hang_up`]…) and
//! asks after each step what the line waits for ([`Expect`]) and what was heard.
//!
//! One exchange holds any number of calls and telephones at once; they are driven step by step. It is cheap to make one
//! per caller. Signed forms go out through a [`Transport`]; each answer is read by the strict reader of
//! [`super::document`], so every test that makes a call also checks each document against the portable subset.

mod dial;
mod input;
mod media;
mod run;
mod settings;
mod state;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;

use super::document::Heard;
use super::sign::signature;
use super::transport::{Answer, Transport, TransportError};
pub use dial::Habit;
pub use input::RecordEnd;
pub use media::{Placed, Received, Sms, silence};
pub use settings::{Delivery, EmptyRecord, EmptyResult, Mishap, RecordingNotice, Settings};
use state::State;
pub use state::{Event, Expect, LegId};
pub use webhook::{Delivered, PLACES};
use webhook::{Queue, Webhook};

/// What went wrong on the way; a test that sees one has found a fault of the service, or drives the wrong step.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The person cannot do this now.
    #[error("{}", match .0 { Expect::Ended => "l'appel est fini".to_owned(), waits => format!("la ligne attend {waits}") })]
    NotExpected(Expect),
    /// No telephone of the exchange has this number, or it does not ring.
    #[error("le téléphone {0} ne sonne pas")]
    NotRinging(String),
    /// No answer came.
    #[error("{url} : {source}")]
    Unanswered {
        /// Where the webhook was posted.
        url: String,
        /// What the transport says.
        source: TransportError,
    },
    /// The answer is not what a provider wants.
    #[error("{url} répond {status} : {why}\n{body}")]
    BadAnswer {
        /// Where the webhook was posted.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        why: String,
        /// What was answered.
        body: String,
    },
    /// The same webhook, delivered twice, got two answers.
    #[error("{url} répond autre chose la seconde fois :\n{first}\n---\n{second}")]
    Differs {
        /// Where the webhook was posted.
        url: String,
        /// The first answer, status first.
        first: String,
        /// The second one.
        second: String,
    },
}

/// A telephone exchange plugged into a service. Clones share the same calls.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

struct Inner {
    settings: Settings,
    transport: Arc<dyn Transport>,
    second: Option<Arc<dyn Transport>>,
    state: Mutex<State>,
}

impl Exchange {
    /// An exchange that posts through `transport`.
    pub fn new(settings: Settings, transport: impl Transport) -> Self {
        Self::between(settings, Arc::new(transport), None)
    }

    /// An exchange whose second deliveries ([`Delivery`]) go to another instance of the service.
    pub fn between(settings: Settings, first: Arc<dyn Transport>, second: Option<Arc<dyn Transport>>) -> Self {
        let state = Mutex::new(State::new(settings.clone()));
        Self(Arc::new(Inner { settings, transport: first, second, state }))
    }

    /// How this exchange behaves.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Tells `passes` how long each thing takes (words at 130 a minute, timeouts, recordings), as it happens: a test
    /// advances its clock there.
    pub fn tell_time(&self, passes: impl Fn(Duration) + Send + Sync + 'static) {
        self.state().passes = Some(Box::new(passes));
    }

    /// Reads the time of day from `clock`: what the provider's list of messages says.
    pub fn tell_clock(&self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) {
        self.state().clock = Some(Box::new(clock));
    }

    /// Has `befalls` decide, text by text, what goes wrong while the service hands it over.
    pub fn upset(&self, befalls: impl Fn(&Sms) -> Option<Mishap> + Send + Sync + 'static) {
        self.state().mishaps = Some(Box::new(befalls));
    }

    /// Time in which nobody does anything: two people talk, a caller waits at home.
    pub fn time_passes(&self, time: Duration) {
        self.state().pass(time);
    }

    /// Somebody dials `to`; `from` is sent as it is, in any of the forms a withheld number takes.
    pub async fn call(&self, from: &str, to: &str) -> Result<LegId, ExchangeError> {
        let mut queue = Queue::new();
        let leg = self.state().incoming_call(from, to, &mut queue);
        self.drive(queue).await?;
        Ok(leg)
    }

    /// A whole entry: the keys one by one, then silence if the line still waits for more.
    pub async fn keys(&self, leg: LegId, keys: &str) -> Result<Expect, ExchangeError> {
        self.act(leg, |state, queue| state.keys(leg, keys, queue)).await
    }

    /// One key; the line goes on waiting for the next one when the entry is not complete. For those who keep time
    /// themselves, with [`Exchange::silence`] at the timeout.
    pub async fn press(&self, leg: LegId, key: char) -> Result<Expect, ExchangeError> {
        self.act(leg, |state, queue| state.press(leg, key, queue)).await
    }

    /// The person does nothing until the line goes on by itself: the timeout of keys or of a recording, the end of words
    /// before a redirect, a telephone that nobody picks up.
    pub async fn silence(&self, leg: LegId) -> Result<Expect, ExchangeError> {
        self.act(leg, |state, queue| state.silence(leg, queue)).await
    }

    /// The person speaks `seconds` into the recording, then ends it.
    pub async fn record(&self, leg: LegId, seconds: u32, end: RecordEnd) -> Result<Expect, ExchangeError> {
        self.record_sound(leg, seconds, end, None).await
    }

    /// Like [`Exchange::record`], with the sound that the provider will serve (a WAV file).
    pub async fn record_sound(
        &self,
        leg: LegId,
        seconds: u32,
        end: RecordEnd,
        sound: Option<Bytes>,
    ) -> Result<Expect, ExchangeError> {
        self.act(leg, |state, queue| state.record(leg, seconds, end, sound, queue)).await
    }

    /// The person hangs up, at any time.
    pub async fn hang_up(&self, leg: LegId) -> Result<Expect, ExchangeError> {
        self.act(leg, |state, queue| state.hang_up(leg, queue)).await
    }

    /// Adds a telephone that calls can reach; `name` is how transcripts call it. It rings until somebody answers.
    pub fn register_phone(&self, number: &str, name: &str) {
        self.state().register_phone(number, name);
    }

    /// What the telephone does by itself from now on when it is rung.
    pub fn set_habit(&self, number: &str, habit: Habit) {
        self.state().set_habit(number, habit);
    }

    /// Somebody picks up a ringing telephone; gives the leg of that person.
    pub async fn answer(&self, number: &str) -> Result<LegId, ExchangeError> {
        let leg = self.ringing(number)?;
        self.act(leg, |state, queue| state.answer(leg, queue)).await?;
        Ok(leg)
    }

    /// Somebody refuses the call on a ringing telephone: the caller's side hears that it is busy.
    pub async fn refuse(&self, number: &str) -> Result<(), ExchangeError> {
        let leg = self.ringing(number)?;
        self.act(leg, |state, queue| state.hang_up(leg, queue)).await?;
        Ok(())
    }

    /// Nobody picks up a ringing telephone until the ringing stops.
    pub async fn let_ring(&self, number: &str) -> Result<(), ExchangeError> {
        let leg = self.ringing(number)?;
        self.silence(leg).await?;
        Ok(())
    }

    /// The leg that rings or talks on a telephone of the exchange.
    pub fn on_phone(&self, number: &str) -> Option<LegId> {
        self.state().on_phone(number)
    }

    /// The registered telephones: number and name.
    pub fn phones(&self) -> Vec<(String, String)> {
        self.state().phones()
    }

    /// Somebody texts the line.
    pub async fn text_line(&self, from: &str, to: &str, body: &str) -> Result<(), ExchangeError> {
        let mut queue = Queue::new();
        self.state().text_line(from, to, body, &mut queue);
        self.drive(queue).await
    }

    /// Somebody texts the line while the service is down: the provider keeps it in its list and delivers it never.
    pub fn text_while_down(&self, from: &str, to: &str, body: &str) -> String {
        self.state().received(from, to, body)
    }

    /// Carries out what waits outside any call: telephones with a habit, reports on calls and texts that the service
    /// started. Every other step does it too.
    pub async fn settle(&self) -> Result<(), ExchangeError> {
        self.drive(Queue::new()).await
    }

    /// The service starts a call (the provider's REST interface); gives its id. Go on with [`Exchange::settle`].
    pub fn place_call(&self, call: Placed) -> String {
        self.state().place_call(call)
    }

    /// The service sends a text to a telephone; gives its id. Reports go out at the next [`Exchange::settle`].
    pub fn deliver_sms(&self, from: &str, to: &str, body: &str, status_callback: Option<&str>) -> String {
        self.state().deliver_sms(from, to, body, status_callback)
    }

    /// What goes wrong with this text, if something does.
    pub(in crate::simulator) fn mishap(&self, from: &str, to: &str, body: &str) -> Option<Mishap> {
        let sms = Sms { sid: String::new(), from: from.to_owned(), to: to.to_owned(), body: body.to_owned() };
        self.state().mishaps.as_ref()?(&sms)
    }

    /// The texts that the service sent and when each was taken, in order.
    pub fn texts_with_times(&self) -> Vec<(Sms, Timestamp)> {
        let state = self.state();
        state.texts.iter().cloned().zip(state.taken_at.iter().copied()).collect()
    }

    /// What people texted to the line, delivered or not, in order.
    pub fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    /// The texts that the service sent, in order.
    pub fn texts(&self) -> Vec<Sms> {
        self.state().texts.clone()
    }

    /// The sound of a recording (a WAV file), as long as it is kept.
    pub fn recording(&self, sid: &str) -> Option<Bytes> {
        self.state().recording(sid)
    }

    /// Forgets a recording; false when there is none of that id.
    pub fn delete_recording(&self, sid: &str) -> bool {
        self.state().recordings.remove(sid).is_some()
    }

    /// The ids of the recordings still kept, sorted.
    pub fn recordings(&self) -> Vec<String> {
        self.state().recordings.keys().cloned().collect()
    }

    /// What the line waits for from this person.
    pub fn expect(&self, leg: LegId) -> Expect {
        self.state().expect(leg)
    }

    /// What this person heard since she last did something.
    pub fn heard(&self, leg: LegId) -> Vec<Heard> {
        self.state().legs.get(leg.index()).map(|leg| leg.heard.clone()).unwrap_or_default()
    }

    /// The provider's id of the call.
    pub fn sid(&self, leg: LegId) -> String {
        self.state().legs.get(leg.index()).map(|leg| leg.sid.clone()).unwrap_or_default()
    }

    /// How long the call lasted so far, in the exchange's own time.
    pub fn elapsed(&self, leg: LegId) -> Duration {
        self.state().elapsed(leg)
    }

    /// What happened after the first `known` events, and how many there are now: whoever follows the exchange passes that
    /// count next time (the last 20,000 are kept).
    pub fn events_since(&self, known: usize) -> (Vec<Event>, usize) {
        self.state().events_since(known)
    }

    /// The webhooks delivered so far with their answers, oldest first (the last 2,000 of them).
    pub fn delivered(&self) -> Vec<Delivered> {
        self.state().delivered.iter().cloned().collect()
    }

    /// The voice documents received so far, as they came (among the last 2,000 webhooks).
    pub fn documents(&self) -> Vec<String> {
        self.state().documents()
    }

    /// Delivers an old webhook once more, and checks that its answer is the same to the byte.
    pub async fn deliver_again(&self, old: &Delivered) -> Result<(), ExchangeError> {
        let again = self.post(&self.0.transport, &old.url, &old.form).await?;
        same(&old.url, &old.answer, &again)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ringing(&self, number: &str) -> Result<LegId, ExchangeError> {
        let state = self.state();
        let leg = state.on_phone(number).filter(|&leg| state.expect(leg) == Expect::Incoming);
        leg.ok_or_else(|| ExchangeError::NotRinging(number.to_owned()))
    }

    /// One thing that a person does, and all that follows from it.
    async fn act(
        &self,
        leg: LegId,
        what: impl FnOnce(&mut State, &mut Queue) -> Result<(), ExchangeError>,
    ) -> Result<Expect, ExchangeError> {
        let mut queue = Queue::new();
        what(&mut self.state(), &mut queue)?;
        self.drive(queue).await?;
        Ok(self.expect(leg))
    }

    /// Posts webhooks until every leg waits for a person. The first fault is told once everything is settled.
    async fn drive(&self, mut queue: Queue) -> Result<(), ExchangeError> {
        let mut fault = None;
        loop {
            while let Some(webhook) = queue.pop_front() {
                let outcome = self.deliver(&webhook).await;
                if let Err(error) = self.state().answered(&webhook, outcome, &mut queue) {
                    fault.get_or_insert(error);
                }
            }
            if !self.state().next_by_itself(&mut queue) {
                return fault.map_or(Ok(()), Err);
            }
        }
    }

    /// Posts one webhook as often as the settings say, and compares the answers.
    async fn deliver(&self, webhook: &Webhook) -> Result<Answer, ExchangeError> {
        let (url, form) = (&webhook.url, &webhook.form);
        let second = self.0.second.as_ref().unwrap_or(&self.0.transport);
        let (first, again) = match self.0.settings.delivery {
            Delivery::Once => return self.post(&self.0.transport, url, form).await,
            Delivery::TwiceInTurn => {
                (self.post(&self.0.transport, url, form).await?, self.post(second, url, form).await?)
            }
            Delivery::TwiceAtOnce => self.post_twice(second, url, form).await?,
        };
        same(url, &first, &again)?;
        Ok(first)
    }

    /// Two tasks, so that the two deliveries really run side by side.
    async fn post_twice(
        &self,
        second: &Arc<dyn Transport>,
        url: &str,
        form: &[(&'static str, String)],
    ) -> Result<(Answer, Answer), ExchangeError> {
        let post = |transport: &Arc<dyn Transport>| {
            let (exchange, transport) = (self.clone(), Arc::clone(transport));
            let (url, form) = (url.to_owned(), form.to_vec());
            tokio::spawn(async move { exchange.post(&transport, &url, &form).await })
        };
        let (first, again) = (post(&self.0.transport), post(second));
        Ok((joined(url, first.await)?, joined(url, again.await)?))
    }

    async fn post(
        &self,
        transport: &Arc<dyn Transport>,
        url: &str,
        form: &[(&'static str, String)],
    ) -> Result<Answer, ExchangeError> {
        let signature = signature(&self.0.settings.token, url, form);
        let body = form_urlencoded::Serializer::new(String::with_capacity(1_024)).extend_pairs(form).finish();
        let answer = transport.post(url, &signature, body.into()).await;
        answer.map_err(|source| ExchangeError::Unanswered { url: url.to_owned(), source })
    }
}

fn joined(
    url: &str,
    outcome: Result<Result<Answer, ExchangeError>, tokio::task::JoinError>,
) -> Result<Answer, ExchangeError> {
    outcome.unwrap_or_else(|panic| {
        Err(ExchangeError::BadAnswer { url: url.to_owned(), status: 0, why: panic.to_string(), body: String::new() })
    })
}

fn same(url: &str, first: &Answer, second: &Answer) -> Result<(), ExchangeError> {
    if first == second {
        return Ok(());
    }
    let show = |answer: &Answer| format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    Err(ExchangeError::Differs { url: url.to_owned(), first: show(first), second: show(second) })
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Exchange").finish_non_exhaustive()
    }
}
