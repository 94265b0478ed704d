//! Measures calls by running them through the engine: from the ring to the first choice, and a whole shopping request.

use std::time::Duration;

use super::graph::at;
use super::{Timing, keys};
use crate::dialog::engine::run;
use crate::dialog::facts;
use crate::dialog::flow::{FieldKind, Flow, Menu, StepKind, Task};
use crate::dialog::problem::Problem;
use crate::dialog::session::{Input, Next, Session, Sprint, Values};
use crate::dialog::utterance::{Piece, duration};
use crate::dialog::{Scripts, Utterance};

/// From the ring to the first choice.
const TO_FIRST_CHOICE: Duration = Duration::from_secs(25);
/// A shopping request without a mistake, every word heard.
const TO_GOODBYE: Duration = Duration::from_secs(150);
/// The category whose whole call is measured.
const SHOPPING: &str = "courses";
/// More turns than any call without a mistake has.
const TURNS: usize = 100;

/// The measured times, and a complaint for each that is too long.
pub(super) fn measure(scripts: &Scripts, town: &str) -> (Vec<Timing>, Vec<Problem>) {
    let flow = &scripts.flow;
    let welcome = flow.steps.get(&flow.start).map(|step| &step.place);
    let shopping = flow.categories.get(SHOPPING).map(|category| &category.place);
    let (mut timings, mut problems) = (Vec::new(), Vec::new());
    let measured = first_choices(scripts, town).into_iter().map(|timing| (welcome, timing));
    for (place, timing) in measured.chain(shopping_calls(scripts, town).into_iter().map(|timing| (shopping, timing))) {
        if let (true, Some(place), Some(limit)) = (timing.is_too_long(), place, timing.limit) {
            let (takes, limit) = (timing.takes.as_secs_f32(), limit.as_secs());
            let sentence =
                format!("{} : {takes:.1} secondes ; {limit} au plus. Raccourcissez les phrases.", timing.what);
            problems.push(at(place, sentence));
        }
        timings.push(timing);
    }
    (timings, problems)
}

fn first_choices(scripts: &Scripts, town: &str) -> Vec<Timing> {
    let moments: [(&str, &[(&str, &str)]); 4] = [
        ("ouvert", &[]),
        ("fermé", &[("ouvert", "non"), ("ferie", "non")]),
        ("jour férié", &[("ouvert", "non"), ("ferie", "oui")]),
        ("affluence", &[("affluence", "oui")]),
    ];
    let timing = |(name, changes): (&str, &[(&str, &str)])| {
        let what = format!("De la sonnerie au premier choix, {name}");
        Some(Timing { what, takes: to_first_choice(scripts, &facts(town, changes))?, limit: Some(TO_FIRST_CHOICE) })
    };
    moments.into_iter().filter_map(timing).collect()
}

fn facts(town: &str, changes: &[(&str, &str)]) -> Values {
    let mut facts = facts::ordinary(town);
    facts.insert("ferie".to_owned(), "non".into());
    facts.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    facts
}

/// What is heard from the ring until the first option of the first menu is said.
fn to_first_choice(scripts: &Scripts, facts: &Values) -> Option<Duration> {
    let flow = &scripts.flow;
    let sprint = run(scripts, Session::new(&flow.start), Input::Start, facts).ok()?;
    let StepKind::Menu(menu) = &flow.steps.get(keys::first_question(flow)?)?.kind else { return None };
    let question = &menu.prompts.first()?.id;
    let before = sprint.said.iter().take_while(|utterance| utterance.prompt != *question).map(Utterance::duration);
    let asked = sprint.said.iter().find(|utterance| utterance.prompt == *question)?;
    let option = asked.pieces.iter().find(|piece| matches!(piece, Piece::Words(_)))?;
    Some(before.sum::<Duration>() + duration(std::slice::from_ref(option)))
}

fn shopping_calls(scripts: &Scripts, town: &str) -> Vec<Timing> {
    let Some(category) = scripts.flow.categories.get(SHOPPING) else { return Vec::new() };
    let Some(StepKind::Menu(first)) = scripts.flow.steps.get(&category.start).map(|step| &step.kind) else {
        return Vec::new();
    };
    let facts = facts(town, &[]);
    let timing = |key: char, name: &str| {
        let caller = Caller { flow: &scripts.flow, category: SHOPPING, at_start: (&category.start, key) };
        let what = format!("Une demande de courses par les touches, {}", name.replace('_', " "));
        Some(Timing { what, takes: caller.listens(scripts, &facts)?, limit: Some(TO_GOODBYE) })
    };
    first.choices.iter().filter_map(|choice| timing(choice.dtmf, choice.value.as_deref().unwrap_or("autre"))).collect()
}

/// A caller who makes no mistake: the first option everywhere, but at the first question of her category.
struct Caller<'a> {
    flow: &'a Flow,
    category: &'a str,
    at_start: (&'a str, char),
}

impl Caller<'_> {
    /// All that she hears until the goodbye.
    fn listens(&self, scripts: &Scripts, facts: &Values) -> Option<Duration> {
        let mut heard = Duration::ZERO;
        let (mut session, mut input) = (Session::new(&self.flow.start), Input::Start);
        for _ in 0..TURNS {
            let sprint = run(scripts, session, input, facts).ok()?;
            heard += sprint.said.iter().map(Utterance::duration).sum::<Duration>();
            if sprint.next == Next::End {
                return (sprint.session.category.as_deref() == Some(self.category)).then_some(heard);
            }
            input = self.answer(&sprint)?;
            session = sprint.session;
        }
        None
    }

    fn answer(&self, sprint: &Sprint) -> Option<Input> {
        if let Next::Submit(task) = &sprint.next {
            return outcome(task);
        }
        if sprint.next == Next::Transfer {
            return Some(Input::Transferred { answered: true });
        }
        let at = sprint.session.at.as_str();
        Some(match &self.flow.steps.get(at)?.kind {
            StepKind::Menu(_) if at == self.at_start.0 => Input::Keys(self.at_start.1.to_string()),
            StepKind::Menu(menu) => Input::Keys(self.option(menu)?.to_string()),
            StepKind::Field(field) => Input::Keys(good_digits(field.kind)),
            StepKind::Record(_) => Input::Message { seconds: Some(10), key: Some('#'), doubtful: false },
            StepKind::Block(_) | StepKind::Transfer(_) => return None,
        })
    }

    fn option(&self, menu: &Menu) -> Option<char> {
        let wanted = menu.choices.iter().find(|choice| choice.category.as_deref() == Some(self.category));
        wanted.or(menu.choices.first()).map(|choice| choice.dtmf)
    }
}

fn outcome(task: &Task) -> Option<Input> {
    Some(Input::Outcome { is: (*task.outcomes().first()?).to_owned(), values: Values::new() })
}

fn good_digits(kind: FieldKind) -> String {
    match kind {
        FieldKind::Phone => "0465710001".to_owned(),
        FieldKind::Digits(length) => "7".repeat(usize::from(length)),
        FieldKind::Count(_, most) => most.to_string(),
    }
}
