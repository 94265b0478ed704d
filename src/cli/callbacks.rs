//! `callbacks list`, `show`, `listen`, `claim` and `close`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::requests::{self, Shown, local};
use super::table::{Column, Table};
use super::{compose, listen};
use crate::callbacks::callback::LEASE;
use crate::callbacks::desk::{self, Hand};
use crate::callbacks::disposition::{DISPOSITIONS, Disposition};
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
    /// Les rappels à faire, par priorité, puis par échéance
    List {
        /// Aussi ceux qui sont faits
        #[arg(long)]
        all: bool,
        /// Comment la liste est montrée
        #[command(flatten)]
        shown: Shown,
    },
    /// Un rappel entier
    Show {
        /// Le rappel, comme la liste le nomme
        id: String,
        /// Comment il est montré
        #[command(flatten)]
        shown: Shown,
    },
    /// Écrit les messages parlés de l'appel dans des fichiers, pour les écouter
    Listen {
        /// Le rappel, comme la liste le nomme
        id: String,
        /// Le dossier où les écrire
        #[arg(long, default_value = ".")]
        to: PathBuf,
    },
    /// Prend un rappel pour un quart d'heure
    Claim {
        /// Le rappel, comme la liste le nomme
        id: String,
        /// Votre nom
        #[arg(long, env = "USER")]
        agent: String,
    },
    /// Termine un rappel que vous avez pris
    Close {
        /// Le rappel, comme la liste le nomme
        id: String,
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
    let code = act(&db, &keyring, &requests::zone(config), action).await?;
    db.close().await;
    Ok(code)
}

