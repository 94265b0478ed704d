//! Where help is needed: what an agent writes down of it. Pure; the column is sealed.

use serde::{Deserialize, Serialize};

use super::pointed::NotThere;

/// The longest street or detail that is kept, in characters.
const LONGEST: usize = 300;

/// Where help is needed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Number and street.
    #[serde(default)]
    pub street: String,
    /// Floor, name on the bell; never the code of the door.
    #[serde(default)]
    pub details: String,
    /// Latitude and longitude, where it was put on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<(f64, f64)>,
}

/// What cannot be kept of a place, in words for whoever typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPlace {
    /// Street or details.
    #[error("l'adresse et les précisions ont 300 caractères au plus")]
    TooLong,
    /// Neither five digits nor nothing.
    #[error("le code postal a cinq chiffres")]
    PostalCode,
    /// Not on the earth.
    #[error("le point n'est pas sur la carte")]
    Point,
    /// What was pointed at is no place.
    #[error(transparent)]
    Pointed(#[from] NotThere),
}

impl Place {
    /// The place and its postal code as typed; blank lines and ends are not kept.
    pub fn typed(
        street: &str,
        details: &str,
        postal_code: &str,
        point: Option<(f64, f64)>,
    ) -> Result<(Self, Option<String>), BadPlace> {
        let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (street, details, code) = (tidy(street), tidy(details), postal_code.trim());
        if street.chars().count() > LONGEST || details.chars().count() > LONGEST {
            return Err(BadPlace::TooLong);
        }
        if !(code.is_empty() || is_code(code)) {
            return Err(BadPlace::PostalCode);
        }
        let on_earth = |(lat, lon): (f64, f64)| (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        if point.is_some_and(|point| !on_earth(point)) {
            return Err(BadPlace::Point);
        }
        Ok((Self { street, details, point }, Some(code.to_owned()).filter(|code| !code.is_empty())))
    }

    /// In one line, as it is written on an envelope.
    pub fn address(&self, postal_code: Option<&str>) -> String {
        let parts = [self.street.as_str(), self.details.as_str(), postal_code.unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// The same with its point.
    pub fn told(&self, postal_code: Option<&str>) -> String {
        let told = self.address(postal_code);
        let point = self.point.map(|(lat, lon)| format!(" ({lat:.5}, {lon:.5})")).unwrap_or_default();
        (told + &point).trim_start().to_owned()
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_without_the_blanks_around_it() {
        let (place, code) = Place::typed(" 12  rue de la Loge ", "2e étage\n", " 34000 ", Some((43.6, 3.88))).unwrap();
        assert_eq!((place.street.as_str(), place.details.as_str()), ("12 rue de la Loge", "2e étage"));
        assert_eq!(code.as_deref(), Some("34000"));
        assert_eq!(place.told(code.as_deref()), "12 rue de la Loge, 2e étage, 34000 (43.60000, 3.88000)");
        assert_eq!(Place::default().told(None), "");
    }

    #[test]
    fn what_is_no_place_is_refused_in_words() {
        let refused = |street: &str, code: &str, point| Place::typed(street, "", code, point).unwrap_err();
        assert_eq!(refused(&"é".repeat(301), "", None), BadPlace::TooLong);
        for code in ["3400", "340000", "34 000", "abcde", "３４０００"] {
            assert_eq!(refused("", code, None), BadPlace::PostalCode, "{code}");
        }
        for point in [(91.0, 0.0), (0.0, 181.0), (f64::NAN, 0.0)] {
            assert_eq!(refused("", "", Some(point)), BadPlace::Point);
        }
    }

    #[test]
    fn a_place_is_read_back_as_it_was_kept() {
        let place = Place { street: "12 rue".to_owned(), details: String::new(), point: Some((43.6, 3.88)) };
        let json = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
        assert_eq!(serde_json::from_str::<Place>("{}").unwrap(), Place::default());
    }
}
