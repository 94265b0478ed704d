//! Texts that came while the service was down, found in the provider's list.

use std::time::Duration;

use ligne_solidaire::simulator::exchange::Settings;
use ligne_solidaire::sms::reconcile;

use crate::support::dump::dump;
use crate::support::service::{LINE, Service, Setup};
use crate::support::test_db::{number, on_both};
use crate::support::texts::{SHORT, service, texting};

const AWA: &str = "+33639980001";

async fn look(service: &Service) -> usize {
    let app = &service.app;
    reconcile::look(&app.board, &app.lines, &*app.provider).await.unwrap()
}

/// The words of the callbacks, in the order in which they were opened.
async fn messages(service: &Service) -> Vec<(i64, String)> {
    let keyring = service.app.board.keyring.clone();
    let reading = service.app.board.db.read(move |tx| {
        Box::pin(async move {
            let rows: Vec<(i64, String, Vec<u8>)> =
                sqlx::query_as("select at, id, body from inbound_messages order by at, id")
                    .fetch_all(tx.conn())
                    .await?;
            Ok::<_, ligne_solidaire::db::DbError>(rows)
        })
    });
    let open = |(at, id, sealed): (i64, String, Vec<u8>)| {
        (at, String::from_utf8(keyring.open("inbound_messages.body", &id, &sealed).unwrap()).unwrap())
    };
    reading.await.unwrap().into_iter().map(open).collect()
}

#[tokio::test]
async fn what_came_while_the_service_was_down_arrives_once_in_order_at_its_own_time() {
    on_both(async |base| {
        let service = service(base).await;
        assert_eq!(look(&service).await, 0, "the first look begins now");
        service.clock.advance(Duration::from_mins(10));
        service.exchange.text_line(AWA, LINE, "Reçu en service").await.unwrap();
        service.clock.advance(Duration::from_hours(1));
        service.exchange.text_while_down(AWA, LINE, "Premier");
        service.clock.advance(Duration::from_mins(1));
        service.exchange.text_while_down("+33639980002", SHORT, "OUI 42");
        service.clock.advance(Duration::from_mins(1));
        service.exchange.text_while_down(AWA, LINE, "Dernier");
        service.clock.advance(Duration::from_hours(1));
        assert_eq!(look(&service).await, 4, "the one that was received is looked at again, in vain");
        let words: Vec<_> = messages(&service).await;
        let said: Vec<_> = words.iter().map(|(_, body)| body.as_str()).collect();
        assert_eq!(said, ["Reçu en service", "Premier", "OUI 42", "Dernier"]);
        let start = words[0].0;
        assert_eq!(words.iter().map(|(at, _)| (at - start) / 60_000).collect::<Vec<_>>(), [0, 60, 61, 62]);
        assert_eq!(number(&base.db, "select count(*) from callbacks").await, 4);
        let before = dump(&base.db).await;
        service.clock.advance(Duration::from_mins(4));
        look(&service).await;
        let after = dump(&base.db).await;
        for table in ["inbound_messages", "callbacks", "callers"] {
            assert_eq!(before[table], after[table], "{table}: what is known changes nothing");
        }
    })
    .await;
}

#[tokio::test]
async fn a_danger_that_was_texted_while_we_were_down_is_alerted_at_once() {
    on_both(async |base| {
        let service = service(base).await;
        look(&service).await;
        service.clock.advance(Duration::from_hours(2));
        service.exchange.text_while_down(AWA, LINE, "au secours");
        service.clock.advance(Duration::from_hours(1));
        look(&service).await;
        assert_eq!(number(&base.db, "select count(*) from callbacks where priority = 0").await, 1);
        assert_eq!(
            number(&base.db, "select count(*) from outbox where kind = 'alert_on_call' and state = 'queued'").await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn one_instance_looks_at_a_time_and_a_provider_without_a_list_is_left_alone() {
    on_both(async |base| {
        let service = service(base).await;
        look(&service).await;
        service.clock.advance(Duration::from_mins(5));
        service.exchange.text_while_down(AWA, LINE, "Bonjour");
        let (one, other) = tokio::join!(look(&service), look(&service));
        assert_eq!(one + other, 1, "whoever is second leaves it to the first");
        let usual = texting();
        let exchange = Settings { lists_messages: false, ..usual.exchange.clone() };
        let blind = service.restarted(base.db.clone(), &Setup { exchange, seed: 9, ..usual }).await;
        let before = number(&base.db, "select cast(sum(looked_at) as bigint) from text_watermarks").await;
        blind.clock.advance(Duration::from_hours(9));
        assert_eq!(look(&blind).await, 0);
        assert_eq!(number(&base.db, "select cast(sum(looked_at) as bigint) from text_watermarks").await, before);
    })
    .await;
}
