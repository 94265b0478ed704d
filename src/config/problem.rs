//! What is wrong with the settings, all of it at once, in words for the person who wrote them.

use std::fmt;

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `ligne.toml, [server] listen`, or the environment variable.
    pub place: String,
    /// What is wrong and what to write. Never the value of a secret.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} : {}", self.place, self.advice)
    }
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("les réglages sont à corriger :\n{}", listed(.0))]
pub struct ConfigErrors(pub Vec<Problem>);

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  - {problem}")).collect::<Vec<_>>().join("\n")
}
