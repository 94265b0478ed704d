//! Proof: every answer that the service may give is provided for, and no other.

use super::graph::at;
use crate::dialog::flow::{Action, Flow, Outcome, Place, StepKind, TRANSFER_OUTCOMES};
use crate::dialog::problem::Problem;

pub(super) fn prove(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    for step in flow.steps.values() {
        match &step.kind {
            StepKind::Block(actions) => actions.iter().for_each(|action| {
                if let Action::Submit(submit) = action {
                    compare(&submit.place, &submit.outcomes, submit.task.outcomes(), &mut problems);
                }
            }),
            StepKind::Transfer(outcomes) => compare(&step.place, outcomes, TRANSFER_OUTCOMES, &mut problems),
            _ => {}
        }
    }
    problems
}

fn compare(place: &Place, outcomes: &[Outcome], expected: &[&str], problems: &mut Vec<Problem>) {
    for answer in expected {
        match outcomes.iter().filter(|outcome| outcome.is == *answer).count() {
            1 => {}
            0 => problems.push(at(
                place,
                format!("il manque la suite de la réponse « {answer} » : <outcome is=\"{answer}\" next=\"…\"/>."),
            )),
            _ => problems.push(at(place, format!("la réponse « {answer} » a deux suites. N'en gardez qu'une."))),
        }
    }
    for outcome in outcomes.iter().filter(|outcome| !expected.contains(&outcome.is.as_str())) {
        let list = expected.join(", ");
        problems.push(at(
            &outcome.place,
            format!("la réponse « {} » n'arrive jamais ici. Les réponses possibles sont : {list}.", outcome.is),
        ));
    }
}
