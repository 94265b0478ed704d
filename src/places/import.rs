//! Imports an address file while the line answers calls.
//!
//! A thread reads ahead, a few thousand rows at a time; each batch is a transaction of its own. On `SQLite`, where everybody
//! shares one writer, the import then stands back for as long as its batch took, so that a call waits for one batch at most.
//! The rows are written under the number of the import and nobody sees them. Once the whole file was read and found good,
//! one short transaction shows them in the place of the rows of the same communes; what they replaced is deleted afterwards,
//! a few rows at a time. So a stop at any moment leaves either the old rows or the new ones in sight, the same file twice
//! changes nothing, and of two imports at once the one that ends last counts, commune by commune. What a killed import left
//! is deleted by the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::ban::Kind;
use super::batch::{Batch, Batches};
use super::flaw::{Refusal, Tally};
use super::middle::{self, Middle};
use super::store::imports::{self, Counted, Publication, Shown, Written};
use super::store::leftovers;
use crate::clock::Clock;
use crate::db::{self, Db, DbError};

/// Rows of one transaction: some ten milliseconds.
const ROWS: usize = 2_000;
/// Batches that may have been read and not written yet.
const READ_AHEAD: usize = 2;
/// How many times a write is tried: the database of a busy line may be locked for a moment.
const TRIES: u32 = 5;
/// Between two tries.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// An import that wrote nothing for so long was killed.
const DEAD_AFTER: Duration = Duration::from_mins(15);

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is not worth it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It stood still for so long that another import took it for dead.
    #[error("cet import s'est arrêté trop longtemps, un autre l'a effacé : recommencez")]
    Overtaken,
    /// The database did not take it.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What was imported.
#[derive(Debug)]
pub struct Imported {
    /// Which file it was.
    pub kind: Kind,
    /// What became of its lines.
    pub tally: Tally,
    /// Its communes.
    pub communes: Vec<Counted>,
    /// Lines whose identifier came again further down, where the last one counts.
    pub twice: u64,
}

/// Imports a file of that name.
pub async fn import(
    db: &Db,
    clock: &dyn Clock,
    file: &str,
    source: impl Read + Send + 'static,
) -> Result<Imported, Failure> {
    clean_up(db, clock.now()).await?;
    let batches = reading(move || Batches::of(source)).await?;
    let (kind, file, now) = (batches.kind(), file.to_owned(), clock.now());
    let import = patiently(db, || {
        let file = file.clone();
        Box::pin(db.write(move |tx| Box::pin(async move { imports::begin(tx, kind, &file, now).await })))
    });
    let import = import.await?;
    let outcome = fill(db, clock, import, batches).await;
    if outcome.is_err() {
        give_up(db, import).await;
    }
    clean_up(db, clock.now()).await?;
    outcome
}

/// Runs what reads the file on a thread of its own.
async fn reading<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|cause| Err(Refusal::Unreadable(io::Error::other(cause))))
}

/// Writes until the database takes it, and lets calls pass before anything more is written.
async fn patiently<'d, T>(
    db: &'d Db,
    write: impl Fn() -> BoxFuture<'d, Result<T, DbError>> + Send,
) -> Result<T, DbError> {
    for _ in 1..TRIES {
        let began = Instant::now();
        let outcome = write().await;
        let taken = began.elapsed();
        match outcome {
            Err(error) if error.is_unavailable() => sleep_until(Instant::now() + TRY_AGAIN.max(taken)).await,
            outcome => {
                if db.kind() == db::Kind::Sqlite {
                    sleep_until(Instant::now() + taken).await;
                }
                return outcome;
            }
        }
    }
    write().await
}

