//! The districts of a town: names for its postal codes, and where they are on a map. Pure.

/// A part of the town.
#[derive(Debug, Clone, PartialEq)]
pub struct District {
    /// As people call it.
    pub name: String,
    /// Its postal codes; a code belongs to one district.
    pub postal_codes: Vec<String>,
    /// Latitude and longitude of its middle, for the map.
    pub point: Option<(f64, f64)>,
}

/// The district of a postal code.
pub fn of<'d>(districts: &'d [District], postal_code: &str) -> Option<&'d District> {
    districts.iter().find(|district| district.postal_codes.iter().any(|code| code == postal_code))
}

/// Those that a place can be put into: a district is known by its postal codes.
pub fn choices(districts: &[District]) -> Vec<District> {
    districts.iter().filter(|district| !district.postal_codes.is_empty()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_leads_to_its_district() {
        let district = |name: &str, codes: &[&str]| District {
            name: name.to_owned(),
            postal_codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            point: None,
        };
        let all = [district("Mosson", &["34080", "34184"]), district("Centre", &["34000"])];
        assert_eq!(of(&all, "34184").map(|found| found.name.as_str()), Some("Mosson"));
        assert_eq!(of(&all, "34070"), None);
    }
}
