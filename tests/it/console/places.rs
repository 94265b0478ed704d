//! A request is put on the map: by a click on its drawing, by the list of districts, never by a key press.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;
use ligne_solidaire::requests::desk::open;

use super::agent;
use super::browser::{DISTRICTS, Seat};
use crate::support::browser::{Browser, lines, signed_in};
use crate::support::chromium::Look;
use crate::support::desk::Desk;
use crate::support::service::{Service, Setup};
use crate::support::staff;
use crate::support::test_db::on_both;

fn version(page: &str) -> String {
    page.split(r#"name="version" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Sends the form of the place as it is shown, with more in it.
async fn places(awa: &Browser, path: &str, more: &[(&str, &str)]) -> crate::support::browser::Seen {
    let seen = version(&awa.get(path).await.body);
    let mut fields = vec![("version", seen.as_str())];
    fields.extend(more);
    awa.post(&format!("{path}/lieu"), &fields).await
}

fn with_districts() -> Setup {
    Setup { line: DISTRICTS.to_owned(), ..Setup::default() }
}

#[tokio::test]
async fn a_click_on_the_map_places_a_request_and_the_counts_follow() {
    on_both(async |base| {
        let service = Service::with(base, &with_districts()).await;
        let id = Desk::on(&service).await.request_on(lines(&service)[0], "777001").await;
        let (awa, path) = (agent(&service, "Awa").await, format!("/console/demandes/{id}"));
        assert!(awa.get("/console/carte").await.body.contains("sans quartier"));
        let typed = [("rue", "3 rue du Port"), ("code_postal", ""), ("carte-320.x", "40"), ("carte-320.y", "120")];
        assert!(places(&awa, &path, &typed).await.location().ends_with("dit=pointee"));
        let page = awa.get(&path).await.body;
        assert!(page.contains("<dt>Quartier</dt><dd>Mosson, placé sur la carte</dd>"), "{page}");
        assert!(page.contains("3 rue du Port, 34080"), "the street that was typed is kept\n{page}");
        let map = awa.get("/console/carte").await.body;
        assert!(map.contains("code=34080") && !map.contains("sans quartier"), "{map}");
        let link = map
            .split("href=\"")
            .find_map(|rest| rest.split_once('"')?.0.strip_prefix("/console/demandes?code"))
            .unwrap();
        let link = format!("/console/demandes?code{}", link.replace("&#38;", "&").replace("&amp;", "&"));
        assert!(awa.get(&link).await.body.contains(">777001<"), "{link}");
        let both = [("rue", "3 rue du Port"), ("code_postal", "34080"), ("quartier", "Centre"), ("placer", "oui")];
        let refused = places(&awa, &path, &both).await;
        assert!(
            refused.body.contains("sont d&#39;un autre quartier"),
            "a street is not moved by a click: {}",
            refused.body
        );
        let list = [("rue", ""), ("code_postal", "34080"), ("quartier", "Centre"), ("placer", "oui")];
        assert!(places(&awa, &path, &list).await.location().ends_with("dit=pointee"));
        let zoe = staff::agent(&service, "Zoé").await;
        let whole = open::open(&service.app.board, &zoe, id).await.unwrap().unwrap().whole;
        let placed = (whole.request.place.point, whole.request.postal_code.as_deref());
        assert_eq!(placed, (Some((43.61, 3.88)), Some("34000")), "the middle of the district");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_place_on_the_map_is_refused_and_what_was_typed_stays() {
    on_both(async |base| {
        let service = Service::with(base, &with_districts()).await;
        let id = Desk::on(&service).await.request_on(lines(&service)[0], "777001").await;
        let (awa, path) = (agent(&service, "Awa").await, format!("/console/demandes/{id}"));
        let pixel = |x: &'static str, y: &'static str| vec![("carte-220.x", x), ("carte-220.y", y)];
        let cases = [
            (pixel("0", "0"), "au clavier, choisissez le quartier dans la liste"),
            (pixel("110", "110"), "au clavier, choisissez le quartier dans la liste"),
            (pixel("220", "10"), "en dehors de la carte"),
            (pixel("10", "-4"), "en dehors de la carte"),
            (pixel("dix", ""), "en dehors de la carte"),
            (vec![("carte-0.x", "0"), ("carte-0.y", "0")], "en dehors de la carte"),
            (vec![("placer", "oui"), ("quartier", "")], "hoisissez un quartier dans la liste"),
            (vec![("placer", "oui"), ("quartier", "Paris")], "hoisissez un quartier dans la liste"),
            (vec![("code_postal", "340")], "code postal a cinq chiffres"),
        ];
        for (mut fields, told) in cases {
            fields.extend([("rue", "3 rue du Port"), ("precisions", "2e étage")]);
            let seen = places(&awa, &path, &fields).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            for there in [told, r#"value="3 rue du Port""#, r#"value="2e étage""#, "Rien n&#39;a été changé"] {
                assert!(seen.body.contains(there), "{there} for {fields:?} in {}", seen.body);
            }
        }
        assert!(awa.get(&path).await.body.contains("<dt>Où</dt><dd>pas encore précisé</dd>"));
    })
    .await;
}

#[tokio::test]
async fn a_town_without_districts_has_no_map_to_click_on() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let id = Desk::on(&service).await.request_on(lines(&service)[0], "777001").await;
        let page = agent(&service, "Awa").await.get(&format!("/console/demandes/{id}")).await.body;
        assert!(page.contains("Numéro et rue") && !page.contains(r#"type="image""#) && !page.contains("quartier"));
    })
    .await;
}

#[tokio::test]
async fn a_drawing_names_its_districts_in_the_size_that_was_asked_for_and_may_use_its_own_style_only() {
    on_both(async |base| {
        let odd = DISTRICTS.replace("\"Centre\"", "'<script>x9</script>\"'");
        let service = Service::with(base, &Setup { line: odd, ..Setup::default() }).await;
        let (awa, line) = (agent(&service, "Awa").await, lines(&service)[0]);
        for (asked, side) in [("?cote=220", "220"), ("?cote=320", "320"), ("", "320"), ("?cote=5000", "320")] {
            let seen = awa.get(&format!("/console/carte/{line}/quartiers.svg{asked}")).await;
            assert_eq!(seen.headers["content-type"], "image/svg+xml; charset=utf-8");
            assert!(seen.body.starts_with(&format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="{side}""#)));
            assert!(seen.body.contains(">Mosson</text>") && !seen.body.contains("<script"), "{}", seen.body);
            let policy = seen.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        }
        let elsewhere = signed_in(&service, "Luc", &[Role::Agent], &[]).await;
        let seen = elsewhere.get(&format!("/console/carte/{line}/quartiers.svg")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "the line is not his");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_browser_a_click_places_and_a_key_press_says_what_to_do() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    for (width, dark, side, name, reference) in [
        (None, false, 320.0, "large", "777001"),
        (Some(320), false, 220.0, "etroit", "777002"),
        (None, true, 320.0, "nuit", "777003"),
    ] {
        let id = desk.request_on(desk.line, reference).await;
        // By day without a script; the driver does not show a telephone without one.
        let look = Look { width, dark, without_script: name == "large" };
        let page = seat.sits(&awa, &format!("/console/demandes/{id}"), look).await;
        let button = format!(".side-{side} input");
        // Mosson is at the left of the drawing, a little above its middle; Port Marianne at the right, below it.
        page.click_beside(&button, side * -0.36, side * -0.08).await;
        page.shows("Mosson, placé sur la carte").await;
        page.picture(&format!("place-{name}")).await;
        page.click_beside(&button, side * 0.36, side * 0.1).await;
        page.shows("Port Marianne, placé sur la carte").await;
        // What a screen reader presses, and what a key presses.
        page.click(&button).await;
        page.shows("au clavier, choisissez le quartier dans la liste").await;
        page.picture(&format!("place-{name}-refus")).await;
        page.goes(&format!("{}/console/demandes/{id}", seat.address)).await;
        page.press(&button, "\u{e007}").await;
        page.shows("au clavier, choisissez le quartier dans la liste").await;
        page.choose("#quartier", "Centre").await;
        page.picture(&format!("place-{name}-liste")).await;
        page.click("button[name=placer]").await;
        page.shows("Centre, placé sur la carte").await;
        // The key that ends a line of text saves the street, and not a point of the map.
        page.write("#rue", "12 rue de la Loge").await;
        page.press("#rue", "\u{e007}").await;
        page.shows("12 rue de la Loge, 34000").await;
        page.shows("Centre, placé sur la carte").await;
        if !look.without_script {
            // Alone, the drawing has its style too: our headers allow that one.
            page.goes(&format!("{}/console/carte/{}/quartiers.svg", seat.address, desk.line)).await;
            let drawn = "return getComputedStyle(document.querySelector('text')).fontSize";
            assert_eq!(page.ask(drawn).await, "12px");
        }
        page.close().await;
        seat.service.clock.advance(std::time::Duration::from_secs(30));
    }
}
