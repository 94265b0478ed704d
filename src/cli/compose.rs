//! Puts the service together from its settings: the only place where every part meets.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use anyhow::Context;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::{App, ScriptsRead};
use crate::callbacks::overview::Overviews;
use crate::calls::switchboard::Switchboard;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::{self, Db, DbError, Options};
use crate::http::refusals::Refusals;
use crate::id::Ids;
use crate::limits::Guarded;
use crate::lines::{Line, LineSettings, Lines};
use crate::look::Look;
use crate::operators::Gate;
use crate::secret::{self, Keyring};
use crate::spool::Spool;
use crate::telephony::provider::Provider;
use crate::telephony::signature::Verifier;
use crate::voice;

/// What differs between the service, its demonstration and its tests.
pub struct Parts {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// Who reaches the outside world.
    pub provider: Arc<dyn Provider>,
    /// The account that every webhook must name.
    pub account: String,
    /// The tokens that sign webhooks.
    pub tokens: Vec<SecretString>,
}

/// Opens the database with its key, both made at the first start. A server that is down is no error: the service starts
/// and apologises.
pub async fn open(config: &Config) -> anyhow::Result<(Db, Keyring)> {
    let keyring = secret::load_or_create(&config.storage.key_file)?;
    let db = Db::open(config.database.url.expose_secret(), Options::default()).await?;
    Ok((db, keyring))
}

/// Opens the database for somebody at a terminal: a list of thousands takes longer than a caller may wait. The key must
/// be there and be the right one: another user's fresh key would read nothing.
pub async fn open_for_lists(config: &Config) -> anyhow::Result<(Db, Keyring)> {
    let keyring = secret::load(&config.storage.key_file)?;
    let patience = Duration::from_mins(1);
    let db = Db::open(config.database.url.expose_secret(), Options { patience, ..Options::default() }).await?;
    db.migrate().await?;
    db::check_key(&db, keyring.fingerprint()).await?;
    Ok((db, keyring))
}

/// Brings the tables up to date, checks the key, gives every line its row.
pub async fn prepare(db: &Db, keyring: &Keyring, lines: &Lines, clock: &dyn Clock) -> Result<(), DbError> {
    db.migrate().await?;
    db::check_key(db, keyring.fingerprint()).await?;
    let (lines, now) = (lines.iter().collect::<Vec<_>>(), clock.now());
    db.write(move |tx| Box::pin(async move { crate::lines::store::keep(tx, &lines, now).await })).await
}

/// The lines of the settings; without any, those that the database knows, with ordinary settings.
pub async fn lines(config: &Config, db: &Db, keyring: &Keyring) -> Result<Lines, DbError> {
    let configured: Vec<_> = config
        .lines
        .iter()
        .map(|line| Line {
            id: line_id(keyring, line.number.as_e164()),
            number: line.number.clone(),
            settings: Arc::new(line.settings.clone()),
        })
        .collect();
    if !configured.is_empty() {
        return Ok(Lines::new(configured));
    }
    db.migrate().await?;
    let known = db.read(|tx| Box::pin(async move { crate::lines::store::list(tx).await }));
    let known: Vec<_> = known.await?;
    let settings = Arc::new(LineSettings::default());
    let line = |(id, number)| Line { id, number, settings: settings.clone() };
    Ok(Lines::new(known.into_iter().map(line).collect()))
}

/// The id of a line follows from its number, so that instances agree and a start needs no database.
fn line_id(keyring: &Keyring, number: &str) -> Uuid {
    let bits = u128::from_str_radix(&keyring.index("lines.id", number), 16).unwrap_or_default();
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// The service of these settings.
pub fn app(config: &Config, db: Db, keyring: Keyring, lines: Lines, parts: Parts) -> anyhow::Result<Arc<App>> {
    let folder = &config.storage.data_dir;
    let spool = Spool::share(&folder.join("carnet"), keyring.clone())
        .with_context(|| format!("le dossier {} ne peut pas être écrit", folder.display()))?;
    let gate = Gate::new(db.clone(), keyring.clone(), parts.clock.clone(), parts.ids.clone());
    let at = AtomicI64::new(parts.clock.now().as_millisecond());
    let scripts = ScriptsRead { folder: config.voice_scripts.clone(), at };
    let overviews = Overviews::of(db.clone());
    let zone = lines.iter().next().map_or(TimeZone::UTC, |line| line.settings.hours.zone().clone());
    // Around whatever adapter there is: nothing leaves beside it.
    let keys = (db.clone(), keyring.clone());
    let provider = Arc::new(Guarded::around(parts.provider, keys, parts.clock.clone(), zone, config.limits));
    let board = Switchboard::new(
        db,
        parts.clock,
        parts.ids,
        keyring,
        voice::load(config.voice_scripts.as_deref())?,
        config.server.public_url.as_str(),
        provider.capabilities(),
        spool,
    );
    Ok(Arc::new(App {
        board: Arc::new(board),
        lines: Arc::new(lines),
        scripts: Arc::new(scripts),
        gate,
        provider,
        verifier: Verifier::new(parts.tokens),
        account: parts.account,
        refusals: Refusals::in_file(folder.join("refus.json")),
        outbox_delays: config.outbox_delays.clone(),
        prepared: AtomicBool::new(true),
        look: look(&config.console),
        overviews,
        stopping: watch::Sender::new(false),
    }))
}

/// The largest logo that is sent with every page.
const LARGEST_LOGO: usize = 512 * 1024;

/// How the pages look. A logo that cannot be used is no reason not to answer the telephone.
fn look(console: &config::Console) -> Look {
    let logo = console.logo.as_ref().and_then(|path| {
        let content = std::fs::read(path).ok().filter(|content| content.len() <= LARGEST_LOGO);
        if content.is_none() {
            tracing::error!(path = %path.display(), "the logo cannot be read, or is larger than 512 kB: ours is shown");
        }
        Some((kind(path)?, content?))
    });
    let look = Look { colour: console.colour, name: console.name.clone(), logo };
    if look.is_corrected() {
        tracing::warn!("the colour of the town is too pale to be read (4.5:1): a darker one of the same hue is shown");
    }
    look
}

fn kind(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}
