//! The database is gone: a caller hears honest words within three seconds, and whoever heard « votre appel est noté » is
//! called back once it is there again. `PostgreSQL` goes away behind a wire of the test's own; the server is not touched.

mod panics;
mod sqlite;
mod start;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::http::Method;
use futures_util::future::join_all;
use ligne_solidaire::db::{Db, Options};
use ligne_solidaire::simulator::exchange::{Exchange, Expect, LegId};
use ligne_solidaire::spool;
use ligne_solidaire::worker;

use crate::support::documents;
use crate::support::service::{LINE, PUBLIC, Service, Setup};
use crate::support::shopping::{QUESTIONS, answer, answers, finish, words};
use crate::support::test_db::{TestDb, number};
use crate::support::webhook::{Reply, VOICE, Webhook};
use crate::support::wire::{Line, Wire};

const ODETTE: &str = "+33465710001";
const MARCEL: &str = "+33639980002";
/// What is promised: words within that time, whatever is down.
const WITHIN: Duration = Duration::from_secs(3);
/// `panne`.
const NOTED: &str = "Nous avons un petit souci technique. Votre appel est noté. Un agent va vous rappeler. En cas de danger, faites le 15 ou le 112.";
/// `panne-sans-numero`.
const NOT_NOTED: &str = "Nous avons un souci technique et n'avons pas pu noter votre appel. Rappelez-nous plus tard, c'est gratuit. En cas de danger, faites le 15 ou le 112.";
const CALLBACKS: &str = "select count(*) from callbacks";
const FAILURES: &str = "select count(*) from callbacks where reason = 'panne' and state = 'open'";
const REQUESTS: &str = "select count(*) from requests";

/// A service whose database is behind a wire.
struct Far {
    base: TestDb,
    line: Line,
    service: Service,
}

impl Far {
    /// Nothing where there is no test server.
    async fn service() -> Option<Self> {
        let base = TestDb::postgres().await?;
        let line = Line::to(&base.url, Wire::Whole).await;
        let service = Service::behind(door(&line.url).await, &setup()).await;
        Some(Self { base, line, service })
    }

    /// Another instance, with a notebook of its own.
    async fn beside(&self) -> Service {
        self.service.beside(door(&self.line.url).await, &Setup { seed: 8, ..setup() }).await
    }
}

/// A provider that reports no end of a call: what a caller waits for is her document alone.
fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.exchange.end_notices = false;
    setup
}

/// The door of the house, as patient as in service.
async fn door(url: &str) -> Db {
    Db::open(url, Options::default()).await.unwrap()
}

/// Does something during which a caller waits, within the time that is promised.
async fn heard_in_time<T>(what: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = what.await;
    assert!(began.elapsed() < WITHIN, "she waited {:?}", began.elapsed());
    done
}

/// Rings, and hears an apology in time.
async fn rings_in_vain(exchange: &Exchange, from: &str, apology: &str) -> LegId {
    let leg = heard_in_time(exchange.call(from, LINE)).await.unwrap();
    assert_eq!((words(exchange, leg).as_str(), exchange.expect(leg)), (apology, Expect::Ended));
    leg
}

async fn noted(service: &Service) -> usize {
    service.app.board.spool.entries().await.unwrap().len()
}

/// The folder of the notebook.
fn notebook(service: &Service) -> PathBuf {
    let folders = std::fs::read_dir(service.folder().join("donnees/carnet")).unwrap();
    folders.map(|folder| folder.unwrap().path()).next().unwrap()
}

/// How many callbacks are to that number.
async fn callbacks_to(base: &TestDb, service: &Service, caller: &str) -> i64 {
    let index = service.app.board.keyring.index("callers.number", caller);
    let to = base.db.read(move |tx| {
        Box::pin(async move {
            let select = "select count(*) from callbacks b join callers c on c.id = b.contact_id \
                          where c.number_index = $1 and b.state = 'open'";
            let (count,): (i64,) = sqlx::query_as(select).bind(index).fetch_one(tx.conn()).await?;
            Ok::<_, ligne_solidaire::db::DbError>(count)
        })
    });
    to.await.unwrap()
}

