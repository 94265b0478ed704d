//! The three towns: who lives where and offers what, and who needs help when.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::people::{DAY, chance, normal};

/// What a town is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    /// The side of its square, in metres.
    side_m: f64,
    districts: usize,
    /// How far people live from the middle of their district, in metres.
    spread_m: f64,
    /// Who lives anywhere.
    scattered: f64,
    volunteers: usize,
    requests_a_day: usize,
    /// The distance over which willingness falls to a third, in metres.
    pub(crate) fades_m: f64,
    /// Requests of one hour of the third day, in one place.
    burst: usize,
    days: usize,
}

/// The towns that are measured.
pub(crate) const PLANS: [Plan; 3] = [
    Plan {
        name: "ville dense",
        side_m: 8_000.0,
        districts: 12,
        spread_m: 700.0,
        scattered: 0.1,
        volunteers: 4_000,
        requests_a_day: 100,
        fades_m: 1_000.0,
        burst: 40,
        days: 7,
    },
    Plan {
        name: "petite ville",
        side_m: 3_000.0,
        districts: 5,
        spread_m: 350.0,
        scattered: 0.2,
        volunteers: 250,
        requests_a_day: 6,
        fades_m: 1_500.0,
        burst: 6,
        days: 7,
    },
    Plan {
        name: "canton rural",
        side_m: 24_000.0,
        districts: 15,
        spread_m: 600.0,
        scattered: 0.3,
        volunteers: 300,
        requests_a_day: 8,
        fades_m: 5_000.0,
        burst: 0,
        days: 7,
    },
];

/// Kinds of help: who offers them, how often they are asked for, how much they attract.
const KINDS: [(&str, f64, f64, f64); 4] =
    [("courses", 0.8, 0.55, 1.0), ("papier", 0.3, 0.15, 1.0), ("visite", 0.4, 0.2, 0.8), ("enfants", 0.12, 0.1, 0.5)];
/// Whom an operator has validated.
const VERIFIED: f64 = 0.85;
/// In the emptiest districts so few volunteers live, as a share of the others.
const EMPTY: f64 = 0.04;
/// Requests between eight in the morning and eight in the evening.
const BY_DAY: f64 = 0.9;

#[derive(Debug)]
pub(crate) struct Volunteer {
    pub(crate) at: (f64, f64),
    pub(crate) kinds: Vec<usize>,
    pub(crate) verified: bool,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) t: f64,
    pub(crate) at: (f64, f64),
    pub(crate) kind: usize,
    pub(crate) district: usize,
}

/// A town of one seed.
#[derive(Debug)]
pub(crate) struct Town {
    pub(crate) plan: Plan,
    pub(crate) volunteers: Vec<Volunteer>,
    /// In the order of their hours.
    pub(crate) requests: Vec<Request>,
}

impl Plan {
    pub(crate) fn short(self) -> Self {
        Self { volunteers: self.volunteers / 4, requests_a_day: self.requests_a_day / 4, days: 1, ..self }
    }

    pub(crate) fn town(self, seed: u64) -> Town {
        let mut rng = chance(seed, 1);
        let middles: Vec<_> = (0..self.districts).map(|_| self.anywhere(&mut rng)).collect();
        // People and volunteers do not live in the same proportions; the last two districts have hardly any volunteer.
        let people: Vec<_> = middles.iter().map(|_| 0.3 + rng.random::<f64>()).collect();
        let empty = |district: usize| if district + 2 >= self.districts { EMPTY } else { 1.0 };
        let helpers: Vec<_> = (0..).zip(&people).map(|(district, many)| many * empty(district)).collect();
        let volunteers = (0..self.volunteers).map(|_| self.volunteer(&middles, &helpers, &mut rng)).collect();
        let mut requests: Vec<_> =
            (0..self.requests_a_day * self.days).map(|_| self.request(&middles, &people, &mut rng)).collect();
        requests.extend(self.burst(&middles, &mut rng));
        // The agenda knows no finer hours.
        for one in &mut requests {
            one.t = (one.t * 1_000.0).round() / 1_000.0;
        }
        requests.sort_by(|a, b| a.t.total_cmp(&b.t));
        Town { plan: self, volunteers, requests }
    }

