//! Requests typed for somebody who stands at the counter.

use std::collections::BTreeMap;

use ligne_solidaire::lang::Lang;
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests::content::Person;
use ligne_solidaire::requests::desk::counter;
use ligne_solidaire::requests::place::Place;
use ligne_solidaire::requests::typed::{BadTyped, Typed};
use ligne_solidaire::requests::{Consent, State};
use uuid::Uuid;

use super::{told, whole};
use crate::support::service::Service;
use crate::support::staff::{agent, line, stranger};
use crate::support::test_db::{number, on_both};

fn typed(service: &Service, id: u128) -> Typed {
    Typed {
        name: String::new(),
        id: Uuid::from_u128(id),
        line_id: line(service),
        category: "courses".to_owned(),
        lang: Lang::FRENCH,
        contact: PhoneNumber::parse("0465710001").ok(),
        for_other: None,
        agreed: false,
        answers: BTreeMap::from([("quand".to_owned(), "demain".to_owned())]),
        written: "du pain et du lait".to_owned(),
        place: Place { street: "12 rue de la Loge".to_owned(), ..Place::default() },
        postal_code: Some("34000".to_owned()),
        consent: Consent::Given,
        priority: None,
        solved: false,
    }
}

#[tokio::test]
async fn somebody_at_the_counter_gets_six_digits_and_is_called_back() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (app, camille) = (&service.app, agent(&service, "Camille").await);
        let kept = counter::take(&app.board, &app.lines, &camille, typed(&service, 1)).await.unwrap().unwrap();
        assert_eq!(kept.reference.len(), 6);
        let opened = whole(&service, &camille, kept.id).await;
        assert_eq!(
            (opened.request.priority, opened.request.state),
            (2, State::Recorded),
            "tomorrow is P2 by telephone too"
        );
        assert_eq!(opened.request.place.street, "12 rue de la Loge");
        assert_eq!(opened.request.answers["texte"].to_string(), "du pain et du lait");
        assert_eq!((opened.callbacks.len(), opened.callbacks[0].priority), (1, 2));
        let titles: Vec<_> = told(&service, &camille, kept.id).await.into_iter().map(|entry| entry.title).collect();
        assert_eq!(titles, ["Demande saisie au bureau", "Rappel à faire : demande"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_request() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (app, camille) = (&service.app, agent(&service, "Camille").await);
        let send = || counter::take(&app.board, &app.lines, &camille, typed(&service, 1));
        let (one, other) = tokio::join!(send(), send());
        let (one, other) = (one.unwrap().unwrap(), other.unwrap().unwrap());
        assert_eq!((&one.reference, one.id), (&other.reference, other.id));
        assert_eq!(number(&base.db, "select count(*) from requests").await, 1);
        assert_eq!(number(&base.db, "select count(*) from callbacks").await, 1);
        assert_eq!(number(&base.db, "select count(*) from beneficiaries").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_solved_on_the_spot_waits_for_nobody() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (app, camille) = (&service.app, agent(&service, "Camille").await);
        let solved = Typed { solved: true, contact: None, ..typed(&service, 1) };
        let kept = counter::take(&app.board, &app.lines, &camille, solved).await.unwrap().unwrap();
        assert_eq!(whole(&service, &camille, kept.id).await.request.state, State::Solved);
        assert_eq!(number(&base.db, "select count(*) from callbacks").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_need_that_is_a_danger_alerts_whoever_is_on_call() {
    on_both(async |base| {
        let line = "town = \"Montpellier\"\non_call = [\"06 39 98 00 01\"]".to_owned();
        let setup = crate::support::service::Setup { line, ..Default::default() };
        let service = Service::with(base, &setup).await;
        let (app, camille) = (&service.app, agent(&service, "Camille").await);
        let answers = BTreeMap::from([("courses_manque".to_owned(), "oui".to_owned())]);
        let danger = Typed { answers, ..typed(&service, 1) };
        let kept = counter::take(&app.board, &app.lines, &camille, danger).await.unwrap().unwrap();
        assert_eq!(whole(&service, &camille, kept.id).await.callbacks[0].priority, 0);
        assert_eq!(number(&base.db, "select count(*) from outbox where kind = 'alert_on_call'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_for_another_person_waits_for_her_unless_she_agreed() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (app, camille) = (&service.app, agent(&service, "Camille").await);
        let person = Some(Person { name: "Gaston".to_owned(), phone: None });
        for (id, agreed, state) in [(1, false, State::AwaitingAgreement), (2, true, State::Recorded)] {
            let other = Typed { for_other: person.clone(), agreed, ..typed(&service, id) };
            let kept = counter::take(&app.board, &app.lines, &camille, other).await.unwrap().unwrap();
            let request = whole(&service, &camille, kept.id).await.request;
            assert_eq!((request.state, request.beneficiary.unwrap().name.as_str()), (state, "Gaston"));
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_typed_on_a_line_that_is_not_hers_nor_in_a_category_that_is_not_there() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (app, other) = (&service.app, stranger(&service).await);
        let taken = counter::take(&app.board, &app.lines, &other, typed(&service, 1)).await.unwrap();
        assert_eq!(taken, Err(BadTyped::Line));
        let plane = Typed { category: "avion".to_owned(), ..typed(&service, 1) };
        assert_eq!(counter::take(&app.board, &app.lines, &other, plane).await.unwrap(), Err(BadTyped::Category));
        assert_eq!(number(&base.db, "select count(*) from requests").await, 0);
    })
    .await;
}