#[tokio::test]
async fn a_ring_without_a_database_is_noted_and_becomes_one_callback_also_after_a_restart() {
    for wire in [Wire::Silent, Wire::Cut, Wire::Refused] {
        let Some(Far { base, line, service }) = Far::service().await else { return };
        let began = ligne_solidaire::clock::Clock::now(&*service.clock).as_millisecond();
        line.becomes(wire).await;
        rings_in_vain(&service.exchange, ODETTE, NOTED).await;
        assert_eq!(noted(&service).await, 1, "{wire:?}");
        assert!(worker::tick(&service.app).await.is_err());
        assert_eq!(noted(&service).await, 1, "a note stays as long as it is not merged");
        line.becomes(Wire::Whole).await;
        service.clock.advance(Duration::from_hours(1));
        let again = service.restarted(door(&line.url).await, &Setup { seed: 9, ..setup() }).await;
        let (one, other) = tokio::join!(worker::tick(&service.app), worker::tick(&again.app));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        again.work().await;
        assert_eq!(number(&base.db, CALLBACKS).await, 1, "{wire:?}");
        assert_eq!(callbacks_to(&base, &service, ODETTE).await, 1);
        assert_eq!(number(&base.db, "select opened_at from callbacks").await, began, "she has waited since her call");
        assert_eq!(noted(&service).await, 0);
    }
}

#[tokio::test]
async fn a_ring_tried_again_and_at_another_instance_is_one_callback() {
    let Some(far) = Far::service().await else { return };
    let other = far.beside().await;
    far.line.becomes(Wire::Cut).await;
    let ring = Webhook::of_call(VOICE, "CA1", ODETTE, &[]);
    for router in [&far.service.router, &far.service.router, &other.router] {
        assert!(ring.clone().post(router).await.body.contains("Votre appel est noté"));
    }
    assert_eq!((noted(&far.service).await, noted(&other).await), (1, 1));
    far.line.becomes(Wire::Whole).await;
    let (one, two) = tokio::join!(worker::tick(&far.service.app), worker::tick(&other.app));
    assert_eq!((one.unwrap(), two.unwrap()), (1, 1));
    assert_eq!(number(&far.base.db, CALLBACKS).await, 1);
    assert_eq!(noted(&far.service).await + noted(&other).await, 0);
}

#[tokio::test]
async fn a_crowd_without_a_database_hears_words_in_time_and_nobody_is_forgotten() {
    const CROWD: usize = 60;
    let Some(far) = Far::service().await else { return };
    far.line.becomes(Wire::Silent).await;
    let calls = (0..CROWD).map(|who| {
        let ring = Webhook::of_call(VOICE, &format!("CA{who}"), &format!("+334657100{who:02}"), &[]);
        heard_in_time(ring.post(&far.service.router))
    });
    let replies: Vec<Reply> = join_all(calls).await;
    assert!(replies.iter().all(|reply| reply.is_voice() && reply.body.contains("Votre appel est noté")));
    far.line.becomes(Wire::Whole).await;
    far.service.work().await;
    assert_eq!(number(&far.base.db, FAILURES).await, i64::try_from(CROWD).unwrap());
    let people = "select count(distinct contact_id) from callbacks";
    assert_eq!(number(&far.base.db, people).await, i64::try_from(CROWD).unwrap());
}

