//! A desk with 20,000 open callbacks: how soon its queue begins to arrive, and how soon what a call leaves is on the screens
//! of 200 agents whose pages are open.

mod agent;
mod screens;
pub(crate) mod town;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

use self::agent::Agent;
use super::child::{Child, Database};
use super::client::page;
use super::figures::{Latencies, head, machine_load, row, say};
use super::{service, turns};

/// Where the queue is.
const QUEUE: &str = "/console/file";

/// How long and how many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phases {
    /// Whether it only shows that the measuring works.
    short: bool,
    /// How long pages are asked for, each time.
    reading: Duration,
    /// Agents who read at the same time.
    readers: usize,
    /// Agents whose pages are open.
    screens: usize,
    /// Calls that leave something to do.
    calls: u32,
}

impl Phases {
    /// The whole, or a moment.
    pub(crate) fn of(short: bool) -> Self {
        if short {
            return Self { short, reading: Duration::from_millis(200), readers: 2, screens: 5, calls: 2 };
        }
        Self { short, reading: Duration::from_secs(15), readers: 8, screens: town::AGENTS, calls: 40 }
    }
}

/// Measures one database and prints it.
pub(crate) async fn measure(name: &str, phases: Phases) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let Some(database) = Database::fresh(name, folder.path()).await? else { return Ok(()) };
    let done = watch(&database, folder.path(), phases).await;
    database.remove().await?;
    done
}

async fn watch(database: &Database, folder: &std::path::Path, phases: Phases) -> anyhow::Result<()> {
    let child = Child::start(service::BUSY, &database.url, folder)?;
    let address = child.address;
    let version = page(&address, service::VERSION).await?;
    say(&format!("\nLe bureau, {} {version} : {} rappels à faire", database.name, town::OPEN));
    head("par s");
    let before = machine_load();
    let bare = turns::bare(&address, 1, phases.reading / 5).await.context("the bare route")?;
    row("GET → « ok », premier octet", &bare, phases.reading / 5);
    for readers in [1, phases.readers] {
        let pages = read(address, readers, phases.reading).await.context("the queue")?;
        row(&format!("la file, premier octet, {readers} sans pause"), &pages, phases.reading);
    }
    let seen = screens::watch(&address, phases.screens, phases.calls).await.context("the screens")?;
    let length = seen.length;
    row(&format!("de l'appel au signal, {} flux", phases.screens), &seen.told, length);
    row(&format!("de l'appel à l'écran, {} agents", phases.screens), &seen.shown, length);
    row("de l'appel au dernier de ces écrans", &seen.last, length);
    if !phases.short {
        say(&format!("mémoire du service : {} Mio", child.resident_mib()));
        say(&format!("charge de la machine : {before} avant, {} après", machine_load()));
    }
    Ok(())
}

/// Agents who open the queue again and again: until its first byte is there.
async fn read(address: SocketAddr, readers: usize, length: Duration) -> anyhow::Result<Latencies> {
    let until = Instant::now() + length;
    let mut reading = JoinSet::new();
    for number in 0..readers {
        let mut agent = Agent::sits_down(&address, number).await?;
        reading.spawn(async move {
            let mut own = Latencies::default();
            while Instant::now() < until {
                let sent = Instant::now();
                let answer = agent.opens(QUEUE, false).await?;
                ensure!(answer.page.contains("Suivante"), "this is not the queue: {}", answer.page);
                own.note(0, answer.first_byte - sent);
            }
            anyhow::Ok(own)
        });
    }
    let mut all = Latencies::default();
    while let Some(own) = reading.join_next().await {
        all.add(own??);
    }
    Ok(all)
}
