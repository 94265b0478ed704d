//! Whole calls, from ring to goodbye, through signed webhooks.

use std::time::Duration;

use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::desk::{self, Hand};
use ligne_solidaire::clock::Clock;
use ligne_solidaire::db::DbError;
use ligne_solidaire::id::{Ids, RandomIds};
use ligne_solidaire::simulator::exchange::{Exchange, Expect, LegId, RecordEnd};
use uuid::Uuid;

use crate::support::desk::write;
use crate::support::dump::counts;
use crate::support::service::{ACCOUNT, LINE, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::{TestDb, number, on_both};
use crate::support::webhook::{VOICE, Webhook, path_in};

const ODETTE: &str = "+33465710001";

#[tokio::test]
async fn a_shopping_request_by_keys_is_stored_and_put_before_an_agent() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let exchange = &service.exchange;
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        for key in ["1", "1", "1", "1", "1"] {
            exchange.keys(odette, key).await.unwrap();
        }
        exchange.record(odette, 12, RecordEnd::Key('#')).await.unwrap();
        exchange.keys(odette, "34000").await.unwrap();
        exchange.record(odette, 5, RecordEnd::Silence).await.unwrap();
        exchange.record(odette, 2, RecordEnd::Silence).await.unwrap();
        for key in ["1", "1", "1"] {
            exchange.keys(odette, key).await.unwrap();
        }
        assert_eq!(exchange.expect(odette), Expect::Ended);
        assert_eq!(
            number(&base.db, "select count(*) from requests where category = 'courses' and consent = 'oui'").await,
            1
        );
        assert_eq!(number(&base.db, "select count(*) from callbacks where reason = 'demande'").await, 1);
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from recordings where state = 'kept'").await, 3);
        assert!(exchange.recordings().is_empty(), "what was fetched is deleted at the provider");
    })
    .await;
}

#[tokio::test]
async fn a_forged_webhook_is_refused_and_stores_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let before = counts(&base.db).await;
        let call = Webhook::of_call(VOICE, "CA1", ODETTE, &[]);
        let unsigned = Webhook { signature: None, ..call.clone() };
        let badly_signed = Webhook { signature: Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=".to_owned()), ..call.clone() };
        for forged in [unsigned, badly_signed] {
            assert_eq!(forged.post(&service.router).await.status.as_u16(), 403);
        }
        assert_eq!(counts(&base.db).await, before);
        assert!(call.post(&service.router).await.is_voice());
        assert_ne!(counts(&base.db).await, before);
    })
    .await;
}

/// The provider's id of the first call.
fn sid(exchange: &Exchange) -> String {
    let delivered = exchange.delivered();
    let (_, sid) = delivered[0].form.iter().find(|(name, _)| *name == "CallSid").unwrap();
    sid.clone()
}

async fn danger(service: &Service) -> LegId {
    for phone in ["+33199001001", "+33639980001", "+33639980002"] {
        service.exchange.register_phone(phone, phone);
    }
    let odette = service.exchange.call(ODETTE, LINE).await.unwrap();
    for key in ["1", "1", "1", "2"] {
        service.exchange.keys(odette, key).await.unwrap();
    }
    odette
}

fn staffed() -> Setup {
    let line =
        "town = \"Montpellier\"\ndesk = [\"01 99 00 10 01\"]\non_call = [\"06 39 98 00 01\", \"06 39 98 00 02\"]";
    Setup { line: line.to_owned(), ..Setup::default() }
}

