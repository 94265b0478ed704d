//! `addresses import` and `addresses status`: the national address file, read while the service runs.

use std::fs::File;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use super::compose;
use super::requests::{local, zone};
use super::table::{Column, Format, Table};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::places::import::{self, Failure, Imported};
use crate::places::store::{self, Commune, PostalCode};
use crate::places::{Kind, Refusal};

/// What to do with the addresses.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lit un fichier de la Base Adresse Nationale (adresses ou lieux-dits), tel quel ou compressé (.gz)
    Import {
        /// Les fichiers, l'un après l'autre
        #[arg(required = true, value_name = "FICHIER")]
        files: Vec<PathBuf>,
    },
    /// Les communes et les codes postaux que la base connaît
    Status,
}

/// Does what is asked for; a file that is refused keeps none of the others from being read.
pub async fn run(config: &Config, action: Action) -> anyhow::Result<ExitCode> {
    let (db, _) = compose::open_for_lists(config).await?;
    let mut code = ExitCode::SUCCESS;
    match action {
        Action::Status => status(&db, &zone(config)).await?,
        Action::Import { files } => {
            for file in &files {
                if !import_one(&db, file).await? {
                    code = ExitCode::FAILURE;
                }
            }
        }
    }
    db.close().await;
    Ok(code)
}

