//! What agents read in the place of the names and values of a flow, from `fr/bureau.ftl`: whoever adds a question to a
//! script adds its label beside it, and the proofs see to it. Pure.

use std::collections::BTreeMap;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

use super::Files;
use super::problem::Problem;
use super::session::{Value, Values};
use super::words::message_id;

/// The file of the labels.
pub(super) const FILE: &str = "fr/bureau.ftl";

/// The labels.
#[derive(Default)]
pub struct Labels {
    bundle: Option<FluentBundle<FluentResource>>,
    /// The names, in the order of the file.
    names: Vec<String>,
    pub(super) lines: BTreeMap<String, usize>,
}

/// One answer as an agent reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The name in the flow.
    pub name: String,
    /// The question, in few words.
    pub label: String,
    /// The answer.
    pub answer: String,
}

impl Labels {
    /// Reads the file; what cannot be read is returned.
    pub fn read(files: &Files) -> (Self, Vec<Problem>) {
        let Some(text) = files.get(FILE) else {
            return (
                Self::default(),
                vec![Problem::new(FILE, 1, "il manque ce fichier : il dit aux agents ce qui a été répondu.")],
            );
        };
        let mut problems = Vec::new();
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            problems.extend(errors.iter().map(|error| {
                let line = text.get(..error.pos.start).map_or(1, |before| before.matches('\n').count() + 1);
                Problem::new(FILE, line, format!("cette ligne ne se lit pas ({}).", error.kind))
            }));
            resource
        });
        let mut bundle = FluentBundle::new_concurrent(vec!["fr".parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        let written = |(index, line)| Some((message_id(line)?.to_owned(), index + 1));
        let lines: Vec<_> = text.lines().enumerate().filter_map(written).collect();
        let names = lines.iter().map(|(name, _)| name.clone()).collect();
        (Self { bundle: Some(bundle), names, lines: lines.into_iter().collect() }, problems)
    }

    /// What a name is called; none where it has no label, or is nothing to read.
    pub fn label(&self, name: &str) -> Option<String> {
        let bundle = self.bundle.as_ref()?;
        let pattern = bundle.get_message(name)?.value()?;
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }

    /// Whether the name is written in the file.
    pub fn knows(&self, name: &str) -> bool {
        self.lines.contains_key(name)
    }

    /// Whether the name is nothing to read for an agent.
    pub fn hides(&self, name: &str) -> bool {
        self.answer(name, "cache").is_some()
    }

    /// What a value of that name is called, if it has a word of its own.
    pub fn answer(&self, name: &str, value: &str) -> Option<String> {
        let bundle = self.bundle.as_ref()?;
        let attribute = bundle.get_message(name)?.get_attribute(value)?;
        Some(bundle.format_pattern(attribute.value(), None, &mut Vec::new()).into_owned())
    }

    /// The answers of a call in words, in the order of the file; what has no label is told by its name rather than lost.
    pub fn told(&self, answers: &Values) -> Vec<Told> {
        let known = self.names.iter().filter_map(|name| Some((name, answers.get(name)?)));
        let unknown = answers.iter().filter(|(name, _)| !self.knows(name));
        known.chain(unknown).filter(|(name, _)| !self.hides(name)).map(|(name, value)| self.one(name, value)).collect()
    }

    fn one(&self, name: &str, value: &Value) -> Told {
        let value = value.to_string();
        Told {
            name: name.to_owned(),
            label: self.label(name).unwrap_or_else(|| name.to_owned()),
            answer: self.answer(name, &value).unwrap_or(value),
        }
    }
}

impl std::fmt::Debug for Labels {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(&self.names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let text = "type = Ce qu'il faut\n    .pain = du pain\ncombien = Nombre\nrelu =\n    .cache = oui\n";
        let (labels, problems) = Labels::read(&Files::from([(FILE.to_owned(), text.to_owned())]));
        assert_eq!(problems, []);
        labels
    }

    #[test]
    fn answers_are_told_in_the_order_of_the_file_and_none_is_lost() {
        let answers = ["relu", "combien", "inconnu", "type"].into_iter().zip(["oui", "3", "x", "pain"]);
        let answers: Values = answers.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let told: Vec<_> = labels().told(&answers).into_iter().map(|told| (told.label, told.answer)).collect();
        let expected = [("Ce qu'il faut", "du pain"), ("Nombre", "3"), ("inconnu", "x")];
        assert_eq!(told, expected.map(|(label, answer)| (label.to_owned(), answer.to_owned())));
    }

    #[test]
    fn a_missing_file_is_a_problem_and_the_names_are_told() {
        let (labels, problems) = Labels::read(&Files::new());
        assert_eq!(problems.len(), 1);
        let answers = Values::from([("quand".to_owned(), Value::from("demain"))]);
        assert_eq!(labels.told(&answers)[0].label, "quand");
    }
}
