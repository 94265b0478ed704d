//! All SQL of the outbox: functions over a transaction.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Row, SqlStr};
use uuid::Uuid;

use super::job::Job;
use super::retry::{self, Outcome, Settled};
use crate::clock::from_millis;
use crate::db::{self, DbError, Tx};

/// The longest cause that a row keeps, in characters.
const CAUSE_LENGTH: usize = 500;

/// What is to be done, and the name under which it is done only once.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// The row.
    pub id: Uuid,
    /// What to do.
    pub job: Job,
    /// Names the thing itself (`fetch-recording/RE12…`): a second job under the same key changes nothing.
    pub dedupe_key: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is due.
    pub run_at: Timestamp,
}

impl NewJob {
    /// A job that is due at once.
    pub fn due_now(id: Uuid, job: Job, dedupe_key: impl Into<String>, now: Timestamp) -> Self {
        Self { id, job, dedupe_key: dedupe_key.into(), created_at: now, run_at: now }
    }

    /// The same, due later.
    #[must_use]
    pub fn due_at(self, run_at: Timestamp) -> Self {
        Self { run_at, ..self }
    }
}

/// A job in the hands of a worker, until its lease lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The row.
    pub id: Uuid,
    /// 1 for the first try. Only the last attempt may settle.
    pub attempt: i64,
    /// What to do.
    pub job: Job,
}

/// A job that was given up while jobs were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buried {
    /// Its kind.
    pub kind: String,
    /// What it was; none where the row cannot be read.
    pub job: Option<Job>,
    /// Why.
    pub cause: String,
}

/// What one claim took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Jobs to do, alerts first.
    pub jobs: Vec<Claimed>,
    /// Jobs that were given up instead.
    pub buried: Vec<Buried>,
}

/// What waits, for the health page and the desk. Only kinds that this version knows: the others are for a newer one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Jobs that are due or will be.
    pub waiting: i64,
    /// Jobs given up.
    pub buried: i64,
    /// Jobs of which nobody knows whether they happened.
    pub unknown: i64,
    /// Since when the oldest due job has been due.
    pub due_since: Option<Timestamp>,
}

/// Writes a job in the transaction of its cause. False when there is one under this dedupe key already.
pub async fn enqueue(tx: &mut Tx<'_>, new: NewJob) -> Result<bool, DbError> {
    let insert = "insert into outbox (id, kind, payload, dedupe_key, state, created_at, run_at, urgency) \
                  values ($1, $2, $3, $4, 'queued', $5, $6, $7) on conflict (dedupe_key) do nothing";
    let inserted = sqlx::query(insert)
        .bind(new.id.to_string())
        .bind(new.job.kind())
        .bind(new.job.payload())
        .bind(db::storable(&new.dedupe_key).into_owned())
        .bind(new.created_at.as_millisecond())
        .bind(new.run_at.as_millisecond())
        .bind(i64::from(new.job.kind() != Job::URGENT))
        .execute(tx.conn())
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Takes up to `limit` jobs that are due, or whose worker has let its lease lapse: alerts first, then the oldest. Nobody
/// else gets them for the time of `lease`. A job beyond its last try is buried here: each try before ended its worker.
pub async fn claim(
    tx: &mut Tx<'_>,
    now: Timestamp,
    lease: Duration,
    limit: i64,
    delays: &[Duration],
) -> Result<Taken, DbError> {
    let till = now.checked_add(lease).unwrap_or(Timestamp::MAX);
    let rows = sqlx::query(claiming(tx))
        .bind(now.as_millisecond())
        .bind(till.as_millisecond())
        .bind(limit)
        .bind(known())
        .fetch_all(tx.conn())
        .await?;
    let mut taken = Taken::default();
    for row in rows {
        let (id, attempt, job) = read(&row)?;
        let buried = match job {
            Ok(job) if retry::is_one_too_many(attempt, delays) => {
                Buried { kind: job.kind().to_owned(), job: Some(job), cause: "lease lapsed".to_owned() }
            }
            Ok(job) => {
                taken.jobs.push(Claimed { id, attempt, job });
                continue;
            }
            Err(unreadable) => Buried { cause: unreadable.to_string(), kind: unreadable.kind, job: None },
        };
        write_outcome(tx, (id, attempt), Settled::Buried, Some(&buried.cause), now).await?;
        taken.buried.push(buried);
    }
    taken.jobs.sort_by_key(|claimed| (claimed.job.kind() != Job::URGENT, claimed.id));
    Ok(taken)
}

/// The kinds of this version, as `like` searches them.
fn known() -> String {
    format!(",{},", Job::KINDS.join(","))
}

/// One statement, in which two workers never take the same row.
fn claiming(tx: &Tx<'_>) -> SqlStr {
    db::with_skip_locked(
        tx.kind(),
        "with due as materialized (select due_id from ( \
         select * from (select id as due_id, urgency, run_at from outbox where state = 'queued' and run_at <= $1 \
         and $4 like '%,' || kind || ',%' order by urgency, run_at, id limit $3{skip locked}) waiting union all \
         select * from (select id as due_id, urgency, run_at from outbox where state = 'leased' and leased_till <= $1 \
         and $4 like '%,' || kind || ',%' order by leased_till limit $3{skip locked}) lapsed) every_due \
         order by urgency, run_at, due_id limit $3) \
         update outbox set state = 'leased', attempts = attempts + 1, leased_till = $2 from due where id = due_id \
         returning id, attempts, kind, payload",
    )
}

fn read(row: &AnyRow) -> Result<(Uuid, i64, Result<Job, super::JobError>), DbError> {
    let id: String = row.try_get("id")?;
    let id = id.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let job = Job::read(row.try_get("kind")?, row.try_get("payload")?);
    Ok((id, row.try_get("attempts")?, job))
}

/// Writes how a try ended. `delays` are those of the configuration, one per further try.
pub async fn settle(
    tx: &mut Tx<'_>,
    claimed: &Claimed,
    outcome: &Outcome,
    now: Timestamp,
    delays: &[Duration],
) -> Result<Settled, DbError> {
    let settled = retry::after_try(claimed.attempt, outcome, now, delays);
    let mine = write_outcome(tx, (claimed.id, claimed.attempt), settled, outcome.cause(), now).await?;
    Ok(if mine { settled } else { Settled::Stale })
}

async fn write_outcome(
    tx: &mut Tx<'_>,
    (id, attempt): (Uuid, i64),
    settled: Settled,
    cause: Option<&str>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let run_at = match settled {
        Settled::Again(at) | Settled::Waits(at) => Some(at.as_millisecond()),
        _ => None,
    };
    let settled_at = run_at.is_none().then(|| now.as_millisecond());
    // What was no try is taken off the count. Two claims never share a number all the same: only the one that has the
    // row takes its own off.
    let update = "update outbox set state = $1, run_at = coalesce($2, run_at), settled_at = $3, last_error = $4, \
                  leased_till = null, attempts = attempts - $7 where id = $5 and state = 'leased' and attempts = $6";
    let updated = sqlx::query(update)
        .bind(settled.state())
        .bind(run_at)
        .bind(settled_at)
        .bind(cause.map(|cause| db::storable(cause).chars().take(CAUSE_LENGTH).collect::<String>()))
        .bind(id.to_string())
        .bind(attempt)
        .bind(i64::from(matches!(settled, Settled::Waits(_))))
        .execute(tx.conn())
        .await?;
    Ok(updated.rows_affected() == 1)
}

/// What waits at `now`.
pub async fn backlog(tx: &mut Tx<'_>, now: Timestamp) -> Result<Backlog, DbError> {
    let row = sqlx::query(
        "select count(case when state in ('queued', 'leased') then 1 end) as waiting, \
         count(case when state = 'buried' then 1 end) as buried, count(case when state = 'unknown' then 1 end) as unknown, \
         min(case when state in ('queued', 'leased') and run_at <= $1 then run_at end) as due_since from outbox \
         where $2 like '%,' || kind || ',%'",
    )
    .bind(now.as_millisecond())
    .bind(known())
    .fetch_one(tx.conn())
    .await?;
    let due_since: Option<i64> = row.try_get("due_since")?;
    Ok(Backlog {
        waiting: row.try_get("waiting")?,
        buried: row.try_get("buried")?,
        unknown: row.try_get("unknown")?,
        due_since: due_since.map(from_millis),
    })
}

/// A job that was given up, or of which nobody knows whether it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The row.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// What it was; none where the row cannot be read.
    pub job: Option<Job>,
    /// Whether it may have happened all the same.
    pub unknown: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed the last time.
    pub cause: String,
    /// When it was given up.
    pub at: Timestamp,
}

