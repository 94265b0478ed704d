//! What agents do with requests: find them, open them, correct them, make one of two.

mod counter;
mod merges;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::clock::Clock;
use ligne_solidaire::dialog;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::Operator;
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests::content::{Content, Person};
use ligne_solidaire::requests::desk::open::Opened;
use ligne_solidaire::requests::desk::{Saved, edit, ends, open, place};
use ligne_solidaire::requests::event::Kind;
use ligne_solidaire::requests::filter::{Filter, Words as Sought};
use ligne_solidaire::requests::pointed::Written;
use ligne_solidaire::requests::timeline::{Entry, Words, timeline};
use ligne_solidaire::requests::whole::{Request, Whole};
use ligne_solidaire::requests::{Consent, State};
use uuid::Uuid;

use crate::scripts::files;
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::staff::{agent, stranger};
use crate::support::test_db::{number, on_both};

const ODETTE: &str = "+33465710001";
const GASTON: &str = "+33465710002";
const NOTHING: [Uuid; 0] = [];

/// The request that a whole call for shopping makes.
pub(crate) async fn by_telephone(service: &Service, from: &str) -> Uuid {
    let known: Vec<Uuid> = ids(service).await;
    shopping::to_the_end(&service.exchange, from, LINE).await;
    ids(service).await.into_iter().find(|id| !known.contains(id)).expect("the call made a request")
}

async fn ids(service: &Service) -> Vec<Uuid> {
    let read = service.app.board.db.read(|tx| {
        Box::pin(async move {
            let rows: Vec<(String,)> = sqlx::query_as("select id from requests").fetch_all(tx.conn()).await?;
            Ok::<_, ligne_solidaire::db::DbError>(rows)
        })
    });
    read.await.unwrap().into_iter().map(|(id,)| id.parse().unwrap()).collect()
}

pub(crate) async fn whole(service: &Service, by: &Operator, id: Uuid) -> Whole {
    open::open(&service.app.board, by, id).await.unwrap().expect("it is of her lines").whole
}

async fn told(service: &Service, by: &Operator, id: Uuid) -> Vec<Entry> {
    let Opened { whole, parts, .. } = open::open(&service.app.board, by, id).await.unwrap().unwrap();
    let voice = service.app.board.voice.load_full();
    let words = Words { scripts: &voice.scripts, labels: &voice.labels };
    timeline(&whole.request.reference, parts, words)
}

fn content(service: &Service, request: &Request) -> Content {
    request.content(edit::spoken(&service.app.board.voice.load()).iter())
}

async fn save(service: &Service, by: &Operator, request: &Request, content: Content) -> Saved {
    let app = &service.app;
    edit::edit(&app.board, &app.lines, by, request.id, request.updated_at, content).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_agent_finds_a_request_by_its_digits_its_number_and_what_it_is() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, other) = (agent(&service, "Camille").await, stranger(&service).await);
        let (odette, gaston) = (by_telephone(&service, ODETTE).await, by_telephone(&service, GASTON).await);
        let reference = whole(&service, &camille, odette).await.request.reference;
        let found = async |by: &Operator, filter: Filter| -> Vec<Uuid> {
            let page = open::search(&service.app.board, by, filter).await.unwrap();
            page.rows.into_iter().map(|row| row.id).collect()
        };
        let words = |typed: &str| Filter { words: Sought::read(typed), ..Filter::default() };
        assert_eq!(found(&camille, Filter::default()).await, [gaston, odette], "newest first");
        assert_eq!(found(&camille, words(&reference)).await, [odette]);
        assert_eq!(found(&camille, words("04 65 71 00 02")).await, [gaston]);
        assert_eq!(found(&camille, words("Odette")).await, NOTHING);
        assert_eq!(found(&camille, words("04 65 71 00 09")).await, NOTHING);
        let now = service.clock.now();
        let kinds = [
            (Filter { category: Some("courses".to_owned()), ..Filter::default() }, 2),
            (Filter { category: Some("papier".to_owned()), ..Filter::default() }, 0),
            (Filter { states: vec![State::Recorded], ..Filter::default() }, 2),
            (Filter { states: vec![State::Solved], ..Filter::default() }, 0),
            (Filter { states: State::OPEN.to_vec(), ..Filter::default() }, 2),
            (Filter { line: Some(camille.lines[0]), ..Filter::default() }, 2),
            (Filter { line: Some(Uuid::nil()), ..Filter::default() }, 0),
            (Filter { priority: Some(2), ..Filter::default() }, 2),
            (Filter { priority: Some(0), ..Filter::default() }, 0),
            (Filter { postal_codes: vec!["34080".to_owned(), "34000".to_owned()], ..Filter::default() }, 2),
            (Filter { postal_codes: vec!["34080".to_owned()], ..Filter::default() }, 0),
            (Filter { lang: Some("fr".to_owned()), ..Filter::default() }, 2),
            (Filter { lang: Some("en".to_owned()), ..Filter::default() }, 0),
            (Filter { from: Some(now - Duration::from_hours(1)), to: Some(now), ..Filter::default() }, 2),
            (Filter { to: Some(now - Duration::from_hours(1)), ..Filter::default() }, 0),
            (Filter { page: 1, ..Filter::default() }, 0),
        ];
        for (filter, count) in kinds {
            assert_eq!(found(&camille, filter.clone()).await.len(), count, "{filter:?}");
            assert_eq!(found(&other, filter).await, NOTHING, "of another line nothing exists");
        }
        assert_eq!(found(&other, words(&reference)).await, NOTHING);
        assert_eq!(found(&other, words("04 65 71 00 01")).await, NOTHING);
    })
    .await;
}

