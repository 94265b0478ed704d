//! What the provider reports, in any order, twice, before its id is known, as garbage.

use std::time::Duration;

use axum::http::StatusCode;
use ligne_solidaire::sms::outbound::message::Kind;

use crate::support::service::{ACCOUNT, Service};
use crate::support::test_db::{number, on_both};
use crate::support::texts::{fate, post, service, state, taken};
use crate::support::webhook::Webhook;

const AWA: &str = "+33639980001";

/// A report, as the provider posts it.
async fn reports(service: &Service, sid: &str, status: &str, error: &str) -> StatusCode {
    let fields = [("AccountSid", ACCOUNT), ("MessageSid", sid), ("MessageStatus", status), ("ErrorCode", error)];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Webhook::signed("/telephony/twilio/status", body).post(&service.router).await.status
}

/// Every order of five things.
fn orders() -> Vec<[usize; 5]> {
    let mut all = Vec::new();
    for code in 0..5_usize.pow(5) {
        let order: [usize; 5] = std::array::from_fn(|place| code / 5_usize.pow(u32::try_from(place).unwrap()) % 5);
        if (0..5).all(|one| order.contains(&one)) {
            all.push(order);
        }
    }
    assert_eq!(all.len(), 120);
    all
}

/// The text of a reason learns its id.
async fn left(service: &Service, key: &str, sid: &str) {
    let (key, sid) = (key.to_owned(), sid.to_owned());
    post(service, AWA, Kind::Answer, &key, &key).await;
    let app = crate::messages::lost::behind(service, &sid);
    ligne_solidaire::worker::work(&app).await.unwrap();
}

#[tokio::test]
async fn all_orders_of_five_reports_also_twice_and_before_the_answer_end_in_the_same_state() {
    /// Five reports with their codes, and the state and code that they end in.
    type Set = ([(&'static str, &'static str); 5], &'static str, Option<i64>);
    const SETS: [Set; 3] = [
        (
            [("queued", ""), ("sending", ""), ("sent", ""), ("undelivered", "30005"), ("delivered", "")],
            "delivered",
            None,
        ),
        (
            [("accepted", ""), ("sent", ""), ("failed", "30008"), ("undelivered", "30004"), ("undelivered", "30005")],
            "undelivered",
            Some(30_005),
        ),
        (
            [("queued", ""), ("sent", ""), ("failed", "30001"), ("garbage", "x"), ("sending", "30003")],
            "failed",
            Some(30_001),
        ),
    ];
    on_both(async |base| {
        let service = service(base).await;
        let mut ends = 0;
        for (set, (statuses, end, error)) in SETS.iter().enumerate() {
            for (index, order) in orders().into_iter().enumerate() {
                let sid = format!("SM{set}x{index}");
                let before = index % 6;
                for (place, status) in order.iter().enumerate() {
                    if place == before {
                        left(&service, &sid, &sid).await;
                    }
                    let (word, error) = statuses[*status];
                    for _ in 0..=(place + index) % 2 {
                        assert_eq!(reports(&service, &sid, word, error).await, StatusCode::NO_CONTENT);
                    }
                }
                if before == 5 {
                    left(&service, &sid, &sid).await;
                }
                // 30004 is a STOP and 30005 says that nobody is there: neither bears on the next order.
                crate::support::test_db::run(&base.db, "delete from stops; update callers set no_text = null").await;
                let (state, code, _) = fate(&service, &sid).await;
                assert_eq!(
                    (state.as_str(), code),
                    (*end, *error),
                    "set {set}, order {order:?}, {before} before the answer"
                );
                ends += 1;
            }
        }
        eprintln!("{ends} texts, each with five reports, half of them twice, 0 to 5 before the answer: one end a set");
    })
    .await;
}

#[tokio::test]
async fn a_report_of_a_text_that_is_not_ours_changes_nothing_and_is_forgotten() {
    on_both(async |base| {
        let service = service(base).await;
        for (sid, status) in [("SM404", "delivered"), ("SM404", "failed"), ("SM405", "nonsense"), ("SM406", "")] {
            assert_eq!(reports(&service, sid, status, "-1").await, StatusCode::NO_CONTENT);
        }
        assert_eq!(number(&base.db, "select count(*) from messages").await, 0);
        assert_eq!(number(&base.db, "select count(*) from message_fates").await, 1);
        service.clock.advance(Duration::from_hours(91 * 24));
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from message_fates").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_telephone_that_was_off_is_tried_once_more_and_not_where_the_first_arrived_late() {
    on_both(async |base| {
        let service = service(base).await;
        for (key, arrives) in [("SM1", false), ("SM2", true)] {
            left(&service, key, key).await;
            for _ in 0..2 {
                reports(&service, key, "undelivered", "30003").await;
            }
            if arrives {
                reports(&service, key, "delivered", "").await;
            }
        }
        service.work().await;
        assert_eq!(taken(&service), [""; 0], "not at once");
        service.clock.advance(Duration::from_mins(31));
        service.work().await;
        assert_eq!(taken(&service), ["SM1"]);
        let again = service.exchange.texts()[0].sid.clone();
        reports(&service, &again, "undelivered", "30003").await;
        service.clock.advance(Duration::from_hours(3));
        service.work().await;
        assert_eq!(taken(&service).len(), 1, "never a third time");
        assert_eq!(
            (state(&service, "SM1").await.as_str(), state(&service, "SM2").await.as_str()),
            ("undelivered", "delivered")
        );
    })
    .await;
}

#[tokio::test]
async fn an_error_that_is_reported_later_counts_as_much_as_one_that_is_answered() {
    on_both(async |base| {
        let service = service(base).await;
        left(&service, "SM1", "SM1").await;
        post(&service, AWA, Kind::Answer, "later", "Encore").await;
        reports(&service, "SM1", "failed", "21610").await;
        service.work().await;
        assert_eq!(fate(&service, "later").await, ("cancelled".to_owned(), None, Some("stop".to_owned())));
        assert_eq!(number(&base.db, "select count(*) from stops where source = 'provider'").await, 1);
        assert_eq!(taken(&service), [""; 0], "who told the provider is not told that it is noted");
    })
    .await;
}
