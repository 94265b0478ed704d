//! Proof: no phrase takes more than twenty seconds, even with the longest values (F-20).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Timing, values};
use crate::dialog::Scripts;
use crate::dialog::facts::FACTS;
use crate::dialog::flow::{Flow, StepKind};
use crate::dialog::problem::Problem;
use crate::dialog::session::{Value, Values};
use crate::dialog::utterance::{Piece, duration, with_pauses_between_options};
use crate::dialog::words::Catalog;

const LIMIT: Duration = Duration::from_secs(20);
/// Forms that a phrase may have beside its plain words.
const FORMS: [Option<&str>; 4] = [None, Some("court"), Some("tiers"), Some("court-tiers")];
/// Ways to fill a phrase that are tried at most; beyond, only the first samples of a value count, which are the worst.
const COMBINATIONS: usize = 256;

/// The longest that a phrase may be, in words and time, with what could not be said of it.
struct Spoken {
    takes: Duration,
    fault: Option<String>,
}

/// A complaint for each phrase that is too long or cannot be said, and the phrase that takes longest.
pub(super) fn measure(scripts: &Scripts, town: &str) -> (Option<Timing>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut longest = (Duration::ZERO, String::new());
    for catalog in scripts.catalogs.values() {
        let file = format!("{}/voice.ftl", catalog.lang);
        for (id, spoken) in all(scripts, catalog, town) {
            let line = catalog.line(&id).unwrap_or(1);
            problems.extend(complaints(&id, &spoken).into_iter().map(|sentence| Problem::new(&file, line, sentence)));
            longest = longest.max((spoken.takes, format!("{id} ({})", catalog.lang)));
        }
    }
    let (takes, what) = longest;
    let timing = Timing { what: format!("La phrase la plus longue : {what}"), takes, limit: Some(LIMIT) };
    (Some(timing).filter(|timing| timing.takes > Duration::ZERO), problems)
}

fn complaints(id: &str, spoken: &Spoken) -> Vec<String> {
    let mut complaints = Vec::new();
    if spoken.takes > LIMIT {
        let seconds = spoken.takes.as_secs_f32();
        complaints.push(format!(
            "la phrase « {id} » dure {seconds:.0} secondes au pire ; vingt au plus. Raccourcissez-la, ou coupez-la en deux."
        ));
    }
    let fault = spoken.fault.as_ref();
    complaints.extend(fault.map(|fault| format!("la phrase « {id} » ne peut pas être dite ({fault}).")));
    complaints
}

fn all(scripts: &Scripts, catalog: &Catalog, town: &str) -> BTreeMap<String, Spoken> {
    let known = samples(scripts, catalog, town);
    let menus = menus(&scripts.flow);
    let measured = catalog.ids().map(|id| (id.to_owned(), spoken(catalog, id, &known, menus.contains(&id))));
    measured.collect()
}

/// The phrases that list options, which are heard with short silences.
fn menus(flow: &Flow) -> Vec<&str> {
    let menus = flow.steps.values().filter_map(|step| match &step.kind {
        StepKind::Menu(menu) => Some(&menu.prompts),
        _ => None,
    });
    menus.flatten().map(|prompt| prompt.id.as_str()).collect()
}

fn samples(scripts: &Scripts, catalog: &Catalog, town: &str) -> BTreeMap<String, Vec<Value>> {
    let mut known = values::known(&scripts.flow);
    for (name, samples) in &mut known {
        if FACTS.iter().all(|fact| fact.name != name) {
            samples.push("".into());
        }
    }
    known.insert("ville".to_owned(), vec![town.into()]);
    let needs = scripts.flow.categories.keys().map(|code| crate::dialog::need(scripts, catalog.lang, code).into());
    known.insert("besoin".to_owned(), needs.collect());
    known
}

fn spoken(catalog: &Catalog, id: &str, known: &BTreeMap<String, Vec<Value>>, options: bool) -> Spoken {
    let mut spoken = Spoken { takes: Duration::ZERO, fault: None };
    for values in fillings(&catalog.variables(id), known) {
        for (pieces, fault) in FORMS.iter().filter_map(|form| catalog.form(id, *form, &values)) {
            let pieces: Vec<Piece> = if options { with_pauses_between_options(pieces) } else { pieces };
            spoken.takes = spoken.takes.max(duration(&pieces));
            spoken.fault = spoken.fault.or(Some(fault).filter(|fault| !fault.is_empty()));
        }
    }
    spoken
}

/// Every way to give the names one of their samples.
fn fillings(names: &[&str], known: &BTreeMap<String, Vec<Value>>) -> Vec<Values> {
    let mut all = vec![Values::new()];
    for name in names {
        let samples = known.get(*name).map(Vec::as_slice).unwrap_or_default();
        let room = (COMBINATIONS / all.len()).max(1);
        let wider = samples.iter().take(room).flat_map(|sample| {
            all.iter().map(|values| {
                let mut values = values.clone();
                values.insert((*name).to_owned(), sample.clone());
                values
            })
        });
        let wider: Vec<_> = wider.collect();
        if !wider.is_empty() {
            all = wider;
        }
    }
    all
}
