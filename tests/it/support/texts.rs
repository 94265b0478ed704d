//! Texts that a service is asked to send.

use std::time::Duration;

use ligne_solidaire::db::DbError;
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests;
use ligne_solidaire::sms::outbound::message::Kind;
use ligne_solidaire::sms::outgoing::{self, Post};
use ligne_solidaire::sms::stops::{self, Confirmation, Source, Stop};
use uuid::Uuid;

use super::service::{LINE, Service, Setup};
use super::test_db::TestDb;

/// The sender of the line: people can answer it.
pub(crate) const SHORT: &str = "38123";

/// A service whose line has a sender of texts.
pub(crate) fn texting() -> Setup {
    Setup { line: format!("town = \"Montpellier\"\nsms = \"{SHORT}\""), ..Setup::default() }
}

/// Such a service.
pub(crate) async fn service(base: &TestDb) -> Service {
    Service::with(base, &texting()).await
}

/// The row of a number, made at need.
pub(crate) async fn contact(service: &Service, number: &str) -> Uuid {
    let (board, number) = (&service.app.board, number.parse::<PhoneNumber>().unwrap());
    let (keyring, now) = (board.keyring.clone(), board.clock.now());
    let id = board.ids.row(now);
    let making = board
        .db
        .write(move |tx| Box::pin(async move { requests::store::caller(tx, &keyring, id, &number, now).await }));
    making.await.unwrap()
}

/// A text for a reason; whether it is new.
pub(crate) async fn post(service: &Service, number: &str, kind: Kind, key: &str, body: &str) -> bool {
    post_for(service, (number, kind, key, body), Duration::from_hours(24)).await
}

/// The same, which says nothing any more after that time.
pub(crate) async fn post_for(
    service: &Service,
    (number, kind, key, body): (&str, Kind, &str, &str),
    valid: Duration,
) -> bool {
    let (board, contact_id) = (&service.app.board, contact(service, number).await);
    let (keyring, now, line_id) = (board.keyring.clone(), board.clock.now(), line(service));
    let (id, job_id, key, body) = (board.ids.row(now), board.ids.row(now), key.to_owned(), body.to_owned());
    let posting = board.db.write(move |tx| {
        Box::pin(async move {
            let post = Post {
                id,
                job_id,
                line_id,
                contact_id,
                kind,
                key: &key,
                body: &body,
                any_day: false,
                now,
                not_before: now,
                expires_at: now.checked_add(valid).unwrap(),
            };
            outgoing::post(tx, &keyring, &post).await
        })
    });
    let posted: Result<bool, DbError> = posting.await;
    posted.unwrap()
}

/// A STOP, and its confirmation; whether it is new, and the texts of that number that had left or were being handed over
/// at its commit.
pub(crate) async fn stop(service: &Service, number: &str) -> (bool, Vec<String>) {
    let (board, contact_id) = (&service.app.board, contact(service, number).await);
    let (keyring, now, line_id) = (board.keyring.clone(), board.clock.now(), line(service));
    let (id, job_id) = (board.ids.row(now), board.ids.row(now));
    let stopping = board.db.write(move |tx| {
        Box::pin(async move {
            let confirmation = Some(Confirmation { id, job_id, body: "C'est noté : plus aucun SMS." });
            let stop = Stop { contact_id, line_id, voice: true, source: Source::Text, confirmation, now };
            let new = stops::add(tx, &keyring, &stop).await?;
            let rows: Vec<(String,)> =
                sqlx::query_as("select dedupe_key from messages where contact_id = $1 and attempts > 0")
                    .bind(contact_id.to_string())
                    .fetch_all(tx.conn())
                    .await?;
            Ok::<_, DbError>((new, rows.into_iter().map(|(key,)| key).collect()))
        })
    });
    stopping.await.unwrap()
}

pub(crate) fn line(service: &Service) -> Uuid {
    service.app.lines.find(LINE).unwrap().id
}

/// State, error and reason of the text of that reason.
pub(crate) async fn fate(service: &Service, key: &str) -> (String, Option<i64>, Option<String>) {
    let key = key.to_owned();
    let reading = service.app.board.db.read(move |tx| {
        Box::pin(async move {
            let select = "select state, error, reason from messages where dedupe_key = $1";
            Ok::<_, DbError>(sqlx::query_as(select).bind(key).fetch_one(tx.conn()).await?)
        })
    });
    reading.await.unwrap()
}

/// Its state alone.
pub(crate) async fn state(service: &Service, key: &str) -> String {
    fate(service, key).await.0
}

/// The words of the texts that the provider took, in order.
pub(crate) fn taken(service: &Service) -> Vec<String> {
    service.exchange.texts().into_iter().map(|sms| sms.body).collect()
}
