//! Plays a week of a town against a policy, line by line, and stops at the first thing no policy may do.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use anyhow::{Context, ensure};
use rand::rngs::StdRng;
use serde::Deserialize;
use serde_json::json;

use crate::figures::Run;
use crate::people::{DAY, Model, Mood, Reaction, Text, chance};
use crate::town::Town;

/// Whoever answers the lines.
pub(crate) trait Policy {
    fn answer(&mut self, line: &str) -> String;
}

#[derive(Debug, Deserialize)]
struct Answer {
    send: Vec<(String, usize)>,
    wake: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Asked(usize),
    Reacts { request: usize, volunteer: usize, reaction: u8 },
    Expires(usize),
    Wake,
}

/// Everything that happens, by its hour in thousandths of a minute.
#[derive(Default)]
struct Agenda {
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    count: u64,
}

/// A town, its people and what became of its requests.
pub(crate) struct World<'a> {
    town: &'a Town,
    model: &'a Model,
    rng: StdRng,
    moods: Vec<Mood>,
    left: Vec<bool>,
    matched_at: Vec<Option<f64>>,
    expired: Vec<bool>,
    pairs: BTreeSet<(usize, usize)>,
    agenda: Agenda,
}

impl<'a> World<'a> {
    pub(crate) fn new(town: &'a Town, model: &'a Model, seed: u64) -> Self {
        let mut rng = chance(seed, 2);
        let moods = town.volunteers.iter().map(|_| model.mood(&mut rng)).collect();
        let requests = town.requests.len();
        Self {
            town,
            model,
            rng: chance(seed, 3),
            moods,
            left: vec![false; town.volunteers.len()],
            matched_at: vec![None; requests],
            expired: vec![false; requests],
            pairs: BTreeSet::new(),
            agenda: Agenda::default(),
        }
    }

    /// The whole week.
    pub(crate) fn play(mut self, policy: &mut dyn Policy) -> anyhow::Result<Run> {
        self.hear(0.0, &policy.answer(&self.town.init()))?;
        for (request, one) in (0..).zip(&self.town.requests) {
            self.agenda.add(one.t, Event::Asked(request));
            self.agenda.add(one.t + DAY, Event::Expires(request));
        }
        while let Some((t, event)) = self.agenda.next() {
            for line in self.happens(t, event) {
                let answer = policy.answer(&line);
                self.hear(t, &answer)?;
            }
        }
        Ok(Run::of(self.town, &self.matched_at, self.pairs.len(), &self.left))
    }

    /// What a policy is told of an event.
    fn happens(&mut self, t: f64, event: Event) -> Vec<String> {
        match event {
            Event::Asked(request) => vec![self.town.ask(request)],
            Event::Wake => vec![json!({"type": "wake", "t": t}).to_string()],
            Event::Expires(request) if self.matched_at[request].is_none() => {
                self.expired[request] = true;
                vec![json!({"type": "expired", "t": t, "request": format!("r{request}")}).to_string()]
            }
            Event::Expires(_) => Vec::new(),
            Event::Reacts { request, volunteer, reaction } => self.reacts(t, request, volunteer, reaction),
        }
    }

    fn reacts(&mut self, t: f64, request: usize, volunteer: usize, reaction: u8) -> Vec<String> {
        if self.left[volunteer] {
            return Vec::new();
        }
        let said = match reaction {
            YES if self.expired[request] => return Vec::new(),
            YES if self.matched_at[request].is_some() => {
                if self.model.leaves_when_late(&mut self.rng) {
                    self.agenda.add(t + 1.0, Event::Reacts { request, volunteer, reaction: STOP });
                }
                "late"
            }
            YES => {
                self.matched_at[request] = Some(t);
                self.moods[volunteer].helps(t);
                "claimed"
            }
            STOP => {
                self.left[volunteer] = true;
                "stop"
            }
            _ => "no",
        };
        vec![
            json!({"type": "reply", "t": t, "request": format!("r{request}"), "volunteer": volunteer, "answer": said})
                .to_string(),
        ]
    }

    /// What a policy wants done.
    fn hear(&mut self, t: f64, answer: &str) -> anyhow::Result<()> {
        let answer: Answer = serde_json::from_str(answer).with_context(|| format!("no answer: {answer}"))?;
        for (request, volunteer) in answer.send {
            let request = request.trim_start_matches('r').parse().context("no request of this name")?;
            self.text(t, request, volunteer)?;
        }
        if let Some(wake) = answer.wake {
            ensure!(wake > t, "a wake of the past: {wake} at {t}");
            self.agenda.add(wake, Event::Wake);
        }
        Ok(())
    }

    fn text(&mut self, t: f64, request: usize, volunteer: usize) -> anyhow::Result<()> {
        let (asking, helper) = (&self.town.requests[request], &self.town.volunteers[volunteer]);
        let hour = t.rem_euclid(DAY);
        ensure!((480.0..1_260.0).contains(&hour), "a text at night: {hour}");
        ensure!(helper.verified && helper.kinds.contains(&asking.kind), "somebody who may not be asked");
        ensure!(!self.left[volunteer], "somebody who said STOP");
        ensure!(self.matched_at[request].is_none() && !self.expired[request], "a request that is closed");
        ensure!(self.pairs.insert((request, volunteer)), "the same pair twice");
        let metres = (asking.at.0 - helper.at.0).hypot(asking.at.1 - helper.at.1);
        let text = Text { t, metres, attracts: self.town.attracts(request), fades_m: self.town.plan.fades_m };
        let (reaction, at) = self.model.react(&mut self.moods[volunteer], &text, &mut self.rng);
        let reaction = match reaction {
            Reaction::Yes => YES,
            Reaction::No => NO,
            Reaction::Stop => STOP,
            Reaction::Silence => return Ok(()),
        };
        self.agenda.add(at, Event::Reacts { request, volunteer, reaction });
        Ok(())
    }
}

const YES: u8 = 0;
const NO: u8 = 1;
const STOP: u8 = 2;

impl Agenda {
    /// A wake that is asked for twice comes once.
    fn add(&mut self, t: f64, event: Event) {
        #[expect(clippy::cast_possible_truncation, reason = "some days")]
        let at = (t * 1_000.0 - 1e-6).ceil() as i64;
        self.count += 1;
        self.events.push(Reverse((at, self.count, event)));
    }

    fn next(&mut self) -> Option<(f64, Event)> {
        let Reverse((at, _, event)) = self.events.pop()?;
        let same =
            |next: &Reverse<(i64, u64, Event)>| event == Event::Wake && next.0.0 == at && next.0.2 == Event::Wake;
        while self.events.peek().is_some_and(same) {
            self.events.pop();
        }
        #[expect(clippy::cast_precision_loss, reason = "some days")]
        let t = at as f64 / 1_000.0;
        Some((t, event))
    }
}
