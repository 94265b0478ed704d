//! Who comes first, and why: every suitable volunteer costs a number of metres, and the cheapest are asked first.
//!
//! The cost is the distance plus what fairness adds to it (F-34, F-35), so that two people next door to each other are told
//! apart by who was asked longest ago, and somebody a little further is preferred to somebody whom everybody asks. It never
//! falls below the distance and never falls when the distance grows: a search by rings of cells may stop as soon as the
//! next ring is further than the dearest of those it keeps.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rate::{Learned, Tally};
use crate::geo::{Point, Spot};

/// Metres that an offer a moment ago adds; after `d` days it adds a `1 + d`-th of them.
const RESTS_M: f64 = 400.0;
/// Metres that the first offer of these seven days adds; `n` of them add `n²` times as many.
const WEEK_M: f64 = 150.0;
/// Metres that each offer of these thirty days adds.
const MONTH_M: f64 = 20.0;
/// Metres for each factor of e by which she answers more seldom than the line.
const SILENT_M: f64 = 1_500.0;
/// Metres that a month's hours add once they are given (F-35); half of them, half of that.
const SPENT_M: f64 = 1_500.0;
/// How many times its hours a month is looked at.
const OVERSPENT: f64 = 3.0;
/// Nobody is taken for more silent than this share of the line.
const MOST_SILENT: f64 = 0.02;

/// What the log says of one volunteer at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// When she was last made an offer.
    pub asked_last: Option<Timestamp>,
    /// Offers of the last seven days.
    pub offers_7d: u32,
    /// Offers of the last thirty days.
    pub offers_30d: u32,
    /// What became of all offers ever.
    pub tally: Tally,
    /// Minutes given this month.
    pub given_min: u32,
    /// Minutes that she means to give a month, if she said so (F-35).
    pub budget_min: Option<u32>,
}

/// Somebody who may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<I> {
    /// Who.
    pub id: I,
    /// How far, by [`distance`].
    pub metres: u32,
    /// What the log says of her.
    pub record: Record,
}

/// A candidate in her place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked<I> {
    /// Who.
    pub id: I,
    /// How far, by [`distance`].
    pub metres: u32,
    /// What asking her costs: [`cost`].
    pub cost: f64,
    /// How likely she is to say yes.
    pub chance: f64,
}

/// How far a volunteer is from where help is needed: the distance on the map and the uncertainty of the place, at a right
/// angle. Around a house number that is the distance; around a postal code people a street apart cost nearly the same, so
/// that fairness and not noise tells them apart.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most half the girth of the earth, twice"
)]
pub fn distance(place: Spot, volunteer: Point) -> u32 {
    f64::from(place.point.metres(volunteer)).hypot(f64::from(place.within_m)).round() as u32
}

/// What asking somebody costs, in metres: at least the distance, and the more the longer the distance.
pub fn cost(metres: u32, record: &Record, learned: &Learned, now: Timestamp) -> f64 {
    let silence = 1.0 / learned.relative(&record.tally).max(MOST_SILENT);
    f64::from(metres) + tired(record, now) + SILENT_M * silence.ln().max(0.0) + SPENT_M * spent(record)
}

/// Metres for having been asked already: never more while she rests, so the longest rested comes first (F-34).
fn tired(record: &Record, now: Timestamp) -> f64 {
    let week = f64::from(record.offers_7d);
    let rests = record.asked_last.map_or(0.0, |at| RESTS_M / (1.0 + days(at, now)));
    rests + WEEK_M * week * week + MONTH_M * f64::from(record.offers_30d)
}

/// Which share of her month she has given, at most [`OVERSPENT`].
fn spent(record: &Record) -> f64 {
    let Some(budget) = record.budget_min else { return 0.0 };
    (f64::from(record.given_min) / f64::from(budget.max(1))).min(OVERSPENT)
}

/// Candidates in the order in which they are asked; equals by id, so that the order is the same everywhere.
pub fn rank<I: Ord + Copy>(
    candidates: impl IntoIterator<Item = Candidate<I>>,
    learned: &Learned,
    now: Timestamp,
) -> Vec<Ranked<I>> {
    let mut ranked: Vec<_> = candidates.into_iter().map(|one| one.ranked(learned, now)).collect();
    ranked.sort_by(Ranked::order);
    ranked
}

impl<I: Ord + Copy> Candidate<I> {
    /// With her cost and her chance.
    pub fn ranked(self, learned: &Learned, now: Timestamp) -> Ranked<I> {
        let Self { id, metres, ref record } = self;
        Ranked { id, metres, cost: cost(metres, record, learned, now), chance: learned.chance(metres, &record.tally) }
    }
}

impl<I: Ord> Ranked<I> {
    /// The cheaper first, then the smaller id.
    pub fn order(&self, other: &Self) -> Ordering {
        self.cost.total_cmp(&other.cost).then_with(|| self.id.cmp(&other.id))
    }
}

