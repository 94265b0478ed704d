//! The one door to two databases: what it keeps, what it refuses, what a failure costs.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use ligne_solidaire::db::{self, Db, DbError, Kind, Options};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sqlx::Row;
use tokio::sync::Barrier;

use crate::support::test_db::{TestDb, number, on_both, run};

const IMPATIENT: Duration = Duration::from_millis(300);

async fn insert(db: &Db, id: i64) -> Result<(), DbError> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("insert into things (id, n) values ($1, 0)").bind(id).execute(tx.conn()).await?;
            Ok(())
        })
    })
    .await
}

/// A table for the tests of this file; the same text serves both databases.
const THINGS: &str = "create table things (id bigint primary key, n bigint not null)";

type Kept = (i64, Option<i64>, String, Option<String>, Vec<u8>, Option<Vec<u8>>);

fn anything() -> impl Strategy<Value = Kept> {
    let number = prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), any::<i64>()];
    let text = prop_oneof![Just(String::new()), any::<String>(), ".*"];
    let text = text.prop_map(|text| db::storable(&text).into_owned());
    let blob = prop::collection::vec(any::<u8>(), 0..200);
    (
        number.clone(),
        prop::option::of(number),
        text.clone(),
        prop::option::of(text),
        blob.clone(),
        prop::option::of(blob),
    )
}

async fn kept_and_read_again(db: &Db, id: i64, row: Kept) -> Kept {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("insert into kept (id, n, m, t, u, b, c) values ($1, $2, $3, $4, $5, $6, $7)")
                .bind(id)
                .bind(row.0)
                .bind(row.1)
                .bind(row.2)
                .bind(row.3)
                .bind(row.4)
                .bind(row.5)
                .execute(tx.conn())
                .await?;
            Ok::<_, DbError>(())
        })
    })
    .await
    .unwrap();
    db.read(move |tx| {
        Box::pin(async move {
            let row =
                sqlx::query("select n, m, t, u, b, c from kept where id = $1").bind(id).fetch_one(tx.conn()).await?;
            Ok::<_, DbError>((row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5)))
        })
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn whatever_is_stored_comes_back_unchanged() {
    on_both(async |base| {
        match base.db.kind() {
            Kind::Sqlite => run(&base.db, "create table kept (id integer primary key, n integer not null, m integer, t text not null, u text, b blob not null, c blob) strict").await,
            Kind::Postgres => run(&base.db, "create table kept (id bigint primary key, n bigint not null, m bigint, t text not null, u text, b bytea not null, c bytea)").await,
        }
        let mut runner = TestRunner::default();
        for id in 0..300 {
            let row = anything().new_tree(&mut runner).unwrap().current();
            assert_eq!(kept_and_read_again(&base.db, id, row.clone()).await, row);
        }
    })
    .await;
}

#[tokio::test]
async fn a_bad_neighbour_rolls_back_alone() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        let outcomes = join_all((0_i64..200).map(|id| {
            base.db.write(move |tx| {
                Box::pin(async move {
                    sqlx::query("insert into things (id, n) values ($1, 0)").bind(id).execute(tx.conn()).await?;
                    match id % 4 {
                        0 => Err(DbError::Refused("non".into())),
                        1 => sqlx::query("this is no statement")
                            .execute(tx.conn())
                            .await
                            .map(drop)
                            .map_err(DbError::from),
                        _ => Ok(()),
                    }
                })
            })
        }))
        .await;
        for (id, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_ok(), id % 4 > 1, "{id}: {outcome:?}");
            assert!(!matches!(outcome, Err(DbError::Unavailable(_))), "{id}: {outcome:?}");
        }
        assert_eq!(number(&base.db, "select count(*) from things").await, 100);
        assert_eq!(number(&base.db, "select count(*) from things where id % 4 < 2").await, 0);
    })
    .await;
}

