//! Requests at the desk: found, corrected, made one of two, typed at the counter.

use axum::http::StatusCode;

use super::agent;
use crate::support::desk::Desk;
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::on_both;

fn id_of(location: &str) -> String {
    location.trim_start_matches("/console/demandes/").split('?').next().unwrap().to_owned()
}

fn version(page: &str) -> String {
    let after = page.split(r#"name="version" value=""#).nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_request_of_a_call_is_found_by_its_number_and_tells_everything_that_happened() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        let awa = agent(&service, "Awa").await;
        let found = awa.get("/console/demandes?q=04+65+71+00+01").await.body;
        assert!(found.contains("04 ** ** ** 01") && found.contains("Des courses"), "{found}");
        assert!(awa.get("/console/demandes?q=Odette").await.body.contains("les noms sont chiffrés"));
        let id = found.split("/console/demandes/").nth(1).unwrap().split('"').next().unwrap();
        let page = awa.get(&format!("/console/demandes/{id}")).await.body;
        for told in
            ["04 65 71 00 01", "Demande enregistrée", "Rappel à faire, P2", "Ce qu&#39;il faut : de la nourriture"]
        {
            assert!(page.contains(told), "{told} in {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_correction_that_comes_too_late_is_refused_with_what_was_typed() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.request_on(super::lines(&service)[0], "777001").await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        let path = format!("/console/demandes/{id}");
        let seen = version(&awa.get(&path).await.body);
        let change = |level: &'static str, number: &'static str| {
            let fixed = [("besoin", "courses"), ("pour", "moi"), ("accord", "oui")];
            [("priorite", level), ("contact", number)].into_iter().chain(fixed).collect::<Vec<_>>()
        };
        service.clock.advance(std::time::Duration::from_secs(5));
        let mut fields = change("1", "04 65 71 00 02");
        fields.push(("version", &seen));
        assert!(luc.post(&path, &fields).await.location().ends_with("dit=enregistree"));
        let mut fields = change("3", "04 65 71 00 09");
        fields.push(("version", &seen));
        let late = awa.post(&path, &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        for told in ["Priorité : P2 → P1", "04 65 71 00 09", "(Luc)"] {
            assert!(late.body.contains(told), "{told} in {}", late.body);
        }
        let mut odd = change("1", "112");
        odd.push(("version", &seen));
        assert_eq!(awa.post(&path, &odd).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_request_typed_at_the_counter_waits_in_the_queue_with_its_six_digits() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let awa = agent(&service, "Awa").await;
        let form = awa.get("/console/guichet?besoin=courses").await.body;
        assert!(form.contains("Ce qu&#39;il faut") && form.contains("de la nourriture"), "{form}");
        let fields = [
            ("formulaire", "019d8b1c-1f00-7000-8000-00000000000b"),
            ("besoin", "courses"),
            ("reponse.courses_type", "medicaments"),
            ("contact", "0465710007"),
            ("ecrit", "Ses gouttes pour les yeux."),
            ("pour", "moi"),
            ("accord", "oui"),
            ("code_postal", "34000"),
        ];
        let kept = awa.post("/console/guichet", &fields).await;
        let again = awa.post("/console/guichet", &fields).await;
        assert_eq!(kept.location(), again.location(), "the same form is the same request");
        let page = awa.get(kept.location()).await.body;
        assert!(page.contains("Ses gouttes pour les yeux.") && page.contains("Demande saisie au bureau"), "{page}");
        assert!(awa.get("/console/file").await.body.contains("Des médicaments"));
        let nowhere = [("besoin", "courses"), ("pour", "moi"), ("ecrit", "Du pain")];
        let refused = awa.post("/console/guichet", &nowhere).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("Sans numéro à rappeler") && refused.body.contains("Du pain</textarea>"),
            "{}",
            refused.body
        );
    })
    .await;
}

#[tokio::test]
async fn a_request_is_cancelled_and_opened_again() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        let awa = agent(&service, "Awa").await;
        let found = awa.get("/console/demandes").await.body;
        let id = id_of(&format!(
            "/console/demandes/{}",
            found.split("/console/demandes/").nth(1).unwrap().split('"').next().unwrap()
        ));
        let cancelled = awa.post(&format!("/console/demandes/{id}/annuler"), &[]).await;
        assert!(cancelled.location().ends_with("dit=enregistree"), "{cancelled:?}");
        assert!(awa.get("/console/file").await.body.contains("Rien n'attend"));
        awa.post(&format!("/console/demandes/{id}/rouvrir"), &[]).await;
        assert!(awa.get("/console/file").await.body.contains("Des courses"));
    })
    .await;
}
