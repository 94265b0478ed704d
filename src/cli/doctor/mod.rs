//! `doctor`: looks for what keeps the line from working, and says in plain words what to mend.
//!
//! It changes nothing but the sign by which a database proves that a write reaches its disk. Each examination is a
//! function of its own that returns findings; this file is their list.

mod inside;
mod outside;

use std::fmt;
use std::io::{Write, stdout};
use std::process::ExitCode;

use crate::config::Config;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// Nothing to do.
    Good,
    /// The line works; something could be better.
    Look,
    /// The line does not work, or not as promised.
    Mend,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub gravity: Gravity,
    /// What was found and what to do, in French.
    pub words: String,
}

impl Finding {
    /// Nothing to do.
    pub fn good(words: impl Into<String>) -> Self {
        Self { gravity: Gravity::Good, words: words.into() }
    }

    /// Something could be better.
    pub fn look(words: impl Into<String>) -> Self {
        Self { gravity: Gravity::Look, words: words.into() }
    }

    /// Something does not work.
    pub fn mend(words: impl Into<String>) -> Self {
        Self { gravity: Gravity::Mend, words: words.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.gravity {
            Gravity::Good => "  bon         ",
            Gravity::Look => "? à voir      ",
            Gravity::Mend => "! à corriger  ",
        };
        write!(out, "{mark}{}", self.words)
    }
}

/// Examines everything and prints what was found; fails when something must be mended.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut out = stdout();
    writeln!(out, "Réglages\n{}\n\nExamen", config.explain())?;
    let mut mend = 0;
    let examinations = [
        outside::public_address(config).await,
        outside::provider(config).await,
        inside::database(config).await,
        inside::scripts(config),
        inside::lines(config),
        outside::refusals(config),
    ];
    for finding in examinations.into_iter().flatten() {
        writeln!(out, "{finding}")?;
        mend += u32::from(finding.gravity == Gravity::Mend);
    }
    let verdict = match mend {
        0 => "La ligne peut répondre.".to_owned(),
        1 => "Une chose est à corriger.".to_owned(),
        many => format!("{many} choses sont à corriger."),
    };
    writeln!(out, "\n{verdict}")?;
    Ok(if mend == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
