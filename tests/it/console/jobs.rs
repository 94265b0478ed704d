//! The page of jobs that were given up.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;
use ligne_solidaire::outbox::Job;
use uuid::Uuid;

use crate::support::browser::{lines, signed_in};
use crate::support::desk::Desk;
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::{number, on_both};

const PATH: &str = "/console/travaux";

#[tokio::test]
async fn a_job_that_was_given_up_says_why_and_who_waits_and_is_tried_again_once() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let odile = signed_in(&service, "Odile", &[Role::Administrator], &lines(&service)).await;
        let nothing = odile.get(PATH).await.body;
        assert!(nothing.contains("Rien n'est en échec"), "{nothing}");
        assert!(nothing.contains("<a href=\"/console/travaux\" aria-current=\"page\">"), "{nothing}");
        let callback_id = desk.waits(&desk.item(0, -10, 5)).await;
        let job = desk.gives_up(Job::AlertOnCall { callback_id, round: 1 }, "it took too long").await;
        let page = odile.get(PATH).await.body;
        for words in [
            "Prévenir l&#39;astreinte",
            "La tâche a duré trop longtemps.",
            "1 essai",
            "La personne attend encore",
            "rappel ouvert 9 h 50",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("it took too long"), "{page}");
        let path = format!("{PATH}/{job}/reessayer");
        for _click in 0..2 {
            assert_eq!(odile.post(&path, &[]).await.location(), "/console/travaux?dit=reessai");
        }
        let queued = "select count(*) from outbox where state = 'queued' and attempts = 0 and settled_at is null";
        assert_eq!(number(&base.db, queued).await, 1);
        let journaled = "select count(*) from audit where action = 'job.retry' and line_id is not null";
        assert_eq!(number(&base.db, journaled).await, 1);
        assert!(odile.get("/console/travaux?dit=reessai").await.body.contains("Cette tâche repart"));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_was_given_up_is_fetched_when_it_is_tried_again() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let odile = signed_in(&service, "Odile", &[Role::Administrator], &lines(&service)).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        // As the worker leaves them when the provider refused them for good.
        crate::support::test_db::run(
            &base.db,
            "update outbox set state = 'buried', settled_at = 0, attempts = 3, \
             last_error = 'le fournisseur refuse (20404) : introuvable' where kind = 'fetch_recording'; \
             update recordings set state = 'absent'",
        )
        .await;
        let page = odile.get(PATH).await.body;
        assert_eq!(page.matches("Aller chercher un message parlé").count(), 3, "{page}");
        assert!(page.contains("Le fournisseur refuse (20404) : introuvable."), "{page}");
        assert!(page.contains("n&#39;entendra pas ce message"), "{page}");
        while let Some(path) = odile.get(PATH).await.body.split("action=\"/console/travaux/").nth(1) {
            let path = format!("{PATH}/{}", path.split('"').next().unwrap());
            odile.post(&path, &[]).await;
        }
        service.work().await;
        assert_eq!(number(&base.db, "select count(*) from recordings where state = 'kept'").await, 3);
    })
    .await;
}

#[tokio::test]
async fn jobs_of_another_line_and_of_another_version_are_not_there() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let odile = signed_in(&service, "Odile", &[Role::Administrator], &lines(&service)).await;
        let foreign = desk.waits_on(desk.elsewhere, &desk.item(0, -10, 5)).await;
        let job = desk.gives_up(Job::AlertOnCall { callback_id: foreign, round: 1 }, "lease lapsed").await;
        let lost = desk.gives_up(Job::FetchRecording { recording_id: Uuid::from_u128(7) }, "no such recording").await;
        let page = odile.get(PATH).await.body;
        for id in [job, lost] {
            assert!(!page.contains(&id.to_string()), "{page}");
            let retried = odile.post(&format!("{PATH}/{id}/reessayer"), &[]).await;
            assert_eq!(retried.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'buried'").await, 2);
    })
    .await;
}

/// A cause that is written in English reads in French on the page.
#[test]
fn every_cause_that_the_sources_write_has_its_words() {
    let mut causes = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap();
                for way in ["Outcome::retry(\"", "Outcome::fail(\"", "Outcome::unknown(\""] {
                    causes.extend(text.split(way).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
                }
            }
        }
    }
    assert!(causes.len() >= 3, "{causes:?}");
    for cause in causes {
        assert!(ligne_solidaire::jobs::cause::is_known(&cause), "« {cause} » has no French words in jobs/cause.rs");
    }
}
