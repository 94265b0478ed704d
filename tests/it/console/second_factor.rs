//! The page that sets up the second factor.

use std::time::Duration;

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;
use ligne_solidaire::operators::links::Chosen;
use totp_rs::{Algorithm, Builder, Secret};

use crate::support::browser::{Browser, lines};
use crate::support::people::{PASSWORD, TownHall};
use crate::support::service::Service;
use crate::support::test_db::on_both;

/// What a telephone into which the letters of the page were typed shows.
fn shown_by(body: &str, service: &Service) -> String {
    let letters = body.split("<p class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let secret = Secret::try_from_base32(letters).unwrap();
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).build().unwrap();
    let now = service.app.board.clock.now().as_second();
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

#[tokio::test]
async fn a_telephone_is_related_by_its_first_code_and_the_work_begins_in_a_new_session() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hall = TownHall::of(&service);
        let added = hall.add("awa", &[Role::Agent], &lines(&service)).await;
        let Chosen::In(limited) = hall.choose(&added.link, PASSWORD).await else { panic!("the link is fresh") };
        let before = Browser::with(&service, &limited.token);
        let page = before.get("/console/second-facteur").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("<svg viewBox=") && page.body.contains("otpauth://totp/"), "{}", page.body);
        assert!(!page.body.contains(" style=") && !page.body.contains("<style"), "{}", page.body);
        let wrong = before.post("/console/second-facteur", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("Ce code n&#39;est pas le bon"));
        let code = shown_by(&wrong.body, &service);
        assert_eq!(code, shown_by(&page.body, &service), "the same secret as before the mistake");
        let done = before.post("/console/second-facteur", &[("code", &code)]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/console/compte?dit=facteur"));
        let after = Browser::with(&service, done.cookie().unwrap());
        assert!(after.get("/console/compte?dit=facteur").await.body.contains("Votre téléphone est relié"));
        assert_eq!(after.get("/console/file").await.status, StatusCode::OK);
        assert_eq!(
            before.get("/console/second-facteur").await.status,
            StatusCode::SEE_OTHER,
            "the old session is over"
        );
        assert_eq!(after.get("/console/second-facteur").await.location(), "/console/compte", "nothing more to set up");
    })
    .await;
}

#[tokio::test]
async fn whoever_sets_it_up_later_leaves_and_finds_another_secret() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hall = TownHall::of(&service);
        let added = hall.add("awa", &[Role::Agent], &lines(&service)).await;
        let Chosen::In(limited) = hall.choose(&added.link, PASSWORD).await else { panic!("the link is fresh") };
        let first = Browser::with(&service, &limited.token);
        let offered = shown_by(&first.get("/console/second-facteur").await.body, &service);
        assert_eq!(first.post("/console/sortir", &[]).await.location(), "/console/entrer");
        service.clock.advance(Duration::from_mins(1));
        let fields = [("identifiant", "awa"), ("mot_de_passe", PASSWORD), ("code", "")];
        let seen = Browser::stranger(&service).post("/console/entrer", &fields).await;
        assert_eq!(seen.location(), "/console/second-facteur");
        let again = Browser::with(&service, seen.cookie().unwrap());
        assert_ne!(shown_by(&again.get("/console/second-facteur").await.body, &service), offered);
    })
    .await;
}
