//! Proof: each language has every phrase that its level needs, and none that nothing says.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::graph::{self, Known};
use crate::dialog::Scripts;
use crate::dialog::element::Element;
use crate::dialog::flow::{Action, Flow, Handler, Prompt, StepKind, Then};
use crate::dialog::problem::Problem;
use crate::dialog::words::{Catalog, Level};
use crate::lang::Lang;

/// Phrases that no flow names: the service says them to callers when something fails.
const TO_CALLERS: &[&str] = &["panne", "panne-sans-numero"];
/// Phrases that no flow names: the service says them before any language is chosen, and to the staff.
const TO_OTHERS: &[&str] = &[
    "ligne-inconnue",
    "bureau-appel",
    "besoin-personne",
    "bureau-pris",
    "alerte-appel",
    "alerte-pris",
    "alerte-faite",
    "rappel-agent",
    "rappel-lance",
    "rappel-fini",
];
/// What a file says about itself.
const ABOUT_ITSELF: &[&str] = &["niveau"];

/// Where a phrase is asked for.
struct Use {
    file: String,
    line: usize,
    lang: Option<Lang>,
}

pub(super) fn prove(scripts: &Scripts, sources: &[Source]) -> Vec<Problem> {
    let uses = uses(sources);
    let mut problems = Vec::new();
    match scripts.catalogs.get(&Lang::FRENCH).map(|french| french.level) {
        Some(Level::Complete) => {}
        Some(Level::Welcome) => {
            problems.push(Problem::new("fr/voice.ftl", 1, "le français dit tout : niveau = complet."));
        }
        None => problems.push(Problem::new("fr/voice.ftl", 1, "il manque le fichier des phrases en français.")),
    }
    for catalog in scripts.catalogs.values() {
        problems.extend(missing(scripts, catalog, &uses));
        problems.extend(unused(scripts, catalog, &uses));
        problems.extend(broken(catalog));
    }
    let languages = uses.values().flatten().filter_map(|at| Some((at, at.lang?)));
    for (at, lang) in languages.filter(|(_, lang)| !scripts.catalogs.contains_key(lang)) {
        problems.push(Problem::new(&at.file, at.line, format!("il n'y a pas de fichier {lang}/voice.ftl.")));
    }
    problems
}

/// Every phrase that the flow asks for, and where.
fn uses(sources: &[Source]) -> BTreeMap<String, Vec<Use>> {
    let mut all = BTreeMap::new();
    for source in sources {
        collect(&source.file, &source.root, &mut all);
    }
    all
}

fn collect(file: &str, at: &Element, all: &mut BTreeMap<String, Vec<Use>>) {
    let lang = at.get("lang").and_then(|lang| lang.parse().ok());
    let ids = if at.name == "prompt" { vec![at.get("id")] } else { vec![at.get("prompt"), at.get("record")] };
    for id in ids.into_iter().flatten() {
        all.entry(id.to_owned()).or_default().push(Use { file: file.to_owned(), line: at.line, lang });
    }
    at.children.iter().for_each(|child| collect(file, child, all));
}

fn missing(scripts: &Scripts, catalog: &Catalog, uses: &BTreeMap<String, Vec<Use>>) -> Vec<Problem> {
    let needed = needed(scripts, catalog, uses);
    let absent = needed.iter().filter(|id| !catalog.has(id));
    absent
        .map(|id| {
            let file = format!("{}/voice.ftl", catalog.lang);
            let first = uses.get(id).and_then(|uses| uses.first()).filter(|_| catalog.lang == Lang::FRENCH);
            match (first, scripts.catalogs.get(&Lang::FRENCH).and_then(|french| before(french, catalog, id))) {
                (Some(at), _) => {
                    Problem::new(&at.file, at.line, format!("la phrase « {id} » n'est pas écrite dans {file}."))
                }
                (None, Some((previous, line))) => {
                    Problem::new(&file, line, format!("il manque la phrase « {id} ». Écrivez-la après « {previous} »."))
                }
                (None, None) => {
                    Problem::new(&file, 1, format!("il manque la phrase « {id} ». Écrivez-la dans ce fichier."))
                }
            }
        })
        .collect()
}

/// The phrase of `catalog` after which `id` belongs, in the order of the French file, and its line.
fn before<'a>(french: &'a Catalog, catalog: &Catalog, id: &str) -> Option<(&'a str, usize)> {
    let line = french.line(id)?;
    let earlier = french.ids().filter(|other| french.line(other) < Some(line) && catalog.has(other));
    let previous = earlier.max_by_key(|other| french.line(other))?;
    Some((previous, catalog.line(previous)?))
}

