//! The sub-districts that a town has on a map: `GeoJSON` (polygons), or a list with a name, a longitude and a latitude (CSV).
//! Pure.
//!
//! Such a file is small and written by people who can mend it: what is wrong with one entry refuses the file, with its place.

use std::collections::BTreeMap;

use geojson::{Feature, FeatureCollection, GeoJson, GeometryValue, Position};

use super::ban::clean;
use super::sub_district::{Polygon, SubDistrict, middle};
use crate::geo::Point;

/// Where the name is looked for, in this order.
const NAMES: [&str; 5] = ["nom", "name", "libelle", "sous_quartier", "quartier"];
/// Where the district around it is, unless the name was found there.
const PARENTS: [&str; 4] = ["parent", "quartier", "district", "arrondissement"];
/// The longest name, in letters.
const LONGEST_NAME: usize = 100;

/// The sub-districts of a file; what is wrong with it otherwise. `name` is the property to read instead of the usual ones.
pub fn read(bytes: &[u8], name: Option<&str>) -> Result<Vec<SubDistrict>, String> {
    let text = text(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let read = if text.starts_with('{') { of_map(text, name)? } else { of_list(text, name)? };
    let found = merged(read)?;
    if found.is_empty() { Err("ce fichier n'a aucun sous-quartier".to_owned()) } else { Ok(found) }
}

/// UTF-8, or else what French spreadsheets write.
fn text(bytes: &[u8]) -> String {
    let spreadsheet = || encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    std::str::from_utf8(bytes).map_or_else(|_| spreadsheet(), str::to_owned)
}

/// One entry: its place in the file for whoever mends it, and what it says.
type Entry = (String, SubDistrict);

/// A name that several entries of one district have is one sub-district: the two banks of a river.
fn merged(entries: Vec<Entry>) -> Result<Vec<SubDistrict>, String> {
    let mut by_name: BTreeMap<String, SubDistrict> = BTreeMap::new();
    for (place, one) in entries {
        let Some(known) = by_name.get_mut(&one.name) else {
            by_name.insert(one.name.clone(), one);
            continue;
        };
        if known.parent != one.parent || known.contour.is_empty() || one.contour.is_empty() {
            return Err(format!("{place} : un autre sous-quartier s'appelle déjà « {} »", one.name));
        }
        known.contour.extend(one.contour);
        known.middle = middle(&known.contour).unwrap_or(known.middle);
    }
    Ok(by_name.into_values().collect())
}

fn of_map(text: &str, name: Option<&str>) -> Result<Vec<Entry>, String> {
    let map: GeoJson = text.parse().map_err(|cause| format!("ce fichier n'est pas du GeoJSON : {cause}"))?;
    let features = match map {
        GeoJson::FeatureCollection(FeatureCollection { features, .. }) => features,
        GeoJson::Feature(feature) => vec![feature],
        GeoJson::Geometry(_) => return Err("ce GeoJSON n'a que des formes, sans noms".to_owned()),
    };
    let one = |(at, feature): (usize, &Feature)| {
        let place = format!("objet {}", at + 1);
        of_feature(feature, name).map(|one| (place.clone(), one)).map_err(|why| format!("{place} : {why}"))
    };
    features.iter().enumerate().map(one).collect()
}

fn of_feature(feature: &Feature, wanted: Option<&str>) -> Result<SubDistrict, String> {
    let cells: Vec<(String, String)> =
        feature.properties_iter().map(|(key, value)| (key.clone(), word(value))).collect();
    let (name, parent) = names(&cells, wanted)?;
    let polygons = match feature.geometry.as_ref().map(|geometry| &geometry.value) {
        Some(GeometryValue::Polygon { coordinates }) => vec![polygon(coordinates)?],
        Some(GeometryValue::MultiPolygon { coordinates }) => {
            coordinates.iter().map(|one| polygon(one)).collect::<Result<_, _>>()?
        }
        Some(GeometryValue::Point { coordinates }) => {
            return Ok(SubDistrict { name, parent, middle: point(coordinates)?, contour: Vec::new() });
        }
        _ => return Err("ni polygone, ni point".to_owned()),
    };
    let middle = middle(&polygons).ok_or("ce polygone est vide")?;
    Ok(SubDistrict { name, parent, middle, contour: polygons })
}

/// A property in words; what is neither text nor number says nothing.
fn word(value: &serde_json::Value) -> String {
    value.as_str().map(str::to_owned).or_else(|| value.as_number().map(ToString::to_string)).unwrap_or_default()
}

/// The name among the properties of an entry, and the district around it.
fn names(cells: &[(String, String)], wanted: Option<&str>) -> Result<(String, Option<String>), String> {
    let find = |wanted: &str| cells.iter().find(|(key, _)| key.trim().to_lowercase() == wanted.to_lowercase());
    let usual = || NAMES.iter().find_map(|name| find(name));
    let missing = || match wanted {
        Some(wanted) => format!("pas de propriété « {wanted} »"),
        None => format!("pas de nom : {} ; dites où il est avec --name", NAMES.join(", ")),
    };
    let (key, name) = wanted.map_or_else(usual, find).ok_or_else(missing)?;
    let parent = PARENTS.iter().filter_map(|parent| find(parent)).find(|(parent, _)| parent != key);
    let name = clean(name, LONGEST_NAME).ok_or("nom absent, ou de plus de 100 lettres")?;
    Ok((name, parent.and_then(|(_, parent)| clean(parent, LONGEST_NAME))))
}

fn polygon(rings: &[Vec<Position>]) -> Result<Polygon, String> {
    rings.iter().map(|ring| ring.iter().map(point).collect()).collect()
}

fn point(position: &Position) -> Result<Point, String> {
    match *position.as_slice() {
        [lon, lat, ..] => Point::new(lat, lon),
        _ => None,
    }
    .ok_or_else(|| NOT_DEGREES.to_owned())
}

const NOT_DEGREES: &str = "des coordonnées qui ne sont pas une longitude et une latitude en degrés (WGS 84)";

fn of_list(text: &str, name: Option<&str>) -> Result<Vec<Entry>, String> {
    let header = text.lines().next().unwrap_or_default();
    let many = |separator: char| header.matches(separator).count();
    let separator = if many(';') >= many(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let titles = reader.headers().map_err(|_| "ni GeoJSON, ni CSV".to_owned())?.clone();
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| match cause.position() {
            Some(position) => format!("ligne {} : nombre de colonnes différent de celui de l'en-tête", position.line()),
            None => "ce fichier ne se lit pas".to_owned(),
        })?;
        let place = format!("ligne {}", record.position().map_or(0, csv::Position::line));
        let cells: Vec<_> = titles.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
        let one = of_record(&cells, name).map_err(|why| format!("{place} : {why}"))?;
        entries.push((place, one));
    }
    Ok(entries)
}

