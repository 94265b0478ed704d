//! Where each step may lead: the flow as a graph, for the proofs and for the drawing.

use std::collections::BTreeSet;

use crate::dialog::flow::{Action, Choice, Events, Flow, Handler, Place, Step, StepKind, Task, Then};
use crate::dialog::words::Level;

/// Why the call goes from one step to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialog) enum Because {
    /// A key is pressed.
    Key(char),
    /// Good digits or a message came.
    Answered,
    /// Nothing came, for as long as it takes to leave the step.
    Silence,
    /// Unknown keys, for as long as it takes to leave the step.
    Mistakes,
    /// A condition holds: `ouvert = non`.
    If(String),
    /// The service or the rung phone answers.
    Outcome(String),
    /// The category of the request was chosen earlier.
    Category(String),
    /// It simply follows.
    Follows,
}

/// One way out of a step.
#[derive(Debug)]
pub(in crate::dialog) struct Way<'a> {
    pub(in crate::dialog) because: Because,
    pub(in crate::dialog) to: &'a str,
}

/// What a walk has decided, so that conditions on it are not taken both ways.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) level: Option<Level>,
    pub(super) for_other: bool,
}

impl Known {
    /// Whether the condition holds, where that is decided.
    fn decides(self, test: &str, is: &[String]) -> Option<bool> {
        let value = match (test, self.level, self.for_other) {
            ("niveau", Some(Level::Welcome), _) => "accueil",
            ("niveau", Some(Level::Complete), _) => "complet",
            ("pour", _, true) => "autre",
            _ => return None,
        };
        Some(is.iter().any(|one| one == value))
    }
}

/// Every way out of a step.
pub(in crate::dialog) fn ways<'a>(flow: &'a Flow, step: &'a Step) -> Vec<Way<'a>> {
    ways_knowing(flow, step, Known::default())
}

/// The ways out of a step that a walk may take.
pub(super) fn ways_knowing<'a>(flow: &'a Flow, step: &'a Step, known: Known) -> Vec<Way<'a>> {
    let way = |because, to: &'a str| Way { because, to };
    match &step.kind {
        StepKind::Block(actions) => block(flow, actions, known),
        StepKind::Menu(menu) => {
            let keys = menu.choices.iter().map(|choice| way(Because::Key(choice.dtmf), &choice.next));
            keys.chain(failures(flow, &menu.events)).chain(links(flow, &menu.events, &menu.choices)).collect()
        }
        StepKind::Field(field) => {
            let answered = std::iter::once(way(Because::Answered, &field.next));
            answered.chain(failures(flow, &field.events)).chain(links(flow, &field.events, &[])).collect()
        }
        StepKind::Record(record) => {
            let keys = record.choices.iter().map(|choice| way(Because::Key(choice.dtmf), &choice.next));
            let answered = std::iter::once(way(Because::Answered, &record.next));
            let links = links(flow, &record.events, &record.choices);
            answered.chain(keys).chain(failures(flow, &record.events)).chain(links).collect()
        }
        StepKind::Transfer(outcomes) => {
            outcomes.iter().map(|outcome| way(Because::Outcome(outcome.is.clone()), &outcome.next)).collect()
        }
    }
}

fn block<'a>(flow: &'a Flow, actions: &'a [Action], known: Known) -> Vec<Way<'a>> {
    let mut ways = Vec::new();
    for action in actions {
        match action {
            Action::If(condition) => {
                let holds = known.decides(&condition.test, &condition.is);
                if holds != Some(false) {
                    let because = Because::If(format!("{} = {}", condition.test, condition.is.join(" ou ")));
                    ways.push(Way { because, to: &condition.next });
                }
                if holds == Some(true) {
                    break;
                }
            }
            Action::Submit(submit) => ways.extend(
                submit
                    .outcomes
                    .iter()
                    .map(|outcome| Way { because: Because::Outcome(outcome.is.clone()), to: &outcome.next }),
            ),
            Action::Goto(next) => ways.push(Way { because: Because::Follows, to: next }),
            Action::GotoCategory => ways.extend(
                flow.categories
                    .iter()
                    .map(|(code, category)| Way { because: Because::Category(code.clone()), to: &category.start }),
            ),
            _ => {}
        }
        if ends_block(action) {
            break;
        }
    }
    ways
}

/// Whether nothing after the action is ever done.
pub(super) fn ends_block(action: &Action) -> bool {
    matches!(action, Action::Submit(_) | Action::Goto(_) | Action::GotoCategory | Action::Disconnect)
}

