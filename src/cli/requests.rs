//! `requests list` and `requests show`.

use std::io::stdout;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::compose;
use super::table::{Format, Table};
use crate::audit;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::id::{Ids, RandomIds};
use crate::requests::store::{self, Listed};
use crate::secret::Keyring;

/// What to do with the requests.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Toutes les demandes, une par ligne
    List(Shown),
    /// Une demande entière
    Show {
        /// Les six chiffres
        reference: String,
        /// Comment elle est montrée
        #[command(flatten)]
        shown: Shown,
    },
}

/// How a list is shown.
#[derive(Debug, Args)]
pub struct Shown {
    /// table, csv ou json
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Montre les numéros en entier ; c'est noté au journal
    #[arg(long)]
    pub reveal: bool,
    /// Les colonnes voulues, séparées par des virgules
    #[arg(long, value_delimiter = ',')]
    pub columns: Vec<String>,
}

/// Prints what is asked for.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<()> {
    let (db, keyring) = compose::open_for_lists(config).await?;
    db.migrate().await?;
    let (reference, shown) = match action {
        Action::List(shown) => (String::new(), shown),
        Action::Show { reference, shown } => (reference, shown),
    };
    if shown.reveal {
        journal(&db, "requests.reveal", &reference).await?;
    }
    let whole = !reference.is_empty();
    let rows = list(&db, &keyring, reference).await?;
    if whole && rows.is_empty() {
        anyhow::bail!("aucune demande n'a ce numéro");
    }
    let table = table(&rows, shown.reveal, whole).only(&shown.columns).map_err(anyhow::Error::msg)?;
    table.print(shown.format, &mut stdout().lock())?;
    db.close().await;
    Ok(())
}

async fn list(db: &Db, keyring: &Keyring, reference: String) -> Result<Vec<Listed>, DbError> {
    let keyring = keyring.clone();
    db.read(move |tx| Box::pin(async move { store::list(tx, &keyring, &reference).await })).await
}

/// Notes in the journal that numbers were shown.
pub async fn journal(db: &Db, action: &'static str, subject: &str) -> Result<(), DbError> {
    let now = SystemClock.now();
    let id: Uuid = RandomIds::from_entropy().row(now);
    let subject = subject.to_owned();
    let actor = std::env::var("USER").unwrap_or_else(|_| "terminal".to_owned());
    db.write(move |tx| Box::pin(async move { audit::store::write(tx, id, &actor, action, &subject, now).await })).await
}

fn table(rows: &[Listed], reveal: bool, whole: bool) -> Table {
    let mut columns = vec![
        "reference",
        "created",
        "category",
        "priority",
        "state",
        "lang",
        "postal_code",
        "consent",
        "number",
        "contact",
    ];
    if whole {
        columns.push("answers");
    }
    let cells = |row: &Listed| {
        let number = |contact: &Option<crate::requests::Contact>| {
            contact.as_ref().map(|contact| contact.shown(reveal)).unwrap_or_default()
        };
        let mut cells = vec![
            row.reference.clone(),
            local(row.created_at),
            row.category.clone(),
            format!("P{}", row.priority),
            row.state.clone(),
            row.lang.clone(),
            row.postal_code.clone().unwrap_or_default(),
            row.consent.clone(),
            number(&row.caller),
            number(&row.contact),
        ];
        if whole {
            cells.push(answers(&row.answers, reveal));
        }
        cells
    };
    Table { rows: rows.iter().map(cells).collect(), columns }
}

/// What was answered, in one line; numbers are left out unless they are to be shown.
pub fn answers(json: &[u8], reveal: bool) -> String {
    const NUMBERS: [&str; 3] = ["contact", "tiers_numero", "suivi_numero"];
    let values: crate::dialog::Values = serde_json::from_slice(json).unwrap_or_default();
    let told = values.iter().filter(|(name, _)| reveal || !NUMBERS.contains(&name.as_str()));
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// An instant as people of the town read it.
pub fn local(instant: jiff::Timestamp) -> String {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    instant.to_zoned(zone).strftime("%d/%m/%Y %H:%M").to_string()
}
