//! The command line in French: what the parser of arguments says by itself is English.

use std::fmt::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

const HELP: &str = "{about}\n\nUsage : {usage}\n\n{all-args}";

/// The command, and all below it, with French headings.
pub fn headings(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Affiche cette aide");
    let named = command.disable_help_flag(true).arg(help).help_template(HELP);
    named.subcommand_help_heading("Commandes").subcommand_value_name("COMMANDE").mut_subcommands(headings)
}

/// What is wrong with the arguments; none where help or the version was asked for.
pub fn refusal(error: &Error) -> Option<String> {
    let what = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::InvalidSubcommand => told("la commande {} n'existe pas", error, ContextKind::InvalidSubcommand),
        ErrorKind::UnknownArgument => told("l'option {} n'existe pas", error, ContextKind::InvalidArg),
        ErrorKind::MissingRequiredArgument => told("il manque {}", error, ContextKind::InvalidArg),
        ErrorKind::ArgumentConflict => told("{} est donné deux fois", error, ContextKind::InvalidArg),
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => {
            let value = told("{}", error, ContextKind::InvalidValue);
            told(&format!("« {value} » ne convient pas à {{}}"), error, ContextKind::InvalidArg)
        }
        _ => "la commande ne se comprend pas".to_owned(),
    };
    let mut said = format!("ligne-solidaire : {what}");
    if let Some(values) = error.get(ContextKind::ValidValue) {
        write!(said, " ; il y a : {}", words(values)).ok()?;
    }
    Some(format!("{said}\n  pour en savoir plus, ajoutez --help"))
}

fn told(sentence: &str, error: &Error, kind: ContextKind) -> String {
    sentence.replace("{}", &error.get(kind).map(words).unwrap_or_default())
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(arguments: &str) -> String {
        let command = Command::new("ligne-solidaire").subcommand_required(true).subcommand(
            Command::new("list")
                .arg(Arg::new("format").long("format").value_parser(["table", "csv"]))
                .arg(Arg::new("id").required(true)),
        );
        let asked = arguments.split_whitespace();
        refusal(&headings(command).try_get_matches_from(asked).unwrap_err()).unwrap_or_default()
    }

    #[test]
    fn what_is_wrong_is_said_in_french() {
        assert!(said("x lst").starts_with("ligne-solidaire : la commande lst n'existe pas\n"), "{}", said("x lst"));
        assert!(said("x list --al 1").contains("l'option --al n'existe pas"));
        assert!(said("x list").contains("il manque <id>"));
        assert!(
            said("x list 1 --format xml").contains("« xml » ne convient pas à --format <format> ; il y a : table, csv")
        );
        assert!(said("x").contains("il manque une commande"));
        assert_eq!(said("x list --help"), "");
    }
}
