//! One callback in an agent's hand: ended, written about, refused with nothing lost.

use std::time::Duration;

use axum::http::StatusCode;
use ligne_solidaire::id::{Ids, RandomIds};

use super::{agent, id_in};
use crate::support::desk::{Desk, now, write};
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::on_both;

/// A form's id, as the page makes one.
const FORM: &str = "019d8b1c-1f00-7000-8000-00000000000a";
const OTHER_FORM: &str = "019d8b1c-1f00-7000-8000-00000000000b";

#[tokio::test]
async fn a_callback_is_ended_once_even_when_the_form_is_sent_twice() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let awa = agent(&service, "Awa").await;
        awa.post("/console/suivante", &[]).await;
        let fields =
            [("formulaire", FORM), ("issue", "RESOLU"), ("note", "Le voisin est passé."), ("fait", "Se présenter.")];
        for _ in 0..2 {
            let ended = awa.post(&format!("/console/rappels/{id}/terminer"), &fields).await;
            assert_eq!(ended.location(), "/console/file?dit=fini");
        }
        let page = awa.get(&format!("/console/rappels/{id}")).await.body;
        assert_eq!(page.matches("Le voisin est passé.").count(), 1, "{page}");
        assert!(page.contains("Vu pendant l&#39;appel : Se présenter."), "{page}");
        assert!(page.contains("la personne a ce qu&#39;il lui faut") && !page.contains("Je m&#39;en occupe"), "{page}");
        assert!(awa.get("/console/file").await.body.contains("Rien n'attend"));
    })
    .await;
}

#[tokio::test]
async fn what_an_ending_asks_for_is_asked_with_everything_typed_still_there() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let awa = agent(&service, "Awa").await;
        awa.post("/console/suivante", &[]).await;
        let end = format!("/console/rappels/{id}/terminer");
        let seen =
            awa.post(&end, &[("formulaire", FORM), ("issue", "RAPPEL_FIXE"), ("note", "Elle rentre à 18 h.")]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains("Donnez le jour et l&#39;heure"), "{}", seen.body);
        assert!(seen.body.contains("Elle rentre à 18 h.</textarea>"), "{}", seen.body);
        assert!(seen.body.contains(r#"<option value="RAPPEL_FIXE" selected>"#), "{}", seen.body);
        let at_six = [("formulaire", FORM), ("issue", "RAPPEL_FIXE"), ("quand", "2026-04-14T18:00")];
        assert_eq!(
            awa.post(&end, &at_six).await.location(),
            "/console/file?dit=encore-ferme",
            "nobody is there at six"
        );
        assert!(awa.get("/console/file").await.body.contains("promis à 18 h 00"));
        assert_eq!(awa.post("/console/suivante", &[]).await.location(), "/console/file?dit=vide", "not before six");
        service.clock.advance(Duration::from_hours(8));
        let (luc, expected) = (agent(&service, "Luc").await, format!("/console/rappels/{id}?dit=pris"));
        assert_eq!(luc.post("/console/suivante", &[]).await.location(), expected);
        let morning = [("formulaire", OTHER_FORM), ("issue", "RAPPEL_FIXE"), ("quand", "2026-04-15T10:00")];
        assert_eq!(luc.post(&end, &morning).await.location(), "/console/file?dit=encore");
    })
    .await;
}

#[tokio::test]
async fn a_late_save_on_a_lapsed_lease_is_refused_and_shows_what_the_other_did() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.something().await;
        let (awa, luc) = (agent(&service, "Awa").await, agent(&service, "Luc").await);
        awa.post("/console/suivante", &[]).await;
        service.clock.advance(Duration::from_mins(16));
        luc.post("/console/suivante", &[]).await;
        let note = format!("/console/rappels/{id}/note");
        luc.post(&note, &[("note", "Elle a répondu à Luc.")]).await;
        let end = format!("/console/rappels/{id}/terminer");
        let late = awa.post(&end, &[("issue", "RESOLU"), ("note", "Ma note d'Awa")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        for told in ["Luc s&#39;en occupe", "Elle a répondu à Luc.", "Ma note d&#39;Awa</textarea>"] {
            assert!(late.body.contains(told), "{told} in {}", late.body);
        }
        assert!(!awa.get(&format!("/console/rappels/{id}")).await.body.contains("Ma note"), "nothing was kept");
    })
    .await;
}

#[tokio::test]
async fn a_note_is_shown_as_it_was_written_and_never_runs() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let id = Desk::on(&service).await.something().await;
    let awa = agent(&service, "Awa").await;
    let note = format!("/console/rappels/{id}/note");
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{ token }}",
        "a\u{202e}b",
        "</textarea><svg onload=alert(1)>",
        "=1+1",
    ];
    for text in hostile {
        assert!(awa.post(&note, &[("note", text)]).await.location().ends_with("dit=note"), "{text}");
    }
    let page = awa.get(&format!("/console/rappels/{id}")).await.body;
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("<svg onload"), "{page}");
    assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    assert!(!page.contains('\u{202e}'), "an override of direction does not reach the page");
    let long = "é".repeat(50_000);
    let seen = awa.post(&note, &[("note", &long)]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        seen.body.contains("Cette note a 50000 caractères") && seen.body.contains(&long),
        "the text is still there"
    );
    let enormous = "x".repeat(1_100_000);
    assert_eq!(awa.post(&note, &[("note", &enormous)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn whoever_did_not_answer_is_told_once_by_a_text_when_we_call_again() {
    on_both(async |base| {
        let line = "town = \"Montpellier\"\nsms = \"CCAS\"".to_owned();
        let service = Service::with(base, &Setup { line, ..Setup::default() }).await;
        let awa = agent(&service, "Awa").await;
        let tries = [("+33639980022", "fr"), ("+33639980023", "es"), ("+33639980024", "ar"), ("+33465710001", "fr")];
        for (number, lang) in tries {
            shopping::to_the_end(&service.exchange, number, LINE).await;
            write(&base.db, move |query| query("update callbacks set lang = $1 where state = 'open'").bind(lang)).await;
            let id = id_in(awa.post("/console/suivante", &[]).await.location());
            if number.ends_with("22") {
                let page = awa.get(&format!("/console/rappels/{id}")).await.body;
                assert!(page.contains("Nous vous rappellerons cet après-midi") && !page.contains("{tel}"), "{page}");
            }
            for minutes in [0, 10] {
                service.clock.advance(Duration::from_mins(minutes));
                awa.post(&format!("/console/rappels/{id}/prendre"), &[]).await;
                let end = [("issue", "SONNE"), ("formulaire", &*RandomIds::from_entropy().row(now()).to_string())];
                awa.post(&format!("/console/rappels/{id}/terminer"), &end).await;
                service.work().await;
            }
        }
        let told: Vec<_> = service.exchange.texts().into_iter().map(|sms| (sms.to, sms.body)).collect();
        let bodies: Vec<_> = told.iter().map(|(_, body)| body.as_str()).collect();
        assert_eq!(bodies.len(), 3, "once each, and no landline: {told:?}");
        assert!(bodies[0].contains("essayé de vous joindre. Nous rappelons aujourd'hui. Ou appelez le 01"), "{told:?}");
        assert!(bodies[1].contains("hemos intentado") && bodies[2].contains("نعاود الاتصال"), "{told:?}");
        assert!(!bodies.iter().any(|body| body.contains("ourses")), "{told:?}");
    })
    .await;
}
