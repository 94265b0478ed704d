//! Callers' plans (F-23): what whoever has one hears, and who decides it.

use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::clock::Clock;
use ligne_solidaire::lines::Line;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests::plan::{BadPlan, Rule};
use ligne_solidaire::requests::plans::{self, Decided};
use ligne_solidaire::simulator::exchange::Expect;

use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::staff::{line, operator, stranger};
use crate::support::test_db::{number, on_both};

const GASTON: &str = "+33465710007";

async fn supervisor(service: &Service) -> Operator {
    operator(service, "Nadia", Role::Supervisor, vec![line(service)]).await
}

fn the_line(service: &Service) -> Line {
    service.app.lines.find(LINE).unwrap()
}

fn days(service: &Service, count: u64) -> Timestamp {
    service.clock.now() + Duration::from_hours(24 * count)
}

async fn decide(service: &Service, by: &Operator, rule: Rule, expires_at: Timestamp) -> Result<(), BadPlan> {
    let number = PhoneNumber::parse(GASTON).unwrap();
    let decided = Decided { number, rule, reason: "Appelle dix fois par jour.".to_owned(), expires_at };
    plans::make(&service.app.board, by, &the_line(service), decided).await.unwrap()
}

/// What he hears, and whether the line has hung up.
async fn calls(service: &Service, from: &str) -> (String, bool) {
    let leg = service.exchange.call(from, LINE).await.unwrap();
    let heard = (shopping::words(&service.exchange, leg), service.exchange.expect(leg) == Expect::Ended);
    if !heard.1 {
        service.exchange.hang_up(leg).await.unwrap();
    }
    heard
}

#[tokio::test]
async fn a_blocked_number_hears_the_emergency_numbers_and_a_goodbye_until_the_block_ends() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        assert_eq!(decide(&service, &nadia, Rule::Block, days(&service, 7)).await, Ok(()));
        let (words, ended) = calls(&service, GASTON).await;
        assert!(ended && words.contains("faites le 15 ou le 112. Au revoir."), "{words}");
        assert!(!words.contains("Pour des courses"), "{words}");
        let (others, ended) = calls(&service, "+33465710008").await;
        assert!(!ended && others.contains("Pour des courses"));
        assert!(!calls(&service, "anonymous").await.1, "a withheld number has no plan");
        service.clock.advance(Duration::from_hours(24 * 8));
        assert!(!calls(&service, GASTON).await.1, "a block ends by itself");
        assert_eq!(number(&base.db, "select count(*) from callbacks where state <> 'closed'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_slot_is_told_when_outside_it_and_answered_inside() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        let slot = Rule::Slot("We 11:00-11:30".to_owned());
        assert_eq!(decide(&service, &nadia, slot, days(&service, 60)).await, Ok(()));
        let (words, ended) = calls(&service, GASTON).await;
        assert!(!ended && words.contains("Un agent vous répond demain à 11 heures"), "{words}");
        assert!(words.contains("En danger ? Raccrochez et faites le 15 ou le 112."), "{words}");
        let leg = service.exchange.call(GASTON, LINE).await.unwrap();
        service.exchange.silence(leg).await.unwrap();
        assert_eq!(service.exchange.expect(leg), Expect::Ended, "nothing pressed is goodbye");
        service.clock.set("2026-04-15T09:10:00Z".parse().unwrap());
        let (words, _) = calls(&service, GASTON).await;
        assert!(words.contains("Pour des courses"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn a_danger_is_heard_outside_the_slot() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        decide(&service, &nadia, Rule::Slot("We 11:00-11:30".to_owned()), days(&service, 60)).await.unwrap();
        for key in ["1", "0"] {
            let leg = service.exchange.call(GASTON, LINE).await.unwrap();
            service.exchange.keys(leg, key).await.unwrap();
            shopping::finish(&service.exchange, leg).await;
        }
        let dangers = "select count(*) from callbacks where reason = 'danger' and priority = 0";
        assert_eq!(number(&base.db, dangers).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_said_in_the_language_that_the_person_speaks_with_the_line() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        decide(&service, &nadia, Rule::Slot("We 11:00-11:30".to_owned()), days(&service, 60)).await.unwrap();
        for (lang, words) in [("en", "Somebody answers you tomorrow"), ("es", "mañana"), ("ar", "يجيبكم موظف")]
        {
            crate::support::desk::write(&base.db, move |query| query("update callers set lang = $1").bind(lang)).await;
            let (heard, _) = calls(&service, GASTON).await;
            assert!(heard.contains(words), "{lang}: {heard}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_plan_takes_the_place_of_the_one_before_and_ends_when_it_is_ended() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        decide(&service, &nadia, Rule::Block, days(&service, 7)).await.unwrap();
        decide(&service, &nadia, Rule::Slot("We 11:00-11:30".to_owned()), days(&service, 9)).await.unwrap();
        let listed = plans::list(&service.app.board, &nadia).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].reason.as_str(), listed[0].by.as_str()), ("Appelle dix fois par jour.", "Nadia"));
        assert_eq!(listed[0].caller.as_ref().unwrap().shown(false), "04 ** ** ** 07");
        let other = stranger(&service).await;
        assert!(!plans::end(&service.app.board, &other, listed[0].id).await.unwrap());
        assert_eq!(plans::list(&service.app.board, &other).await.unwrap(), []);
        assert_eq!(decide(&service, &other, Rule::Block, days(&service, 7)).await, Err(BadPlan::Line));
        assert!(plans::end(&service.app.board, &nadia, listed[0].id).await.unwrap());
        assert!(plans::end(&service.app.board, &nadia, listed[0].id).await.unwrap(), "pressed twice, it is done");
        assert!(calls(&service, GASTON).await.0.contains("Pour des courses"));
        let journaled = "select count(*) from audit where action in ('plan.make', 'plan.end') and line_id is not null";
        assert_eq!(number(&base.db, journaled).await, 3);
        let rows = crate::support::dump::dump(&base.db).await;
        assert!(!rows["caller_plans"].iter().any(|row| row.contains("dix fois")), "the reason is sealed");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_plan_is_refused_and_nothing_is_kept() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        let refused = [
            (Rule::Block, days(&service, 0), BadPlan::End),
            (Rule::Block, days(&service, 365), BadPlan::End),
            (Rule::Slot("24/7".to_owned()), days(&service, 7), BadPlan::NoSlot),
        ];
        for (rule, end, why) in refused {
            assert_eq!(decide(&service, &nadia, rule, end).await, Err(why));
        }
        assert_eq!(number(&base.db, "select count(*) from caller_plans").await, 0);
    })
    .await;
}
