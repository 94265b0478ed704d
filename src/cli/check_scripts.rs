//! `check-scripts`: proves the voice-scripts, says what to mend, prints how long calls take to hear, and draws the flow.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::dialog::{self, About, Report, Timing};
use crate::voice;

/// What to check.
#[derive(Debug, Args)]
pub struct Options {
    /// Dossier des scripts ; sans lui, ceux du programme
    #[arg(long, value_name = "DOSSIER", env = "LIGNE_VOICE_SCRIPTS")]
    scripts: Option<PathBuf>,
    /// La ville, telle qu'on la dit
    #[arg(long, value_name = "VILLE", default_value = "Montpellier")]
    town: String,
    /// Les SMS de la ligne peuvent recevoir une réponse
    #[arg(long)]
    two_way_sms: bool,
    /// Écrit le dessin du déroulé dans ce fichier SVG
    #[arg(long, value_name = "FICHIER")]
    draw: Option<PathBuf>,
}

/// Checks, prints and draws; fails where something must be mended.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let files = voice::texts(&voice::files(options.scripts.as_deref())?);
    let about = About { town: &options.town, two_way_sms: options.two_way_sms };
    let (scripts, report) = dialog::read(&files, &about);
    std::io::stdout().write_all(render(&report).as_bytes())?;
    if let Some(file) = &options.draw {
        save(file, &dialog::draw(&scripts))?;
    }
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn save(file: &Path, drawing: &str) -> anyhow::Result<()> {
    std::fs::write(file, drawing).with_context(|| format!("le dessin ne s'écrit pas dans {}", file.display()))
}

/// The report as a person reads it on a terminal.
pub fn render(report: &Report) -> String {
    let mut page = String::new();
    for problem in &report.problems {
        line(&mut page, &problem.to_string());
    }
    let verdict = match report.problems.len() {
        0 => "Les scripts sont en ordre.".to_owned(),
        1 => "Une chose à corriger.".to_owned(),
        many => format!("{many} choses à corriger."),
    };
    line(&mut page, &verdict);
    let widest = report.timings.iter().map(|timing| timing.what.chars().count()).max().unwrap_or(0);
    if widest > 0 {
        line(&mut page, "\nDurée d'écoute, à 130 mots par minute :");
    }
    for timing in &report.timings {
        line(&mut page, &row(timing, widest));
    }
    page
}

fn row(timing: &Timing, widest: usize) -> String {
    let limit = timing.limit.map_or_else(String::new, |limit| format!("   au plus {} s", limit.as_secs()));
    let mark = if timing.is_too_long() { "   TROP LONG" } else { "" };
    let takes = format!("{:.1}", timing.takes.as_secs_f32()).replace('.', ",");
    format!("  {:widest$}  {takes:>6} s{limit}{mark}", timing.what)
}

fn line(page: &mut String, words: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{words}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dialog::Problem;

    #[test]
    fn a_report_says_what_to_mend_then_what_takes_how_long() {
        let limit = Some(Duration::from_secs(25));
        let timing = |what: &str, seconds| Timing { what: what.to_owned(), takes: Duration::from_secs(seconds), limit };
        let problems = vec![Problem::new("flows/a.xml", 3, "il manque une touche.")];
        let report = Report { problems, timings: vec![timing("ouvert", 20), timing("jour férié", 26)] };
        let expected = "flows/a.xml, ligne 3 : il manque une touche.\nUne chose à corriger.\n\n\
                        Durée d'écoute, à 130 mots par minute :\n  ouvert        20,0 s   au plus 25 s\n  \
                        jour férié    26,0 s   au plus 25 s   TROP LONG\n";
        assert_eq!(render(&report), expected);
    }
}
