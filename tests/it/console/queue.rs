//! The queue and one of its callbacks, from the call that opened it.

use axum::http::StatusCode;
use ligne_solidaire::callbacks::order::Item;
use ligne_solidaire::id::Ids;
use ligne_solidaire::operators::Role;

use super::{agent, id_in};
use crate::support::browser::{lines, signed_in};
use crate::support::desk::{Desk, minutes, now, write};
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::on_both;

#[tokio::test]
async fn a_request_made_by_telephone_waits_in_the_queue_and_next_gives_it() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        let awa = agent(&service, "Awa").await;
        let queue = awa.get("/console/file").await;
        assert_eq!(queue.status, StatusCode::OK);
        assert!(queue.body.contains("Des courses") && queue.body.contains("P2"), "{}", queue.body);
        assert!(!queue.body.contains("04 65 71 00 01") && !queue.body.contains("+33465710001"), "numbers are masked");
        let next = awa.post("/console/suivante", &[]).await;
        let id = id_in(next.location());
        let item = awa.get(&format!("/console/rappels/{id}")).await;
        assert!(item.body.contains("04 65 71 00 01"), "opened, the number is shown: {}", item.body);
        for told in ["Ce qu&#39;il faut", "de la nourriture", "Pour quand", "Message"] {
            assert!(item.body.contains(told), "{told} in {}", item.body);
        }
        // She has it already: pressing again gives the same one, and a colleague gets nothing.
        let again = awa.post("/console/suivante", &[]).await;
        assert_eq!(again.location(), format!("/console/rappels/{id}?dit=deja"));
        let luc = agent(&service, "Luc").await;
        assert_eq!(luc.post("/console/suivante", &[]).await.location(), "/console/file?dit=vide");
        let seen = luc.get(&format!("/console/rappels/{id}")).await.body;
        assert!(seen.contains("Awa, jusqu&#39;à") && !seen.contains("Je m&#39;en occupe"), "{seen}");
        let claimed = luc.post(&format!("/console/rappels/{id}/prendre"), &[]).await;
        assert!(claimed.location().ends_with("dit=occupe"), "{}", claimed.location());
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_takes_over_and_the_former_holder_cannot_prolong() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let id = desk.something().await;
        let (awa, line) = (agent(&service, "Awa").await, lines(&service));
        awa.post(&format!("/console/rappels/{id}/prendre"), &[]).await;
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &line).await;
        let taken = boss.post(&format!("/console/rappels/{id}/reprendre"), &[]).await;
        assert!(taken.location().ends_with("dit=pris"), "{}", taken.location());
        let late = awa.post(&format!("/console/rappels/{id}/prolonger"), &[]).await;
        assert!(late.location().ends_with("dit=perdu"), "{}", late.location());
        let back = boss.post(&format!("/console/rappels/{id}/rendre"), &[]).await;
        assert_eq!(back.location(), "/console/file?dit=rendu");
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_out_gives_back_what_she_holds() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let id = desk.something().await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        assert_eq!(id_in(awa.post("/console/suivante", &[]).await.location()), id);
        assert_eq!(awa.post("/console/sortir", &[]).await.location(), "/console/entrer");
        assert!(awa.get("/console/file").await.location().starts_with("/console/entrer"));
        assert_eq!(id_in(luc.post("/console/suivante", &[]).await.location()), id);
    })
    .await;
}

#[tokio::test]
async fn danger_is_announced_above_the_queue_and_comes_first() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        for _ in 0..200 {
            desk.waits(&desk.item(3, -900, -60)).await;
        }
        let danger = desk.waits(&desk.item(0, 0, 15)).await;
        let awa = agent(&service, "Awa").await;
        let queue = awa.get("/console/file").await.body;
        assert!(queue.contains("Une personne en danger attend"), "{queue}");
        assert!(queue.contains("les 50 premiers"), "{queue}");
        assert_eq!(id_in(awa.post("/console/suivante", &[]).await.location()), danger);
        let form = [("issue", "SONNE"), ("formulaire", &*desk.ids.row(now()).to_string())];
        awa.post(&format!("/console/rappels/{danger}/terminer"), &form).await;
        let queue = awa.get("/console/file").await.body;
        assert!(queue.contains("« Suivante » redonne cette personne à 10 h 10"), "{queue}");
        assert!(queue.contains("à réessayer à 10 h 10"), "{queue}");
        assert_ne!(id_in(awa.post("/console/suivante", &[]).await.location()), danger);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_decision_or_for_its_hour_is_found_on_the_page_of_the_queue() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let left = desk.waits(&Item { not_before: minutes(900), ..desk.item(1, -900, -60) }).await;
        write(&desk.db, |query| query("update callbacks set escalated_at = opened_at")).await;
        let agreed = desk.waits(&Item { not_before: minutes(480), ..desk.item(2, -10, 480) }).await;
        write(&desk.db, |query| query("update callbacks set next_step = 'date' where escalated_at is null")).await;
        let next_try = desk.waits(&Item { not_before: minutes(240), ..desk.item(2, -10, 480) }).await;
        let theirs = desk.waits_on(desk.elsewhere, &Item { not_before: minutes(240), ..desk.item(2, -10, 480) }).await;
        let (awa, line) = (agent(&service, "Awa").await, lines(&service));
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &line).await;
        let (hers, of_boss) = (awa.get("/console/file").await.body, boss.get("/console/file").await.body);
        for page in [&hers, &of_boss] {
            let later = page.split("id=\"plus-tard\"").nth(1).unwrap();
            let at = |id, hour: &str| {
                later.split(&format!("t-{id}")).nth(1).unwrap().split("</li>").next().unwrap().contains(hour)
            };
            assert!(at(agreed, "à 18 h 00") && at(next_try, "pas avant 14 h 00"), "{later}");
            assert!(!page.contains(&theirs.to_string()));
        }
        assert!(!hers.contains("À décider") && hers.contains(&format!("t-{left}")), "{hers}");
        let decide = of_boss.split("id=\"a-decider\"").nth(1).unwrap().split("id=\"plus-tard\"").next().unwrap();
        assert!(decide.contains(&format!("href=\"/console/rappels/{left}\"")), "{decide}");
        assert!(of_boss.contains("<dt>À décider</dt><dd>1</dd>"), "{of_boss}");
        assert_eq!(of_boss.matches(&format!("/console/rappels/{left}\"")).count(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_back_to_where_a_form_was_sent_finds_its_page() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let desk = Desk::on(&service).await;
        let (awa, id) = (agent(&service, "Awa").await, desk.something().await);
        assert_eq!(awa.get("/console/suivante").await.location(), "/console");
        let page = format!("/console/rappels/{id}");
        assert_eq!(awa.get(&format!("{page}/terminer")).await.location(), page);
    })
    .await;
}
