//! Two instances on one `PostgreSQL`: the call comes in on one, the page is open on the other; what is lost comes back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, Uri};
use ligne_solidaire::db::{Db, Options};
use ligne_solidaire::http::server::{self, Limits};
use ligne_solidaire::operators::Role;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::signs_in;
use crate::support::browser::lines;
use crate::support::chromium::{Look, Page};
use crate::support::people::TownHall;
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::TestDb;
use crate::support::wire::{Line, Wire};

/// The word of a page that follows what happens.
const FOLLOWS: &str = "Cette liste se met à jour toute seule";
/// The word of a page that does not.
const LOST: &str = "La connexion est perdue";

/// An instance that listens, until it is stopped.
struct Listening {
    service: Service,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<server::Stopped>,
}

impl Listening {
    fn on(listener: TcpListener, service: Service) -> Self {
        let (stop, asked) = oneshot::channel::<()>();
        let serving = server::serve(listener, service.router.clone(), Limits::default(), async { drop(asked.await) });
        Self { ended: tokio::spawn(serving), service, stop }
    }

    /// What the process does when it is asked to stop.
    async fn stops(self) -> Service {
        self.service.app.stopping.send_replace(true);
        self.stop.send(()).unwrap();
        assert_eq!(self.ended.await.unwrap().cut, 0, "a stream outlived the stop");
        self.service
    }
}

/// A proxy whose service is away: it answers with an error in its place.
struct Away {
    asked: Arc<Notify>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<server::Stopped>,
}

impl Away {
    fn at(listener: TcpListener) -> Self {
        let (stop, stopping) = oneshot::channel::<()>();
        let asked = Arc::new(Notify::new());
        let heard = asked.clone();
        let router = Router::new().fallback(async move |uri: Uri| {
            if uri.path() == "/console/flux" {
                heard.notify_one();
            }
            StatusCode::BAD_GATEWAY
        });
        let serving = server::serve(listener, router, Limits::default(), async { drop(stopping.await) });
        Self { asked, stop, ended: tokio::spawn(serving) }
    }

    /// Ready once the page asked it for a stream.
    async fn was_asked(&self) {
        self.asked.notified().await;
    }

    async fn leaves(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap();
    }
}

/// The instance that hears calls, and the page of the other one at which Awa looks.
struct Two {
    calls: Service,
    address: String,
    setup: Setup,
    page: Page,
    wire: Line,
    _base: TestDb,
}

impl Two {
    /// Awa's queue is open, and nothing waits; nothing where there is no server.
    async fn ready() -> Option<(Self, Listening)> {
        let base = TestDb::postgres().await?;
        let wire = Line::to(&base.url, Wire::Whole).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let setup = Setup::at(&address);
        let calls = Service::with(&base, &setup).await;
        let setup = Setup { seed: 8, ..setup };
        let desk = Listening::on(listener, calls.beside(door(&wire).await, &setup).await);
        shares_time(&calls, &desk.service);
        let hall = TownHall::of(&desk.service);
        let awa = hall.person("awa", &[Role::Agent], &lines(&desk.service)).await;
        let page = Page::at(&format!("{address}/console/file"), Look::default()).await;
        signs_in(&page, &hall, &awa).await;
        page.until("#direct", FOLLOWS).await;
        Some((Self { calls, address, setup, page, wire, _base: base }, desk))
    }

    /// Somebody phones for shopping.
    async fn rings(&self, from: &str) {
        shopping::to_the_end(&self.calls.exchange, from, LINE).await;
    }

    /// Listens where the instance was.
    async fn listener(&self) -> TcpListener {
        TcpListener::bind(self.address.trim_start_matches("http://")).await.unwrap()
    }

    async fn rows(&self) -> i64 {
        self.page.ask("return document.querySelectorAll('[data-key]').length").await.as_i64().unwrap()
    }
}

/// A door to the database at the end of the wire, which soon says that it does not answer.
async fn door(wire: &Line) -> Db {
    let options = Options { patience: Duration::from_secs(5), ..Options::default() };
    let db = Db::open(&wire.url, options).await.unwrap();
    db.migrate().await.unwrap();
    db
}

/// What a call lasts passes for both.
fn shares_time(calls: &Service, desk: &Service) {
    let clocks = [Arc::clone(&calls.clock), Arc::clone(&desk.clock)];
    calls.exchange.tell_time(move |passed| clocks.iter().for_each(|clock| clock.advance(passed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_one_instance_appears_on_the_page_of_the_other_which_catches_up_after_a_stop() {
    let Some((two, desk)) = Two::ready().await else { return };
    two.rings("+33465710001").await;
    two.page.until("#direct", "Un rappel de plus vient d'arriver.").await;
    assert_eq!(two.rows().await, 1);
    two.page.picture("instances-arrive").await;
    let stopped = desk.stops().await;
    two.page.until("#direct", LOST).await;
    let away = Away::at(two.listener().await);
    away.was_asked().await;
    two.page.picture("instances-perdue").await;
    two.rings("+33465710002").await;
    assert_eq!(two.rows().await, 1, "nobody tells her");
    away.leaves().await;
    let again = stopped.restarted(door(&two.wire).await, &Setup { seed: 9, ..two.setup.clone() }).await;
    again.clock.set(two.calls.app.board.clock.now());
    shares_time(&two.calls, &again);
    let _desk = Listening::on(two.listener().await, again);
    two.page.until("#direct", "Un rappel de plus vient d'arriver.").await;
    assert_eq!(two.rows().await, 2);
    two.page.picture("instances-rattrape").await;
    two.rings("+33465710003").await;
    two.page.until(".counts", "3").await;
    two.page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_whose_instance_lost_its_database_says_so_and_catches_up() {
    let Some((two, _desk)) = Two::ready().await else { return };
    two.rings("+33465710001").await;
    two.page.until("[data-key]", "Des courses").await;
    two.wire.becomes(Wire::Cut).await;
    two.page.until("#direct", LOST).await;
    two.rings("+33465710002").await;
    assert_eq!(two.rows().await, 1);
    two.wire.becomes(Wire::Whole).await;
    two.page.until("#direct", "Un rappel de plus vient d'arriver.").await;
    assert_eq!(two.rows().await, 2);
    assert_eq!(two.page.ask("return document.querySelectorAll('.lost').length").await, 0);
    two.page.close().await;
}
