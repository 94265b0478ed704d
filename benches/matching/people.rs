//! How the people of the simulated towns answer. docs/matching.md says it in words; the policies never see this file.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A day, in minutes.
pub(crate) const DAY: f64 = 1_440.0;

/// A way of answering.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// How willing people are, as a multiple of the reference.
    warmth: f64,
    /// Half of the answers come within so many minutes.
    median_min: f64,
    /// Each text of the last seven days takes away this share of the willingness.
    tires: f64,
    /// How easily people leave, as a multiple of the reference.
    leaves: f64,
    /// The distance over which willingness falls to a third, as a multiple of the town's.
    reach: f64,
    /// Who never answers.
    dormant: f64,
    /// How unequal the others are.
    spread: f64,
    /// What is left of the willingness after a day.
    daily: f64,
}

/// What everything was tuned on, and what it was not.
pub(crate) const MODELS: [Model; 5] = [
    Model {
        name: "référence",
        warmth: 1.0,
        median_min: 15.0,
        tires: 0.15,
        leaves: 1.0,
        reach: 1.0,
        dormant: 0.2,
        spread: 0.5,
        daily: 0.99,
    },
    Model { name: "froid", warmth: 0.35, median_min: 40.0, ..REFERENCE },
    Model { name: "lassitude", tires: 0.5, leaves: 5.0, daily: 0.93, ..REFERENCE },
    Model { name: "inégal", warmth: 1.6, dormant: 0.7, spread: 0.9, reach: 8.0, ..REFERENCE },
    Model { name: "voisin d'à côté", warmth: 1.8, median_min: 8.0, reach: 0.35, ..REFERENCE },
];
const REFERENCE: Model = Model {
    name: "",
    warmth: 1.0,
    median_min: 15.0,
    tires: 0.15,
    leaves: 1.0,
    reach: 1.0,
    dormant: 0.2,
    spread: 0.5,
    daily: 0.99,
};

/// Willingness next door, the middle of those who answer at all.
const WILLING: f64 = 0.35;
/// Nobody is more willing than this.
const MOST_WILLING: f64 = 0.9;
/// How many of those who do not say yes say no; the others say nothing.
const SAYS_NO: f64 = 0.3;
/// The spread of the delays, as a factor of e.
const DELAY_SPREAD: f64 = 1.2;
/// What is left of the willingness for two days after a mission.
const SATED: f64 = 0.3;
/// The chance of leaving with any text, with each other text of seven days, with a third one in a day, for a place that is
/// too far, and with hearing that somebody was faster.
const LEAVES: [f64; 5] = [0.002, 0.004, 0.01, 0.003, 0.004];
/// People sleep from ten to half past seven, in minutes of the day.
const SLEEP: (f64, f64) = (1_320.0, 450.0);

/// What somebody does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    Yes,
    No,
    Stop,
    Silence,
}

/// Somebody's mood.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mood {
    willing: f64,
    texts: Vec<f64>,
    helped_at: Option<f64>,
}

/// A text that reaches somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    pub(crate) t: f64,
    pub(crate) metres: f64,
    /// How much this kind of help attracts.
    pub(crate) attracts: f64,
    /// The distance over which willingness falls to a third in this town.
    pub(crate) fades_m: f64,
}

impl Model {
    pub(crate) fn mood(&self, rng: &mut StdRng) -> Mood {
        let willing = WILLING * (self.spread * normal(rng)).exp();
        let awake = rng.random::<f64>() >= self.dormant;
        Mood { willing: if awake { willing } else { 0.0 }, ..Mood::default() }
    }

    /// What she does, and when.
    pub(crate) fn react(&self, mood: &mut Mood, text: &Text, rng: &mut StdRng) -> (Reaction, f64) {
        let at = awake(text.t + self.median_min * (DELAY_SPREAD * normal(rng)).exp(), rng);
        let [yes, no, stop] = [rng.random(), rng.random(), rng.random::<f64>()];
        let fades_m = text.fades_m * self.reach;
        let (chance, leaves) = (self.chance(mood, text, fades_m), self.leaves(mood, text, fades_m));
        mood.texts.push(text.t);
        let reaction = match () {
            () if stop < leaves => Reaction::Stop,
            () if yes < chance => Reaction::Yes,
            () if mood.willing > 0.0 && no < SAYS_NO => Reaction::No,
            () => Reaction::Silence,
        };
        (reaction, at)
    }

    /// Whether hearing that somebody was faster makes her leave.
    pub(crate) fn leaves_when_late(&self, rng: &mut StdRng) -> bool {
        rng.random::<f64>() < LEAVES[4] * self.leaves
    }

    fn chance(&self, mood: &Mood, text: &Text, fades_m: f64) -> f64 {
        let sated = mood.helped_at.is_some_and(|at| text.t - at < 2.0 * DAY);
        let tired = (-self.tires * mood.since(text.t - 7.0 * DAY)).exp() * self.daily.powf(text.t / DAY);
        let wants = mood.willing * self.warmth * (-text.metres / fades_m).exp() * text.attracts * tired;
        wants.min(MOST_WILLING) * if sated { SATED } else { 1.0 }
    }

    fn leaves(&self, mood: &Mood, text: &Text, fades_m: f64) -> f64 {
        let [any, each, third, far, _] = LEAVES;
        let today = if mood.since(text.t - DAY) >= 2.0 { third } else { 0.0 };
        let distance = if text.metres > 2.0 * fades_m { far } else { 0.0 };
        self.leaves * (any + each * mood.since(text.t - 7.0 * DAY) + today + distance)
    }
}

impl Mood {
    pub(crate) fn helps(&mut self, t: f64) {
        self.helped_at = Some(t);
    }

    /// Texts since then.
    fn since(&self, t: f64) -> f64 {
        self.texts.iter().filter(|at| **at > t).map(|_| 1.0).sum()
    }
}

/// The same instant, or the morning after it for whoever sleeps.
fn awake(t: f64, rng: &mut StdRng) -> f64 {
    let of_day = t.rem_euclid(DAY);
    let (sleeps, wakes) = SLEEP;
    if of_day < sleeps && of_day >= wakes {
        return t;
    }
    let morning = t - of_day + wakes + if of_day >= sleeps { DAY } else { 0.0 };
    morning - 45.0 * (1.0 - rng.random::<f64>()).ln()
}

/// A number of the normal law, by Box and Muller.
pub(crate) fn normal(rng: &mut StdRng) -> f64 {
    let (radius, turn) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
}

/// Chance of its own for each thing that is drawn, so that two policies meet the same town.
pub(crate) fn chance(seed: u64, what: u64) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(what))
}
