//! Whole calls, from ring to goodbye, through signed webhooks.

use ligne_solidaire::simulator::exchange::{Expect, RecordEnd};

use crate::support::dump::counts;
use crate::support::service::{LINE, Service};
use crate::support::test_db::{number, on_both};
use crate::support::webhook::{VOICE, Webhook};

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