async fn act(db: &Db, keyring: &Keyring, zone: &TimeZone, action: Action) -> anyhow::Result<ExitCode> {
    match action {
        Action::List { all, shown } => {
            reveal(db, &shown, "").await?;
            shown.print(table(keyring, list(db, keyring, all).await?, zone, shown.reveal))?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Show { id, shown } => {
            let id = named(db, &id).await?;
            reveal(db, &shown, &id.to_string()).await?;
            let rows: Vec<_> = list(db, keyring, true).await?.into_iter().filter(|row| row.id == id).collect();
            anyhow::ensure!(!rows.is_empty(), "ce rappel vient d'une version plus récente");
            shown.print_one(table(keyring, rows, zone, shown.reveal))?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Listen { id, to } => {
            let id = named(db, &id).await?;
            requests::journal(db, "callbacks.listen", &id.to_string()).await?;
            let call_id = db.read(move |tx| Box::pin(async move { store::call_of(tx, id).await })).await?;
            let call_id = call_id.context("ce rappel ne vient pas d'un appel : il n'a pas de message parlé")?;
            listen::export(db, keyring, call_id, &end_of(id), &to).await?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Claim { id, agent } => {
            let taken = desk::claim(db, &hand(&agent), named(db, &id).await?).await?;
            let yes = format!("Pris pour {} minutes.", LEASE.as_secs() / 60);
            told(taken, &yes, "Ce rappel est déjà pris, ou terminé.")
        }
        Action::Close { id, agent, disposition } => close(db, &id, &agent, &disposition).await,
    }
}

async fn close(db: &Db, id: &str, agent: &str, disposition: &str) -> anyhow::Result<ExitCode> {
    let Some(end) = Disposition::of_code(disposition).filter(|end| end.closes) else {
        let ends = DISPOSITIONS.iter().filter(|end| end.closes);
        let known: Vec<_> = ends.map(|end| format!("  {} : {}", end.code, end.means)).collect();
        anyhow::bail!("« {disposition} » ne termine pas un rappel :\n{}", known.join("\n"));
    };
    let closed = desk::close(db, &hand(agent), named(db, id).await?, end).await?;
    told(closed, "Terminé.", "Vous ne tenez pas ce rappel : prenez-le d'abord, ou il est déjà terminé.")
}

/// How many characters name a callback in a list: fewer could be another's.
const SHORTEST: usize = 6;

/// The callback that people name by the end of its id, or by all of it.
async fn named(db: &Db, end: &str) -> anyhow::Result<Uuid> {
    let hexadecimal = end.len() >= SHORTEST && end.chars().all(|one| one.is_ascii_hexdigit() || one == '-');
    anyhow::ensure!(hexadecimal, "« {end} » ne nomme aucun rappel : recopiez le premier mot de sa ligne");
    let wanted = end.to_ascii_lowercase();
    let found: Result<Vec<Uuid>, DbError> =
        db.read(move |tx| Box::pin(async move { store::ending(tx, &wanted).await })).await;
    match found?[..] {
        [id] => Ok(id),
        [] => anyhow::bail!("aucun rappel ne s'appelle « {end} »"),
        _ => anyhow::bail!("plusieurs rappels finissent par « {end} » : donnez plus de lettres (--columns id)"),
    }
}

/// How lists name a callback.
fn end_of(id: Uuid) -> String {
    id.simple().to_string().split_off(32 - SHORTEST)
}

async fn list(db: &Db, keyring: &Keyring, all: bool) -> Result<Vec<Listed>, DbError> {
    let keys = keyring.clone();
    db.read(move |tx| Box::pin(async move { store::list(tx, &keys, all).await })).await
}

async fn reveal(db: &Db, shown: &Shown, subject: &str) -> anyhow::Result<()> {
    if shown.reveal {
        requests::journal(db, "callbacks.reveal", subject).await?;
    }
    Ok(())
}

fn hand(agent: &str) -> Hand {
    let now = SystemClock.now();
    Hand { agent: agent.to_owned(), operator: None, entry: RandomIds::from_entropy().row(now), now }
}

fn told(done: bool, yes: &str, no: &str) -> anyhow::Result<ExitCode> {
    writeln!(stdout(), "{}", if done { yes } else { no })?;
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const COLUMNS: [Column; 15] = [
    Column::brief("short", "rappel"),
    Column::more("id", "identifiant"),
    Column::brief("priority", "P"),
    Column::brief("reason", "raison"),
    Column::more("category", "catégorie"),
    Column::brief("number", "numéro"),
    Column::brief("due", "à faire avant"),
    Column::more("promised", "promis pour"),
    Column::brief("state", "état"),
    Column::more("agent", "pris par"),
    Column::more("lang", "langue"),
    Column::more("request", "demande"),
    Column::more("opened", "depuis"),
    Column::more("disposition", "fin"),
    Column::more("answers", "réponses"),
];

fn table(keyring: &Keyring, rows: Vec<Listed>, zone: &TimeZone, reveal: bool) -> Table {
    let now = SystemClock.now();
    let cells = |row: Listed| {
        let state = state(&row, now).to_owned();
        let (id, number) = row.contact.unzip();
        let number = Contact::unseal(keyring, id, number).map(|contact| contact.shown(reveal));
        vec![
            end_of(row.id),
            row.id.to_string(),
            format!("P{}", row.priority),
            row.reason.label().to_owned(),
            row.category.unwrap_or_default(),
            number.unwrap_or_else(|| "sans numéro".to_owned()),
            local(row.due_at, zone),
            row.promised_until.map(|until| local(until, zone)).unwrap_or_default(),
            state,
            row.claimed_by.unwrap_or_default(),
            row.lang,
            row.reference.unwrap_or_default(),
            local(row.opened_at, zone),
            row.disposition.unwrap_or_default(),
            requests::answers(&row.answers, reveal),
        ]
    };
    Table { rows: rows.into_iter().map(cells).collect(), columns: COLUMNS.to_vec(), empty: "Aucun rappel à faire." }
}

/// A state as people say it; what nobody holds any more is to be done (F-45).
fn state(row: &Listed, now: Timestamp) -> &str {
    match row.state.as_str() {
        "claimed" if row.lease_until.is_some_and(|until| until >= now) => "pris",
        "open" | "claimed" => "à faire",
        "closed" => "terminé",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbacks::callback::Reason;

    #[test]
    fn whatever_the_reason_a_line_fits_a_terminal() {
        let widest = Reason::ALL.into_iter().map(|reason| reason.label().chars().count()).max().unwrap();
        let line = [SHORTEST, 2, widest, "04 ** ** ** 01".len(), "14/04/2026 10:00".len(), "à faire".chars().count()];
        assert!(line.iter().sum::<usize>() + 2 * (line.len() - 1) <= 80, "{widest}");
    }
}