#[tokio::test]
async fn a_turn_cut_in_the_middle_is_one_callback_that_knows_what_was_said() {
    for wire in [Wire::Silent, Wire::Cut, Wire::CommitUnanswered] {
        let Some(Far { base, line, service }) = Far::service().await else { return };
        let exchange = &service.exchange;
        let leg = exchange.call(ODETTE, LINE).await.unwrap();
        answers(exchange, leg, 4).await;
        line.becomes(wire).await;
        heard_in_time(answer(exchange, leg)).await.unwrap();
        assert_eq!((words(exchange, leg).as_str(), exchange.expect(leg)), (NOTED, Expect::Ended), "{wire:?}");
        line.becomes(Wire::Whole).await;
        service.work().await;
        assert_eq!(number(&base.db, FAILURES).await, 1, "{wire:?}");
        assert_eq!(number(&base.db, "select count(*) from callbacks where category = 'courses'").await, 1);
        // The report of the end never comes: the sweep finds the call, and calls nobody back twice.
        service.clock.advance(Duration::from_mins(11));
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from calls where state = 'live'").await, 0);
        assert_eq!(callbacks_to(&base, &service, ODETTE).await, 1, "{wire:?}");
    }
}

#[tokio::test]
async fn an_end_that_was_told_before_the_note_is_merged_calls_back_once() {
    let Some(far) = Far::service().await else { return };
    let exchange = &far.service.exchange;
    let leg = exchange.call(ODETTE, LINE).await.unwrap();
    answers(exchange, leg, 4).await;
    far.line.becomes(Wire::Cut).await;
    answer(exchange, leg).await.unwrap();
    far.line.becomes(Wire::Whole).await;
    let over = Webhook::of_call("/telephony/twilio/status", &exchange.sid(leg), ODETTE, &[]);
    let over = String::from_utf8(over.body).unwrap().replace("in-progress", "completed");
    let reply = Webhook::signed("/telephony/twilio/status", over).post(&far.service.router).await;
    assert_eq!(reply.status.as_u16(), 204);
    far.service.work().await;
    assert_eq!(callbacks_to(&far.base, &far.service, ODETTE).await, 1);
    assert_eq!(noted(&far.service).await, 0);
}

#[tokio::test]
async fn nothing_is_claimed_when_the_turn_that_stores_the_request_fails() {
    for (wire, stored) in [(Wire::Silent, 0), (Wire::Cut, 0), (Wire::Refused, 0), (Wire::CommitUnanswered, 1)] {
        let Some(Far { base, line, service }) = Far::service().await else { return };
        let exchange = &service.exchange;
        let leg = exchange.call(ODETTE, LINE).await.unwrap();
        answers(exchange, leg, QUESTIONS - 1).await;
        line.becomes(wire).await;
        heard_in_time(answer(exchange, leg)).await.unwrap();
        assert_eq!((words(exchange, leg).as_str(), exchange.expect(leg)), (NOTED, Expect::Ended), "{wire:?}");
        assert_eq!(noted(&service).await, 1);
        line.becomes(Wire::Whole).await;
        service.work().await;
        // An answer that was lost leaves the request in doubt: it is there, and its callback is the only one.
        assert_eq!(number(&base.db, REQUESTS).await, stored, "{wire:?}");
        assert_eq!(callbacks_to(&base, &service, ODETTE).await, 1, "{wire:?}");
        assert_eq!(noted(&service).await, 0);
    }
}

#[tokio::test]
async fn a_turn_whose_answer_was_lost_is_stored_once_when_it_comes_again() {
    let Some(far) = Far::service().await else { return };
    let exchange = &far.service.exchange;
    let leg = exchange.call(ODETTE, LINE).await.unwrap();
    answers(exchange, leg, QUESTIONS - 1).await;
    far.line.becomes(Wire::CommitUnanswered).await;
    answer(exchange, leg).await.unwrap();
    let last = exchange.delivered().into_iter().rfind(|delivered| delivered.url.contains("/voice/")).unwrap();
    far.line.becomes(Wire::Whole).await;
    let again = last.form.iter().map(|(name, value)| (*name, value.as_str()));
    let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(again).finish();
    let reply = Webhook::signed(last.url.strip_prefix(PUBLIC).unwrap(), body).post(&far.service.router).await;
    documents::speaks(&reply.body).unwrap();
    assert!(reply.body.contains("numéro"), "the request number is told: {}", reply.body);
    assert_eq!(number(&far.base.db, REQUESTS).await, 1);
    far.service.work().await;
    assert_eq!(callbacks_to(&far.base, &far.service, ODETTE).await, 1);
}