/// The most failures that are read at once.
pub const FAILED_AT_ONCE: usize = 200;

/// The jobs that were given up, the last one first, at most [`FAILED_AT_ONCE`]; those after `last` where it is given.
pub async fn failed(tx: &mut Tx<'_>, last: Option<&Failed>) -> Result<Vec<Failed>, DbError> {
    let (at, id) = last.map_or((i64::MAX, String::new()), |last| (last.at.as_millisecond(), last.id.to_string()));
    let rows = sqlx::query(
        "select id, kind, payload, state, attempts, last_error, settled_at from outbox \
         where state in ('buried', 'unknown') and (settled_at < $1 or (settled_at = $1 and id > $2)) \
         order by settled_at desc, id limit $3",
    )
    .bind(at)
    .bind(id)
    .bind(i64::try_from(FAILED_AT_ONCE).unwrap_or(i64::MAX))
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(read_failed).collect()
}

/// A job, given up or not.
pub async fn one(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Failed>, DbError> {
    let row =
        sqlx::query("select id, kind, payload, state, attempts, last_error, settled_at from outbox where id = $1")
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    row.as_ref().map(read_failed).transpose()
}

fn read_failed(row: &AnyRow) -> Result<Failed, DbError> {
    let (id, attempts, job) = read(row)?;
    let (state, at): (String, Option<i64>) = (row.try_get("state")?, row.try_get("settled_at")?);
    Ok(Failed {
        id,
        kind: row.try_get("kind")?,
        job: job.ok(),
        unknown: state == "unknown",
        attempts,
        cause: row.try_get::<Option<String>, _>("last_error")?.unwrap_or_default(),
        at: at.map(from_millis).unwrap_or_default(),
    })
}

/// Has a job that was given up tried again at once, from its first try on; `false` when it is not given up any more.
pub async fn again(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<bool, DbError> {
    let update = "update outbox set state = 'queued', attempts = 0, run_at = $1, settled_at = null \
                  where id = $2 and state in ('buried', 'unknown')";
    let queued = sqlx::query(update).bind(now.as_millisecond()).bind(id.to_string()).execute(tx.conn()).await?;
    Ok(queued.rows_affected() == 1)
}

/// Deletes the jobs done before `before`; those of which somebody must still decide stay. Their dedupe keys are free
/// again afterwards.
pub async fn purge_settled(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, DbError> {
    let delete = sqlx::query("delete from outbox where state = 'done' and settled_at < $1");
    Ok(delete.bind(before.as_millisecond()).execute(tx.conn()).await?.rows_affected())
}
