//! The page of the journal, and its file.

use axum::http::StatusCode;
use jiff::ToSpan;
use ligne_solidaire::audit::store;
use ligne_solidaire::db::DbError;
use ligne_solidaire::operators::Role;
use uuid::Uuid;

use super::agent;
use crate::support::browser::{Browser, lines, signed_in};
use crate::support::desk::Desk;
use crate::support::service::Service;
use crate::support::test_db::on_both;

const PATH: &str = "/console/journal";

async fn officer(service: &Service) -> Browser {
    signed_in(service, "Dominique", &[Role::DataOfficer], &lines(service)).await
}

/// Writes an entry so many minutes ago.
async fn entry(service: &Service, line: Option<Uuid>, actor: &str, action: &str, subject: &str, minutes: i64) {
    let (board, text) = (&service.app.board, str::to_owned);
    let now = board.clock.now();
    let (id, at) = (board.ids.row(now), now - minutes.minutes());
    let (actor, action, subject) = (text(actor), text(action), text(subject));
    let writing = board.db.write(move |tx| {
        Box::pin(async move { store::write_of_line(tx, (id, line), &actor, &action, &subject, at).await })
    });
    let written: Result<(), DbError> = writing.await;
    written.unwrap();
}

#[tokio::test]
async fn the_journal_says_who_did_what_on_her_lines_and_nothing_of_the_others() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (desk, dpo) = (Desk::on(&service).await, officer(&service).await);
        // What an agent does is read by the line of the callback that she does it to.
        let id = desk.something().await;
        let awa = agent(&service, "Awa").await;
        awa.post(&format!("/console/rappels/{id}/prendre"), &[]).await;
        entry(&service, Some(desk.line), "Odile", "operator.disable", "abc", 1).await;
        entry(&service, Some(desk.elsewhere), "Eve", "operator.disable", "abc", 1).await;
        let foreign = desk.waits_on(desk.elsewhere, &desk.item(2, -60, 180)).await.to_string();
        entry(&service, None, "Eve", "callback.claim", &foreign, 1).await;
        entry(&service, None, "inconnu", "session.refuse", "", 1).await;
        let page = dpo.get(PATH).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("<a href=\"/console/journal\" aria-current=\"page\">"), "{}", page.body);
        for words in ["Awa", "a pris un rappel", "Odile", "a fermé un compte"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(!page.body.contains("<td>Eve"), "{}", page.body);
        assert!(!page.body.contains("inconnu"), "what belongs to no line is for whoever has them all: {}", page.body);
        let all = signed_in(&service, "Max", &[Role::Administrator], &[desk.line, desk.elsewhere]).await;
        let page = all.get(PATH).await.body;
        assert!(page.contains("<td>Eve") && page.contains("inconnu"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn entries_are_found_by_day_person_and_action() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (line, dpo) = (lines(&service)[0], officer(&service).await);
        entry(&service, Some(line), "Awa", "callback.claim", "111111", 0).await;
        entry(&service, Some(line), "Awa", "callback.close", "222222", 1).await;
        entry(&service, Some(line), "Luc", "callback.claim", "333333", 2).await;
        // Just before midnight in Paris.
        entry(&service, Some(line), "Awa", "callback.claim", "444444", 10 * 60 + 1).await;
        let found = async |query: &str| {
            let body = dpo.get(&format!("{PATH}?{query}")).await.body;
            ["111111", "222222", "333333", "444444"].map(|subject| body.contains(subject))
        };
        assert_eq!(found("").await, [true, true, true, true]);
        assert_eq!(found("jour=2026-04-14").await, [true, true, true, false]);
        assert_eq!(found("jour=2026-04-13").await, [false, false, false, true]);
        assert_eq!(found("qui=Awa").await, [true, true, false, true]);
        assert_eq!(found("quoi=callback.claim&jour=2026-04-14").await, [true, false, true, false]);
        assert_eq!(found("qui=%27+or+1%3D1+--").await, [false, false, false, false]);
        assert_eq!(found("jour=hier&apres=zzz").await, [true, true, true, true]);
    })
    .await;
}

#[tokio::test]
async fn pages_of_a_hundred_follow_each_other_without_a_gap() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (line, dpo) = (lines(&service)[0], officer(&service).await);
        // Three at each instant: a page ends between two of the same instant.
        for one in 0..250 {
            entry(&service, Some(line), "Awa", "callback.claim", &format!("n{one:03}."), one / 3).await;
        }
        let (mut path, mut seen, mut pages) = (PATH.to_owned(), Vec::new(), 0);
        loop {
            let body = dpo.get(&path).await.body;
            seen.extend((0..250).filter(|one| body.contains(&format!("n{one:03}."))));
            pages += 1;
            let Some(older) = body.split("\">Plus ancien").next().filter(|_| body.contains("Plus ancien")) else {
                break;
            };
            path = older.rsplit("href=\"").next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        }
        seen.sort_unstable();
        assert_eq!((pages, seen), (3, (0..250).collect()));
    })
    .await;
}

#[tokio::test]
async fn the_file_is_read_back_and_no_cell_of_it_is_a_formula() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (line, dpo) = (lines(&service)[0], officer(&service).await);
        let nasty =
            ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "a;b", "dit \"oui\"", "deux\nlignes", "\t=1", "\r=1"];
        for (minutes, actor) in nasty.into_iter().enumerate() {
            entry(&service, Some(line), actor, "callback.claim", "x", i64::try_from(minutes).unwrap()).await;
        }
        let file = dpo.get("/console/journal.csv?quoi=callback.claim").await;
        let header = |name: &str| file.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(header("content-disposition"), "attachment; filename=\"journal.csv\"");
        let text = file.body.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), nasty.len());
        for (row, actor) in rows.iter().zip(nasty) {
            assert_eq!(row[1].trim_start_matches('\''), actor);
            assert!(!row[1].starts_with(['=', '+', '-', '@', '\t', '\r']), "{row:?}");
            assert_eq!((&row[2], &row[3]), ("a pris un rappel", "callback.claim"));
        }
        assert_eq!(rows[0][0], *"2026-04-14 10:00:00");
        assert!(dpo.get(PATH).await.body.contains("a exporté le journal"), "taking it away is journaled");
    })
    .await;
}
