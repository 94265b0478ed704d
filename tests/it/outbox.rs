//! What must leave the building: written with its cause, taken by one worker at a time, tried again, never forgotten.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::outbox::{self, Backlog, Claimed, Job, NewJob, Outcome, Settled, Taken};
use ligne_solidaire::worker;
use tokio::sync::watch;
use uuid::Uuid;

use crate::support::service::Service;
use crate::support::test_db::{TestDb, number, on_both, run};

const LEASE: Duration = Duration::from_mins(1);
const DELAYS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

fn start() -> Timestamp {
    "2026-04-14T08:00:00Z".parse().unwrap()
}

fn after(seconds: u64) -> Timestamp {
    start().checked_add(Duration::from_secs(seconds)).unwrap()
}

fn fetch(n: u128) -> NewJob {
    let recording_id = Uuid::from_u128(n);
    NewJob::due_now(Uuid::from_u128(1_000 + n), Job::FetchRecording { recording_id }, format!("fetch/{n}"), start())
}

async fn enqueue(db: &Db, new: NewJob) -> bool {
    db.write(|tx| Box::pin(outbox::enqueue(tx, new))).await.unwrap()
}

async fn take(db: &Db, now: Timestamp, limit: i64) -> Taken {
    db.write(move |tx| Box::pin(async move { outbox::claim(tx, now, LEASE, limit, &DELAYS).await })).await.unwrap()
}

async fn claim(db: &Db, now: Timestamp, limit: i64) -> Vec<Claimed> {
    take(db, now, limit).await.jobs
}

async fn settle(db: &Db, claimed: &Claimed, outcome: Outcome, now: Timestamp) -> Settled {
    let claimed = claimed.clone();
    db.write(move |tx| Box::pin(async move { outbox::settle(tx, &claimed, &outcome, now, &DELAYS).await }))
        .await
        .unwrap()
}

async fn backlog(db: &Db, now: Timestamp) -> Backlog {
    db.read(move |tx| Box::pin(outbox::backlog(tx, now))).await.unwrap()
}

#[tokio::test]
async fn the_same_thing_asked_twice_leaves_once() {
    on_both(async |base| {
        let again = NewJob { id: Uuid::from_u128(9_999), ..fetch(1) };
        assert!(enqueue(&base.db, fetch(1)).await);
        assert!(!enqueue(&base.db, again).await);
        let claimed = claim(&base.db, start(), 10).await;
        assert_eq!(claimed, [Claimed { id: fetch(1).id, attempt: 1, job: fetch(1).job }]);
        assert_eq!(settle(&base.db, &claimed[0], Outcome::Done, start()).await, Settled::Done);
        assert!(!enqueue(&base.db, NewJob { id: Uuid::from_u128(9_998), ..fetch(1) }).await);
    })
    .await;
}

