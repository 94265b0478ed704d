//! `demo`: the whole service on this machine, without a telephone provider, and a page with a telephone.

use std::net::SocketAddr;

use clap::Args;

/// The account of the demonstration.
pub const ACCOUNT: &str = "ACdemonstration";
/// The token that signs its webhooks; it opens nothing but the demonstration of this machine.
pub const TOKEN: &str = "demonstration";
/// The number of the demonstration, reserved for fiction (F-71).
pub const NUMBER: &str = "01 99 00 12 34";

/// How the demonstration is shown.
#[derive(Debug, Args)]
pub struct Options {
    /// L'adresse de la page
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Runs the demonstration until it is asked to stop.
pub async fn run(_: &Options) -> anyhow::Result<()> {
    Ok(())
}
