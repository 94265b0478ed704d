//! How likely a volunteer is to say yes, and how long answers take, learned from the log of offers.
//!
//! Three things are learned, each shrunk towards what is known without it, so that few answers change little:
//!
//! - **The line's rate by distance.** Offers fall into bands of distance. Band `b` has `asked_b` offers and `yes_b` yes, and
//!   a first guess `g_b` (`FIRST · e^(-d/FADES_M)`, d its middle). The whole line is so many times its guess:
//!   `level = (LEVEL + Σ yes_b) / (LEVEL + Σ asked_b·g_b)`; and a band is
//!   `rate_b = (BAND·level·g_b + yes_b) / (BAND + asked_b)`, a Beta prior worth `BAND` offers; never below `FLOOR·g_b`.
//! - **Each volunteer's own rate.** `own = (OWN·mean + yes) / (OWN + asked)`, where `mean` is the rate of the whole line: a
//!   Beta prior worth `OWN` offers. Her chance for an offer is `rate_b · own / mean`.
//! - **Delays.** The share `F(t)` of answers that come within `t`: counted in steps of time, with a prior worth `DELAYS`
//!   answers, straight lines between the steps.
//!
//! An offer without an answer is no refusal yet: after `t` it counts as `F(t)` of an offer, so the last hour does not look
//! better than it was, and silence ends up counting as a no. Offers fade by half every [`HALF_LIFE_DAYS`] days, because
//! people tire.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// After so many days an offer of the log counts half.
pub const HALF_LIFE_DAYS: f64 = 14.0;
/// So many of the latest offers are enough to learn from; more only cost time.
pub const LATEST: usize = 4_000;

/// The upper end of each band of distance, in metres; the last band has none.
const BANDS_M: [u32; 6] = [250, 500, 1_000, 2_000, 4_000, 8_000];
/// The middle of each band, in metres.
const MIDDLES_M: [f64; 7] = [125.0, 375.0, 750.0, 1_500.0, 3_000.0, 6_000.0, 12_000.0];
/// The chance of a yes next door, before anything is known.
const FIRST: f64 = 0.25;
/// The distance in metres over which that chance falls to a third, before anything is known.
const FADES_M: f64 = 3_000.0;
/// No band is believed to answer more seldom than this share of its guess: whoever is never asked teaches nothing, and a
/// bad or slow first hour would silence the line for good.
const FLOOR: f64 = 0.15;
/// How many expected yes the first guess of the level is worth.
const LEVEL: f64 = 5.0;
/// How many offers the guess of a band is worth.
const BAND: f64 = 20.0;
/// How many offers the line's rate is worth against a volunteer's own.
const OWN: f64 = 3.0;
/// No one is surer than this.
const SUREST: f64 = 0.95;

/// The steps of the delays, in minutes.
const STEPS_MIN: [f64; 15] =
    [2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 720.0, 1_440.0];
/// The share of answers within each step before anything is known: half within fifteen minutes.
const FIRST_SHARES: [f64; 15] =
    [0.05, 0.18, 0.37, 0.50, 0.60, 0.73, 0.83, 0.89, 0.94, 0.965, 0.985, 0.99, 0.995, 0.999, 1.0];
/// How many answers those first shares are worth.
const DELAYS: f64 = 20.0;

/// What a volunteer answered to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// She would help, whether or not somebody was faster.
    Yes,
    /// She cannot this time.
    No,
}

/// An offer as the log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When it left.
    pub at: Timestamp,
    /// How far she was, as [`rank::distance`](super::rank::distance) counts it.
    pub metres: u32,
    /// Her answer and when it came.
    pub answered: Option<(Timestamp, Answer)>,
}

/// What became of the offers to one volunteer, ever: only those answered, or older than [`SILENCE_MIN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Offers made.
    pub asked: u32,
    /// Those she answered, by yes or no.
    pub answered: u32,
    /// Those she said yes to, also when somebody was faster.
    pub yes: u32,
}

/// An offer without an answer for so many minutes was met by silence.
pub const SILENCE_MIN: i64 = 240;

/// What the log taught about a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    bands: [Weighed; 7],
    delays: Delays,
}

/// Offers and yes, weighed by age and by how far their answer can still be awaited.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Weighed {
    asked: f64,
    yes: f64,
}

/// How long answers take.
#[derive(Debug, Clone, PartialEq)]
pub struct Delays {
    /// The share of answers that came within each step.
    shares: [f64; 15],
}