#[tokio::test]
async fn statements_kept_for_the_end_are_kept_with_the_rest_or_cost_their_own_closure_alone() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        insert(&base.db, 1_000).await.unwrap();
        let outcomes = join_all((0_i64..100).map(|id| {
            base.db.write(move |tx| {
                Box::pin(async move {
                    sqlx::query("insert into things (id, n) values ($1, 0)").bind(id).execute(tx.conn()).await?;
                    tx.at_end("update things set n = n + $2 where id = $1", move |things| things.bind(id).bind(7_i64));
                    // One in four meets a row that exists already.
                    let more = if id % 4 == 0 { 1_000 } else { 2_000 + id };
                    tx.at_end("insert into things (id, n) values ($1, $2)", move |things| things.bind(more).bind(id));
                    if id % 4 == 1 { Err(DbError::Refused("non".into())) } else { Ok(()) }
                })
            })
        }))
        .await;
        for (id, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_ok(), id % 4 > 1, "{id}: {outcome:?}");
            assert_eq!(outcome.as_ref().is_err_and(DbError::is_unique), id % 4 == 0, "{id}: {outcome:?}");
        }
        assert_eq!(number(&base.db, "select count(*) from things where id < 1000 and n = 7").await, 50);
        assert_eq!(number(&base.db, "select count(*) from things where id >= 2000 and n = id - 2000").await, 50);
        assert_eq!(number(&base.db, "select count(*) from things").await, 101);
        // Alone, hence last of its group: what it waits for travels with the commit itself.
        let alone = base.db.write(|tx| {
            Box::pin(async move {
                sqlx::query("insert into things (id, n) values (500, 0)").execute(tx.conn()).await?;
                tx.at_end("insert into things (id, n) values ($1, 0)", |things| things.bind(1_000_i64));
                Ok::<_, DbError>(())
            })
        });
        assert!(alone.await.unwrap_err().is_unique());
        assert_eq!(number(&base.db, "select count(*) from things").await, 101);
    })
    .await;
}

#[tokio::test]
async fn a_panic_costs_its_own_changes_and_nothing_else() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        let outcomes = join_all((0_i64..40).map(|id| {
            base.db.write(move |tx| {
                Box::pin(async move {
                    sqlx::query("insert into things (id, n) values ($1, 0)").bind(id).execute(tx.conn()).await?;
                    assert!(id % 2 == 0, "a mistake of ours");
                    Ok::<_, DbError>(())
                })
            })
        }))
        .await;
        for (id, outcome) in outcomes.iter().enumerate() {
            assert_eq!(matches!(outcome, Err(DbError::Panicked)), id % 2 == 1, "{id}: {outcome:?}");
        }
        assert_eq!(number(&base.db, "select count(*) from things").await, 20);
        insert(&base.db, 1_000).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn four_hundred_changes_at_once_are_all_kept() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        insert(&base.db, 1).await.unwrap();
        let other = base.second_instance().await;
        let changes = (0..400).map(|i| raise(if i % 2 == 0 { &base.db } else { &other }));
        for outcome in join_all(changes).await {
            outcome.unwrap();
        }
        assert_eq!(number(&base.db, "select n from things").await, 400);
        other.close().await;
    })
    .await;
}

/// Reads, then writes what it read plus one, the row locked in between.
async fn raise(db: &Db) -> Result<(), DbError> {
    db.write(|tx| {
        Box::pin(async move {
            let select = db::locking(tx.kind(), "select n from things where id = 1");
            let n: i64 = sqlx::query_scalar(select).fetch_one(tx.conn()).await?;
            let change = sqlx::query("update things set n = $1 where id = 1 and n = $2").bind(n + 1).bind(n);
            assert_eq!(change.execute(tx.conn()).await?.rows_affected(), 1);
            Ok(())
        })
    })
    .await
}

#[tokio::test]
async fn a_row_that_exists_already_is_told_from_every_other_refusal() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        insert(&base.db, 1).await.unwrap();
        assert!(insert(&base.db, 1).await.unwrap_err().is_unique());
        let null = base.db.write(|tx| {
            Box::pin(async move {
                let insert = sqlx::query("insert into things (id, n) values (2, $1)").bind(None::<i64>);
                insert.execute(tx.conn()).await?;
                Ok::<_, DbError>(())
            })
        });
        assert!(matches!(null.await, Err(DbError::Other(_))));
    })
    .await;
}

#[tokio::test]
async fn a_refused_statement_that_goes_unnoticed_is_never_reported_as_kept() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        let outcome = base.db.write(|tx| {
            Box::pin(async move {
                sqlx::query("insert into things (id, n) values (7, 0)").execute(tx.conn()).await?;
                let _ = sqlx::query("insert into things (id, n) values (7, 0)").execute(tx.conn()).await;
                Ok::<_, DbError>(())
            })
        });
        let said_kept = i64::from(outcome.await.is_ok());
        assert_eq!(number(&base.db, "select count(*) from things").await, said_kept);
    })
    .await;
}

