//! The commands of the one binary, in French for whoever installs and runs the service.

pub mod addresses;
pub mod callbacks;
pub mod check_scripts;
pub mod compose;
pub mod demo;
pub mod districts;
pub mod doctor;
pub mod french;
pub mod listen;
pub mod match_sim;
pub mod operators;
pub mod phone;
pub mod requests;
pub mod serve;
pub mod table;

use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::Config;
use crate::telemetry;

/// La ligne d'entraide entre voisins d'une ville.
#[derive(Debug, Parser)]
#[command(name = "ligne-solidaire", version, disable_help_subcommand = true, disable_version_flag = true)]
struct Cli {
    /// Affiche la version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Répond à l'opérateur téléphonique, et fait partir ce qui doit partir
    Serve,
    /// Essaie la ligne sans opérateur : une page avec un téléphone
    Demo(demo::Options),
    /// Un téléphone dans le terminal
    Phone(Box<phone::Options>),
    /// Fait partir ce qui doit partir, sans répondre aux appels
    Worker,
    /// Met les tables de la base à jour
    Migrate,
    /// Vérifie les scripts et les phrases, et dessine le déroulé
    CheckScripts(check_scripts::Options),
    /// Cherche des voisins dans une ville simulée : une ligne JSON lue, une ligne JSON écrite
    MatchSim,
    /// Cherche ce qui empêche la ligne de marcher, et dit quoi faire
    Doctor,
    /// Les demandes
    Requests {
        #[command(subcommand)]
        action: requests::Action,
    },
    /// Les rappels à faire
    Callbacks {
        #[command(subcommand)]
        action: callbacks::Action,
    },
    /// Les adresses de la commune ou du département
    Addresses {
        #[command(subcommand)]
        action: addresses::Action,
    },
    /// Les sous-quartiers d'une ligne
    Districts {
        #[command(subcommand)]
        action: districts::Action,
    },
    /// Les comptes de la console
    Operators {
        #[command(subcommand)]
        action: operators::Action,
    },
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    // Crashes and delays that a test asks for by the variable FAILPOINTS; a release has none of it.
    #[cfg(feature = "failpoints")]
    let _asked_for = fail::FailScenario::setup();
    let command = match parsed() {
        Ok(command) => command,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return failed(&cause.into()),
    };
    match runtime.block_on(run(command)) {
        Ok(code) => code,
        Err(cause) => failed(&cause),
    }
}

/// What is asked for; otherwise what is wrong with it has been said.
fn parsed() -> Result<Command, ExitCode> {
    let matches = french::headings(Cli::command()).try_get_matches();
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map(|cli| cli.command).map_err(|error| {
        use std::io::Write;
        let Some(said) = french::refusal(&error) else {
            // Help that was not asked for is a refusal too.
            let asked = error.print().is_ok() && error.exit_code() == 0;
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        };
        // A closed terminal changes nothing to the refusal.
        drop(writeln!(std::io::stderr(), "{said}"));
        ExitCode::from(2)
    })
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::CheckScripts(options) => return check_scripts::run(&options),
        Command::Phone(options) => return phone::run(&options).await,
        Command::MatchSim => return match_sim::run().map(|()| ExitCode::SUCCESS),
        _ => telemetry::init()?,
    }
    if let Command::Demo(options) = command {
        return demo::run(&options).await.map(|()| ExitCode::SUCCESS);
    }
    let config = Config::from_process()?;
    match command {
        Command::Serve => serve::serve(&config).await?,
        Command::Worker => serve::work(&config).await?,
        Command::Migrate => migrate(&config).await?,
        Command::Doctor => return doctor::run(&config).await,
        Command::Requests { action } => requests::run(&config, action).await?,
        Command::Callbacks { action } => return callbacks::run(&config, action).await,
        Command::Addresses { action } => return addresses::run(&config, action).await,
        Command::Districts { action } => districts::run(&config, action).await?,
        Command::Operators { action } => operators::run(&config, action).await?,
        Command::Demo(_) | Command::Phone(_) | Command::CheckScripts(_) | Command::MatchSim => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    let (db, keyring) = compose::open(config).await?;
    let lines = compose::lines(config, &db, &keyring).await?;
    compose::prepare(&db, &keyring, &lines, &crate::clock::SystemClock).await?;
    db.close().await;
    Ok(())
}

/// What the person at the terminal reads; the causes follow, one a line.
fn failed(cause: &anyhow::Error) -> ExitCode {
    use std::io::{Error, ErrorKind, Write};
    // Who reads a list through `head` has seen enough of it.
    if cause.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let mut err = std::io::stderr();
    let told = writeln!(err, "ligne-solidaire : {cause}")
        .and_then(|()| cause.chain().skip(1).try_for_each(|cause| writeln!(err, "  détail : {cause}")));
    // A closed terminal changes nothing to the failure.
    drop(told);
    ExitCode::FAILURE
}
