//! One request of two, and two again (F-49).

use std::time::Duration;

use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::claims;
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::disposition::Step;
use ligne_solidaire::callbacks::finish::{self, Ending, Finish};
use ligne_solidaire::clock::Clock;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::operators::Operator;
use ligne_solidaire::requests::State;
use ligne_solidaire::requests::desk::{Saved, ends, merge};
use ligne_solidaire::requests::duplicates::NotMerged;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::{GASTON, ODETTE, by_telephone, told, whole};
use crate::support::desk::write;
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::staff::{agent, stranger};
use crate::support::test_db::{TestDb, number, on_both};

async fn make_one(service: &Service, by: &Operator, kept: Uuid, merged: Uuid) -> Result<(), NotMerged> {
    merge::merge(&service.app.board, &service.app.lines, by, kept, merged).await.unwrap()
}

async fn make_two(service: &Service, by: &Operator, merged: Uuid) -> bool {
    merge::unmerge(&service.app.board, &service.app.lines, by, merged).await.unwrap() == Saved::Saved
}

#[tokio::test]
async fn two_requests_of_one_number_are_suggested_and_become_one() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let first = by_telephone(&service, ODETTE).await;
        service.clock.advance(Duration::from_mins(30));
        let second = by_telephone(&service, ODETTE).await;
        by_telephone(&service, GASTON).await;
        let opened = whole(&service, &camille, first).await;
        assert_eq!(opened.suggestions().iter().map(|near| near.id).collect::<Vec<_>>(), [second]);
        assert_eq!(opened.linked.iter().map(|linked| linked.0).collect::<Vec<_>>(), [second]);
        let (due, promised) = (opened.callbacks[0].due_at, opened.callbacks[0].promised_until);
        assert_eq!(make_one(&service, &camille, second, first).await, Ok(()));
        let kept = whole(&service, &camille, second).await;
        assert_eq!(
            (kept.callbacks[0].due_at, kept.callbacks[0].promised_until),
            (due, promised),
            "the oldest deadline"
        );
        assert_eq!(kept.merged[0].0, first);
        let ended = whole(&service, &camille, first).await;
        assert_eq!((ended.request.state, ended.request.merged_into), (State::Merged, Some(second)));
        assert_eq!(ended.callbacks[0].disposition.as_deref(), Some("DOUBLON"));
        let history = told(&service, &camille, second).await;
        assert_eq!(history.iter().filter(|entry| entry.title == "Demande enregistrée").count(), 2, "both histories");
        assert!(history.iter().any(|entry| entry.of.as_deref() == Some(ended.request.reference.as_str())));
        // Whoever phones with the digits of the one that ended hears of the one that goes on.
        let leg = service.exchange.call(ODETTE, LINE).await.unwrap();
        for keys in ["4", "2", &ended.request.reference] {
            service.exchange.keys(leg, keys).await.unwrap();
        }
        assert!(shopping::words(&service.exchange, leg).contains("Un agent va vous rappeler"));
    })
    .await;
}

#[tokio::test]
async fn what_may_not_be_merged_is_refused_and_nothing_changes() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoé").await);
        let other = stranger(&service).await;
        let [one, two, three] = [
            by_telephone(&service, ODETTE).await,
            by_telephone(&service, ODETTE).await,
            by_telephone(&service, ODETTE).await,
        ];
        assert_eq!(make_one(&service, &camille, one, one).await, Err(NotMerged::Itself));
        assert_eq!(make_one(&service, &camille, one, Uuid::nil()).await, Err(NotMerged::Unknown));
        assert_eq!(make_one(&service, &other, one, two).await, Err(NotMerged::Unknown));
        let callback = whole(&service, &camille, two).await.callbacks[0].id;
        let now = service.clock.now();
        let entry = service.app.board.ids.row(now);
        let hand = Hand { agent: zoe.name.clone(), operator: Some(zoe.id), entry, now };
        claims::claim(&base.db, &hand, callback).await.unwrap();
        assert_eq!(make_one(&service, &camille, one, two).await, Err(NotMerged::Held("Zoé".to_owned())));
        assert_eq!(make_one(&service, &zoe, one, two).await, Ok(()), "she gives up her own");
        for (kept, merged) in [(three, two), (two, three)] {
            assert!(matches!(make_one(&service, &camille, kept, merged).await, Err(NotMerged::Over { .. })));
        }
        assert_eq!(ends::cancel(&service.app.board, &camille, two).await.unwrap(), Saved::NotThere);
        assert_eq!(make_one(&service, &zoe, one, two).await, Ok(()), "pressed twice, it is done");
        assert_eq!(ends::cancel(&service.app.board, &camille, two).await.unwrap(), Saved::NotThere);
        assert_eq!(number(&base.db, "select count(*) from merges").await, 1);
        assert!(!make_two(&service, &other, two).await, "of another line nothing exists");
        assert!(!make_two(&service, &camille, one).await, "it was not merged");
        assert!(make_two(&service, &camille, two).await);
        assert!(!make_two(&service, &camille, two).await, "once");
        assert_eq!(make_one(&service, &camille, three, two).await, Ok(()), "and again into another one");
    })
    .await;
}

