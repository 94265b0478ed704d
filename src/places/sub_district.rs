//! The sub-districts of a line: a name that residents say, a contour or only a middle, and which of them a point is in. Pure.
//!
//! Contours are compared in whole microdegrees, with exact numbers: a point is in one of two neighbours, never in both or
//! neither because of a rounding.

use crate::geo::Point;

/// A closed line: its last point need not repeat the first.
pub type Ring = Vec<Point>;
/// A surface: its outer ring, then its holes.
pub type Polygon = Vec<Ring>;

/// Between two contours that were simplified there are slivers, and a house may stand across the street from the last
/// point: what is this near, in metres, is of the nearest.
const SLIVER_M: f64 = 100.0;

/// A part of a town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubDistrict {
    /// As people call it.
    pub name: String,
    /// The district that it is a part of.
    pub parent: Option<String>,
    /// Its middle.
    pub middle: Point,
    /// Its surfaces; none when only its middle is known.
    pub contour: Vec<Polygon>,
}

/// The sub-district that a point is in: the one whose contour is around it, or passes next to it; failing that, of those
/// without a contour the one whose middle is nearest.
pub fn sub_district_of(all: &[SubDistrict], point: Point) -> Option<&SubDistrict> {
    let around = || all.iter().find(|one| contains(&one.contour, point));
    let beside = || {
        let away = all.iter().filter_map(|one| Some((away(&one.contour, point)?, one)));
        let near = away.filter(|(metres, _)| *metres <= SLIVER_M);
        near.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, one)| one)
    };
    let middles = || {
        let without = all.iter().filter(|one| one.contour.is_empty());
        without.min_by_key(|one| one.middle.metres(point))
    };
    around().or_else(beside).or_else(middles)
}

/// Whether a point is inside of one of the surfaces: a line from it to the north crosses their rings an odd number of times.
pub fn contains(contour: &[Polygon], point: Point) -> bool {
    let inside = |polygon: &Polygon| {
        polygon.iter().flat_map(|ring| edges(ring)).filter(|edge| crosses(*edge, point)).count() % 2 == 1
    };
    contour.iter().any(inside)
}

/// The middle of the surfaces (their centre of gravity, without holes); that of their corners if they have no surface.
pub fn middle(contour: &[Polygon]) -> Option<Point> {
    let outer = || contour.iter().filter_map(|polygon| polygon.first());
    let first = outer().find_map(|ring| ring.first())?;
    let (mut twice_area, mut lat, mut lon) = (0.0, 0.0, 0.0);
    for (from, to) in outer().flat_map(|ring| edges(ring)) {
        // Seen from a corner nearby, so that no digit is lost.
        let ((x, y), (other_x, other_y)) = (seen_from(*first, from), seen_from(*first, to));
        let cross = x * other_y - other_x * y;
        twice_area += cross;
        lon += (x + other_x) * cross;
        lat += (y + other_y) * cross;
    }
    if twice_area == 0.0 {
        let corners: Vec<Point> = outer().flatten().copied().collect();
        return super::Middle::of(&corners).map(|middle| middle.point);
    }
    let (first_lat, first_lon) = first.degrees();
    Point::new(first_lat + lat / (3.0 * twice_area), first_lon + lon / (3.0 * twice_area))
}

fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    let from = ring.iter().copied();
    from.clone().zip(from.cycle().skip(1))
}

/// Whether the edge passes north of the point; its western end belongs to it, its eastern one does not.
fn crosses((from, to): (Point, Point), point: Point) -> bool {
    let (west, east) = if from.micro().1 <= to.micro().1 { (from, to) } else { (to, from) };
    let ((lat, lon), (west_lat, west_lon), (east_lat, east_lon)) = (point.micro(), west.micro(), east.micro());
    if lon < west_lon || lon >= east_lon {
        return false;
    }
    // Angles have nine digits: their products fit.
    (east_lat - west_lat) * (lon - west_lon) > (lat - west_lat) * (east_lon - west_lon)
}

/// How far a contour passes, in metres.
fn away(contour: &[Polygon], point: Point) -> Option<f64> {
    let metres = |edge: (Point, Point)| {
        let flat = |end: Point| {
            let (lon, lat) = seen_from(point, end);
            (lon * METRES * point.degrees().0.to_radians().cos(), lat * METRES)
        };
        from_here(flat(edge.0), flat(edge.1))
    };
    contour.iter().flatten().flat_map(|ring| edges(ring)).map(metres).min_by(f64::total_cmp)
}

/// Metres in a degree of latitude.
const METRES: f64 = 111_195.0;

/// East and north of a point, in degrees.
fn seen_from(here: Point, there: Point) -> (f64, f64) {
    let ((lat, lon), (other_lat, other_lon)) = (here.degrees(), there.degrees());
    (other_lon - lon, other_lat - lat)
}