#[tokio::test]
async fn opening_a_request_shows_all_of_it_and_leaves_an_entry_in_the_journal() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, other) = (agent(&service, "Camille").await, stranger(&service).await);
        let id = by_telephone(&service, ODETTE).await;
        let Opened { whole, messages, .. } = open::open(&service.app.board, &camille, id).await.unwrap().unwrap();
        assert_eq!(whole.request.contact.as_ref().unwrap().number, PhoneNumber::parse(ODETTE).ok());
        assert_eq!((whole.callbacks.len(), messages.len()), (1, 3));
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'request.open'").await, 1);
        assert!(open::open(&service.app.board, &other, id).await.unwrap().is_none());
        assert!(open::open(&service.app.board, &camille, Uuid::nil()).await.unwrap().is_none());
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'request.open'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_pressed_and_said_is_told_in_the_words_of_the_scripts() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let id = by_telephone(&service, ODETTE).await;
        let told = told(&service, &camille, id).await;
        assert!(told[0].title.starts_with("Appel de"), "{}", told[0].title);
        assert_eq!(
            told[0].more[..3],
            ["courses", "Pour qui : pour la personne qui appelle", "Ce qu'il faut : de la nourriture"]
        );
        let titles: Vec<_> = told.iter().map(|entry| entry.title.as_str()).skip(1).collect();
        let expected = [
            "Message : un message parlé",
            "Adresse : un message parlé",
            "Nom : un message parlé",
            "Demande enregistrée",
            "Rappel à faire : demande",
        ];
        assert_eq!(titles, expected);
    })
    .await;
}

#[test]
fn every_category_can_be_asked_across_a_counter_in_words() {
    let files = files();
    let (scripts, labels) = (dialog::Scripts::read(&files).0, dialog::Labels::read(&files).0);
    for category in scripts.flow.categories.keys() {
        for question in dialog::questions(&scripts, &labels, category) {
            assert_ne!(question.label, question.name, "{category}");
            if let dialog::Asked::One(options) = &question.kind {
                let silent = options.iter().find(|option| option.words.starts_with("touche"));
                assert!(silent.is_none() && !options.is_empty(), "{category}: {question:?}");
            }
        }
    }
    let names = |category: &str| -> Vec<String> {
        dialog::questions(&scripts, &labels, category).into_iter().map(|question| question.name).collect()
    };
    assert_eq!(names("courses"), ["courses_type", "courses_manque", "quand", "message"]);
    assert_eq!(names("inquietude"), ["message"]);
    assert_eq!(names("kit"), [""; 0]);
    let spoken = dialog::spoken(&scripts);
    assert!(spoken.contains("message") && !spoken.contains("courses_type"));
}

