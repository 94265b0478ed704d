//! Where the open needs of a town are: its districts in a square, by their latitude and longitude. Pure; no tile server
//! outside is asked for anything.
//!
//! The projection is equirectangular around the middle of the town: over a few dozen kilometres nobody sees a difference.

use crate::lines::District;

/// The side of the square.
pub const SIDE: f64 = 1_000.0;
/// What stays free around the dots.
const MARGIN: f64 = 120.0;

/// A district in the square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Its place in the list of districts.
    pub district: usize,
    /// From the left, 0 to [`SIDE`].
    pub x: f64,
    /// From the top, 0 to [`SIDE`].
    pub y: f64,
}

/// The districts that have a point, in the square; one alone is in its middle.
pub fn dots(districts: &[District]) -> Vec<Dot> {
    let points: Vec<(usize, f64, f64)> =
        districts.iter().enumerate().filter_map(|(index, one)| Some((index, one.point?.0, one.point?.1))).collect();
    let Some(middle) = points.iter().map(|(_, lat, _)| *lat).reduce(f64::max).zip(least(&points)) else {
        return Vec::new();
    };
    let narrower = f64::midpoint(middle.0, middle.1).to_radians().cos();
    let flat: Vec<(usize, f64, f64)> =
        points.into_iter().map(|(index, lat, lon)| (index, lon * narrower, -lat)).collect();
    let (left, right) = bounds(flat.iter().map(|point| point.1));
    let (top, bottom) = bounds(flat.iter().map(|point| point.2));
    let extent = (right - left).max(bottom - top);
    let scale = if extent > 0.0 { (SIDE - 2.0 * MARGIN) / extent } else { 0.0 };
    let place = |value: f64, from: f64, to: f64| SIDE / 2.0 + (value - f64::midpoint(from, to)) * scale;
    let dot =
        |(district, x, y): (usize, f64, f64)| Dot { district, x: place(x, left, right), y: place(y, top, bottom) };
    flat.into_iter().map(dot).collect()
}

/// The radius of a dot that stands for so many open needs, beside one that stands for `most`: its surface says how many.
pub fn radius(count: i64, most: i64) -> f64 {
    let real = |count: i64| i32::try_from(count.max(0)).map_or(f64::from(i32::MAX), f64::from);
    if count <= 0 { 10.0 } else { 18.0 + 72.0 * (real(count) / real(most.max(count))).sqrt() }
}

fn least(points: &[(usize, f64, f64)]) -> Option<f64> {
    points.iter().map(|(_, lat, _)| *lat).reduce(f64::min)
}

fn bounds(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn district(point: Option<(f64, f64)>) -> District {
        District { name: String::new(), postal_codes: Vec::new(), point }
    }

    #[test]
    fn north_is_up_and_east_is_right() {
        // Mosson is west and a little north of the centre, Port Marianne is east.
        let all = [Some((43.62, 3.82)), None, Some((43.61, 3.88)), Some((43.60, 3.90))].map(district);
        let dots = dots(&all);
        assert_eq!(dots.iter().map(|dot| dot.district).collect::<Vec<_>>(), [0, 2, 3]);
        assert!(dots[0].x < dots[1].x && dots[1].x < dots[2].x);
        assert!(dots[0].y < dots[1].y && dots[1].y < dots[2].y);
        // A degree of longitude is shorter than one of latitude there.
        let (across, down) = (dots[2].x - dots[0].x, dots[2].y - dots[0].y);
        assert!((across / down - 0.08 / 0.02 * 43.61_f64.to_radians().cos()).abs() < 0.01, "{across} {down}");
    }

    #[test]
    fn one_district_is_in_the_middle_and_none_is_nowhere() {
        assert_eq!(dots(&[district(Some((43.6, 3.9)))]), [Dot { district: 0, x: 500.0, y: 500.0 }]);
        assert_eq!(dots(&[district(None)]), []);
    }

    #[test]
    fn more_needs_make_a_larger_dot() {
        assert!(radius(0, 10) < radius(1, 10) && radius(1, 10) < radius(10, 10) && radius(10, 10) <= 90.0);
    }

    proptest! {
        #[test]
        fn every_dot_is_in_the_square(points in prop::collection::vec((41.0_f64..51.0, -5.0_f64..10.0), 1..12)) {
            let all: Vec<_> = points.into_iter().map(|point| district(Some(point))).collect();
            for dot in dots(&all) {
                prop_assert!((MARGIN - 0.01..=SIDE - MARGIN + 0.01).contains(&dot.x), "{:?}", dot);
                prop_assert!((MARGIN - 0.01..=SIDE - MARGIN + 0.01).contains(&dot.y), "{:?}", dot);
            }
        }
    }
}
