//! Random callers walk the whole flow through signed webhooks: every call ends, nobody who chose something is lost, no
//! prompt is silent, no voice webhook fails, and every exit of every wait is taken.
//!
//! The walk is seeded and its time is that of a set clock. It is short in an ordinary run; `LIGNE_CAMPAIGN_CALLS=10000`
//! makes it long on `SQLite`, with a tenth of that on `PostgreSQL` (docs/campaigns.md).

mod checks;
mod map;
mod walker;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::clock::Clock;
use ligne_solidaire::operators::Role;
use ligne_solidaire::requests;
use ligne_solidaire::requests::plan::Rule;
use ligne_solidaire::requests::store::plans::NewPlan;
use ligne_solidaire::simulator::exchange::{
    Delivery, EmptyRecord, EmptyResult, Exchange, Habit, RecordingNotice, Settings,
};
use ligne_solidaire::simulator::transport::InProcess;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use self::map::{Exit, Map};
use self::walker::{Knowledge, Temper, Walker};
use crate::support::campaign::{asked, calls};
use crate::support::service::{LINE, Service, Setup};
use crate::support::staff::operator;
use crate::support::test_db::TestDb;

/// The telephones of the desk, and of whoever is on call.
const PHONES: [&str; 3] = ["+33199001001", "+33199001002", "+33639980001"];
/// A second line that rings nobody and serves a few postal codes only.
const SMALL_LINE: &str = "+33199001299";
const LINES: &str = "town = \"Montpellier\"\ndesk = [\"01 99 00 10 01\", \"01 99 00 10 02\"]\non_call = [\"06 39 98 00 01\"]\n\
     human_callback = \"01 99 00 12 34\"\nsms = \"01 99 00 12 34\"\n\
     [[line]]\nnumber = \"01 99 00 12 99\"\ntown = \"Juvignac\"\ncrowded = true\npostal_codes = [\"34080\"]\nwait_max = \"2min\"\n";

/// A caller who has a plan.
const WITH_A_SLOT: &str = "+33465719999";

/// How often each exit of each wait was taken.
type Taken = BTreeMap<Exit, i64>;

#[tokio::test]
async fn campaign_of_random_walks_on_sqlite_takes_every_exit_and_loses_nobody() {
    let calls = calls(1_200, 1);
    let first = calls * 9 / 10;
    let mut taken = walk(&TestDb::sqlite().await, true, first..=first, BTreeSet::new(), 1).await;
    // A provider that cannot whisper: nobody is rung, everybody is called back.
    let known = taken.keys().cloned().collect();
    for (exit, count) in walk(&TestDb::sqlite().await, false, calls / 10..=calls, known, 2).await {
        *taken.entry(exit).or_default() += count;
    }
    everything_was_taken(&taken).await;
}

#[tokio::test]
async fn campaign_of_random_walks_on_postgresql_loses_nobody() {
    let Some(base) = TestDb::postgres().await else { return };
    let calls = calls(150, 10);
    let most = if asked() { calls * 2 } else { calls };
    let taken = walk(&base, true, calls..=most, BTreeSet::new(), 3).await;
    if asked() {
        everything_was_taken(&taken).await;
    }
}

/// Lets as many callers walk on that database, more of them while exits are left that nobody took, and checks what they
/// leave.
async fn walk(
    base: &TestDb,
    number_url: bool,
    calls: RangeInclusive<u64>,
    already: BTreeSet<Exit>,
    seed: u64,
) -> Taken {
    let mut setup = Setup { line: LINES.to_owned(), seed, ..Setup::default() };
    setup.exchange.number_url = number_url;
    let service = Service::with(base, &setup).await;
    service.exchange.register_phone(PHONES[2], "L'astreinte");
    let map = Map::of(&service.app.board.voice.load().scripts.flow);
    let mut known = Knowledge {
        wanted: BTreeSet::new(),
        map,
        references: Vec::new(),
        waits: 0,
        hang_ups: 0,
        rng: StdRng::seed_from_u64(seed),
    };
    with_a_slot(&service).await;
    let (mut called, mut episode) = (0, 0);
    while called < *calls.start() || (called < *calls.end() && !known.wanted.is_empty()) {
        if episode % 10 == 0 {
            known.learn(&service, &already).await;
            service.work().await;
        }
        called += an_episode(&service, &setup.exchange, &mut known, seed * 1_000_000 + episode).await;
        episode += 1;
    }
    assert!(known.hang_ups * 20 <= known.waits + 20, "{} of {} waits", known.hang_ups, known.waits);
    settle(&service).await;
    let taken = checks::taken(&service).await;
    checks::nobody_is_lost(&service, &known.map).await;
    eprintln!("{called} calls, {} waits, {} hang-ups, {} episodes", known.waits, known.hang_ups, episode);
    taken
}

