//! The parent's hold on the service, and the database made for it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::figures::say;

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

    /// The memory that it holds.
    pub(crate) fn resident_mib(&self) -> u64 {
        resident_mib(self.process.id())
    }

    /// The processor time that it has used so far, in hundredths of a second.
    pub(crate) fn processor(&self) -> u32 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // The name of the program, in parentheses, may hold anything; user and system time are the 12th and 13th after it.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Nothing of what it holds is wanted any more: its worker would go through the whole outbox first.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The resident memory of a process in mebibytes; 0 where the system does not tell.
pub(crate) fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

/// An empty database.
pub(crate) struct Database {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The p99 that is wanted, in milliseconds.
    pub(crate) wanted: f64,
    /// Its address.
    pub(crate) url: String,
    /// The server and the name under which it was made there.
    made: Option<(String, String)>,
}

impl Database {
    /// Makes one; none, and a word about it, without a server to make it on.
    pub(crate) async fn fresh(kind: &str, folder: &Path) -> anyhow::Result<Option<Self>> {
        if kind == "sqlite" {
            let url = format!("sqlite://{}", folder.join("ligne.db").display());
            return Ok(Some(Self { name: "SQLite", wanted: 5.0, url, made: None }));
        }
        let Ok(server) = std::env::var("LIGNE_TEST_POSTGRES") else {
            say("\nPostgreSQL n'est pas mesuré : donnez un serveur où créer une base,");
            say("LIGNE_TEST_POSTGRES=postgres://UTILISATEUR:MOT_DE_PASSE@HÔTE:PORT");
            return Ok(None);
        };
        let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
        run(&server, format!("create database {name}")).await?;
        let url = format!("{server}/{name}");
        Ok(Some(Self { name: "PostgreSQL", wanted: 10.0, url, made: Some((server, name)) }))
    }

    /// Leaves nothing on the server.
    pub(crate) async fn remove(self) -> anyhow::Result<()> {
        match self.made {
            Some((server, name)) => run(&server, format!("drop database {name} with (force)")).await,
            None => Ok(()),
        }
    }
}

async fn run(server: &str, statement: String) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(&format!("{server}/postgres")).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await?;
    Ok(())
}
