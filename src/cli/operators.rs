//! `operators add`, `list`, `link` and `disable`: the first administrator of a line is made here, without a password that
//! anybody else ever knew.

use std::io::{Write, stdout};
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::compose;
use super::requests::{Shown, local, zone};
use super::table::{Column, Table};
use crate::callbacks::desk::Hand;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::id::{Ids, RandomIds};
use crate::lang::Lang;
use crate::lines::Lines;
use crate::operators::accounts::{self, Wanted};
use crate::operators::store::accounts::{self as store, Listed};
use crate::operators::{Gate, Purpose, Role, link};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// What to do with the accounts of the console.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Ouvre un compte, et donne le lien par lequel la personne choisit son mot de passe
    Add {
        /// Ce qu'elle tape pour se connecter
        #[arg(long)]
        login: String,
        /// Son nom, comme ses collègues le lisent
        #[arg(long)]
        name: String,
        /// Son rôle : agent, superviseur, referent, administrateur ou dpo ; plusieurs fois s'il le faut
        #[arg(long, required = true, value_parser = role)]
        role: Vec<Role>,
        /// Le numéro d'une ligne qu'elle voit ; sans cette option, toutes
        #[arg(long, num_args = 1..)]
        line: Vec<String>,
        /// Une langue qu'elle parle avec les habitants
        #[arg(long, default_value = "fr")]
        lang: Vec<Lang>,
        /// Le téléphone qui sonne quand elle rappelle quelqu'un
        #[arg(long)]
        phone: Option<String>,
    },
    /// Les comptes, un par ligne
    List {
        /// Comment la liste est montrée
        #[command(flatten)]
        shown: Shown,
    },
    /// Donne un nouveau lien : mot de passe et second facteur seront choisis de nouveau
    Link {
        /// Ce qu'elle tape pour se connecter
        #[arg(long)]
        login: String,
    },
    /// Ferme un compte : la personne est déconnectée aussitôt
    Disable {
        /// Ce qu'elle tape pour se connecter
        #[arg(long)]
        login: String,
    },
    /// Rouvre un compte fermé
    Enable {
        /// Ce qu'elle tape pour se connecter
        #[arg(long)]
        login: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::of_word(word).ok_or_else(|| format!("ce rôle n'existe pas : {}", Role::ALL.map(Role::word).join(", ")))
}

/// Does what is asked for.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<()> {
    if let Action::Add { login, name, role, line, lang, phone } = action {
        let phone = phone.as_deref().map(PhoneNumber::parse).transpose()?;
        let wanted = Wanted { name, roles: role, langs: lang, phone, lines: Vec::new() };
        return add(config, &login, wanted, &line).await;
    }
    let (db, keyring) = compose::open_for_lists(config).await?;
    let gate = gate(db.clone(), keyring);
    match action {
        Action::List { shown } => {
            let lines = compose::lines(config, &db, &gate.keyring).await?;
            shown.print(table(&every(&gate).await?, &lines, &zone(config)))?;
        }
        Action::Link { login } => {
            let link = accounts::reset(&gate, &hand(), named(&gate, &login).await?).await?;
            tell_link(config, &login, &link)?;
        }
        Action::Disable { login } => {
            accounts::disable(&gate, &hand(), named(&gate, &login).await?).await?;
            writeln!(stdout(), "Le compte {login} est fermé.")?;
        }
        Action::Enable { login } => {
            accounts::enable(&gate, &hand(), named(&gate, &login).await?).await?;
            writeln!(stdout(), "Le compte {login} est ouvert.")?;
        }
        Action::Add { .. } => {}
    }
    db.close().await;
    Ok(())
}

/// The first account may come before the first start: tables, key and lines are made at need.
async fn add(config: &Config, login: &str, wanted: Wanted, numbers: &[String]) -> anyhow::Result<()> {
    // Without a line in the settings there must be a base that knows some: an empty one would be another house.
    let opening =
        if config.lines.is_empty() { compose::open_for_lists(config).await } else { compose::open(config).await };
    let (db, keyring) = opening?;
    let lines = compose::lines(config, &db, &keyring).await?;
    compose::prepare(&db, &keyring, &lines, &SystemClock).await?;
    let wanted = Wanted { lines: chosen(&lines, numbers)?, ..wanted };
    let added = accounts::add(&gate(db.clone(), keyring), &hand(), login, &wanted).await?;
    tell_link(config, login, &added.link)?;
    db.close().await;
    Ok(())
}