/// Somebody whose slot is on Sunday night: she is told so at every other time (F-23).
async fn with_a_slot(service: &Service) {
    let (board, line) = (&service.app.board, service.app.lines.find(LINE).unwrap());
    let by = operator(service, "Nadia", Role::Supervisor, vec![line.id]).await;
    let (keyring, now, ids) =
        (board.keyring.clone(), board.clock.now(), [(); 2].map(|()| board.ids.row(board.clock.now())));
    let keeping = board.db.write(move |tx| {
        Box::pin(async move {
            let number = WITH_A_SLOT.parse().unwrap();
            let caller_id = requests::store::caller(tx, &keyring, ids[0], &number, now).await?;
            let (rule, expires_at) = (Rule::Slot("Su 03:00-03:10".to_owned()), Timestamp::MAX);
            let new = NewPlan {
                id: ids[1],
                line_id: line.id,
                caller_id,
                rule: &rule,
                reason: "x",
                expires_at,
                by: by.id,
                now,
            };
            requests::store::plans::make(tx, &keyring, &new).await
        })
    });
    assert!(keeping.await.unwrap());
}

/// A few callers at the same time, with one provider's habits and one moment of the week.
async fn an_episode(service: &Service, base: &Settings, known: &mut Knowledge, seed: u64) -> u64 {
    some_moment(service, known);
    let exchange = Exchange::new(provider(base, seed, known), InProcess::new(service.router.clone()));
    let time = service.clock.clone();
    exchange.tell_time(move |passed| time.advance(passed));
    for (phone, name) in PHONES.iter().zip(["Le bureau 1", "Le bureau 2", "L'astreinte"]) {
        exchange.register_phone(phone, name);
        exchange.set_habit(phone, habit(known));
    }
    let together = *[1, 1, 2, 3, 6].choose(&mut known.rng).unwrap();
    let hurried = together > 2 && known.rng.random_bool(0.7);
    let mut walkers = Vec::new();
    for _ in 0..together {
        let line = if known.rng.random_bool(0.8) { LINE } else { SMALL_LINE };
        let leg = exchange.call(&caller(known), line).await.unwrap();
        let wanted: Vec<_> = known.wanted.iter().cloned().collect();
        let aim = wanted.choose(&mut known.rng).cloned();
        walkers.push(Walker { leg, temper: temper(hurried, known), aim, acts: 0 });
    }
    while !walkers.is_empty() {
        let next = known.rng.random_range(0..walkers.len());
        if !walkers[next].act(service, &exchange, known).await {
            walkers.swap_remove(next);
        }
    }
    checks::documents(&exchange);
    together
}

/// Moves the clock to another moment: mostly an open one, else night, Sunday or a public holiday.
fn some_moment(service: &Service, known: &mut Knowledge) {
    let line = service.app.lines.find(LINE).unwrap();
    let open = known.rng.random_bool(0.65);
    service.clock.advance(Duration::from_secs(known.rng.random_range(60..6 * 3_600)));
    while line.settings.hours.is_open(service.clock.now()) != open {
        service.clock.advance(Duration::from_mins(30));
    }
}

