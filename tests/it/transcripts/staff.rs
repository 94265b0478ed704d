//! The people behind the telephones of a transcript: accounts of the console, each with her telephone.

use std::time::Duration;

use ligne_solidaire::callbacks::bridge::{self, Asked};
use ligne_solidaire::callbacks::claims::{self, Claim};
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::db::DbError;
use ligne_solidaire::id::{Ids, RandomIds};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::requests::plan::Rule;
use ligne_solidaire::requests::plans::{self, Decided};
use ligne_solidaire::simulator::transcript::Transcript;
use uuid::Uuid;

use crate::support::service::Service;
use crate::support::staff::{line, operator};

/// What the settings call them, and what they do.
const STAFF: [(&str, Role); 2] = [("bureau", Role::Agent), ("superviseur", Role::Supervisor)];

/// Makes an account for each telephone of the desk and of the supervisors; her login is the name of her telephone.
pub(crate) async fn hired(service: &Service, transcript: &Transcript) {
    let (board, ids) = (service.app.board.clone(), RandomIds::from_seed(51));
    let now = board.clock.now();
    let lines: Vec<_> = service.app.lines.iter().map(|line| line.id).collect();
    for (name, role) in STAFF {
        for (index, number) in transcript.numbers(name).iter().enumerate() {
            let login = format!("{name} {}", index + 1);
            let new = Operator {
                id: ids.row(now),
                name: login.clone(),
                login,
                roles: vec![role],
                langs: vec![Lang::FRENCH],
                phone: Some(number.parse().unwrap()),
                lines: lines.clone(),
            };
            let keyring = board.keyring.clone();
            let adding =
                board.db.write(move |tx| Box::pin(async move { accounts::add(tx, &keyring, &new, now).await }));
            let added: Result<bool, DbError> = adding.await;
            assert!(added.unwrap());
        }
    }
}

/// Decides the plans of callers (F-23) that the settings name: `bloqué 04 65 71 00 01`, `créneau We 11:00-11:30 pour
/// 04 65 71 00 01`; for a month.
pub(crate) async fn planned(service: &Service, transcript: &Transcript) {
    let slot = transcript.setting("créneau").and_then(|value| value.split_once(" pour "));
    let slot = slot.map(|(slot, number)| (Rule::Slot(slot.to_owned()), number));
    let block = transcript.setting("bloqué").map(|number| (Rule::Block, number));
    for (rule, number) in slot.into_iter().chain(block) {
        let by = operator(service, "Nadia", Role::Supervisor, vec![line(service)]).await;
        let expires_at = service.app.board.clock.now() + Duration::from_hours(30 * 24);
        let number = number.parse().unwrap();
        let decided = Decided { number, rule, reason: "Appels répétés.".to_owned(), expires_at };
        let the_line = service.app.lines.iter().next().unwrap();
        plans::make(&service.app.board, &by, &the_line, decided).await.unwrap().unwrap();
    }
}

/// The callbacks that an agent may take, by their request.
const WAITING: &str = "select b.id from callbacks b join requests r on r.id = b.request_id where r.reference = $1 and b.state <> 'closed'";

/// Somebody of the desk takes the callback of a request, unless she has it, and clicks « Appeler ».
pub(crate) async fn calls_back(service: &Service, actor: &str, reference: &str) {
    let board = &service.app.board;
    let (login, wanted) = (actor.trim_start_matches("Le ").to_owned(), reference.to_owned());
    let read = board.db.read(move |tx| {
        Box::pin(async move {
            let (operator,): (String,) =
                sqlx::query_as("select id from operators where login = $1").bind(login).fetch_one(tx.conn()).await?;
            let (id,): (String,) = sqlx::query_as(WAITING).bind(wanted).fetch_one(tx.conn()).await?;
            Ok::<_, DbError>((operator, id))
        })
    });
    let (operator, id) = read.await.unwrap();
    let (operator, id): (Uuid, Uuid) = (operator.parse().unwrap(), id.parse().unwrap());
    let now = board.clock.now();
    let hand = || {
        let entry = board.ids.row(now);
        Hand { agent: actor.to_owned(), operator: Some(operator), entry, now }
    };
    let taken = claims::claim(&board.db, &hand(), id).await.unwrap();
    assert!(matches!(taken, Claim::Taken | Claim::Mine), "{taken:?}");
    assert_eq!(bridge::ask(board, &hand(), id).await.unwrap(), Asked::Rings);
}
