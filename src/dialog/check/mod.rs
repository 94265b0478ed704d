//! Proves that the voice-scripts keep their promises, before any caller hears them.
//!
//! [`read`] reads the files and runs every proof; [`check`] runs the proofs on scripts that were read. Each proof has
//! its file and answers with [`Problem`]s for whoever writes scripts: a file, a line, a French sentence that says what
//! to mend. What a phrase takes to hear is computed with the worst values of [`super::facts::FACTS`]. All pure.

mod circles;
mod ends;
pub(in crate::dialog) mod graph;
mod keys;
mod labels;
mod length;
mod other;
mod person;
mod phrases;
mod reach;
mod schema;
mod silence;
mod steps;
mod tasks;
mod texts;
mod timing;
mod values;

pub(in crate::dialog) use graph::way_out;

use std::time::Duration;

use super::element::{self, Element};
use super::problem::Problem;
use super::{Files, Scripts};

/// What the proofs must know of the line.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The town, as it is said.
    pub town: &'a str,
    /// Whether its texts can be answered: the provider's capability `two_way_sms`.
    pub two_way_sms: bool,
}

/// What the proofs found.
#[derive(Debug)]
pub struct Report {
    /// Every fault, by file and line.
    pub problems: Vec<Problem>,
    /// How long things take to hear; empty where the files could not be read.
    pub timings: Vec<Timing>,
}

/// How long something takes to hear, at 130 words a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// What, in French.
    pub what: String,
    /// How long.
    pub takes: Duration,
    /// How long it may take, where there is a limit.
    pub limit: Option<Duration>,
}

impl Timing {
    /// Whether it takes longer than it may.
    pub fn is_too_long(&self) -> bool {
        self.limit.is_some_and(|limit| self.takes > limit)
    }
}

/// Reads the files and proves all; what cannot be read is told first and alone, since everything else follows from it.
pub fn read(files: &Files, about: &About<'_>) -> (Scripts, Report) {
    let (scripts, mut problems) = Scripts::read(files);
    problems.extend(schema::prove(&sources(files)));
    if problems.is_empty() {
        let report = check(&scripts, files, about);
        return (scripts, report);
    }
    (scripts, Report { problems: tidy(problems), timings: Vec::new() })
}

/// Proves that scripts that were read keep their promises.
pub fn check(scripts: &Scripts, files: &Files, about: &About<'_>) -> Report {
    let sources = sources(files);
    let mut problems = schema::prove(&sources);
    problems.extend(steps::prove(scripts, &sources));
    problems.extend(tasks::prove(&scripts.flow));
    let whole = problems.is_empty();
    problems.extend(keys::prove(scripts));
    problems.extend(phrases::prove(scripts, &sources));
    problems.extend(values::prove(scripts));
    problems.extend(other::prove(scripts));
    let (longest, too_long) = length::measure(scripts, about.town);
    problems.extend(too_long);
    problems.extend(texts::prove(files, about));
    problems.extend(labels::prove(&scripts.flow, files));
    let mut timings = Vec::new();
    if whole {
        problems.extend(reach::prove(&scripts.flow));
        problems.extend(ends::prove(&scripts.flow));
        problems.extend(circles::prove(&scripts.flow));
        problems.extend(silence::prove(&scripts.flow));
        problems.extend(person::prove(scripts, &sources));
        let (measured, slow) = timing::measure(scripts, about.town);
        problems.extend(slow);
        timings = measured;
        timings.extend(longest);
    }
    Report { problems: tidy(problems), timings }
}

fn tidy(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}

/// A flow file as it was written.
struct Source {
    file: String,
    root: Element,
}

/// The flow files that are XML; the others were complained of when they were read.
fn sources(files: &Files) -> Vec<Source> {
    let flows = files.iter().filter(|(path, _)| path.starts_with("flows/"));
    flows
        .filter_map(|(path, text)| Some(Source { file: path.clone(), root: element::parse(path, text).ok()? }))
        .collect()
}
