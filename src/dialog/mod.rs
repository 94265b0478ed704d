//! Runs the voice-scripts. Pure: it knows nothing of phones, HTTP or SQL.
//!
//! A call is a [`Session`] that stands at a step. [`run`] takes what the caller did ([`Input`]) and the values that the
//! service knows, and returns a [`Sprint`]: what is heard, where the call stands now, and what follows ([`Next`]): wait
//! for the caller, hand something to the service and come back with its outcome, ring a phone, or end. The flow is read
//! from `voice-scripts/flows/*.xml`, the words from `voice-scripts/<lang>/voice.ftl`; neither needs Rust to change.

mod asked;
mod check;
mod draw;
mod element;
mod engine;
mod facts;
mod flow;
mod guide;
mod labels;
mod load;
mod problem;
mod session;
mod texts;
mod uses;
mod utterance;
mod words;

use std::collections::BTreeMap;

pub use asked::{Asked, Choose, Question, pressed, questions, spoken};
pub use check::{About, Report, Timing, check, read};
pub use draw::draw;
pub use engine::{Stuck, run};
pub use facts::{FACTS, Fact, Origin, Sample};
pub use flow::{
    Action, Answered, Category, Choice, Condition, Events, Field, FieldKind, Flow, Handler, Helper, Link, Menu,
    Outcome, Place, Prompt, Record, SolvedBy, Step, StepKind, Submit, TRANSFER_OUTCOMES, Task, Then, Validated,
};
pub use guide::Guides;
pub use labels::{Labels, Told};
pub use problem::Problem;
pub use session::{Input, Next, Session, Sprint, Value, Values, Wait};
pub use texts::Texts;
pub use utterance::{Piece, Utterance, duration};
pub use words::{Catalog, Form, Level};

use crate::lang::Lang;

/// The files of the voice-scripts: text by path, relative to their folder.
pub type Files = BTreeMap<String, String>;

/// The flow, and the words of every language.
#[derive(Debug)]
pub struct Scripts {
    /// Every step.
    pub flow: Flow,
    /// The words, by language.
    pub catalogs: BTreeMap<Lang, Catalog>,
}

impl Scripts {
    /// Reads the scripts and proves nothing yet: what cannot be read at all is returned.
    pub fn read(files: &Files) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let starting = |prefix: &str| -> Files {
            let chosen = files.iter().filter(|(path, _)| path.starts_with(prefix));
            chosen.map(|(path, text)| (path.clone(), text.clone())).collect()
        };
        let flow = load::flow(&starting("flows/"), &mut problems);
        let mut catalogs = BTreeMap::new();
        for (path, text) in files {
            if let Some(folder) = path.strip_suffix("/voice.ftl") {
                match folder.parse() {
                    Ok(lang) => drop(catalogs.insert(lang, Catalog::parse(lang, path, text, &mut problems))),
                    Err(cause) => problems.push(Problem::new(path, 1, format!("{cause}."))),
                }
            }
        }
        (Self { flow, catalogs }, problems)
    }
}

/// Whether the language has words of its own for that need.
pub fn has_need(scripts: &Scripts, lang: Lang, category: &str) -> bool {
    scripts.catalogs.get(&lang).is_some_and(|catalog| catalog.has(&format!("besoin-{category}")))
}

/// What a request of this category is, in the words of a language (« des courses »), or in French.
pub fn need(scripts: &Scripts, lang: Lang, category: &str) -> String {
    need_of(scripts, lang, category, &Values::new())
}

/// The same, told more closely by what was answered (« des médicaments »).
pub fn need_of(scripts: &Scripts, lang: Lang, category: &str, answers: &Values) -> String {
    let form = Form { short: false, other: false };
    [lang, Lang::FRENCH]
        .into_iter()
        .find_map(|lang| scripts.catalogs.get(&lang)?.say(&format!("besoin-{category}"), form, answers))
        .map_or_else(
            || category.to_owned(),
            |pieces| {
                let words = pieces.iter().filter_map(|piece| match piece {
                    Piece::Words(words) => Some(words.as_str()),
                    Piece::Pause(_) => None,
                });
                words.collect::<Vec<_>>().join(" ")
            },
        )
}
