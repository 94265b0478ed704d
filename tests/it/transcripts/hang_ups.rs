//! Somebody hangs up after each step of a shopping request, with and without the event that says so: the table of what
//! is kept is a file like the transcripts.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::time::Duration;

use ligne_solidaire::db::Kind;
use ligne_solidaire::simulator::exchange::{Exchange, LegId, RecordEnd};
use ligne_solidaire::simulator::player;

use super::{folder, remains};
use crate::support::service::{LINE, Service, Setup, TUESDAY};
use crate::support::test_db::{TestDb, on_both, run};

/// The file of the table.
pub(crate) const FILE: &str = "raccrocher-a-chaque-etape";

const HEAD: &str = "\
# Raccrocher à chaque étape d'une demande de courses
Date : mardi 14 avril 2026, 10:00

## Chaque ligne est un appel à part, qui s'arrête là. Ce tableau est écrit par un essai qui joue chaque appel deux fois :
## avec l'annonce de la fin de l'appel, puis sans elle (le balai la trouve). Il garde la même chose les deux fois.
";

/// What the caller does, in order, as the table says it.
const STEPS: &[(&str, Step)] = &[
    ("appelle", Step::Keys("")),
    ("tape 1 (des courses)", Step::Keys("1")),
    ("tape 1 (pour elle)", Step::Keys("1")),
    ("tape 1 (de la nourriture)", Step::Keys("1")),
    ("tape 1 (elle a de quoi manger aujourd'hui)", Step::Keys("1")),
    ("tape 2 (pour demain)", Step::Keys("2")),
    ("dit sa liste", Step::Speaks(12)),
    ("tape son code postal", Step::Keys("34000")),
    ("dit sa rue", Step::Speaks(5)),
    ("dit son nom", Step::Speaks(2)),
    ("tape 1 (le numéro est bon)", Step::Keys("1")),
    ("tape 1 (d'accord pour un voisin)", Step::Keys("1")),
    ("tape 1 (tout est juste)", Step::Keys("1")),
];

#[derive(Clone, Copy)]
enum Step {
    Keys(&'static str),
    Speaks(u32),
}

#[tokio::test]
async fn hanging_up_at_any_step_keeps_what_was_said() {
    let file = folder().join(format!("{FILE}.txt"));
    let first: RefCell<Option<String>> = RefCell::new(None);
    on_both(async |base| {
        let table = table(base).await;
        if first.borrow().is_none() {
            player::agree(&file, &table).unwrap_or_else(|difference| panic!("{difference}"));
            *first.borrow_mut() = Some(table);
        } else {
            assert_eq!(first.borrow().as_deref(), Some(table.as_str()), "the databases differ");
        }
    })
    .await;
}

async fn table(base: &TestDb) -> String {
    let (announced, swept) = (every_end(base, true).await, every_end(&twin(base).await, false).await);
    let mut table = HEAD.to_owned();
    for (((step, _), kept), found) in STEPS.iter().zip(&announced).zip(&swept) {
        let same = |kept: &[String]| kept.iter().map(|line| undated(line).to_owned()).collect::<Vec<_>>();
        assert_eq!(same(kept), same(found), "without its event, after « {step} »");
        writeln!(table, "\nOdette {step}, puis raccroche :").unwrap();
        for line in kept {
            writeln!(table, "    {line}").unwrap();
        }
    }
    let before_an_agent = |kept: &Vec<String>| kept.iter().any(|line| line.starts_with("Rappel"));
    assert!(announced[1..].iter().all(before_an_agent), "a choice was lost:\n{table}");
    table
}

/// An empty database of the same kind.
async fn twin(base: &TestDb) -> TestDb {
    match base.db.kind() {
        Kind::Sqlite => TestDb::sqlite().await,
        Kind::Postgres => TestDb::postgres().await.unwrap(),
    }
}

/// A call that is found later is called back later: the rest is the same.
fn undated(line: &str) -> &str {
    line.split(" ; à faire").next().unwrap_or(line)
}

/// What is kept of each call, the end of which is told or is not.
async fn every_end(base: &TestDb, told: bool) -> Vec<Vec<String>> {
    let mut setup = Setup::default();
    setup.exchange.end_notices = told;
    let service = Service::with(base, &setup).await;
    let mut ends = Vec::new();
    for last in 0..STEPS.len() {
        service.clock.set(TUESDAY.parse().unwrap());
        ends.push(kept_after(&service, last, told).await);
        run(&base.db, FORGET).await;
    }
    ends
}

/// Each call is the first one of the day.
const FORGET: &str = "delete from outbox; delete from waiting; delete from rings; delete from recording_audio; \
     delete from recordings; delete from callbacks; delete from request_events; delete from requests; \
     delete from turns; delete from calls;";

async fn kept_after(service: &Service, last: usize, told: bool) -> Vec<String> {
    let leg = service.exchange.call("+33465710001", LINE).await.unwrap();
    for (_, step) in &STEPS[..=last] {
        perform(&service.exchange, leg, *step).await;
    }
    // The last step ends the call by itself.
    if last + 1 < STEPS.len() {
        service.exchange.hang_up(leg).await.unwrap();
    }
    service.work().await;
    if !told {
        service.exchange.time_passes(Duration::from_mins(11));
        service.work().await;
    }
    remains::remains(service).await
}

async fn perform(exchange: &Exchange, leg: LegId, step: Step) {
    match step {
        Step::Keys("") => {}
        Step::Keys(keys) => drop(exchange.keys(leg, keys).await.unwrap()),
        Step::Speaks(seconds) => drop(exchange.record(leg, seconds, RecordEnd::Key('#')).await.unwrap()),
    }
}
