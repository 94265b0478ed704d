//! Proof: a caller who asks for another person is never told « vous » about that person (F-21).
//!
//! A question that may follow `pour = autre` and whose French words say « vous », « votre » or « vos » needs a `.tiers`
//! form, unless its `<prompt to="caller">` declares that it speaks to the caller about herself. A complete language has
//! the same forms as the French.

use super::graph::{self, Known, at};
use crate::dialog::Scripts;
use crate::dialog::flow::{Prompt, Step, StepKind};
use crate::dialog::problem::Problem;
use crate::dialog::session::Values;
use crate::dialog::utterance::Piece;
use crate::dialog::words::{Catalog, Level};
use crate::lang::Lang;

pub(super) fn prove(scripts: &Scripts) -> Vec<Problem> {
    let Some(french) = scripts.catalogs.get(&Lang::FRENCH) else { return Vec::new() };
    let mut problems = Vec::new();
    for step in met(scripts).into_iter().filter_map(|id| scripts.flow.steps.get(id)) {
        for prompt in questions(step).iter().filter(|prompt| !prompt.to_caller && prompt.lang.is_none()) {
            if says_you(french, &prompt.id) && !french.forms(&prompt.id).iter().any(|form| form == "tiers") {
                let sentence = format!(
                    "« {} » dit « vous » à qui appelle pour une autre personne. Écrivez sa forme .tiers, ou to=\"caller\" si elle parle bien de qui appelle.",
                    prompt.id
                );
                problems.push(at(&prompt.place, sentence));
            }
        }
    }
    for catalog in scripts.catalogs.values().filter(|catalog| catalog.level == Level::Complete) {
        problems.extend(same_forms(french, catalog));
    }
    problems
}

/// The steps that may follow the choice of another person.
fn met(scripts: &Scripts) -> std::collections::BTreeSet<&str> {
    let flow = &scripts.flow;
    let asks = |step: &str| matches!(flow.steps.get(step).map(|step| &step.kind), Some(StepKind::Menu(menu)) if menu.name.as_deref() == Some("pour"));
    let chosen = graph::choices(flow).filter(|(step, choice)| asks(step) && choice.value.as_deref() == Some("autre"));
    graph::reachable(
        flow,
        chosen.map(|(_, choice)| choice.next.as_str()),
        Known { for_other: true, ..Known::default() },
    )
}

fn questions(step: &Step) -> &[Prompt] {
    match &step.kind {
        StepKind::Menu(menu) => &menu.prompts,
        StepKind::Field(field) => &field.prompts,
        StepKind::Record(record) => &record.prompts,
        StepKind::Block(_) | StepKind::Transfer(_) => &[],
    }
}

fn says_you(french: &Catalog, id: &str) -> bool {
    let spoken = french.form(id, None, &Values::new()).map(|(pieces, _)| pieces).unwrap_or_default();
    spoken.iter().any(|piece| match piece {
        Piece::Words(words) => {
            let words = words.to_lowercase();
            words.split(|one: char| !one.is_alphanumeric()).any(|word| matches!(word, "vous" | "votre" | "vos"))
        }
        Piece::Pause(_) => false,
    })
}

fn same_forms(french: &Catalog, catalog: &Catalog) -> Vec<Problem> {
    let file = format!("{}/voice.ftl", catalog.lang);
    let mut problems = Vec::new();
    for id in catalog.ids() {
        let own = catalog.forms(id);
        for form in french.forms(id).into_iter().filter(|form| !own.contains(form)) {
            let sentence = format!("la phrase « {id} » a une forme .{form} en français : écrivez-la aussi ici.");
            problems.push(Problem::new(&file, catalog.line(id).unwrap_or(1), sentence));
        }
    }
    problems
}
