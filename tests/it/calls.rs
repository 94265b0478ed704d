//! Whole calls, from ring to goodbye, through signed webhooks.

use ligne_solidaire::simulator::exchange::{Expect, RecordEnd};

use crate::support::service::{LINE, Service};
use crate::support::test_db::{number, on_both};

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
