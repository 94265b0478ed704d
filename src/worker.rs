//! Claims a job, runs it, settles it: THE table from job to function, and THE schedule.
//!
//! Jobs run at least once; each bears a repetition. The schedule reads the present state and moves it on, so a missed
//! tick is mended by the next. A second worker is harmless: a job is leased to one of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use crate::app::App;
use crate::callbacks::store::bridges;
use crate::callbacks::{alert, bridge, spooled, tried};
use crate::calls::recording::{self, State};
use crate::calls::{recordings, sweep};
use crate::db::{DbError, Tx};
use crate::limits;
use crate::lines::reload;
use crate::operators::sign_in;
use crate::outbox::{self, Claimed, Job, Outcome, Settled};
use crate::signals::tell;
use crate::sms::outbound::store::{fates, stops};
use crate::sms::{reconcile, send as texts};
use crate::voice;

/// The least time between two looks at what towns decided of their lines.
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// Between two looks at the outbox.
const EVERY: Duration = Duration::from_secs(1);
/// Between two sweeps: calls without an end, notes of the spool.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// For how long a job belongs to the worker that claimed it.
const LEASE: Duration = Duration::from_mins(2);
/// The longest that a job may run: it must be settled before its lease lapses and another worker begins it again.
const DEADLINE: Duration = Duration::from_secs(90);
/// For how long a job that was done is remembered, to be looked up.
const DONE_KEPT: Duration = Duration::from_hours(30 * 24);
/// Between two looks at whether it is time to read the provider's list of texts.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// For how long what the provider reported of its ids is kept (F-73).
const REPORTS_KEPT: Duration = Duration::from_hours(90 * 24);
/// For how long a STOP is kept (F-73).
const STOPS_KEPT: Duration = Duration::from_hours(1_095 * 24);
/// Jobs that run side by side: a provider that dawdles over a recording must not hold up an alert.
const AT_ONCE: usize = 8;
/// Free places that are worth a look at the outbox between two ticks.
const ENOUGH_ROOM: usize = 4;

/// Works until `stop` becomes true, then waits `grace` for what runs: a job cut by then runs again after its lease.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>, grace: Duration) {
    tokio::join!(
        send(&app, stop.clone(), grace),
        keep_time(&app, stop.clone()),
        follow(&app, stop.clone()),
        look_back(&app, stop)
    );
}

async fn send(app: &Arc<App>, mut stop: watch::Receiver<bool>, grace: Duration) {
    let (mut looks, mut running) = (every(EVERY), JoinSet::new());
    loop {
        let least = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(ended) = running.join_next() => {
                told(ended);
                ENOUGH_ROOM
            }
            _ = looks.tick() => 1,
        };
        let room = AT_ONCE - running.len().min(AT_ONCE);
        if room < least || !app.is_prepared() {
            continue;
        }
        match claim(app, room).await {
            Ok(claimed) => claimed.into_iter().for_each(|job| drop(running.spawn(one(app.clone(), job)))),
            Err(cause) => report("the outbox", &cause),
        }
    }
    let rest = async {
        while let Some(ended) = running.join_next().await {
            told(ended);
        }
    };
    if timeout(grace, rest).await.is_err() {
        tracing::warn!("jobs were cut at the stop: they run again after their lease");
    }
}

async fn keep_time(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut sweeps = every(SWEEP_EVERY);
    loop {
        let round = async {
            sweeps.tick().await;
            if app.is_prepared()
                && let Err(cause) = Box::pin(tick(app)).await
            {
                report("the schedule", &cause);
            }
        };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            () = round => {}
        }
    }
}

/// Reads the provider's list for texts that it did not deliver, at the start and every few minutes, beside the schedule: a
/// list takes its time.
async fn look_back(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut looks = every(LOOK_EVERY);
    loop {
        let round = async {
            looks.tick().await;
            if app.is_prepared()
                && let Err(cause) = reconcile::look(&app.board, &app.lines, &*app.provider).await
            {
                report("the look at the provider's list of texts", &cause);
            }
        };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            () = round => {}
        }
    }
}

/// Puts in force what a town decides on another instance as soon as that is told, at most once a second.
async fn follow(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    let (mut changes, mut pauses) = (app.board.db.watch(), every(RENEW_EVERY));
    loop {
        let round = async {
            let told = changes.next().await.is_some();
            pauses.tick().await;
            // One look answers all that was told until now.
            while changes.next().now_or_never().flatten().is_some() {}
            if told
                && app.is_prepared()
                && let Err(cause) = renew(app).await
            {
                report("what towns decide", &cause);
            }
            told
        };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            told = round => if !told { return },
        }
    }
}

/// Puts in force what towns decided of their lines since, and reads the scripts again if somebody asked for it.
pub async fn renew(app: &App) -> Result<usize, DbError> {
    let renewed = reload::reload(&app.board, &app.lines).await?;
    let asked = renewed.scripts_asked_at.map_or(i64::MIN, Timestamp::as_millisecond);
    if app.scripts.at.fetch_max(asked, Ordering::AcqRel) < asked
        && let Err(problems) = voice::reload(app).await
    {
        tracing::error!(problems = problems.join(" "), "the scripts were not read again: the last good ones stay");
    }
    Ok(renewed.changed)
}

fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Waits for the stop; a sender that is gone is one.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

fn report(what: &str, cause: &DbError) {
    tracing::error!(cause = %crate::telemetry::chain(cause), "{what} could not go on: it tries again");
}

fn told(ended: Result<Result<(), DbError>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(cause)) => report("a job", &cause),
        Err(cause) => tracing::error!(%cause, "a job broke off: it runs again after its lease"),
    }
}

