//! The loads: a fixed rate whatever the answers do, connections that never pause, the bare route, one call alone.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use rand::RngExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::call::{Call, Webhook};
use super::client::{Client, page};
use super::figures::{Latencies, Turn};
use super::service;

/// Connections of the open loop; more turns at once than this wait, and count as late.
const LINES: usize = 64;
/// Turns a second of each call in progress in the open loop. Many calls at once keep every kind of turn in the mix.
const PACE: u32 = 2;

/// A turn that is due, signed ahead of its time.
struct Due {
    call: Call,
    webhook: Webhook,
    wanted: Instant,
}

/// The calls in progress.
struct Calls {
    /// Those whose caller is about to do something.
    waiting: Mutex<Vec<Call>>,
    live: AtomicUsize,
    /// How many there are to be.
    wanted: usize,
}

impl Calls {
    fn for_rate(rate: u32) -> Self {
        Self { waiting: Mutex::default(), live: AtomicUsize::default(), wanted: (rate / PACE) as usize }
    }

    /// Any of them, or a new one where there are too few.
    fn next(&self) -> Call {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() || self.live.load(Ordering::Relaxed) < self.wanted {
            self.live.fetch_add(1, Ordering::Relaxed);
            return Call::new();
        }
        let any = rand::rng().random_range(0..waiting.len());
        waiting.swap_remove(any)
    }

    /// What became of one.
    fn back(&self, call: Option<Call>) {
        match call {
            Some(call) => self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(call),
            None => drop(self.live.fetch_sub(1, Ordering::Relaxed)),
        }
    }
}

/// Latencies of the open loop.
#[derive(Default)]
pub(crate) struct Open {
    /// From the instant at which a turn was due: a late answer makes no later turn look better.
    pub(crate) from_wanted: Latencies,
    /// From the instant at which it was sent.
    pub(crate) from_sent: Latencies,
    /// How late a thread woke that does nothing but wake: what the machine adds by itself, to everything.
    pub(crate) woken: Latencies,
}

/// `rate` turns a second, each sent when it is due even if earlier ones are not answered.
pub(crate) async fn open_loop(
    address: &SocketAddr,
    rate: u32,
    warm_up: Duration,
    measured: Duration,
) -> anyhow::Result<Open> {
    let calls = Arc::new(Calls::for_rate(rate));
    let (queue, due) = mpsc::unbounded_channel();
    let due = Arc::new(tokio::sync::Mutex::new(due));
    let start = Instant::now();
    let mut lines = JoinSet::new();
    for _ in 0..LINES {
        lines.spawn(line(Client::connect(address).await?, due.clone(), calls.clone(), start + warm_up));
    }
    let schedule = std::thread::spawn(move || schedule(&queue, &calls, rate, start, warm_up + measured));
    let witness = std::thread::spawn(move || witness(start + warm_up, measured));
    let mut open = Open::default();
    while let Some(done) = lines.join_next().await {
        let own: Open = done??;
        open.from_wanted.add(own.from_wanted);
        open.from_sent.add(own.from_sent);
    }
    schedule.join().ok().context("the schedule broke")?;
    open.woken = witness.join().ok().context("the witness broke")?;
    Ok(open)
}

/// One connection: takes what is due, sends it, gives the call back.
async fn line(
    mut client: Client,
    due: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Due>>>,
    calls: Arc<Calls>,
    from: Instant,
) -> anyhow::Result<Open> {
    let mut open = Open::default();
    loop {
        let Some(Due { call, webhook, wanted }) = due.lock().await.recv().await else { return Ok(open) };
        let sent = Instant::now();
        let (status, document) = webhook.send(&mut client).await?;
        let answered = Instant::now();
        if wanted >= from {
            open.from_sent.note(call.turn, answered - sent);
            open.from_wanted.note(call.turn, answered - wanted);
        }
        calls.back(call.hear(status, document)?);
    }
}

/// A thread of its own: a timer of the runtime would be a millisecond late.
fn schedule(queue: &mpsc::UnboundedSender<Due>, calls: &Calls, rate: u32, start: Instant, length: Duration) {
    for turn in 0.. {
        let wanted = start + Duration::from_secs(1) * turn / rate;
        if wanted > start + length {
            return;
        }
        let call = calls.next();
        let webhook = call.webhook();
        std::thread::sleep(wanted.saturating_duration_since(Instant::now()));
        if queue.send(Due { call, webhook, wanted }).is_err() {
            return;
        }
    }
}

/// Wakes every millisecond and notes how late it is.
fn witness(start: Instant, length: Duration) -> Latencies {
    let mut woken = Latencies::default();
    std::thread::sleep(start.saturating_duration_since(Instant::now()));
    while start.elapsed() < length {
        let wanted = Instant::now() + Duration::from_millis(1);
        std::thread::sleep(Duration::from_millis(1));
        woken.note(0, wanted.elapsed());
    }
    woken
}

/// Whole calls, one after the other, on connections that never pause.
pub(crate) async fn closed_loop(
    address: &SocketAddr,
    connections: usize,
    length: Duration,
) -> anyhow::Result<Latencies> {
    let until = Instant::now() + length;
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        callers.spawn(caller(Client::connect(address).await?, until));
    }
    let mut all = Latencies::default();
    while let Some(done) = callers.join_next().await {
        all.add(done??);
    }
    Ok(all)
}

async fn caller(mut client: Client, until: Instant) -> anyhow::Result<Latencies> {
    let mut own = Latencies::default();
    let mut call = Call::new();
    while Instant::now() < until {
        let webhook = call.webhook();
        let sent = Instant::now();
        let (status, document) = webhook.send(&mut client).await?;
        own.note(call.turn, sent.elapsed());
        call = call.hear(status, document)?.unwrap_or_else(Call::new);
    }
    Ok(own)
}

/// The bare route on as many connections: what server and client can do at most on this machine at this moment.
pub(crate) async fn bare(address: &SocketAddr, connections: usize, length: Duration) -> anyhow::Result<Latencies> {
    let until = Instant::now() + length;
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let mut client = Client::connect(address).await?;
        clients.spawn(async move {
            let mut own = Latencies::default();
            while Instant::now() < until {
                let sent = Instant::now();
                client.get(service::BARE).await?;
                own.note(0, sent.elapsed());
            }
            anyhow::Ok(own)
        });
    }
    let mut all = Latencies::default();
    while let Some(done) = clients.join_next().await {
        all.add(done??);
    }
    Ok(all)
}

/// Every turn of the second of two calls: the first one fills what is kept for a minute.
pub(crate) async fn count(address: &SocketAddr) -> anyhow::Result<Vec<Turn>> {
    one_call(address).await?;
    let mut turns = one_call(address).await?;
    let steps = page(address, service::STEPS).await?;
    for (turn, step) in turns.iter_mut().zip(steps.lines()) {
        step.clone_into(&mut turn.step);
    }
    Ok(turns)
}

async fn one_call(address: &SocketAddr) -> anyhow::Result<Vec<Turn>> {
    let mut client = Client::connect(address).await?;
    let (mut turns, mut next) = (Vec::new(), Some(Call::new()));
    while let Some(call) = next {
        let before: u64 = page(address, service::STATEMENTS).await?.parse()?;
        let (status, document) = call.webhook().send(&mut client).await?;
        let bytes = document.len();
        next = call.hear(status, document)?;
        let after: u64 = page(address, service::STATEMENTS).await?.parse()?;
        turns.push(Turn { step: "(fin, dite par l'opérateur)".to_owned(), statements: after - before, bytes });
    }
    Ok(turns)
}
