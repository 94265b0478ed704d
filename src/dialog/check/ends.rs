//! Proof: from every step the call can end, so that no caller is kept in a part of the dialog without a way out.

use std::collections::BTreeSet;

use super::graph::{at, hangs_up, ways};
use crate::dialog::flow::Flow;
use crate::dialog::problem::Problem;

pub(super) fn prove(flow: &Flow) -> Vec<Problem> {
    let mut ending: BTreeSet<&str> = BTreeSet::new();
    loop {
        let known = ending.len();
        for (id, step) in &flow.steps {
            if hangs_up(step) || ways(flow, step).iter().any(|way| ending.contains(way.to)) {
                ending.insert(id);
            }
        }
        if ending.len() == known {
            break;
        }
    }
    let stuck = flow.steps.iter().filter(|(id, _)| !ending.contains(id.as_str()));
    stuck
        .map(|(id, step)| {
            let sentence =
                format!("après l'étape « {id} », l'appel ne peut plus finir : aucun chemin ne mène à <disconnect/>.");
            at(&step.place, sentence)
        })
        .collect()
}
