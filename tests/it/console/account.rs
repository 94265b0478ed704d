//! « Mon compte ».

use std::time::Duration;

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use crate::support::browser::{Browser, lines, signed_in};
use crate::support::people::{PASSWORD, Person, TownHall};
use crate::support::service::Service;
use crate::support::test_db::{number, on_both};

const PATH: &str = "/console/compte";

async fn sits(service: &Service, hall: &TownHall, who: &Person) -> Browser {
    let browser = Browser::with(service, &hall.sign_in(who).await.token);
    hall.clock.advance(Duration::from_secs(30));
    browser
}

/// The id of the first session of the page that has a button of its own.
fn other_session(body: &str) -> String {
    body.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_operator_sees_her_sessions_and_ends_the_one_that_she_left_open() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hall = TownHall::of(&service);
        let awa = hall.person("awa", &[Role::Agent], &lines(&service)).await;
        let luc = signed_in(&service, "Luc", &[Role::Agent], &lines(&service)).await;
        let (left, here) = (sits(&service, &hall, &awa).await, sits(&service, &hall, &awa).await);
        let page = here.get(PATH).await;
        // The session that began with the second factor is there too.
        assert_eq!(page.body.matches("Firefox sur Linux").count(), 3, "{}", page.body);
        assert_eq!(page.body.matches("cette session").count(), 1, "{}", page.body);
        let theirs = other_session(&page.body);
        let stolen = luc.post("/console/compte/sessions/fermer", &[("session", &theirs)]).await;
        assert_eq!(stolen.location(), "/console/compte?dit=deja-deconnecte");
        assert_eq!(left.get(PATH).await.status, StatusCode::OK, "nobody ends a colleague's session");
        let ended = here.post("/console/compte/sessions/fermer-les-autres", &[]).await;
        assert_eq!(ended.location(), "/console/compte?dit=deconnecte");
        assert_eq!(left.get(PATH).await.status, StatusCode::SEE_OTHER);
        assert!(!here.get(PATH).await.body.contains("Déconnecter toutes"), "there is no other");
        let again = sits(&service, &hall, &awa).await;
        let theirs = other_session(&again.get(PATH).await.body);
        assert_eq!(
            again.post("/console/compte/sessions/fermer", &[("session", &theirs)]).await.location(),
            "/console/compte?dit=deconnecte"
        );
        assert_eq!(here.get(PATH).await.status, StatusCode::SEE_OTHER);
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'session.end'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_present_one() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hall = TownHall::of(&service);
        let awa = hall.person("awa", &[Role::Agent], &lines(&service)).await;
        let here = sits(&service, &hall, &awa).await;
        let new = "guitare verte contre la lune";
        let change = async |present: &str, wanted: &str, again: &str| {
            let fields = [("mot_de_passe", present), ("nouveau", wanted), ("encore", again)];
            here.post("/console/compte/mot-de-passe", &fields).await
        };
        for (present, wanted, again, why) in [
            ("faux", new, new, "actuel n&#39;est pas celui-là"),
            (PASSWORD, new, "autre", "ne sont pas les mêmes"),
            (PASSWORD, "awa de la mairie", "awa de la mairie", "se devine"),
        ] {
            let refused = change(present, wanted, again).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            assert!(refused.body.contains(why) && !refused.body.contains(PASSWORD), "{why}: {}", refused.body);
        }
        assert_eq!(change(PASSWORD, new, new).await.location(), "/console/compte?dit=mot-de-passe");
        for _ in 0..6 {
            change("faux", new, new).await;
        }
        assert!(change("faux", new, new).await.body.contains("Trop d&#39;essais"));
    })
    .await;
}

#[tokio::test]
async fn the_telephone_that_rings_is_a_french_one_or_none() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let awa = signed_in(&service, "Awa", &[Role::Agent], &lines(&service)).await;
        for (typed, kept) in [("0639980001", "06 39 98 00 01"), ("", "")] {
            let seen = awa.post("/console/compte/telephone", &[("telephone", typed)]).await;
            assert_eq!(seen.location(), "/console/compte?dit=telephone");
            let page = awa.get(PATH).await.body;
            assert!(page.contains(&format!("type=\"tel\" value=\"{kept}\"")), "{page}");
        }
        for odd in ["0899700000", "+44 20 7946 0000", "chez moi", "\"><script>", "15"] {
            let seen = awa.post("/console/compte/telephone", &[("telephone", odd)]).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
            assert!(seen.body.contains("Ce téléphone ne peut pas être appelé") && !seen.body.contains("<script>"));
        }
        let admin = signed_in(&service, "Odile", &[Role::Administrator], &lines(&service)).await;
        assert!(!admin.get(PATH).await.body.contains("Mon téléphone"), "nobody rings whoever calls nobody back");
    })
    .await;
}
