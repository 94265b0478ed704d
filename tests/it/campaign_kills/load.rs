//! Callers who call again and again, and the provider that carries their webhooks: what it does when no answer comes, and
//! the receipts of what the line acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use ligne_solidaire::simulator::exchange::{Exchange, ExchangeError, Expect, LegId, Settings};
use ligne_solidaire::simulator::transport::{Answer, Transport, TransportError};
use tokio::sync::RwLock;
use url::Url;

use crate::support::service::{ACCOUNT, LINE, PUBLIC, TOKEN};
use crate::support::shopping;

/// Deliveries after the first one: `rc=2` in the address that the README recommends.
const RETRIES: usize = 2;

/// An acknowledgement: the caller heard this number.
#[derive(Clone, Debug)]
pub(super) struct Receipt {
    pub(super) sid: String,
    pub(super) reference: String,
    pub(super) caller: String,
    /// The stops after which the webhook that this answers had to be delivered again.
    pub(super) lost_at: Vec<usize>,
}

/// Everything that the callers share.
pub(super) struct Load {
    doors: Vec<Url>,
    client: reqwest::Client,
    client_closes: bool,
    /// The request numbers in the database at each stop; held for writing from the stop until they are read.
    pub(super) seen_at_stops: RwLock<Vec<BTreeSet<String>>>,
    receipts: Mutex<Vec<Receipt>>,
    stopped: AtomicBool,
    calls: AtomicU64,
    answers: AtomicU64,
    broken: AtomicU64,
    given_up: AtomicU64,
    apologies: AtomicU64,
}

impl Load {
    /// Callers for these doors. Without `kept_alive` each webhook has a connection of its own.
    pub(super) fn new(doors: Vec<Url>, kept_alive: bool) -> Arc<Self> {
        // A second installation answers Err and changes nothing.
        drop(rustls::crypto::ring::default_provider().install_default());
        let idle = if kept_alive { usize::MAX } else { 0 };
        let client = reqwest::Client::builder().pool_max_idle_per_host(idle).timeout(Duration::from_secs(15));
        Arc::new(Self {
            doors,
            client_closes: !kept_alive,
            client: client.build().unwrap(),
            seen_at_stops: RwLock::default(),
            receipts: Mutex::default(),
            stopped: AtomicBool::default(),
            calls: AtomicU64::default(),
            answers: AtomicU64::default(),
            broken: AtomicU64::default(),
            given_up: AtomicU64::default(),
            apologies: AtomicU64::default(),
        })
    }

    /// One caller after the other on the same telephone, until told to stop. Every eighth telephone asks for shopping.
    pub(super) async fn calls_and_calls(self: Arc<Self>, place: u64) {
        while !self.stopped.load(Relaxed) {
            let call = self.calls.fetch_add(1, Relaxed);
            let caller = number(call);
            let mut settings = Settings::new(PUBLIC, ACCOUNT, TOKEN);
            settings.seed = call;
            let lost_at = Arc::default();
            let provider = Provider { load: self.clone(), first: call, lost_at: Arc::clone(&lost_at) };
            let exchange = Exchange::new(settings, provider);
            match one_call(&exchange, &caller, place.is_multiple_of(8)).await {
                Ok((leg, Some(reference))) => {
                    let (sid, lost_at) = (exchange.sid(leg), lost_at.lock().unwrap().clone());
                    self.receipts.lock().unwrap().push(Receipt { sid, reference, caller, lost_at });
                }
                Ok((_, None)) => _ = self.apologies.fetch_add(1, Relaxed),
                Err(ExchangeError::Unanswered { .. }) => _ = self.given_up.fetch_add(1, Relaxed),
                Err(fault) => panic!("{fault}"),
            }
        }
    }

    /// Lets every caller finish the call she is in.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    pub(super) fn receipts(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap().clone()
    }

    /// How many requests were acknowledged so far.
    pub(super) fn told(&self) -> usize {
        self.receipts.lock().unwrap().len()
    }

    /// How many webhooks were answered so far.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Relaxed)
    }

    /// How many answers were lost after a connection was there.
    pub(super) fn broken(&self) -> u64 {
        self.broken.load(Relaxed)
    }

    /// How many calls the provider dropped, after all its deliveries.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up.load(Relaxed)
    }

    /// How many calls ended without the number of a request.
    pub(super) fn apologies(&self) -> u64 {
        self.apologies.load(Relaxed)
    }
}

