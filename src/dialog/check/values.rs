//! Proof: a phrase says, and a condition tests, only values that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::at;
use crate::dialog::Scripts;
use crate::dialog::facts::FACTS;
use crate::dialog::flow::{Action, Choice, FieldKind, Flow, StepKind};
use crate::dialog::problem::Problem;
use crate::dialog::session::Value;

pub(super) fn prove(scripts: &Scripts) -> Vec<Problem> {
    let known = known(&scripts.flow);
    let mut problems = conditions(&scripts.flow, &known);
    for catalog in scripts.catalogs.values() {
        let file = format!("{}/voice.ftl", catalog.lang);
        for id in catalog.ids() {
            for name in catalog.variables(id).into_iter().filter(|name| !known.contains_key(*name)) {
                let sentence = format!("la phrase « {id} » dit une valeur inconnue : ${name}. Vérifiez son nom.");
                problems.push(Problem::new(&file, catalog.line(id).unwrap_or(1), sentence));
            }
        }
    }
    problems
}

/// Every value by name, with samples: what the service knows, and what the flow asks.
pub(super) fn known(flow: &Flow) -> BTreeMap<String, Vec<Value>> {
    let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for fact in FACTS {
        known.insert(fact.name.to_owned(), fact.samples.iter().map(|sample| sample.value()).collect());
    }
    for step in flow.steps.values() {
        match &step.kind {
            StepKind::Menu(menu) => {
                known.entry(menu.name.clone().unwrap_or_default()).or_default().extend(words(&menu.choices));
            }
            StepKind::Field(field) => known.entry(field.name.clone()).or_default().push(digits(field.kind)),
            StepKind::Record(record) => known.entry(record.name.clone()).or_default().push("message".into()),
            StepKind::Block(actions) => actions.iter().for_each(|action| {
                if let Action::Assign(name, value) = action {
                    known.entry(name.clone()).or_default().push(value.as_str().into());
                }
            }),
            StepKind::Transfer(_) => {}
        }
    }
    known.remove("");
    known
}

fn words(choices: &[Choice]) -> impl Iterator<Item = Value> {
    choices.iter().filter_map(|choice| choice.value.as_deref().map(Value::from))
}

fn digits(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Phone => "0465710001".into(),
        FieldKind::Digits(length) => "7".repeat(usize::from(length)).into(),
        FieldKind::Count(_, most) => most.to_string().into(),
    }
}

fn conditions(flow: &Flow, known: &BTreeMap<String, Vec<Value>>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for step in flow.steps.values() {
        let StepKind::Block(actions) = &step.kind else { continue };
        for action in actions {
            match action {
                Action::If(condition) if !known.contains_key(&condition.test) => {
                    let sentence =
                        format!("la valeur « {} » est inconnue. Vérifiez son nom dans test.", condition.test);
                    problems.push(at(&condition.place, sentence));
                }
                Action::Clear(names) => {
                    let unknown: BTreeSet<_> = names.iter().filter(|name| !known.contains_key(*name)).collect();
                    problems.extend(
                        unknown
                            .into_iter()
                            .map(|name| at(&step.place, format!("<clear> oublie une valeur inconnue : « {name} »."))),
                    );
                }
                _ => {}
            }
        }
    }
    problems
}
