//! What the town decides, read once at start: one struct a section, each validating itself.
//!
//! A TOML file (`LIGNE_CONFIG`) and environment variables, which win over it. Everything that is wrong is said at once,
//! in French, with the place and what to write; a key nobody knows is an error, because a typing mistake would silently
//! be a default. Secrets are [`SecretString`](secrecy::SecretString)s: neither `Debug`, nor an error, nor
//! [`Config::explain`] shows them. Called by the commands only: rules and use cases are handed values.

pub mod console;
pub mod database;
mod explain;
mod limits;
pub mod line;
pub mod problem;
pub mod provider;
mod reader;
pub mod server;
pub mod storage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Table;

use crate::limits::Limits;
use crate::phone::PhoneNumber;

pub use console::Console;
pub use database::Database;
pub use line::ConfiguredLine;
pub use problem::{ConfigErrors, Problem};
pub use provider::{FAMILIES, Provider};
pub use server::Server;
pub use storage::Storage;

use reader::{Section, Sources, delay};

/// The sections of the file.
const SECTIONS: [&str; 10] =
    ["server", "database", "provider", "storage", "voice_scripts", "console", "promise", "outbox", "limits", "line"];

/// Every setting of the service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the service listens, and where the provider reaches it.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// The telephone provider; none in a demonstration.
    pub provider: Option<Provider>,
    /// Files beside the database.
    pub storage: Storage,
    /// A folder of voice-scripts to use instead of those inside the program.
    pub voice_scripts: Option<PathBuf>,
    /// How the pages of the agents look.
    pub console: Console,
    /// The delay promised, in open time, while too few callbacks were measured (F-04).
    pub promise_default: Duration,
    /// How long after each failure a job is tried again; past the last one it is buried.
    pub outbox_delays: Vec<Duration>,
    /// What may leave and be spent in a day.
    pub limits: Limits,
    /// The lines answered, in the order of the file.
    pub lines: Vec<ConfiguredLine>,
}

impl Config {
    /// The settings of this process: its environment, and the file that `LIGNE_CONFIG` names.
    pub fn from_process() -> Result<Self, ConfigErrors> {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        match env.get("LIGNE_CONFIG").filter(|path| !path.trim().is_empty()) {
            Some(path) => Self::from_file(Path::new(path), &env),
            None => Self::from_text("", "ligne.toml", &env),
        }
    }

    /// The settings of a file, with an environment over it.
    pub fn from_file(path: &Path, env: &BTreeMap<String, String>) -> Result<Self, ConfigErrors> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigErrors(vec![Problem {
                place: name.clone(),
                advice: format!("ce fichier ne peut pas être lu ({error})"),
            }])
        })?;
        Self::from_text(&text, &name, env)
    }

    /// The settings of a TOML text; `name` is how errors call it.
    pub fn from_text(text: &str, name: &str, env: &BTreeMap<String, String>) -> Result<Self, ConfigErrors> {
        let tables = parse(text, name).map_err(|problem| ConfigErrors(vec![problem]))?;
        let mut sources = Sources { name, env, tables, problems: Vec::new() };
        let config = read(&mut sources);
        config.filter(|_| sources.problems.is_empty()).ok_or(ConfigErrors(sources.problems))
    }

    /// Every setting in force, one a line, without secrets: passwords and tokens are only said to be there, telephones
    /// of persons are masked.
    pub fn explain(&self) -> String {
        explain::lines_of(self).join("\n")
    }
}

/// The file as a table. The error names the line and shows nothing of it: it may be that of a token.
fn parse(text: &str, name: &str) -> Result<Table, Problem> {
    text.parse::<Table>().map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let advice =
            "cette ligne n'est pas du TOML ; écrire clé = \"valeur\", avec des guillemets droits autour des textes";
        Problem { place: format!("{name}, ligne {line}"), advice: advice.to_owned() }
    })
}

