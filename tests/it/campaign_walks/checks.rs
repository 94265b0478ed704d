//! What must be true of the database and of the documents after a walk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ligne_solidaire::db::DbError;
use ligne_solidaire::dialog::Session;
use ligne_solidaire::simulator::exchange::Exchange;
use ligne_solidaire::telephony::portable;

use super::map::{Exit, Map};
use crate::support::service::Service;
use crate::support::test_db::number;

/// How often each exit of each wait was taken.
pub(crate) async fn taken(service: &Service) -> BTreeMap<Exit, i64> {
    let rows: Vec<(String, String, i64)> =
        rows(service, "select step, exit, count(*) from turns where exit is not null group by step, exit").await;
    rows.into_iter().map(|(step, exit, count)| ((step, exit), count)).collect()
}

/// Request numbers that somebody could have been told.
pub(crate) async fn references(service: &Service) -> Vec<String> {
    let rows: Vec<(String,)> = rows(service, "select reference from requests order by created_at desc limit 50").await;
    rows.into_iter().map(|(reference,)| reference).collect()
}

/// Every document that was heard stays inside what all providers take.
pub(crate) fn documents(exchange: &Exchange) {
    for document in exchange.documents() {
        portable::check(&document).unwrap_or_else(|cause| panic!("{cause}\n{document}"));
    }
}

/// Every call ended, and whoever chose something is in front of an agent, was helped, or cancelled.
pub(crate) async fn nobody_is_lost(service: &Service, map: &Map) {
    for (what, wrong) in [
        ("a call that goes on", "select count(*) from calls where state = 'live'"),
        ("a call without an outcome", "select count(*) from calls where outcome is null"),
        (
            "a request without a callback",
            "select count(*) from requests r where not exists (select 1 from callbacks c \
          where c.request_id = r.id)",
        ),
        ("a priority out of range", "select count(*) from callbacks where priority not between 0 and 3"),
        ("a request's priority out of range", "select count(*) from requests where priority not between 0 and 3"),
        ("a phone that still rings", "select count(*) from rings where state <> 'ended'"),
        ("somebody who still waits", "select count(*) from waiting"),
        ("a callback due before it was opened", "select count(*) from callbacks where due_at < opened_at"),
        ("a danger that is not urgent", "select count(*) from callbacks where reason = 'danger' and priority <> 0"),
        ("a job that was given up", "select count(*) from outbox where state = 'buried' and kind <> 'fetch_recording'"),
        (
            "a callback for a silent call that somebody chose in",
            "select count(*) from callbacks c where reason = 'muet' and \
          exists (select 1 from turns t where t.call_id = c.call_id and t.exit in ('digits', 'message'))",
        ),
    ] {
        assert_eq!(number(&service.app.board.db, wrong).await, 0, "{what}");
    }
    chosen_is_kept(service, map).await;
}

/// From the exits that were taken, not from what the session believes.
async fn chosen_is_kept(service: &Service, map: &Map) {
    let turns: Vec<(String, String, String)> =
        rows(service, "select call_id, step, exit from turns where exit is not null").await;
    let chose = |step: &str, exit: &str| map.places.get(step).is_some_and(|place| place.wishes.contains(exit));
    let choosers: BTreeSet<_> =
        turns.into_iter().filter(|(_, step, exit)| chose(step, exit)).map(|(call, _, _)| call).collect();
    let kept: Vec<(String,)> = rows(
        service,
        "select call_id from requests union select call_id from callbacks where call_id is not null union \
         select id from calls where outcome = 'personne'",
    )
    .await;
    let kept: BTreeSet<_> = kept.into_iter().map(|(call,)| call).collect();
    let mut helped = 0;
    for call in choosers.difference(&kept) {
        let session = of_call(service, call).await;
        let talked = session.answers.contains_key("personne");
        let cancelled = session.at == "suivi-annule-fin" || session.at == "suivi-annule";
        let cancelled = cancelled || session.answers.contains_key("suivi_demande") && session.kept;
        assert!(talked || cancelled, "call {call} chose something and left nothing: {session:?}");
        helped += 1;
    }
    eprintln!("{} calls chose something; {helped} talked to a person or cancelled", choosers.len());
}

async fn of_call(service: &Service, call: &str) -> Session {
    let id = call.to_owned();
    let read = service.app.board.db.read(move |tx| {
        Box::pin(async move {
            let select = sqlx::query_as("select session from calls where id = $1").bind(id);
            Ok::<(Vec<u8>,), DbError>(select.fetch_one(tx.conn()).await?)
        })
    });
    let plain = service.app.board.keyring.open("calls.session", call, &read.await.unwrap().0).unwrap();
    serde_json::from_slice(&plain).unwrap()
}

/// Step by exit, as a table.
pub(crate) fn table(map: &Map, taken: &BTreeMap<Exit, i64>) -> String {
    let mut table = String::from("step × exit: how often each was taken\n");
    for (step, place) in &map.places {
        let cells: Vec<_> = place
            .exits
            .keys()
            .map(|exit| format!("{exit} {}", taken.get(&(step.clone(), exit.clone())).copied().unwrap_or(0)))
            .collect();
        writeln!(table, "{step:<22} {}", cells.join(" · ")).unwrap();
    }
    table
}

async fn rows<R>(service: &Service, query: &'static str) -> Vec<R>
where
    R: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin + 'static,
{
    let read =
        service.app.board.db.read(move |tx| {
            Box::pin(async move { Ok::<_, DbError>(sqlx::query_as(query).fetch_all(tx.conn()).await?) })
        });
    read.await.unwrap()
}
