//! The parent's hold on the service, and the database made for it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

/// A service that runs until this value is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Child {
    /// Starts this program again as a service and waits until it listens.
    pub(crate) fn start(word: &str, url: &str, folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(word).arg(url).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("the service did not start")?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line.trim().parse().context("the service did not say where it listens")?;
        Ok(Self { process, address })
    }

    /// The memory that it holds, in kibibytes; 0 where the system does not tell.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

/// The address of an empty database; none without a server to make it on.
pub(crate) async fn fresh_database(kind: &str, folder: &Path) -> anyhow::Result<Option<String>> {
    if kind == "sqlite" {
        return Ok(Some(format!("sqlite://{}", folder.join("ligne.db").display())));
    }
    let Ok(server) = std::env::var("LIGNE_TEST_POSTGRES") else { return Ok(None) };
    let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
    let mut conn = PgConnection::connect(&format!("{server}/postgres")).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await?;
    Ok(Some(format!("{server}/{name}")))
}