#[tokio::test]
async fn somebody_in_danger_who_waits_again_after_a_merge_is_undone_is_alerted_again() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let (one, two) = (by_telephone(&service, ODETTE).await, by_telephone(&service, ODETTE).await);
        let in_danger = "update callbacks set priority = 0 where request_id = $1";
        write(&base.db, move |query| query(in_danger).bind(two.to_string())).await;
        let alerts = "select count(*) from outbox where kind = 'alert_on_call'";
        for round in 1..=2 {
            assert_eq!(make_one(&service, &camille, one, two).await, Ok(()));
            assert_eq!(number(&base.db, alerts).await, 2 * round - 1, "the kept one is danger now");
            service.clock.advance(Duration::from_mins(1));
            assert!(make_two(&service, &camille, two).await);
            assert_eq!(number(&base.db, alerts).await, 2 * round, "the other one is danger again");
            service.clock.advance(Duration::from_mins(1));
        }
    })
    .await;
}

/// Camille takes that callback and ends it as treated by the request of these six digits.
async fn ends_as_duplicate(service: &Service, by: &Operator, callback: Uuid, reference: &str) -> Finish {
    let board = &service.app.board;
    let entry = || board.ids.row(board.clock.now());
    let hand = || Hand { agent: by.name.clone(), operator: Some(by.id), entry: entry(), now: board.clock.now() };
    claims::claim(&board.db, &hand(), callback).await.unwrap();
    let (disposition, reference) = (Disposition::of_code("DOUBLON").unwrap(), Some(reference.to_owned()));
    let ending =
        Ending { form: entry(), disposition, date: None, reference, lang: None, note: Some("La même.".to_owned()) };
    let lines = &service.app.lines;
    finish::finish(&board.db, &board.keyring, &board.ids, lines, &hand(), callback, ending).await.unwrap()
}