/// One of the ways in which the providers of the family differ.
fn provider(base: &Settings, seed: u64, known: &mut Knowledge) -> Settings {
    let rng = &mut known.rng;
    let record_keys = rng.random_bool(0.8);
    Settings {
        seed,
        withheld: String::new(),
        empty_result: *[
            EmptyResult::FallsThrough,
            EmptyResult::ActionWithoutDigits,
            EmptyResult::ActionWithEmptyDigits,
        ]
        .choose(rng)
        .unwrap(),
        empty_record: *[EmptyRecord::Action, EmptyRecord::FallsThrough].choose(rng).unwrap(),
        record_keys,
        recording_notice: *[RecordingNotice::Before, RecordingNotice::After, RecordingNotice::Never]
            .choose(rng)
            .unwrap(),
        dial_bridged: rng.random_bool(0.5),
        end_notices: rng.random_bool(0.8),
        delivery: *[Delivery::Once, Delivery::Once, Delivery::Once, Delivery::TwiceInTurn, Delivery::TwiceAtOnce]
            .choose(rng)
            .unwrap(),
        ..base.clone()
    }
}

fn habit(known: &mut Knowledge) -> Habit {
    let habits = [
        Habit::Answers("1".to_owned()),
        Habit::Answers("1".to_owned()),
        Habit::Answers("1".to_owned()),
        Habit::Answers("2".to_owned()),
        Habit::Voicemail,
        Habit::Refuses,
        Habit::NeverAnswers,
        Habit::Busy,
        Habit::Rings,
    ];
    habits.choose(&mut known.rng).unwrap().clone()
}

fn temper(hurried: bool, known: &mut Knowledge) -> Temper {
    match known.rng.random_range(0..100) {
        0..2 => Temper::Silent,
        2..4 => Temper::Lost,
        _ if hurried => Temper::Hurried,
        _ => Temper::Ordinary,
    }
}

/// A number, known, withheld in one of its many forms, foreign, odd, or one that calls often.
fn caller(known: &mut Knowledge) -> String {
    const ODD: [&str; 11] = [
        "anonymous",
        "",
        "+266696687",
        "Restricted",
        "unknown",
        "+14155550123",
        "+441632960123",
        "0465710001",
        LINE,
        "+262692000000",
        "sip:odette@example.org",
    ];
    let about_plans = known.wanted.iter().any(|(step, _)| step.starts_with("plan-"));
    let rng = &mut known.rng;
    if about_plans && rng.random_bool(0.2) {
        return WITH_A_SLOT.to_owned();
    }
    // What is left in the end is mostly for those who cannot be called back.
    let ordinary = if (1..20).contains(&known.wanted.len()) { 5 } else { 0 };
    match rng.random_range(ordinary..10) {
        0..4 => format!("+334657{:05}", rng.random_range(10_000..20_000)),
        4..6 => format!("+336399{:05}", rng.random_range(80_000..90_000)),
        6 => format!("+3346571000{}", rng.random_range(0..10)),
        _ => (*ODD.choose(rng).unwrap()).to_owned(),
    }
}

impl Knowledge {
    /// Reads what is not yet taken, and which request numbers exist.
    async fn learn(&mut self, service: &Service, already: &BTreeSet<Exit>) {
        let taken = checks::taken(service).await;
        self.wanted = self.map.exits();
        self.wanted.retain(|exit| !taken.contains_key(exit) && !already.contains(exit));
        self.references = checks::references(service).await;
    }
}

/// Five hours later, everything due is done: calls without an end are swept, phones are let go.
async fn settle(service: &Service) {
    for _ in 0..3 {
        service.clock.advance(Duration::from_hours(5));
        service.work().await;
    }
    while ligne_solidaire::worker::tick(&service.app).await.unwrap() > 0 {}
}

/// The table of the walk; an exit that nobody took is an error.
async fn everything_was_taken(taken: &Taken) {
    let service = Service::on(&TestDb::sqlite().await).await;
    let voice = Arc::clone(&service.app.board.voice.load());
    let map = Map::of(&voice.scripts.flow);
    eprintln!("{}", checks::table(&map, taken));
    let untaken: Vec<_> = map.exits().into_iter().filter(|exit| !taken.contains_key(exit)).collect();
    assert!(untaken.is_empty(), "nobody took {untaken:?}");
}
