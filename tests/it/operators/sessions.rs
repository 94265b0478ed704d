//! Sessions: how long they last, whose they are.

use jiff::{Timestamp, ToSpan};
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::lines::{self, Line, LineSettings};
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::store::sessions::{self, NewSession};
use ligne_solidaire::operators::{Operator, Right, Role, SignedIn};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::secret::Keyring;
use uuid::Uuid;

use crate::support::test_db::on_both;

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

async fn open(db: &Db, id: &'static str, operator_id: Uuid, limited: bool, now: Timestamp) {
    let new = NewSession { id, operator_id, browser: "Firefox sur Linux", limited };
    write_in!(db, |tx| sessions::open(tx, &new, now).await?);
}

async fn who(db: &Db, id: &'static str, now: Timestamp) -> Option<SignedIn> {
    read_in!(db, |tx| sessions::signed_in(tx, &keyring(), id, now).await?)
}

#[tokio::test]
async fn a_session_says_who_is_signed_in_and_which_lines_are_hers() {
    on_both(async |base| {
        with_lines(&base.db).await;
        let awa = operator("awa", &[Role::Agent, Role::Supervisor], &[ONE, OTHER]);
        assert!(add(&base.db, &awa).await);
        assert!(!add(&base.db, &operator("awa", &[], &[])).await, "a login is one person's");
        open(&base.db, "s", awa.id, false, ten()).await;
        let found = who(&base.db, "s", ten()).await.unwrap();
        assert_eq!(found.operator, awa);
        assert_eq!((found.session.opened_at, found.session.limited), (ten(), false));
        assert_eq!(who(&base.db, "another", ten()).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_over_after_an_hour_of_nothing_and_after_twelve_hours() {
    on_both(async |base| {
        with_lines(&base.db).await;
        let awa = operator("awa", &[Role::Agent], &[ONE]);
        add(&base.db, &awa).await;
        open(&base.db, "s", awa.id, false, ten()).await;
        assert!(who(&base.db, "s", ten() + 59.minutes()).await.is_some());
        assert!(who(&base.db, "s", ten() + 60.minutes()).await.is_none());
        // Seen twice within a minute: the second is not worth a write.
        for seconds in [30, 60, 90] {
            write_in!(base.db, |tx| sessions::touch(tx, "s", ten() + seconds.seconds()).await?);
        }
        let seen = read_in!(base.db, |tx| sessions::of(tx, awa.id, ten() + 2.minutes()).await?);
        assert_eq!(seen[0].seen_at, ten() + 1.minute());
        for half_hour in 1..24 {
            write_in!(base.db, |tx| sessions::touch(tx, "s", ten() + (half_hour * 30).minutes()).await?);
        }
        assert!(who(&base.db, "s", ten() + 11.hours() + 59.minutes()).await.is_some());
        assert!(who(&base.db, "s", ten() + 12.hours()).await.is_none());
        assert_eq!(write_in!(base.db, |tx| sessions::purge(tx, ten() + 12.hours()).await?), 1);
    })
    .await;
}

#[tokio::test]
async fn a_limited_session_has_no_role_and_no_line() {
    on_both(async |base| {
        with_lines(&base.db).await;
        let awa = operator("awa", &[Role::Administrator], &[ONE]);
        add(&base.db, &awa).await;
        open(&base.db, "s", awa.id, true, ten()).await;
        let found = who(&base.db, "s", ten()).await.unwrap();
        assert!(found.session.limited && found.operator.roles.is_empty() && found.operator.lines.is_empty());
        assert!(!found.operator.may(Right::Own));
    })
    .await;
}

#[tokio::test]
async fn an_operator_ends_her_own_sessions_and_no_other() {
    on_both(async |base| {
        with_lines(&base.db).await;
        let (awa, luc) = (operator("awa", &[Role::Agent], &[ONE]), operator("luc", &[Role::Agent], &[ONE]));
        add(&base.db, &awa).await;
        add(&base.db, &luc).await;
        for (id, whose) in [("a1", awa.id), ("a2", awa.id), ("a3", awa.id), ("l1", luc.id)] {
            open(&base.db, id, whose, false, ten()).await;
        }
        assert!(!write_in!(base.db, |tx| sessions::end(tx, awa.id, "l1").await?));
        assert!(write_in!(base.db, |tx| sessions::end(tx, awa.id, "a1").await?));
        assert_eq!(write_in!(base.db, |tx| sessions::end_others(tx, awa.id, "a2").await?), 1);
        let left = read_in!(base.db, |tx| sessions::of(tx, awa.id, ten()).await?);
        assert_eq!(left.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["a2"]);
        assert!(who(&base.db, "l1", ten()).await.is_some());
    })
    .await;
}