#[tokio::test]
async fn a_callback_that_another_request_treats_makes_one_of_the_two_and_can_be_undone() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, other) = (agent(&service, "Camille").await, stranger(&service).await);
        let first = by_telephone(&service, ODETTE).await;
        service.clock.advance(Duration::from_mins(30));
        let second = by_telephone(&service, ODETTE).await;
        let (earlier, later) = (whole(&service, &camille, first).await, whole(&service, &camille, second).await);
        let (callback, kept) = (earlier.callbacks[0].id, later.request.reference.clone());
        let own = earlier.request.reference.clone();
        for wrong in ["999999", &own] {
            let refused = ends_as_duplicate(&service, &camille, callback, wrong).await;
            assert_eq!(refused, Finish::Needs(Step::Reference), "{wrong}");
        }
        assert_eq!(ends_as_duplicate(&service, &other, callback, &kept).await, Finish::Unknown);
        assert_eq!(ends_as_duplicate(&service, &camille, callback, &kept).await, Finish::Closed);
        let ended = whole(&service, &camille, first).await;
        assert_eq!((ended.request.state, ended.request.merged_into), (State::Merged, Some(second)));
        let due = whole(&service, &camille, second).await.callbacks[0].due_at;
        assert_eq!(due, earlier.callbacks[0].due_at, "the older deadline");
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'annulée'").await, 0);
        assert_eq!(number(&base.db, "select count(*) from notes").await, 1);
        assert!(make_two(&service, &camille, first).await);
        assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'open'").await, 2);
        ends::cancel(&service.app.board, &camille, second).await.unwrap();
        let over = ends_as_duplicate(&service, &camille, callback, &kept).await;
        assert!(matches!(over, Finish::NotMerged(NotMerged::Over { .. })), "{over:?}");
        assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'claimed'").await, 1, "still hers");
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_of_a_request_for_which_nobody_waits_waits_for_it() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let (first, second) = (by_telephone(&service, ODETTE).await, by_telephone(&service, ODETTE).await);
        let callback = whole(&service, &camille, first).await.callbacks[0].id;
        let kept = whole(&service, &camille, second).await;
        let closing = kept.callbacks[0].id;
        let close = "update callbacks set state = 'closed' where id = $1";
        write(&base.db, move |query| query(close).bind(closing.to_string())).await;
        let ended = ends_as_duplicate(&service, &camille, callback, &kept.request.reference).await;
        assert_eq!(ended, Finish::Again { at: service.clock.now() });
        let goes_on = "select count(*) from callbacks where state = 'open' and operator_id is null";
        assert_eq!(number(&base.db, goes_on).await, 1);
        let waiting = whole(&service, &camille, second).await.callbacks;
        assert!(waiting.iter().any(|one| one.id == callback), "{waiting:?}");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_a_colleague_works_on_is_not_cancelled_behind_her_back() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoé").await);
        let id = by_telephone(&service, ODETTE).await;
        let callback = whole(&service, &camille, id).await.callbacks[0].id;
        let now = service.clock.now();
        let hand = Hand { agent: zoe.name.clone(), operator: Some(zoe.id), entry: service.app.board.ids.row(now), now };
        claims::claim(&base.db, &hand, callback).await.unwrap();
        let cancelled = async |by| ends::cancel(&service.app.board, by, id).await.unwrap();
        assert_eq!(cancelled(&camille).await, Saved::Held("Zoé".to_owned()));
        assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'claimed'").await, 1);
        assert_eq!(cancelled(&zoe).await, Saved::Saved, "her own");
    })
    .await;
}

#[tokio::test]
async fn two_merges_at_once_the_other_way_round_leave_one_request() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoé").await);
        let (one, two) = (by_telephone(&service, ODETTE).await, by_telephone(&service, ODETTE).await);
        for _ in 0..10 {
            let (here, there) =
                tokio::join!(make_one(&service, &camille, one, two), make_one(&service, &zoe, two, one));
            assert_eq!([&here, &there].into_iter().filter(|made| made.is_ok()).count(), 1, "{here:?} {there:?}");
            assert_eq!(number(&base.db, "select count(*) from requests where state = 'réunie'").await, 1);
            assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'open'").await, 1);
            let merged = if here.is_ok() { two } else { one };
            assert!(make_two(&service, &camille, merged).await);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_undoes_a_merge_after_the_kept_one_was_worked_on_loses_nobody() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let (one, two) = (by_telephone(&service, ODETTE).await, by_telephone(&service, ODETTE).await);
        ends::cancel(&service.app.board, &camille, one).await.unwrap();
        ends::reopen(&service.app.board, &service.app.lines, &camille, one).await.unwrap();
        assert_eq!(make_one(&service, &camille, one, two).await, Ok(()));
        ends::cancel(&service.app.board, &camille, one).await.unwrap();
        assert!(make_two(&service, &camille, two).await);
        let (kept, back) = (whole(&service, &camille, one).await, whole(&service, &camille, two).await);
        assert_eq!((kept.request.state, back.request.state), (State::Cancelled, State::Recorded));
        assert!(back.callbacks.iter().any(|callback| callback.state == "open"), "somebody calls her back");
    })
    .await;
}

/// A callback of one of the two requests.
#[derive(Debug, Clone)]
struct Made {
    of_merged: bool,
    priority: u8,
    due: i64,
    promised: Option<i64>,
    closed: bool,
}

fn any_callback() -> impl Strategy<Value = Made> {
    (any::<bool>(), 0_u8..4, 1_i64..50, proptest::option::of(1_i64..50), any::<bool>())
        .prop_map(|(of_merged, priority, due, promised, closed)| Made { of_merged, priority, due, promised, closed })
}

fn any_state() -> impl Strategy<Value = State> {
    prop::sample::select(State::REOPENED.to_vec())
}

