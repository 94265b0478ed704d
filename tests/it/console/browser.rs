//! The console in a real browser, as those who work there use it.

mod back_by_click;
mod files;
mod instances;
mod merging;
mod queue;
mod session;

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::middleware::map_response;
use axum::response::Response;
use ligne_solidaire::operators::Role;
use tokio::net::TcpListener;

use crate::support::browser::lines;
use crate::support::chromium::{Look, Page, serve_on};
use crate::support::people::{PASSWORD, Person, TownHall};
use crate::support::service::{Service, Setup};
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
        Self::of(DISTRICTS).await
    }

    /// The service of a line with those settings.
    pub(crate) async fn of(line: &str) -> Self {
        Self::serving(line, |router| router).await
    }

    /// Its pages come without their Content-Security-Policy.
    pub(crate) async fn without_policy() -> Self {
        let strip = async |mut response: Response| {
            response.headers_mut().remove(CONTENT_SECURITY_POLICY);
            response
        };
        Self::serving(DISTRICTS, |router| router.layer(map_response(strip))).await
    }

    async fn serving(line: &str, changed: impl FnOnce(Router) -> Router) -> Self {
        let base = TestDb::sqlite().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let setup = Setup { line: line.to_owned(), ..Setup::at(&address) };
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
        signs_in(page, &self.hall, who).await;
    }
}

/// Fills in the page to sign in, with the code that her telephone shows.
async fn signs_in(page: &Page, hall: &TownHall, who: &Person) {
    page.shows("Code à six chiffres").await;
    page.write("#identifiant", &who.login).await;
    page.write("#mot_de_passe", PASSWORD).await;
    page.write("#code", &hall.code(&who.telephone)).await;
    page.click("button.main").await;
    page.shows("Se déconnecter").await;
}
