//! Puts every place of a simulated city on one plan in metres, whichever coordinates it came with.

use super::protocol::Place;

/// A point of the plan, in metres.
pub type Metres = (f64, f64);

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// From degrees to the metres of the plan: `metres = a + b · degrees` for each axis.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frame {
    east: Axis,
    north: Axis,
}

#[derive(Debug, Clone, Copy, Default)]
struct Axis {
    start: f64,
    per_degree: f64,
}

impl Frame {
    /// The plan on which these places lie: the one that those with both coordinates agree on, or the earth made flat
    /// around their middle when none has both.
    pub fn of(places: &[Place]) -> Self {
        let east: Vec<_> = places.iter().filter_map(|place| Some((place.lon?, place.x?))).collect();
        let north: Vec<_> = places.iter().filter_map(|place| Some((place.lat?, place.y?))).collect();
        let middle = mean(places.iter().filter_map(|place| place.lat));
        let shrinks = middle.to_radians().cos();
        Self { east: Axis::fitted(&east, DEGREE_M * shrinks), north: Axis::fitted(&north, DEGREE_M) }
    }

    /// Where a place is on the plan; nowhere when it came without usable coordinates.
    pub fn locate(&self, place: &Place) -> Option<Metres> {
        let x = place.x.or_else(|| place.lon.map(|lon| self.east.at(lon)))?;
        let y = place.y.or_else(|| place.lat.map(|lat| self.north.at(lat)))?;
        // Further than the earth is round is a mistake, and would only lose digits.
        (x.abs() < 1e8 && y.abs() < 1e8).then_some((x, y))
    }
}

impl Axis {
    /// The straight line through these pairs of degrees and metres; with one degree `usual` metres long where they do not say.
    fn fitted(pairs: &[(f64, f64)], usual: f64) -> Self {
        let degrees = mean(pairs.iter().map(|pair| pair.0));
        let metres = mean(pairs.iter().map(|pair| pair.1));
        let spread: f64 = pairs.iter().map(|pair| (pair.0 - degrees).powi(2)).sum();
        let common: f64 = pairs.iter().map(|pair| (pair.0 - degrees) * (pair.1 - metres)).sum();
        let per_degree = if spread > 1e-9 { common / spread } else { usual };
        Self { start: metres - per_degree * degrees, per_degree }
    }

    fn at(self, degrees: f64) -> f64 {
        self.start + self.per_degree * degrees
    }
}

/// The mean; nothing of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(lon: f64, lat: f64) -> Place {
        Place { lon: Some(lon), lat: Some(lat), x: Some((lon - 3.8) * 80_000.0), y: Some((lat - 43.6) * -111_000.0) }
    }

    #[test]
    fn degrees_follow_the_plan_of_those_who_have_both() {
        let frame = Frame::of(&[both(3.8, 43.6), both(3.9, 43.7), both(3.85, 43.61)]);
        let (x, y) = frame.locate(&Place { lon: Some(3.81), lat: Some(43.62), x: None, y: None }).unwrap();
        assert!((x - 800.0).abs() < 0.01 && (y + 2_220.0).abs() < 0.01, "{x} {y}");
        assert_eq!(frame.locate(&Place { x: Some(5.0), y: Some(6.0), ..Place::default() }), Some((5.0, 6.0)));
    }

    #[test]
    fn degrees_alone_are_put_on_a_plan_of_their_own() {
        let degrees = |lon, lat| Place { lon: Some(lon), lat: Some(lat), x: None, y: None };
        let frame = Frame::of(&[degrees(3.8, 43.6), degrees(3.9, 43.6)]);
        let [a, b] = [degrees(3.8, 43.6), degrees(3.9, 43.6)].map(|place| frame.locate(&place).unwrap());
        assert!((8_040.0..8_060.0).contains(&(b.0 - a.0)), "{a:?} {b:?}");
    }

    #[test]
    fn what_has_no_coordinates_or_absurd_ones_is_nowhere() {
        let frame = Frame::of(&[]);
        assert_eq!(frame.locate(&Place { lat: Some(43.6), ..Place::default() }), None);
        assert_eq!(frame.locate(&Place { x: Some(1e300), y: Some(0.0), ..Place::default() }), None);
    }
}
