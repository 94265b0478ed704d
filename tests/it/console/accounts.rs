//! The pages of accounts.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;
use uuid::Uuid;

use crate::support::browser::{Browser, Seen, lines, signed_in};
use crate::support::desk::{Desk, Who};
use crate::support::people::{PASSWORD, TownHall};
use crate::support::service::{PUBLIC, Service};
use crate::support::test_db::{number, on_both};

const PATH: &str = "/console/comptes";

async fn administrator(service: &Service) -> Browser {
    signed_in(service, "Odile", &[Role::Administrator], &lines(service)).await
}

/// The form of somebody called Awa.
fn form<'a>(line: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("identifiant", "awa"), ("nom", "Awa Diop"), ("role", "agent"), ("langue", "fr"), ("ligne", line)];
    [&usual[..], more].concat()
}

/// Where the list leads for that name.
fn path_of(page: &Seen, name: &str) -> String {
    let before = page.body.split(&format!("\">{name}</a>")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().to_owned()
}

/// The link that a page shows.
fn link(page: &Seen) -> String {
    let address = page.body.split("<p class=\"secret\">").nth(1).unwrap_or_else(|| panic!("{}", page.body));
    address.split('<').next().unwrap().strip_prefix(PUBLIC).unwrap().to_owned()
}

#[tokio::test]
async fn an_account_is_opened_and_its_link_is_shown_once() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (odile, line) = (administrator(&service).await, lines(&service)[0].to_string());
        assert!(odile.get("/console/comptes/nouveau").await.body.contains("gère les comptes et la ligne"));
        let made = odile.post(PATH, &form(&line, &[("role", "superviseur"), ("telephone", "06 39 98 00 01")])).await;
        assert_eq!(made.status, StatusCode::OK);
        let given = link(&made);
        let list = odile.get(PATH).await;
        assert!(
            list.body.contains("agent, superviseur") && list.body.contains("invitation en attente"),
            "{}",
            list.body
        );
        let page = odile.get(&path_of(&list, "Awa Diop")).await;
        for seen in [&list, &page] {
            assert!(!seen.body.contains(&given), "shown once");
        }
        assert!(page.body.contains("value=\"06 39 98 00 01\""), "{}", page.body);
        let fields = [("mot_de_passe", PASSWORD), ("encore", PASSWORD)];
        assert_eq!(Browser::stranger(&service).post(&given, &fields).await.location(), "/console/second-facteur");
        assert!(odile.get(PATH).await.body.contains("téléphone à relier"));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_stays() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (odile, line) = (administrator(&service).await, lines(&service)[0].to_string());
        let foreign = Desk::on(&service).await.elsewhere.to_string();
        odile.post(PATH, &form(&line, &[])).await;
        let without = |name: &str| form(&line, &[]).into_iter().filter(|(known, _)| *known != name).collect::<Vec<_>>();
        let cases = [
            (form(&line, &[]), "déjà pris"),
            (without("nom"), "un nom a de 2 à 80"),
            (without("role"), "au moins un rôle"),
            (without("ligne"), "au moins un rôle et une ligne"),
            (without("identifiant"), "un identifiant a de 2 à 40"),
            (form(&foreign, &[]), "pas à vous"),
            (form(&line, &[("ligne", &foreign)]), "pas à vous"),
            (form(&line, &[("telephone", "0899700000")]), "ne peut pas être appelé"),
        ];
        for (fields, why) in cases {
            let refused = odile.post(PATH, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            let body = refused.body.to_lowercase();
            assert!(body.contains(why), "{why}: {body}");
            if why != "un nom a de 2 à 80" {
                assert!(refused.body.contains("value=\"Awa Diop\""), "{why}");
            }
            assert!(!refused.body.contains(&foreign), "of another line nothing is there");
        }
        assert_eq!(number(&base.db, "select count(*) from operators where name = 'Awa Diop'").await, 1);
        let odd = [("identifiant", "bob"), ("nom", "<b>Bob</b>"), ("role", "agent"), ("ligne", line.as_str())];
        assert_eq!(odile.post(PATH, &odd).await.status, StatusCode::OK);
        assert!(!odile.get(PATH).await.body.contains("<b>Bob"));
    })
    .await;
}

