//! The telephone page in a real browser: Chromium without a window, driven by chromedriver.
//!
//! [`Page`] drives the page of whatever service is served to it, so that the same calls are made on a small line here and
//! on the real service. `LIGNE_SCREENSHOTS=DIR` keeps a picture of each step, to be looked at.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use axum::Router;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use ligne_solidaire::simulator::page::{self, Caller, Demo};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::simulator::{LINE, exchange};
use crate::support::service::{self, Service};
use crate::support::test_db::{TestDb, number};

const DRIVER: &str = "/usr/bin/chromedriver";
const BROWSER: &str = "/usr/bin/chromium";
const MISSING: &str =
    "the telephone page is tested in a real browser: install the packages chromium and chromium-driver";

/// How the browser stands before the page.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    /// The width of the window in pixels; 1280 unless said.
    pub(crate) width: Option<u32>,
    pub(crate) dark: bool,
}

/// A browser that shows the telephone page of a service.
pub(crate) struct Page {
    client: Client,
    driver: Child,
    pictures: Option<PathBuf>,
    _profile: TempDir,
}

impl Page {
    /// Serves `service` on a free port and opens its telephone page; `query` is `silencieux=1` and the like.
    pub(crate) async fn open(service: Router, query: &str, look: Look) -> Self {
        let address = serve(service).await;
        let (driver, port) = start_driver();
        let profile = TempDir::new().unwrap();
        let session = capabilities(profile.path(), look);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(session.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect(MISSING);
        client.goto(&format!("http://{address}/demo?{query}")).await.unwrap();
        let pictures = std::env::var_os("LIGNE_SCREENSHOTS").map(PathBuf::from);
        let page = Self { client, driver, pictures, _profile: profile };
        page.until("#appelant option", "Odette").await;
        page
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types on the keyboard, wherever the focus is.
    pub(crate) async fn keyboard(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Waits until some element shows `text`, as the page changes; the driver gives up after a while.
    pub(crate) async fn until(&self, css: &str, text: &str) {
        let watch = "
            const [css, text, done] = arguments;
            const there = () => [...document.querySelectorAll(css)].some((element) => element.textContent.includes(text));
            const check = () => { if (there()) { observer.disconnect(); done(true); } };
            const observer = new MutationObserver(check);
            observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
            check();";
        if let Err(error) = self.client.execute_async(watch, vec![json!(css), json!(text)]).await {
            panic!("{css} never showed « {text} » ({error}). The page:\n{}", self.text("body").await);
        }
    }

    /// Waits for a question of the line.
    async fn asked(&self, question: &str) {
        self.until("#journal li", question).await;
        self.until("#etat", "À vous").await;
    }

    /// Waits for the beep and speaks, by typing where there is no microphone.
    async fn says(&self, question: &str, words: &str) {
        self.until("#journal li", question).await;
        self.until("#micro", "Pas de micro").await;
        self.keyboard(words).await;
        self.click("#fini").await;
        self.until("#journal li", words).await;
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        self.client.find(Locator::Css(css)).await.unwrap().text().await.unwrap()
    }

    /// What a script in the page returns.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = &self.pictures {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
        }
    }

    /// Ends the test of the page: nothing went wrong behind it.
    pub(crate) async fn close(mut self) {
        let faults =
            self.ask("return [...document.querySelectorAll('.fault')].map((fault) => fault.textContent)").await;
        assert_eq!(faults, json!([]));
        let closed = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        closed.unwrap();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // After a failed assertion too: no browser is left behind.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

async fn serve(service: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Starts chromedriver on a port of its choice, which it prints.
fn start_driver() -> (Child, u16) {
    assert!(Path::new(DRIVER).exists() && Path::new(BROWSER).exists(), "{MISSING}");
    let driver = Command::new(DRIVER).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut driver = driver.unwrap_or_else(|error| panic!("{MISSING} ({error})"));
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines
        .filter_map(|line| line.split_once("started successfully on port ").map(|(_, port)| port.to_owned()))
        .find_map(|port| port.trim_end_matches('.').parse().ok());
    (driver, port.expect("chromedriver tells its port"))
}

fn capabilities(profile: &Path, look: Look) -> Value {
    let mut arguments = vec![
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--window-size=1280,900".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
    if look.dark {
        arguments.push("--force-dark-mode".to_owned());
    }
    let mut options = json!({ "binary": BROWSER, "args": arguments });
    if let Some(width) = look.width {
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": 720, "pixelRatio": 2 } });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options })
}

/// The small line of the exchange's tests, with the telephone page beside it.
fn tiny_demo() -> Router {
    let (exchange, _) = exchange(|_| {});
    let odette = Caller { name: "Odette".to_owned(), number: "04 65 71 00 01".to_owned() };
    page::router(Demo {
        exchange,
        line: LINE.to_owned(),
        name: "Ligne d'entraide de Montrelais".to_owned(),
        callers: vec![odette],
    })
}

/// The real service on its database, with the telephone page beside it.
fn real_demo(real: &Service) -> Router {
    page::router(Demo {
        exchange: real.exchange.clone(),
        line: service::LINE.to_owned(),
        name: "Ligne d'entraide de Montpellier".to_owned(),
        callers: vec![Caller { name: "Odette".to_owned(), number: "04 65 71 00 01".to_owned() }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shopping_is_asked_for_on_the_page_by_keys_from_ring_to_goodbye() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let page = Page::open(real_demo(&service), "silencieux=1", Look::default()).await;
    page.picture("1-accueil").await;
    page.click("#appeler").await;
    for (question, key) in [
        ("Pour des courses, tapez 1.", "1"),
        ("Pour vous, tapez 1.", "1"),
        ("Nourriture, tapez 1.", "1"),
        ("Avez-vous à manger", "1"),
        ("Pour aujourd'hui, tapez 1.", "2"),
    ] {
        page.asked(question).await;
        page.click(&format!("#clavier [data-key='{key}']")).await;
    }
    page.picture("2-menu").await;
    page.says("dites ce qu'il vous faut", "Du lait, du pain et des pommes.").await;
    page.picture("3-message").await;
    page.asked("Tapez votre code postal").await;
    page.keyboard("34000").await;
    page.says("dites votre adresse", "Douze, rue de la Loge").await;
    page.says("dites votre prénom et votre nom", "Odette Martin").await;
    for question in ["Vous rappeler au", "Un seul voisin recevra", "Je résume : Des courses"] {
        page.asked(question).await;
        page.keyboard("1").await;
    }
    page.until("#journal li", "C'est enregistré. Demande numéro").await;
    page.until("#journal li", "Au revoir, vous pouvez raccrocher.").await;
    page.until("#etat", "Appel terminé").await;
    page.picture("4-fin").await;
    assert_eq!(number(&base.db, "select count(*) from requests where category = 'courses'").await, 1);
    assert_eq!(page.ask("return document.getElementById('raccrocher').disabled").await, json!(true));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_reached_by_the_keyboard_alone() {
    let page = Page::open(tiny_demo(), "silencieux=1", Look { width: None, dark: true }).await;
    page.click("#appeler").await;
    page.until("#etat", "À vous : une touche").await;
    page.keyboard("0").await;
    page.until(".card [role=status]", "Ce téléphone sonne").await;
    page.picture("5-sonnerie-sombre").await;
    page.ask("document.querySelector('.card .take').focus()").await;
    page.keyboard("\u{e007}").await; // Enter
    page.until(".card li", "Pour le prendre, tapez 1").await;
    page.ask("document.querySelector('.mini [data-key=\"1\"]').focus()").await;
    page.keyboard("\u{e00d}").await; // space
    page.until("#journal li", "Vous êtes en communication avec le bureau 1.").await;
    page.until("#etat", "En communication").await;
    page.picture("6-communication-sombre").await;
    page.click("#raccourcis").await;
    page.keyboard("\u{e00c}").await; // Escape, turned off
    page.click("#raccourcis").await;
    assert_eq!(page.text("#etat").await, "En communication", "Escape does nothing when it is turned off");
    page.keyboard("\u{e00c}").await;
    page.until("#journal li", "Vous avez raccroché.").await;
    page.until(".card [role=status]", "Raccroché").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_hears_the_line_again_on_a_small_telephone() {
    let look = Look { width: Some(320), dark: false };
    let page = Page::open(tiny_demo(), "silencieux=1&patience=0.05", look).await;
    page.picture("7-etroit").await;
    page.ask("document.getElementById('appelant').value = 'masqué'").await;
    page.click("#appeler").await;
    page.until("#journal li", "un numéro masqué").await;
    page.until("#journal li", "Prenez votre temps.").await;
    page.click("#raccrocher").await;
    page.until("#etat", "Appel terminé").await;
    page.picture("8-etroit-fin").await;
    let widest = page.ask("return document.documentElement.scrollWidth").await;
    assert!(widest.as_u64().unwrap() <= 320, "the page is {widest} pixels wide");
    page.close().await;
}
