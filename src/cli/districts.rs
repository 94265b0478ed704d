//! `districts import` and `districts list`: the sub-districts of a line, from a map or a list.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;

use super::compose;
use super::requests::Shown;
use super::table::{Column, Table};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::Db;
use crate::lines::{Line, Lines};
use crate::places::store::sub_districts as store;
use crate::places::{SubDistrict, divide, map_file};

/// What to do with the sub-districts.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lit les sous-quartiers d'une ligne, à la place de ceux qu'elle avait
    Import {
        /// Une carte (fichier .geojson, polygones) ou une liste (CSV : nom, lon, lat)
        #[arg(value_name = "FICHIER")]
        file: PathBuf,
        /// Le numéro de la ligne, s'il y en a plusieurs
        #[arg(long, value_name = "NUMÉRO")]
        line: Option<String>,
        /// La propriété ou la colonne qui porte le nom
        #[arg(long, value_name = "PROPRIÉTÉ")]
        name: Option<String>,
    },
    /// Les sous-quartiers, un par ligne
    List {
        /// Le numéro de la ligne ; sans lui, toutes
        #[arg(long, value_name = "NUMÉRO")]
        line: Option<String>,
        /// Comment la liste est montrée
        #[command(flatten)]
        shown: Shown,
    },
}

/// The largest file that is read, in bytes: that of a whole country has a tenth of it.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Does what is asked for.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<()> {
    let (db, keyring) = compose::open_for_lists(config).await?;
    let lines = compose::lines(config, &db, &keyring).await?;
    match action {
        Action::Import { file, line, name } => import(&db, &chosen(&lines, line.as_deref())?, &file, name).await?,
        Action::List { line, shown } => {
            let lines = match line {
                Some(number) => vec![chosen(&lines, Some(&number))?],
                None => lines.iter().collect(),
            };
            shown.print(table(&db, &lines).await?)?;
        }
    }
    db.close().await;
    Ok(())
}

async fn import(db: &Db, line: &Line, file: &Path, name: Option<String>) -> anyhow::Result<()> {
    let named = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("{named} ne s'ouvre pas"))?.len();
    anyhow::ensure!(size <= LARGEST, "{named} est trop grand (plus de 64 Mo)");
    let bytes = std::fs::read(file).with_context(|| format!("{named} ne s'ouvre pas"))?;
    let all = map_file::read(&bytes, name.as_deref());
    let all = all.map_err(|why| anyhow::anyhow!("{named} : {why} ; rien n'a été remplacé"))?;
    let contours = all.iter().filter(|one| !one.contour.is_empty()).count();
    let count = all.len();
    divide::divide(db, line, all, SystemClock.now()).await?;
    let number = line.number.national();
    let what = if count > 1 { "sous-quartiers" } else { "sous-quartier" };
    writeln!(stdout(), "{count} {what} pour la ligne {number}, dont {contours} avec un contour.")?;
    Ok(())
}

/// The line of that number, or the only one.
fn chosen(lines: &Lines, number: Option<&str>) -> anyhow::Result<Line> {
    if let Some(number) = number {
        return lines.find(number).with_context(|| format!("aucune ligne n'a le numéro {number}"));
    }
    let mut all = lines.iter();
    let first = all.next().context("aucune ligne n'est configurée : donnez d'abord son numéro (LIGNE_NUMBER)")?;
    anyhow::ensure!(all.next().is_none(), "il y a plusieurs lignes : dites laquelle avec --line NUMÉRO");
    Ok(first)
}

const COLUMNS: [Column; 6] = [
    Column::more("line", "ligne"),
    Column::brief("name", "sous-quartier"),
    Column::brief("parent", "quartier"),
    Column::brief("lat", "latitude"),
    Column::brief("lon", "longitude"),
    Column::brief("contour", "contour"),
];

async fn table(db: &Db, lines: &[Line]) -> anyhow::Result<Table> {
    let mut rows = Vec::new();
    for line in lines {
        let id = line.id;
        let all = db.read(move |tx| Box::pin(async move { store::of_line(tx, id).await })).await?;
        rows.extend(all.iter().map(|one| cells(&line.number.national(), one)));
    }
    let empty = "Aucun sous-quartier : donnez une carte ou une liste à districts import.";
    Ok(Table { columns: COLUMNS.to_vec(), rows, empty })
}

fn cells(line: &str, one: &SubDistrict) -> Vec<String> {
    let (lat, lon) = one.middle.degrees();
    let contour = if one.contour.is_empty() { "non" } else { "oui" };
    vec![
        line.to_owned(),
        one.name.clone(),
        one.parent.clone().unwrap_or_default(),
        format!("{lat:.5}"),
        format!("{lon:.5}"),
        contour.to_owned(),
    ]
}
