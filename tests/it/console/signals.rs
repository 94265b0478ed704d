//! Safeguarding reports: made from a callback, read by those who answer for them and by nobody else.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use super::{agent, lines};
use crate::support::browser::signed_in;
use crate::support::desk::Desk;
use crate::support::service::Service;
use crate::support::test_db::on_both;

/// A form's id, as the page makes one.
const FORM: &str = "019d8b1c-1f00-7000-8000-00000000000d";

#[tokio::test]
async fn a_report_is_read_by_a_supervisor_and_its_author_and_by_no_other_agent() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &lines(&service)).await;
        let form = format!("/console/rappels/{id}/signaler");
        let missing = awa.post(&form, &[("danger", "oui"), ("expose", "Une enfant")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(missing.body.contains("Écrivez ce qui a été dit") && missing.body.contains(r#"value="Une enfant""#));
        let fields = [("formulaire", FORM), ("danger", "oui"), ("expose", "Une enfant"), ("dit", "« Il me tape. »")];
        for _ in 0..2 {
            assert!(awa.post(&form, &fields).await.location().ends_with("dit=signale"));
        }
        let page = format!("/console/signalements/{FORM}");
        assert!(
            boss.get("/console/signalements").await.body.matches("Danger en ce moment").count() == 1,
            "sent twice, one"
        );
        let elsewhere = boss.get("/console/carte").await.body;
        assert!(elsewhere.contains("signalé en danger en ce moment") && elsewhere.contains("data-danger=\"1\""));
        assert!(!awa.get("/console/carte").await.body.contains("signalé en danger"), "she does not answer for reports");
        for reader in [&boss, &awa] {
            assert!(reader.get(&page).await.body.contains("« Il me tape. »"));
        }
        assert_eq!(luc.get(&page).await.status, StatusCode::NOT_FOUND);
        assert!(!luc.get("/console/signalements").await.body.contains(FORM));
        assert_eq!(awa.post(&format!("{page}/clore"), &[]).await.status, StatusCode::FORBIDDEN);
        boss.post(&format!("{page}/vu"), &[]).await;
        assert!(boss.get(&page).await.body.contains("Inès, "), "who sees to it");
        boss.post(&format!("{page}/clore"), &[]).await;
        let list = boss.get("/console/signalements").await.body;
        assert!(list.contains("Aucun signalement à traiter") && list.contains("par Awa · clos 10 h 00"), "{list}");
        assert!(list.contains(&page), "a closed report is still found");
    })
    .await;
}
