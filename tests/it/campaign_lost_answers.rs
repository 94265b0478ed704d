//! One answer in ten is lost at the provider: no text is missing, and none is there twice where the provider has a list.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use ligne_solidaire::simulator::exchange::{Mishap, Settings};
use ligne_solidaire::sms::outbound::message::Kind;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::campaign::texts;
use crate::support::service::{Service, Setup};
use crate::support::test_db::{TestDb, number, on_both};
use crate::support::texts::{post_for, texting};

/// Texts that are asked for between two rounds of the worker.
const BATCH: u64 = 25;
const VALID: Duration = Duration::from_hours(24 * 30);

/// What became of a campaign.
struct Count {
    asked: u64,
    /// Answers that were lost, of texts that were taken and of texts that were not.
    lost: (u64, u64),
    busy: u64,
    /// Texts taken more than once, never, and in doubt at the end.
    double: u64,
    missing: u64,
    in_doubt: u64,
}

#[tokio::test]
async fn campaign_of_lost_answers_loses_no_text_and_doubles_none_where_there_is_a_list() {
    on_both(async |base| {
        let (count, _) = campaign(base, true, texts(300)).await;
        tell("with a list", &count);
        assert_eq!((count.missing, count.double, count.in_doubt), (0, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn campaign_of_lost_answers_without_a_list_doubles_only_what_is_repeated_by_hand() {
    on_both(async |base| {
        let (count, service) = campaign(base, false, texts(300) / 3).await;
        tell("without a list", &count);
        assert_eq!(count.double, 0, "nothing is repeated by itself");
        assert_eq!(count.in_doubt, count.lost.0 + count.lost.1, "each one is in doubt, and shown");
        assert!(count.missing <= count.lost.1);
        let (before, shown) = (count.lost, count.in_doubt);
        crate::support::test_db::run(
            &base.db,
            "update messages set state = 'queued', attempts = 0 where state = 'unknown'; \
             update outbox set state = 'queued', attempts = 0, settled_at = null where state = 'unknown'",
        )
        .await;
        let again = service.restarted(base.db.clone(), &Setup { seed: 9, ..texting() }).await;
        again.clock.set(ligne_solidaire::clock::Clock::now(&*service.clock));
        again.work().await;
        assert_eq!(u64::try_from(again.exchange.texts().len()).unwrap(), shown);
        eprintln!("by hand: {shown} sent again, {} of which arrived twice", before.0);
    })
    .await;
}

async fn campaign(base: &TestDb, lists: bool, asked: u64) -> (Count, Service) {
    let usual = texting();
    let settings = "[limits]\ntexts_per_day = 1000000\neuros_per_day = 1000000".to_owned();
    let exchange = Settings { lists_messages: lists, ..usual.exchange.clone() };
    let service = Service::with(base, &Setup { exchange, settings, ..usual }).await;
    let befell = std::sync::Arc::new(Mutex::new((StdRng::seed_from_u64(4), [0_u64; 3])));
    let told = befell.clone();
    service.exchange.upset(move |_| {
        let mut befell = told.lock().unwrap();
        let draw = befell.0.random_range(0..100);
        let (which, mishap) = match draw {
            0..5 => (0, Mishap::AnswerLost),
            5..10 => (1, Mishap::NothingDone),
            10..13 => (2, Mishap::Busy(Some(5))),
            _ => return None,
        };
        befell.1[which] += 1;
        Some(mishap)
    });
    for n in 0..asked {
        let ((to, body), key) = (text(n), format!("campaign/{n}"));
        post_for(&service, (&to, Kind::Answer, &key, &body), VALID).await;
        if n % BATCH == BATCH - 1 {
            service.work().await;
            service.clock.advance(Duration::from_mins(1));
        }
    }
    for _ in 0..40 {
        service.clock.advance(Duration::from_mins(2));
        service.work().await;
    }
    let [taken, nothing, busy] = befell.lock().unwrap().1;
    let mut arrived: BTreeMap<(String, String), u64> = BTreeMap::new();
    for sms in service.exchange.texts() {
        *arrived.entry((sms.to, sms.body)).or_default() += 1;
    }
    let mut wanted: BTreeMap<(String, String), u64> = BTreeMap::new();
    for n in 0..asked {
        *wanted.entry(text(n)).or_default() += 1;
    }
    let sum = |one: &BTreeMap<_, u64>, other: &BTreeMap<(String, String), u64>| {
        one.iter().map(|(key, count)| count.saturating_sub(other.get(key).copied().unwrap_or(0))).sum()
    };
    let count = Count {
        asked,
        lost: (taken, nothing),
        busy,
        double: sum(&arrived, &wanted),
        missing: sum(&wanted, &arrived),
        in_doubt: u64::try_from(number(&base.db, "select count(*) from messages where state = 'unknown'").await)
            .unwrap(),
    };
    (count, service)
}

/// To whom, and what: every second one is the same words to the same number as the one before, for a reason of its own.
fn text(n: u64) -> (String, String) {
    (format!("+3363998{:04}", n / 4 % 10_000), format!("Texte {}", n / 2))
}

fn tell(what: &str, count: &Count) {
    let Count { asked, lost, busy, double, missing, in_doubt } = count;
    eprintln!(
        "{what}: {asked} texts, {} answers lost of texts that were taken and {} of texts that were not, {busy} times busy: \
         {missing} missing, {double} twice, {in_doubt} in doubt",
        lost.0, lost.1
    );
}