#[tokio::test]
async fn an_account_is_changed_closed_opened_again_and_given_a_new_link() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (odile, line) = (administrator(&service).await, lines(&service)[0].to_string());
        let hall = TownHall::of(&service);
        let awa = hall.person("awa", &[Role::Agent], &lines(&service)).await;
        let desk = Browser::with(&service, &hall.sign_in(&awa).await.token);
        let path = format!("{PATH}/{}", awa.id);
        let fields = [("nom", "Awa D."), ("role", "referent"), ("langue", "ar"), ("ligne", line.as_str())];
        assert_eq!(odile.post(&path, &fields).await.location(), "/console/comptes?dit=compte-change");
        let page = odile.get(&path).await;
        assert!(page.body.contains("Awa D.") && page.body.contains("value=\"referent\" checked"), "{}", page.body);
        assert!(desk.get("/console/compte").await.body.contains("référent bénévoles"), "at once");

        let given = link(&odile.post(&format!("{path}/lien"), &[]).await);
        assert_eq!(desk.get("/console/compte").await.status, StatusCode::OK, "until the link is used");
        assert_eq!(odile.post(&format!("{path}/fermer"), &[]).await.location(), "/console/comptes?dit=compte-ferme");
        assert_eq!(desk.get("/console/compte").await.status, StatusCode::SEE_OTHER);
        assert_eq!(Browser::stranger(&service).get(&given).await.status, StatusCode::GONE);
        assert_eq!(odile.post(&format!("{path}/lien"), &[]).await.status, StatusCode::NOT_FOUND);
        assert!(odile.get(&path).await.body.contains("Ce compte est fermé"));
        assert_eq!(odile.post(&format!("{path}/rouvrir"), &[]).await.location(), "/console/comptes?dit=compte-rouvert");
        let acts =
            "select count(*) from audit where actor = 'Odile' and action like 'operator.%' and line_id is not null";
        assert_eq!(number(&base.db, acts).await, 4);
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_cannot_shut_the_door_behind_her() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (hall, line) = (TownHall::of(&service), lines(&service)[0].to_string());
        let odile = hall.person("odile", &[Role::Administrator], &lines(&service)).await;
        let browser = Browser::with(&service, &hall.sign_in(&odile).await.token);
        let path = format!("{PATH}/{}", odile.id);
        let fields = [("nom", "Odile"), ("role", "agent"), ("ligne", line.as_str())];
        for refused in [browser.post(&path, &fields).await, browser.post(&format!("{path}/fermer"), &[]).await] {
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.body.contains("n&#39;aurait plus d&#39;administrateur"), "{}", refused.body);
        }
        assert_eq!(browser.get(PATH).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn whoever_shares_one_line_of_two_is_seen_and_not_touched() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let (odile, desk, line) = (administrator(&service).await, Desk::on(&service).await, lines(&service)[0]);
        let both = Who { name: "Luc Petit", roles: "agent", langs: "fr" };
        let luc: Uuid = desk.operator(&both, line).await;
        let elsewhere = desk.elsewhere;
        crate::support::desk::write(&desk.db, move |query| {
            query("insert into operator_lines (operator_id, line_id) values ($1, $2)")
                .bind(luc.to_string())
                .bind(elsewhere.to_string())
        })
        .await;
        desk.operator(&Who { name: "Eve Elle", roles: "agent", langs: "fr" }, elsewhere).await;
        let list = odile.get(PATH).await;
        assert!(list.body.contains("Luc Petit"), "{}", list.body);
        assert!(!list.body.contains(&format!("{PATH}/{luc}")) && !list.body.contains("Eve Elle"), "{}", list.body);
        for act in ["", "/fermer", "/rouvrir", "/lien"] {
            let path = format!("{PATH}/{luc}{act}");
            let fields = [("nom", "X Y"), ("role", "agent")];
            assert_eq!(odile.post(&path, &fields).await.status, StatusCode::NOT_FOUND, "{act}");
        }
    })
    .await;
}
