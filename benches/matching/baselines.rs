//! What others would do. They see the same lines, and obey the same prohibitions.

use std::collections::{BTreeMap, BTreeSet};

use ligne_solidaire::cli::match_sim::protocol::{Message, Said, Volunteer};
use serde_json::{Value, json};

use crate::people::DAY;
use crate::world::Policy;

/// A policy in one line: so many of the nearest at a time, within so many metres, every so many minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    at_once: usize,
    radius_m: f64,
    every_min: f64,
}

pub(crate) const RULES: [Rule; 3] = [
    Rule { name: "tous à 2 km", at_once: usize::MAX, radius_m: 2_000.0, every_min: DAY },
    Rule { name: "1 toutes les 15 min", at_once: 1, radius_m: f64::MAX, every_min: 15.0 },
    Rule { name: "5 toutes les 45 min", at_once: 5, radius_m: f64::MAX, every_min: 45.0 },
];

/// A rule at work.
pub(crate) struct Baseline {
    rule: Rule,
    now: f64,
    volunteers: Vec<Volunteer>,
    stopped: BTreeSet<u64>,
    open: BTreeMap<String, Open>,
}

/// An open request: whom to ask, the nearest last, and when.
struct Open {
    left: Vec<u64>,
    due: f64,
}

impl Baseline {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, now: 0.0, volunteers: Vec::new(), stopped: BTreeSet::new(), open: BTreeMap::new() }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Init(init) => {
                let read = |value: Value| serde_json::from_value(value).ok();
                self.volunteers = init.volunteers.into_iter().filter_map(read).collect();
            }
            Message::Request(new) => {
                self.now = new.t;
                let far = |one: &Volunteer| {
                    let axis = |a: Option<f64>, b: Option<f64>| a.unwrap_or(0.0) - b.unwrap_or(0.0);
                    axis(one.place.x, new.place.x).hypot(axis(one.place.y, new.place.y))
                };
                let fit = self.volunteers.iter().filter(|one| one.verified && one.categories.contains(&new.category));
                let near = fit.map(|one| (far(one), one.id.as_u64().unwrap_or(0)));
                let mut left: Vec<_> = near.filter(|(metres, _)| *metres <= self.rule.radius_m).collect();
                left.sort_by(|a, b| b.0.total_cmp(&a.0));
                let left = left.into_iter().map(|(_, id)| id).collect();
                self.open.insert(named(&new.id), Open { left, due: by_day(new.t) });
            }
            Message::Reply(reply) => {
                self.now = reply.t;
                match reply.answer {
                    Said::Claimed => drop(self.open.remove(&named(&reply.request))),
                    Said::Stop => drop(self.stopped.insert(reply.volunteer.as_u64().unwrap_or(0))),
                    Said::No | Said::Late => {}
                }
            }
            Message::Expired { t, request } => {
                self.now = t;
                self.open.remove(&named(&request));
            }
            Message::Wake { t } => self.now = t,
            Message::Other => {}
        }
    }
}

impl Policy for Baseline {
    fn answer(&mut self, line: &str) -> String {
        if let Ok(message) = serde_json::from_str(line) {
            self.hear(message);
        }
        let mut send = Vec::new();
        for (request, open) in &mut self.open {
            // What an addition lost is no minute.
            while open.due <= self.now + 1e-6 && !open.left.is_empty() {
                open.left.retain(|id| !self.stopped.contains(id));
                let stays = open.left.len().saturating_sub(self.rule.at_once);
                send.extend(open.left.drain(stays..).rev().map(|id| (request.clone(), id)));
                open.due = by_day(self.now + self.rule.every_min);
            }
        }
        let next = self.open.values().filter(|open| !open.left.is_empty()).map(|open| open.due);
        json!({"send": send, "wake": next.min_by(f64::total_cmp)}).to_string()
    }
}

fn named(id: &Value) -> String {
    id.as_str().unwrap_or_default().to_owned()
}

/// This instant, or eight in the morning.
fn by_day(t: f64) -> f64 {
    let hour = t.rem_euclid(DAY);
    match () {
        () if hour < 480.0 => t - hour + 480.0,
        () if hour >= 1_260.0 => t - hour + DAY + 480.0,
        () => t,
    }
}
