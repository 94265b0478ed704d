//! The middle of many points, and how far from it they lie: where somebody is of whom only a street or a postal code is
//! known. Pure.

use std::collections::BTreeMap;

use crate::geo::{Point, Spot};

/// Of a hundred addresses, how many lie within the distance that is told: as for one standard deviation.
const SHARE: usize = 68;
/// Nobody is known better than this, in metres, without a number: a street with one known number may have others.
const LEAST_M: u32 = 30;
/// How far from its point a house of a locality may well be, in metres: the file gives none. Ours.
pub const LOCALITY_M: u32 = 300;

/// Where many points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Middle {
    /// The median of their latitudes and longitudes: a stray point moves it little.
    pub point: Point,
    /// The distance in metres within which 68 of a hundred lie.
    pub within_m: u32,
    /// How many there are.
    pub count: usize,
}

impl Middle {
    /// That of some points; none of no points.
    pub fn of(points: &[Point]) -> Option<Self> {
        let half = |of: fn((i64, i64)) -> i64| {
            let mut values: Vec<i64> = points.iter().map(|point| of(point.micro())).collect();
            median(&mut values)
        };
        let point = Point::from_micro(half(|(lat, _)| lat)?, half(|(_, lon)| lon)?)?;
        let mut away: Vec<u32> = points.iter().map(|other| point.metres(*other)).collect();
        away.sort_unstable();
        let last = (away.len() * SHARE).div_ceil(100).saturating_sub(1);
        Some(Self { point, within_m: away.get(last).copied()?, count: points.len() })
    }

    /// As a place that somebody may be at.
    pub fn spot(self) -> Spot {
        spot(self.point, self.within_m)
    }
}

/// A point that stands for more than a house.
pub fn spot(point: Point, within_m: u32) -> Spot {
    Spot { point, within_m: within_m.max(LEAST_M) }
}

fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    let upper = values.get(values.len() / 2)?;
    let lower = values.get((values.len() - 1) / 2)?;
    // The sum of two angles is far from the largest number.
    Some((lower + upper) / 2)
}

/// A street as its addresses show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetMiddle {
    /// Its identifier.
    pub id: String,
    /// The postal code of most of its addresses.
    pub postal_code: Option<String>,
    /// Where they are.
    pub middle: Middle,
}

/// The points of a street that share a postal code (empty: none), as a statement gathers them.
pub type Gathered = (String, String, Vec<Point>);

/// The streets of which points were gathered, in the order of their identifiers.
pub fn streets(gathered: Vec<Gathered>) -> Vec<StreetMiddle> {
    let mut by_street: BTreeMap<String, Vec<(String, Vec<Point>)>> = BTreeMap::new();
    for (street, code, points) in gathered {
        by_street.entry(street).or_default().push((code, points));
    }
    let one = |(id, parts): (String, Vec<(String, Vec<Point>)>)| {
        let coded = parts.iter().filter(|(code, _)| !code.is_empty());
        let postal_code = coded.max_by_key(|(_, points)| points.len()).map(|(code, _)| code.clone());
        let points: Vec<Point> = parts.into_iter().flat_map(|(_, points)| points).collect();
        Some(StreetMiddle { id, postal_code, middle: Middle::of(&points)? })
    };
    by_street.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(all: &[(i64, i64)]) -> Vec<Point> {
        all.iter().map(|(lat, lon)| Point::from_micro(*lat, *lon).unwrap()).collect()
    }

    #[test]
    fn a_stray_point_moves_the_middle_little() {
        let street: Vec<_> = (0..10).map(|step| (43_600_000 + 100 * step, 3_870_000)).collect();
        let middle = Middle::of(&points(&street)).unwrap();
        assert_eq!((middle.point.micro(), middle.count), ((43_600_450, 3_870_000), 10));
        // Seven of ten lie within 350 microdegrees of it: 39 m.
        assert_eq!(middle.within_m, 39);
        let strayed = Middle::of(&points(&[&street[..9], &[(48_000_000, 2_000_000)]].concat())).unwrap();
        assert!(strayed.point.metres(middle.point) < 10 && strayed.within_m < 60, "{strayed:?}");
    }

    #[test]
    fn nothing_has_no_middle_and_one_address_is_not_taken_for_a_house() {
        assert_eq!(Middle::of(&[]), None);
        let one = Middle::of(&points(&[(43_600_000, 3_870_000)])).unwrap();
        assert_eq!((one.within_m, one.spot().within_m), (0, LEAST_M));
    }

    #[test]
    fn a_street_has_the_postal_code_of_most_of_its_addresses() {
        let at = |count: usize| points(&vec![(43_600_000, 3_870_000); count]);
        let part = |street: &str, code: &str, count| (street.to_owned(), code.to_owned(), at(count));
        let found = streets(vec![
            part("b", "", 9),
            part("b", "99120", 1),
            part("b", "99130", 2),
            part("a", "", 1),
            part("c", "99120", 0),
        ]);
        let told: Vec<_> = found.iter().map(|one| (&*one.id, one.postal_code.as_deref(), one.middle.count)).collect();
        assert_eq!(told, [("a", None, 1), ("b", Some("99130"), 12)]);
    }

    proptest! {
        #[test]
        fn most_are_within_the_distance_that_is_told(all in prop::collection::vec((43_000_000_i64..44_000_000, 3_000_000_i64..4_000_000), 1..80)) {
            let all = points(&all);
            let middle = Middle::of(&all).unwrap();
            let within = all.iter().filter(|point| middle.point.metres(**point) <= middle.within_m).count();
            prop_assert!(within * 100 >= all.len() * SHARE);
        }
    }
}