/// Runs every job that is due now, one after the other; returns how many ran.
pub async fn work(app: &Arc<App>) -> Result<usize, DbError> {
    let mut ran = 0;
    loop {
        let claimed = claim(app, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(ran);
        }
        for job in claimed {
            one(app.clone(), job).await?;
            ran += 1;
        }
    }
}

/// Runs a job to its end, or to the end of its time, and settles it.
async fn one(app: Arc<App>, job: Claimed) -> Result<(), DbError> {
    let outcome = match timeout(DEADLINE, perform(&app, &job.job)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(cause)) => Outcome::retry(crate::telemetry::chain(&cause)),
        Err(_) => Outcome::retry("it took too long"),
    };
    settle(&app, job, outcome).await
}

/// THE table from job to function.
async fn perform(app: &Arc<App>, job: &Job) -> Result<Outcome, DbError> {
    let (board, provider) = (&app.board, &*app.provider);
    match job {
        Job::FetchRecording { recording_id } => recordings::fetch(board, provider, *recording_id).await,
        Job::DeleteRecording { recording_id } => recordings::delete(board, provider, *recording_id).await,
        Job::AlertOnCall { callback_id, round } => {
            alert::round(board, &app.lines, provider, *callback_id, *round).await
        }
        Job::CallAgent { bridge_id } => bridge::ring(board, &app.lines, provider, *bridge_id).await,
        Job::TellTried { callback_id } => tried::tell(board, &app.lines, *callback_id).await,
        Job::SendText { message_id } => Box::pin(texts::send(board, &app.lines, provider, *message_id)).await,
        Job::TellSignal { signal_id } => tell::tell(board, &app.lines, provider, *signal_id).await,
    }
}

/// THE schedule: everything that happens on a clock. What fails does not keep the rest from its turn.
pub async fn tick(app: &Arc<App>) -> Result<usize, DbError> {
    app.refusals.write().await;
    let ended = sweep::sweep(&app.board, &app.lines).await;
    let merged = spooled::merge(&app.board, &app.lines).await;
    let erased = recordings::erase_old(&app.board, &app.lines).await;
    let renewed = renew(app).await;
    let forgotten = forget(app).await;
    let signed_out = sign_in::forget(&app.gate).await.map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
    Ok(ended? + merged? + erased? + renewed? + forgotten? + signed_out?)
}

/// Forgets what has passed its date: jobs that were done, reports, STOPs, what was spent.
async fn forget(app: &App) -> Result<usize, DbError> {
    let now = app.board.clock.now();
    let before = move |kept: Duration| now.checked_sub(kept).unwrap_or_default();
    let purge = app.board.db.write(move |tx| {
        Box::pin(async move {
            let jobs = outbox::purge_settled(tx, before(DONE_KEPT)).await?;
            let reports = fates::forget(tx, before(REPORTS_KEPT)).await?;
            let stops = stops::forget(tx, before(STOPS_KEPT)).await?;
            let day = TimeZone::UTC.to_datetime(before(DONE_KEPT)).date().to_string();
            Ok::<_, DbError>(jobs + reports + stops + limits::store::forget(tx, &day).await?)
        })
    });
    let forgotten: u64 = purge.await?;
    Ok(usize::try_from(forgotten).unwrap_or(usize::MAX))
}

async fn claim(app: &App, room: usize) -> Result<Vec<Claimed>, DbError> {
    let (now, delays) = (app.board.clock.now(), app.outbox_delays.clone());
    let limit = i64::try_from(room).unwrap_or(i64::MAX);
    let claiming = app.board.db.write(move |tx| {
        Box::pin(async move {
            let taken = outbox::claim(tx, now, LEASE, limit, &delays).await?;
            for job in taken.buried.iter().filter_map(|buried| buried.job.as_ref()) {
                given_up(tx, job, now).await?;
            }
            Ok::<_, DbError>(taken)
        })
    });
    let taken = claiming.await?;
    for buried in taken.buried {
        tracing::error!(kind = buried.kind, cause = buried.cause, "a job was given up");
    }
    Ok(taken.jobs)
}

async fn settle(app: &App, job: Claimed, outcome: Outcome) -> Result<(), DbError> {
    let (now, delays) = (app.board.clock.now(), app.outbox_delays.clone());
    let kind = job.job.kind();
    let cause = format!("{outcome:?}");
    let settling = app.board.db.write(move |tx| {
        Box::pin(async move {
            let settled = outbox::settle(tx, &job, &outcome, now, &delays).await?;
            if settled == Settled::Buried {
                given_up(tx, &job.job, now).await?;
            }
            Ok::<_, DbError>(settled)
        })
    });
    if settling.await? == Settled::Buried {
        tracing::error!(kind, %cause, "a job was given up");
    }
    Ok(())
}

/// What remains to be said of a job that nobody will try again. The person behind it is in front of an agent already: a
/// message belongs to a request or a callback, an alert to a callback; whoever clicked reads that nothing rang.
async fn given_up(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<(), DbError> {
    match job {
        Job::FetchRecording { recording_id } => {
            recording::store::change(tx, *recording_id, State::Waiting, State::Absent).await.map(drop)
        }
        Job::CallAgent { bridge_id } => bridges::give_up(tx, *bridge_id, now).await,
        Job::SendText { message_id } => texts::given_up(tx, *message_id, now).await,
        Job::DeleteRecording { .. } | Job::AlertOnCall { .. } | Job::TellSignal { .. } | Job::TellTried { .. } => {
            Ok(())
        }
    }
}