#[tokio::test]
async fn a_corrected_request_says_what_changed_and_what_waits_for_it_follows() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let id = by_telephone(&service, ODETTE).await;
        let request = whole(&service, &camille, id).await.request;
        let mut corrected = content(&service, &request);
        assert_eq!(save(&service, &camille, &request, corrected.clone()).await, Saved::Same);
        corrected.priority = 1;
        corrected.category = "papier".to_owned();
        corrected.contact = PhoneNumber::parse(GASTON).ok();
        corrected.consent = Consent::Refused;
        corrected.texts = BTreeMap::from([("message".to_owned(), "du pain\u{202e}\n<b>du lait</b>".to_owned())]);
        assert_eq!(save(&service, &camille, &request, corrected.clone()).await, Saved::Saved);
        let after = whole(&service, &camille, id).await;
        assert!(after.request.updated_at > request.updated_at);
        assert_eq!(after.request.answers["message"].to_string(), "du pain\n<b>du lait</b>");
        assert_eq!(after.request.contact.as_ref().unwrap().number, PhoneNumber::parse(GASTON).ok());
        assert_eq!(after.callbacks[0].priority, 1);
        let within = after.callbacks[0].due_at.duration_since(request.created_at).as_mins();
        assert_eq!(within, 60, "P1: an hour from when it was opened");
        let contact = "select count(*) from callbacks b join requests r on r.id = b.request_id \
                       where b.contact_id = r.contact_id and b.category = 'papier'";
        assert_eq!(number(&base.db, contact).await, 1);
        let last = told(&service, &camille, id).await.pop().unwrap();
        assert_eq!((last.title.as_str(), last.by.as_deref()), ("Demande modifiée", Some("Camille")));
        assert_eq!(last.more[1], "Priorité : P2 → P1");
        assert!(last.more.iter().any(|line| line.starts_with("Message : rien → du pain")), "{:?}", last.more);
    })
    .await;
}

#[tokio::test]
async fn a_late_save_is_refused_with_what_changed_in_between() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoé").await);
        let id = by_telephone(&service, ODETTE).await;
        // The clock stands still: two versions of one millisecond are two versions.
        let request = whole(&service, &camille, id).await.request;
        let with = |priority| Content { priority, ..content(&service, &request) };
        assert_eq!(save(&service, &camille, &request, with(1)).await, Saved::Saved);
        let Saved::Late(between) = save(&service, &zoe, &request, with(3)).await else { panic!("it was kept") };
        assert_eq!((between.len(), between[0].kind, between[0].actor.as_str()), (1, Kind::Changed, "Camille"));
        assert_eq!(between[0].detail.told(), ["Priorité : P2 → P1"]);
        let street = |code: &str| Written {
            street: "12 rue de la Loge".to_owned(),
            postal_code: code.to_owned(),
            ..Written::default()
        };
        let (board, lines) = (&service.app.board, &service.app.lines);
        let late = place::place(board, lines, &zoe, id, request.updated_at, street("")).await.unwrap();
        assert!(matches!(late, Ok(Saved::Late(_))));
        assert_eq!(whole(&service, &camille, id).await.request.priority, 1);
        let request = whole(&service, &zoe, id).await.request;
        let saved = place::place(board, lines, &zoe, id, request.updated_at, street("34080"));
        assert_eq!(saved.await.unwrap(), Ok(Saved::Saved));
        let placed = whole(&service, &zoe, id).await.request;
        assert_eq!((placed.place.street.as_str(), placed.postal_code.as_deref()), ("12 rue de la Loge", Some("34080")));
        let last = told(&service, &zoe, id).await.pop().unwrap();
        assert_eq!(last.more, ["Lieu : 34000 → 12 rue de la Loge, 34080"]);
    })
    .await;
}