#[tokio::test]
async fn a_read_changes_nothing_and_sees_one_state() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        let outcome = base.db.read(|tx| {
            Box::pin(async move {
                let insert = sqlx::query("insert into things (id, n) values (1, 0)");
                insert.execute(tx.conn()).await?;
                Ok::<_, DbError>(())
            })
        });
        assert!(outcome.await.is_err());
        let (began, wrote) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (reader_began, reader_resumes) = (began.clone(), wrote.clone());
        let reading = base.db.read(move |tx| {
            Box::pin(async move {
                let before: i64 = sqlx::query_scalar("select count(*) from things").fetch_one(tx.conn()).await?;
                reader_began.wait().await;
                reader_resumes.wait().await;
                let after: i64 = sqlx::query_scalar("select count(*) from things").fetch_one(tx.conn()).await?;
                Ok::<_, DbError>((before, after))
            })
        });
        let writing = async {
            began.wait().await;
            insert(&base.db, 1).await.unwrap();
            wrote.wait().await;
        };
        let (seen, ()) = tokio::join!(reading, writing);
        assert_eq!(seen.unwrap(), (0, 0));
        assert_eq!(number(&base.db, "select count(*) from things").await, 1);
    })
    .await;
}

#[tokio::test]
async fn instances_that_start_together_migrate_once_and_again_harmlessly() {
    on_both(async |base| {
        let instances = join_all((0..4).map(|_| base.second_instance())).await;
        for db in instances {
            db.migrate().await.unwrap();
            db.close().await;
        }
        base.db.migrate().await.unwrap();
        assert!(number(&base.db, "select count(*) from _sqlx_migrations").await >= 1);
    })
    .await;
}