/// A call; the number that was told, if one was.
async fn one_call(exchange: &Exchange, caller: &str, shopping: bool) -> Result<(LegId, Option<String>), ExchangeError> {
    let leg = exchange.call(caller, LINE).await?;
    // In Spanish two keys are enough: the line calls back with an interpreter.
    let mut keys = if shopping { "" } else { "81" }.chars();
    loop {
        let told = exchange.heard(leg).iter().find_map(|heard| shopping::reference(&heard.text));
        if told.is_some() || exchange.expect(leg) == Expect::Ended {
            return Ok((leg, told));
        }
        let going_on = match keys.next() {
            Some(key) => exchange.keys(leg, &key.to_string()).await.map(|_| true)?,
            None => shopping::answer(exchange, leg).await?,
        };
        if !going_on {
            return Ok((leg, None));
        }
    }
}

/// A number of its own for each call, in the ranges kept for fiction.
fn number(call: u64) -> String {
    let prefix = ["+3346571", "+3319900", "+3326191", "+3335301", "+3353649", "+3363998"]
        [usize::try_from(call / 10_000).unwrap()];
    format!("{prefix}{:04}", call % 10_000)
}

/// Carries the webhooks of one call: to the door that answers, and once more when the answer was lost.
struct Provider {
    load: Arc<Load>,
    /// Which door is tried first.
    first: u64,
    /// The stops that cost the last voice webhook an answer.
    lost_at: Arc<Mutex<Vec<usize>>>,
}

impl Provider {
    /// One delivery, as a balancer does it: a door that refuses is passed over.
    async fn deliver(&self, from: usize, url: &Url, signature: &str, form: &Bytes) -> Result<Answer, reqwest::Error> {
        let doors = &self.load.doors;
        let mut last = self.knock(&doors[from % doors.len()], url, signature, form).await;
        for next in 1..doors.len() {
            match last {
                Err(refused) if refused.is_connect() => {
                    last = self.knock(&doors[(from + next) % doors.len()], url, signature, form).await;
                }
                _ => break,
            }
        }
        last
    }

    async fn knock(&self, door: &Url, url: &Url, signature: &str, form: &Bytes) -> Result<Answer, reqwest::Error> {
        let mut here = door.clone();
        here.set_path(url.path());
        here.set_query(url.query());
        let request = self.load.client.post(here).header("X-Twilio-Signature", signature);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
        let answer = request.body(form.clone()).send().await?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get("Content-Type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let content_type = kind.split(';').next().unwrap_or_default().to_owned();
        Ok(Answer { status, content_type, body: answer.bytes().await? })
    }
}

#[async_trait]
impl Transport for Provider {
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError> {
        let (url, mut lost_at) = (Url::parse(url).unwrap(), Vec::new());
        let first = usize::try_from(self.first).unwrap();
        for delivery in 0..=RETRIES {
            match self.deliver(first + delivery, &url, signature, &form).await {
                // « Not kept »: the recommended settings deliver it again.
                Ok(answer) if answer.status == 408 && delivery < RETRIES => {}
                Ok(answer) => {
                    self.load.answers.fetch_add(1, Relaxed);
                    if url.path().contains("/voice") {
                        *self.lost_at.lock().unwrap() = lost_at;
                    }
                    return Ok(answer);
                }
                Err(cause) => {
                    if !cause.is_connect() {
                        self.load.broken.fetch_add(1, Relaxed);
                        if self.load.client_closes {
                            eprintln!("{cause:?} {url}");
                        }
                    }
                    // The stop is over when this opens; none has begun when nothing was lost.
                    lost_at.extend(self.load.seen_at_stops.read().await.len().checked_sub(1));
                }
            }
        }
        Err(TransportError::new("no delivery was answered"))
    }
}