/// Writes the rows of a file and shows them.
async fn fill(db: &Db, clock: &dyn Clock, import: i64, batches: Batches) -> Result<Imported, Failure> {
    let kind = batches.kind();
    let (sender, mut received) = mpsc::channel(READ_AHEAD);
    let pumping = tokio::spawn(reading(move || pump(batches, &sender)));
    let mut names = BTreeMap::new();
    while let Some(read) = received.recv().await {
        names.extend(read.communes);
        add(db, import, Arc::new(read.rows), clock.now()).await?;
        fail::fail_point!("places-batch-kept");
    }
    let tally = pumping.await.unwrap_or_else(|cause| Err(Refusal::Unreadable(io::Error::other(cause))))?.verdict()?;
    let communes = count(db, clock, import, kind, names).await?;
    show(db, clock, import, kind, &communes).await?;
    let kept = |one: &Counted| if kind == Kind::Addresses { one.addresses } else { one.streets };
    let kept: i64 = communes.iter().map(kept).sum();
    let twice = tally.understood.saturating_sub(u64::try_from(kept).unwrap_or_default());
    Ok(Imported { kind, tally, communes, twice })
}

/// What the reading thread hands over.
struct Ahead {
    communes: Vec<(String, String)>,
    rows: Written,
}

fn pump(mut batches: Batches, to: &mpsc::Sender<Ahead>) -> Result<Tally, Refusal> {
    let kind = batches.kind();
    while let Some(batch) = batches.next_batch(ROWS)? {
        let communes = names(&batch);
        // Nobody waits for it any more: the database failed.
        if to.blocking_send(Ahead { communes, rows: Written::of(&batch, kind) }).is_err() {
            break;
        }
    }
    Ok(batches.tally())
}

/// Code and name of each commune of a batch.
fn names(batch: &Batch) -> Vec<(String, String)> {
    let names: BTreeMap<_, _> = batch.streets().map(|row| (&row.commune, &row.commune_name)).collect();
    names.into_iter().map(|(code, name)| (code.clone(), name.clone())).collect()
}

async fn add(db: &Db, import: i64, rows: Arc<Written>, now: Timestamp) -> Result<(), Failure> {
    let added = patiently(db, || {
        let rows = rows.clone();
        Box::pin(db.write(move |tx| {
            Box::pin(async move {
                let alive = imports::goes_on(tx, import, now).await?;
                if alive {
                    imports::add(tx, import, &rows).await?;
                }
                Ok::<_, DbError>(alive)
            })
        }))
    });
    if added.await? { Ok(()) } else { Err(Failure::Overtaken) }
}

/// Measures each commune: where its streets are, what it has.
async fn count(
    db: &Db,
    clock: &dyn Clock,
    import: i64,
    kind: Kind,
    names: BTreeMap<String, String>,
) -> Result<Vec<Counted>, Failure> {
    let mut communes = Vec::with_capacity(names.len());
    for (code, name) in names {
        communes.push(match kind {
            Kind::Addresses => measure(db, clock.now(), import, code, name).await?,
            Kind::Localities => {
                let of = code.clone();
                let streets =
                    db.read(move |tx| Box::pin(async move { imports::localities(tx, import, &of).await })).await?;
                Counted { code, name, streets, addresses: 0, codes: Vec::new() }
            }
        });
    }
    Ok(communes)
}

async fn measure(db: &Db, now: Timestamp, import: i64, code: String, name: String) -> Result<Counted, Failure> {
    let of = code.clone();
    let gathered = db.read(move |tx| Box::pin(async move { imports::gathered(tx, import, &of).await })).await?;
    let codes: BTreeSet<String> =
        gathered.iter().map(|(_, code, _)| code.clone()).filter(|one| !one.is_empty()).collect();
    let streets = Arc::new(middle::streets(gathered));
    let addresses = streets.iter().map(|street| street.middle.count).sum::<usize>();
    let kept = patiently(db, || {
        let (streets, of) = (streets.clone(), code.clone());
        Box::pin(db.write(move |tx| {
            Box::pin(async move {
                imports::measure(tx, import, &of, &streets).await?;
                imports::goes_on(tx, import, now).await
            })
        }))
    });
    if !kept.await? {
        return Err(Failure::Overtaken);
    }
    let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    let (streets, addresses) = (count(streets.len()), count(addresses));
    Ok(Counted { code, name, streets, addresses, codes: codes.into_iter().collect() })
}

