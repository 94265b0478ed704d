//! The real program, started while its database is down.

use std::fs::File;
use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::Duration;

use ligne_solidaire::db;
use ligne_solidaire::simulator::exchange::Exchange;
use ligne_solidaire::simulator::transport::HttpTransport;
use tempfile::TempDir;
use tokio::time::{interval, timeout};

use super::{FAILURES, MARCEL, NOTED, ODETTE, rings_in_vain, setup};
use crate::support::dump::dump;
use crate::support::service::{ACCOUNT, LINE, PUBLIC, TOKEN};
use crate::support::shopping::words;
use crate::support::test_db::{TestDb, number};
use crate::support::wire::{Line, Wire};

/// What it writes about itself.
const JOURNAL: &str = "journal.txt";
/// Longer than this, and it will never come.
const DEADLINE: Duration = Duration::from_mins(1);

/// The running program; it ends with this value.
struct Program {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Program {
    fn serve(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let journal = File::create(folder.path().join(JOURNAL)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_ligne-solidaire"))
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .env("LIGNE_LISTEN", free.to_string())
            .env("LIGNE_PUBLIC_URL", PUBLIC)
            .env("LIGNE_DATABASE_URL", database)
            .env("LIGNE_PROVIDER_ACCOUNT", ACCOUNT)
            .env("LIGNE_PROVIDER_TOKEN", TOKEN)
            .env("LIGNE_PROVIDER_API", "http://127.0.0.1:9")
            .env("LIGNE_NUMBER", LINE)
            .stdout(journal.try_clone().unwrap())
            .stderr(journal)
            .spawn()
            .unwrap();
        Self { child, address: format!("http://{free}"), folder }
    }

    /// Whether it wrote that about itself.
    fn says(&self, words: &str) -> bool {
        std::fs::read_to_string(self.folder.path().join(JOURNAL)).unwrap().contains(words)
    }

    /// What a page of its health says; nothing while it does not listen.
    async fn health(&self, page: &str) -> Option<u16> {
        let answer = reqwest::get(format!("{}/health/{page}", self.address)).await.ok()?;
        Some(answer.status().as_u16())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn until(what: &str, is: impl AsyncFn() -> bool) {
    let mut looks = interval(Duration::from_millis(100));
    let waiting = async {
        while !is().await {
            looks.tick().await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("{what}: never"));
}

#[tokio::test]
async fn a_service_started_without_its_database_apologises_and_is_ready_once_it_is_there() {
    for wire in [Wire::Silent, Wire::Refused] {
        let Some(base) = TestDb::postgres().await else { return };
        let line = Line::to(&base.url, wire).await;
        let program = Program::serve(&line.url);
        let address = program.address.parse().unwrap();
        let transport = HttpTransport::new(Some(address)).unwrap();
        let exchange = Exchange::new(setup().exchange, transport);
        until("alive", async || program.health("live").await == Some(200)).await;
        rings_in_vain(&exchange, ODETTE, NOTED).await;
        assert_eq!(program.health("ready").await, Some(503), "{wire:?}");
        line.becomes(Wire::Whole).await;
        until("ready", async || program.health("ready").await == Some(200)).await;
        let leg = exchange.call(MARCEL, LINE).await.unwrap();
        assert!(words(&exchange, leg).contains("Bonjour"), "{}", words(&exchange, leg));
        until("called back", async || number(&base.db, FAILURES).await == 1).await;
        line.becomes(Wire::Silent).await;
        until("not ready", async || program.health("ready").await == Some(503)).await;
        rings_in_vain(&exchange, ODETTE, NOTED).await;
    }
}

#[tokio::test]
async fn a_service_started_without_its_database_never_writes_to_one_of_another_key() {
    let Some(base) = TestDb::postgres().await else { return };
    db::check_key(&base.db, "l'empreinte d'une autre clé".to_owned()).await.unwrap();
    let before = dump(&base.db).await;
    let line = Line::to(&base.url, Wire::Cut).await;
    let program = Program::serve(&line.url);
    let transport = HttpTransport::new(Some(program.address.parse().unwrap())).unwrap();
    let exchange = Exchange::new(setup().exchange, transport);
    until("alive", async || program.health("live").await == Some(200)).await;
    rings_in_vain(&exchange, ODETTE, NOTED).await;
    line.becomes(Wire::Whole).await;
    until("the key is looked at", async || program.says("la clé de chiffrement n'est pas celle de cette base")).await;
    // Its notes could not be read with the right key: nobody hears « noté » from it any more.
    until("it ends", async || program.health("live").await.is_none()).await;
    assert_eq!(dump(&base.db).await, before);
}
