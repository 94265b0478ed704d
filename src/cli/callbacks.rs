//! `callbacks list`, `callbacks claim` and `callbacks close`.

use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::compose;
use super::requests::{self, Shown, local};
use super::table::Table;
use crate::callbacks::callback::{DISPOSITIONS, LEASE, is_contact};
use crate::callbacks::desk::{self, Hand};
use crate::callbacks::store::{self, Listed};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::id::{Ids, RandomIds};
use crate::requests::Contact;
use crate::secret::Keyring;

/// What to do with the callbacks.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Les rappels à faire, le plus urgent d'abord
    List {
        /// Aussi ceux qui sont faits
        #[arg(long)]
        all: bool,
        /// Comment la liste est montrée
        #[command(flatten)]
        shown: Shown,
    },
    /// Prend un rappel pour un quart d'heure
    Claim {
        /// Le rappel, comme la liste le nomme
        id: Uuid,
        /// Votre nom
        #[arg(long, env = "USER")]
        agent: String,
    },
    /// Termine un rappel que vous avez pris
    Close {
        /// Le rappel, comme la liste le nomme
        id: Uuid,
        /// Votre nom
        #[arg(long, env = "USER")]
        agent: String,
        /// Comment il s'est terminé : RESOLU, ORIENTE, ANNULE…
        #[arg(long)]
        disposition: String,
    },
}

/// Does what is asked for.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<ExitCode> {
    let (db, keyring) = compose::open_for_lists(config).await?;
    let code = match action {
        Action::List { all, shown } => {
            print(&db, &keyring, &requests::zone(config), all, &shown).await.map(|()| ExitCode::SUCCESS)?
        }
        Action::Claim { id, agent } => {
            let taken = desk::claim(&db, &hand(&agent), id).await?;
            told(
                taken,
                &format!("Pris pour {} minutes.", LEASE.as_secs() / 60),
                "Ce rappel est déjà pris, ou terminé.",
            )?
        }
        Action::Close { id, agent, disposition } => {
            let Some((code, _)) = DISPOSITIONS.iter().find(|(code, _)| code.eq_ignore_ascii_case(&disposition)) else {
                let known: Vec<_> = DISPOSITIONS.iter().map(|(code, means)| format!("  {code} : {means}")).collect();
                anyhow::bail!("« {disposition} » n'est pas une fin connue :\n{}", known.join("\n"));
            };
            let closed = desk::close(&db, &hand(&agent), id, code, is_contact(code)).await?;
            told(closed, "Terminé.", "Vous ne tenez pas ce rappel : prenez-le d'abord, ou il est déjà terminé.")?
        }
    };
    db.close().await;
    Ok(code)
}

fn hand(agent: &str) -> Hand {
    let now = SystemClock.now();
    Hand { agent: agent.to_owned(), entry: RandomIds::from_entropy().row(now), now }
}

fn told(done: bool, yes: &str, no: &str) -> anyhow::Result<ExitCode> {
    writeln!(stdout(), "{}", if done { yes } else { no })?;
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn print(db: &Db, keyring: &Keyring, zone: &TimeZone, all: bool, shown: &Shown) -> anyhow::Result<()> {
    if shown.reveal {
        requests::journal(db, "callbacks.reveal", "").await?;
    }
    let keys = keyring.clone();
    let listed: Result<Vec<Listed>, DbError> =
        db.read(move |tx| Box::pin(async move { store::list(tx, &keys, all).await })).await;
    let table = table(keyring, listed?, zone, shown.reveal).only(&shown.columns).map_err(anyhow::Error::msg)?;
    table.print(shown.format, &mut stdout().lock())?;
    Ok(())
}

fn table(keyring: &Keyring, rows: Vec<Listed>, zone: &TimeZone, reveal: bool) -> Table {
    let columns = vec![
        "id",
        "priority",
        "reason",
        "category",
        "number",
        "due",
        "promised",
        "state",
        "agent",
        "lang",
        "request",
        "opened",
        "disposition",
        "answers",
    ];
    let cells = |row: Listed| {
        let (id, number) = row.contact.unzip();
        let number = Contact::unseal(keyring, id, number).map(|contact| contact.shown(reveal));
        vec![
            row.id.to_string(),
            format!("P{}", row.priority),
            row.reason.label().to_owned(),
            row.category.unwrap_or_default(),
            number.unwrap_or_else(|| "sans numéro".to_owned()),
            local(row.due_at, zone),
            row.promised_until.map(|until| local(until, zone)).unwrap_or_default(),
            row.state,
            row.claimed_by.unwrap_or_default(),
            row.lang,
            row.reference.unwrap_or_default(),
            local(row.opened_at, zone),
            row.disposition.unwrap_or_default(),
            requests::answers(&row.answers, reveal),
        ]
    };
    Table { rows: rows.into_iter().map(cells).collect(), columns }
}
