//! The volunteers of a simulated city by square, and a walk over the squares from a point outwards.

use std::collections::HashMap;

use super::frame::Metres;

/// The smallest square, in metres.
const SMALLEST_M: f64 = 50.0;
/// The widest, in metres: fewer than ten thousand squares make up any radius we search.
const WIDEST_M: f64 = 5_000.0;
/// How many people a square holds where they live evenly.
const IN_A_SQUARE: f64 = 4.0;

/// People by square.
#[derive(Debug, Default)]
pub struct Grid {
    side: f64,
    squares: HashMap<(i64, i64), Vec<u32>>,
    people: usize,
}

impl Grid {
    /// A grid as fine as these people ask for.
    pub fn of(places: &[Option<Metres>]) -> Self {
        let known = || places.iter().flatten();
        #[expect(clippy::cast_precision_loss, reason = "fewer people than live on earth")]
        let many = known().count().max(1) as f64;
        let extent = |axis: fn(&Metres) -> f64| {
            let (least, most) = known().map(axis).fold((f64::MAX, f64::MIN), |(a, b), one| (a.min(one), b.max(one)));
            (most - least).max(0.0)
        };
        let area = extent(|at| at.0) * extent(|at| at.1);
        let side = (area / many * IN_A_SQUARE).sqrt().clamp(SMALLEST_M, WIDEST_M);
        let mut grid = Self { side, squares: HashMap::new(), people: 0 };
        for (person, at) in (0..).zip(places) {
            let Some(at) = at else { continue };
            grid.squares.entry(grid.square(*at)).or_default().push(person);
            grid.people += 1;
        }
        grid
    }

    /// Everybody around a point, ring by ring of squares: each ring with the least distance at which its people can be.
    /// It ends with the radius, or once everybody was seen.
    pub fn rings(&self, from: Metres, radius_m: f64) -> impl Iterator<Item = (f64, Vec<u32>)> + '_ {
        let centre = self.square(from);
        let mut seen = 0;
        (0_u32..).map_while(move |ring| {
            let nearest = f64::from(ring.saturating_sub(1)) * self.side;
            if nearest > radius_m || seen == self.people {
                return None;
            }
            let people: Vec<_> =
                around(centre, ring.into()).filter_map(|at| self.squares.get(&at)).flatten().copied().collect();
            seen += people.len();
            Some((nearest, people))
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "places are less than a hundred thousand kilometres away")]
    fn square(&self, (x, y): Metres) -> (i64, i64) {
        ((x / self.side).floor() as i64, (y / self.side).floor() as i64)
    }
}

/// The squares at so many steps from a centre, counted like the moves of a king.
fn around((x, y): (i64, i64), ring: i64) -> impl Iterator<Item = (i64, i64)> {
    let row = move |dy: i64| {
        let step = if dy.abs() == ring { 1 } else { (2 * ring).max(1) };
        (-ring..=ring).step_by(usize::try_from(step).unwrap_or(1)).map(move |dx| (x + dx, y + dy))
    };
    (-ring..=ring).flat_map(row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_person_within_the_radius_is_found_once_and_no_ring_promises_too_much(
            people in proptest::collection::vec((-3_000.0..3_000.0_f64, -3_000.0..3_000.0_f64), 1..60),
            from in (-4_000.0..4_000.0_f64, -4_000.0..4_000.0_f64),
            radius in 0.0..5_000.0_f64,
        ) {
            let grid = Grid::of(&people.iter().copied().map(Some).collect::<Vec<_>>());
            let far = |person: u32| {
                let at = people[person as usize];
                (at.0 - from.0).hypot(at.1 - from.1)
            };
            let mut found = Vec::new();
            for (nearest, ring) in grid.rings(from, radius) {
                prop_assert!(ring.iter().all(|person| far(*person) >= nearest));
                found.extend(ring);
            }
            found.sort_unstable();
            let mut once = found.clone();
            once.dedup();
            prop_assert_eq!(&once, &found);
            let near = (0..).take(people.len()).filter(|person| far(*person) <= radius);
            prop_assert!(near.into_iter().all(|person| found.contains(&person)));
        }
    }
}
