//! The page of a one-time link.

use axum::http::StatusCode;
use ligne_solidaire::operators::{Role, links};

use crate::support::browser::{Browser, lines};
use crate::support::people::{PASSWORD, TownHall};
use crate::support::service::Service;
use crate::support::test_db::on_both;

#[tokio::test]
async fn a_first_password_is_chosen_by_a_link_that_serves_once() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let added = TownHall::of(&service).add("awa", &[Role::Agent], &lines(&service)).await;
        let (path, stranger) = (format!("/console/lien/{}", added.link), Browser::stranger(&service));
        for _ in 0..2 {
            let page = stranger.get(&path).await;
            assert!(
                page.status == StatusCode::OK && page.body.contains("Bienvenue, awa de la mairie"),
                "{}",
                page.body
            );
        }
        for (password, again, why) in [
            (PASSWORD, "autre chose que cela", "pas les mêmes"),
            ("dix lettres", "dix lettres", "au moins 12 caractères"),
            ("motdepasse1234", "motdepasse1234", "se devine"),
            ("Montpellier 2026", "Montpellier 2026", "se devine"),
        ] {
            let refused = stranger.post(&path, &[("mot_de_passe", password), ("encore", again)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
            assert!(refused.body.contains(why) && !refused.body.contains(password), "{}", refused.body);
        }
        let chosen = stranger.post(&path, &[("mot_de_passe", PASSWORD), ("encore", PASSWORD)]).await;
        assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/console/second-facteur"));
        assert!(chosen.cookie().is_some());
        let again = stranger.post(&path, &[("mot_de_passe", PASSWORD), ("encore", PASSWORD)]).await;
        assert_eq!((again.status, stranger.get(&path).await.status), (StatusCode::GONE, StatusCode::GONE));
        assert!(again.body.contains("Ce lien ne sert plus"), "{}", again.body);
    })
    .await;
}

#[tokio::test]
async fn the_demonstration_is_entered_by_a_button_so_that_looking_does_not_use_the_link_up() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let hall = TownHall::of(&service);
        let added = hall.add("demo", &[Role::Agent], &lines(&service)).await;
        let path = format!("/console/lien/{}", links::to_enter(&hall.gate, added.id).await.unwrap());
        let stranger = Browser::stranger(&service);
        assert!(stranger.get(&path).await.body.contains("Entrer"));
        let entered = stranger.post(&path, &[]).await;
        assert_eq!(entered.location(), "/console");
        let browser = Browser::with(&service, entered.cookie().unwrap());
        assert_eq!(browser.get("/console/file").await.status, StatusCode::OK);
        assert_eq!(stranger.post(&path, &[]).await.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_never_was_says_no_more_than_one_that_served() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let stranger = Browser::stranger(&service);
    for odd in ["0", "%2e%2e%2fcompte", &"f".repeat(64), "<script>"] {
        let path = format!("/console/lien/{}", odd.replace('<', "%3C").replace('>', "%3E"));
        let seen = stranger.get(&path).await;
        assert_eq!(seen.status, StatusCode::GONE, "{odd}");
        assert!(!seen.body.contains("<script>"));
    }
}
