//! Proof: whatever names a step names one that exists, and every block says what follows it.

use super::Source;
use crate::dialog::Scripts;
use crate::dialog::element::Element;
use crate::dialog::problem::Problem;

/// The actions after which nothing more is done.
const LAST: &[&str] = &["goto", "submit", "disconnect"];

pub(super) fn prove(scripts: &Scripts, sources: &[Source]) -> Vec<Problem> {
    let mut problems = beginning(sources);
    for source in sources {
        visit(scripts, &source.file, &source.root, &mut problems);
    }
    problems
}

/// The file whose root says where calls begin.
pub(super) fn root(sources: &[Source]) -> Option<&Source> {
    sources.iter().find(|source| source.root.get("start").is_some())
}

fn beginning(sources: &[Source]) -> Vec<Problem> {
    let roots: Vec<_> = sources.iter().filter(|source| source.root.get("start").is_some()).collect();
    let sentence = "un seul fichier, et un seul, dit où commence l'appel : <flow start=\"…\" limit=\"…\">.";
    match (roots.as_slice(), sources.first()) {
        ([_], _) | ([], None) => Vec::new(),
        ([], Some(first)) => vec![Problem::new(&first.file, first.root.line, sentence)],
        ([_, more @ ..], _) => more.iter().map(|more| Problem::new(&more.file, more.root.line, sentence)).collect(),
    }
}

fn visit(scripts: &Scripts, file: &str, at: &Element, problems: &mut Vec<Problem>) {
    for name in ["next", "start", "limit"] {
        if let Some(step) = at.get(name).filter(|step| !step.is_empty() && !scripts.flow.steps.contains_key(*step)) {
            let sentence = format!("l'étape « {step} » n'existe pas. Corrigez {name}, ou écrivez cette étape.");
            problems.push(Problem::new(file, at.line, sentence));
        }
    }
    if let Some(code) = at.get("category").filter(|_| at.name == "choice")
        && !scripts.flow.categories.contains_key(code)
    {
        let sentence =
            format!("la catégorie « {code} » n'est déclarée nulle part. Écrivez <category code=\"{code}\" …/>.");
        problems.push(Problem::new(file, at.line, sentence));
    }
    if at.name == "block" {
        problems.extend(block(file, at));
    }
    at.children.iter().for_each(|child| visit(scripts, file, child, problems));
}

fn block(file: &str, at: &Element) -> Option<Problem> {
    let id = at.get("id").unwrap_or_default();
    let Some(last) = at.children.iter().position(|child| LAST.contains(&child.name.as_str())) else {
        let sentence =
            format!("l'étape « {id} » ne mène nulle part. Finissez-la par <goto>, <submit> ou <disconnect/>.");
        return Some(Problem::new(file, at.line, sentence));
    };
    let after = at.children.get(last + 1)?;
    let sentence = format!(
        "rien n'est fait après <{}>. Déplacez <{}> avant, ou retirez-le.",
        at.children.get(last)?.name,
        after.name
    );
    Some(Problem::new(file, after.line, sentence))
}