/// The lines of these numbers; all of them without a number.
fn chosen(lines: &Lines, numbers: &[String]) -> anyhow::Result<Vec<Uuid>> {
    let all: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    anyhow::ensure!(!all.is_empty(), "aucune ligne n'est configurée : donnez d'abord son numéro (LIGNE_NUMBER)");
    if numbers.is_empty() {
        return Ok(all);
    }
    let find = |number: &String| {
        lines.find(number).map(|line| line.id).with_context(|| format!("aucune ligne n'a le numéro {number}"))
    };
    numbers.iter().map(find).collect()
}

fn tell_link(config: &Config, login: &str, token: &str) -> anyhow::Result<()> {
    let address = config.server.public_url.as_str().trim_end_matches('/');
    let hours = Purpose::Choose.lasts().as_secs() / 3_600;
    writeln!(
        stdout(),
        "Lien pour {login}, à ouvrir une seule fois dans les {hours} heures :\n{address}{}",
        link::path(token)
    )?;
    Ok(())
}

fn gate(db: Db, keyring: Keyring) -> Gate {
    Gate::new(db, keyring, Arc::new(SystemClock), Arc::new(RandomIds::from_entropy()))
}

fn hand() -> Hand {
    let now = SystemClock.now();
    let agent = std::env::var("USER").unwrap_or_else(|_| "terminal".to_owned());
    Hand { agent, operator: None, entry: RandomIds::from_entropy().row(now), now }
}

async fn every(gate: &Gate) -> Result<Vec<Listed>, DbError> {
    let (keyring, now) = (gate.keyring.clone(), gate.now());
    gate.db.read(move |tx| Box::pin(async move { store::all(tx, &keyring, now).await })).await
}

async fn named(gate: &Gate, login: &str) -> anyhow::Result<Uuid> {
    let wanted = login.trim().to_lowercase();
    let found = every(gate).await?.into_iter().find(|listed| listed.operator.login == wanted);
    found.map(|listed| listed.operator.id).with_context(|| format!("aucun compte ne s'appelle « {login} »"))
}

const COLUMNS: [Column; 9] = [
    Column::brief("login", "identifiant"),
    Column::brief("name", "nom"),
    Column::brief("roles", "rôles"),
    Column::brief("state", "état"),
    Column::more("langs", "langues"),
    Column::more("phone", "téléphone"),
    Column::more("lines", "lignes"),
    Column::more("seen", "vu"),
    Column::more("link", "lien jusqu'au"),
];

fn table(listed: &[Listed], lines: &Lines, zone: &TimeZone) -> Table {
    let number = |id: &Uuid| lines.by_id(*id).map_or_else(|| id.to_string(), |line| line.number.national());
    let cells = |listed: &Listed| {
        let who = &listed.operator;
        let joined = |words: Vec<String>| words.join(" ");
        vec![
            who.login.clone(),
            who.name.clone(),
            joined(who.roles.iter().map(|role| role.word().to_owned()).collect()),
            state(listed).to_owned(),
            joined(who.langs.iter().map(|lang| lang.code().to_owned()).collect()),
            who.phone.as_ref().map(PhoneNumber::masked).unwrap_or_default(),
            joined(who.lines.iter().map(number).collect()),
            listed.seen_at.map(|at| local(at, zone)).unwrap_or_default(),
            listed.link_until.map(|at| local(at, zone)).unwrap_or_default(),
        ]
    };
    let empty = "Aucun compte : ouvrez le premier avec operators add.";
    Table { rows: listed.iter().map(cells).collect(), columns: COLUMNS.to_vec(), empty }
}

/// How far an account is.
fn state(listed: &Listed) -> &'static str {
    match (listed.disabled_at, listed.link_until, listed.has_password) {
        (Some(_), ..) => "fermé",
        (None, Some(_), _) => "lien à ouvrir",
        (None, None, false) => "sans mot de passe",
        (None, None, true) if !listed.has_factor => "sans second facteur",
        (None, None, true) => "ouvert",
    }
}