/// Why somebody stands where she stands, as it is stored with an offer and shown to agents (F-79).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Metres on the map.
    pub metres: u32,
    /// To within how many metres the place is known.
    pub within_m: u32,
    /// Whole days since the last offer.
    pub rested_days: Option<u32>,
    /// Offers of the last seven days.
    pub offers_7d: u32,
    /// Offers ever, and those she answered.
    pub asked: u32,
    /// See `asked`.
    pub answered: u32,
    /// Minutes given this month.
    pub given_min: u32,
    /// Minutes she means to give a month.
    pub budget_min: Option<u32>,
}

impl Reason {
    /// The reasons of a volunteer who lives at a point.
    pub fn new(place: Spot, volunteer: Point, record: &Record, now: Timestamp) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days of a life")]
        let rested_days = record.asked_last.map(|at| days(at, now) as u32);
        Self {
            metres: place.point.metres(volunteer),
            within_m: place.within_m,
            rested_days,
            offers_7d: record.offers_7d,
            asked: record.tally.asked,
            answered: record.tally.answered,
            given_min: record.given_min,
            budget_min: record.budget_min,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearly = if self.within_m > 0 { "environ " } else { "" };
        write!(out, "à {nearly}{}", far(self.metres))?;
        match self.rested_days {
            None => write!(out, " ; aucune demande jusqu'ici")?,
            Some(0) => write!(out, " ; une demande dans les dernières 24 h")?,
            Some(1) => write!(out, " ; rien demandé depuis un jour")?,
            Some(days) => write!(out, " ; rien demandé depuis {days} jours")?,
        }
        if self.offers_7d > 1 {
            write!(out, " ; {} demandes en 7 jours", self.offers_7d)?;
        }
        if self.asked > 0 {
            write!(out, " ; {}", habit(self.answered, self.asked))?;
        }
        match self.budget_min {
            Some(budget) => write!(out, " ; {} sur {} ce mois-ci", time(self.given_min), time(budget)),
            None if self.given_min > 0 => write!(out, " ; {} ce mois-ci", time(self.given_min)),
            None => Ok(()),
        }
    }
}

/// « 240 m », « 1,3 km »: no finer than people walk.
fn far(metres: u32) -> String {
    match metres {
        0..50 => "moins de 50 m".to_owned(),
        50..1_000 => format!("{} m", (metres + 5) / 10 * 10),
        1_000..10_000 => {
            let tenths = (metres + 50) / 100;
            format!("{},{} km", tenths / 10, tenths % 10)
        }
        _ => format!("{} km", (metres + 500) / 1_000),
    }
}

