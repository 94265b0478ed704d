//! Accounts, sign-in and sessions, on both databases.

/// Reads by a closure over a transaction.
macro_rules! read_in {
    ($db:expr, |$tx:ident| $body:expr) => {
        $db.read(move |$tx| Box::pin(async move { Ok::<_, DbError>($body) })).await.unwrap()
    };
}

/// Writes by a closure over a transaction.
macro_rules! write_in {
    ($db:expr, |$tx:ident| $body:expr) => {
        $db.write(move |$tx| Box::pin(async move { Ok::<_, DbError>($body) })).await.unwrap()
    };
}

mod sessions;

use jiff::Timestamp;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::lines::{self, Line, LineSettings};
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::secret::Keyring;
use uuid::Uuid;

fn keyring() -> Keyring {
    Keyring::from_master(&[7; 32])
}

fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

/// A Tuesday at ten in Paris.
fn ten() -> Timestamp {
    at("2026-04-14T08:00:00Z")
}

const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

/// Gives the two lines their rows.
async fn with_lines(db: &Db) {
    let line = |id, number: &str| Line {
        id,
        number: PhoneNumber::parse(number).unwrap(),
        settings: LineSettings::default().into(),
    };
    let both = [line(ONE, "01 99 00 12 34"), line(OTHER, "02 61 91 12 34")];
    db.write(move |tx| Box::pin(async move { lines::store::keep(tx, &both, ten()).await })).await.unwrap();
}

/// Somebody with that login.
fn operator(login: &str, roles: &[Role], lines: &[Uuid]) -> Operator {
    Operator {
        id: Uuid::now_v7(),
        login: login.to_owned(),
        name: format!("{login} de la mairie"),
        roles: roles.to_vec(),
        langs: vec![Lang::FRENCH],
        phone: Some(PhoneNumber::parse("01 99 00 10 01").unwrap()),
        lines: lines.to_vec(),
    }
}

async fn add(db: &Db, new: &Operator) -> bool {
    let new = new.clone();
    db.write(move |tx| Box::pin(async move { accounts::add(tx, &keyring(), &new, ten()).await })).await.unwrap()
}
