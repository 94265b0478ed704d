//! `requests list`, `requests show` and `requests listen`.

use std::io::stdout;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::table::{Column, Format, Table};
use super::{compose, listen};
use crate::audit;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::id::{Ids, RandomIds};
use crate::lines::LineSettings;
use crate::requests::Contact;
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
    /// Écrit les messages parlés d'une demande dans des fichiers, pour les écouter
    Listen {
        /// Les six chiffres
        reference: String,
        /// Le dossier où les écrire
        #[arg(long, default_value = ".")]
        to: PathBuf,
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

impl Shown {
    /// Prints a list: for people, what fits a terminal.
    pub fn print(&self, table: Table) -> anyhow::Result<()> {
        let table = table.only(&self.columns, self.format).map_err(anyhow::Error::msg)?;
        Ok(table.print(self.format, &mut stdout().lock())?)
    }

    /// Prints one thing: for people, all of it.
    pub fn print_one(&self, table: Table) -> anyhow::Result<()> {
        if self.format == Format::Table && self.columns.is_empty() {
            return Ok(table.print_each(&mut stdout().lock())?);
        }
        self.print(table)
    }
}

/// Prints what is asked for.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<()> {
    let (db, keyring) = compose::open_for_lists(config).await?;
    match action {
        Action::List(shown) => shown.print(read(&db, &keyring, config, String::new(), &shown).await?)?,
        Action::Show { reference, shown } => {
            let table = read(&db, &keyring, config, reference, &shown).await?;
            anyhow::ensure!(!table.rows.is_empty(), UNKNOWN);
            shown.print_one(table)?;
        }
        Action::Listen { reference, to } => {
            let wanted = reference.clone();
            let call_id = db
                .read(move |tx| Box::pin(async move { store::call_of(tx, &wanted).await }))
                .await?
                .context(UNKNOWN)?;
            journal(&db, "requests.listen", &reference).await?;
            listen::export(&db, &keyring, call_id, &reference, &to).await?;
        }
    }
    db.close().await;
    Ok(())
}

async fn read(db: &Db, keyring: &Keyring, config: &Config, reference: String, shown: &Shown) -> anyhow::Result<Table> {
    if shown.reveal {
        journal(db, "requests.reveal", &reference).await?;
    }
    let rows = list(db, keyring, reference).await?;
    Ok(table(&rows, &zone(config), shown.reveal))
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

const UNKNOWN: &str = "aucune demande n'a ce numéro";

const COLUMNS: [Column; 11] = [
    Column::brief("reference", "demande"),
    Column::brief("created", "reçue"),
    Column::brief("category", "catégorie"),
    Column::brief("priority", "P"),
    Column::brief("state", "état"),
    Column::more("lang", "langue"),
    Column::more("postal_code", "code postal"),
    Column::more("consent", "accord"),
    Column::more("number", "a appelé du"),
    Column::brief("contact", "à rappeler au"),
    Column::more("answers", "réponses"),
];

fn table(rows: &[Listed], zone: &TimeZone, reveal: bool) -> Table {
    let number = |contact: &Option<Contact>| contact.as_ref().map(|contact| contact.shown(reveal)).unwrap_or_default();
    let cells = |row: &Listed| {
        vec![
            row.reference.clone(),
            local(row.created_at, zone),
            row.category.clone(),
            format!("P{}", row.priority),
            row.state.clone(),
            row.lang.clone(),
            row.postal_code.clone().unwrap_or_default(),
            row.consent.clone(),
            number(&row.caller),
            number(&row.contact),
            answers(&row.answers, reveal),
        ]
    };
    Table { rows: rows.iter().map(cells).collect(), columns: COLUMNS.to_vec(), empty: "Aucune demande." }
}

/// What was answered, in one line; numbers are left out unless they are to be shown, and so are text messages, in which
/// people write them.
pub fn answers(json: &[u8], reveal: bool) -> String {
    const HIDDEN: [&str; 4] = ["contact", "tiers_numero", "suivi_numero", "texte"];
    let values: crate::dialog::Values = serde_json::from_slice(json).unwrap_or_default();
    let told = values.iter().filter(|(name, _)| reveal || !HIDDEN.contains(&name.as_str()));
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" · ")
}

/// The time of the town: that of the first line, since one desk answers them all.
pub fn zone(config: &Config) -> TimeZone {
    let ours = config.lines.first().map(|line| line.settings.hours.zone().clone());
    ours.unwrap_or_else(|| LineSettings::default().hours.zone().clone())
}

/// An instant as people of the town read it.
pub fn local(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%d/%m/%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_people_typed_or_wrote_is_shown_only_when_numbers_are() {
        let json = br#"{"contact":"0465710001","texte":"rappelez le 06 39 98 00 01","ville":"34000"}"#;
        assert_eq!(answers(json, false), "ville=34000");
        assert!(answers(json, true).contains("texte=rappelez le 06 39 98 00 01"));
    }

    #[test]
    fn instants_are_those_of_the_town() {
        let text = "[[line]]\nnumber = \"01 99 00 12 34\"\ntimezone = \"Indian/Reunion\"";
        let config = Config::from_text(text, "ligne.toml", &BTreeMap::new()).unwrap();
        let instant = "2026-04-14T08:00:00Z".parse().unwrap();
        assert_eq!(local(instant, &zone(&config)), "14/04/2026 12:00");
        let without = Config::from_text("", "ligne.toml", &BTreeMap::new()).unwrap();
        assert_eq!(local(instant, &zone(&without)), "14/04/2026 10:00");
    }
}
