//! The three loads: a fixed rate whatever the answers do, connections that never pause, and one call alone.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use rand::RngExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::call::{Call, WEBHOOKS};
use super::client::{Client, figure};
use super::figures::{Bare, Closed, Open};
use super::service;

/// Connections of the open loop; more turns at once than this wait, and count as late.
const LINES: usize = 64;
/// Calls that are somewhere in the middle, so that every kind of turn is always in the mix.
const LIVE: usize = 500;

/// A turn that is due.
struct Due {
    call: Call,
    scheduled: Instant,
}

/// Calls that wait for their caller to do something.
type Waiting = Arc<Mutex<Vec<Call>>>;

/// `rate` turns a second, each sent when it is due even if earlier ones are not answered.
pub(crate) async fn open_loop(
    address: &SocketAddr,
    rate: u32,
    warm_up: Duration,
    measured: Duration,
) -> anyhow::Result<Open> {
    let waiting: Waiting = Arc::default();
    let (queue, due) = mpsc::unbounded_channel();
    let due = Arc::new(tokio::sync::Mutex::new(due));
    let start = Instant::now();
    let mut lines = JoinSet::new();
    for _ in 0..LINES {
        lines.spawn(line(Client::connect(address).await?, due.clone(), waiting.clone(), start + warm_up));
    }
    let schedule = std::thread::spawn(move || schedule(&queue, &waiting, rate, start, warm_up + measured));
    let mut open = Open::default();
    while let Some(done) = lines.join_next().await {
        open.add(done??);
    }
    schedule.join().ok().context("the schedule broke")?;
    Ok(open)
}

/// One connection: takes what is due, sends it, gives the call back.
async fn line(
    mut client: Client,
    due: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Due>>>,
    waiting: Waiting,
    from: Instant,
) -> anyhow::Result<Open> {
    let mut open = Open::default();
    loop {
        let Some(Due { call, scheduled }) = due.lock().await.recv().await else { return Ok(open) };
        let webhook = call.webhook();
        let sent = Instant::now();
        let (status, document) = webhook.send(&mut client).await?;
        let answered = Instant::now();
        if scheduled >= from {
            open.note(answered - sent, answered - scheduled);
        }
        match call.hear(status, document)? {
            Some(call) => waiting.lock().unwrap_or_else(PoisonError::into_inner).push(call),
            None => open.calls += 1,
        }
    }
}

/// A thread of its own: a timer of the runtime would be a millisecond late.
fn schedule(queue: &mpsc::UnboundedSender<Due>, waiting: &Waiting, rate: u32, start: Instant, length: Duration) {
    let mut rng = rand::rng();
    for turn in 0.. {
        let scheduled = start + Duration::from_secs(1) * turn / rate;
        if scheduled > start + length {
            return;
        }
        std::thread::sleep(scheduled.saturating_duration_since(Instant::now()));
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = turn as usize % WEBHOOKS == 0 || waiting.len() < LIVE && rng.random_range(0..2) == 0;
        let call = match waiting.len() {
            0 => Call::new(),
            _ if begins => Call::new(),
            live => waiting.swap_remove(rng.random_range(0..live)),
        };
        drop(waiting);
        if queue.send(Due { call, scheduled }).is_err() {
            return;
        }
    }
}

/// Whole calls, one after the other, on connections that never pause.
pub(crate) async fn saturated(address: &SocketAddr, connections: usize, length: Duration) -> anyhow::Result<Closed> {
    let until = Instant::now() + length;
    let mut all = Closed::lasting(length);
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let mut client = Client::connect(address).await?;
        callers.spawn(async move {
            let mut own = Closed::default();
            let mut call = Call::new();
            while Instant::now() < until {
                let webhook = call.webhook();
                let sent = Instant::now();
                let (status, document) = webhook.send(&mut client).await?;
                own.note(sent.elapsed());
                call = match call.hear(status, document)? {
                    Some(call) => call,
                    None => {
                        own.calls += 1;
                        Call::new()
                    }
                };
            }
            anyhow::Ok(own)
        });
    }
    while let Some(done) = callers.join_next().await {
        all.add(done??);
    }
    Ok(all)
}

/// The bare route under the same connections: what the server alone can do on this machine at this moment.
pub(crate) async fn bare(address: &SocketAddr, connections: usize, length: Duration) -> anyhow::Result<Bare> {
    let until = Instant::now() + length;
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let mut client = Client::connect(address).await?;
        callers.spawn(async move {
            let mut answered = 0_u64;
            while Instant::now() < until {
                client.get(service::BARE).await?;
                answered += 1;
            }
            anyhow::Ok(answered)
        });
    }
    let mut answered = 0;
    while let Some(done) = callers.join_next().await {
        answered += done??;
    }
    Ok(Bare { answered, seconds: length.as_secs_f64() })
}

/// Statements of each webhook of the second call: the first one fills what is kept for a minute.
pub(crate) async fn count(address: &SocketAddr) -> anyhow::Result<Vec<(&'static str, u64)>> {
    let mut client = Client::connect(address).await?;
    let mut counted = Vec::new();
    for second in [false, true] {
        let mut next = Some(Call::new());
        while let Some(call) = next {
            let before = figure(address, service::STATEMENTS).await?;
            let name = call.name();
            let (status, document) = call.webhook().send(&mut client).await?;
            next = call.hear(status, document)?;
            if second {
                counted.push((name, figure(address, service::STATEMENTS).await? - before));
            }
        }
    }
    Ok(counted)
}
