//! What may leave in a day, and to whom: below every adapter.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ligne_solidaire::limits::{Guarded, Limits};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::simulator::exchange::Mishap;
use ligne_solidaire::sms::outbound::message::Kind;
use ligne_solidaire::telephony::provider::{
    Capabilities, Leave, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};

use crate::support::service::{Service, Setup};
use crate::support::test_db::{TestDb, number, on_both};
use crate::support::texts::{fate, post, post_for, state, stop, taken, texting};

const AWA: &str = "+33639980001";
const COST: &str = "select cost from spending where about = ''";

async fn limited(base: &TestDb, limits: &str) -> Service {
    Service::with(base, &Setup { settings: format!("[limits]\n{limits}"), ..texting() }).await
}

fn message(to: &str, leave: Leave) -> OutgoingMessage {
    let to = to.parse::<PhoneNumber>().unwrap().textable().unwrap();
    OutgoingMessage { to, from: "38123".into(), body: "Bonjour".into(), status_callback: None, validity_s: None, leave }
}

fn call(to: &str, leave: Leave) -> OutgoingCall {
    OutgoingCall {
        to: to.parse::<PhoneNumber>().unwrap().dialable().unwrap(),
        from: "+33199001234".parse().unwrap(),
        url: "https://ligne.example.org/telephony/twilio/goodbye".into(),
        status_callback: None,
        timeout_s: 20,
        time_limit_s: Some(120),
        leave,
    }
}

#[tokio::test]
async fn one_number_gets_so_many_texts_a_day_and_the_rest_tomorrow_but_for_alerts() {
    on_both(async |base| {
        let service = limited(base, "texts_per_number = 2").await;
        for n in 0..4 {
            post_for(&service, (AWA, Kind::Answer, &format!("answer/{n}"), "Bonjour"), Duration::from_hours(72)).await;
        }
        post(&service, AWA, Kind::Alert, "alert", "Alerte").await;
        post(&service, "+33639980002", Kind::Answer, "other", "Bonjour").await;
        service.work().await;
        let mut arrived = taken(&service);
        arrived.sort_unstable();
        assert_eq!(
            arrived,
            ["Alerte", "Bonjour", "Bonjour", "Bonjour"],
            "two of hers, the alert, and the other number's"
        );
        assert_eq!(fate(&service, "answer/3").await, ("queued".to_owned(), None, Some("limit".to_owned())));
        // Not before the midnight of the town, and then without having used up a try.
        service.clock.set("2026-04-14T21:59:59Z".parse().unwrap());
        service.work().await;
        assert_eq!(taken(&service).len(), 4);
        service.clock.set("2026-04-14T22:00:00Z".parse().unwrap());
        service.work().await;
        assert_eq!(taken(&service).len(), 6);
        assert_eq!(number(&base.db, "select max(attempts) from messages").await, 1);
        stop(&service, AWA).await;
        service.work().await;
        assert_eq!(taken(&service).len(), 7, "STOP is confirmed whatever left before");
    })
    .await;
}

#[tokio::test]
async fn the_limits_of_the_house_are_shared_by_its_instances_and_outlive_a_restart() {
    on_both(async |base| {
        let service = limited(base, "texts_per_day = 3\ncalls_per_day = 2").await;
        let setup = Setup { settings: "[limits]\ntexts_per_day = 3\ncalls_per_day = 2".into(), ..texting() };
        let again = service.restarted(base.db.clone(), &setup).await;
        let (one, other) = (&service.app.provider, &again.app.provider);
        for (provider, n) in [(one, 1), (other, 2), (one, 3)] {
            let to = format!("+3363998000{n}");
            assert!(provider.send_sms(&message(&to, Leave::Limited)).await.is_ok());
        }
        for provider in [one, other] {
            let refused = provider.send_sms(&message("+33639980004", Leave::Limited)).await;
            let Err(ProviderError::Retry { after: Some(after), cause }) = refused else { panic!("{refused:?}") };
            assert_eq!((after, cause.as_str()), (Duration::from_hours(14), "too many texts today"));
            assert!(provider.send_sms(&message("+33639980004", Leave::Always)).await.is_ok());
        }
        for (provider, leave, goes) in [
            (one, Leave::Limited, true),
            (other, Leave::Limited, true),
            (one, Leave::Limited, false),
            (other, Leave::Always, true),
        ] {
            assert_eq!(provider.start_call(&call("+33465710001", leave)).await.is_ok(), goes);
        }
        assert_eq!(number(&base.db, "select texts from spending where about = ''").await, 5);
        assert_eq!(number(&base.db, "select calls from spending where about = ''").await, 3);
    })
    .await;
}

