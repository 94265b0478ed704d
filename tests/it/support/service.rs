//! The whole service in this process: real router, real database, a clock that stands still, an exchange of telephones.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use ligne_solidaire::app::App;
use ligne_solidaire::cli::compose::{self, Parts};
use ligne_solidaire::clock::{Clock, SetClock};
use ligne_solidaire::config::Config;
use ligne_solidaire::db::Db;
use ligne_solidaire::http;
use ligne_solidaire::id::Ids;
use ligne_solidaire::secret;
use ligne_solidaire::simulator::exchange::{Exchange, Settings};
use ligne_solidaire::simulator::provider::SimulatedProvider;
use ligne_solidaire::simulator::transport::{Answer, InProcess, Transport, TransportError};
use ligne_solidaire::worker;
use secrecy::SecretString;
use tempfile::TempDir;

use super::documents;
use super::ids::SeededIds;
use super::test_db::TestDb;

pub(crate) const PUBLIC: &str = "https://ligne.example.org";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "jeton-de-test";
pub(crate) const LINE: &str = "+33199001234";

/// A Tuesday at ten in Paris: the line is open.
pub(crate) const TUESDAY: &str = "2026-04-14T08:00:00Z";

/// How a service differs from an ordinary one.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The `[[line]]` of its settings, without its number.
    pub(crate) line: String,
    /// What its clock shows.
    pub(crate) now: String,
    /// A folder of voice-scripts instead of those inside the program.
    pub(crate) scripts: Option<String>,
    /// Where ids and request numbers come from.
    pub(crate) seed: u64,
    /// How the exchange behaves.
    pub(crate) exchange: Settings,
    /// Where ids come from, if not from the seed.
    pub(crate) ids: Option<Arc<dyn Ids>>,
    /// The address under which it is known.
    pub(crate) public: String,
    /// What stands in its settings before its line.
    pub(crate) settings: String,
}

impl Setup {
    /// A service that browsers and provider reach at that address.
    pub(crate) fn at(public: &str) -> Self {
        let exchange = Settings::new(public, ACCOUNT, TOKEN);
        Self { exchange, public: public.to_owned(), ..Self::default() }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            line: "town = \"Montpellier\"".to_owned(),
            now: TUESDAY.to_owned(),
            scripts: None,
            seed: 7,
            exchange: Settings::new(PUBLIC, ACCOUNT, TOKEN),
            ids: None,
            public: PUBLIC.to_owned(),
            settings: String::new(),
        }
    }
}

/// Leads to the service once it is composed.
#[derive(Clone, Default)]
struct Door(Arc<OnceLock<InProcess>>);

#[async_trait]
impl Transport for Door {
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError> {
        self.0.get().expect("the service is composed").post(url, signature, form).await
    }
}

/// A service that lives as long as this value.
pub(crate) struct Service {
    pub(crate) app: Arc<App>,
    pub(crate) router: Router,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) exchange: Exchange,
    folder: Arc<TempDir>,
}

impl Service {
    /// An ordinary service on that database.
    pub(crate) async fn on(base: &TestDb) -> Self {
        Self::with(base, &Setup::default()).await
    }

    /// A service that differs from an ordinary one.
    pub(crate) async fn with(base: &TestDb, setup: &Setup) -> Self {
        Self::behind(base.db.clone(), setup).await
    }

    /// A service on that door to a database.
    pub(crate) async fn behind(db: Db, setup: &Setup) -> Self {
        Self::instance(db, Arc::new(tempfile::tempdir().unwrap()), setup).await
    }

    /// The same service after a restart: same files, nothing in memory.
    pub(crate) async fn restarted(&self, db: Db, setup: &Setup) -> Self {
        Self::instance(db, self.folder.clone(), setup).await
    }

    /// Another instance on the same database, with the same key and files of its own.
    pub(crate) async fn beside(&self, db: Db, setup: &Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(self.folder().join("ligne.cle"), folder.path().join("ligne.cle")).unwrap();
        Self::instance(db, Arc::new(folder), setup).await
    }

    async fn instance(db: Db, folder: Arc<TempDir>, setup: &Setup) -> Self {
        let config = config(&folder, setup);
        let keyring = secret::load_or_create(&config.storage.key_file).unwrap();
        let clock = Arc::new(SetClock::new(setup.now.parse().unwrap()));
        let lines = compose::lines(&config, &db, &keyring).await.unwrap();
        compose::prepare(&db, &keyring, &lines, &*clock).await.unwrap();
        // The exchange calls the router, whose provider is the exchange: the router is handed over once it is there.
        let door = Door::default();
        let exchange = Exchange::new(setup.exchange.clone(), door.clone());
        let time = clock.clone();
        exchange.tell_time(move |passed| time.advance(passed));
        let time = clock.clone();
        exchange.tell_clock(move || time.now());
        let parts = Parts {
            clock: clock.clone() as Arc<dyn Clock>,
            ids: setup.ids.clone().unwrap_or_else(|| Arc::new(SeededIds::new(setup.seed))),
            provider: Arc::new(SimulatedProvider::new(exchange.clone())),
            account: setup.exchange.account.clone(),
            tokens: vec![SecretString::from(setup.exchange.token.clone())],
        };
        let app = compose::app(&config, db, keyring, lines, parts).unwrap();
        worker::renew(&app).await.unwrap();
        let router = http::router(app.clone());
        door.0.set(InProcess::new(router.clone())).ok();
        Self { app, router, clock, exchange, folder }
    }

    /// Does everything that is due: jobs, sweep, notes of the spool.
    pub(crate) async fn work(&self) {
        worker::tick(&self.app).await.unwrap();
        worker::work(&self.app).await.unwrap();
        self.exchange.settle().await.unwrap();
    }

    /// The folder of its files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// Every document of every test is checked, whatever the test is about.
impl Drop for Service {
    fn drop(&mut self) {
        for xml in self.exchange.documents() {
            match documents::check(&xml) {
                Err(why) if !std::thread::panicking() => panic!("{why}\n{xml}"),
                _ => {}
            }
        }
    }
}

fn config(folder: &TempDir, setup: &Setup) -> Config {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut env = BTreeMap::from([
        ("LIGNE_PUBLIC_URL".to_owned(), setup.public.clone()),
        ("LIGNE_DATABASE_URL".to_owned(), format!("sqlite://{}", path("inutile.db"))),
        ("LIGNE_KEY_FILE".to_owned(), path("ligne.cle")),
        ("LIGNE_DATA_DIR".to_owned(), path("donnees")),
    ]);
    if let Some(scripts) = &setup.scripts {
        env.insert("LIGNE_VOICE_SCRIPTS".to_owned(), scripts.clone());
    }
    let text = format!("{}\n[[line]]\nnumber = \"{LINE}\"\n{}\n", setup.settings, setup.line);
    Config::from_text(&text, "essai.toml", &env).unwrap()
}
