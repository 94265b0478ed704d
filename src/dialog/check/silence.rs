//! Proof: whoever says nothing, or presses wrong keys only, is always led to an end (F-01, F-17).
//!
//! Three failures in a row lead out of every question, and the ways of failure never come back to a question that they
//! left, except where the queue is read again on the way: waiting for a person is bounded by the service.

use std::collections::BTreeSet;

use super::graph::{self, Because, at, way_out};
use crate::dialog::flow::{Events, Flow, Step, StepKind, Task};
use crate::dialog::problem::Problem;

pub(super) fn prove(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, step) in &flow.steps {
        let Some(events) = events(step) else { continue };
        if way_out(&events.noinput, &flow.noinput).is_none() {
            let sentence = format!(
                "à la question « {id} », trois silences de suite ne mènent nulle part. Ajoutez <noinput count=\"3\" next=\"…\"/>."
            );
            problems.push(at(&step.place, sentence));
        }
        if way_out(&events.nomatch, &flow.nomatch).is_none() {
            let sentence = format!(
                "à la question « {id} », trois erreurs de suite ne mènent nulle part. Ajoutez <nomatch count=\"3\" next=\"…\"/>."
            );
            problems.push(at(&step.place, sentence));
        }
        for (failure, word) in [(Because::Silence, "se taire"), (Because::Mistakes, "se tromper")] {
            if returns(flow, id, &failure) {
                let sentence = format!(
                    "à force de {word}, on revient sans fin à la question « {id} ». Menez-la vers une personne ou une fin."
                );
                problems.push(at(&step.place, sentence));
            }
        }
    }
    problems
}

fn events(step: &Step) -> Option<&Events> {
    match &step.kind {
        StepKind::Menu(menu) => Some(&menu.events),
        StepKind::Field(field) => Some(&field.events),
        StepKind::Record(record) => Some(&record.events),
        StepKind::Block(_) | StepKind::Transfer(_) => None,
    }
}

/// Whether failures alone lead from the question back to itself without reading the queue.
fn returns(flow: &Flow, id: &str, failure: &Because) -> bool {
    let mut met = BTreeSet::new();
    let mut waiting = vec![id];
    while let Some(here) = waiting.pop() {
        let Some(step) = flow.steps.get(here).filter(|step| !reads_queue(step)) else { continue };
        let ways = graph::ways(flow, step).into_iter();
        for way in ways.filter(|way| !graph::waits(step) || way.because == *failure) {
            if way.to == id {
                return true;
            }
            if met.insert(way.to) {
                waiting.push(way.to);
            }
        }
    }
    false
}

fn reads_queue(step: &Step) -> bool {
    matches!(graph::task(step), Some(Task::AskPerson | Task::AskPersonInDanger))
}