    fn volunteer(&self, middles: &[(f64, f64)], helpers: &[f64], rng: &mut StdRng) -> Volunteer {
        let at = if rng.random::<f64>() < self.scattered {
            self.anywhere(rng)
        } else {
            self.near(middles[drawn(helpers, rng)], rng)
        };
        let kinds = (0..KINDS.len()).filter(|kind| rng.random::<f64>() < KINDS[*kind].1).collect();
        Volunteer { at, kinds, verified: rng.random::<f64>() < VERIFIED }
    }

    fn request(&self, middles: &[(f64, f64)], people: &[f64], rng: &mut StdRng) -> Request {
        let district = drawn(people, rng);
        #[expect(clippy::cast_precision_loss, reason = "a week")]
        let day = rng.random_range(0..self.days) as f64 * DAY;
        let hour =
            if rng.random::<f64>() < BY_DAY { rng.random_range(480.0..1_200.0) } else { rng.random_range(0.0..DAY) };
        Request { t: day + hour, at: self.near(middles[district], rng), kind: kind(rng), district }
    }

    /// A leaflet was dealt out: many requests in one hour around one place.
    fn burst(&self, middles: &[(f64, f64)], rng: &mut StdRng) -> Vec<Request> {
        let from = 2.0 * DAY + 600.0;
        let many = if self.days > 2 { self.burst } else { 0 };
        let one = |_| {
            let at = (middles[0].0 + 150.0 * normal(rng), middles[0].1 + 150.0 * normal(rng));
            Request { t: from + rng.random_range(0.0..60.0), at, kind: kind(rng), district: 0 }
        };
        (0..many).map(one).collect()
    }

    fn anywhere(&self, rng: &mut StdRng) -> (f64, f64) {
        (rng.random_range(0.0..self.side_m), rng.random_range(0.0..self.side_m))
    }

    fn near(&self, middle: (f64, f64), rng: &mut StdRng) -> (f64, f64) {
        (middle.0 + self.spread_m * normal(rng), middle.1 + self.spread_m * normal(rng))
    }
}

impl Town {
    /// The last minute at which anything can happen.
    pub(crate) fn end(&self) -> f64 {
        self.requests.last().map_or(0.0, |last| last.t) + DAY
    }

    pub(crate) fn init(&self) -> String {
        let volunteers: Vec<Value> = (0..)
            .zip(&self.volunteers)
            .map(|(id, one): (usize, _)| {
                let kinds: Vec<_> = one.kinds.iter().map(|kind| KINDS[*kind].0).collect();
                let place = place(one.at);
                json!({"id": id, "categories": kinds, "verified": one.verified, "x": place[0], "y": place[1], "lon": place[2], "lat": place[3]})
            })
            .collect();
        let kinds: Vec<_> = KINDS.iter().map(|kind| kind.0).collect();
        json!({"type": "init", "t": 0, "horizon_min": self.end(), "quiet": [21, 8], "categories": kinds, "volunteers": volunteers})
            .to_string()
    }

    pub(crate) fn ask(&self, request: usize) -> String {
        let one = &self.requests[request];
        let place = place(one.at);
        json!({"type": "request", "t": one.t, "id": format!("r{request}"), "category": KINDS[one.kind].0,
               "x": place[0], "y": place[1], "lon": place[2], "lat": place[3]})
        .to_string()
    }

    /// How much a request attracts.
    pub(crate) fn attracts(&self, request: usize) -> f64 {
        KINDS[self.requests[request].kind].3
    }
}

/// Metres, and the degrees of a plan around Montpellier.
fn place((x, y): (f64, f64)) -> [f64; 4] {
    [x, y, 3.88 + x / 80_500.0, 43.6 + y / 111_195.0]
}

fn kind(rng: &mut StdRng) -> usize {
    drawn(&KINDS.map(|kind| kind.2), rng)
}

/// One place of a list of weights.
fn drawn(weights: &[f64], rng: &mut StdRng) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    weights
        .iter()
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(weights.len() - 1)
}
