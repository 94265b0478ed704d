//! How far it is, as people say it: the {dist} of an offer (v.offre, « à {dist} de chez vous »). Pure.

/// A distance in a few letters of the alphabet of text messages: « 300 m », « 1,2 km », or « environ 1 km » when the
/// place is known to within more than a quarter of it. Never closer than what is known.
pub fn distance(metres: u32, within_m: u32) -> String {
    if within_m > 50 && within_m > metres / 4 {
        return format!("environ {}", about(metres.max(within_m)));
    }
    match metres {
        0..75 => "moins de 100 m".to_owned(),
        75..475 => format!("{} m", to(metres, 50)),
        475..950 => format!("{} m", to(metres, 100)),
        950..9_950 => tenths(to(metres, 100)),
        _ => format!("{} km", to(metres, 1_000) / 1_000),
    }
}

/// The same with its preposition: « à 300 m », « à environ 1 km ».
pub fn at_distance(metres: u32, within_m: u32) -> String {
    format!("à {}", distance(metres, within_m))
}

/// In round numbers.
fn about(metres: u32) -> String {
    match metres {
        0..750 => format!("{} m", to(metres, 100).max(100)),
        _ => format!("{} km", (to(metres, 1_000) / 1_000).max(1)),
    }
}

/// Rounded to a multiple.
fn to(metres: u32, step: u32) -> u32 {
    metres.saturating_add(step / 2) / step * step
}

fn tenths(metres: u32) -> String {
    match (metres / 1_000, metres % 1_000 / 100) {
        (whole, 0) => format!("{whole} km"),
        (whole, tenth) => format!("{whole},{tenth} km"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sms::segments::{Alphabet, measure};

    #[test]
    fn near_things_are_told_in_metres_and_far_ones_in_kilometres() {
        for (metres, said) in [
            (0, "moins de 100 m"),
            (74, "moins de 100 m"),
            (75, "100 m"),
            (110, "100 m"),
            (160, "150 m"),
            (310, "300 m"),
            (474, "450 m"),
            (475, "500 m"),
            (860, "900 m"),
            (949, "900 m"),
            (951, "1 km"),
            (1_049, "1 km"),
            (1_240, "1,2 km"),
            (9_940, "9,9 km"),
            (9_950, "10 km"),
            (23_400, "23 km"),
            (u32::MAX, "4294967 km"),
        ] {
            assert_eq!(distance(metres, 0), said, "{metres}");
        }
    }

    #[test]
    fn what_is_not_known_well_is_told_roughly() {
        assert_eq!(at_distance(900, 1_300), "à environ 1 km");
        assert_eq!(at_distance(200, 1_300), "à environ 1 km", "never closer than what is known");
        assert_eq!(at_distance(200, 90), "à environ 200 m");
        assert_eq!(at_distance(2_600, 1_300), "à environ 3 km");
        assert_eq!(at_distance(8_000, 1_300), "à 8 km", "far away it makes no difference");
        assert_eq!(at_distance(150, 50), "à 150 m", "a street is well known");
        assert_eq!(distance(10, 60), "environ 100 m");
    }

    proptest! {
        #[test]
        fn it_costs_few_letters_of_the_cheap_alphabet(metres in 0_u32..100_000, within in 0_u32..20_000) {
            let measured = measure(&distance(metres, within));
            prop_assert!(measured.alphabet == Alphabet::Gsm7 && measured.units <= 14, "{}", distance(metres, within));
        }
    }
}
