//! A map of a town that is drawn here: its districts in a square, by their latitude and longitude, and what a place in the
//! square is on the earth. Pure; no tile server outside is asked for anything.
//!
//! The projection is equirectangular around the middle of the town: over a few dozen kilometres nobody sees a difference.

use super::District;

/// The side of the square.
pub const SIDE: f64 = 1_000.0;
/// What stays free around the dots.
const MARGIN: f64 = 120.0;
/// How many degrees the dots of a town are apart from one edge to the other if it has only one: some four kilometres.
const ALONE: f64 = 0.04;

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

/// How a town lies in the square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Latitude and longitude of the middle of the square.
    middle: (f64, f64),
    /// By how much a degree of longitude is shorter than one of latitude there.
    narrower: f64,
    /// Units of the square in a degree of latitude.
    scale: f64,
}

impl Projection {
    /// That of a town; none if no district has a point.
    pub fn of(districts: &[District]) -> Option<Self> {
        let points: Vec<(f64, f64)> = districts.iter().filter_map(|district| district.point).collect();
        let (south, north) = bounds(points.iter().map(|point| point.0))?;
        let (west, east) = bounds(points.iter().map(|point| point.1))?;
        let middle = (f64::midpoint(south, north), f64::midpoint(west, east));
        // At a pole itself every longitude is one point.
        let narrower = middle.0.to_radians().cos().max(0.001);
        let extent = (north - south).max((east - west) * narrower);
        let extent = if extent > 0.0 { extent } else { ALONE };
        Some(Self { middle, narrower, scale: (SIDE - 2.0 * MARGIN) / extent })
    }

    /// Where a latitude and longitude are in the square, from the left and from the top; outside of it for a place far away.
    pub fn square(&self, (lat, lon): (f64, f64)) -> (f64, f64) {
        let right = (lon - self.middle.1) * self.narrower * self.scale;
        let down = (self.middle.0 - lat) * self.scale;
        (SIDE / 2.0 + right, SIDE / 2.0 + down)
    }

    /// Latitude and longitude of a place in the square.
    pub fn earth(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (right, down) = ((x - SIDE / 2.0) / self.scale, (y - SIDE / 2.0) / self.scale);
        (self.middle.0 - down, self.middle.1 + right / self.narrower)
    }
}

/// The districts that have a point, in the square; one alone is in its middle.
pub fn dots(districts: &[District]) -> Vec<Dot> {
    let Some(projection) = Projection::of(districts) else { return Vec::new() };
    let dot = |(district, one): (usize, &District)| {
        let (x, y) = projection.square(one.point?);
        Some(Dot { district, x, y })
    };
    districts.iter().enumerate().filter_map(dot).collect()
}

/// The district whose middle is nearest to a latitude and longitude, as the eye sees it in the square.
pub fn nearest(districts: &[District], point: (f64, f64)) -> Option<&District> {
    let (x, y) = Projection::of(districts)?.square(point);
    let far = |dot: &Dot| (dot.x - x).hypot(dot.y - y);
    let nearest = dots(districts).into_iter().min_by(|one, other| far(one).total_cmp(&far(other)))?;
    districts.get(nearest.district)
}

fn bounds(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    values.clone().reduce(f64::min).zip(values.reduce(f64::max))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn district(point: Option<(f64, f64)>) -> District {
        District { name: format!("{point:?}"), postal_codes: Vec::new(), point }
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
        let alone = [district(Some((43.6, 3.9)))];
        assert_eq!(dots(&alone), [Dot { district: 0, x: 500.0, y: 500.0 }]);
        assert_eq!(nearest(&alone, (43.7, 3.0)), Some(&alone[0]));
        assert_eq!((dots(&[district(None)]), nearest(&[district(None)], (43.6, 3.9))), (Vec::new(), None));
        // Beside it is some hundred metres from it, not on the other side of the earth.
        let (lat, lon) = Projection::of(&alone).unwrap().earth((510.0, 490.0));
        assert!((lat - 43.6).abs() < 0.001 && (lon - 3.9).abs() < 0.001 && lat > 43.6 && lon > 3.9, "{lat} {lon}");
    }

    #[test]
    fn a_place_is_of_the_district_whose_dot_is_nearest() {
        let all = [Some((43.62, 3.82)), None, Some((43.61, 3.88)), Some((43.60, 3.90))].map(district);
        for (point, expected) in [((43.60, 3.83), 0), ((43.62, 3.86), 2), ((43.59, 3.95), 3)] {
            assert_eq!(nearest(&all, point), Some(&all[expected]), "{point:?}");
        }
    }

    fn towns() -> impl Strategy<Value = Vec<District>> {
        let points = prop::collection::vec((41.0_f64..51.0, -5.0_f64..10.0), 1..12);
        points.prop_map(|points| points.into_iter().map(|point| district(Some(point))).collect())
    }

    proptest! {
        #[test]
        fn every_dot_is_in_the_square(all in towns()) {
            for dot in dots(&all) {
                prop_assert!((MARGIN - 0.01..=SIDE - MARGIN + 0.01).contains(&dot.x), "{:?}", dot);
                prop_assert!((MARGIN - 0.01..=SIDE - MARGIN + 0.01).contains(&dot.y), "{:?}", dot);
            }
        }

        #[test]
        fn a_place_in_the_square_is_found_there_again(all in towns(), x in 0.0..=SIDE, y in 0.0..=SIDE) {
            let projection = Projection::of(&all).unwrap();
            let (again_x, again_y) = projection.square(projection.earth((x, y)));
            prop_assert!((again_x - x).abs() < 1e-6 && (again_y - y).abs() < 1e-6, "{} {}", again_x, again_y);
        }

        #[test]
        fn the_dot_of_a_district_is_where_it_is_on_the_earth(all in towns()) {
            let projection = Projection::of(&all).unwrap();
            for dot in dots(&all) {
                let (lat, lon) = projection.earth((dot.x, dot.y));
                let expected = all[dot.district].point.unwrap();
                prop_assert!((lat - expected.0).abs() < 1e-9 && (lon - expected.1).abs() < 1e-9, "{} {}", lat, lon);
                prop_assert_eq!(nearest(&all, expected).unwrap().point, Some(expected));
            }
        }
    }
}
