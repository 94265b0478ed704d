//! `serve`: answers the provider, and works off the outbox beside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::interval;

use super::compose::{self, Parts};
use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::http;
use crate::http::server::{self, Limits};
use crate::id::RandomIds;
use crate::lines::Lines;
use crate::secret::Keyring;
use crate::telephony::provider::Provider;
use crate::telephony::providers::Family;
use crate::telephony::providers::twilio::{Settings, Twilio};
use crate::worker::{self, stopped};

/// Between two tries to reach a database that was down at the start.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Runs the service until it is asked to stop.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    let (app, preparing) = start(config).await?;
    let listener = listen(config).await?;
    tracing::info!(address = %config.server.listen, public = %config.server.public_url, "the service answers");
    run(app, listener, http::router, preparing).await
}

/// Runs the worker alone, for instances that only answer.
pub async fn work(config: &Config) -> anyhow::Result<()> {
    let (app, preparing) = start(config).await?;
    attended(app, preparing, |asked| asked).await
}

/// The service of these settings, and what is left to prepare if the database was down.
async fn start(config: &Config) -> anyhow::Result<(Arc<App>, Option<Preparing>)> {
    let Some(provider) = &config.provider else {
        bail!(
            "il manque le compte chez l'opérateur, ou son jeton : donnez LIGNE_PROVIDER_ACCOUNT et LIGNE_PROVIDER_TOKEN, \
             ou essayez « ligne-solidaire demo », qui n'en a pas besoin"
        );
    };
    let (db, keyring) = compose::open(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let lines = compose::lines(config, &db, &keyring).await.map_err(without_lines)?;
    if lines.iter().next().is_none() {
        tracing::error!(
            "no line is configured, and the database knows none: every caller hears that this number is not in service"
        );
    }
    let preparing = Preparing { db: db.clone(), keyring: keyring.clone(), lines: lines.clone(), clock: clock.clone() };
    let preparing = match preparing.now().await {
        Ok(()) => None,
        Err(cause) if cause.is_unavailable() => {
            tracing::error!("the database does not answer: callers hear an apology until it does");
            Some(preparing)
        }
        Err(cause) => return Err(cause.into()),
    };
    let parts = Parts {
        clock,
        ids: Arc::new(RandomIds::from_entropy()),
        provider: Arc::new(adapter(provider)?),
        account: provider.account.clone(),
        tokens: provider.tokens().cloned().collect(),
    };
    let app = compose::app(config, db, keyring, lines, parts)?;
    app.prepared.store(preparing.is_none(), Ordering::Release);
    if preparing.is_none() {
        worker::renew(&app).await?;
    }
    Ok((app, preparing))
}

/// A service that does not know its lines would tell every caller that she misdialled, for as long as it lives.
fn without_lines(cause: DbError) -> anyhow::Error {
    let advice = "les lignes sont dans la base, qui ne répond pas : démarrez-la d'abord, ou donnez LIGNE_NUMBER ou une \
                  section [[line]], et le service s'excusera auprès des appelants en attendant la base";
    if cause.is_unavailable() { anyhow::Error::new(cause).context(advice) } else { cause.into() }
}

fn adapter(provider: &crate::config::Provider) -> anyhow::Result<impl Provider + use<>> {
    let settings = Settings {
        api: provider.api.clone(),
        account: provider.account.clone(),
        key: None,
        token: provider.token.clone(),
        capabilities: provider.family.parse::<Family>()?.capabilities(),
        connect_timeout: provider.connect_timeout,
        timeout: provider.timeout,
    };
    Ok(Twilio::new(settings)?)
}

/// The socket of these settings.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let address = config.server.listen;
    TcpListener::bind(address).await.with_context(|| format!("l'adresse {address} est déjà prise, ou interdite"))
}

/// Serves and works until a signal, then finishes what runs.
pub async fn run(
    app: Arc<App>,
    listener: TcpListener,
    router: impl FnOnce(Arc<App>) -> axum::Router,
    preparing: Option<Preparing>,
) -> anyhow::Result<()> {
    let service = router(app.clone());
    attended(app, preparing, |asked| async {
        let served = server::serve(listener, service, Limits::default(), asked).await;
        if served.cut > 0 {
            tracing::warn!(cut = served.cut, "requests were cut at the stop");
        }
    })
    .await
}

/// Runs the worker behind `front`, until a signal, or until the database turns out not to be ours.
async fn attended<F: Future<Output = ()>>(
    app: Arc<App>,
    preparing: Option<Preparing>,
    front: impl FnOnce(BoxFuture<'static, ()>) -> F,
) -> anyhow::Result<()> {
    let stop = app.stopping.clone();
    let stopping = stop.subscribe();
    let working = tokio::spawn(worker::run(app.clone(), stopping, Limits::default().grace));
    let prepared = tokio::spawn(prepared(preparing, app.clone(), stop.clone()));
    front(Box::pin(asked(stop.clone()))).await;
    stop.send_replace(true);
    working.await?;
    let prepared = prepared.await?;
    app.board.db.close().await;
    Ok(prepared?)
}

/// Ready when the process must end; the worker is told at the same instant, so that both have their grace.
async fn asked(stop: watch::Sender<bool>) {
    let mut stopping = stop.subscribe();
    tokio::select! {
        () = stopped(&mut stopping) => {}
        signal = server::stop_signal() => if let Err(cause) = signal {
            tracing::error!(%cause, "no signal can be heard");
        },
    }
    stop.send_replace(true);
}

async fn prepared(preparing: Option<Preparing>, app: Arc<App>, stop: watch::Sender<bool>) -> Result<(), DbError> {
    let Some(preparing) = preparing else { return Ok(()) };
    let prepared = preparing.until(&app, stop.subscribe()).await;
    if prepared.is_err() {
        stop.send_replace(true);
    }
    prepared
}

/// What must be done to the database once it answers.
pub struct Preparing {
    db: Db,
    keyring: Keyring,
    lines: Lines,
    clock: Arc<dyn Clock>,
}

impl Preparing {
    async fn now(&self) -> Result<(), DbError> {
        compose::prepare(&self.db, &self.keyring, &self.lines, &*self.clock).await
    }

    /// An error is one that no waiting mends: another key, a newer database.
    async fn until(self, app: &App, mut stop: watch::Receiver<bool>) -> Result<(), DbError> {
        let mut tries = interval(TRY_AGAIN);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return Ok(()),
                _ = tries.tick() => match self.now().await {
                    Ok(()) => {
                        app.prepared.store(true, Ordering::Release);
                        tracing::info!("the database answers again");
                        return Ok(());
                    }
                    Err(cause @ DbError::Refused(_)) => return Err(cause),
                    Err(cause) => tracing::error!(cause = %crate::telemetry::chain(&cause), "the database is not ready"),
                },
            }
        }
    }
}
