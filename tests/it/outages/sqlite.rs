//! The file is locked, full, or not there any more.

use ligne_solidaire::db::Db;
use ligne_solidaire::simulator::exchange::Expect;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{
    FAILURES, MARCEL, NOTED, ODETTE, REQUESTS, callbacks_to, door, heard_in_time, noted, rings_in_vain, setup,
};
use crate::support::service::{LINE, Service};
use crate::support::shopping::{QUESTIONS, answer, answers, finish, words};
use crate::support::test_db::{TestDb, number, run};

async fn service(base: &TestDb) -> Service {
    Service::behind(door(&base.url).await, &setup()).await
}

#[tokio::test]
async fn while_another_program_locks_the_file_callers_hear_an_apology_and_are_called_back_once() {
    let base = TestDb::sqlite().await;
    let service = service(&base).await;
    let exchange = &service.exchange;
    let leg = exchange.call(MARCEL, LINE).await.unwrap();
    answers(exchange, leg, QUESTIONS - 1).await;
    let mut other = SqliteConnection::connect(&base.url).await.unwrap();
    sqlx::raw_sql("begin exclusive").execute(&mut other).await.unwrap();
    rings_in_vain(exchange, ODETTE, NOTED).await;
    heard_in_time(answer(exchange, leg)).await.unwrap();
    assert_eq!(words(exchange, leg), NOTED);
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    service.work().await;
    service.work().await;
    assert_eq!((number(&base.db, REQUESTS).await, number(&base.db, FAILURES).await), (0, 2));
    assert_eq!(callbacks_to(&base, &service, MARCEL).await, 1);
    let leg = exchange.call(MARCEL, LINE).await.unwrap();
    finish(exchange, leg).await;
    assert_eq!(number(&base.db, REQUESTS).await, 1);
}

#[tokio::test]
async fn while_the_file_is_not_in_its_place_nothing_is_claimed_and_nothing_is_made_in_its_stead() {
    let base = TestDb::sqlite().await;
    let service = service(&base).await;
    let exchange = &service.exchange;
    let leg = exchange.call(MARCEL, LINE).await.unwrap();
    answers(exchange, leg, QUESTIONS - 1).await;
    let file = std::path::Path::new(base.url.strip_prefix("sqlite://").unwrap());
    let aside = file.with_file_name("de-cote.db");
    std::fs::rename(file, &aside).unwrap();
    rings_in_vain(exchange, ODETTE, NOTED).await;
    heard_in_time(answer(exchange, leg)).await.unwrap();
    assert_eq!((words(exchange, leg).as_str(), exchange.expect(leg)), (NOTED, Expect::Ended));
    assert!(!file.exists(), "an empty file would hide the loss");
    std::fs::create_dir(file).unwrap();
    rings_in_vain(exchange, ODETTE, NOTED).await;
    std::fs::remove_dir(file).unwrap();
    std::fs::rename(&aside, file).unwrap();
    service.work().await;
    let again = base.second_instance().await;
    assert_eq!((number(&again, REQUESTS).await, number(&again, FAILURES).await), (0, 3));
    let leg = exchange.call(MARCEL, LINE).await.unwrap();
    finish(exchange, leg).await;
    assert_eq!(number(&again, REQUESTS).await, 1);
    assert_eq!(noted(&service).await, 0);
}

#[tokio::test]
async fn on_a_full_disk_each_caller_is_stored_or_noted_and_told_which() {
    let base = TestDb::sqlite().await;
    let db: Db = door(&base.url).await;
    let service = Service::behind(db.clone(), &setup()).await;
    let exchange = &service.exchange;
    let (mut welcomed, mut apologies) = (0, 0);
    for who in 0..40 {
        // A failed commit opens the file anew: the disk is filled again before each caller.
        run(&db, "pragma max_page_count = 1").await;
        let leg = heard_in_time(exchange.call(&format!("+334657100{who:02}"), LINE)).await.unwrap();
        match words(exchange, leg).as_str() {
            NOTED => apologies += 1,
            said => {
                assert!(said.contains("Bonjour"), "{said}");
                welcomed += 1;
            }
        }
    }
    assert!(apologies > 0, "the disk was never full");
    assert_eq!(number(&base.db, "select count(*) from calls").await, welcomed);
    run(&db, "pragma max_page_count = 100000").await;
    service.work().await;
    assert_eq!(number(&base.db, FAILURES).await, apologies);
}
