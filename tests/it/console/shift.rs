//! The end of a shift: what is left to colleagues.

use super::agent;
use crate::support::desk::Desk;
use crate::support::service::Service;
use crate::support::test_db::on_both;

#[tokio::test]
async fn an_agent_leaves_one_line_for_what_she_holds_and_a_colleague_reads_it() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        awa.post("/console/suivante", &[]).await;
        let field = format!("consigne.{id}");
        assert!(awa.get("/console/service").await.body.contains(&field), "what she holds is there");
        let over = awa.post("/console/service", &[(&field, "Rappeler sa fille d'abord.")]).await;
        assert_eq!(over.location(), "/console/service?dit=relais");
        let seen = luc.get("/console/service").await.body;
        assert!(seen.contains("Rappeler sa fille d&#39;abord.") && seen.contains("Awa"), "{seen}");
        let next = luc.post("/console/suivante", &[]).await;
        assert!(next.location().contains(&id.to_string()), "it came back to the queue");
        assert!(luc.get(&format!("/console/rappels/{id}")).await.body.contains("Relais : Rappeler sa fille"));
        assert!(!awa.get("/console/service").await.body.contains(&field), "she holds nothing any more");
    })
    .await;
}