impl Learned {
    /// What is believed before the first offer.
    pub fn nothing() -> Self {
        Self { bands: [Weighed::default(); 7], delays: Delays { shares: FIRST_SHARES } }
    }

    /// What offers teach at this instant; what is after it is not looked at.
    pub fn from_log(log: &[Asked], now: Timestamp) -> Self {
        let past = || log.iter().filter(|asked| asked.at <= now);
        let delays = Delays::from_log(past(), now);
        let mut bands = [Weighed::default(); 7];
        for asked in past() {
            let age = weight(now.duration_since(asked.at));
            let answer = asked.answered.filter(|(at, _)| *at <= now);
            let seen = answer.map_or_else(|| delays.within(now.duration_since(asked.at)), |_| 1.0);
            let band = &mut bands[band(asked.metres)];
            band.asked += age * seen;
            band.yes += if answer.is_some_and(|(_, answer)| answer == Answer::Yes) { age } else { 0.0 };
        }
        Self { bands, delays }
    }

    /// How long answers take on this line.
    pub fn delays(&self) -> &Delays {
        &self.delays
    }

    /// The chance of a yes of somebody unknown at this distance.
    pub fn line(&self, metres: u32) -> f64 {
        let band = band(metres);
        let Weighed { asked, yes } = self.bands[band];
        let seen = (BAND * self.level() * guess(band) + yes) / (BAND + asked);
        seen.max(FLOOR * guess(band))
    }

    /// The chance that this volunteer says yes to an offer at this distance.
    pub fn chance(&self, metres: u32, hers: &Tally) -> f64 {
        (self.line(metres) * self.relative(hers)).clamp(0.0, SUREST)
    }

    /// Her own rate as a multiple of the line's: 1 for somebody who was never asked.
    pub fn relative(&self, hers: &Tally) -> f64 {
        let mean = self.mean();
        (OWN * mean + f64::from(hers.yes)) / (OWN + f64::from(hers.asked)) / mean
    }

    /// The share of all offers that ended in a yes.
    fn mean(&self) -> f64 {
        let (asked, yes) = self.sums(|_| 1.0);
        (BAND * FIRST + yes) / (BAND + asked)
    }

    /// How many times the first guess the line answers.
    fn level(&self) -> f64 {
        let (expected, yes) = self.sums(guess);
        (LEVEL + yes) / (LEVEL + expected)
    }

    /// Offers, each counted so many times, and yes.
    fn sums(&self, times: impl Fn(usize) -> f64) -> (f64, f64) {
        let each = self.bands.iter().enumerate();
        each.fold((0.0, 0.0), |(asked, yes), (band, seen)| (asked + seen.asked * times(band), yes + seen.yes))
    }
}

impl Delays {
    fn from_log<'a>(log: impl Iterator<Item = &'a Asked>, now: Timestamp) -> Self {
        let mut shares = FIRST_SHARES.map(|share| share * DELAYS);
        let mut answers = DELAYS;
        for asked in log {
            let Some((at, _)) = asked.answered.filter(|(at, _)| *at <= now) else { continue };
            let (took, age) = (minutes(at.duration_since(asked.at)), weight(now.duration_since(asked.at)));
            answers += age;
            let within = STEPS_MIN.iter().zip(&mut shares).filter(|(step, _)| took <= **step);
            within.for_each(|(_, share)| *share += age);
        }
        Self { shares: shares.map(|share| share / answers) }
    }

    /// The share of answers that come within this time.
    pub fn within(&self, elapsed: SignedDuration) -> f64 {
        let minutes = minutes(elapsed).max(0.0);
        let (mut from, mut share) = (0.0, 0.0);
        for (step, by_then) in STEPS_MIN.into_iter().zip(self.shares) {
            if minutes < step {
                return share + (by_then - share) * (minutes - from) / (step - from);
            }
            (from, share) = (step, by_then);
        }
        share
    }

    /// What is left of a chance of yes after a silence so long: `p·(1-F) / (1-p·F)`.
    pub fn left(&self, chance: f64, silence: SignedDuration) -> f64 {
        let answered = self.within(silence);
        (chance * (1.0 - answered) / (1.0 - chance * answered)).clamp(0.0, 1.0)
    }
}

/// In which band a distance falls.
fn band(metres: u32) -> usize {
    BANDS_M.iter().take_while(|end| metres > **end).count()
}

/// The chance of a yes in a band before anything is known.
fn guess(band: usize) -> f64 {
    FIRST * (-MIDDLES_M[band] / FADES_M).exp()
}

