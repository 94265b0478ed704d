//! Claims a job, runs it, settles it: THE table from job to function, and THE schedule.
//!
//! Jobs run at least once; each bears a repetition. The schedule reads the present state and moves it on, so a missed
//! tick is mended by the next. A second worker is harmless: a job is leased to one of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::callbacks::{alert, spooled};
use crate::calls::{recordings, sweep};
use crate::db::DbError;
use crate::outbox::{self, Claimed, Job, Outcome, Settled};

/// Between two looks at the outbox.
const EVERY: Duration = Duration::from_secs(1);
/// Between two sweeps: calls without an end, notes of the spool.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// For how long a job belongs to the worker that claimed it.
const LEASE: Duration = Duration::from_mins(2);
/// Jobs taken at once.
const AT_ONCE: i64 = 16;

/// Works until `stop` becomes true.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut jobs = interval(EVERY);
    let mut sweeps = interval(SWEEP_EVERY);
    jobs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            _ = jobs.tick() => if app.is_prepared() { report("the outbox", work_until(&app, &stop).await) },
            _ = sweeps.tick() => if app.is_prepared() { report("the schedule", tick(&app).await) },
        }
    }
}

/// Waits for the stop; a sender that is gone is one.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

fn report(what: &str, done: Result<usize, DbError>) {
    if let Err(cause) = done {
        tracing::error!(cause = %crate::telemetry::chain(&cause), "{what} could not go on: it tries again");
    }
}

/// Runs every job that is due now; returns how many ran.
pub async fn work(app: &Arc<App>) -> Result<usize, DbError> {
    work_until(app, &watch::channel(false).1).await
}

/// The same until a stop, which is heard between two jobs: what was claimed and not begun is taken again once its lease
/// lapses.
async fn work_until(app: &Arc<App>, stop: &watch::Receiver<bool>) -> Result<usize, DbError> {
    let mut ran = 0;
    while !*stop.borrow() {
        let claimed = claim(app).await?;
        if claimed.is_empty() {
            break;
        }
        for job in claimed {
            if *stop.borrow() {
                break;
            }
            let outcome = perform(app, &job.job).await.unwrap_or_else(|cause| Outcome::retry(cause.to_string()));
            settle(app, job, outcome).await?;
            ran += 1;
        }
    }
    Ok(ran)
}

/// THE table from job to function.
async fn perform(app: &Arc<App>, job: &Job) -> Result<Outcome, DbError> {
    let (board, provider) = (&app.board, &*app.provider);
    match job {
        Job::FetchRecording { recording_id } => {
            recordings::fetch(board, provider, &app.recordings, *recording_id).await
        }
        Job::DeleteRecording { recording_id } => recordings::delete(board, provider, *recording_id).await,
        Job::AlertOnCall { callback_id, round } => {
            alert::round(board, &app.lines, provider, *callback_id, *round).await
        }
    }
}

/// THE schedule: everything that happens on a clock.
pub async fn tick(app: &Arc<App>) -> Result<usize, DbError> {
    app.refusals.write().await;
    let ended = sweep::sweep(&app.board, &app.lines).await?;
    let merged = spooled::merge(&app.board, &app.lines).await?;
    let erased = recordings::erase_old(&app.board, &app.lines, &app.recordings).await?;
    Ok(ended + merged + erased)
}

async fn claim(app: &App) -> Result<Vec<Claimed>, DbError> {
    let (now, delays) = (app.board.clock.now(), app.outbox_delays.clone());
    app.board.db.write(move |tx| Box::pin(async move { outbox::claim(tx, now, LEASE, AT_ONCE, &delays).await })).await
}

async fn settle(app: &App, job: Claimed, outcome: Outcome) -> Result<(), DbError> {
    let (now, delays) = (app.board.clock.now(), app.outbox_delays.clone());
    let kind = job.job.kind();
    let cause = format!("{outcome:?}");
    let settled = app
        .board
        .db
        .write(move |tx| Box::pin(async move { outbox::settle(tx, &job, &outcome, now, &delays).await }))
        .await?;
    if settled == Settled::Buried {
        tracing::error!(kind, %cause, "a job was given up");
    }
    Ok(())
}
