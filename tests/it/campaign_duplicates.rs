//! A webhook delivered again, at the same instant, to another instance, or a day later: one effect, the same bytes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use ligne_solidaire::simulator::exchange::{Delivered, Exchange, Expect, LegId};
use ligne_solidaire::simulator::transport::{Answer, InProcess, Transport, TransportError};

use crate::support::campaign::calls;
use crate::support::dump::dump;
use crate::support::service::{LINE, PUBLIC, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::{TestDb, number, on_both};
use crate::support::webhook::{Webhook, fields, path_in};

const ODETTE: &str = "+33465710001";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_duplicates_on_sqlite_keeps_one_request() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    twice_at_once(&base, &service, InProcess::new(service.router.clone()), calls(100, 10)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_duplicates_to_two_instances_on_postgresql_keeps_one_request() {
    let Some(base) = TestDb::postgres().await else { return };
    let service = Service::on(&base).await;
    twice_at_once(&base, &service, InProcess::new(service.router.clone()), calls(50, 10)).await;
    let setup = Setup { seed: 8, ..Setup::default() };
    let other = service.beside(base.second_instance().await, &setup).await;
    twice_at_once(&base, &service, InProcess::new(other.router.clone()), calls(100, 10)).await;
}

/// Posts to one instance; while `double` is set, to both at the same instant, and compares the bytes.
struct Doubling {
    doors: [InProcess; 2],
    double: Arc<AtomicBool>,
    doubled: Arc<AtomicU64>,
}

#[async_trait]
impl Transport for Doubling {
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError> {
        let [one, other] = &self.doors;
        if !self.double.load(Ordering::Relaxed) {
            return one.post(url, signature, form).await;
        }
        let post = |door: &InProcess| {
            let (door, url, signature, form) = (door.clone(), url.to_owned(), signature.to_owned(), form.clone());
            tokio::spawn(async move { door.post(&url, &signature, form).await })
        };
        let (first, second) = (post(one), post(other));
        let (first, second) = (first.await.unwrap()?, second.await.unwrap()?);
        assert_eq!(first, second, "two answers to one webhook");
        self.doubled.fetch_add(1, Ordering::Relaxed);
        Ok(first)
    }
}

/// Makes requests whose last turn is delivered twice at the same instant; every tenth is a whole call for shopping.
async fn twice_at_once(base: &TestDb, service: &Service, other: InProcess, rounds: u64) {
    let (double, doubled) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let answers = shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
    let before = number(&base.db, "select count(*) from requests").await;
    for round in 0..rounds {
        let doors = [InProcess::new(service.router.clone()), other.clone()];
        let transport = Doubling { doors, double: double.clone(), doubled: doubled.clone() };
        let mut settings = service.exchange.settings().clone();
        settings.seed = 1_000_000 + round + u64::try_from(before).unwrap() * 1_000;
        let exchange = Exchange::new(settings, transport);
        let last = match round % 10 {
            0 => shopping::but_the_last(&exchange, ODETTE, LINE, answers).await,
            _ => spanish(&exchange).await,
        };
        double.store(true, Ordering::Relaxed);
        exchange.keys(last, "1").await.unwrap();
        double.store(false, Ordering::Relaxed);
        assert_eq!(exchange.expect(last), Expect::Ended);
    }
    let made = number(&base.db, "select count(*) from requests").await - before;
    assert_eq!(u64::try_from(made).unwrap(), rounds);
    for wrong in [
        "select count(*) from callbacks where reason <> 'demande'",
        "select (select count(*) from callbacks) - (select count(*) from requests)",
        "select count(*) from calls where state = 'live'",
        "select count(*) from calls c where c.turn <> (select count(*) from turns t where t.call_id = c.id)",
    ] {
        assert_eq!(number(&base.db, wrong).await, 0, "{wrong}");
    }
    // The turn itself, and the report of the end of the call.
    eprintln!("{rounds} requests, {} webhooks delivered twice at once", doubled.load(Ordering::Relaxed));
}

/// A caller in Spanish is called back with an interpreter: one key before the request is stored.
async fn spanish(exchange: &Exchange) -> LegId {
    let leg = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(leg, "8").await.unwrap();
    leg
}

#[tokio::test]
async fn every_webhook_of_a_call_delivered_again_a_day_later_gets_the_same_bytes_and_changes_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let exchange = &service.exchange;
        shopping::to_the_end(exchange, ODETTE, LINE).await;
        let interrupted = exchange.call("+33639980002", LINE).await.unwrap();
        exchange.keys(interrupted, "4").await.unwrap();
        exchange.hang_up(interrupted).await.unwrap();
        exchange.text_line("+33639980003", LINE, "Bonjour, besoin de pain").await.unwrap();
        service.work().await;
        service.clock.advance(Duration::from_hours(24));
        service.work().await;
        let (before, delivered) = (dump(&base.db).await, exchange.delivered());
        for old in delivered.iter().chain(delivered.iter().rev()) {
            exchange.deliver_again(old).await.unwrap();
        }
        service.work().await;
        let after = dump(&base.db).await;
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{table} changed");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_and_a_silence_of_the_same_turn_at_once_are_one_turn() {
    on_both(async |base| {
        let service = Service::on(base).await;
        for round in 0..10 {
            let sid = format!("CA{round:032x}");
            let ring = Webhook::of_call(crate::support::webhook::VOICE, &sid, ODETTE, &[]);
            let welcome = ring.post(&service.router).await;
            let (action, silence) =
                (path_in(&welcome.body, "action"), format!("{}/silence", path_in(&welcome.body, "action")));
            let post = |path: &str, more: &[(&str, &str)]| {
                let (webhook, router) = (Webhook::signed(path, fields(&sid, ODETTE, more)), service.router.clone());
                tokio::spawn(async move { webhook.post(&router).await })
            };
            let (key, silent) = (post(&action, &[("Digits", "1")]), post(&silence, &[]));
            let (key, silent) = (key.await.unwrap(), silent.await.unwrap());
            assert!(key.is_voice() && silent.is_voice(), "{key:?} {silent:?}");
            assert_eq!(key.body, silent.body);
        }
        assert_eq!(number(&base.db, "select count(*) from calls where turn <> 2").await, 0);
        assert_eq!(number(&base.db, "select count(*) from turns").await, 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_old_turn_and_the_expected_one_at_once_each_get_their_own_answer() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let exchange = &service.exchange;
        let leg = exchange.call(ODETTE, LINE).await.unwrap();
        exchange.keys(leg, "1").await.unwrap();
        let old: Vec<Delivered> = exchange.delivered();
        for key in ["1", "1", "1"] {
            let again = {
                let (exchange, old) = (exchange.clone(), old[1].clone());
                tokio::spawn(async move { exchange.deliver_again(&old).await })
            };
            exchange.keys(leg, key).await.unwrap();
            again.await.unwrap().unwrap();
        }
        assert_eq!(number(&base.db, "select turn from calls").await, 5);
        assert!(old[1].url.starts_with(PUBLIC));
    })
    .await;
}
