//! Proof: an agent reads every answer of a call in words.

use super::graph::at;
use crate::dialog::Files;
use crate::dialog::flow::{Action, Choice, Flow, Place, StepKind};
use crate::dialog::labels::{FILE, Labels};
use crate::dialog::problem::Problem;

pub(super) fn prove(flow: &Flow, files: &Files) -> Vec<Problem> {
    let (labels, mut problems) = Labels::read(files);
    let helpers = flow.categories.values().flat_map(|category| &category.helpers);
    problems
        .extend(helpers.filter_map(|helper| unnamed(&labels, &format!("competence-{}", helper.skill), &helper.place)));
    for step in flow.steps.values() {
        problems.extend(assigned(&labels, &step.kind, &step.place));
        let choices: &[Choice] = match &step.kind {
            StepKind::Menu(menu) => &menu.choices,
            StepKind::Record(record) => &record.choices,
            StepKind::Field(_) | StepKind::Block(_) | StepKind::Transfer(_) => &[],
        };
        let Some(name) = step.value_name() else { continue };
        problems.extend(unnamed(&labels, name, &step.place));
        let values = choices.iter().filter_map(|choice| Some((choice.value.as_deref()?, &choice.place)));
        problems.extend(values.filter_map(|(value, place)| unread(&labels, name, value, place)));
    }
    problems
}

/// What the flow itself notes of a call is read by agents as well.
fn assigned(labels: &Labels, kind: &StepKind, place: &Place) -> Vec<Problem> {
    let StepKind::Block(actions) = kind else { return Vec::new() };
    let pairs = actions.iter().filter_map(|action| match action {
        Action::Assign(name, value) => Some((name, value)),
        _ => None,
    });
    pairs
        .flat_map(|(name, value)| unnamed(labels, name, place).into_iter().chain(unread(labels, name, value, place)))
        .collect()
}

fn unnamed(labels: &Labels, name: &str, place: &Place) -> Option<Problem> {
    let advice = format!("les agents ne liraient pas « {name} » : ajoutez « {name} = … » dans {FILE}.");
    (!labels.knows(name)).then(|| at(place, advice))
}

fn unread(labels: &Labels, name: &str, value: &str, place: &Place) -> Option<Problem> {
    let is_read = !labels.knows(name) || labels.hides(name) || labels.answer(name, value).is_some();
    let advice = format!(
        "les agents ne liraient pas la réponse « {value} » : ajoutez « .{value} = … » sous « {name} » dans {FILE}."
    );
    (!is_read).then(|| at(place, advice))
}