/// The distance from the origin to a segment.
fn from_here((x, y): (f64, f64), (other_x, other_y): (f64, f64)) -> f64 {
    let (along_x, along_y) = (other_x - x, other_y - y);
    let length = along_x.mul_add(along_x, along_y * along_y);
    let share = if length == 0.0 { 0.0 } else { (-(x * along_x + y * along_y) / length).clamp(0.0, 1.0) };
    (x + share * along_x).hypot(y + share * along_y)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: i64, lon: i64) -> Point {
        Point::from_micro(lat, lon).unwrap()
    }

    fn square(south: i64, west: i64, side: i64) -> Ring {
        vec![at(south, west), at(south, west + side), at(south + side, west + side), at(south + side, west)]
    }

    fn named(name: &str, contour: Vec<Polygon>) -> SubDistrict {
        let middle = middle(&contour).unwrap_or(at(0, 0));
        SubDistrict { name: name.to_owned(), parent: None, middle, contour }
    }

    fn found(all: &[SubDistrict], point: Point) -> Option<&str> {
        sub_district_of(all, point).map(|one| one.name.as_str())
    }

    #[test]
    fn a_point_is_of_the_contour_around_it_not_of_its_hole() {
        let ring = named("couronne", vec![vec![square(0, 0, 9_000), square(3_000, 3_000, 3_000)]]);
        let two = named("deux rives", vec![vec![square(0, 20_000, 3_000)], vec![square(0, 30_000, 3_000)]]);
        let all = [ring, two];
        assert_eq!(found(&all, at(1_000, 1_000)), Some("couronne"));
        assert_eq!(found(&all, at(4_500, 4_500)), None, "the hole");
        assert_eq!(found(&all, at(1_000, 21_000)), Some("deux rives"));
        assert_eq!(found(&all, at(1_000, 31_000)), Some("deux rives"));
        assert_eq!(found(&all, at(1_000, 26_500)), None, "the river");
        assert_eq!(found(&all, at(1_000, -800)), Some("couronne"), "89 m from its edge");
        assert_eq!(found(&all, at(1_000, -1_000)), None, "111 m from its edge");
    }

    #[test]
    fn without_contours_it_is_of_the_nearest_middle() {
        let bare = |name: &str, middle| SubDistrict { name: name.into(), parent: None, middle, contour: Vec::new() };
        let all = [bare("nord", at(43_640_000, 3_870_000)), bare("sud", at(43_580_000, 3_870_000))];
        assert_eq!(found(&all, at(43_620_000, 3_900_000)), Some("nord"));
        assert_eq!(found(&all, at(43_600_000, 3_800_000)), Some("sud"));
        let mixed = [all[0].clone(), named("centre", vec![vec![square(43_600_000, 3_870_000, 9_000)]])];
        assert_eq!(found(&mixed, at(43_601_000, 3_871_000)), Some("centre"));
        assert_eq!(found(&mixed, at(43_590_000, 3_871_000)), Some("nord"));
        assert_eq!(found(&[], at(0, 0)), None);
    }

    #[test]
    fn the_middle_is_the_centre_of_the_surface() {
        assert_eq!(middle(&[vec![square(43_600_000, 3_870_000, 9_000)]]), Some(at(43_604_500, 3_874_500)));
        // A ring that goes the other way round, and ends where it began.
        let mut other = square(43_600_000, 3_870_000, 9_000);
        other.push(other[0]);
        other.reverse();
        assert_eq!(middle(&[vec![other]]), Some(at(43_604_500, 3_874_500)));
        // Twice as large counts twice as much: not the middle of the corners.
        let bar = vec![at(0, 0), at(0, 10), at(0, 20), at(0, 30_000), at(10_000, 30_000), at(10_000, 0)];
        assert_eq!(middle(&[vec![bar]]), Some(at(5_000, 15_000)));
        assert_eq!(middle(&[vec![vec![at(5, 5), at(5, 5)]]]), Some(at(5, 5)));
        assert_eq!(middle(&[]), None);
    }

    /// A square cut in two by a broken line from its southern edge to its northern one.
    fn halves() -> impl Strategy<Value = [SubDistrict; 2]> {
        prop::collection::vec((1_i64..9_999, 1_i64..9_999), 1..6).prop_map(|mut cut| {
            cut.sort_unstable();
            cut.dedup_by_key(|(lat, _)| *lat);
            let line: Vec<Point> = cut.iter().map(|(lat, lon)| at(*lat, *lon)).collect();
            let west = [vec![at(10_000, 0), at(0, 0), at(0, 5_000)], line.clone(), vec![at(10_000, 5_000)]].concat();
            let back: Vec<Point> = line.into_iter().rev().collect();
            let east = [vec![at(0, 5_000), at(0, 10_000), at(10_000, 10_000), at(10_000, 5_000)], back].concat();
            [named("ouest", vec![vec![west]]), named("est", vec![vec![east]])]
        })
    }

    proptest! {
        #[test]
        fn a_point_is_in_one_of_two_neighbours_also_on_their_border(halves in halves(), lat in 1_i64..10_000, lon in 0_i64..10_000) {
            let inside = halves.iter().filter(|half| contains(&half.contour, at(lat, lon))).count();
            prop_assert_eq!(inside, 1);
            for corner in halves.iter().flat_map(|half| &half.contour[0][0]).filter(|corner| (1..10_000).contains(&corner.micro().0) && (0..10_000).contains(&corner.micro().1)) {
                prop_assert_eq!(halves.iter().filter(|half| contains(&half.contour, *corner)).count(), 1);
            }
        }
    }
}