fn links<'a>(flow: &'a Flow, events: &'a Events, choices: &'a [Choice]) -> impl Iterator<Item = Way<'a>> {
    let free = |key: char| choices.iter().all(|choice| choice.dtmf != key);
    let own = |key: char| events.links.iter().any(|link| link.dtmf == key);
    let everywhere = flow.links.iter().filter(move |link| !own(link.dtmf));
    let links = events.links.iter().chain(everywhere).filter(move |link| free(link.dtmf));
    links.map(|link| Way { because: Because::Key(link.dtmf), to: &link.next })
}

fn failures<'a>(flow: &'a Flow, events: &'a Events) -> impl Iterator<Item = Way<'a>> {
    let silence = way_out(&events.noinput, &flow.noinput).map(|to| Way { because: Because::Silence, to });
    let mistakes = way_out(&events.nomatch, &flow.nomatch).map(|to| Way { because: Because::Mistakes, to });
    let never_pressed = events.noinput.iter().chain(&flow.noinput).filter_map(never_pressed);
    silence.into_iter().chain(mistakes).chain(never_pressed.map(|to| Way { because: Because::Silence, to }))
}

/// Where a silence leads a caller who never pressed anything, if the handler is about her.
pub(in crate::dialog) fn never_pressed(handler: &Handler) -> Option<&str> {
    match &handler.then {
        Then::Goto(next) if handler.never_pressed => Some(next),
        _ => None,
    }
}

/// Failures that a question bears before it must let the caller go.
const PATIENCE: u8 = 3;

/// Where failures in a row lead out of a question, as the engine counts them.
pub(in crate::dialog) fn way_out<'a>(own: &'a [Handler], common: &'a [Handler]) -> Option<&'a str> {
    (1..=PATIENCE).find_map(|count| match &handler(own, common, count)?.then {
        Then::Goto(next) => Some(next.as_str()),
        Then::Ask { .. } => None,
    })
}

fn handler<'a>(own: &'a [Handler], common: &'a [Handler], count: u8) -> Option<&'a Handler> {
    let answers = |handler: &&Handler| !handler.never_pressed && handler.count.is_none_or(|wanted| wanted == count);
    let last = || common.iter().filter(|handler| !handler.never_pressed).max_by_key(|handler| handler.count);
    own.iter().find(answers).or_else(|| common.iter().find(answers)).or_else(last)
}

/// The steps that may be met from the roots, the roots included.
pub(super) fn reachable<'a>(
    flow: &'a Flow,
    roots: impl IntoIterator<Item = &'a str>,
    known: Known,
) -> BTreeSet<&'a str> {
    let mut met = BTreeSet::new();
    let mut waiting: Vec<&str> = roots.into_iter().collect();
    while let Some(id) = waiting.pop() {
        if let Some((id, step)) = flow.steps.get_key_value(id)
            && met.insert(id.as_str())
        {
            waiting.extend(ways_knowing(flow, step, known).into_iter().map(|way| way.to));
        }
    }
    met
}

/// Whether the step waits for the caller.
pub(in crate::dialog) fn waits(step: &Step) -> bool {
    matches!(step.kind, StepKind::Menu(_) | StepKind::Field(_) | StepKind::Record(_))
}

/// The task that the step hands over, if it does.
pub(in crate::dialog) fn task(step: &Step) -> Option<&Task> {
    let StepKind::Block(actions) = &step.kind else { return None };
    actions.iter().find_map(|action| match action {
        Action::Submit(submit) => Some(&submit.task),
        _ => None,
    })
}

/// Whether the step ends the call.
pub(in crate::dialog) fn hangs_up(step: &Step) -> bool {
    let StepKind::Block(actions) = &step.kind else { return false };
    matches!(actions.iter().find(|action| ends_block(action)), Some(Action::Disconnect))
}

/// Every option of the flow, with the step that offers it.
pub(super) fn choices(flow: &Flow) -> impl Iterator<Item = (&str, &Choice)> {
    flow.steps.iter().flat_map(|(id, step)| {
        let choices: &[Choice] = match &step.kind {
            StepKind::Menu(menu) => &menu.choices,
            StepKind::Record(record) => &record.choices,
            _ => &[],
        };
        choices.iter().map(move |choice| (id.as_str(), choice))
    })
}

/// A complaint at a place.
pub(super) fn at(place: &Place, sentence: impl Into<String>) -> crate::dialog::Problem {
    crate::dialog::Problem::new(&place.file, place.line, sentence)
}
