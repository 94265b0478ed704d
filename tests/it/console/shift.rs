//! The end of a shift: what is left to colleagues.

use super::agent;
use crate::support::desk::Desk;
use crate::support::service::Service;
use crate::support::test_db::{number, on_both};

#[tokio::test]
async fn an_agent_leaves_one_line_for_what_she_holds_and_a_colleague_reads_it() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        awa.post("/console/suivante", &[]).await;
        let field = format!("consigne.{id}");
        assert!(awa.get("/console/service").await.body.contains(&field), "what she holds is there");
        let form = [(&*field, "Rappeler sa fille d'abord."), ("formulaire", "019d8b1c-1f00-7000-8000-00000000000a")];
        for _click in 0..2 {
            assert_eq!(awa.post("/console/service", &form).await.location(), "/console/service?dit=relais");
        }
        for kept in ["select count(*) from handovers", "select count(*) from notes"] {
            assert_eq!(number(&base.db, kept).await, 1, "{kept}");
        }
        let seen = luc.get("/console/service").await.body;
        assert!(seen.contains("Rappeler sa fille d&#39;abord.") && seen.contains("Awa"), "{seen}");
        let next = luc.post("/console/suivante", &[]).await;
        assert!(next.location().contains(&id.to_string()), "it came back to the queue");
        assert!(luc.get(&format!("/console/rappels/{id}")).await.body.contains("Relais : Rappeler sa fille"));
        assert!(!awa.get("/console/service").await.body.contains(&field), "she holds nothing any more");
    })
    .await;
}
