//! What a town decides of its line from the console.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use crate::support::browser::{lines, signed_in};
use crate::support::service::Service;
use crate::support::test_db::on_both;

#[tokio::test]
async fn a_change_of_hours_is_in_force_at_once_and_a_mistake_changes_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hers = lines(&service);
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &hers).await;
        let open = || service.app.lines.iter().next().unwrap().settings.hours.is_open(service.app.board.clock.now());
        assert!(open());
        let path = format!("/console/ligne/{}", hers[0]);
        let closed = boss.post(&path, &[("reglage", "hours"), ("valeur", "Mo-Fr 14:00-17:00")]).await;
        assert_eq!(closed.location(), "/console/ligne?dit=reglee");
        assert!(!open());
        let page = boss.get("/console/ligne").await.body;
        assert!(page.contains("lundi-vendredi 14h-17h") && page.contains("<dd>de 14 h 00 à 17 h 00</dd>"), "{page}");
        let french =
            boss.post(&path, &[("reglage", "hours"), ("valeur", "mardi de 15h à 16h; jours fériés fermé")]).await;
        assert_eq!(french.location(), "/console/ligne?dit=reglee");
        boss.post(&path, &[("reglage", "closed_days"), ("valeur", "2026-04-14")]).await;
        let page = boss.get("/console/ligne").await.body;
        assert!(page.contains("<dt>mardi 14 avril</dt><dd>fermé (jour de fermeture)</dd>"), "{page}");
        assert!(page.contains("<dt>mercredi 15 avril</dt><dd>fermé</dd>"), "{page}");
        boss.post(&path, &[("reglage", "closed_days"), ("valeur", "")]).await;
        assert!(!open());
        let odd = boss.post(&path, &[("reglage", "hours"), ("valeur", "quand on veut")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(odd.body.contains("Rien n&#39;est changé") && odd.body.contains("quand on veut"), "{}", odd.body);
        assert!(!open());
        boss.post(&path, &[("reglage", "hours"), ("valeur", "")]).await;
        assert!(open(), "nothing written goes back to the file");
    })
    .await;
}

#[tokio::test]
async fn scripts_are_checked_and_read_again_and_the_flow_is_drawn() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let boss = signed_in(&service, "Inès", &[Role::Administrator], &lines(&service)).await;
    assert_eq!(boss.post("/console/ligne/scripts", &[]).await.location(), "/console/ligne?dit=scripts");
    let drawing = boss.get("/console/ligne/deroule.svg").await;
    assert!(drawing.body.starts_with("<svg") || drawing.body.starts_with("<?xml"), "{}", &drawing.body[..80]);
}
