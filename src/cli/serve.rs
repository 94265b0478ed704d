//! `serve`: answers the provider, and works off the outbox beside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
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
    let (stop, stopping) = watch::channel(false);
    let mended = preparing.map(|preparing| tokio::spawn(preparing.until(app.clone(), stopping.clone())));
    let working = tokio::spawn(worker::run(app.clone(), stopping));
    server::stop_signal().await?;
    stop.send_replace(true);
    working.await?;
    if let Some(mended) = mended {
        mended.await?;
    }
    app.board.db.close().await;
    Ok(())
}

/// The service of these settings, and what is left to prepare if the database was down.
async fn start(config: &Config) -> anyhow::Result<(Arc<App>, Option<Preparing>)> {
    let Some(provider) = &config.provider else {
        bail!(
            "il manque le compte chez l'opérateur : donnez LIGNE_PROVIDER_ACCOUNT et LIGNE_PROVIDER_TOKEN, ou essayez \
             « ligne-solidaire demo », qui n'en a pas besoin"
        );
    };
    let (db, keyring) = compose::open(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let lines = compose::lines(config, &db, &keyring).await;
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
    Ok((app, preparing))
}

fn adapter(provider: &crate::config::Provider) -> anyhow::Result<impl Provider + use<>> {
    let settings = Settings {
        api: provider.api.clone(),
        account: provider.account.clone(),
        key: None,
        token: provider.token.clone(),
        capabilities: provider.family.parse::<Family>()?.capabilities(),
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
    let (stop, stopping) = watch::channel(false);
    let working = tokio::spawn(worker::run(app.clone(), stopping.clone()));
    let mended = preparing.map(|preparing| tokio::spawn(preparing.until(app.clone(), stopping)));
    let asked = async {
        if let Err(cause) = server::stop_signal().await {
            tracing::error!(%cause, "no signal can be heard");
        }
    };
    let served = server::serve(listener, router(app.clone()), Limits::default(), asked).await;
    if served.cut > 0 {
        tracing::warn!(cut = served.cut, "requests were cut at the stop");
    }
    stop.send_replace(true);
    working.await?;
    if let Some(mended) = mended {
        mended.await?;
    }
    app.board.db.close().await;
    Ok(())
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

    async fn until(self, app: Arc<App>, mut stop: watch::Receiver<bool>) {
        let mut tries = interval(TRY_AGAIN);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                _ = tries.tick() => match self.now().await {
                    Ok(()) => {
                        app.prepared.store(true, Ordering::Release);
                        return tracing::info!("the database answers again");
                    }
                    Err(cause) => tracing::error!(cause = %crate::telemetry::chain(&cause), "the database is not ready"),
                },
            }
        }
    }
}
