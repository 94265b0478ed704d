//! Proof: every step is met by some call.

use super::graph::{self, Known, at};
use crate::dialog::flow::Flow;
use crate::dialog::problem::Problem;

pub(super) fn prove(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let chosen = |code: &str| graph::choices(flow).any(|(_, choice)| choice.category.as_deref() == Some(code));
    for (code, category) in &flow.categories {
        if !chosen(code) {
            let sentence = format!(
                "aucune touche ne mène à la catégorie « {code} ». Ajoutez <choice … category=\"{code}\"/> à un menu."
            );
            problems.push(at(&category.place, sentence));
        }
    }
    let met = graph::reachable(flow, [flow.start.as_str(), flow.limit.as_str()], Known::default());
    for (id, step) in flow.steps.iter().filter(|(id, _)| !met.contains(id.as_str())) {
        let sentence = format!("aucun appel n'arrive à l'étape « {id} ». Menez-y une autre étape, ou retirez-la.");
        problems.push(at(&step.place, sentence));
    }
    problems
}