#[tokio::test]
async fn two_agents_who_save_at_once_never_overwrite_each_other() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoé").await);
        let id = by_telephone(&service, ODETTE).await;
        for round in 0..10_u8 {
            let request = whole(&service, &camille, id).await.request;
            let with = |priority| Content { priority, ..content(&service, &request) };
            let levels: Vec<u8> = (0..=3).filter(|level| *level != request.priority).collect();
            let (one, other) = tokio::join!(
                save(&service, &camille, &request, with(levels[0])),
                save(&service, &zoe, &request, with(levels[1])),
            );
            let kept = [&one, &other].into_iter().filter(|saved| **saved == Saved::Saved).count();
            assert_eq!(kept, 1, "round {round}: {one:?} {other:?}");
        }
        assert_eq!(number(&base.db, "select count(*) from request_events where kind = 'changed'").await, 10);
    })
    .await;
}

#[tokio::test]
async fn a_request_for_somebody_else_waits_for_her_agreement() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let id = by_telephone(&service, ODETTE).await;
        let request = whole(&service, &camille, id).await.request;
        let person = Person { name: "Gaston Petit".to_owned(), phone: PhoneNumber::parse(GASTON).ok() };
        let other = Content { beneficiary: Some(person.clone()), ..content(&service, &request) };
        assert_eq!(save(&service, &camille, &request, other).await, Saved::Saved);
        let request = whole(&service, &camille, id).await.request;
        assert_eq!(request.state, State::AwaitingAgreement);
        let known = request.beneficiary.clone().unwrap();
        assert_eq!((known.name.as_str(), &known.phone, known.agreed_at), ("Gaston Petit", &person.phone, None));
        let agreed = |seen| edit::agreed(&service.app.board, &camille, id, seen);
        assert!(matches!(agreed(Timestamp::UNIX_EPOCH).await.unwrap(), Saved::Late(_)));
        assert_eq!(agreed(request.updated_at).await.unwrap(), Saved::Saved);
        let request = whole(&service, &camille, id).await.request;
        assert_eq!(request.state, State::Recorded);
        assert!(request.beneficiary.as_ref().unwrap().agreed_at.is_some());
        assert_eq!(agreed(request.updated_at).await.unwrap(), Saved::NotThere);
    })
    .await;
}

#[tokio::test]
async fn a_late_correction_leaves_the_person_helped_as_she_was() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, zoe) = (agent(&service, "Camille").await, agent(&service, "Zoe").await);
        let id = by_telephone(&service, ODETTE).await;
        let request = whole(&service, &camille, id).await.request;
        let named = |request: &Request, name: &str| {
            let person = Person { name: name.to_owned(), phone: PhoneNumber::parse(GASTON).ok() };
            Content { beneficiary: Some(person), ..content(&service, request) }
        };
        assert_eq!(save(&service, &camille, &request, named(&request, "Gaston Petit")).await, Saved::Saved);
        let seen = whole(&service, &camille, id).await.request;
        let urgent = Content { priority: 1, ..content(&service, &seen) };
        assert_eq!(save(&service, &camille, &seen, urgent).await, Saved::Saved);
        assert!(matches!(save(&service, &zoe, &seen, named(&seen, "Personne")).await, Saved::Late(_)));
        let request = whole(&service, &camille, id).await.request;
        assert_eq!(request.beneficiary.as_ref().unwrap().name, "Gaston Petit");
        assert_eq!(save(&service, &zoe, &request, named(&request, "Gaston Petitjean")).await, Saved::Saved);
        let last = told(&service, &camille, id).await.pop().unwrap();
        assert_eq!(last.more, ["Personne aidée : Gaston Petit → Gaston Petitjean"], "{last:?}");
    })
    .await;
}

#[tokio::test]
async fn a_request_of_another_line_is_never_the_one_that_a_call_resembles() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (camille, other) = (agent(&service, "Camille").await, stranger(&service).await);
        let first = by_telephone(&service, ODETTE).await;
        let second = by_telephone(&service, ODETTE).await;
        let linked = async |id| whole(&service, &camille, id).await.linked.into_iter().map(|(id, _)| id).collect();
        let seen: Vec<Uuid> = linked(second).await;
        assert_eq!(seen, [first], "on one line they resemble each other");
        let to = other.lines[0];
        moved(&service, first, to).await;
        let seen: Vec<Uuid> = linked(second).await;
        assert_eq!(seen, NOTHING, "its number is shown to nobody of this line");
        moved(&service, second, to).await;
        let third = by_telephone(&service, ODETTE).await;
        let seen: Vec<Uuid> = linked(third).await;
        assert_eq!(seen, NOTHING);
        assert_eq!(number(&base.db, "select count(*) from requests where linked_to is not null").await, 1);
    })
    .await;
}