/// Imports a file and says what became of it; `false` when it was refused.
async fn import_one(db: &Db, path: &Path) -> anyhow::Result<bool> {
    let began = Instant::now();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let outcome = match opened(path, &name) {
        Ok((bar, source)) => {
            let outcome = import::import(db, &SystemClock, &name, source).await;
            bar.finish_and_clear();
            outcome.map_err(anyhow::Error::new)
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(imported) => write!(stdout(), "{}", told(&name, &imported, began.elapsed()))?,
        Err(error) => {
            refused(&name, &error)?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// The file, with a bar on a terminal that follows how much of it was read.
fn opened(path: &Path, name: &str) -> anyhow::Result<(ProgressBar, impl std::io::Read + Send + 'static)> {
    let file = File::open(path).context("le fichier ne s'ouvre pas")?;
    let length = file.metadata().context("le fichier ne s'ouvre pas")?.len();
    let bar = if stderr().is_terminal() { ProgressBar::new(length) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %  reste {eta}")?;
    bar.set_style(style);
    bar.set_message(name.to_owned());
    let reader = bar.wrap_read(file);
    Ok((bar, reader))
}

/// Why a file was refused, with its lines if they are why.
fn refused(name: &str, error: &anyhow::Error) -> std::io::Result<()> {
    let mut err = stderr();
    writeln!(err, "{name} : {error}")?;
    for cause in error.chain().skip(1) {
        writeln!(err, "  détail : {cause}")?;
    }
    if let Some(Failure::Refused(Refusal::Nothing(tally) | Refusal::MostlyBroken(tally))) = error.downcast_ref() {
        write!(err, "{tally}")?;
    }
    Ok(())
}

/// What an import did, in a few lines.
fn told(name: &str, imported: &Imported, took: Duration) -> String {
    let Imported { kind, tally, communes, twice } = imported;
    let (one, more) = match kind {
        Kind::Addresses => ("adresse gardée", "adresses gardées"),
        Kind::Localities => ("lieu-dit gardé", "lieux-dits gardés"),
    };
    let read = counted(tally.read, "ligne lue", "lignes lues");
    let kept = counted(tally.understood - twice, one, more);
    let left_out = counted(tally.read - tally.understood, "ligne laissée de côté", "lignes laissées de côté");
    let seconds = format!("{:.1}", took.as_secs_f64()).replace('.', ",");
    let mut page = format!("{name} : {read}, {kept}, {left_out}, {seconds} s\n");
    page += &tally.to_string();
    if *twice > 0 {
        page += "  en double : ";
        page += &thousands(*twice);
        page += " (la dernière ligne de chaque identifiant compte)\n";
    }
    let names: Vec<_> = communes.iter().take(NAMED).map(|one| one.name.as_str()).collect();
    let more = communes.len().saturating_sub(NAMED);
    let others = if more > 0 { format!(" et {more} autres") } else { String::new() };
    let plural = if communes.len() > 1 { "communes" } else { "commune" };
    page + &format!("  {} {plural} : {}{others}\n", communes.len(), names.join(", "))
}

/// Communes that a summary names.
const NAMED: usize = 5;

/// A number with what it counts.
fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", thousands(number), if number > 1 { more } else { one })
}

/// Digits in threes, as they are read in French.
fn thousands<T: ToString + Copy>(number: T) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(' ');
        }
        said.push(digit);
    }
    said
}

async fn status(db: &Db, zone: &TimeZone) -> anyhow::Result<()> {
    let read = db.read(|tx| {
        Box::pin(async move { Ok::<_, DbError>((store::communes(tx).await?, store::postal_codes(tx).await?)) })
    });
    let (communes, codes) = read.await?;
    let mut out = stdout().lock();
    table_of_communes(&communes, zone).print(Format::Table, &mut out)?;
    if !codes.is_empty() {
        writeln!(out)?;
        table_of_codes(&codes).print(Format::Table, &mut out)?;
    }
    Ok(())
}

fn table_of_communes(communes: &[Commune], zone: &TimeZone) -> Table {
    let columns = ["code", "commune", "quoi", "voies", "adresses", "importées le"];
    let cells = |one: &Commune| {
        let (what, addresses) =
            if one.localities { ("lieux-dits", String::new()) } else { ("adresses", thousands(one.addresses)) };
        let at = local(one.imported_at, zone);
        vec![one.code.clone(), shortened(&one.name), what.to_owned(), thousands(one.streets), addresses, at]
    };
    Table {
        columns: columns.map(|title| Column::brief(title, title)).to_vec(),
        rows: communes.iter().map(cells).collect(),
        empty: "Aucune adresse : donnez le fichier de votre département à addresses import.",
    }
}

fn table_of_codes(codes: &[PostalCode]) -> Table {
    let columns = ["code postal", "adresses", "latitude", "longitude", "deux adresses sur trois à moins de"];
    let cells = |one: &PostalCode| {
        let (lat, lon) = one.spot.point.degrees();
        let within = format!("{} m", thousands(one.spot.within_m));
        vec![one.code.clone(), thousands(one.addresses), format!("{lat:.5}"), format!("{lon:.5}"), within]
    };
    let columns = columns.map(|title| Column::brief(title, title)).to_vec();
    Table { columns, rows: codes.iter().map(cells).collect(), empty: "" }
}

/// A name that leaves room for the other columns on a terminal.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 24;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::store::imports::Counted;
    use crate::places::{Flaw, Tally};

    #[test]
    fn a_summary_says_what_was_read_kept_and_left_out() {
        let commune = |name: &str| Counted {
            code: "99123".to_owned(),
            name: name.to_owned(),
            streets: 1,
            addresses: 2,
            codes: Vec::new(),
        };
        let mut tally = Tally::default();
        (0..1_234).for_each(|_| tally.keep());
        tally.leave_out(7, Flaw::NoPoint);
        let communes: Vec<_> = ["Valmarin", "B", "C", "D", "E", "F", "G"].map(commune).to_vec();
        let mut imported = Imported { kind: Kind::Addresses, tally, communes, twice: 4 };
        let said = told("adresses-99.csv.gz", &imported, Duration::from_millis(2_340));
        let expected = "adresses-99.csv.gz : 1 235 lignes lues, 1 230 adresses gardées, 1 ligne laissée de côté, 2,3 s\n  \
                        ligne 7 : sans coordonnées\n  laissées de côté : 1 (sans coordonnées)\n  \
                        en double : 4 (la dernière ligne de chaque identifiant compte)\n  \
                        7 communes : Valmarin, B, C, D, E et 2 autres\n";
        assert_eq!(said, expected);
        imported.communes.truncate(1);
        imported.kind = Kind::Localities;
        let said = told("x", &imported, Duration::ZERO);
        assert!(said.contains("lieux-dits gardés,") && said.ends_with("  1 commune : Valmarin\n"), "{said}");
    }

    #[test]
    fn numbers_are_read_by_threes() {
        for (number, said) in [(0, "0"), (999, "999"), (1_000, "1 000"), (700_000, "700 000"), (1_234_567, "1 234 567")]
        {
            assert_eq!(thousands(number), said);
        }
    }

    #[test]
    fn a_list_of_communes_fits_a_terminal() {
        let one = Commune {
            code: "99123".to_owned(),
            name: "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson".to_owned(),
            localities: false,
            streets: 12_345,
            addresses: 123_456,
            file: "x".to_owned(),
            imported_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let mut out = Vec::new();
        table_of_communes(&[one], &TimeZone::UTC).print(Format::Table, &mut out).unwrap();
        let printed = String::from_utf8(out).unwrap();
        assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    }
}
