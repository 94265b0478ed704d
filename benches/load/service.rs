//! The child: the service as `serve` composes it, on a free port, until the parent closes its standard input.

use std::collections::BTreeMap;
use std::io::{Read, Write, stdin, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};
use ligne_solidaire::app::App;
use ligne_solidaire::cli::compose::{self, Parts};
use ligne_solidaire::clock::SystemClock;
use ligne_solidaire::config::Config;
use ligne_solidaire::db::{Db, DbError, Kind, Options};
use ligne_solidaire::http;
use ligne_solidaire::http::server::{self, Limits};
use ligne_solidaire::id::RandomIds;
use ligne_solidaire::secret;
use ligne_solidaire::telephony::provider::{
    Capabilities, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};
use ligne_solidaire::worker;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::call::{ACCOUNT, LINE, PUBLIC, TOKEN};
use super::desk;

/// The word that starts a child under load.
pub(crate) const LOADED: &str = "service-under-load";
/// The word that starts a child whose statements are counted.
pub(crate) const COUNTED: &str = "service-whose-statements-count";
/// The word that starts a child whose desk has much to do.
pub(crate) const BUSY: &str = "service-with-a-busy-desk";
/// The route to compare with.
pub(crate) const BARE: &str = "/bench/ok";
/// Statements since the start.
pub(crate) const STATEMENTS: &str = "/bench/statements";
/// Where the latest call stood at each of its turns, a line each.
pub(crate) const STEPS: &str = "/bench/steps";
/// The version of the database.
pub(crate) const VERSION: &str = "/bench/version";

/// How long the provider takes for anything; an adapter over the internet is not faster.
const FAR_AWAY: Duration = Duration::from_millis(100);

const LATEST_STEPS: &str = "select step from turns where call_id = (select max(id) from calls) order by turn";

static COUNT: AtomicU64 = AtomicU64::new(0);

/// What a child is started for, by the word that starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Loaded,
    Counted,
    Busy,
}

impl Purpose {
    /// Which one that word means.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            LOADED => Some(Self::Loaded),
            COUNTED => Some(Self::Counted),
            BUSY => Some(Self::Busy),
            _ => None,
        }
    }
}

/// Serves until standard input ends.
pub(crate) fn run(purpose: Purpose, database: &str, folder: &str) -> anyhow::Result<()> {
    if purpose == Purpose::Counted {
        tracing_subscriber::registry().with(Counter).try_init()?;
    } else {
        ligne_solidaire::telemetry::init()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(purpose, database, folder))
}

async fn serve(purpose: Purpose, database: &str, folder: &str) -> anyhow::Result<()> {
    let counted = purpose == Purpose::Counted;
    let app = compose(database, folder, counted).await?;
    if purpose == Purpose::Busy {
        desk::town::fill(&app).await?;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(stdout(), "{}", listener.local_addr()?)?;
    let (stop, stopping) = watch::channel(false);
    // The worker of `serve` runs beside the load; it would only blur the count.
    let working = (!counted).then(|| tokio::spawn(worker::run(app.clone(), stopping, Limits::default().grace)));
    let router = with_figures(http::router(app.clone()), app.board.db.clone());
    server::serve(listener, router, Limits::default(), input_ends()).await;
    stop.send_replace(true);
    if let Some(working) = working {
        working.await?;
    }
    app.board.db.close().await;
    Ok(())
}

async fn input_ends() {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        drop(stdin().read_to_end(&mut Vec::new()));
        tell.send(()).ok();
    });
    drop(told.await);
}

fn with_figures(router: Router, db: Db) -> Router {
    let version = match db.kind() {
        Kind::Sqlite => "select sqlite_version()",
        Kind::Postgres => "select current_setting('server_version')",
    };
    router
        .route(BARE, get(async || "ok"))
        .route(STATEMENTS, get(async || COUNT.load(Ordering::SeqCst).to_string()))
        .route(STEPS, column(db.clone(), LATEST_STEPS))
        .route(VERSION, column(db, version))
}

/// A page of one column, a line each row.
fn column(db: Db, select: &'static str) -> MethodRouter {
    get(async move || {
        let rows = db.read(move |tx| {
            Box::pin(async move { Ok::<_, DbError>(sqlx::query_scalar(select).fetch_all(tx.conn()).await?) })
        });
        let rows: Result<Vec<String>, DbError> = rows.await;
        rows.map(|rows| rows.join("\n")).map_err(|cause| (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()))
    })
}

async fn compose(database: &str, folder: &str, counted: bool) -> anyhow::Result<Arc<App>> {
    let env = BTreeMap::from([
        ("LIGNE_PUBLIC_URL".to_owned(), PUBLIC.to_owned()),
        ("LIGNE_DATABASE_URL".to_owned(), database.to_owned()),
        ("LIGNE_KEY_FILE".to_owned(), format!("{folder}/ligne.cle")),
        ("LIGNE_DATA_DIR".to_owned(), format!("{folder}/donnees")),
    ]);
    let line = format!("[[line]]\nnumber = \"{LINE}\"\ntown = \"Valmarin\"\nhours = \"24/7\"\n");
    let config = Config::from_text(&line, "bench.toml", &env)?;
    let keyring = secret::load_or_create(&config.storage.key_file)?;
    let db = Db::open(database, Options { log_statements: counted, ..Options::default() }).await?;
    let lines = compose::lines(&config, &db, &keyring).await?;
    compose::prepare(&db, &keyring, &lines, &SystemClock).await?;
    let parts = Parts {
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds::from_entropy()),
        provider: Arc::new(Patient),
        account: ACCOUNT.to_owned(),
        tokens: vec![SecretString::from(TOKEN)],
    };
    compose::app(&config, db, keyring, lines, parts)
}

/// A provider that does everything that it is asked, after a while.
struct Patient;

#[async_trait]
impl Provider for Patient {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            number_url: true,
            record_keys: true,
            recording_ids: true,
            two_way_sms: false,
            speech: false,
            delete_recordings: true,
            ssml: true,
            lists_messages: false,
        }
    }

    async fn send_sms(&self, _: &OutgoingMessage) -> Result<Sent, ProviderError> {
        Err(ProviderError::never("no text leaves a benchmark"))
    }

    async fn start_call(&self, _: &OutgoingCall) -> Result<Sent, ProviderError> {
        Err(ProviderError::never("no call leaves a benchmark"))
    }

    async fn fetch_recording(&self, _: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        sleep_until(Instant::now() + FAR_AWAY).await;
        Ok(vec![0; 96_000]) // twelve seconds as a telephone hears them
    }

    async fn delete_recording(&self, _: &RecordingRef) -> Result<(), ProviderError> {
        sleep_until(Instant::now() + FAR_AWAY).await;
        Ok(())
    }
}

/// Counts what the driver says that it ran.
struct Counter;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statements = Statements::default();
            event.record(&mut statements);
            COUNT.fetch_add(statements.count(), Ordering::SeqCst);
        }
    }
}

/// The text that one event tells: whole in one field, or short in another where it is short.
#[derive(Default)]
struct Statements {
    summary: String,
    whole: String,
}

impl Statements {
    /// How many statements it holds, beside those that begin and end a transaction: `SQLite` does not tell all of these.
    fn count(&self) -> u64 {
        let text = if self.whole.is_empty() { &self.summary } else { &self.whole };
        text.split(';').map(|statement| u64::from(!is_bound(statement.trim()))).sum()
    }
}

fn is_bound(statement: &str) -> bool {
    statement == "select 1"
        || ["begin", "commit", "rollback", "savepoint", "release"].iter().any(|bound| statement.starts_with(bound))
}

impl Visit for Statements {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
