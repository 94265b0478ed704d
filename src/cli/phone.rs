//! `phone`: calls a running service from the terminal, by hand or from a script.

use std::io::{stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::simulator::exchange::{Exchange, Settings};
use crate::simulator::terminal::Terminal;
use crate::simulator::transport::HttpTransport;

/// Whom to call, and as whom.
#[derive(Debug, Args)]
pub struct Options {
    /// L'adresse publique du service, celle de ses réglages
    #[arg(long, env = "LIGNE_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: Url,
    /// Où le joindre vraiment, si ce n'est pas à son adresse publique
    #[arg(long)]
    pub reach: Option<Url>,
    /// Le compte chez l'opérateur
    #[arg(long, env = "LIGNE_PROVIDER_ACCOUNT", default_value = super::demo::ACCOUNT)]
    pub account: String,
    /// Le jeton de l'opérateur
    #[arg(long, env = "LIGNE_PROVIDER_TOKEN", default_value = super::demo::TOKEN, hide_env_values = true)]
    pub token: String,
    /// Le numéro de la ligne
    #[arg(long, env = "LIGNE_NUMBER", default_value = super::demo::NUMBER)]
    pub number: String,
    /// Le numéro de la personne qui appelle ; « masqué » pour le cacher
    #[arg(long, default_value = "04 65 71 00 01")]
    pub from: String,
    /// Écrit l'appel dans ce fichier, prêt à devenir un test
    #[arg(long)]
    pub record: Option<PathBuf>,
}

/// Calls until the person leaves.
pub async fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let public = options.public_url.as_str().trim_end_matches('/');
    let settings = Settings { seed: rand::random(), ..Settings::new(public, &options.account, &options.token) };
    let exchange = Exchange::new(settings, HttpTransport::new(options.reach.clone())?);
    let hidden = options.from.starts_with("masqu");
    let from = (!hidden).then_some(options.from.as_str());
    let start = SystemClock.now();
    let mut terminal = Terminal::new(exchange, &options.number, "Odette", from);
    terminal.run(stdin().lock(), stdout()).await?;
    if let Some(file) = &options.record {
        std::fs::write(file, terminal.transcript("Un appel", start))
            .with_context(|| format!("l'appel n'a pas pu être écrit dans {}", file.display()))?;
    }
    Ok(if terminal.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