/// What an offer of this age counts.
fn weight(age: SignedDuration) -> f64 {
    (-minutes(age).max(0.0) / (HALF_LIFE_DAYS * 1_440.0)).exp2()
}

fn minutes(duration: SignedDuration) -> f64 {
    duration.as_secs_f64() / 60.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ago(minutes: i64) -> Timestamp {
        NOW - SignedDuration::from_mins(minutes)
    }

    /// So many offers at this distance five hours ago, of which so many were answered yes after ten minutes.
    fn offers(metres: u32, asked: usize, yes: usize) -> Vec<Asked> {
        let one = |answered| Asked { at: ago(300), metres, answered };
        let mut log = vec![one(Some((ago(290), Answer::Yes))); yes];
        log.resize(asked, one(None));
        log
    }

    #[test]
    fn a_line_without_a_log_believes_its_first_guess() {
        let learned = Learned::nothing();
        assert!((learned.line(0) - FIRST * (-125.0 / FADES_M).exp()).abs() < 1e-9);
        assert!((learned.relative(&Tally::default()) - 1.0).abs() < 1e-9);
        assert_eq!(Learned::from_log(&[], NOW).line(700).to_bits(), learned.line(700).to_bits());
    }

    #[test]
    fn what_one_band_teaches_lifts_the_others_a_little() {
        let learned = Learned::from_log(&offers(100, 200, 100), NOW);
        assert!((0.44..0.51).contains(&learned.line(100)), "{}", learned.line(100));
        assert!(learned.line(1_500) > Learned::nothing().line(1_500) * 1.5);
    }

    #[test]
    fn a_volunteer_who_never_answers_sinks_and_one_who_does_rises() {
        let learned = Learned::nothing();
        let silent = Tally { asked: 4, answered: 0, yes: 0 };
        let keen = Tally { asked: 4, answered: 4, yes: 4 };
        assert!((learned.relative(&silent) - 3.0 / 7.0).abs() < 1e-9);
        assert!(learned.relative(&keen) > 2.0);
        assert!(learned.chance(0, &keen) <= SUREST);
    }

    #[test]
    fn an_offer_of_this_minute_is_no_refusal_yet() {
        let just_now = Asked { at: ago(1), metres: 100, answered: None };
        let fresh = Learned::from_log(&[just_now; 50], NOW).line(100);
        let silent = Learned::from_log(&offers(100, 50, 0), NOW).line(100);
        let nothing = Learned::nothing().line(100);
        assert!(fresh > nothing * 0.8 && silent < nothing * 0.5, "{fresh} {silent} {nothing}");
    }

    #[test]
    fn old_offers_count_less_than_new_ones() {
        let old = Asked { at: ago(60 * 24 * 28), metres: 100, answered: None };
        let forgotten = Learned::from_log(&[old; 100], NOW).line(100);
        let remembered = Learned::from_log(&offers(100, 100, 0), NOW).line(100);
        assert!(forgotten > remembered * 1.2, "{forgotten} {remembered}");
    }

    #[test]
    fn slow_answers_teach_patience() {
        let slow = Asked { at: ago(300), metres: 100, answered: Some((ago(120), Answer::No)) };
        let delays = Learned::from_log(&[slow; 200], NOW).delays;
        assert!(delays.within(SignedDuration::from_mins(60)) < 0.15);
        assert!(delays.within(SignedDuration::from_mins(180)) > 0.95);
        let hour = SignedDuration::from_mins(60);
        assert!(delays.left(0.3, hour) > Learned::nothing().delays.left(0.3, hour));
    }

    proptest! {
        #[test]
        fn chances_are_chances(asked in 0_usize..300, share in 0.0..=1.0_f64, metres in 0_u32..40_000, hers in 0_u32..50) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
            let yes = (asked as f64 * share) as usize;
            let learned = Learned::from_log(&offers(metres, asked, yes), NOW);
            let tally = Tally { asked: hers, answered: hers, yes: hers / 2 };
            let chance = learned.chance(metres, &tally);
            prop_assert!(chance > 0.0 && chance <= SUREST, "{}", chance);
        }

        #[test]
        fn hope_only_fades_while_nobody_answers(chance in 0.0..=0.95_f64, first in 0_i64..2_000, more in 0_i64..2_000) {
            let delays = Learned::nothing().delays;
            let at = |minutes| delays.left(chance, SignedDuration::from_mins(minutes));
            prop_assert!(at(first + more) <= at(first) + 1e-12);
            prop_assert!(at(0) <= chance + 1e-12);
        }
    }
}
