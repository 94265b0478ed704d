//! `doctor`.
use crate::config::Config;
use std::process::ExitCode;
/// Runs.
pub async fn run(_: &Config) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
