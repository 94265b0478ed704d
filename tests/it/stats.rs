//! The figures of a line, from whole calls and from what agents do.

use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::callbacks::claims::{self, Next};
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::disposition::Disposition;
use ligne_solidaire::callbacks::finish::{self, Ending, Finish};
use ligne_solidaire::clock::Clock;
use ligne_solidaire::lines::Line;
use ligne_solidaire::operators::Operator;
use ligne_solidaire::simulator::exchange::Expect;
use ligne_solidaire::stats::figures::FIGURES;
use ligne_solidaire::stats::period::{Grain, Period};
use ligne_solidaire::stats::report;
use ligne_solidaire::stats::sheet::Sheet;

use crate::support::desk::Desk;
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::staff::{agent, stranger};
use crate::support::test_db::{number, on_both};

const ODETTE: &str = "+33465710001";

fn line(service: &Service) -> Line {
    service.app.lines.find(LINE).unwrap()
}

async fn month(service: &Service, by: &Operator) -> Sheet {
    let period = Period::of(Grain::Month, "2026-04-14".parse().unwrap());
    report::sheet(&service.app.board, by, &line(service), period).await.unwrap().expect("it is her line")
}

fn told(sheet: &Sheet, id: &str) -> String {
    FIGURES.iter().find(|figure| figure.id == id).unwrap().told(&sheet.measured)
}

/// A line with a desk of one phone and two districts.
async fn service(base: &crate::support::test_db::TestDb) -> Service {
    let line = "town = \"Montpellier\"\ndesk = [\"01 99 00 10 01\"]\n\
                [[line.district]]\nname = \"Centre\"\npostal_codes = [\"34000\"]\nlat = 43.61\nlon = 3.877\n\
                [[line.district]]\nname = \"Mosson\"\npostal_codes = [\"34080\"]\nlat = 43.62\nlon = 3.82";
    let service = Service::with(base, &Setup { line: line.to_owned(), ..Setup::default() }).await;
    service.exchange.register_phone("+33199001001", "bureau");
    service
}

async fn silent(service: &Service) {
    let leg = service.exchange.call("+33465710003", LINE).await.unwrap();
    while service.exchange.expect(leg) != Expect::Ended {
        service.exchange.silence(leg).await.unwrap();
    }
}

async fn with_a_person(service: &Service, end: impl AsyncFn(&Service, ligne_solidaire::simulator::exchange::LegId)) {
    let leg = service.exchange.call("+33465710004", LINE).await.unwrap();
    service.exchange.keys(leg, "0").await.unwrap();
    let desk = service.exchange.answer("+33199001001").await.unwrap();
    service.exchange.keys(desk, "1").await.unwrap();
    service.clock.advance(Duration::from_mins(3));
    end(service, if service.exchange.expect(leg) == Expect::Ended { desk } else { leg }).await;
    service.exchange.settle().await.unwrap();
}

#[tokio::test]
async fn every_call_is_counted_once_by_what_became_of_it() {
    on_both(async |base| {
        let service = service(base).await;
        let camille = agent(&service, "Camille").await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        service.clock.advance(Duration::from_hours(24));
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        silent(&service).await;
        with_a_person(&service, async |service, leg| drop(service.exchange.hang_up(leg).await.unwrap())).await;
        let leg = service.exchange.call("+33465710005", LINE).await.unwrap();
        service.clock.advance(Duration::from_secs(40));
        service.exchange.hang_up(leg).await.unwrap();
        service.clock.advance(Duration::from_hours(24 * 9));
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        let sheet = month(&service, &camille).await;
        let figures = ["appels", "termines_par_la_ligne", "avec_une_personne", "abandons", "muets"];
        assert_eq!(figures.map(|id| told(&sheet, id)), ["6", "4", "1", "1", "1"], "{:?}", sheet.measured.calls);
        assert_eq!((sheet.measured.calls.again, sheet.measured.calls.known), (1, 6), "the third came ten days later");
        let days: Vec<_> =
            sheet.days.iter().filter(|day| day.calls > 0).map(|day| (day.day.day(), day.calls)).collect();
        assert_eq!(days, [(14, 1), (15, 4), (24, 1)]);
        assert_eq!((sheet.by_category[0].clone(), sheet.by_lang[0].clone()), (("courses".into(), 3), ("fr".into(), 3)));
        assert_eq!(sheet.by_district, [("Centre".to_owned(), 3)]);
        let march = Period::of(Grain::Month, "2026-03-14".parse().unwrap());
        let before = report::sheet(&service.app.board, &camille, &line(&service), march).await.unwrap().unwrap();
        assert_eq!(told(&before, "appels"), "0");
    })
    .await;
}

#[tokio::test]
async fn of_another_line_nothing_is_counted() {
    on_both(async |base| {
        let service = service(base).await;
        let other = stranger(&service).await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        let period = Period::of(Grain::Day, "2026-04-14".parse().unwrap());
        assert_eq!(report::sheet(&service.app.board, &other, &line(&service), period).await.unwrap(), None);
        assert_eq!(report::profiles(&service.app.board, &other, &line(&service)).await.unwrap(), None);
        assert_eq!(report::open_needs(&service.app.board, &other, &line(&service)).await.unwrap(), []);
    })
    .await;
}

