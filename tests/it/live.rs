//! Who watches a line is told of what was kept, in every instance, and of nothing else.

use ligne_solidaire::db::{Change, Db, DbError, Kind, Options};
use uuid::Uuid;

use crate::support::test_db::{TestDb, on_both, open};
use crate::support::wire::{Line, Wire};

async fn change(db: &Db, line: u128, kept: bool) {
    let changed = db.write(move |tx| {
        Box::pin(async move {
            tx.changed(Uuid::from_u128(line));
            if kept { Ok(()) } else { Err(DbError::Refused("not this one".to_owned())) }
        })
    });
    assert_eq!(changed.await.is_ok(), kept);
}

#[tokio::test]
async fn every_instance_is_told_of_what_was_kept_and_of_nothing_else() {
    on_both(async |base| {
        let shared = base.db.kind() == Kind::Postgres;
        let other = if shared { Db::open(&base.url, Options::default()).await.unwrap() } else { base.db.clone() };
        let mut watch = other.watch();
        if shared {
            assert_eq!(watch.next().await, Some(Change::Anything), "nothing was heard before it listened");
        }
        change(&base.db, 1, true).await;
        change(&base.db, 2, false).await;
        change(&base.db, 3, true).await;
        for line in [1, 3] {
            assert_eq!(watch.next().await, Some(Change::Line(Uuid::from_u128(line))));
        }
    })
    .await;
}

#[tokio::test]
async fn an_instance_is_told_when_it_loses_the_server_and_again_when_it_is_back() {
    let Some(base) = TestDb::postgres().await else { return };
    let wire = Line::to(&base.url, Wire::Whole).await;
    let other = open(&wire.url).await;
    let mut watch = other.watch();
    for state in [Wire::Cut, Wire::Whole, Wire::Cut] {
        assert_eq!(watch.next().await, Some(Change::Anything), "before {state:?}");
        wire.becomes(state).await;
    }
    assert_eq!(watch.next().await, Some(Change::Anything));
}
