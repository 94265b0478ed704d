//! A panic in one call harms no other (I18).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use ligne_solidaire::id::Ids;
use ligne_solidaire::simulator::exchange::Expect;
use uuid::Uuid;

use super::{FAILURES, MARCEL, NOTED, ODETTE, REQUESTS, callbacks_to};
use crate::support::ids::SeededIds;
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping::{QUESTIONS, answer, answers, finish, words};
use crate::support::test_db::{number, on_both};

/// Ids that panic once when they are told to.
struct Trap {
    ids: SeededIds,
    at_a_row: AtomicBool,
    at_a_request: AtomicBool,
}

impl Trap {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            ids: SeededIds::new(7),
            at_a_row: AtomicBool::new(false),
            at_a_request: AtomicBool::new(false),
        })
    }
}

impl Ids for Trap {
    fn row(&self, now: Timestamp) -> Uuid {
        assert!(!self.at_a_row.swap(false, Ordering::SeqCst), "a mistake of ours");
        self.ids.row(now)
    }

    fn six_digits(&self) -> String {
        assert!(!self.at_a_request.swap(false, Ordering::SeqCst), "a mistake of ours");
        self.ids.six_digits()
    }

    fn bits(&self) -> u128 {
        self.ids.bits()
    }
}

#[tokio::test]
async fn a_panic_in_a_turn_is_an_apology_for_one_caller_and_nothing_for_the_others() {
    on_both(async |base| {
        let trap = Trap::new();
        let setup = Setup { ids: Some(trap.clone()), ..Setup::default() };
        let service = Service::with(base, &setup).await;
        let exchange = &service.exchange;
        let (odette, marcel) = (exchange.call(ODETTE, LINE).await.unwrap(), exchange.call(MARCEL, LINE).await.unwrap());
        for leg in [odette, marcel] {
            answers(exchange, leg, QUESTIONS - 1).await;
        }
        trap.at_a_request.store(true, Ordering::SeqCst);
        answer(exchange, odette).await.unwrap();
        assert_eq!((words(exchange, odette).as_str(), exchange.expect(odette)), (NOTED, Expect::Ended));
        finish(exchange, marcel).await;
        trap.at_a_row.store(true, Ordering::SeqCst);
        let simone = exchange.call("+33465710003", LINE).await.unwrap();
        assert_eq!((words(exchange, simone).as_str(), exchange.expect(simone)), (NOTED, Expect::Ended));
        service.work().await;
        assert_eq!(number(&base.db, REQUESTS).await, 1, "what the panic had begun is not there");
        assert_eq!(callbacks_to(base, &service, ODETTE).await, 1);
        assert_eq!(callbacks_to(base, &service, MARCEL).await, 1);
        assert_eq!(number(&base.db, FAILURES).await, 1, "Odette hung up after the failure, with a choice made");
    })
    .await;
}