async fn calls_back(service: &Service, by: &Operator, code: &str, after: Duration) {
    ends(service, by, code, None, after).await;
}

async fn ends(service: &Service, by: &Operator, code: &str, date: Option<Timestamp>, after: Duration) {
    let board = &service.app.board;
    let hand = || {
        let now = board.clock.now();
        Hand { agent: by.name.clone(), operator: Some(by.id), entry: board.ids.row(now), now }
    };
    let Next::Taken(id) = claims::next(&board.db, &hand()).await.unwrap() else { panic!("nothing waits") };
    service.clock.advance(after);
    let disposition = Disposition::of_code(code).unwrap();
    let ending =
        Ending { form: board.ids.row(board.clock.now()), disposition, date, reference: None, lang: None, note: None };
    let lines = &service.app.lines;
    let ended = finish::finish(&board.db, &board.keyring, &board.ids, lines, &hand(), id, ending).await.unwrap();
    assert!(matches!(ended, Finish::Closed | Finish::Again { .. }), "{ended:?}");
}

#[tokio::test]
async fn waits_are_told_to_the_first_try_and_to_the_first_talk() {
    on_both(async |base| {
        let service = service(base).await;
        let camille = agent(&service, "Camille").await;
        shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        with_a_person(&service, async |service, leg| drop(service.exchange.hang_up(leg).await.unwrap())).await;
        let opened = number(&base.db, "select opened_at from callbacks where reason = 'demande'").await;
        let waited = |service: &Service| service.clock.now().as_millisecond() - opened;
        service.clock.advance(Duration::from_mins(30));
        calls_back(&service, &camille, "SONNE", Duration::from_mins(2)).await;
        let to_attempt = waited(&service);
        service.clock.advance(Duration::from_hours(24));
        calls_back(&service, &camille, "RESOLU", Duration::from_mins(6)).await;
        let sheet = month(&service, &camille).await;
        assert_eq!(sheet.measured.to_attempt, [to_attempt]);
        assert_eq!(sheet.measured.to_contact, [waited(&service)], "whoever talked in her call waited for no callback");
        assert_eq!(sheet.measured.handling, [6 * 60_000]);
        assert_eq!(sheet.measured.due, (1, 0), "it was promised for the afternoon before");
        assert_eq!(
            (told(&sheet, "tentatives_par_contact"), told(&sheet, "dans_les_temps")),
            ("2,0".into(), "0 %".into())
        );
        assert_eq!(
            (told(&sheet, "demandes"), told(&sheet, "resolues"), told(&sheet, "en_cours")),
            ("1".into(), "1".into(), "0".into())
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_missed_at_noon_stays_missed_and_what_is_not_due_yet_is_not_counted() {
    on_both(async |base| {
        let service = service(base).await;
        let camille = agent(&service, "Camille").await;
        let desk = Desk::on(&service).await;
        desk.waits(&desk.item(2, -180, -60)).await;
        let tomorrow = service.clock.now() + Duration::from_hours(24);
        ends(&service, &camille, "RAPPEL_FIXE", Some(tomorrow), Duration::from_mins(1)).await;
        desk.waits(&desk.item(2, -10, 900)).await;
        calls_back(&service, &camille, "RESOLU", Duration::from_mins(1)).await;
        assert_eq!(month(&service, &camille).await.measured.due, (1, 0), "the other one is not due yet");
        service.clock.advance(Duration::from_hours(48));
        assert_eq!(month(&service, &camille).await.measured.due, (2, 1));
    })
    .await;
}

#[tokio::test]
async fn the_map_shows_the_needs_that_are_open_by_district() {
    on_both(async |base| {
        let service = service(base).await;
        let camille = agent(&service, "Camille").await;
        for _ in 0..2 {
            shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        }
        let open = async || report::open_needs(&service.app.board, &camille, &line(&service)).await.unwrap();
        assert_eq!(open().await, [("34000".to_owned(), "courses".to_owned(), 2)]);
        calls_back(&service, &camille, "RESOLU", Duration::from_mins(1)).await;
        assert_eq!(open().await, [("34000".to_owned(), "courses".to_owned(), 1)]);
        let settings = line(&service).settings;
        assert_eq!(
            ligne_solidaire::lines::district::of(&settings.districts, "34000").map(|district| district.name.as_str()),
            Some("Centre")
        );
    })
    .await;
}

#[tokio::test]
async fn a_usual_week_is_that_of_the_last_four() {
    on_both(async |base| {
        let service = service(base).await;
        let camille = agent(&service, "Camille").await;
        for _ in 0..2 {
            shopping::to_the_end(&service.exchange, ODETTE, LINE).await;
        }
        service.clock.advance(Duration::from_hours(24));
        let (calls, work) = report::profiles(&service.app.board, &camille, &line(&service)).await.unwrap().unwrap();
        assert!((calls.at(jiff::civil::Weekday::Tuesday, 20) - 0.5).abs() < 1e-9, "two calls at ten over four weeks");
        assert!((work.at(jiff::civil::Weekday::Tuesday, 20) - 0.5).abs() < 1e-9);
        service.clock.advance(Duration::from_hours(24 * 28));
        let (calls, _) = report::profiles(&service.app.board, &camille, &line(&service)).await.unwrap().unwrap();
        assert_eq!(calls.busy(), [0_usize; 0]);
    })
    .await;
}
