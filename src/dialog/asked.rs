//! What was pressed in a call, in words for the desk; and the questions of a category, for an agent who asks them in the
//! place of the call.
//!
//! Everything comes from the scripts, so that a category or a question that a town adds is told and asked at the desk
//! without any Rust. A question that fills no value has no label: its options are told in the words of its short form
//! (« Courses, 1. Papier, 2. »).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Scripts;
use super::check::graph::{self, Because};
use super::flow::{Choice, Field, FieldKind, Menu, Prompt, Record, Step, StepKind};
use super::labels::Labels;
use super::session::Values;
use super::utterance::Piece;
use crate::lang::Lang;

/// A question of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name of the value.
    pub name: String,
    /// The question, in few words.
    pub label: String,
    /// What may be answered.
    pub kind: Asked,
}

/// What may be answered to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// One of these.
    One(Vec<Choose>),
    /// A whole number between the two.
    Count(u8, u8),
    /// What the person says, typed.
    Text,
}

/// An option of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choose {
    /// The value.
    pub value: String,
    /// Its words.
    pub words: String,
    /// The level that it raises the request to (F-43).
    pub priority: Option<u8>,
}

/// What was pressed or said at a step that was left by that exit: « Pour quand : demain ».
pub fn pressed(scripts: &Scripts, labels: &Labels, step: &str, exit: &str) -> String {
    let Some(at) = scripts.flow.steps.get(step) else { return format!("{step} : {exit}") };
    let label = at.value_name().and_then(|name| labels.label(name)).filter(|label| !label.is_empty());
    let did = did(scripts, labels, at, exit);
    label.map_or(did.clone(), |label| format!("{label} : {did}"))
}

fn did(scripts: &Scripts, labels: &Labels, step: &Step, exit: &str) -> String {
    let chosen = choices(step).iter().find(|choice| choice.dtmf.to_string() == exit);
    match (exit, chosen) {
        (_, Some(choice)) => words_of(scripts, labels, step, choice),
        ("silence", _) => "rien".to_owned(),
        ("erreur", _) => "une touche sans effet".to_owned(),
        ("digits", _) => "des chiffres".to_owned(),
        ("message", _) => "un message parlé".to_owned(),
        ("answered", _) => "une personne a répondu".to_owned(),
        ("unanswered", _) => "personne n'a répondu".to_owned(),
        ("raccroche", _) => "a raccroché".to_owned(),
        ("0", _) => "une personne".to_owned(),
        (other, _) => format!("touche {other}"),
    }
}

/// What an agent asks for a category in the place of the call: its own questions, in their order.
pub fn questions(scripts: &Scripts, labels: &Labels, category: &str) -> Vec<Question> {
    let Some(own) = scripts.flow.categories.get(category) else { return Vec::new() };
    let own_file = |step: &&Step| step.place.file == own.place.file;
    let mut questions: Vec<Question> = Vec::new();
    for step in walk(scripts, category, &own.start).into_iter().filter(own_file) {
        let Some(name) = step.value_name().filter(|name| !labels.hides(name)) else { continue };
        if questions.iter().any(|known| known.name == name) {
            continue;
        }
        let label = labels.label(name).unwrap_or_else(|| name.to_owned());
        let kind = kind(scripts, labels, step);
        questions.extend(kind.map(|kind| Question { name: name.to_owned(), label, kind }));
    }
    questions
}

/// The names of the answers that are words of the person herself: an agent may write down what she heard.
pub fn spoken(scripts: &Scripts) -> BTreeSet<String> {
    let records = scripts.flow.steps.values().filter(|step| matches!(step.kind, StepKind::Record(_)));
    records.filter_map(Step::value_name).map(str::to_owned).collect()
}

fn kind(scripts: &Scripts, labels: &Labels, step: &Step) -> Option<Asked> {
    Some(match &step.kind {
        StepKind::Menu(menu) => Asked::One(options(scripts, labels, step, menu)),
        StepKind::Field(Field { kind: FieldKind::Count(least, most), .. }) => Asked::Count(*least, *most),
        StepKind::Record(_) => Asked::Text,
        _ => return None,
    })
}

