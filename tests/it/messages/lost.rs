//! Texts whose answer was lost: looked for before anything is repeated.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use ligne_solidaire::app::App;
use ligne_solidaire::http::refusals::Refusals;
use ligne_solidaire::operators::Role;
use ligne_solidaire::simulator::exchange::{Mishap, Settings};
use ligne_solidaire::sms::outbound::message::Kind;
use ligne_solidaire::telephony::provider::{
    Capabilities, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};
use ligne_solidaire::telephony::signature::Verifier;

use crate::support::browser::{lines, signed_in};
use crate::support::service::{Service, Setup};
use crate::support::test_db::{TestDb, number, on_both, run};
use crate::support::texts::{fate, post, post_for, service, state, stop, taken, texting};

const AWA: &str = "+33639980001";
const GRACE: Duration = Duration::from_mins(2);

/// A provider that gives each text the same id.
struct Naming(String);

#[async_trait]
impl Provider for Naming {
    fn capabilities(&self) -> Capabilities {
        ligne_solidaire::telephony::providers::Family::Twilio.capabilities()
    }

    async fn send_sms(&self, _: &OutgoingMessage) -> Result<Sent, ProviderError> {
        Ok(Sent { sid: self.0.clone(), segments: Some(1) })
    }

    async fn start_call(&self, _: &OutgoingCall) -> Result<Sent, ProviderError> {
        Err(ProviderError::never("no call"))
    }

    async fn fetch_recording(&self, _: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::never("no recording"))
    }

    async fn delete_recording(&self, _: &RecordingRef) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// The same service, whose provider calls the next text so.
pub(crate) fn behind(service: &Service, sid: &str) -> Arc<App> {
    let app = &service.app;
    Arc::new(App {
        board: app.board.clone(),
        lines: app.lines.clone(),
        scripts: app.scripts.clone(),
        gate: app.gate.clone(),
        provider: Arc::new(Naming(sid.to_owned())),
        verifier: Verifier::new(Vec::new()),
        account: app.account.clone(),
        refusals: Refusals::in_file(service.folder().join("refus.json")),
        outbox_delays: app.outbox_delays.clone(),
        prepared: AtomicBool::new(true),
        look: app.look.clone(),
        overviews: app.overviews.clone(),
        stopping: app.stopping.clone(),
    })
}

/// A service whose provider has no list to look into.
async fn blind(base: &TestDb) -> Service {
    let usual = texting();
    let exchange = Settings { lists_messages: false, ..usual.exchange.clone() };
    Service::with(base, &Setup { exchange, ..usual }).await
}

#[tokio::test]
async fn a_text_that_left_and_whose_answer_was_lost_is_found_and_not_sent_again() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::AnswerLost));
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        service.work().await;
        assert_eq!(state(&service, "answer/1").await, "unknown");
        service.clock.advance(GRACE);
        service.work().await;
        assert_eq!(taken(&service), ["Merci !"]);
        // Its report came before anybody knew its id.
        assert_eq!(state(&service, "answer/1").await, "delivered");
        let of_it = service.exchange.texts()[0].sid.clone();
        let kept = base.db.read(move |tx| {
            Box::pin(async move {
                let row: (i64,) = sqlx::query_as("select count(*) from messages where sid = $1")
                    .bind(of_it)
                    .fetch_one(tx.conn())
                    .await?;
                Ok::<_, ligne_solidaire::db::DbError>(row.0)
            })
        });
        assert_eq!(kept.await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_never_left_is_handed_over_again_each_time_after_a_look_and_not_for_ever() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::NothingDone));
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        post(&service, AWA, Kind::Answer, "answer/2", "À demain").await;
        service.work().await;
        service.clock.advance(GRACE);
        service.exchange.upset(|sms| (sms.body == "À demain").then_some(Mishap::NothingDone));
        service.work().await;
        assert_eq!(taken(&service), ["Merci !"]);
        for _ in 0..9 {
            service.clock.advance(GRACE);
            service.work().await;
        }
        assert_eq!((taken(&service).len(), state(&service, "answer/2").await.as_str()), (1, "unknown"));
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'unknown'").await, 1);
        assert_eq!(number(&base.db, "select max(attempts) from messages").await, 4);
    })
    .await;
}

