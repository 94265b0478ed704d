//! The map of the flow: every wait, every exit of each, and where each exit may lead. Read from the scripts themselves,
//! so that a category added under voice-scripts is walked without a change here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ligne_solidaire::dialog::{Action, Events, FieldKind, Flow, Handler, Record, StepKind, Then};

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

/// One wait.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// The waits that each exit may lead to.
    pub(crate) exits: BTreeMap<String, BTreeSet<String>>,
    /// The keys of its options that say what the caller wants: a call that pressed one leaves something.
    pub(crate) wishes: BTreeSet<String>,
}

/// Every wait, by the id of its step.
#[derive(Debug)]
pub(crate) struct Map(pub(crate) BTreeMap<String, Place>);

impl Map {
    pub(crate) fn of(flow: &Flow) -> Self {
        let place = |id: &String| Some((id.clone(), Drawing { flow, at: id }.place()?));
        Self(flow.steps.keys().filter_map(place).collect())
    }

    /// Every exit of every wait.
    pub(crate) fn exits(&self) -> BTreeSet<Exit> {
        let of = |(at, place): (&String, &Place)| {
            place.exits.keys().map(|exit| (at.clone(), exit.clone())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The exit of `from` that begins the shortest way to one of `wanted`, if any.
    pub(crate) fn towards(&self, from: &str, wanted: &BTreeSet<Exit>) -> Option<String> {
        let mut seen = BTreeSet::from([from.to_owned()]);
        let mut queue = VecDeque::from([(from.to_owned(), None::<String>)]);
        while let Some((at, first)) = queue.pop_front() {
            let Some(place) = self.0.get(&at) else { continue };
            if let Some((_, exit)) = place.exits.keys().map(|exit| (at.clone(), exit.clone())).find(|exit| wanted.contains(exit)) {
                return Some(first.unwrap_or(exit));
            }
            for (exit, nexts) in &place.exits {
                for next in nexts.iter().filter(|next| seen.insert((*next).clone())) {
                    queue.push_back((next.clone(), Some(first.clone().unwrap_or_else(|| exit.clone()))));
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
        match &self.flow.steps[self.at].kind {
            StepKind::Block(_) => None,
            StepKind::Menu(menu) => {
                let wishes = menu.choices.iter().filter(|choice| !choice.service || choice.lang.is_some());
                let wishes = wishes.map(|choice| choice.dtmf.to_string()).chain(["0".to_owned()]).collect();
                let mut exits = self.asked(&menu.events, true);
                for choice in &menu.choices {
                    exits.insert(choice.dtmf.to_string(), self.waits_from(&choice.next));
                }
                Some(Place { kind: Kind::Menu, exits, wishes })
            }
            StepKind::Field(field) => {
                let mut exits = self.asked(&field.events, true);
                exits.insert("digits".to_owned(), self.waits_from(&field.next));
                Some(Place { kind: Kind::Field(field.kind), exits, wishes: BTreeSet::from(["0".to_owned()]) })
            }
            StepKind::Record(record) => Some(self.record(record)),
            StepKind::Transfer(outcomes) => {
                let exits = outcomes.iter().map(|outcome| (outcome.is.clone(), self.waits_from(&outcome.next)));
                Some(Place { kind: Kind::Transfer, exits: exits.collect(), wishes: BTreeSet::new() })
            }
        }
    }

    fn record(&self, record: &Record) -> Place {
        let mut exits = self.asked(&record.events, false);
        exits.insert("message".to_owned(), self.waits_from(&record.next));
        exits.insert("raccroche".to_owned(), BTreeSet::new());
        for choice in &record.choices {
            exits.insert(choice.dtmf.to_string(), self.waits_from(&choice.next));
        }
        Place { kind: Kind::Record, exits, wishes: BTreeSet::from(["0".to_owned()]) }
    }

    /// The exits that every question has: a person, silence, and errors where keys can be wrong.
    fn asked(&self, own: &Events, errors: bool) -> BTreeMap<String, BTreeSet<String>> {
        let links = self.flow.links.iter().map(|link| (link.dtmf.to_string(), self.waits_from(&link.next)));
        let silence = ("silence".to_owned(), self.handled(&own.noinput, &self.flow.noinput));
        let wrong = errors.then(|| ("erreur".to_owned(), self.handled(&own.nomatch, &self.flow.nomatch)));
        links.chain([silence]).chain(wrong).collect()
    }

    fn handled(&self, own: &[Handler], common: &[Handler]) -> BTreeSet<String> {
        let lead = |handler: &Handler| match &handler.then {
            Then::Ask { .. } => BTreeSet::from([self.at.to_owned()]),
            Then::Goto(next) => self.waits_from(next),
        };
        own.iter().chain(common).flat_map(lead).collect()
    }

    /// The waits that a step may lead to, whatever its conditions say.
    fn waits_from(&self, step: &str) -> BTreeSet<String> {
        let (mut waits, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut todo = vec![step.to_owned()];
        while let Some(id) = todo.pop() {
            match self.flow.steps.get(&id).map(|step| &step.kind) {
                Some(StepKind::Block(actions)) if seen.insert(id.clone()) => {
                    todo.extend(actions.iter().flat_map(|action| self.leads(action)));
                }
                Some(StepKind::Block(_)) | None => {}
                Some(_) => drop(waits.insert(id)),
            }
        }
        waits
    }

    fn leads(&self, action: &Action) -> Vec<String> {
        match action {
            Action::If(condition) => vec![condition.next.clone()],
            Action::Goto(next) => vec![next.clone()],
            Action::GotoCategory => self.flow.categories.values().map(|category| category.start.clone()).collect(),
            Action::Submit(submit) => submit.outcomes.iter().map(|outcome| outcome.next.clone()).collect(),
            _ => Vec::new(),
        }
    }
}
