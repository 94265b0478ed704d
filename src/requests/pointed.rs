//! Where an agent says that help is needed: words that she types, a point that she shows on the drawing of the districts,
//! or a district that she chooses in their list. Pure.
//!
//! A browser that presses the drawing without a mouse sends its corner, a screen reader its middle: neither is a place.

use super::place::{BadPlace, Place};
use crate::lines::district;
use crate::lines::map::{Projection, SIDE, nearest};
use crate::lines::{District, map};

/// Latitude and longitude.
type Point = (f64, f64);

/// What a form says of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Number and street, as typed.
    pub street: String,
    /// Floor, name on the bell, as typed.
    pub details: String,
    /// The postal code, as typed; what was pointed at goes before it.
    pub postal_code: String,
    /// What was shown or chosen.
    pub pointed: Option<Pointed>,
}

/// A place without words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointed {
    /// On the drawing of the districts, in pixels from its left and its top.
    Pixel {
        /// From the left.
        x: i64,
        /// From the top.
        y: i64,
        /// How many pixels the drawing has on each side.
        side: i64,
    },
    /// In the list of the districts, by its name.
    District(String),
}

/// Why nothing is there, in words for whoever pointed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// Not on the drawing.
    #[error("ce point est en dehors de la carte : cliquez dans le carré, ou choisissez le quartier dans la liste")]
    Outside,
    /// Where a key press or a screen reader presses.
    #[error(
        "le clic n'a pas été compris : touchez la carte un peu à côté, ou, au clavier, choisissez le quartier dans la liste"
    )]
    WithoutMouse,
    /// A street stands there with the postal code of another district: one of the two is wrong, and nobody knows which.
    #[error(
        "la rue et le code postal écrits sont d'un autre quartier : corrigez le code postal, ou effacez la rue pour placer \
         la demande dans ce quartier"
    )]
    OtherStreet,
    /// No district of that name.
    #[error("choisissez un quartier dans la liste")]
    Nowhere,
}

impl Written {
    /// The place and its postal code, of a request that was there before.
    pub fn read(
        &self,
        districts: &[District],
        before: (&Place, Option<&str>),
    ) -> Result<(Place, Option<String>), BadPlace> {
        let districts = district::choices(districts);
        let (code, point) = match &self.pointed {
            Some(pointed) => {
                let (district, point) = pointed.found(&districts, before.0.point)?;
                let typed = self.postal_code.trim();
                let code = code_in(district, typed);
                if !self.street.trim().is_empty() && !typed.is_empty() && code != typed {
                    return Err(NotThere::OtherStreet.into());
                }
                (code, point)
            }
            None => (self.postal_code.trim(), self.stays(&districts, before)),
        };
        Place::typed(&self.street, &self.details, code, point)
    }

    /// The point of before, unless what was typed is another district.
    fn stays(&self, districts: &[District], (place, code): (&Place, Option<&str>)) -> Option<Point> {
        let typed = self.postal_code.trim();
        let still = |point: &Point| {
            let here = district::of(districts, typed);
            code.unwrap_or_default() == typed || (here.is_some() && here == nearest(districts, *point))
        };
        place.point.filter(still)
    }
}

/// The code that was typed if it is of that district, or else its first one.
fn code_in<'a>(district: &'a District, typed: &'a str) -> &'a str {
    let codes = &district.postal_codes;
    if codes.iter().any(|code| code == typed) { typed } else { codes.first().map_or("", String::as_str) }
}

impl Pointed {
    /// The district, and the point in it.
    fn found<'d>(
        &self,
        districts: &'d [District],
        before: Option<Point>,
    ) -> Result<(&'d District, Option<Point>), NotThere> {
        match self {
            Self::Pixel { x, y, side } => {
                let point = shown(districts, *x, *y, *side)?;
                Ok((nearest(districts, point).ok_or(NotThere::Nowhere)?, Some(point)))
            }
            Self::District(name) => {
                let chosen = districts.iter().find(|district| district.name == *name).ok_or(NotThere::Nowhere)?;
                let already = before.filter(|point| nearest(districts, *point) == Some(chosen));
                Ok((chosen, already.or(chosen.point)))
            }
        }
    }
}