/// As if it had been made on that line.
async fn moved(service: &Service, id: Uuid, to: Uuid) {
    crate::support::desk::write(&service.app.board.db, move |query| {
        query("update requests set line_id = $1 where id = $2").bind(to.to_string()).bind(id.to_string())
    })
    .await;
}

#[tokio::test]
async fn a_request_that_was_over_comes_back_to_the_queue_when_it_is_opened_again() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let app = &service.app;
        let camille = agent(&service, "Camille").await;
        let id = by_telephone(&service, ODETTE).await;
        let waiting = "select count(*) from callbacks where state <> 'closed'";
        let reopen = || ends::reopen(&app.board, &app.lines, &camille, id);
        assert_eq!(reopen().await.unwrap(), Saved::Same, "it goes on");
        assert_eq!(ends::cancel(&app.board, &camille, id).await.unwrap(), Saved::Saved);
        assert_eq!(number(&base.db, waiting).await, 0);
        assert_eq!(ends::cancel(&app.board, &camille, id).await.unwrap(), Saved::Same, "pressed twice");
        assert_eq!(reopen().await.unwrap(), Saved::Saved);
        assert_eq!(number(&base.db, waiting).await, 1);
        let promises = "select count(distinct promised_until) from callbacks where promised_until is not null \
                        and due_at <= promised_until";
        assert_eq!(number(&base.db, promises).await, 1, "what she was told is a deadline again");
        assert_eq!(whole(&service, &camille, id).await.request.state, State::Recorded);
        let titles: Vec<_> = told(&service, &camille, id).await.into_iter().map(|entry| entry.title).collect();
        for title in ["Demande annulée", "Rappel terminé", "Demande rouverte"] {
            assert!(titles.iter().any(|told| told == title), "{title} is not in {titles:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_another_line_nothing_can_be_changed() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let app = &service.app;
        let (camille, other) = (agent(&service, "Camille").await, stranger(&service).await);
        let id = by_telephone(&service, ODETTE).await;
        let request = whole(&service, &camille, id).await.request;
        let with = Content { priority: 0, ..content(&service, &request) };
        let seen = request.updated_at;
        assert_eq!(save(&service, &other, &request, with).await, Saved::Unknown);
        let somewhere = Written { street: "ailleurs".to_owned(), ..Written::default() };
        let placed = place::place(&app.board, &app.lines, &other, id, seen, somewhere).await.unwrap();
        assert_eq!(placed, Ok(Saved::Unknown));
        assert_eq!(ends::cancel(&app.board, &other, id).await.unwrap(), Saved::Unknown);
        assert_eq!(ends::reopen(&app.board, &app.lines, &other, id).await.unwrap(), Saved::Unknown);
        assert_eq!(edit::agreed(&app.board, &other, id, seen).await.unwrap(), Saved::Unknown);
        assert_eq!(number(&base.db, "select count(*) from audit").await, 1, "the one opening");
        assert_eq!(whole(&service, &camille, id).await.request, request);
    })
    .await;
}

#[tokio::test]
async fn what_a_caller_cancels_herself_is_in_the_timeline() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let camille = agent(&service, "Camille").await;
        let id = by_telephone(&service, ODETTE).await;
        let reference = whole(&service, &camille, id).await.request.reference;
        let leg = service.exchange.call(ODETTE, LINE).await.unwrap();
        for keys in ["4", "2", &reference, "2", "1"] {
            service.exchange.keys(leg, keys).await.unwrap();
        }
        assert!(shopping::words(&service.exchange, leg).contains("annulée"));
        let last = told(&service, &camille, id).await.pop().unwrap();
        assert_eq!((last.title.as_str(), last.by.as_deref()), ("Demande annulée", Some("la personne, au téléphone")));
        assert_eq!(Lang::FRENCH.code(), whole(&service, &camille, id).await.request.lang);
    })
    .await;
}
