//! The machine and the program, without which no figure can be compared with another: processors, memory, how long the
//! disk takes, the size of the program, how long it takes to start.

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::call::{ACCOUNT, LINE, TOKEN};
use super::child::resident_mib;
use super::client::page;
use super::figures::{Latencies, machine_load, say};

/// The program that is installed, built as this one was.
const PROGRAM: &str = env!("CARGO_BIN_EXE_ligne-solidaire");
/// How many writes of the disk are timed.
const WRITES: usize = 500;
/// How long a start may take before something must be wrong.
const TOO_LONG: Duration = Duration::from_mins(1);

/// Prints all of it.
pub(crate) async fn describe() -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let cores = std::thread::available_parallelism()?;
    say(&format!("machine : {cores} cœurs, {} Gio, charge {}", memory_gib(), machine_load()));
    let disk = disk(folder.path())?;
    say(&format!("disque, fdatasync de 4 Kio : p50 {:.2} ms, p99 {:.2} ms", disk.at(500), disk.at(990)));
    let size = std::fs::metadata(PROGRAM)?.len();
    say(&format!("programme : {:.1} Mo, comme compilé ici", f64::from(u32::try_from(size)?) / 1e6));
    let (first, _) = start(folder.path()).await?;
    let (next, resident) = start(folder.path()).await?;
    say(&format!(
        "de l'ordre à « prêt » : {} ms sur une base neuve, {} ms ensuite ; mémoire au repos {resident} Mio",
        first.as_millis(),
        next.as_millis()
    ));
    Ok(())
}

fn memory_gib() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    total.and_then(|total| total.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / (1 << 20)
}

fn disk(folder: &Path) -> anyhow::Result<super::figures::Sorted> {
    let mut file = File::create(folder.join("disque"))?;
    let mut times = Latencies::default();
    for _ in 0..WRITES {
        file.write_all(&[1; 4_096])?;
        let begun = Instant::now();
        file.sync_data()?;
        times.note(0, begun.elapsed());
    }
    Ok(times.all())
}

/// How long `serve` takes until it is ready, and the memory it then holds.
async fn start(folder: &Path) -> anyhow::Result<(Duration, u64)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let begun = Instant::now();
    let mut serving = Command::new(PROGRAM)
        .arg("serve")
        .env("LIGNE_LISTEN", address.to_string())
        .env("LIGNE_PUBLIC_URL", "https://ligne.example.org")
        .env("LIGNE_DATABASE_URL", format!("sqlite://{}", folder.join("depart.db").display()))
        .env("LIGNE_KEY_FILE", folder.join("depart.cle"))
        .env("LIGNE_DATA_DIR", folder.join("depart"))
        .env("LIGNE_PROVIDER_ACCOUNT", ACCOUNT)
        .env("LIGNE_PROVIDER_TOKEN", TOKEN)
        .env("LIGNE_PROVIDER_API", "http://127.0.0.1:9")
        .env("LIGNE_NUMBER", LINE)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let ready = ready(&address, begun).await;
    let resident = resident_mib(serving.id());
    serving.kill()?;
    serving.wait()?;
    Ok((ready?, resident))
}

async fn ready(address: &SocketAddr, begun: Instant) -> anyhow::Result<Duration> {
    let mut looks = tokio::time::interval(Duration::from_millis(2));
    while page(address, "/health/ready").await.is_err() {
        ensure!(begun.elapsed() < TOO_LONG, "the service is not ready after {TOO_LONG:?}");
        looks.tick().await;
    }
    Ok(begun.elapsed())
}
