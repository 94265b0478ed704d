//! How the matching rules fare in three simulated towns, against what others would do: `cargo bench --bench matching`.
//!
//! The policies speak the lines of `match-sim`, so that what is measured is what runs. docs/matching.md says how people
//! answer, what is measured, and the last figures. Nothing here fails for being slow or unlucky; whatever no policy may do
//! (a text at night, after STOP, twice to the same) stops the run.
//!
//! After `--`: `seeds=1-5` chooses the seeds; a word, the models, towns or policies whose names hold it. Without `--bench`,
//! which `cargo bench` adds, one short day of one town is played: `cargo test --bench matching`.

mod baselines;
mod figures;
mod people;
mod town;
mod world;

use std::io::Write;

use baselines::{Baseline, RULES, Rule};
use figures::{Run, TITLES, row};
use ligne_solidaire::cli::match_sim::Session;
use people::{MODELS, Model};
use town::{PLANS, Plan};
use world::{Policy, World};

/// What our own rules are called.
const OURS: &str = "ligne-solidaire";
/// The seeds that are reported; those from 101 on served to choose the settings.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;

struct Ours(Session);

impl Policy for Ours {
    fn answer(&mut self, line: &str) -> String {
        self.0.answer(line).0
    }
}

/// What was asked for on the command line.
struct Wanted {
    words: Vec<String>,
    seeds: std::ops::RangeInclusive<u64>,
}

impl Wanted {
    fn read(arguments: &[String]) -> Self {
        let named = |argument: &String| argument.strip_prefix("seeds=").map(ToOwned::to_owned);
        let ends = |text: String| text.split_once('-').and_then(|(a, b)| Some(a.parse().ok()?..=b.parse().ok()?));
        let words = arguments.iter().filter(|argument| !argument.starts_with("--") && named(argument).is_none());
        Self {
            words: words.cloned().collect(),
            seeds: arguments.iter().find_map(named).and_then(ends).unwrap_or(SEEDS),
        }
    }

    /// Those of a list that a word names; all of them when none does.
    fn among<T: Copy>(&self, all: &[T], name: fn(&T) -> &'static str) -> Vec<T> {
        let named: Vec<_> =
            all.iter().copied().filter(|one| self.words.iter().any(|word| name(one).contains(word.as_str()))).collect();
        if named.is_empty() { all.to_vec() } else { named }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return table(&MODELS[0], PLANS[1].short(), &[None, Some(RULES[0])], 1..=1);
    }
    let wanted = Wanted::read(&arguments);
    let policies: Vec<_> = RULES.iter().copied().map(Some).chain([None]).collect();
    let policies = wanted.among(&policies, |policy| policy.map_or(OURS, |rule| rule.name));
    for model in wanted.among(&MODELS, |model| model.name) {
        for plan in wanted.among(&PLANS, |plan| plan.name) {
            table(&model, plan, &policies, wanted.seeds.clone())?;
        }
    }
    Ok(())
}

/// A town under one way of answering, a line for each policy.
fn table(
    model: &Model,
    plan: Plan,
    policies: &[Option<Rule>],
    seeds: std::ops::RangeInclusive<u64>,
) -> anyhow::Result<()> {
    let (first, last) = (seeds.start(), seeds.end());
    say(&format!(
        "\n**{}, modèle « {} »**, graines {first} à {last}\n\n| règle | {} |",
        plan.name,
        model.name,
        TITLES.join(" | ")
    ))?;
    say("| --- | --- | --- | --- | --- | --- |")?;
    for policy in policies {
        let runs: Result<Vec<_>, _> = seeds.clone().map(|seed| week(model, plan, *policy, seed)).collect();
        say(&row(policy.map_or(OURS, |rule| rule.name), &runs?))?;
    }
    Ok(())
}

fn week(model: &Model, plan: Plan, policy: Option<Rule>, seed: u64) -> anyhow::Result<Run> {
    let town = plan.town(seed);
    let mut policy: Box<dyn Policy> = match policy {
        Some(rule) => Box::new(Baseline::new(rule)),
        None => Box::new(Ours(Session::new())),
    };
    World::new(&town, model, seed).play(policy.as_mut())
}

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