#[tokio::test]
async fn a_fresh_file_opened_by_several_instances_at_once_is_migrated_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("ligne.db").display());
    let starting = (0..6).map(|_| async {
        let db = Db::open(&url, Options::default()).await.unwrap();
        db.migrate().await.map(|()| db)
    });
    for db in join_all(starting).await {
        db.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_house_with_another_key_is_refused_and_changes_nothing() {
    on_both(async |base| {
        db::compare_key(&base.db, "examined".into()).await.unwrap();
        db::check_key(&base.db, "a1".into()).await.unwrap();
        db::check_key(&base.db, "a1".into()).await.unwrap();
        let examined = db::compare_key(&base.db, "b2".into()).await.unwrap_err().to_string();
        db::compare_key(&base.db, "a1".into()).await.unwrap();
        let refusal = db::check_key(&base.db, "b2".into()).await.unwrap_err();
        assert!(refusal.to_string().contains("la clé de chiffrement n'est pas celle de cette base"));
        assert_eq!(refusal.to_string(), examined);
        db::check_key(&base.db, "a1".into()).await.unwrap();
        db::check_writable(&base.db).await.unwrap();
        db::check_writable(&base.db).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn closing_keeps_what_was_accepted_and_refuses_the_rest() {
    on_both(async |base| {
        run(&base.db, THINGS).await;
        let writing = join_all((0..100).map(|id| insert(&base.db, id)));
        let (outcomes, ()) = tokio::join!(writing, base.db.close());
        let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(matches!(insert(&base.db, 1_000).await, Err(DbError::Unavailable(_))));
        let again = base.second_instance().await;
        assert_eq!(number(&again, "select count(*) from things").await, i64::try_from(kept).unwrap());
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn when_the_commit_fails_everybody_in_the_group_hears_it_and_service_resumes() {
    let base = TestDb::sqlite().await;
    run(&base.db, "create table parents (id integer primary key) strict").await;
    run(
        &base.db,
        "create table children (id integer primary key, parent integer references parents deferrable initially deferred) strict",
    )
    .await;
    let outcomes = join_all((0_i64..10).map(|id| {
        base.db.write(move |tx| {
            Box::pin(async move {
                let parent = (id == 5).then_some(99);
                let insert = sqlx::query("insert into children (id, parent) values ($1, $2)").bind(id).bind(parent);
                insert.execute(tx.conn()).await?;
                Ok::<_, DbError>(())
            })
        })
    }))
    .await;
    let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
        assert!(matches!(outcome, Err(DbError::Unavailable(_))), "{outcome:?}");
    }
    assert!(outcomes[5].is_err());
    assert_eq!(number(&base.db, "select count(*) from children").await, i64::try_from(kept).unwrap());
    assert!(kept < 9, "at least one neighbour shared the failing commit");
    run(&base.db, "insert into children (id) values (100)").await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_service_resumes_when_there_is_room() {
    let base = TestDb::sqlite().await;
    run(&base.db, THINGS).await;
    run(&base.db, "create table blobs (id integer primary key, b blob not null) strict").await;
    run(&base.db, "pragma max_page_count = 1").await;
    let outcomes = join_all((0_i64..20).map(|id| {
        base.db.write(move |tx| {
            Box::pin(async move {
                let insert = sqlx::query("insert into blobs (id, b) values ($1, $2)").bind(id).bind(vec![1; 100_000]);
                insert.execute(tx.conn()).await?;
                Ok::<_, DbError>(())
            })
        })
    }))
    .await;
    for outcome in outcomes {
        assert!(outcome.unwrap_err().is_unavailable());
    }
    run(&base.db, "pragma max_page_count = 100000").await;
    insert(&base.db, 1).await.unwrap();
    assert_eq!(number(&base.db, "select count(*) from blobs").await, 0);
    assert_eq!(number(&base.db, "select count(*) from things").await, 1);
}

#[tokio::test]
async fn a_writer_that_is_locked_out_says_so_and_resumes_when_the_lock_is_gone() {
    let base = TestDb::sqlite().await;
    run(&base.db, THINGS).await;
    let impatient = Db::open(&base.url, Options { patience: IMPATIENT, ..Options::default() }).await.unwrap();
    let (locked, release) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (holder_locked, holder_release) = (locked.clone(), release.clone());
    let holding = base.db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("insert into things (id, n) values (1, 0)").execute(tx.conn()).await?;
            holder_locked.wait().await;
            holder_release.wait().await;
            Ok::<_, DbError>(())
        })
    });
    let waiting = async {
        locked.wait().await;
        let outcome = insert(&impatient, 2).await;
        release.wait().await;
        outcome
    };
    let (held, waited) = tokio::join!(holding, waiting);
    held.unwrap();
    assert!(waited.unwrap_err().is_unavailable());
    let patient = base.second_instance().await;
    insert(&patient, 3).await.unwrap();
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_unavailable() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://ligne@{}/ligne", silent.local_addr().unwrap());
    let db = Db::open(&url, Options { patience: IMPATIENT, ..Options::default() }).await.unwrap();
    let hearing = async {
        let mut lines = Vec::new();
        loop {
            lines.push(silent.accept().await.unwrap());
        }
    };
    tokio::select! {
        () = hearing => {}
        outcome = async { (insert(&db, 1).await, db.migrate().await) } => {
            assert!(outcome.0.unwrap_err().is_unavailable());
            assert!(outcome.1.unwrap_err().is_unavailable());
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_unavailable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let db =
        Db::open(&format!("postgres://ligne@{closed}/ligne"), Options { patience: IMPATIENT, ..Options::default() })
            .await
            .unwrap();
    assert!(insert(&db, 1).await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn connections_killed_by_the_server_do_not_cost_a_single_write() {
    let Some(base) = TestDb::postgres().await else { return };
    run(&base.db, THINGS).await;
    join_all((0..32).map(|id| insert(&base.db, id))).await;
    let other = base.second_instance().await;
    run(
        &other,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    )
    .await;
    for outcome in join_all((100..132).map(|id| insert(&base.db, id))).await {
        outcome.unwrap();
    }
    assert_eq!(number(&base.db, "select count(*) from things").await, 64);
}

#[tokio::test]
async fn a_write_that_its_caller_abandons_half_way_leaves_nothing_behind() {
    let Some(base) = TestDb::postgres().await else { return };
    run(&base.db, THINGS).await;
    for _ in 0..40 {
        let reached = Arc::new(Barrier::new(2));
        let inside = reached.clone();
        let abandoned = base.db.write(move |tx| {
            Box::pin(async move {
                sqlx::query("insert into things (id, n) values (1, 0)").execute(tx.conn()).await?;
                inside.wait().await;
                std::future::pending::<()>().await;
                Ok::<_, DbError>(())
            })
        });
        tokio::select! {
            _ = abandoned => unreachable!("it waits for ever"),
            _ = reached.wait() => {}
        }
    }
    insert(&base.db, 1).await.unwrap();
}

#[tokio::test]
async fn the_database_file_is_for_its_owner_alone_and_a_useless_address_is_refused_in_french() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("à côté").join("ligne 1?.db");
    let url = format!("sqlite://{}", file.display().to_string().replace('?', "%3F"));
    let db = Db::open(&url, Options::default()).await.unwrap();
    db.migrate().await.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    db.close().await;
    for useless in
        ["mysql://h/b", "ligne.db", "sqlite::memory:", "sqlite://", "sqlite://a?mode=memory", "postgres://:bad:"]
    {
        let refusal = Db::open(useless, Options::default()).await.err().unwrap();
        assert!(matches!(&refusal, DbError::Refused(text) if text.contains("base")), "{useless}: {refusal}");
    }
}