#[tokio::test]
async fn two_texts_of_the_same_words_are_never_taken_for_each_other() {
    on_both(async |base| {
        let service = service(base).await;
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        service.work().await;
        service.exchange.upset(|_| Some(Mishap::NothingDone));
        post(&service, AWA, Kind::Answer, "answer/2", "Merci !").await;
        service.work().await;
        service.exchange.upset(|_| None);
        service.clock.advance(GRACE);
        service.work().await;
        assert_eq!(taken(&service), ["Merci !", "Merci !"], "the first is that of another reason");
        assert_eq!(number(&base.db, "select count(distinct sid) from messages").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_dies_while_it_hands_a_text_over_leaves_it_in_doubt_not_lost_not_twice() {
    on_both(async |base| {
        let service = service(base).await;
        for (key, left) in [("answer/1", true), ("answer/2", false)] {
            post(&service, AWA, Kind::Answer, key, key).await;
            if left {
                service.work().await;
            }
        }
        // As it is found after a crash: marked, leased, and nothing known of the answer.
        run(
            &base.db,
            "update messages set state = 'sending', sid = null, attempts = 1, attempted_at = 1776153600000; \
             update outbox set state = 'leased', leased_till = 1776153720000, attempts = 1, settled_at = null",
        )
        .await;
        service.clock.advance(GRACE);
        service.work().await;
        assert_eq!(taken(&service), ["answer/1", "answer/2"]);
        assert_eq!(number(&base.db, "select count(*) from messages where state = 'delivered'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn stop_wins_over_a_text_in_doubt() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::NothingDone));
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        service.work().await;
        service.exchange.upset(|_| None);
        stop(&service, AWA).await;
        service.clock.advance(GRACE);
        service.work().await;
        assert_eq!(taken(&service), ["C'est noté : plus aucun SMS."]);
        assert_eq!(fate(&service, "answer/1").await, ("cancelled".to_owned(), None, Some("stop".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn where_the_provider_has_no_list_a_text_in_doubt_is_shown_and_sent_again_only_by_hand() {
    on_both(async |base| {
        let service = blind(base).await;
        service.exchange.upset(|_| Some(Mishap::AnswerLost));
        post_for(&service, (AWA, Kind::Answer, "answer/1", "Merci !"), Duration::from_hours(72)).await;
        service.work().await;
        service.exchange.upset(|_| None);
        for _ in 0..10 {
            service.clock.advance(Duration::from_hours(1));
            service.work().await;
        }
        assert_eq!((taken(&service).len(), state(&service, "answer/1").await.as_str()), (1, "unknown"));
        let odile = signed_in(&service, "Odile", &[Role::Administrator], &lines(&service)).await;
        let page = odile.get("/console/travaux").await.body;
        for words in ["Envoyer un SMS", "SMS demandé", "personne ne sait si ce SMS est parti", "en double"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let path = page.split("action=\"/console/travaux/").nth(1).unwrap().split('"').next().unwrap();
        odile.post(&format!("/console/travaux/{path}"), &[]).await;
        service.work().await;
        assert_eq!((taken(&service).len(), state(&service, "answer/1").await.as_str()), (2, "delivered"));
    })
    .await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_asked_again_before_anything_is_repeated() {
    on_both(async |base| {
        let service = service(base).await;
        service.exchange.upset(|_| Some(Mishap::AnswerLost));
        post(&service, AWA, Kind::Answer, "answer/1", "Merci !").await;
        service.work().await;
        service.exchange.upset(|_| None);
        // Before the grace nothing is looked at, however often the worker runs.
        for _ in 0..3 {
            service.work().await;
            assert_eq!((taken(&service).len(), state(&service, "answer/1").await.as_str()), (1, "unknown"));
        }
    })
    .await;
}
