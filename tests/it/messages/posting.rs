//! A text from its reason to the telephone.

use std::time::Duration;

use ligne_solidaire::simulator::exchange::Mishap;
use ligne_solidaire::sms::outbound::message::Kind;
use ligne_solidaire::sms::{outgoing, stops};

use crate::support::service::Setup;
use crate::support::test_db::{number, on_both};
use crate::support::texts::{SHORT, contact, fate, post, post_for, service, state, stop, taken};

const AWA: &str = "+33639980001";

#[tokio::test]
async fn a_text_leaves_once_for_one_reason_and_its_arrival_is_known() {
    on_both(async |base| {
        let service = service(base).await;
        assert!(post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await);
        assert!(!post(&service, AWA, Kind::Answer, "answer/1", "Merci encore !").await, "one reason, one text");
        service.work().await;
        assert!(!post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await, "also once it has left");
        service.work().await;
        let [sms] = service.exchange.texts().try_into().unwrap();
        assert_eq!((sms.from.as_str(), sms.to.as_str(), sms.body.as_str()), (SHORT, AWA, "Merci !"));
        assert_eq!(fate(&service, "answer/1").await, ("delivered".to_owned(), None, None));
        let known =
            "select count(*) from messages where sid is not null and segments = 1 and attempts = 1 and sent_at > 0";
        assert_eq!(number(&base.db, known).await, 1);
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'done'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_offer_of_the_night_leaves_at_eight_and_one_that_would_come_too_late_never() {
    on_both(async |base| {
        let service = service(base).await;
        service.clock.set("2026-04-14T19:00:00Z".parse().unwrap());
        let day = Duration::from_hours(24);
        post_for(&service, (AWA, Kind::Offer, "offer/1", "Une course ?"), day).await;
        post_for(&service, (AWA, Kind::Offer, "offer/2", "Encore ?"), Duration::from_hours(10)).await;
        post_for(&service, (AWA, Kind::Answer, "answer/1", "Bien reçu"), day).await;
        service.work().await;
        assert_eq!(taken(&service), ["Bien reçu"], "whoever has just written is answered");
        assert_eq!(fate(&service, "offer/1").await, ("queued".to_owned(), None, Some("quiet".to_owned())));
        assert_eq!(fate(&service, "offer/2").await, ("expired".to_owned(), None, Some("late".to_owned())));
        service.clock.set("2026-04-15T05:59:59Z".parse().unwrap());
        service.work().await;
        assert_eq!(taken(&service).len(), 1);
        service.clock.set("2026-04-15T06:00:00Z".parse().unwrap());
        service.work().await;
        assert_eq!(taken(&service), ["Bien reçu", "Une course ?"]);
        assert_eq!(number(&base.db, "select max(attempts) from outbox").await, 1, "waiting is no try");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_busy_is_asked_again_when_it_says() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::Busy(Some(90))));
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        service.work().await;
        service.exchange.upset(|_| None);
        service.clock.advance(Duration::from_secs(89));
        service.work().await;
        assert_eq!((taken(&service).len(), state(&service, "answer/1").await.as_str()), (0, "queued"));
        service.clock.advance(Duration::from_secs(1));
        service.work().await;
        assert_eq!(taken(&service), ["Merci !"]);
        assert_eq!(number(&base.db, "select attempts from messages").await, 1, "a busy provider took nothing");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_the_provider_never_takes_ends_as_failed_in_sight() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::Busy(None)));
        post_for(&service, (AWA, Kind::Answer, "answer/1", "Merci !"), Duration::from_hours(48)).await;
        for _ in 0..7 {
            service.work().await;
            service.clock.advance(Duration::from_hours(6));
        }
        assert_eq!(state(&service, "answer/1").await, "failed");
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'buried'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn each_refusal_has_its_effect() {
    on_both(async |base| {
        let service = service(base).await;
        let cases = [
            (21_614, "+33639980002", "failed", "done"),
            (21_610, "+33639980003", "failed", "done"),
            (21_211, "+33639980004", "failed", "done"),
            (21_606, "+33639980005", "failed", "buried"),
            (21_617, "+33639980006", "failed", "buried"),
        ];
        for (code, to, state, _) in cases {
            service.exchange.upset(move |_| Some(Mishap::Refused(code)));
            post(&service, to, Kind::Answer, to, "Bonjour").await;
            service.work().await;
            assert_eq!(fate(&service, to).await, (state.to_owned(), Some(i64::from(code)), None), "{code}");
        }
        service.exchange.upset(|_| None);
        for (code, to, ..) in cases {
            post(&service, to, Kind::Answer, &format!("{to}/again"), "Encore").await;
            service.work().await;
            let expected = match code {
                21_614 | 21_211 => ("held".to_owned(), None, Some("no_text".to_owned())),
                21_610 => ("cancelled".to_owned(), None, Some("stop".to_owned())),
                _ => ("delivered".to_owned(), None, None),
            };
            assert_eq!(fate(&service, &format!("{to}/again")).await, expected, "{code}");
            let contact = contact(&service, to).await;
            let known = base.db.read(move |tx| {
                Box::pin(async move {
                    Ok::<_, ligne_solidaire::db::DbError>((
                        outgoing::receives(tx, contact).await?,
                        stops::is_stopped(tx, contact).await?,
                    ))
                })
            });
            assert_eq!(known.await.unwrap(), (![21_614, 21_211].contains(&code), code == 21_610), "{code}");
        }
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'buried'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_landline_is_never_asked_of_the_provider_and_a_line_without_a_sender_sends_nothing() {
    on_both(async |base| {
        let service = service(base).await;
        post(&service, "+33465710001", Kind::Answer, "answer/1", "Bonjour").await;
        service.work().await;
        assert_eq!(fate(&service, "answer/1").await, ("held".to_owned(), None, Some("no_text".to_owned())));
        let setup = Setup { seed: 9, ..Setup::default() };
        let silent = service.restarted(base.db.clone(), &setup).await;
        post(&silent, AWA, Kind::Answer, "answer/2", "Bonjour").await;
        silent.work().await;
        assert_eq!(fate(&silent, "answer/2").await, ("held".to_owned(), None, Some("no_sender".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn what_is_withdrawn_before_its_hour_does_not_leave() {
    on_both(async |base| {
        let service = service(base).await;
        service.clock.set("2026-04-14T19:00:00Z".parse().unwrap());
        post(&service, AWA, Kind::Offer, "offer/1", "Une course ?").await;
        service.work().await;
        let withdraw = async |key: &'static str| {
            let now = ligne_solidaire::clock::Clock::now(&*service.clock);
            let done = base.db.write(move |tx| Box::pin(async move { outgoing::withdraw(tx, key, now).await }));
            done.await.unwrap()
        };
        assert!(withdraw("offer/1").await && !withdraw("offer/1").await && !withdraw("offer/2").await);
        service.clock.advance(Duration::from_hours(12));
        service.work().await;
        assert_eq!((taken(&service).len(), state(&service, "offer/1").await.as_str()), (0, "cancelled"));
    })
    .await;
}

#[tokio::test]
async fn what_a_text_says_and_to_whom_is_sealed() {
    on_both(async |base| {
        let service = service(base).await;
        post(&service, AWA, Kind::Answer, "answer/1", "Rue des Roses").await;
        service.work().await;
        stop(&service, AWA).await;
        let dump = crate::support::dump::dump(&base.db).await;
        let all =
            ["messages", "stops", "spending", "outbox", "message_fates"].map(|table| format!("{:?}", dump[table]));
        assert!(all.iter().all(|rows| !rows.contains("Roses") && !rows.contains("639980001")), "{all:?}");
    })
    .await;
}
