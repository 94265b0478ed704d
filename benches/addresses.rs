//! How long an address file takes to import, how much memory, and how long others wait for the database meanwhile:
//!
//! ```sh
//! cargo bench --bench addresses -- generate /tmp/adresses-99.csv.gz 700000 1
//! cargo bench --bench addresses -- import sqlite /tmp/adresses-99.csv.gz
//! ```
//!
//! `generate` writes a department that does not exist: file, number of addresses, seed. `import` imports the files one after
//! the other into a fresh database (`postgres`: on the server that `LIGNE_TEST_POSTGRES` names), the last of them twice,
//! while somebody else writes a row every twenty milliseconds, as calls do. docs/benchmark.md has the last figures.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use ligne_solidaire::clock::SystemClock;
use ligne_solidaire::db::{self, Db, DbError, Options};
use ligne_solidaire::places::import::import;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::time::interval;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["generate", file, addresses, seed] => generate(Path::new(file), addresses.parse()?, seed.parse()?),
        ["import", database, .., _] => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(measure(database, &words[2..]))
        }
        _ => {
            say("generate FILE ADDRESSES SEED, or import sqlite|postgres FILE…");
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "what a measure is for")]
fn say(line: &str) {
    println!("{line}");
}

const KINDS: [&str; 8] = ["Rue", "Avenue", "Chemin", "Impasse", "Place", "Allée", "Boulevard", "Route"];
const OF: [&str; 6] = ["de la", "du", "des", "de l'", "", "de"];
const NAMES: [&str; 12] = [
    "Gare",
    "Moulin",
    "Écoles",
    "Église",
    "Jean Moulin",
    "Verdun",
    "Œillets",
    "Puits",
    "Mairie",
    "Lavoir",
    "Pré",
    "Four",
];

/// Communes of very different sizes, each with streets, each with numbers on both sides.
fn generate(file: &Path, addresses: u64, seed: u64) -> anyhow::Result<()> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut out = GzEncoder::new(BufWriter::new(File::create(file)?), Compression::default());
    writeln!(
        out,
        "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;\
         nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;\
         source_nom_voie;certification_commune;cad_parcelles"
    )?;
    let (mut written, mut commune) = (0, 0_u32);
    while written < addresses {
        commune += 1;
        let (lat, lon) = (43.2 + chance.random_range(0.0..0.8), 2.6 + chance.random_range(0.0..1.5));
        // A few towns have a fifth of all; the many villages share the rest.
        let streets = if commune.is_multiple_of(60) { 2_000 } else { chance.random_range(20..220) };
        for street in 1..=streets {
            let name =
                [KINDS[chance.random_range(0..8)], OF[chance.random_range(0..6)], NAMES[chance.random_range(0..12)]];
            let (name, id) = (name.join(" "), format!("99{commune:03}_{street:04}"));
            let (lat, lon) = (lat + chance.random_range(-0.02..0.02), lon + chance.random_range(-0.02..0.02));
            for number in 1..=chance.random_range(1..25) {
                let repetition = if chance.random_range(0..20) == 0 { "bis" } else { "" };
                let suffix = if repetition.is_empty() { "" } else { "_bis" };
                let (lat, lon) = (lat + f64::from(number) * 0.000_1, lon + f64::from(number) * 0.000_1);
                let code = 99_000 + commune / 3 * 10;
                writeln!(
                    out,
                    "{id}_{number:05}{suffix};{id};{number};{repetition};{name} {street};{code};99{commune:03};\
                     Commune {commune};;;{:.2};{:.2};{lon:.6};{lat:.6};entrée;;;COMMUNE {commune};\
                     RUE {street};commune;commune;0;",
                    lon * 200_000.0,
                    lat * 144_000.0
                )?;
                written += 1;
            }
        }
    }
    out.finish()?.flush()?;
    say(&format!("{written} adresses de {commune} communes dans {}", file.display()));
    Ok(())
}

async fn measure(database: &str, files: &[&str]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let name = format!("mesure_{}", std::process::id());
    let (url, server) = match database {
        "sqlite" => (format!("sqlite://{}", folder.path().join("ligne.db").display()), None),
        "postgres" => {
            let server = std::env::var("LIGNE_TEST_POSTGRES").context("LIGNE_TEST_POSTGRES names no server")?;
            let mut conn = PgConnection::connect(&format!("{server}/postgres")).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await?;
            (format!("{server}/{name}"), Some(conn))
        }
        other => bail!("{other} is no database"),
    };
    let patient = Options { patience: Duration::from_mins(1), ..Options::default() };
    let db = Db::open(&url, patient).await?;
    db.migrate().await?;
    say(&format!("{database} : {} Mio avant", peak_mib()?));
    for file in files.iter().chain(files.last()) {
        one(&db, &url, Path::new(file)).await?;
    }
    db.close().await;
    if let Some(mut conn) = server {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop database {name}"))).execute(&mut conn).await?;
    }
    Ok(())
}

async fn one(db: &Db, url: &str, file: &Path) -> anyhow::Result<()> {
    // As another process on the same database, with the patience of a call.
    let calls = Db::open(url, Options::default()).await?;
    let (stop, stopped) = oneshot::channel();
    let calling = tokio::spawn(waits(calls, stopped));
    let began = Instant::now();
    let imported = import(db, &SystemClock, "mesure", File::open(file)?).await?;
    let seconds = began.elapsed().as_secs_f64();
    drop(stop);
    let mut waits = calling.await??;
    waits.sort_unstable();
    let at = |share: usize| waits.get(waits.len() * share / 1_000).or(waits.last()).map_or(0.0, Duration::as_secs_f64);
    say(&format!(
        "{} : {} lignes en {seconds:.1} s, mémoire au plus {} Mio ; {} écritures à côté : {:.1} ms au milieu, {:.1} au p99, \
         {:.1} au plus",
        file.display(),
        imported.tally.read,
        peak_mib()?,
        waits.len(),
        at(500) * 1e3,
        at(990) * 1e3,
        at(1_000) * 1e3,
    ));
    Ok(())
}

/// How long each write waited until it was on the disk, from the instant when it was due.
async fn waits(calls: Db, mut stopped: oneshot::Receiver<()>) -> Result<Vec<Duration>, DbError> {
    let (mut due, mut waits) = (interval(Duration::from_millis(20)), Vec::new());
    while stopped.try_recv() == Err(TryRecvError::Empty) {
        let at = due.tick().await;
        db::check_writable(&calls).await?;
        waits.push(at.elapsed());
    }
    calls.close().await;
    Ok(waits)
}

/// The most memory that this process had so far.
fn peak_mib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1_024)
}
