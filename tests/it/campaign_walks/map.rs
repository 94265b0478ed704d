//! The map of the flow: every wait, every exit of each, and where each exit may lead. Read from the scripts themselves,
//! so that a category added under voice-scripts is walked without a change here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ligne_solidaire::dialog::{Action, Choice, Events, FieldKind, Flow, Handler, StepKind, Then};

/// A wait and the exit by which it is left.
pub(crate) type Exit = (String, String);

/// What a wait asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Menu,
    Field(FieldKind),
    Record,
    Transfer,
}

/// Where an exit leads: a step, and the category that it begins, if any.
type Lead = (String, Option<String>);

/// One wait.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// Where each exit leads.
    pub(crate) exits: BTreeMap<String, Vec<Lead>>,
    /// The keys of its options that say what the caller wants: a call that pressed one leaves something.
    pub(crate) wishes: BTreeSet<String>,
}

/// Every wait, by the id of its step.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) places: BTreeMap<String, Place>,
    /// The waits that a lead comes to, for the category that it is followed in.
    waits: BTreeMap<Lead, BTreeSet<String>>,
}

impl Map {
    pub(crate) fn of(flow: &Flow) -> Self {
        let place = |id: &String| Some((id.clone(), Drawing { flow, at: id }.place()?));
        let places: BTreeMap<_, _> = flow.steps.keys().filter_map(place).collect();
        let steps: BTreeSet<_> = places.values().flat_map(|place| place.exits.values().flatten()).collect();
        let categories: Vec<_> = flow.categories.keys().cloned().map(Some).chain([None]).collect();
        let leads =
            steps.iter().flat_map(|(step, _)| categories.iter().map(|category| (step.clone(), category.clone())));
        let waits = leads.map(|lead| (lead.clone(), waits_from(flow, &lead))).collect();
        Self { places, waits }
    }

    /// Every exit of every wait.
    pub(crate) fn exits(&self) -> BTreeSet<Exit> {
        let of = |(at, place): (&String, &Place)| {
            place.exits.keys().map(|exit| (at.clone(), exit.clone())).collect::<Vec<_>>()
        };
        self.places.iter().flat_map(of).collect()
    }

    /// The exit of `from` that begins the shortest way to one of `wanted`, if any, for a call of that category.
    pub(crate) fn towards(&self, from: &str, category: Option<&str>, wanted: &BTreeSet<Exit>) -> Option<String> {
        if wanted.is_empty() {
            return None;
        }
        let start = (from.to_owned(), category.map(str::to_owned));
        let mut seen = BTreeSet::from([start.clone()]);
        let mut queue = VecDeque::from([(start, None::<String>)]);
        while let Some(((at, category), first)) = queue.pop_front() {
            let place = &self.places[&at];
            if let Some(exit) = place.exits.keys().find(|exit| wanted.contains(&(at.clone(), (*exit).clone()))) {
                return Some(first.unwrap_or_else(|| exit.clone()));
            }
            for (exit, leads) in &place.exits {
                for (step, begins) in leads {
                    let category = begins.clone().or_else(|| category.clone());
                    for next in &self.waits[&(step.clone(), category.clone())] {
                        let state = (next.clone(), category.clone());
                        if seen.insert(state.clone()) {
                            queue.push_back((state, Some(first.clone().unwrap_or_else(|| exit.clone()))));
                        }
                    }
                }
            }
        }
        None
    }
}

/// Draws one wait.
struct Drawing<'a> {
    flow: &'a Flow,
    at: &'a str,
}

impl Drawing<'_> {
    fn place(&self) -> Option<Place> {
        let zero = BTreeSet::from(["0".to_owned()]);
        match &self.flow.steps[self.at].kind {
            StepKind::Block(_) => None,
            StepKind::Menu(menu) => {
                let wishes = menu.choices.iter().filter(|choice| !choice.service || choice.lang.is_some());
                let wishes = wishes.map(|choice| choice.dtmf.to_string()).chain(zero).collect();
                let mut exits = self.asked(&menu.events, true);
                exits.extend(menu.choices.iter().map(choice));
                Some(Place { kind: Kind::Menu, exits, wishes })
            }
            StepKind::Field(field) => {
                let mut exits = self.asked(&field.events, true);
                exits.insert("digits".to_owned(), vec![plain(&field.next)]);
                Some(Place { kind: Kind::Field(field.kind), exits, wishes: zero })
            }
            StepKind::Record(record) => {
                let mut exits = self.asked(&record.events, false);
                exits.insert("message".to_owned(), vec![plain(&record.next)]);
                exits.insert("raccroche".to_owned(), Vec::new());
                exits.extend(record.choices.iter().map(choice));
                Some(Place { kind: Kind::Record, exits, wishes: zero })
            }
            StepKind::Transfer(outcomes) => {
                let exits = outcomes.iter().map(|outcome| (outcome.is.clone(), vec![plain(&outcome.next)]));
                Some(Place { kind: Kind::Transfer, exits: exits.collect(), wishes: BTreeSet::new() })
            }
        }
    }

    /// The exits that every question has: a person, silence, and errors where keys can be wrong.
    fn asked(&self, own: &Events, errors: bool) -> BTreeMap<String, Vec<Lead>> {
        let links = self.flow.links.iter().chain(&own.links);
        let links = links.map(|link| (link.dtmf.to_string(), vec![plain(&link.next)]));
        let silence = ("silence".to_owned(), self.handled(&own.noinput, &self.flow.noinput));
        let wrong = errors.then(|| ("erreur".to_owned(), self.handled(&own.nomatch, &self.flow.nomatch)));
        links.chain([silence]).chain(wrong).collect()
    }

    fn handled(&self, own: &[Handler], common: &[Handler]) -> Vec<Lead> {
        let lead = |handler: &Handler| match &handler.then {
            Then::Ask { .. } => plain(self.at),
            Then::Goto(next) => plain(next),
        };
        own.iter().chain(common).map(lead).collect()
    }
}

fn plain(step: &str) -> Lead {
    (step.to_owned(), None)
}

fn choice(choice: &Choice) -> (String, Vec<Lead>) {
    (choice.dtmf.to_string(), vec![(choice.next.clone(), choice.category.clone())])
}

/// The waits that a lead may come to, whatever the conditions on the way say.
fn waits_from(flow: &Flow, (step, category): &Lead) -> BTreeSet<String> {
    let (mut waits, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut todo = vec![step.clone()];
    while let Some(id) = todo.pop() {
        match flow.steps.get(&id).map(|step| &step.kind) {
            Some(StepKind::Block(actions)) if seen.insert(id.clone()) => {
                todo.extend(actions.iter().flat_map(|action| leads(flow, category.as_deref(), action)));
            }
            Some(StepKind::Block(_)) | None => {}
            Some(_) => drop(waits.insert(id)),
        }
    }
    waits
}

fn leads(flow: &Flow, category: Option<&str>, action: &Action) -> Vec<String> {
    match action {
        Action::If(condition) => vec![condition.next.clone()],
        Action::Goto(next) => vec![next.clone()],
        Action::GotoCategory => category.map(|code| flow.categories[code].start.clone()).into_iter().collect(),
        Action::Submit(submit) => submit.outcomes.iter().map(|outcome| outcome.next.clone()).collect(),
        _ => Vec::new(),
    }
}