fn read(sources: &mut Sources<'_>) -> Option<Config> {
    let server = [("listen", "LIGNE_LISTEN"), ("public_url", "LIGNE_PUBLIC_URL")];
    let server = sources.section("server", &server, Server::read);
    let database = sources.section("database", &[("url", "LIGNE_DATABASE_URL")], Database::read);
    let provider = [
        ("account", "LIGNE_PROVIDER_ACCOUNT"),
        ("token", "LIGNE_PROVIDER_TOKEN"),
        ("token_previous", "LIGNE_PROVIDER_TOKEN_PREVIOUS"),
        ("api", "LIGNE_PROVIDER_API"),
    ];
    let provider = sources.section("provider", &provider, Provider::read);
    let (storage, env) = ([("data_dir", "LIGNE_DATA_DIR"), ("key_file", "LIGNE_KEY_FILE")], sources.env);
    let storage = sources.section("storage", &storage, |section| Storage::read(section, &database, env));
    let scripts = [("dir", "LIGNE_VOICE_SCRIPTS")];
    let voice_scripts =
        sources.section("voice_scripts", &scripts, |section| section.text("dir", "écrire le chemin d'un dossier"));
    let console = sources.section("console", &[], Console::read);
    let promise_default = sources.section("promise", &[], promise_default);
    let outbox_delays = sources.section("outbox", &[], outbox_delays);
    let limits = sources.section("limits", &[], limits::read);
    let lines = configured_lines(sources, promise_default);
    sources.finish(&SECTIONS);
    let voice_scripts = voice_scripts.map(PathBuf::from);
    let server = server?;
    Some(Config {
        server,
        database,
        provider,
        storage,
        voice_scripts,
        console,
        promise_default,
        outbox_delays,
        limits,
        lines,
    })
}

fn promise_default(section: &mut Section<'_>) -> Duration {
    let minute = Duration::from_mins(1);
    section.delay("default", minute, 60 * 24 * 7 * minute).unwrap_or(240 * minute)
}

fn outbox_delays(section: &mut Section<'_>) -> Vec<Duration> {
    let write = "écrire des délais comme [\"10s\", \"1min\", \"1h\"]";
    let delays = section.list("delays", write, delay).filter(|delays| !delays.is_empty());
    delays.unwrap_or_else(|| [10, 60, 5 * 60, 30 * 60, 2 * 60 * 60, 6 * 60 * 60].map(Duration::from_secs).to_vec())
}

fn configured_lines(sources: &mut Sources<'_>, promise_default: Duration) -> Vec<ConfiguredLine> {
    let mut lines: Vec<ConfiguredLine> = Vec::new();
    for (place, table) in sources.repeated("line") {
        let line = sources.read(place, table, &[], |section| {
            let line = ConfiguredLine::read(section, promise_default);
            if line.as_ref().is_some_and(|line| answered(&lines, &line.number)) {
                section.complain("number", "une autre ligne a déjà ce numéro");
            }
            line
        });
        lines.extend(line);
    }
    lines.extend(line_of_variable(&lines, sources, promise_default));
    lines
}

/// The line that `LIGNE_NUMBER` asks for, unless the file has it.
fn line_of_variable(
    lines: &[ConfiguredLine],
    sources: &mut Sources<'_>,
    promise_default: Duration,
) -> Option<ConfiguredLine> {
    let text = sources.env.get("LIGNE_NUMBER").map(|text| text.trim()).filter(|text| !text.is_empty())?;
    let Some(number) = line::number_of(text) else {
        sources.complain("LIGNE_NUMBER", "écrire un numéro, comme 01 99 00 12 34 ou +33199001234");
        return None;
    };
    (!answered(lines, &number)).then(|| ConfiguredLine::with_defaults(number, promise_default))
}

fn answered(lines: &[ConfiguredLine], number: &PhoneNumber) -> bool {
    lines.iter().any(|line| line.number == *number || line.settings.also.contains(number))
}

#[cfg(test)]
mod tests;
