//! `check-scripts`.
use clap::Args;
use std::process::ExitCode;
/// Options.
#[derive(Debug, Args)]
pub struct Options {}
/// Runs.
pub fn run(_: &Options) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
