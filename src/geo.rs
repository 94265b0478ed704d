//! Points on the earth, how far they are from each other, and the cells in which they are looked for.
//!
//! A place is kept in microdegrees (about 0.1 m), so that both databases and every instance agree on it to the last digit.
//! Cells are those of H3, the hexagons that the field uses for « who is near »: `h3o` computes them.

use h3o::{CellIndex, LatLng, Resolution};

/// The mean radius of the earth, in metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;
/// Microdegrees in a degree.
const MICRO: f64 = 1_000_000.0;

/// A point, in microdegrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    lat: i32,
    lon: i32,
}

/// A point that is known to within some metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The likeliest point.
    pub point: Point,
    /// How far from it the real one may well be, in metres: 0 for a house number, some 1,300 for a postal code alone.
    pub within_m: u32,
}

/// How fine the cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grid {
    /// About 0.7 km² each, for a town.
    Town,
    /// About 36 km² each, for the country around it.
    Country,
}

impl Point {
    /// A latitude and longitude in degrees; `None` outside of the earth.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        on_earth.then(|| Self { lat: micro(lat), lon: micro(lon) })
    }

    /// A point as a row keeps it, in microdegrees.
    pub fn from_micro(lat: i64, lon: i64) -> Option<Self> {
        let (lat, lon) = (i32::try_from(lat).ok()?, i32::try_from(lon).ok()?);
        Self::new(f64::from(lat) / MICRO, f64::from(lon) / MICRO)
    }

    /// Latitude and longitude in microdegrees.
    pub fn micro(self) -> (i64, i64) {
        (self.lat.into(), self.lon.into())
    }

    /// Latitude and longitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.lat) / MICRO, f64::from(self.lon) / MICRO)
    }

    /// The great-circle distance to another point, in whole metres (haversine).
    pub fn metres(self, other: Self) -> u32 {
        let ((lat, lon), (other_lat, other_lon)) = (self.degrees(), other.degrees());
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let straight =
            half(lat, other_lat) + lat.to_radians().cos() * other_lat.to_radians().cos() * half(lon, other_lon);
        whole(2.0 * EARTH_M * straight.sqrt().min(1.0).asin())
    }

    /// The cell in which it lies, as rows keep it.
    pub fn cell(self, grid: Grid) -> i64 {
        u64::from(self.cell_index(grid)).cast_signed()
    }

    /// The cells in which somebody may live who is at most `metres` away; none is missing, a few are too many.
    pub fn cells_within(self, metres: u32, grid: Grid) -> Vec<i64> {
        let home = self.cell_index(grid);
        let mut cells = vec![home];
        for ring in 1.. {
            let near: Vec<_> =
                home.grid_ring::<Vec<_>>(ring).into_iter().filter(|cell| self.nearest_in(*cell) <= metres).collect();
            if near.is_empty() {
                break;
            }
            cells.extend(near);
        }
        cells.into_iter().map(|cell| u64::from(cell).cast_signed()).collect()
    }

    /// Metres to a cell: none of its points is nearer.
    fn nearest_in(self, cell: CellIndex) -> u32 {
        let point = |at: LatLng| Self { lat: micro(at.lat()), lon: micro(at.lng()) };
        let middle = point(LatLng::from(cell));
        let reach = cell.boundary().iter().map(|corner| middle.metres(point(*corner))).max().unwrap_or_default();
        self.metres(middle).saturating_sub(reach + 1)
    }

    fn cell_index(self, grid: Grid) -> CellIndex {
        let (lat, lon) = self.degrees();
        // A point is on the earth by construction: the middle of the map is never used.
        LatLng::new(lat, lon).unwrap_or_default().to_cell(grid.resolution())
    }
}

impl Grid {
    fn resolution(self) -> Resolution {
        match self {
            Self::Town => Resolution::Eight,
            Self::Country => Resolution::Six,
        }
    }
}

/// Degrees as whole microdegrees.
#[expect(clippy::cast_possible_truncation, reason = "at most 180 million in either direction")]
fn micro(degrees: f64) -> i32 {
    (degrees * MICRO).round() as i32
}

/// Metres, rounded: at most half the girth of the earth.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between nothing and twenty million")]
fn whole(metres: f64) -> u32 {
    metres.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(lat: f64, lon: f64) -> Point {
        Point::new(lat, lon).unwrap()
    }

    #[test]
    fn distances_are_those_of_the_maps() {
        // Montpellier, place de la Comédie, to Paris, Notre-Dame: 595 km in a straight line.
        let (comedie, paris) = (point(43.608_6, 3.879_6), point(48.853_0, 2.349_9));
        assert!((594_000..596_500).contains(&comedie.metres(paris)), "{}", comedie.metres(paris));
        // A thousandth of a degree of latitude is 111 m.
        assert_eq!(comedie.metres(point(43.609_6, 3.879_6)), 111);
        assert_eq!(comedie.metres(comedie), 0);
        assert_eq!(point(0.0, 0.0).metres(point(0.0, 180.0)), 20_015_114);
    }

    #[test]
    fn what_is_not_on_the_earth_is_no_point() {
        for (lat, lon) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::new(lat, lon), None, "{lat} {lon}");
        }
        assert_eq!(Point::from_micro(90_000_001, 0), None);
        assert_eq!(Point::from_micro(i64::MAX, 0), None);
    }

    proptest! {
        #[test]
        fn a_point_is_read_back_as_it_was_kept(lat in -90.0..=90.0, lon in -180.0..=180.0) {
            let kept = point(lat, lon);
            let (lat, lon) = kept.micro();
            prop_assert_eq!(Point::from_micro(lat, lon), Some(kept));
        }

        #[test]
        fn whoever_lives_within_is_in_one_of_the_cells(
            lat in 41.0..51.0_f64, lon in -5.0..10.0_f64, east in -1.0..1.0_f64, north in -1.0..1.0_f64, metres in 1_u32..8_000,
        ) {
            let home = point(lat, lon);
            let degrees = f64::from(metres) / 111_195.0;
            let other = point(lat + north * degrees, lon + east * degrees);
            for grid in [Grid::Town, Grid::Country] {
                if home.metres(other) <= metres {
                    prop_assert!(home.cells_within(metres, grid).contains(&other.cell(grid)), "{:?}", grid);
                }
            }
        }

        #[test]
        fn distance_is_the_same_from_both_ends(a in (-90.0..=90.0, -180.0..=180.0), b in (-90.0..=90.0, -180.0..=180.0)) {
            let (a, b) = (point(a.0, a.1), point(b.0, b.1));
            prop_assert_eq!(a.metres(b), b.metres(a));
        }
    }
}
