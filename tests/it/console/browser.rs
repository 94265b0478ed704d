//! The console in a real browser: what changes by itself, the main path by keyboard alone and without a script.

use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::middleware::map_response;
use axum::response::Response;
use ligne_solidaire::operators::Role;
use tokio::net::TcpListener;

use crate::support::browser::lines;
use crate::support::chromium::{Look, Page, serve_on};
use crate::support::desk::Desk;
use crate::support::people::{PASSWORD, Person, TownHall};
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::TestDb;

/// A town with districts.
pub(crate) const DISTRICTS: &str = "
town = \"Montpellier\"
[[line.district]]
name = \"Mosson\"
postal_codes = [\"34080\"]
lat = 43.62
lon = 3.82
[[line.district]]
name = \"Centre\"
postal_codes = [\"34000\"]
lat = 43.61
lon = 3.88
[[line.district]]
name = \"Port Marianne\"
postal_codes = [\"34090\"]
lat = 43.60
lon = 3.90
";

/// A service that a browser reaches, and the people who work there.
pub(crate) struct Seat {
    pub(crate) service: Service,
    pub(crate) address: String,
    pub(crate) hall: TownHall,
    _base: TestDb,
}

impl Seat {
    pub(crate) async fn ready() -> Self {
        Self::serving(|router| router).await
    }

    /// Its pages come without their Content-Security-Policy.
    pub(crate) async fn without_policy() -> Self {
        let strip = async |mut response: Response| {
            response.headers_mut().remove(CONTENT_SECURITY_POLICY);
            response
        };
        Self::serving(|router| router.layer(map_response(strip))).await
    }

    async fn serving(changed: impl FnOnce(Router) -> Router) -> Self {
        let base = TestDb::sqlite().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let setup = Setup { line: DISTRICTS.to_owned(), ..Setup::at(&address) };
        let service = Service::with(&base, &setup).await;
        serve_on(listener, changed(service.router.clone()));
        let hall = TownHall { gate: service.app.gate.clone(), clock: service.clock.clone() };
        Self { service, address, hall, _base: base }
    }

    /// Somebody with an account.
    pub(crate) async fn who(&self, login: &str, roles: &[Role]) -> Person {
        self.hall.person(login, roles, &lines(&self.service)).await
    }

    /// A browser in which she signs in, at that address of the console.
    pub(crate) async fn sits(&self, who: &Person, path: &str, look: Look) -> Page {
        let page = Page::at(&format!("{}{path}", self.address), look).await;
        self.signs_in(&page, who).await;
        page
    }

    /// Fills in the page to sign in.
    pub(crate) async fn signs_in(&self, page: &Page, who: &Person) {
        page.shows("Code à six chiffres").await;
        page.write("#identifiant", &who.login).await;
        page.write("#mot_de_passe", PASSWORD).await;
        page.write("#code", &self.hall.code(&who.telephone)).await;
        page.click("button.main").await;
        page.shows("Se déconnecter").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_appears_on_the_open_queue_by_itself_and_the_focus_stays() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    let first = desk.something().await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.until("#direct", "Cette liste se met à jour toute seule").await;
    page.ask(&format!("document.getElementById('r-{first}').focus()")).await;
    page.picture("file-avant").await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    page.until(".items", "Des courses").await;
    page.until("#direct", "Un rappel de plus vient d'arriver.").await;
    assert_eq!(page.ask("return document.activeElement.id").await, format!("r-{first}"));
    page.picture("file-apres").await;
    // Paused, the list does not move.
    page.click("#pause").await;
    page.until("#direct", "En pause").await;
    desk.waits(&desk.item(0, 0, 15)).await;
    page.until("#direct", "la liste a changé depuis").await;
    assert_eq!(page.ask("return document.querySelectorAll('.danger').length").await, 0);
    page.click("#pause").await;
    page.until(".danger", "Une personne en danger attend").await;
    page.picture("file-danger").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_press_next_and_each_has_her_own() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    desk.something().await;
    desk.something().await;
    let (awa, luc) = (seat.who("awa", &[Role::Agent]).await, seat.who("luc", &[Role::Agent]).await);
    let one = seat.sits(&awa, "/console/file", Look::default()).await;
    let other = seat.sits(&luc, "/console/file", Look::default()).await;
    tokio::join!(one.click("button.big"), other.click("button.big"));
    one.shows("Ce rappel est à vous").await;
    other.shows("Ce rappel est à vous").await;
    let (mine, hers) = (one.url().await, other.url().await);
    assert_ne!(mine, hers);
    one.goes(&hers).await;
    one.shows("luc de la mairie, jusqu'à").await;
    one.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_script_an_agent_takes_a_callback_and_ends_it() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look { without_script: true, ..Look::default() }).await;
    page.click("button.big").await;
    page.shows("Ce rappel est à vous").await;
    page.picture("rappel").await;
    page.write("#note-fin", "Le voisin passe à 10 h.").await;
    page.choose("#issue", "RESOLU").await;
    page.click("#fait-1").await;
    page.click("#terminer ~ form button.main").await;
    page.shows("C'est enregistré : ce rappel est terminé.").await;
    page.shows("Rien n'attend").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_keyboard_alone_an_agent_takes_a_callback_and_ends_it() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.tab_to("Suivante").await;
    page.keyboard("\u{e007}").await;
    page.shows("Ce rappel est à vous").await;
    page.tab_to("Issue").await;
    page.keyboard("la personne a").await;
    page.tab_to("Note").await;
    page.keyboard("Fait.").await;
    page.tab_to("Enregistrer").await;
    page.keyboard("\u{e007}").await;
    page.shows("ce rappel est terminé").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_in_mid_note_loses_nothing() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.click("button.big").await;
    page.shows("Ce rappel est à vous").await;
    let text = "Elle a besoin de pain.\nElle rappelle jeudi.";
    page.write("#note-fin", text).await;
    page.choose("#issue", "RESOLU").await;
    seat.service.clock.advance(Duration::from_mins(61));
    page.click("#terminer ~ form button.main").await;
    page.shows("Se connecter").await;
    page.picture("session-finie").await;
    seat.signs_in(&page, &awa).await;
    page.shows("Ce que vous aviez écrit").await;
    assert_eq!(page.ask("return document.querySelector('textarea').value").await, text);
    page.picture("session-reprise").await;
    page.click("button.main").await;
    // The lease of a quarter of an hour is over too: the note is still there, and says why.
    page.shows("le quart d'heure est passé").await;
    assert_eq!(page.ask("return document.querySelector('textarea').value").await, text);
    page.close().await;
}