#[tokio::test]
async fn a_desk_phone_that_was_taken_but_not_connected_leaves_the_danger_open() {
    on_both(async |base| {
        let service = Service::with(base, &staffed()).await;
        danger(&service).await;
        let ringing = service.exchange.documents().into_iter().rfind(|document| document.contains("<Dial")).unwrap();
        let (sid, whisper, action) = (sid(&service.exchange), path_in(&ringing, "url"), path_in(&ringing, "action"));
        let taken = Webhook::of_call(&format!("{whisper}/key"), "CA-bureau", "+33199001001", &[("Digits", "1")]);
        assert!(taken.post(&service.router).await.is_voice());
        let held = "select count(*) from callbacks where reason = 'danger' and state = 'claimed'";
        assert_eq!(number(&base.db, held).await, 1);
        let failed = [("DialCallStatus", "completed"), ("DialBridged", "false")];
        assert!(Webhook::of_call(&action, &sid, ODETTE, &failed).post(&service.router).await.is_voice());
        let open = "select count(*) from callbacks where reason = 'danger' and state = 'open' and contacted_at is null";
        assert_eq!(number(&base.db, open).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_alert_is_taken_by_one_phone_which_says_that_the_person_was_reached() {
    on_both(async |base| {
        let service = Service::with(base, &Setup { now: "2026-04-14T20:00:00Z".to_owned(), ..staffed() }).await;
        let odette = danger(&service).await;
        service.exchange.hang_up(odette).await.unwrap();
        let path = format!("/telephony/twilio/alert/{}/key", callback(base).await);
        let press = async |phone: &str, key: &str| {
            let form = [("AccountSid", ACCOUNT), ("CallSid", "CA-astreinte"), ("To", phone), ("Digits", key)];
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            Webhook::signed(&path, form).post(&service.router).await.body
        };
        assert!(press("+33639980001", "1").await.contains("Le rappel est à vous. Le numéro de la personne est le"));
        assert!(!press("+33639980002", "1").await.contains("à vous"));
        assert!(!press("+33639980002", "2").await.contains("noté"));
        assert!(press("+33639980001", "2").await.contains("noté"));
        let done = "select count(*) from callbacks where state = 'closed' and contacted_at is not null";
        assert_eq!(number(&base.db, done).await, 1);
        for action in [
            "select count(*) from audit where actor = 'astreinte 1' and action = 'callback.on_call'",
            "select count(*) from audit where actor = 'astreinte 1' and action = 'callback.close'",
        ] {
            assert_eq!(number(&base.db, action).await, 1, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_behind_the_alert_ends_when_whoever_is_on_call_reached_her() {
    on_both(async |base| {
        let service = Service::with(base, &Setup { now: "2026-04-14T20:00:00Z".to_owned(), ..staffed() }).await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        write(&base.db, |query| query("update callbacks set priority = 0")).await;
        let path = format!("/telephony/twilio/alert/{}/key", callback(base).await);
        for key in ["1", "2"] {
            let form = [("AccountSid", ACCOUNT), ("CallSid", "CA-astreinte"), ("To", "+33639980001"), ("Digits", key)];
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            assert!(Webhook::signed(&path, form).post(&service.router).await.is_voice());
        }
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'résolue'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn messages_are_erased_when_callers_are_told_they_are() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        service.work().await;
        let kept = number(&base.db, "select count(*) from recordings where state = 'kept'").await;
        assert!(kept > 0);
        assert_eq!(number(&base.db, "select count(*) from recording_audio").await, kept);
        service.clock.advance(Duration::from_hours(29 * 24));
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from recordings where state = 'kept'").await, kept);
        service.clock.advance(Duration::from_hours(2 * 24));
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from recordings where state = 'erased'").await, kept);
        assert_eq!(number(&base.db, "select count(*) from recording_audio").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_request_ends_with_its_last_callback_and_keeps_its_promise_until_then() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        let (id, now) = (callback(base).await, service.clock.now());
        let hand = |minutes| {
            let now = now + Duration::from_mins(minutes);
            Hand { agent: "Camille".to_owned(), operator: None, entry: RandomIds::from_entropy().row(now), now }
        };
        let solved = Disposition::of_code("RESOLU").unwrap();
        assert!(desk::claim(&base.db, &hand(0), id).await.unwrap());
        assert!(!desk::close(&base.db, &hand(16), id, solved).await.unwrap(), "the lease lapsed");
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'enregistrée'").await, 1);
        assert!(desk::close(&base.db, &hand(14), id, solved).await.unwrap());
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'résolue'").await, 1);
    })
    .await;
}

async fn callback(base: &TestDb) -> Uuid {
    let read = base.db.read(|tx| {
        Box::pin(async move {
            let (id,): (String,) = sqlx::query_as("select id from callbacks").fetch_one(tx.conn()).await?;
            Ok::<_, DbError>(id)
        })
    });
    read.await.unwrap().parse().unwrap()
}

#[tokio::test]
async fn whoever_texts_stop_is_not_phoned_about_it_unless_she_is_in_danger() {
    on_both(async |base| {
        let service = Service::on(base).await;
        service.exchange.text_line(ODETTE, LINE, " Stop ").await.unwrap();
        assert_eq!(number(&base.db, "select count(*) from callbacks").await, 0);
        assert_eq!(number(&base.db, "select count(*) from inbound_messages").await, 1);
        service.exchange.text_line(ODETTE, LINE, "Stop, je n'ai plus rien à manger").await.unwrap();
        assert_eq!(number(&base.db, "select count(*) from callbacks where reason = 'danger'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_line_closes_when_its_hours_end_whatever_the_caller_before_heard() {
    on_both(async |base| {
        let line = "town = \"Montpellier\"\nhours = \"Mo-Fr 08:30-17:00\"\ndesk = [\"01 99 00 10 01\"]".to_owned();
        let now = "2026-04-14T14:50:00Z".to_owned();
        let service = Service::with(base, &Setup { line, now, ..Setup::default() }).await;
        let mut heard = Vec::new();
        for from in ["+33465710001", "+33465710002"] {
            let leg = service.exchange.call(from, LINE).await.unwrap();
            service.exchange.keys(leg, "0").await.unwrap();
            heard.push(shopping::words(&service.exchange, leg));
            service.clock.advance(Duration::from_mins(11));
        }
        assert!(!heard[0].contains("Ils reviennent"), "{}", heard[0]);
        assert!(heard[1].contains("Ils reviennent demain à 8 heures 30"), "{}", heard[1]);
    })
    .await;
}
