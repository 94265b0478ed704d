//! A real browser: Chromium without a window, driven by chromedriver.
//!
//! `LIGNE_SCREENSHOTS=DIR` keeps the pictures that tests take, to be looked at.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::timeout;

const DRIVER: &str = "/usr/bin/chromedriver";
const BROWSER: &str = "/usr/bin/chromium";
/// Pages that do not come in such a time never will.
const PATIENCE: Duration = Duration::from_secs(20);
const MISSING: &str = "pages are tested in a real browser: install the packages chromium and chromium-driver";

/// How the browser stands before the page.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    /// The width of the window in CSS pixels, each of which is two by two of the screen; 1280 unless said. 640 is what a page
    /// of 1280 has at 200 %.
    pub(crate) width: Option<u32>,
    pub(crate) dark: bool,
    /// Pages run no script.
    pub(crate) without_script: bool,
}

/// A browser that shows a page.
pub(crate) struct Page {
    client: Client,
    driver: Child,
    pictures: Option<PathBuf>,
    profile: TempDir,
}

impl Page {
    /// Opens an address.
    pub(crate) async fn at(url: &str, look: Look) -> Self {
        let (driver, port) = start_driver();
        let profile = TempDir::new().unwrap();
        let session = capabilities(profile.path(), look);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(session.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect(MISSING);
        client.goto(url).await.unwrap();
        let pictures = std::env::var_os("LIGNE_SCREENSHOTS").map(PathBuf::from);
        Self { client, driver, pictures, profile }
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Clicks so many pixels to the right of the middle of an element, and so many below it.
    pub(crate) async fn click_beside(&self, css: &str, x: f64, y: f64) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement { element, duration: None, x, y })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(press).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Presses a key while the focus is on an element.
    pub(crate) async fn press(&self, css: &str, key: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.send_keys(key).await.unwrap_or_else(|error| panic!("{css}: {error}"));
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

    /// Waits until the page shows `text` somewhere, with or without a script.
    pub(crate) async fn shows(&self, text: &str) {
        let xpath = format!("//*[contains(normalize-space(.), \"{text}\")]");
        if let Err(error) = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await {
            panic!("« {text} » was never shown ({error}). The page:\n{}", self.text("body").await);
        }
    }

    /// Waits for an element, also on the next page: a script that watches is lost when the page is left.
    pub(crate) async fn has(&self, css: &str) {
        if let Err(error) = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            panic!("{css} never came ({error}). The page:\n{}", self.text("body").await);
        }
    }

    /// Writes into a field, in the place of what was there.
    pub(crate) async fn write(&self, css: &str, text: &str) {
        let field = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses in a list.
    pub(crate) async fn choose(&self, css: &str, value: &str) {
        let list = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("{css} {value}: {error}"));
    }

    /// Presses the tabulator until the focus is on what is called so.
    pub(crate) async fn tab_to(&self, name: &str) {
        let focused = "
            const here = document.activeElement;
            const label = here.labels && here.labels.length ? here.labels[0].textContent : here.textContent;
            return label.trim();";
        for _ in 0..100 {
            self.keyboard("\u{e004}").await;
            if self.ask(focused).await.as_str().is_some_and(|label| label.starts_with(name)) {
                return;
            }
        }
        panic!("the tabulator never reached « {name} »");
    }

    /// The address that is shown.
    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Clicks on what is downloaded, and gives the file once the browser has the whole of it.
    pub(crate) async fn downloads(&self, css: &str, name: &str) -> Vec<u8> {
        self.click(css).await;
        let file = downloads(self.profile.path()).join(name);
        let arrived = async {
            // Under its own name it is whole. Each look costs a journey to the browser.
            while !file.exists() {
                self.client.current_url().await.unwrap();
            }
        };
        timeout(PATIENCE, arrived).await.unwrap_or_else(|_| panic!("{name} was never downloaded"));
        std::fs::read(file).unwrap()
    }

    /// Goes to an address.
    pub(crate) async fn goes(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        self.client.find(Locator::Css(css)).await.unwrap().text().await.unwrap()
    }

    /// What a script in the page returns.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// What a script in the page hands to its callback.
    pub(crate) async fn ask_async(&self, script: &str) -> Value {
        self.client.execute_async(script, Vec::new()).await.unwrap()
    }

    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = &self.pictures {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
        }
    }

    /// Ends the test of the page.
    pub(crate) async fn close(mut self) {
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

/// Serves on a free port of this machine.
pub(crate) async fn serve(service: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    serve_on(listener, service);
    address
}

/// Serves where something listens already.
pub(crate) fn serve_on(listener: TcpListener, service: Router) {
    tokio::spawn(async move { axum::serve(listener, service).await });
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

/// Where the browser of that profile puts what it downloads.
fn downloads(profile: &Path) -> PathBuf {
    profile.join("telechargements")
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
    if look.without_script {
        arguments.push("--blink-settings=scriptEnabled=false".to_owned());
    }
    let downloading = json!({ "download.default_directory": downloads(profile) });
    let mut options = json!({ "binary": BROWSER, "args": arguments, "prefs": downloading });
    if let Some(width) = look.width {
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": 720, "pixelRatio": 2 } });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options })
}
