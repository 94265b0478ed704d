//! How fast the service answers every turn of a whole shopping call, and how fast a busy desk sees its queue and what a
//! call adds to it, on each database: `cargo bench --bench load`.
//!
//! The parent generates the load; the service itself runs in a child of the same program, so that neither pays for the
//! other's memory and the child can be profiled alone. docs/benchmark.md says what is measured and how to read it.
//! Nothing here fails for being slow: a shared machine would decide. A wrong answer does stop the run.
//!
//! `LIGNE_TEST_POSTGRES` names a server where databases may be created; `LIGNE_BENCH_SECONDS` is the length of the
//! longest phase (60 by default); `sqlite` or `postgres` after `--` measures that database alone, `turns` or `desk` that part
//! alone. Without `--bench`, which
//! `cargo bench` adds, everything is done for a moment only, to see that it still works: `cargo test --bench load`.

mod call;
mod child;
mod client;
mod desk;
mod figures;
mod machine;
mod service;
mod turns;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use child::{Child, Database};
use figures::{Report, Turn, machine_load, say};
use service::Purpose;

/// How long and how hard.
#[derive(Debug, Clone, Copy)]
struct Phases {
    /// Whether it only shows that the measuring works.
    short: bool,
    /// Connections that never pause.
    connections: usize,
    /// Turns a second of the open loop.
    rate: u32,
    warm_up: Duration,
    open: Duration,
    alone: Duration,
    closed: Duration,
    /// Before the closed loop, and once more after it: the machine is seldom as quiet after as before.
    bare: Duration,
}

impl Phases {
    fn whole() -> Self {
        let seconds = std::env::var("LIGNE_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
        let open = Duration::from_secs(seconds);
        Self {
            short: false,
            connections: 64,
            rate: 1_000,
            warm_up: open / 6,
            open,
            alone: open / 12,
            closed: open / 3,
            bare: open / 12,
        }
    }

    fn short() -> Self {
        let moment = Duration::from_secs(1);
        Self {
            short: true,
            connections: 4,
            rate: 50,
            warm_up: moment,
            open: moment,
            alone: moment,
            closed: moment,
            bare: moment / 4,
        }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if let [word, database, folder] = &arguments[..]
        && let Some(purpose) = Purpose::of(word)
    {
        return service::run(purpose, database, folder);
    }
    if has("--list") {
        // Test runners ask every program for its tests.
        if !has("--ignored") {
            say("every_turn_of_a_call_is_answered: test");
            say("a_busy_desk_sees_its_queue: test");
        }
        return Ok(());
    }
    let short = !has("--bench") || has("--test") || has("--quick");
    let phases = if short { Phases::short() } else { Phases::whole() };
    let all = !(has("sqlite") || has("postgres"));
    let both = has("turns") == has("desk");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if short {
        say("forme courte : elle montre que la mesure marche, ses chiffres ne disent rien");
    }
    runtime.block_on(async {
        machine::describe().await?;
        for database in ["sqlite", "postgres"].into_iter().filter(|name| all || has(name)) {
            if both || has("turns") {
                measure(database, phases).await?;
            }
            if both || has("desk") {
                desk::measure(database, desk::Phases::of(short)).await?;
            }
        }
        Ok(())
    })
}

async fn measure(name: &str, phases: Phases) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let Some(database) = Database::fresh(name, folder.path()).await? else { return Ok(()) };
    let report = press(&database, folder.path(), phases).await;
    database.remove().await?;
    report?.print();
    Ok(())
}

/// Statements of each turn, by a child whose driver tells them.
async fn count(url: &str, folder: &Path) -> anyhow::Result<Vec<Turn>> {
    let child = Child::start(service::COUNTED, url, folder)?;
    turns::count(&child.address).await.context("counting statements")
}

async fn press(database: &Database, folder: &Path, phases: Phases) -> anyhow::Result<Report> {
    let turns = count(&database.url, folder).await?;
    let child = Child::start(service::LOADED, &database.url, folder)?;
    let (address, before, idle) = (&child.address, machine_load(), child.resident_mib());
    let open = turns::open_loop(address, phases.rate, phases.warm_up, phases.open).await.context("the open loop")?;
    let alone = turns::closed_loop(address, 1, phases.alone).await.context("one connection")?;
    let mut bare = turns::bare(address, phases.connections, phases.bare).await.context("the bare route")?;
    let used = child.processor();
    let closed = turns::closed_loop(address, phases.connections, phases.closed).await.context("the closed loop")?;
    let processor = child.processor() - used;
    bare.add(turns::bare(address, phases.connections, phases.bare).await.context("the bare route")?);
    let version = client::page(address, service::VERSION).await?;
    Ok(Report {
        database: format!("{} {version}", database.name),
        turns,
        open,
        alone,
        closed,
        bare,
        processor,
        phases,
        wanted: database.wanted,
        resident: (idle, child.resident_mib()),
        load: (before, machine_load()),
    })
}
