//! The page to sign in.

use std::time::Duration;

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use crate::support::browser::{Browser, Seen, lines};
use crate::support::people::{PASSWORD, Person, TownHall};
use crate::support::service::Service;
use crate::support::test_db::{number, on_both};

async fn enter(service: &Service, login: &str, password: &str, code: &str, more: &[(&str, &str)]) -> Seen {
    let fields = [[("identifiant", login), ("mot_de_passe", password), ("code", code)].as_slice(), more].concat();
    Browser::stranger(service).post("/console/entrer", &fields).await
}

async fn awa(service: &Service) -> (TownHall, Person) {
    let hall = TownHall::of(service);
    let awa = hall.person("awa", &[Role::Agent], &lines(service)).await;
    (hall, awa)
}

#[tokio::test]
async fn an_address_that_is_none_of_ours_leads_to_the_desk_or_says_so_in_french() {
    let base = crate::support::test_db::TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let stranger = Browser::stranger(&service);
    for (path, to) in [("/", "/console"), ("/console/", "/console"), ("/console/file/", "/console/file")] {
        assert_eq!(stranger.get(path).await.location(), to, "{path}");
    }
    for path in ["/nulle-part", "/console/nulle-part", "/telephony/nulle-part"] {
        let seen = stranger.get(path).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            seen.body.contains("Cette page n&#39;existe pas") && seen.headers.contains_key("content-security-policy")
        );
    }
}

#[tokio::test]
async fn an_operator_signs_in_and_lands_where_she_was_going() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, awa) = awa(&service).await;
        let page = Browser::stranger(&service).get("/console/entrer?vers=/console/rappels/x").await;
        assert!(page.body.contains("name=\"vers\" value=\"/console/rappels/x\""), "{}", page.body);
        let code = hall.code(&awa.telephone);
        let code = format!("{} {}", &code[..3], &code[3..]);
        let seen = enter(&service, "Awa", PASSWORD, &code, &[("vers", "/console/file")]).await;
        assert_eq!((seen.status, seen.location()), (StatusCode::SEE_OTHER, "/console/file"));
        let browser = Browser::with(&service, seen.cookie().unwrap());
        assert!(browser.get("/console/file").await.body.contains("awa de la mairie"));
        let left = browser.post("/console/sortir", &[]).await;
        assert_eq!(left.location(), "/console/entrer");
        assert_eq!(browser.get("/console/file").await.status, StatusCode::SEE_OTHER, "the session is over");
    })
    .await;
}

#[tokio::test]
async fn a_browser_has_one_session_and_the_schedule_forgets_those_that_are_over() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, awa) = awa(&service).await;
        let before = Browser::with(&service, &hall.sign_in(&awa).await.token);
        hall.clock.advance(Duration::from_secs(30));
        let code = hall.code(&awa.telephone);
        let fields = [("identifiant", "awa"), ("mot_de_passe", PASSWORD), ("code", code.as_str())];
        let after = before.post("/console/entrer", &fields).await;
        assert_eq!(before.get("/console/file").await.status, StatusCode::SEE_OTHER, "the cookie was replaced");
        let after = Browser::with(&service, after.cookie().unwrap());
        assert_eq!(after.get("/console/file").await.status, StatusCode::OK);
        let kept = "select (select count(*) from sessions) + (select count(*) from sign_in_links)";
        assert_eq!(number(&base.db, kept).await, 3);
        service.clock.advance(Duration::from_hours(25));
        service.work().await;
        assert_eq!(number(&base.db, kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_led_out_of_the_console_by_a_link_to_the_sign_in() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, awa) = awa(&service).await;
        for outside in ["https://evil.example/", "//evil.example", "/ailleurs", "/console\\@evil.example"] {
            let seen = enter(&service, "awa", PASSWORD, &hall.code(&awa.telephone), &[("vers", outside)]).await;
            assert_eq!(seen.location(), "/console", "{outside}");
            hall.clock.advance(Duration::from_secs(30));
        }
    })
    .await;
}

#[tokio::test]
async fn whatever_is_wrong_the_page_says_the_same_and_keeps_the_login_only() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, awa) = awa(&service).await;
        let code = hall.code(&awa.telephone);
        let mut pages = Vec::new();
        for (login, password, code) in [
            ("nul", PASSWORD, code.as_str()),
            ("awa", "faux", &code),
            ("awa", PASSWORD, "000000"),
            ("awa", PASSWORD, ""),
        ] {
            let seen = enter(&service, login, password, code, &[]).await;
            assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
            assert!(seen.cookie().is_none() && !seen.body.contains(PASSWORD) && seen.body.contains("role=\"alert\""));
            pages.push(seen.body.replace(&format!("value=\"{login}\""), "value=\"…\""));
        }
        assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:?}");
        for _ in 0..3 {
            enter(&service, "awa", "faux", "", &[]).await;
        }
        let waits = enter(&service, "awa", PASSWORD, &code, &[]).await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(waits.body.contains("Attendez 1 min"), "{}", waits.body);
    })
    .await;
}

#[tokio::test]
async fn what_she_had_typed_comes_back_after_the_sign_in() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, awa) = awa(&service).await;
        let carried = [
            ("vers", "/console/rappels/0190/note"),
            ("emporte", "note=Elle+va+%3Cb%3Emieux%3C%2Fb%3E&jeton=vieux&mot_de_passe=x"),
        ];
        let wrong = enter(&service, "awa", "faux", "", &carried).await;
        assert!(wrong.body.contains("note=Elle+va"), "a mistake loses nothing: {}", wrong.body);
        let seen = enter(&service, "awa", PASSWORD, &hall.code(&awa.telephone), &carried).await;
        assert_eq!(seen.status, StatusCode::OK);
        let browser = Browser::with(&service, seen.cookie().unwrap());
        assert!(seen.body.contains("action=\"/console/rappels/0190/note\""), "{}", seen.body);
        assert!(seen.body.contains(&browser.token) && !seen.body.contains("vieux"), "{}", seen.body);
        assert!(!seen.body.contains("<b>mieux"), "{}", seen.body);
    })
    .await;
}