#[tokio::test]
async fn whoever_cannot_be_noted_is_told_so() {
    let Some(far) = Far::service().await else { return };
    let (service, exchange) = (&far.service, &far.service.exchange);
    far.line.becomes(Wire::Cut).await;
    for withheld in ["anonymous", "", "+266696687", "Restricted"] {
        rings_in_vain(exchange, withheld, NOT_NOTED).await;
    }
    assert_eq!(noted(service).await, 0, "there is nobody to call back");
    let (folder, aside) = (notebook(service), service.folder().join("ailleurs"));
    std::fs::rename(&folder, &aside).unwrap();
    rings_in_vain(exchange, ODETTE, NOT_NOTED).await;
    std::fs::write(&folder, "un fichier à la place du dossier").unwrap();
    rings_in_vain(exchange, ODETTE, NOT_NOTED).await;
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    for note in 0..spool::LIMIT {
        std::fs::write(folder.join(format!("{note}.appel")), "").unwrap();
    }
    rings_in_vain(exchange, ODETTE, NOT_NOTED).await;
    std::fs::remove_file(folder.join("0.appel")).unwrap();
    rings_in_vain(exchange, MARCEL, NOTED).await;
    far.line.becomes(Wire::Whole).await;
    service.work().await;
    assert_eq!((number(&far.base.db, CALLBACKS).await, callbacks_to(&far.base, service, MARCEL).await), (1, 1));
}

#[tokio::test]
async fn the_fallback_speaks_the_same_words_without_a_database() {
    let Some(far) = Far::service().await else { return };
    let path = "/telephony/twilio/fallback";
    // A GET is not signed: it tells nothing.
    let ask = |method: Method| Webhook { method, ..Webhook::of_call(path, "CA1", ODETTE, &[]) };
    let before = ask(Method::POST).post(&far.service.router).await;
    far.line.becomes(Wire::Silent).await;
    for method in [Method::POST, Method::GET] {
        let reply = heard_in_time(ask(method).post(&far.service.router)).await;
        documents::speaks(&reply.body).unwrap();
        assert!(reply.body.contains("faites le 15 ou le 112"));
        assert_eq!(reply, before);
    }
}

#[tokio::test]
async fn reports_and_texts_without_a_database_claim_nothing_and_are_taken_when_they_come_again() {
    let Some(far) = Far::service().await else { return };
    let router = &far.service.router;
    let text = Webhook::of_call("/telephony/twilio/sms", "CA1", ODETTE, &[("MessageSid", "SM1"), ("Body", "Bonjour")]);
    let report = Webhook::of_call("/telephony/twilio/status", "CA1", ODETTE, &[]);
    far.line.becomes(Wire::Cut).await;
    let refused = text.clone().post(router).await;
    assert!(refused.status.is_client_error(), "the provider must not believe that it was kept: {refused:?}");
    assert_eq!(report.post(router).await.status.as_u16(), 204);
    far.line.becomes(Wire::Whole).await;
    for _ in 0..2 {
        assert_eq!(text.clone().post(router).await.status.as_u16(), 200);
    }
    assert_eq!(number(&far.base.db, "select count(*) from callbacks where reason = 'message'").await, 1);
}

#[tokio::test]
async fn calls_go_on_where_they_were_when_the_database_comes_back() {
    let Some(far) = Far::service().await else { return };
    let exchange = &far.service.exchange;
    let leg = exchange.call(ODETTE, LINE).await.unwrap();
    answers(exchange, leg, 6).await;
    far.line.becomes(Wire::Silent).await;
    rings_in_vain(exchange, MARCEL, NOTED).await;
    far.line.becomes(Wire::Whole).await;
    finish(exchange, leg).await;
    assert_eq!(number(&far.base.db, REQUESTS).await, 1);
}
