//! How fast the service answers every turn of a whole shopping call, on each database: `cargo bench --bench turns`.
//!
//! The parent generates the load; the service itself runs in a child of the same program, so that neither pays for the
//! other's memory and the child can be profiled alone. docs/benchmark.md says what is measured and how to read it.
//! Nothing here fails for being slow: a shared machine would decide. A wrong answer does stop the run.
//!
//! `LIGNE_TEST_POSTGRES` names a server where databases may be created; `LIGNE_BENCH_SECONDS` is the length of each
//! measured phase (60 by default); an argument `sqlite` or `postgres` measures that database alone.

mod call;
mod child;
mod client;
mod figures;
mod load;
mod service;

use std::time::Duration;

use anyhow::Context;

use child::Child;
use figures::{Report, Statements};

/// Seconds that the service is under load before anything is measured.
const WARM_UP: Duration = Duration::from_secs(5);
/// Turns a second of the open loop.
const RATE: u32 = 1_000;
/// Connections that never pause, in the second phase.
const CONNECTIONS: usize = 64;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [service::LOADED, database, folder] => service::run(database, folder, false),
        [service::COUNTED, database, folder] => service::run(database, folder, true),
        [] => measure(&["sqlite", "postgres"]),
        [only] => measure(&[only]),
        _ => anyhow::bail!("one of: sqlite, postgres, or nothing for both"),
    }
}

fn measure(databases: &[&str]) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut reports, mut statements) = (Vec::new(), Vec::new());
    for database in databases {
        let folder = tempfile::tempdir()?;
        let Some(url) = runtime.block_on(child::fresh_database(database, folder.path()))? else {
            figures::say("PostgreSQL is left out: LIGNE_TEST_POSTGRES names no server");
            continue;
        };
        statements.push(runtime.block_on(count(database, &url, folder.path()))?);
        reports.push(runtime.block_on(press(database, &url, folder.path()))?);
    }
    figures::print(&reports, &statements);
    Ok(())
}

/// Statements of each turn, by a child whose driver tells them.
async fn count(database: &str, url: &str, folder: &std::path::Path) -> anyhow::Result<Statements> {
    let child = Child::start(service::COUNTED, url, folder)?;
    let counted = load::count(&child.address).await.context("counting statements")?;
    Ok(Statements { database: database.to_owned(), counted })
}

async fn press(database: &str, url: &str, folder: &std::path::Path) -> anyhow::Result<Report> {
    let seconds = std::env::var("LIGNE_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let measured = Duration::from_secs(seconds);
    let child = Child::start(service::LOADED, url, folder)?;
    let idle_kib = child.resident_kib();
    let load_before = figures::machine_load();
    let open = load::open_loop(&child.address, RATE, WARM_UP, measured).await.context("the open loop")?;
    let bare = load::bare(&child.address, CONNECTIONS, measured / 12).await.context("the bare route")?;
    let closed = load::saturated(&child.address, CONNECTIONS, measured / 3).await.context("the closed loop")?;
    let bare = bare.merged(load::bare(&child.address, CONNECTIONS, measured / 12).await?);
    let requests = client::figure(&child.address, service::REQUESTS).await?;
    let calls = open.calls + closed.calls;
    anyhow::ensure!(requests >= calls, "{calls} calls were led to their end but only {requests} requests are stored");
    let resident_kib = child.resident_kib();
    let load = (load_before, figures::machine_load());
    Ok(Report { database: database.to_owned(), open, closed, bare, calls, idle_kib, resident_kib, load })
}
