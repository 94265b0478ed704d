//! Proof: `0` reaches a person, or at least a callback, from every question (F-02), and the main menus say so.

use std::collections::BTreeSet;

use super::graph::{self, Because, at};
use super::{Source, keys, steps};
use crate::dialog::Scripts;
use crate::dialog::flow::{Flow, Menu, Step, StepKind, Task};
use crate::dialog::problem::Problem;

pub(super) fn prove(scripts: &Scripts, sources: &[Source]) -> Vec<Problem> {
    let flow = &scripts.flow;
    let mut problems = Vec::new();
    let everywhere = flow.links.iter().any(|link| link.dtmf == '0');
    if let (false, Some(root)) = (everywhere, steps::root(sources)) {
        let sentence = "la touche 0 ne mène plus à une personne (règle F-02). Ajoutez <link dtmf=\"0\" next=\"personne\"/> dans ce fichier.";
        problems.push(Problem::new(&root.file, root.root.line, sentence));
    }
    for (id, step) in flow.steps.iter().filter(|(_, step)| graph::waits(step)) {
        let zero = graph::ways(flow, step).into_iter().find(|way| way.because == Because::Key('0'));
        if zero.is_some_and(|zero| !reaches(flow, zero.to)) {
            let sentence = format!(
                "à la question « {id} », la touche 0 ne mène pas à une personne (règle F-02). Menez-la à l'étape « personne »."
            );
            problems.push(at(&step.place, sentence));
        }
        if let StepKind::Menu(menu) = &step.kind
            && is_main(menu)
        {
            problems.extend(announced(scripts, id, step, menu));
        }
    }
    problems
}

/// Whether every way from the step, before any question, hands the call to a person or to a callback.
fn reaches(flow: &Flow, from: &str) -> bool {
    let mut met = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        let Some(step) = flow.steps.get(id) else { return false };
        if cares(step) || !met.insert(id) {
            continue;
        }
        let ways = graph::ways(flow, step);
        if graph::waits(step) || ways.is_empty() {
            return false;
        }
        waiting.extend(ways.into_iter().map(|way| way.to));
    }
    true
}

fn cares(step: &Step) -> bool {
    let task = graph::task(step);
    let kept =
        matches!(task, Some(Task::AskPerson | Task::AskPersonInDanger | Task::LeaveCallback(_) | Task::KeepRequest));
    kept || matches!(step.kind, StepKind::Transfer(_))
}

/// A menu that sorts callers by what they need.
fn is_main(menu: &Menu) -> bool {
    menu.name.is_none() && menu.choices.iter().any(|choice| choice.category.is_some())
}

fn announced(scripts: &Scripts, id: &str, step: &Step, menu: &Menu) -> Vec<Problem> {
    let silent = keys::languages_silent_about(scripts, id, &menu.prompts, '0');
    silent
        .into_iter()
        .map(|lang| {
            at(
                &step.place,
                format!(
                    "le menu « {id} » n'annonce pas la touche 0 en « {lang} » (règle F-02). Ajoutez-la à sa phrase."
                ),
            )
        })
        .collect()
}
