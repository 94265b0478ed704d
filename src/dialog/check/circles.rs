//! Proof: steps never turn in a circle without asking something, even when every answer is already known.
//!
//! A question whose value is known is passed over (the form rule of the engine), so the walk carries the values that a
//! `<clear>` on its way has forgotten: those alone are asked again.

use std::collections::BTreeSet;

use super::graph::{at, ends_block};
use crate::dialog::flow::{Action, Choice, Flow, Step, StepKind};
use crate::dialog::problem::Problem;

/// A step, and the values forgotten on the way to it.
type Spot = (String, BTreeSet<String>);

pub(super) fn prove(flow: &Flow) -> Vec<Problem> {
    let mut safe = BTreeSet::new();
    let circles = flow.steps.keys().filter(|id| turns(flow, id, &mut safe));
    circles
        .filter_map(|id| {
            let sentence =
                format!("l'étape « {id} » revient à elle-même sans rien demander. Ajoutez une question sur ce chemin.");
            Some(at(&flow.steps.get(id)?.place, sentence))
        })
        .collect()
}

/// Whether the walk that begins at `id`, everything known, comes back to `id`.
fn turns(flow: &Flow, id: &str, safe: &mut BTreeSet<String>) -> bool {
    let mut met: BTreeSet<Spot> = BTreeSet::new();
    let mut waiting: Vec<Spot> = vec![(id.to_owned(), BTreeSet::new())];
    while let Some((at, forgotten)) = waiting.pop() {
        let Some(step) = flow.steps.get(&at).filter(|_| !safe.contains(&at)) else { continue };
        for next in after(flow, step, &forgotten) {
            if next.0 == id {
                return true;
            }
            if met.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    safe.insert(id.to_owned());
    false
}

/// Where the call goes on without a wait.
fn after(flow: &Flow, step: &Step, forgotten: &BTreeSet<String>) -> Vec<Spot> {
    let known = |name: &str| !forgotten.contains(name);
    let to = |next: &str| (next.to_owned(), forgotten.clone());
    match &step.kind {
        StepKind::Block(actions) => block(flow, actions, forgotten.clone()),
        StepKind::Menu(menu) if menu.name.as_deref().is_some_and(known) => menu
            .choices
            .iter()
            .filter(|choice| choice.value.is_some())
            .map(|choice: &Choice| to(&choice.next))
            .collect(),
        StepKind::Field(field) if known(&field.name) => vec![to(&field.next)],
        StepKind::Record(record) if known(&record.name) => vec![to(&record.next)],
        _ => Vec::new(),
    }
}

fn block(flow: &Flow, actions: &[Action], mut forgotten: BTreeSet<String>) -> Vec<Spot> {
    let mut spots = Vec::new();
    for action in actions {
        match action {
            Action::If(condition) => spots.push((condition.next.clone(), forgotten.clone())),
            Action::Assign(name, _) => drop(forgotten.remove(name)),
            Action::Clear(names) => forgotten.extend(names.iter().cloned()),
            Action::Submit(submit) => {
                spots.extend(submit.outcomes.iter().map(|outcome| (outcome.next.clone(), forgotten.clone())));
            }
            Action::Goto(next) => spots.push((next.clone(), forgotten.clone())),
            Action::GotoCategory => {
                spots.extend(flow.categories.values().map(|category| (category.start.clone(), forgotten.clone())));
            }
            _ => {}
        }
        if ends_block(action) {
            break;
        }
    }
    spots
}