/// Shows the import, with the postal codes as they will then be. Whoever saw a state that another import changed meanwhile
/// looks again.
async fn show(db: &Db, clock: &dyn Clock, import: i64, kind: Kind, communes: &[Counted]) -> Result<(), Failure> {
    loop {
        let (last, shown) = db.read(|tx| Box::pin(async move { imports::shown(tx).await })).await?;
        let postal_codes = match kind {
            Kind::Addresses => postal_codes(db, import, communes, shown).await?,
            Kind::Localities => BTreeMap::new(),
        };
        let publication = Publication { import, kind, rank: last + 1, communes: communes.to_vec(), postal_codes };
        let (publication, now) = (Arc::new(publication), clock.now());
        let published = patiently(db, || {
            let publication = publication.clone();
            Box::pin(db.write(move |tx| Box::pin(async move { imports::publish(tx, &publication, now).await })))
        });
        match published.await {
            Ok(true) => return Ok(()),
            Ok(false) => return Err(Failure::Overtaken),
            Err(error) if error.is_unique() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The postal codes that the communes of an import have or had, with the addresses of all communes that share them.
async fn postal_codes(
    db: &Db,
    import: i64,
    communes: &[Counted],
    mut shown: BTreeMap<String, Shown>,
) -> Result<BTreeMap<String, Option<Middle>>, DbError> {
    let mut changed = BTreeSet::new();
    for one in communes {
        changed.extend(one.codes.iter().cloned());
        let before = shown.insert(one.code.clone(), Shown { import, codes: one.codes.clone() });
        changed.extend(before.into_iter().flat_map(|before| before.codes));
    }
    let mut middles = BTreeMap::new();
    for code in changed {
        let having = shown.iter().filter(|(_, commune)| commune.codes.contains(&code));
        let having: Vec<(String, i64)> = having.map(|(commune, shown)| (commune.clone(), shown.import)).collect();
        let of = code.clone();
        let points = db.read(move |tx| {
            Box::pin(async move {
                let mut points = Vec::new();
                for (commune, import) in having {
                    points.extend(imports::points(tx, import, &commune, &of).await?);
                }
                Ok::<_, DbError>(points)
            })
        });
        middles.insert(code, Middle::of(&points.await?));
    }
    Ok(middles)
}

/// Leaves nothing of an import that failed; a database that is away keeps it until the next import.
async fn give_up(db: &Db, import: i64) {
    let given_up = db.write(move |tx| Box::pin(async move { leftovers::give_up(tx, import).await })).await;
    if let Err(error) = given_up {
        tracing::warn!(error = &error as &dyn std::error::Error, "the rows of an import wait for the next one");
    }
}

/// Deletes what nobody sees any more: rows that were replaced, and those of imports that were killed.
async fn clean_up(db: &Db, now: Timestamp) -> Result<(), DbError> {
    let before = now.checked_sub(DEAD_AFTER).unwrap_or(now);
    for import in db.read(move |tx| Box::pin(async move { leftovers::dead(tx, before).await })).await? {
        patiently(db, || Box::pin(db.write(move |tx| Box::pin(async move { leftovers::give_up(tx, import).await }))))
            .await?;
    }
    while let Some((import, commune)) = db.read(|tx| Box::pin(async move { leftovers::next(tx).await })).await? {
        patiently(db, || {
            let commune = commune.clone();
            let most = i64::try_from(ROWS).unwrap_or(i64::MAX);
            Box::pin(db.write(move |tx| Box::pin(async move { leftovers::delete(tx, import, &commune, most).await })))
        })
        .await?;
    }
    Ok(())
}
