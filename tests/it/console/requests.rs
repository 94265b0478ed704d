//! Requests at the desk: found, corrected, made one of two, typed at the counter.

use axum::http::StatusCode;

use super::agent;
use crate::support::desk::{Desk, write};
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::{number, on_both};

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
        for told in [
            "04 65 71 00 01",
            "Demande enregistrée",
            "Rappel à faire : demande",
            "Ce qu&#39;il faut : de la nourriture",
        ] {
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
        odd.push(("personne", "Gaston Petit"));
        let refused = awa.post(&path, &odd).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for typed in [r#"name="contact" type="tel" value="112""#, r#"name="personne" value="Gaston Petit""#] {
            assert!(refused.body.contains(typed), "{typed} in {}", refused.body);
        }
        let place =
            [("rue", "12 rue des Lilas"), ("precisions", "3e étage"), ("code_postal", "34080"), ("version", &*seen)];
        let late = awa.post(&format!("{path}/lieu"), &place).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        for typed in [r#"value="12 rue des Lilas""#, r#"value="3e étage""#, r#"value="34080""#] {
            assert!(late.body.contains(typed), "{typed} in {}", late.body);
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_typed_at_the_counter_waits_in_the_queue_with_its_six_digits() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let awa = agent(&service, "Awa").await;
        let form = awa.get("/console/guichet?besoin=courses").await.body;
        for chosen in [r#"<option value="fr" selected>"#, r#"<option value="non demandé" selected>"#] {
            assert!(form.contains(chosen), "nobody agreed by a list's first line: {chosen}\n{form}");
        }
        assert!(form.contains("Ce qu&#39;il faut") && form.contains("de la nourriture"), "{form}");
        let fields = [
            ("formulaire", "019d8b1c-1f00-7000-8000-00000000000b"),
            ("besoin", "courses"),
            ("reponse.courses_type", "medicaments"),
            ("nom", "Odette Martin"),
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
        assert!(
            page.contains("Ses gouttes pour les yeux.")
                && page.contains("Odette Martin")
                && page.contains("Demande saisie au bureau"),
            "{page}"
        );
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
        assert!(cancelled.location().ends_with("dit=annulee"), "{cancelled:?}");
        assert!(awa.get("/console/file").await.body.contains("Rien n'attend"));
        assert!(awa.post(&format!("/console/demandes/{id}/rouvrir"), &[]).await.location().ends_with("dit=rouverte"));
        let queue = awa.get("/console/file").await.body;
        assert!(
            queue.contains("Des courses") && queue.contains("promis avant"),
            "what she was told still holds\n{queue}"
        );
    })
    .await;
}

#[tokio::test]
async fn another_need_at_the_counter_brings_its_questions_and_loses_nothing() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let awa = agent(&service, "Awa").await;
    let typed = [
        ("montre", "courses"),
        ("besoin", "papier"),
        ("ecrit", "Une attestation."),
        ("contact", "04 65 71 00 07"),
        ("pour", "moi"),
    ];
    let wanted: Vec<_> = typed.into_iter().chain([("voir", "oui")]).collect();
    for (fields, status) in [(&wanted[..], StatusCode::OK), (&typed[..], StatusCode::UNPROCESSABLE_ENTITY)] {
        let seen = awa.post("/console/guichet", fields).await;
        assert_eq!(seen.status, status);
        assert!(seen.body.contains("Une attestation.</textarea>"), "{}", seen.body);
        assert!(seen.body.contains(r#"value="04 65 71 00 07""#), "{}", seen.body);
        assert!(seen.body.contains(r#"name="montre" value="papier""#), "{}", seen.body);
    }
    assert_eq!(number(&base.db, "select count(*) from requests").await, 0, "nothing is kept before she says so");
}

#[tokio::test]
async fn the_page_of_somebody_in_danger_gives_the_emergency_numbers() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let id = Desk::on(&service).await.request_on(super::lines(&service)[0], "777001").await;
    let awa = agent(&service, "Awa").await;
    let path = format!("/console/demandes/{id}");
    assert!(!awa.get(&path).await.body.contains("15, 17, 18 ou 112"));
    write(&base.db, move |query| query("update requests set priority = 0 where id = $1").bind(id.to_string())).await;
    assert!(awa.get(&path).await.body.contains("15, 17, 18 ou 112"));
    assert!(awa.get("/console/guichet").await.body.contains("15, 17, 18 ou 112"));
}

#[tokio::test]
async fn a_message_that_cannot_be_listened_to_says_so_and_what_to_do() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        service.work().await;
        let awa = agent(&service, "Awa").await;
        let found = awa.get("/console/demandes").await.body;
        let request = format!("/console/demandes/{}", first(&found, "/console/demandes/"));
        let callback = format!("/console/rappels/{}", first(&awa.get(&request).await.body, "/console/rappels/"));
        for path in [&request, &callback] {
            let page = awa.get(path).await.body;
            assert!(page.contains("<audio") && !page.contains("ne peut pas être écouté"), "{page}");
        }
        write(&base.db, |query| query("update recording_audio set audio = $1").bind(vec![1_u8, 2, 3])).await;
        for path in [&request, &callback] {
            let page = awa.get(path).await.body;
            assert!(!page.contains("<audio") && page.contains("ne peut pas être écouté"), "{page}");
        }
    })
    .await;
}

/// What follows the first `before` in a page, up to the end of the address.
pub(super) fn first(page: &str, before: &str) -> String {
    page.split(before).nth(1).unwrap().split(['"', '?', '/']).next().unwrap().to_owned()
}