/// « 40 min », « 2 h », « 1 h 30 ».
fn time(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

/// How often she answers, in words of the street.
fn habit(answered: u32, asked: u32) -> String {
    match (answered, asked) {
        (0, 1) => "n'a pas répondu à la seule demande".to_owned(),
        (0, asked) => format!("n'a répondu à aucune des {asked} demandes"),
        (answered, asked) if answered >= asked => "répond toujours".to_owned(),
        (answered, asked) => match (f64::from(asked) / f64::from(answered)).round() {
            seldom if seldom >= 2.0 => format!("répond une fois sur {}", words(seldom)),
            _ => "répond presque toujours".to_owned(),
        },
    }
}

fn words(times: f64) -> String {
    const WORDS: [&str; 9] = ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"];
    let named = WORDS.iter().zip(2_u32..).find(|(_, number)| f64::from(*number) >= times);
    named.map_or_else(|| format!("{times:.0}"), |(word, _)| (*word).to_owned())
}

/// Days from an instant to now; none when it lies ahead.
fn days(at: Timestamp, now: Timestamp) -> f64 {
    (now.duration_since(at).as_secs_f64() / 86_400.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn days_ago(days: i64) -> Timestamp {
        NOW - SignedDuration::from_hours(24 * days)
    }

    fn asked(days: i64) -> Record {
        Record { asked_last: Some(days_ago(days)), ..Record::default() }
    }

    fn order(candidates: &[Candidate<u32>]) -> Vec<u32> {
        rank(candidates.iter().copied(), &Learned::nothing(), NOW).iter().map(|one| one.id).collect()
    }

    #[test]
    fn among_equally_near_the_one_asked_longest_ago_comes_first() {
        let near = |id, record| Candidate { id, metres: 240, record };
        let all = [near(1, asked(2)), near(2, asked(40)), near(3, Record::default()), near(4, asked(41))];
        assert_eq!(order(&all), [3, 4, 2, 1]);
    }

    #[test]
    fn equals_come_in_the_order_of_their_ids() {
        let all = [3, 1, 2].map(|id| Candidate { id, metres: 240, record: Record::default() });
        assert_eq!(order(&all), [1, 2, 3]);
    }

    #[test]
    fn a_volunteer_whom_everybody_asks_comes_after_one_a_little_further() {
        let often = Record { offers_7d: 2, offers_30d: 2, ..asked(1) };
        let all = [
            Candidate { id: 1, metres: 200, record: often },
            Candidate { id: 2, metres: 900, record: Record::default() },
        ];
        assert_eq!(order(&all), [2, 1]);
    }

    #[test]
    fn hours_already_given_this_month_count() {
        let gave = |given_min| Record { given_min, budget_min: Some(120), ..Record::default() };
        let all =
            [Candidate { id: 1, metres: 200, record: gave(120) }, Candidate { id: 2, metres: 500, record: gave(0) }];
        assert_eq!(order(&all), [2, 1]);
    }

    #[test]
    fn around_a_postal_code_a_street_more_or_less_tells_nobody_apart() {
        let point = |lat, lon| Point::new(lat, lon).unwrap();
        let volunteers = [point(43.610, 3.88), point(43.612, 3.88)];
        let known = |within_m| Spot { point: point(43.608, 3.88), within_m };
        let gap = |spot| distance(spot, volunteers[1]) - distance(spot, volunteers[0]);
        assert_eq!(distance(known(0), volunteers[0]), 222);
        assert_eq!((gap(known(0)), gap(known(1_300))), (223, 55));
    }

    #[test]
    fn agents_read_why_in_a_short_line() {
        let spot = |within_m| Spot { point: Point::new(43.608, 3.88).unwrap(), within_m };
        let volunteer = Point::new(43.610_16, 3.88).unwrap();
        let tally = Tally { asked: 6, answered: 3, yes: 2 };
        let record = Record { tally, given_min: 40, budget_min: Some(120), ..asked(12) };
        assert_eq!(
            Reason::new(spot(0), volunteer, &record, NOW).to_string(),
            "à 240 m ; rien demandé depuis 12 jours ; répond une fois sur deux ; 40 min sur 2 h ce mois-ci"
        );
        assert_eq!(
            Reason::new(spot(1_300), volunteer, &Record::default(), NOW).to_string(),
            "à environ 240 m ; aucune demande jusqu'ici"
        );
        let busy = Record { offers_7d: 3, given_min: 95, tally: Tally { asked: 3, answered: 0, yes: 0 }, ..asked(0) };
        assert_eq!(
            Reason::new(spot(0), Point::new(43.60, 3.97).unwrap(), &busy, NOW).to_string(),
            "à 7,3 km ; une demande dans les dernières 24 h ; 3 demandes en 7 jours ; n'a répondu à aucune des 3 demandes ; \
             1 h 35 ce mois-ci"
        );
    }

    #[test]
    fn how_often_she_answers_is_said_as_people_say_it() {
        let said = [(0, 1), (5, 5), (4, 5), (2, 3), (1, 3), (1, 10), (1, 30)].map(|(few, all)| habit(few, all));
        assert_eq!(said[0], "n'a pas répondu à la seule demande");
        assert_eq!(said[1..4], ["répond toujours", "répond presque toujours", "répond une fois sur deux"]);
        assert_eq!(said[4..], ["répond une fois sur trois", "répond une fois sur dix", "répond une fois sur 30"]);
    }

    fn records() -> impl Strategy<Value = Record> {
        let tally = (0_u32..40, 0.0..=1.0_f64, 0.0..=1.0_f64).prop_map(|(asked, answered, yes)| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most forty")]
            let part = |of: u32, share: f64| (f64::from(of) * share) as u32;
            let answered = part(asked, answered);
            Tally { asked, answered, yes: part(answered, yes) }
        });
        let rest =
            (proptest::option::of(-5_i64..400), 0_u32..20, 0_u32..60, 0_u32..600, proptest::option::of(0_u32..300));
        (tally, rest).prop_map(|(tally, (last, offers_7d, offers_30d, given_min, budget_min))| Record {
            asked_last: last.map(days_ago),
            offers_7d,
            offers_30d,
            tally,
            given_min,
            budget_min,
        })
    }

    proptest! {
        #[test]
        fn the_cost_is_never_below_the_distance_and_grows_with_it(record in records(), near in 0_u32..30_000, more in 0_u32..30_000) {
            let learned = Learned::nothing();
            let at = |metres| cost(metres, &record, &learned, NOW);
            prop_assert!(at(near) >= f64::from(near));
            prop_assert!(at(near + more) >= at(near));
        }

        #[test]
        fn the_order_does_not_depend_on_who_was_found_first(found in proptest::collection::vec((0_u32..2_000, records()), 0..30), turn in 0_usize..30) {
            let all: Vec<_> = (0..).zip(found).map(|(id, (metres, record))| Candidate { id, metres, record }).collect();
            let mut other = all.clone();
            other.reverse();
            other.rotate_left(if all.is_empty() { 0 } else { turn % all.len() });
            prop_assert_eq!(order(&all), order(&other));
        }

        #[test]
        fn resting_never_costs_more(record in records(), days in 0_i64..100, more in 0_i64..100) {
            let after = |days| cost(100, &Record { asked_last: Some(days_ago(days)), ..record }, &Learned::nothing(), NOW);
            prop_assert!(after(days + more) <= after(days));
        }
    }
}
