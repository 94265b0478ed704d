//! Proof: the keys of a menu can be pressed, are few, follow each other, and are announced (F-03, F-11, F-12).

use std::collections::BTreeSet;

use super::graph::{self, Known, at};
use super::phrases;
use crate::dialog::Scripts;
use crate::dialog::flow::{Choice, Flow, Menu, Prompt, Step, StepKind};
use crate::dialog::problem::Problem;
use crate::dialog::session::Values;
use crate::dialog::utterance::Piece;
use crate::lang::Lang;

/// Numbered options of a menu at most (F-03).
const OPTIONS: usize = 4;

pub(super) fn prove(scripts: &Scripts) -> Vec<Problem> {
    let flow = &scripts.flow;
    let mut problems = Vec::new();
    for (id, step) in &flow.steps {
        let (choices, prompts): (&[Choice], &[Prompt]) = match &step.kind {
            StepKind::Menu(menu) => {
                problems.extend(order(id, step, menu));
                (&menu.choices, &menu.prompts)
            }
            StepKind::Record(record) => (&record.choices, &record.prompts),
            _ => continue,
        };
        problems.extend(doubles(flow, choices));
        problems.extend(services(flow, id, choices));
        problems.extend(unheard(scripts, id, choices, prompts));
    }
    problems
}

fn doubles(flow: &Flow, choices: &[Choice]) -> Vec<Problem> {
    let mut met = BTreeSet::new();
    let mut problems = Vec::new();
    for choice in choices {
        let key = choice.dtmf;
        if !met.insert(key) {
            problems.push(at(
                &choice.place,
                format!("la touche {key} a deux sens dans ce menu. Donnez une autre touche à l'un des deux."),
            ));
        }
        if matches!(key, '*' | '#') {
            problems.push(at(
                &choice.place,
                format!("la touche {key} est réservée (étoile : réécouter, dièse : fini). Choisissez un chiffre."),
            ));
        }
        if let Some(link) = flow.links.iter().find(|link| link.dtmf == key) {
            let place = format!("{}, ligne {}", link.place.file, link.place.line);
            problems.push(at(
                &choice.place,
                format!("la touche {key} a déjà un sens partout ({place}). Choisissez un autre chiffre."),
            ));
        }
    }
    problems
}

fn order(id: &str, step: &Step, menu: &Menu) -> Vec<Problem> {
    let mut problems = Vec::new();
    let numbered: Vec<_> =
        menu.choices.iter().filter(|choice| !choice.service && choice.dtmf.is_ascii_digit()).collect();
    if let Some(fifth) = numbered.get(OPTIONS) {
        let count = numbered.len();
        let sentence = format!(
            "le menu « {id} » a {count} options. Quatre au plus : au-delà, on ne les retient pas (règle F-03). Déplacez les autres dans un second menu."
        );
        problems.push(at(&fifth.place, sentence));
    }
    if menu.choices.is_empty() {
        problems.push(at(&step.place, format!("le menu « {id} » n'a aucune option. Ajoutez-lui un <choice …/>.")));
    }
    let expected = ('1'..='9').zip(&numbered);
    if let Some((key, choice)) = expected.into_iter().find(|(key, choice)| *key != choice.dtmf) {
        let sentence = format!(
            "les touches du menu « {id} » se suivent à partir de 1 (règle F-11) : ici on attend {key}, pas {}.",
            choice.dtmf
        );
        problems.push(at(&choice.place, sentence));
    }
    problems
}

fn services(flow: &Flow, id: &str, choices: &[Choice]) -> Vec<Problem> {
    let services = choices.iter().filter(|choice| choice.service);
    let welcome = first_question(flow) == Some(id);
    services
        .filter_map(|choice| match (welcome, choice.dtmf) {
            (true, '6'..='9') => None,
            (true, key) => Some(at(&choice.place, format!("une touche de service va de 6 à 9, pas {key}."))),
            (false, _) => Some(at(
                &choice.place,
                "les touches de service n'existent que dans le premier menu. Retirez service=\"yes\".",
            )),
        })
        .collect()
}

/// The first step at which a call waits.
pub(super) fn first_question(flow: &Flow) -> Option<&str> {
    let mut waiting = vec![flow.start.as_str()];
    let mut met = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let (id, step) = flow.steps.get_key_value(id)?;
        if graph::waits(step) {
            return Some(id);
        }
        if met.insert(id) {
            waiting.extend(graph::ways_knowing(flow, step, Known::default()).into_iter().map(|way| way.to));
        }
    }
    None
}

fn unheard(scripts: &Scripts, id: &str, choices: &[Choice], prompts: &[Prompt]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for choice in choices.iter().filter(|choice| !choice.service && choice.dtmf.is_ascii_digit()) {
        for lang in languages_silent_about(scripts, id, prompts, choice.dtmf) {
            let key = choice.dtmf;
            let sentence = format!(
                "la touche {key} de « {id} » n'est pas annoncée en « {lang} ». Dites-la dans la phrase, ou dans sa forme courte."
            );
            problems.push(at(&choice.place, sentence));
        }
    }
    problems
}

/// The languages in which a question, or its short form, does not say a key of its step.
pub(super) fn languages_silent_about(scripts: &Scripts, step: &str, prompts: &[Prompt], key: char) -> Vec<Lang> {
    let heard = scripts.catalogs.values().filter(|catalog| phrases::steps_heard(scripts, catalog).contains(step));
    let says = |lang: Lang, id: &str, form: Option<&str>| {
        let spoken = scripts.catalogs.get(&lang)?.form(id, form, &Values::new())?;
        Some(names(&spoken.0, key))
    };
    let silent = heard.filter(|catalog| {
        let lang = catalog.lang;
        let known = || prompts.iter().filter(|prompt| catalog.has(&prompt.id));
        let whole = known().any(|prompt| says(lang, &prompt.id, None) == Some(true));
        let short = known().all(|prompt| {
            says(lang, &prompt.id, None) != Some(true) || says(lang, &prompt.id, Some("court")) != Some(false)
        });
        known().next().is_some() && !(whole && short)
    });
    silent.map(|catalog| catalog.lang).collect()
}

fn names(pieces: &[Piece], key: char) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Words(words) => words.split(|one: char| !one.is_alphanumeric()).any(|word| word.parse() == Ok(key)),
        Piece::Pause(_) => false,
    })
}