fn needed(scripts: &Scripts, catalog: &Catalog, uses: &BTreeMap<String, Vec<Use>>) -> BTreeSet<String> {
    let named = uses.iter().filter(|(_, uses)| uses.iter().any(|at| at.lang == Some(catalog.lang)));
    let mut needed: BTreeSet<String> = named.map(|(id, _)| id.clone()).collect();
    needed.extend(TO_CALLERS.iter().map(|id| (*id).to_owned()));
    if catalog.level == Level::Complete {
        let common = uses.iter().filter(|(_, uses)| uses.iter().any(|at| at.lang.is_none()));
        needed.extend(common.map(|(id, _)| id.clone()));
        needed.extend(TO_OTHERS.iter().map(|id| (*id).to_owned()));
        needed.extend(scripts.flow.categories.keys().map(|code| format!("besoin-{code}")));
    } else {
        for step in steps_heard(scripts, catalog) {
            needed.extend(said_at(&scripts.flow, step).map(str::to_owned));
        }
        needed.extend(said_everywhere(&scripts.flow).map(str::to_owned));
    }
    needed
}

/// The steps that a call in this language may meet.
pub(super) fn steps_heard<'a>(scripts: &'a Scripts, catalog: &Catalog) -> BTreeSet<&'a str> {
    let flow = &scripts.flow;
    if catalog.level == Level::Complete {
        return flow.steps.keys().map(String::as_str).collect();
    }
    let chosen = graph::choices(flow).filter(|(_, choice)| choice.lang == Some(catalog.lang));
    let roots = chosen.map(|(_, choice)| choice.next.as_str()).chain([flow.limit.as_str()]);
    graph::reachable(flow, roots, Known { level: Some(Level::Welcome), for_other: false })
}

fn said_at<'a>(flow: &'a Flow, step: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    let plain =
        |prompts: &'a [Prompt]| prompts.iter().filter(|prompt| prompt.lang.is_none()).map(|prompt| prompt.id.as_str());
    let asked = |list: &'a [Handler]| list.iter().flat_map(after_failure);
    match flow.steps.get(step).map(|step| &step.kind) {
        Some(StepKind::Block(actions)) => Box::new(actions.iter().filter_map(|action| match action {
            Action::Prompt(prompt) if prompt.lang.is_none() => Some(prompt.id.as_str()),
            _ => None,
        })),
        Some(StepKind::Menu(menu)) => {
            Box::new(plain(&menu.prompts).chain(asked(&menu.events.noinput)).chain(asked(&menu.events.nomatch)))
        }
        Some(StepKind::Field(field)) => {
            Box::new(plain(&field.prompts).chain(asked(&field.events.noinput)).chain(asked(&field.events.nomatch)))
        }
        Some(StepKind::Record(record)) => {
            Box::new(plain(&record.prompts).chain(asked(&record.events.noinput)).chain(asked(&record.events.nomatch)))
        }
        Some(StepKind::Transfer(_)) | None => Box::new(std::iter::empty()),
    }
}

fn after_failure(handler: &Handler) -> Vec<&str> {
    match &handler.then {
        Then::Ask { prompt, record, .. } => {
            [Some(prompt), record.as_ref()].into_iter().flatten().map(String::as_str).collect()
        }
        Then::Goto(_) => Vec::new(),
    }
}

fn said_everywhere(flow: &Flow) -> impl Iterator<Item = &str> {
    let handlers = flow.noinput.iter().chain(&flow.nomatch).flat_map(after_failure);
    handlers.chain(flow.repeated.as_deref()).chain(flow.resumed.as_deref())
}

fn unused(scripts: &Scripts, catalog: &Catalog, uses: &BTreeMap<String, Vec<Use>>) -> Vec<Problem> {
    let mut said: BTreeSet<&str> = uses
        .iter()
        .filter(|(_, uses)| uses.iter().any(|at| at.lang.is_none_or(|lang| lang == catalog.lang)))
        .map(|(id, _)| id.as_str())
        .collect();
    // A category may say in its own words that it is a danger, to whoever answers at the desk.
    let needs: Vec<_> = scripts
        .flow
        .categories
        .keys()
        .flat_map(|code| ["besoin-", "besoin-danger-"].map(|of| of.to_owned() + code))
        .collect();
    said.extend(needs.iter().map(String::as_str));
    said.extend(TO_CALLERS.iter().chain(TO_OTHERS).chain(ABOUT_ITSELF));
    let within: Vec<_> = said.iter().flat_map(|id| catalog.phrases(id)).collect();
    said.extend(within);
    let file = format!("{}/voice.ftl", catalog.lang);
    let idle = catalog.ids().filter(|id| !said.contains(id));
    idle.map(|id| {
        Problem::new(
            &file,
            catalog.line(id).unwrap_or(1),
            format!("rien ne dit la phrase « {id} ». Retirez-la, ou dites-la dans un flow."),
        )
    })
    .collect()
}

/// Phrases that use another phrase that is not there.
fn broken(catalog: &Catalog) -> Vec<Problem> {
    let file = format!("{}/voice.ftl", catalog.lang);
    let mut problems = Vec::new();
    for id in catalog.ids() {
        for part in catalog.phrases(id).into_iter().filter(|part| !catalog.has(part)) {
            let sentence = format!("la phrase « {id} » contient « {part} », qui n'est pas écrite.");
            problems.push(Problem::new(&file, catalog.line(id).unwrap_or(1), sentence));
        }
    }
    problems
}