fn of_record(cells: &[(String, String)], wanted: Option<&str>) -> Result<SubDistrict, String> {
    let (name, parent) = names(cells, wanted)?;
    let degrees = |wanted: &str| {
        let cell = cells.iter().find(|(key, _)| key.trim().to_lowercase() == wanted);
        let (_, cell) = cell.ok_or_else(|| format!("il manque la colonne {wanted}"))?;
        // French spreadsheets write a comma.
        cell.trim().replace(',', ".").parse::<f64>().map_err(|_| NOT_DEGREES.to_owned())
    };
    let middle = Point::new(degrees("lat")?, degrees("lon")?).ok_or(NOT_DEGREES)?;
    Ok(SubDistrict { name, parent, middle, contour: Vec::new() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn map(features: &[String]) -> String {
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
    }

    fn square(properties: &str, west: f64) -> String {
        let east = west + 0.01;
        let ring = format!("[[{west},43.5],[{east},43.5],[{east},43.51],[{west},43.51],[{west},43.5]]");
        format!(
            "{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}"
        )
    }

    #[test]
    fn a_map_gives_names_districts_contours_and_middles() {
        let other = square("{\"quartier\":\"Centre\"}", 3.3);
        let text = map(&[square("{\"Quartier\":\"CENTRE\",\"Sous_Quartier\":\"Les  Arceaux\",\"n\":1}", 3.2), other]);
        let found = read(text.as_bytes(), None).unwrap();
        assert_eq!(found[1].name, "Les Arceaux");
        assert_eq!((found[1].parent.as_deref(), found[1].contour.len()), (Some("CENTRE"), 1));
        assert_eq!(found[1].middle, Point::new(43.505, 3.205).unwrap());
        assert_eq!((found[0].name.as_str(), &found[0].parent), ("Centre", &None));
        let numbered = read(map(&[square("{\"nom\":\"x\",\"n\":7}", 3.2)]).as_bytes(), Some("N")).unwrap();
        assert_eq!(numbered[0].name, "7");
    }

    #[test]
    fn two_entries_of_a_name_are_one_sub_district_unless_their_districts_differ() {
        let text = map(&[square("{\"nom\":\"Rives\"}", 3.2), square("{\"nom\":\"Rives\"}", 3.4)]);
        let found = read(text.as_bytes(), None).unwrap();
        assert_eq!((found.len(), found[0].contour.len()), (1, 2));
        assert_eq!(found[0].middle, Point::new(43.505, 3.305).unwrap());
        let other = map(&[square("{\"nom\":\"Rives\"}", 3.2), square("{\"nom\":\"Rives\",\"quartier\":\"Est\"}", 3.4)]);
        assert!(read(other.as_bytes(), None).unwrap_err().starts_with("objet 2 : un autre sous-quartier s'appelle"));
    }

    #[test]
    fn a_list_gives_middles_from_a_french_spreadsheet_too() {
        let text = "Libelle;quartier;LON;lat\r\nPré d'Arènes;Sud;3,25;43,5\r\nGare;;3,26;43,51\r\n";
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(text);
        let marked = format!("\u{feff}{text}");
        for bytes in [text.as_bytes(), marked.as_bytes(), &*windows] {
            let found = read(bytes, None).unwrap();
            assert_eq!((found[1].name.as_str(), found[1].parent.as_deref()), ("Pré d'Arènes", Some("Sud")));
            assert_eq!((found[0].middle, found[0].contour.len()), (Point::new(43.51, 3.26).unwrap(), 0));
        }
        assert_eq!(read(b"name,lon,lat\nGare,3.26,43.51\n", None).unwrap().len(), 1);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let lambert = square("{\"nom\":\"Gare\"}", 770_876.0);
        let nameless = square("{\"code\":\"1\"}", 3.2);
        let line = "{\"type\":\"Feature\",\"properties\":{\"nom\":\"x\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[3,43],[4,43]]}}";
        for (text, why) in [
            (map(&[lambert]), "objet 1 : des coordonnées qui ne sont pas"),
            (map(&[square("{\"nom\":\"a\"}", 3.2), nameless]), "objet 2 : pas de nom : nom, name"),
            (map(&[line.to_owned()]), "objet 1 : ni polygone, ni point"),
            (map(&[]), "aucun sous-quartier"),
            ("{\"type\":".to_owned(), "n'est pas du GeoJSON"),
            ("{\"type\":\"Point\",\"coordinates\":[3,43]}".to_owned(), "sans noms"),
            (String::new(), "aucun sous-quartier"),
            ("nom;lon\nGare;3\n".to_owned(), "ligne 2 : il manque la colonne lat"),
            ("nom;lon;lat\nGare;3\n".to_owned(), "ligne 2 : nombre de colonnes"),
            ("nom;lon;lat\nGare;3;nord\n".to_owned(), "ligne 2 : des coordonnées"),
            ("nom;lon;lat\n;3;43\n".to_owned(), "ligne 2 : nom absent"),
            ("nom;lon;lat\nGare;3;43\nGare;3;43\n".to_owned(), "ligne 3 : un autre sous-quartier"),
        ] {
            let said = read(text.as_bytes(), None).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
        assert!(read(b"nom;lon;lat\nGare;3;43\n", Some("titre")).unwrap_err().contains("pas de propriété « titre »"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[{}\\[\\]\":,a-z0-9.;\n]{0,80}") {
            let _ = read(&bytes, None);
            let _ = read(text.as_bytes(), Some("nom"));
            let _ = read(format!("{{{text}").as_bytes(), None);
            let _ = read(format!("nom;lon;lat\n{text}").as_bytes(), None);
        }
    }
}
