//! One process of the service: the built binary with its settings in the environment, started, killed, asked to stop.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rand::RngExt;
use tokio::time::{Instant, interval};
use url::Url;

use crate::support::service::{ACCOUNT, LINE, PUBLIC, TOKEN};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ligne-solidaire");
/// A machine that is busy may take this long to start a process; one that takes longer never will.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that lives at most as long as this value.
pub(super) struct Instance {
    /// Where it listens.
    pub(super) door: Url,
    variables: Vec<(&'static str, String)>,
    journal: PathBuf,
    process: Child,
}

impl Instance {
    /// Starts `serve` on that database; gives it back once it listens. Instances of one folder share their key.
    pub(super) async fn start(folder: &Path, place: usize, database: &str, failpoints: &str) -> Self {
        let (listen, journal) = (free_port(), folder.join(format!("journal-{place}")));
        let path = |name: &str| folder.join(name).display().to_string();
        let variables = vec![
            ("LIGNE_LISTEN", listen.to_string()),
            ("LIGNE_PUBLIC_URL", PUBLIC.to_owned()),
            ("LIGNE_DATABASE_URL", database.to_owned()),
            ("LIGNE_PROVIDER_ACCOUNT", ACCOUNT.to_owned()),
            ("LIGNE_PROVIDER_TOKEN", TOKEN.to_owned()),
            // Nobody listens there: recordings and messages are tried again, as when the provider is down.
            ("LIGNE_PROVIDER_API", "http://127.0.0.1:9".to_owned()),
            ("LIGNE_NUMBER", LINE.to_owned()),
            ("LIGNE_KEY_FILE", path("ligne.cle")),
            ("LIGNE_DATA_DIR", path(&format!("donnees-{place}"))),
            ("LIGNE_LOG", "warn".to_owned()),
        ];
        let process = spawn(&variables, &journal, failpoints);
        let door = Url::parse(&format!("http://{listen}")).unwrap();
        let mut instance = Self { door, variables, journal, process };
        instance.listens().await;
        instance
    }

    /// SIGKILL; the process is gone when this returns.
    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// The same instance, after its end.
    pub(super) async fn start_again(&mut self, failpoints: &str) {
        self.process = spawn(&self.variables, &self.journal, failpoints);
        self.listens().await;
    }

    /// SIGTERM; gives the exit code once the process has ended by itself.
    pub(super) async fn terminate(&mut self) -> Option<i32> {
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.process.id())]).status().unwrap();
        assert!(sent.success());
        let mut ended = None;
        until("the process ends by itself", Duration::from_secs(15), || {
            ended = self.process.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        ended.unwrap().code()
    }

    /// Another command with the same settings; gives what it prints.
    pub(super) fn run(&self, arguments: &[&str]) -> String {
        let output = command(&self.variables).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    async fn listens(&mut self) {
        let address = self.door.socket_addrs(|| None).unwrap()[0];
        until("the service listens", PATIENCE, || {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "{}", std::fs::read_to_string(&self.journal).unwrap());
            TcpStream::connect(address).is_ok()
        })
        .await;
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn spawn(variables: &[(&'static str, String)], journal: &Path, failpoints: &str) -> Child {
    let journal = File::options().create(true).append(true).open(journal).unwrap();
    let mut serve = command(variables);
    serve.arg("serve").env("FAILPOINTS", failpoints).stdin(Stdio::null()).stdout(Stdio::null()).stderr(journal);
    serve.spawn().unwrap()
}

fn command(variables: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

/// Below those that the system gives to clients, so that nobody takes it while the process is down.
fn free_port() -> SocketAddr {
    loop {
        let address = SocketAddr::from(([127, 0, 0, 1], rand::rng().random_range(12_000..19_000)));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Waits for something that must come.
pub(super) async fn until(what: &str, patience: Duration, mut is: impl FnMut() -> bool) {
    let (begun, mut looks) = (Instant::now(), interval(Duration::from_millis(5)));
    while !is() {
        assert!(begun.elapsed() < patience, "{what}: not within {patience:?}");
        looks.tick().await;
    }
}
