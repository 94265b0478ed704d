//! Supervisors decide callers' plans from the console.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use crate::support::browser::{lines, signed_in};
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::on_both;

#[tokio::test]
async fn a_slot_is_decided_shown_masked_and_ended() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &lines(&service)).await;
        let form = [
            ("numero", "04 65 71 00 07"),
            ("quoi", "creneau"),
            ("jour", "We"),
            ("de", "11:00"),
            ("a", "11:30"),
            ("fin", "2026-05-14"),
            ("raison", "Appelle dix fois par jour. <b>"),
        ];
        assert_eq!(boss.post("/console/plans", &form).await.location(), "/console/plans?dit=plan");
        let page = boss.get("/console/plans").await.body;
        for told in ["04 ** ** ** 07", "Créneau : mercredi 11h-11h30", "jeudi 14 mai", "Inès", "&#60;b&#62;"] {
            assert!(page.contains(told), "{told}");
        }
        assert!(!page.contains("65 71"), "the number is masked");
        let leg = service.exchange.call("+33465710007", LINE).await.unwrap();
        assert!(shopping::words(&service.exchange, leg).contains("demain à 11 heures"));
        let action = page.split("action=\"").find(|part| part.contains("/fin\"")).unwrap();
        let action = action.split('"').next().unwrap().to_owned();
        for _click in 0..2 {
            assert_eq!(boss.post(&action, &[]).await.location(), "/console/plans?dit=plan-fini");
        }
        assert!(boss.get("/console/plans").await.body.contains("Aucun plan n'est en cours"));
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_cannot_be_says_why_and_keeps_what_was_typed() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &lines(&service)).await;
        let good = [("numero", "04 65 71 00 07"), ("quoi", "blocage"), ("fin", "2026-05-14"), ("raison", "Insultes.")];
        let wrong = [
            ("numero", "", "donnez le numéro"),
            ("numero", "12", "dix chiffres"),
            ("fin", "2026-04-01", "180 jours"),
            ("fin", "demain", "180 jours"),
            ("raison", "", "raison"),
        ];
        for (name, value, why) in wrong {
            let form = good.map(|field| if field.0 == name { (name, value) } else { field });
            let seen = boss.post("/console/plans", &form).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
            assert!(seen.body.to_lowercase().contains(why), "{why}: {}", seen.body);
            assert!(name == "raison" || seen.body.contains("Insultes."), "what was typed is still there");
        }
        let neither = [("numero", "04 65 71 00 07"), ("fin", "2026-05-14"), ("raison", "Insultes.")];
        let refused = boss.post("/console/plans", &neither).await;
        assert!(
            refused.body.contains("un créneau, ou un blocage") && refused.body.contains("Insultes."),
            "{}",
            refused.body
        );
        let back = [("numero", "04 65 71 00 07"), ("quoi", "creneau"), ("jour", "We"), ("de", "12:00"), ("a", "11:00")];
        let back: Vec<_> = back.into_iter().chain([("fin", "2026-05-14"), ("raison", "x")]).collect();
        assert_eq!(boss.post("/console/plans", &back).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