#[tokio::test]
async fn what_must_leave_is_not_kept_when_its_cause_is_not() {
    on_both(async |base| {
        let undone: Result<(), DbError> = base
            .db
            .write(|tx| {
                Box::pin(async move {
                    outbox::enqueue(tx, fetch(1)).await?;
                    Err(DbError::Refused("non".into()))
                })
            })
            .await;
        assert!(undone.is_err());
        assert_eq!(claim(&base.db, start(), 10).await, []);
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_take_the_same_job() {
    on_both(async |base| {
        for n in 0..100 {
            enqueue(&base.db, fetch(n)).await;
        }
        let other = base.second_instance().await;
        let claims = (0..40).map(|i| claim(if i % 2 == 0 { &base.db } else { &other }, start(), 3));
        let mut taken = HashMap::new();
        for claimed in join_all(claims).await.into_iter().flatten() {
            *taken.entry(claimed.id).or_insert(0) += 1;
        }
        while let Some(claimed) = claim(&base.db, start(), 1).await.first() {
            *taken.entry(claimed.id).or_insert(0) += 1;
        }
        assert_eq!(taken.len(), 100);
        assert!(taken.values().all(|times| *times == 1));
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_claim_takes_no_more_than_asked_and_nothing_before_its_time() {
    on_both(async |base| {
        for n in 0..5 {
            enqueue(&base.db, fetch(n)).await;
        }
        enqueue(&base.db, fetch(9).due_at(after(10))).await;
        assert_eq!(claim(&base.db, start(), 3).await.len(), 3);
        assert_eq!(claim(&base.db, after(9), 10).await.len(), 2);
        assert_eq!(claim(&base.db, after(10), 10).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_alert_leaves_before_whatever_else_waits() {
    on_both(async |base| {
        for n in 0..5 {
            enqueue(&base.db, fetch(n)).await;
        }
        let alert = Job::AlertOnCall { callback_id: Uuid::from_u128(7), round: 1 };
        let new = NewJob::due_now(Uuid::from_u128(5_000), alert.clone(), "alert/7/1", start()).due_at(after(5));
        enqueue(&base.db, new).await;
        let claimed = claim(&base.db, after(5), 2).await;
        assert_eq!((claimed.len(), &claimed[0].job), (2, &alert));
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_wakes_up_late_cannot_settle_what_another_took_over() {
    on_both(async |base| {
        enqueue(&base.db, fetch(1)).await;
        let late = claim(&base.db, start(), 1).await.remove(0);
        assert_eq!(claim(&base.db, after(59), 1).await, []);
        let present = claim(&base.db, after(60), 1).await.remove(0);
        assert_eq!((late.attempt, present.attempt), (1, 2));
        assert_eq!(settle(&base.db, &late, Outcome::fail("late"), after(61)).await, Settled::Stale);
        assert_eq!(settle(&base.db, &present, Outcome::Done, after(61)).await, Settled::Done);
        assert_eq!(settle(&base.db, &present, Outcome::retry("again"), after(62)).await, Settled::Stale);
        assert_eq!(claim(&base.db, after(9_999), 1).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_is_tried_again_after_each_delay_and_then_buried() {
    on_both(async |base| {
        enqueue(&base.db, fetch(1)).await;
        let mut now = start();
        for delay in DELAYS {
            let claimed = claim(&base.db, now, 1).await.remove(0);
            let next = now.checked_add(delay).unwrap();
            assert_eq!(settle(&base.db, &claimed, Outcome::retry("503"), now).await, Settled::Again(next));
            now = next;
        }
        let last = claim(&base.db, now, 1).await.remove(0);
        assert_eq!(settle(&base.db, &last, Outcome::retry("503\0"), now).await, Settled::Buried);
        assert_eq!(backlog(&base.db, now).await, Backlog { buried: 1, ..Backlog::default() });
        assert_eq!(number(&base.db, "select count(*) from outbox where last_error = '503'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_buried_after_the_last_try() {
    on_both(async |base| {
        enqueue(&base.db, fetch(1)).await;
        for lapse in 0..3 {
            assert_eq!(claim(&base.db, after(60 * lapse), 1).await.len(), 1, "{lapse}");
        }
        let taken = take(&base.db, after(180), 1).await;
        let told: Vec<_> = taken.buried.iter().map(|buried| (buried.kind.as_str(), buried.job.clone())).collect();
        assert_eq!((taken.jobs, told), (vec![], vec![("fetch_recording", Some(fetch(1).job))]));
        assert_eq!(backlog(&base.db, after(180)).await.buried, 1);
    })
    .await;
}

#[tokio::test]
async fn what_may_have_happened_waits_for_a_decision_and_the_health_page_counts_it() {
    on_both(async |base| {
        for n in 0..3 {
            enqueue(&base.db, fetch(n).due_at(after(u64::try_from(n).unwrap()))).await;
        }
        let claimed = claim(&base.db, start(), 1).await.remove(0);
        assert_eq!(settle(&base.db, &claimed, Outcome::unknown("timeout"), start()).await, Settled::Unknown);
        let seen = backlog(&base.db, after(5)).await;
        assert_eq!(seen, Backlog { waiting: 2, buried: 0, unknown: 1, due_since: Some(after(1)) });
        assert_eq!(backlog(&base.db, start()).await.due_since, None);
    })
    .await;
}

#[tokio::test]
async fn jobs_of_a_newer_version_are_left_to_it() {
    on_both(async |base| {
        run(
            &base.db,
            "insert into outbox (id, kind, payload, dedupe_key, state, created_at, run_at) \
             values ('00000000-0000-0000-0000-000000000001', 'send_fax', '{}', 'fax', 'queued', 0, 0)",
        )
        .await;
        assert_eq!(claim(&base.db, start(), 10).await, []);
        assert_eq!(backlog(&base.db, after(9_999)).await, Backlog::default(), "this version is not late with them");
    })
    .await;
}

#[tokio::test]
async fn an_unreadable_job_is_buried_and_harms_no_other() {
    on_both(async |base| {
        run(
            &base.db,
            "insert into outbox (id, kind, payload, dedupe_key, state, created_at, run_at) \
             values ('00000000-0000-0000-0000-000000000001', 'fetch_recording', 'bad', 'bad', 'queued', 0, 0)",
        )
        .await;
        enqueue(&base.db, fetch(1)).await;
        assert_eq!(claim(&base.db, start(), 10).await.len(), 1);
        assert_eq!(backlog(&base.db, start()).await.buried, 1);
    })
    .await;
}

#[tokio::test]
async fn done_jobs_are_forgotten_after_their_date_and_undecided_ones_stay() {
    on_both(async |base| {
        for n in 0..3 {
            enqueue(&base.db, fetch(n)).await;
        }
        let claimed = claim(&base.db, start(), 10).await;
        settle(&base.db, &claimed[0], Outcome::Done, start()).await;
        settle(&base.db, &claimed[1], Outcome::Done, after(100)).await;
        settle(&base.db, &claimed[2], Outcome::fail("404"), start()).await;
        let forgotten = base.db.write(|tx| Box::pin(outbox::purge_settled(tx, after(50)))).await.unwrap();
        assert_eq!(forgotten, 1);
        assert_eq!(number(&base.db, "select count(*) from outbox").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_begins_no_further_job() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    for n in 1..=20 {
        enqueue(&base.db, fetch(n)).await;
    }
    let (_stop, stopping) = watch::channel(true);
    // What a worker looks at first is left to chance: twenty times, no job was it.
    for _ in 0..20 {
        worker::run(service.app.clone(), stopping.clone(), Duration::ZERO).await;
    }
    assert_eq!(backlog(&base.db, start()).await.waiting, 20);
}