#[tokio::test]
async fn money_has_a_limit_and_what_did_not_leave_costs_nothing() {
    on_both(async |base| {
        let service = limited(base, "euros_per_day = 1\nprice_segment = 0.25\nprice_minute = 0.1").await;
        for (n, mishap) in [(1, Mishap::Refused(21_606)), (2, Mishap::Busy(None))] {
            service.exchange.upset(move |_| Some(mishap));
            let to = format!("+3363998000{n}");
            assert!(service.app.provider.send_sms(&message(&to, Leave::Limited)).await.is_err());
        }
        assert_eq!(number(&base.db, COST).await, 0);
        service.exchange.upset(|_| Some(Mishap::AnswerLost));
        assert!(service.app.provider.send_sms(&message("+33639980003", Leave::Limited)).await.is_err());
        assert_eq!(number(&base.db, COST).await, 2_500, "what may have left counts");
        service.exchange.upset(|_| None);
        service.app.provider.start_call(&call("+33465710001", Leave::Limited)).await.unwrap();
        assert_eq!(number(&base.db, COST).await, 4_500, "two minutes at most");
        for n in 4..6 {
            post(&service, &format!("+3363998000{n}"), Kind::Answer, &format!("{n}"), "Bonjour").await;
            service.work().await;
        }
        post(&service, "+33639980006", Kind::Answer, "beyond", "Bonjour").await;
        service.work().await;
        assert_eq!((state(&service, "beyond").await.as_str(), number(&base.db, COST).await), ("queued", 9_500));
        assert_eq!(number(&base.db, "select count(*) from spending where about = '!spending'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn nothing_reaches_a_number_that_asked_for_no_texts_by_whatever_way_in() {
    on_both(async |base| {
        let service = limited(base, "").await;
        stop(&service, AWA).await;
        service.work().await;
        for leave in [Leave::Limited, Leave::Always] {
            let refused = service.app.provider.send_sms(&message(AWA, leave)).await;
            assert!(matches!(refused, Err(ProviderError::Never { code: Some(21_610), .. })), "{leave:?} {refused:?}");
        }
        assert_eq!(taken(&service).len(), 1);
        assert!(service.app.provider.start_call(&call(AWA, Leave::Always)).await.is_ok(), "an alert still rings");
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_at_the_provider_holds_every_ordinary_text_back_for_a_while() {
    on_both(async |base| {
        let service = limited(base, "").await;
        service.exchange.upset(|_| Some(Mishap::Busy(Some(1_800))));
        assert!(service.app.provider.send_sms(&message(AWA, Leave::Limited)).await.is_err());
        service.exchange.upset(|_| None);
        assert!(service.app.provider.send_sms(&message("+33639980002", Leave::Limited)).await.is_err());
        assert!(service.app.provider.send_sms(&message("+33639980003", Leave::Always)).await.is_ok());
        service.clock.advance(Duration::from_mins(30));
        assert!(service.app.provider.send_sms(&message("+33639980002", Leave::Limited)).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn texts_at_the_same_instant_never_pass_the_limit_together() {
    on_both(async |base| {
        let service = limited(base, "texts_per_day = 20").await;
        let sending: Vec<_> = (0..60)
            .map(|n| {
                let provider = service.app.provider.clone();
                tokio::spawn(async move {
                    provider.send_sms(&message(&format!("+336399800{n:02}"), Leave::Limited)).await.is_ok()
                })
            })
            .collect();
        let mut left = 0;
        for one in sending {
            left += usize::from(one.await.unwrap());
        }
        assert_eq!((left, taken(&service).len()), (20, 20));
    })
    .await;
}

/// A provider that does everything.
struct Willing;

#[async_trait]
impl Provider for Willing {
    fn capabilities(&self) -> Capabilities {
        ligne_solidaire::telephony::providers::Family::Somleng.capabilities()
    }

    async fn send_sms(&self, _: &OutgoingMessage) -> Result<Sent, ProviderError> {
        Ok(Sent { sid: "SM1".into(), segments: None })
    }

    async fn start_call(&self, _: &OutgoingCall) -> Result<Sent, ProviderError> {
        Ok(Sent { sid: "CA1".into(), segments: None })
    }

    async fn fetch_recording(&self, _: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        Ok(Vec::new())
    }

    async fn delete_recording(&self, _: &RecordingRef) -> Result<(), ProviderError> {
        Ok(())
    }
}

#[tokio::test]
async fn an_alert_leaves_although_the_database_is_gone_and_an_ordinary_text_waits() {
    let base = TestDb::sqlite().await;
    let service = limited(&base, "").await;
    let board = &service.app.board;
    let zone = service.app.zone_of(crate::support::texts::line(&service));
    let keys = (board.db.clone(), board.keyring.clone());
    let guarded = Guarded::around(Arc::new(Willing), keys, board.clock.clone(), zone, Limits::default());
    base.db.close().await;
    assert!(guarded.send_sms(&message(AWA, Leave::Always)).await.is_ok());
    assert!(guarded.start_call(&call(AWA, Leave::Always)).await.is_ok());
    let refused = guarded.send_sms(&message(AWA, Leave::Limited)).await;
    assert!(matches!(refused, Err(ProviderError::Retry { .. })), "{refused:?}");
}
