//! Open pages that listen, and calls that leave something to do.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::call::Call;
use super::super::client::Client;
use super::super::figures::Latencies;
use super::QUEUE;
use super::agent::{Agent, Stream};
use super::town;

/// A screen that is not there by then never will be.
const TOO_LONG: Duration = Duration::from_mins(1);

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// From the last key of the call to the signal that something changed.
    pub(crate) told: Latencies,
    /// To the page that shows it.
    pub(crate) shown: Latencies,
    /// To the last of these pages.
    pub(crate) last: Latencies,
    /// How long all of it lasted.
    pub(crate) length: Duration,
}

/// One screen shows that so many wait.
struct Sight {
    waiting: u64,
    told: Instant,
    shown: Instant,
}

/// So many agents keep the queue open while so many calls come, one after the other.
pub(crate) async fn watch(address: &SocketAddr, agents: usize, calls: u32) -> anyhow::Result<Seen> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut screens = JoinSet::new();
    for number in 0..agents {
        let mut agent = Agent::sits_down(address, number).await?;
        let stream = agent.listens(address).await?;
        agent.opens(QUEUE, true).await?;
        screens.spawn(screen(agent, stream, tell.clone()));
    }
    drop(tell);
    let (begun, mut seen) = (Instant::now(), Seen::default());
    for call in 1..=u64::from(calls) {
        let sent = one_call(address).await?;
        let mut there = 0;
        while there < agents {
            let one = timeout(TOO_LONG, told.recv()).await.context("a screen never showed the call")?;
            let Some(one) = one else { break };
            if one.waiting == town::OPEN + call {
                seen.told.note(0, one.told - sent);
                seen.shown.note(0, one.shown - sent);
                there += 1;
            }
            if there == agents {
                seen.last.note(0, one.shown - sent);
            }
        }
        ensure!(there == agents, "{there} of {agents} screens showed call {call}");
    }
    seen.length = begun.elapsed();
    Ok(seen)
}

/// As the script of the page does: a change asks for the part that changes.
async fn screen(mut agent: Agent, mut stream: Stream, tell: mpsc::UnboundedSender<Sight>) -> anyhow::Result<()> {
    let mut before = town::OPEN;
    loop {
        stream.change().await?;
        let told = Instant::now();
        let part = agent.opens(QUEUE, true).await?.page;
        let waiting = waiting(&part)?;
        if waiting > before {
            before = waiting;
            tell.send(Sight { waiting, told, shown: Instant::now() })?;
        }
    }
}

/// How many the part says are to be done.
fn waiting(part: &str) -> anyhow::Result<u64> {
    let count = part.split("<dt>À faire</dt><dd>").nth(1).and_then(|rest| rest.split('<').next());
    Ok(count.context("the queue has no count")?.parse()?)
}

/// A whole call; gives when the key was pressed after which its request is kept.
async fn one_call(address: &SocketAddr) -> anyhow::Result<Instant> {
    let mut client = Client::connect(address).await?;
    let (mut next, mut kept) = (Some(Call::new()), None);
    while let Some(call) = next {
        let sent = Instant::now();
        let (status, document) = call.webhook().send(&mut client).await?;
        if Call::is_kept(document) {
            kept = kept.or(Some(sent));
        }
        next = call.hear(status, document)?;
    }
    kept.context("no request was kept")
}