/// The latitude and longitude of a pixel: of its middle.
fn shown(districts: &[District], x: i64, y: i64, side: i64) -> Result<Point, NotThere> {
    let projection = Projection::of(districts).ok_or(NotThere::Nowhere)?;
    if !(0..side).contains(&x) || !(0..side).contains(&y) {
        return Err(NotThere::Outside);
    }
    // Where there is one district only, its middle is the middle.
    let choice = map::dots(districts).len() > 1;
    let middle = |at: i64| (2 * at - side).abs() <= 2;
    if (x, y) == (0, 0) || (choice && middle(x) && middle(y)) {
        return Err(NotThere::WithoutMouse);
    }
    let unit = |at: i64| {
        let pixels = |count: i64| u16::try_from(count).map(f64::from).map_err(|_| NotThere::Outside);
        Ok((pixels(at)? + 0.5) * SIDE / pixels(side)?)
    };
    Ok(projection.earth((unit(x)?, unit(y)?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIDES: [i64; 2] = [220, 320];

    fn district(name: &str, codes: &[&str], point: Option<(f64, f64)>) -> District {
        District { name: name.to_owned(), postal_codes: codes.iter().map(|code| (*code).to_owned()).collect(), point }
    }

    fn town() -> Vec<District> {
        vec![
            district("Mosson", &["34080", "34184"], Some((43.62, 3.82))),
            district("Centre", &["34000"], Some((43.61, 3.88))),
            district("Sans code", &[], Some((43.60, 3.85))),
            district("Sans point", &["34070"], None),
            district("Port Marianne", &["34090"], Some((43.60, 3.90))),
        ]
    }

    fn pointing(pointed: Pointed, code: &str) -> Written {
        Written {
            street: "12 rue".to_owned(),
            postal_code: code.to_owned(),
            pointed: Some(pointed),
            ..Written::default()
        }
    }

    fn pixel(x: i64, y: i64) -> Pointed {
        Pointed::Pixel { x, y, side: 320 }
    }

    #[test]
    fn a_click_beside_a_dot_is_in_its_district_and_keeps_what_was_typed() {
        let (all, nowhere) = (town(), (&Place::default(), None));
        // The west of the drawing is Mosson, the south-east Port Marianne.
        for (x, y, code, expected) in [(40, 120, "", "34080"), (40, 120, "34184", "34184"), (281, 200, "", "34090")] {
            let (place, kept) = pointing(pixel(x, y), code).read(&all, nowhere).unwrap();
            assert_eq!((place.street.as_str(), kept.as_deref()), ("12 rue", Some(expected)), "{x} {y}");
            let (lat, lon) = place.point.unwrap();
            assert!((43.58..43.64).contains(&lat) && (3.80..3.92).contains(&lon), "{lat} {lon}");
        }
    }

    #[test]
    fn what_was_not_pressed_with_a_mouse_is_no_place() {
        let (all, nowhere) = (town(), (&Place::default(), None));
        let refused = |pointed: Pointed| pointing(pointed, "34000").read(&all, nowhere).unwrap_err();
        for (x, y) in [(0, 0), (160, 160), (159, 161), (160, 159)] {
            assert_eq!(refused(pixel(x, y)), BadPlace::Pointed(NotThere::WithoutMouse), "{x} {y}");
        }
        for (x, y) in [(-1, 10), (10, -1), (320, 10), (10, 320), (i64::MAX, 10), (10, i64::MIN)] {
            assert_eq!(refused(pixel(x, y)), BadPlace::Pointed(NotThere::Outside), "{x} {y}");
        }
        for side in [0, -5, i64::MAX] {
            let refusal = refused(Pointed::Pixel { x: 1, y: 1, side });
            assert_eq!(refusal, BadPlace::Pointed(NotThere::Outside), "{side}");
        }
        for name in ["", "Nulle part", "Sans code"] {
            assert_eq!(refused(Pointed::District(name.to_owned())), BadPlace::Pointed(NotThere::Nowhere), "{name}");
        }
        let alone = [district("Valmarin", &["34000"], Some((43.6, 3.9)))];
        assert!(pointing(pixel(160, 160), "").read(&alone, nowhere).is_ok(), "every press is in the one district");
        assert_eq!(pointing(pixel(9, 9), "").read(&[], nowhere), Err(BadPlace::Pointed(NotThere::Nowhere)));
    }

    #[test]
    fn a_district_of_the_list_is_its_middle_unless_a_point_in_it_is_known() {
        let all = town();
        let chosen = |name: &str, before: Option<(f64, f64)>| {
            let before = Place { point: before, ..Place::default() };
            let chosen = Pointed::District(name.to_owned());
            let alone = Written { street: String::new(), ..pointing(chosen, "34000") };
            alone.read(&all, (&before, None)).unwrap()
        };
        let (place, code) = chosen("Mosson", None);
        assert_eq!((place.point, code.as_deref()), (Some((43.62, 3.82)), Some("34080")));
        assert_eq!(chosen("Mosson", Some((43.621, 3.825))).0.point, Some((43.621, 3.825)));
        assert_eq!(chosen("Mosson", Some((43.60, 3.90))).0.point, Some((43.62, 3.82)));
        let (place, code) = chosen("Sans point", None);
        assert_eq!((place.point, code.as_deref()), (None, Some("34070")));
    }

    #[test]
    fn a_street_with_its_postal_code_is_not_moved_by_a_click() {
        let (all, nowhere) = (town(), (&Place::default(), None));
        let refused = pointing(pixel(281, 200), "34000").read(&all, nowhere);
        assert_eq!(refused, Err(BadPlace::Pointed(NotThere::OtherStreet)));
    }

    #[test]
    fn a_corrected_street_keeps_the_point_and_a_postal_code_elsewhere_does_not() {
        let all = town();
        let before = Place { point: Some((43.619, 3.83)), ..Place::default() };
        let point_after = |code: &str, was: Option<&str>| {
            let typed = Written { street: "3 rue".to_owned(), postal_code: code.to_owned(), ..Written::default() };
            typed.read(&all, (&before, was)).unwrap().0.point
        };
        assert_eq!(point_after("34080", Some("34080")), before.point);
        assert_eq!(point_after("34184", Some("34080")), before.point, "another code of the same district");
        assert_eq!(point_after("34000", Some("34080")), None);
        assert_eq!(point_after("", Some("34080")), None);
        assert_eq!(point_after("", None), before.point);
    }

    proptest! {
        #[test]
        fn a_pixel_that_is_shown_is_drawn_where_it_was_shown(x in 0_i64..320, y in 0_i64..320, which in 0..2_usize) {
            let (all, side) = (district::choices(&town()), SIDES[which]);
            let Ok((lat, lon)) = shown(&all, x, y, side) else { return Ok(()) };
            let (right, down) = Projection::of(&all).unwrap().square((lat, lon));
            let pixels = f64::from(u16::try_from(side).unwrap()) / SIDE;
            let pixel = |at: f64| format!("{}", (at * pixels).floor());
            prop_assert_eq!((pixel(right), pixel(down)), (x.to_string(), y.to_string()));
        }
    }
}