/// The options of a question; those that lead to another category are chosen with it.
fn options(scripts: &Scripts, labels: &Labels, step: &Step, menu: &Menu) -> Vec<Choose> {
    let own = menu.choices.iter().filter(|choice| choice.category.is_none());
    let option = |choice: &Choice| {
        let (value, words) = (choice.value.clone()?, words_of(scripts, labels, step, choice));
        Some(Choose { value, words, priority: choice.priority })
    };
    own.filter_map(option).collect()
}

/// The steps in the order in which a call of that category meets them; failures and service keys aside.
fn walk<'a>(scripts: &'a Scripts, category: &str, start: &'a str) -> Vec<&'a Step> {
    let (mut met, mut steps, mut waiting) = (BTreeSet::new(), Vec::new(), VecDeque::from([start]));
    while let Some(id) = waiting.pop_front() {
        if let Some(step) = scripts.flow.steps.get(id).filter(|_| met.insert(id)) {
            steps.push(step);
            let ways = graph::ways(&scripts.flow, step).into_iter();
            waiting.extend(ways.filter(|way| leads_on(step, &way.because, category)).map(|way| way.to));
        }
    }
    steps
}

fn leads_on(step: &Step, because: &Because, category: &str) -> bool {
    match because {
        Because::Silence | Because::Mistakes => false,
        Because::Category(code) => code == category,
        Because::Key(key) => {
            let chosen = choices(step).iter().find(|choice| choice.dtmf == *key);
            chosen.is_some_and(|choice| choice.category.as_deref().is_none_or(|code| code == category))
        }
        _ => true,
    }
}

fn prompts(step: &Step) -> &[Prompt] {
    match &step.kind {
        StepKind::Menu(Menu { prompts, .. })
        | StepKind::Field(Field { prompts, .. })
        | StepKind::Record(Record { prompts, .. }) => prompts,
        StepKind::Block(_) | StepKind::Transfer(_) => &[],
    }
}

fn choices(step: &Step) -> &[Choice] {
    match &step.kind {
        StepKind::Menu(menu) => &menu.choices,
        StepKind::Record(record) => &record.choices,
        _ => &[],
    }
}

/// An option as agents read it: its label, else what callers hear.
fn words_of(scripts: &Scripts, labels: &Labels, step: &Step, choice: &Choice) -> String {
    let labelled = || labels.answer(step.value_name()?, choice.value.as_deref()?);
    let heard = || {
        let forms =
            prompts(step).iter().flat_map(|prompt| [Some("court"), None].map(|form| say(scripts, &prompt.id, form)));
        forms.flatten().find_map(|words| options_said(&words).remove(&choice.dtmf))
    };
    labelled().or_else(heard).unwrap_or_else(|| format!("touche {}", choice.dtmf))
}

fn say(scripts: &Scripts, id: &str, form: Option<&str>) -> Option<String> {
    let french = scripts.catalogs.get(&Lang::FRENCH)?;
    let (pieces, _) = french.form(id, form, &Values::new())?;
    let words = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Words(words) => Some(words),
        Piece::Pause(_) => None,
    });
    Some(words.collect::<Vec<_>>().join(" "))
}

/// The words of each option by its key: « Des courses ? Oui, 1. Non, tapez 2. »
fn options_said(words: &str) -> BTreeMap<char, String> {
    let sentences = words.split_inclusive(['.', '?', '!']).map(|sentence| sentence.trim().trim_end_matches(['.', '!']));
    let option = |sentence: &str| {
        let (words, key) = sentence.rsplit_once([',', ':'])?;
        let mut key = key.trim().trim_start_matches("tapez").trim().chars();
        let digit = key.next().filter(|digit| digit.is_ascii_digit() && key.next().is_none())?;
        // « Annuler : oui, 1. »: what stands before the colon is asked.
        let words = words.rsplit_once(" : ").map_or(words, |(_, words)| words);
        Some((digit, words.trim().to_lowercase()))
    };
    sentences.filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_a_phrase_are_told_from_its_question() {
        let options = options_said("À manger et vos médicaments ? Oui, 1. Non, ou peut-être, tapez 2.");
        assert_eq!(options, BTreeMap::from([('1', "oui".to_owned()), ('2', "non, ou peut-être".to_owned())]));
        assert_eq!(options_said("Annuler : oui, 1. Non, 2.")[&'1'], "oui");
        assert_eq!(options_said("Après le bip, dites votre nom."), BTreeMap::new());
        assert_eq!(options_said("Le plus jeune a trois ans : tapez 1.")[&'1'], "le plus jeune a trois ans");
    }
}