#[tokio::test]
async fn a_merge_that_is_undone_leaves_everything_as_it_was() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let any = (any_state(), any_state(), 0_u8..4, 0_u8..4, prop::collection::vec(any_callback(), 0..5));
        for round in 0..40 {
            let (kept_state, merged_state, kept_level, merged_level, made) =
                any.new_tree(&mut runner).unwrap().current();
            let kept = put(base, &camille, kept_state, kept_level).await;
            let merged = put(base, &camille, merged_state, merged_level).await;
            for callback in &made {
                call_back(base, if callback.of_merged { merged } else { kept }, callback).await;
            }
            let before = rows(&base.db, kept, merged).await;
            assert_eq!(make_one(&service, &camille, kept, merged).await, Ok(()), "{made:?}");
            let between = rows(&base.db, kept, merged).await;
            assert_ne!(between, before);
            let open = made.iter().filter(|callback| !callback.closed).count();
            let of_kept = made.iter().filter(|callback| !callback.closed && !callback.of_merged).count();
            let waits = of_kept + usize::from(of_kept == 0 && open > 0);
            assert_eq!(between.iter().filter(|row| row.contains("|open|")).count(), waits, "{made:?}");
            assert!(make_two(&service, &camille, merged).await);
            assert_eq!(rows(&base.db, kept, merged).await, before, "round {round}: {made:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_that_a_merge_ended_is_not_taken_up_again() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let kept = put(base, &camille, State::Recorded, 3).await;
        let merged = put(base, &camille, State::Searching, 3).await;
        assert_eq!(make_one(&service, &camille, kept, merged).await, Ok(()));
        assert!(make_two(&service, &camille, merged).await);
        assert!(rows(&base.db, kept, merged).await[1].contains("enregistrée"), "an agent has it");
    })
    .await;
}

async fn put(base: &TestDb, by: &Operator, state: State, priority: u8) -> Uuid {
    let id = Uuid::now_v7();
    let (line, reference) = (by.lines[0], id.simple().to_string());
    write(&base.db, move |query| {
        query(
            "insert into requests (id, reference, line_id, category, priority, state, lang, consent, answers, created_at, \
             updated_at) values ($1, $2, $3, 'courses', $4, $5, 'fr', 'non demandé', $6, 0, 0)",
        )
        .bind(id.to_string())
        .bind(reference)
        .bind(line.to_string())
        .bind(i64::from(priority))
        .bind(state.word())
        .bind(Vec::<u8>::new())
    })
    .await;
    id
}

async fn call_back(base: &TestDb, request: Uuid, made: &Made) {
    let made = made.clone();
    write(&base.db, move |query| {
        query(
            "insert into callbacks (id, line_id, request_id, reason, priority, lang, state, opened_at, due_at, promised_until, \
             attempts, disposition, closed_at) select $1, line_id, id, 'demande', $2, 'fr', $3, 0, $4, $5, 0, $6, $7 \
             from requests where id = $8",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(i64::from(made.priority))
        .bind(if made.closed { "closed" } else { "open" })
        .bind(made.due)
        .bind(made.promised)
        .bind(made.closed.then_some("RESOLU"))
        .bind(made.closed.then_some(5_i64))
        .bind(request.to_string())
    })
    .await;
}

/// Everything of the two requests and of what waits for them, but their versions.
async fn rows(db: &Db, kept: Uuid, merged: Uuid) -> Vec<String> {
    type Callback = (String, String, i64, String, i64, Option<i64>, Option<String>, Option<i64>, Option<String>);
    let read = db.read(move |tx| {
        Box::pin(async move {
            let requests: Vec<(String, i64, String, Option<String>)> = sqlx::query_as(
                "select id, priority, state, merged_into from requests where id in ($1, $2) order by id",
            )
            .bind(kept.to_string())
            .bind(merged.to_string())
            .fetch_all(tx.conn())
            .await?;
            let callbacks: Vec<Callback> = sqlx::query_as(
                "select id, request_id, priority, state, due_at, promised_until, disposition, closed_at, claimed_by \
                 from callbacks where request_id in ($1, $2) order by id",
            )
            .bind(kept.to_string())
            .bind(merged.to_string())
            .fetch_all(tx.conn())
            .await?;
            Ok::<_, DbError>((requests, callbacks))
        })
    });
    let (requests, callbacks) = read.await.unwrap();
    let requests = requests.iter().map(|request| format!("{request:?}"));
    let callbacks = callbacks.iter().map(|row| {
        format!("{}|{}|{}|{}|{}|{:?}|{:?}|{:?}|{:?}", row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7, row.8)
    });
    requests.chain(callbacks).collect()
}
