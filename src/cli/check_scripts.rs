//! `check-scripts`.
use std::process::ExitCode;
use clap::Args;
/// Options.
#[derive(Debug, Args)]
pub struct Options {}
/// Runs.
pub fn run(_: &Options) -> anyhow::Result<ExitCode> { Ok(ExitCode::SUCCESS) }
