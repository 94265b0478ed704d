//! Proof: nothing stands in a flow file that the dialect does not know, so that a slip of the pen is never ignored.

use super::Source;
use crate::dialog::element::Element;
use crate::dialog::problem::Problem;

/// One element of the dialect.
struct Known {
    name: &'static str,
    attributes: &'static [&'static str],
    children: &'static [&'static str],
}

const STEPS: &[&str] =
    &["link", "repeat", "resume", "noinput", "nomatch", "category", "block", "menu", "field", "record", "transfer"];
const ACTIONS: &[&str] = &["prompt", "if", "assign", "clear", "priority", "submit", "goto", "disconnect"];
const OPTIONS: &[&str] = &["prompt", "choice", "link", "noinput", "nomatch"];
const HANDLER: &[&str] = &["count", "never-pressed", "prompt", "record", "question", "next"];

const DIALECT: &[Known] = &[
    Known { name: "flow", attributes: &["start", "limit"], children: STEPS },
    Known { name: "link", attributes: &["dtmf", "next"], children: &[] },
    Known { name: "repeat", attributes: &["prompt"], children: &[] },
    Known { name: "resume", attributes: &["prompt"], children: &[] },
    Known { name: "noinput", attributes: HANDLER, children: &[] },
    Known { name: "nomatch", attributes: HANDLER, children: &[] },
    Known { name: "category", attributes: &["code", "start", "by"], children: &["helper"] },
    Known { name: "helper", attributes: &["skill", "test", "is", "validate", "validate-is"], children: &[] },
    Known { name: "block", attributes: &["id"], children: ACTIONS },
    Known { name: "prompt", attributes: &["id", "lang", "once", "to"], children: &[] },
    Known { name: "if", attributes: &["test", "is", "next"], children: &[] },
    Known { name: "assign", attributes: &["name", "value"], children: &[] },
    Known { name: "clear", attributes: &["namelist"], children: &[] },
    Known { name: "priority", attributes: &["level"], children: &[] },
    Known { name: "submit", attributes: &["task", "reason"], children: &["outcome"] },
    Known { name: "outcome", attributes: &["is", "next"], children: &[] },
    Known { name: "goto", attributes: &["next", "category"], children: &[] },
    Known { name: "disconnect", attributes: &[], children: &[] },
    Known { name: "menu", attributes: &["id", "name", "timeout"], children: OPTIONS },
    Known {
        name: "choice",
        attributes: &["dtmf", "value", "next", "priority", "category", "lang", "service"],
        children: &[],
    },
    Known {
        name: "field",
        attributes: &["id", "name", "type", "length", "next", "timeout"],
        children: &["prompt", "link", "noinput", "nomatch"],
    },
    Known { name: "record", attributes: &["id", "name", "next", "max"], children: OPTIONS },
    Known { name: "transfer", attributes: &["id"], children: &["outcome"] },
];

/// The few words that an attribute accepts.
const WORDS: &[(&str, &[&str])] = &[
    ("once", &["yes"]),
    ("to", &["caller"]),
    ("service", &["yes"]),
    ("question", &["no", "yes"]),
    ("count", &["1", "2", "3"]),
];

pub(super) fn prove(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources {
        visit(&source.file, &source.root, &mut problems);
    }
    problems
}

fn visit(file: &str, at: &Element, problems: &mut Vec<Problem>) {
    let mut complain = |line, sentence| problems.push(Problem::new(file, line, sentence));
    let Some(known) = DIALECT.iter().find(|known| known.name == at.name) else {
        return complain(at.line, format!("la balise <{}> n'existe pas dans les scripts.", at.name));
    };
    for (name, value) in &at.attributes {
        if !known.attributes.contains(&name.as_str()) {
            let list = known.attributes.join(", ");
            complain(at.line, format!("la balise <{}> ne connaît pas « {name} ». Elle accepte : {list}.", at.name));
        }
        let words = WORDS.iter().find(|(attribute, _)| attribute == name).map(|(_, words)| *words);
        if let Some(words) = words.filter(|words| !words.contains(&value.as_str())) {
            let list = words.join("\" ou \"");
            complain(
                at.line,
                format!("{name}=\"{value}\" ne veut rien dire ici. Écrivez {name}=\"{list}\", ou retirez-le."),
            );
        }
    }
    for child in &at.children {
        if known.children.contains(&child.name.as_str()) {
            visit(file, child, problems);
        } else {
            let sentence = format!("la balise <{}> n'a pas sa place dans <{}>.", child.name, at.name);
            problems.push(Problem::new(file, child.line, sentence));
        }
    }
}
