//! The national address file (Base Adresse Nationale, CSV) and its file of localities (« lieux-dits »). Pure.
//!
//! Columns are found by their name in the header, in whatever order; the two files are told apart by it. The identifier of an
//! address is that of its street, then its number: `34172_0125_00012_bis` is a number of the street `34172_0125`.

use super::flaw::{Flaw, Refusal};
use super::lines::{Cells, Cutter};
use crate::geo::Point;

/// The longest identifier and name that are kept, in characters.
const LONGEST_ID: usize = 60;
const LONGEST_NAME: usize = 200;
/// « quinquies », the longest word of repetition, and room for what towns invent.
const LONGEST_REPETITION: usize = 16;
/// What the file numbers a street without numbers, or a point that stands for the whole of it.
const NO_NUMBER: [i64; 2] = [0, 9_999];
/// The identifier has five places for the number.
const HIGHEST: i64 = 99_999;

/// Which of the two files it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers on streets.
    Addresses,
    /// Hamlets, farms, quarters: names without numbers.
    Localities,
}

impl Kind {
    /// As rows keep it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Localities => "localities",
        }
    }

    /// The columns that are needed, in the order of [`Columns::at`].
    fn needed(self) -> [&'static str; NEEDED] {
        match self {
            Self::Addresses => {
                ["id", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat", "numero", "rep"]
            }
            Self::Localities => {
                ["id", "nom_lieu_dit", "code_postal", "code_insee", "nom_commune", "lon", "lat", "", ""]
            }
        }
    }
}

const NEEDED: usize = 9;

/// Where the columns of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Which file it is.
    pub kind: Kind,
    /// What stands between two cells.
    pub separator: u8,
    width: usize,
    at: [usize; NEEDED],
}

/// An address, or a locality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The identifier of the file.
    pub id: String,
    /// That of its street; a locality's own.
    pub street: String,
    /// The name of the street or of the locality.
    pub name: String,
    /// Insee's code of the commune.
    pub commune: String,
    /// Its name.
    pub commune_name: String,
    /// Five digits, where the file has them.
    pub postal_code: Option<String>,
    /// The number; none for a point that stands for the whole street.
    pub number: Option<i64>,
    /// bis, ter, a …, in lower case.
    pub repetition: Option<String>,
    /// Where it is.
    pub point: Point,
}

impl Columns {
    /// Reads the header.
    pub fn of(line: &[u8]) -> Result<Self, Refusal> {
        let many = |separator: u8| line.split(|byte| *byte == separator).count();
        let separator = if many(b',') > many(b';') { b',' } else { b';' };
        let mut cutter = Cutter::new(separator);
        let cells = cutter.cut(line).map_err(|_| refused("la première ligne du fichier ne se lit pas"))?;
        let names: Vec<String> = cells.iter().map(str::to_lowercase).collect();
        let has = |name: &str| names.iter().any(|there| there == name);
        let kind = if has("nom_lieu_dit") && !has("numero") { Kind::Localities } else { Kind::Addresses };
        let at = places(&names, kind)?;
        Ok(Self { kind, separator, width: names.len(), at })
    }

    /// Reads a line below it.
    pub fn row(&self, cells: Cells<'_>) -> Result<Row, Flaw> {
        if cells.count() != self.width {
            return Err(Flaw::Cells);
        }
        let [id, name, postal_code, commune, commune_name, lon, lat, number, repetition] =
            self.at.map(|place| cells.at(place));
        let id = clean(id, LONGEST_ID).ok_or(Flaw::Id)?;
        let street = street(&id, self.kind).ok_or(Flaw::Id)?.to_owned();
        let addresses = self.kind == Kind::Addresses;
        Ok(Row {
            street,
            name: clean(name, LONGEST_NAME).ok_or(Flaw::Name)?,
            commune: Some(commune).filter(|code| is_commune(code)).ok_or(Flaw::Commune)?.to_owned(),
            commune_name: clean(commune_name, LONGEST_NAME).ok_or(Flaw::Name)?,
            postal_code: self::postal_code(postal_code)?,
            number: if addresses { self::number(number)? } else { None },
            repetition: if addresses { self::repetition(repetition)? } else { None },
            point: point(lat, lon)?,
            id,
        })
    }
}

fn refused(words: &str) -> Refusal {
    Refusal::Header(format!("{words} ; le fichier attendu est celui de la Base Adresse Nationale, au format CSV"))
}

/// Where each column that is needed stands.
fn places(names: &[String], kind: Kind) -> Result<[usize; NEEDED], Refusal> {
    let needed = kind.needed();
    let find = |name: &str| names.iter().position(|there| there == name);
    let missing: Vec<_> = needed.iter().filter(|name| !name.is_empty() && find(name).is_none()).copied().collect();
    match missing[..] {
        [] => {}
        [one] => return Err(refused(&format!("il manque la colonne {one}"))),
        _ => return Err(refused(&format!("il manque les colonnes {}", missing.join(", ")))),
    }
    let twice = |name: &&str| names.iter().filter(|there| there == name).count() > 1;
    if let Some(name) = needed.iter().find(|name| twice(name)) {
        return Err(refused(&format!("la colonne {name} est deux fois dans l'en-tête")));
    }
    // A column that is not needed is never looked at.
    Ok(needed.map(|name| find(name).unwrap_or(usize::MAX)))
}

/// Words on one line, without what no screen shows; none if nothing is left or if they are too many.
pub(super) fn clean(text: &str, longest: usize) -> Option<String> {
    let words = text.split(|one: char| one.is_whitespace() || one.is_control()).filter(|word| !word.is_empty());
    let mut cleaned = String::with_capacity(text.len());
    for word in words {
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
    }
    (!cleaned.is_empty() && cleaned.chars().count() <= longest).then_some(cleaned)
}

/// The identifier of the street in that of an address; one whose street has no code is a street by itself.
fn street(id: &str, kind: Kind) -> Option<&str> {
    let mut bounds = id.match_indices('_').map(|(at, _)| at);
    let commune = bounds.next()?;
    let end = match kind {
        Kind::Addresses => bounds.next()?,
        Kind::Localities => id.len(),
    };
    let coded = end > commune + 1;
    (commune > 0 && (coded || kind == Kind::Addresses)).then_some(if coded { &id[..end] } else { id })
}

/// Five digits, or 2A and 2B and three digits.
fn is_commune(code: &str) -> bool {
    let second = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'A' | b'B');
    code.len() == 5
        && code.bytes().enumerate().all(|(at, byte)| if at == 1 { second(byte) } else { byte.is_ascii_digit() })
}

fn postal_code(cell: &str) -> Result<Option<String>, Flaw> {
    match cell.len() {
        0 => Ok(None),
        5 if cell.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(cell.to_owned())),
        _ => Err(Flaw::PostalCode),
    }
}

fn number(cell: &str) -> Result<Option<i64>, Flaw> {
    let digits = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = if digits { cell.parse().map_err(|_| Flaw::Number)? } else { return Err(Flaw::Number) };
    if number > HIGHEST { Err(Flaw::Number) } else { Ok((!NO_NUMBER.contains(&number)).then_some(number)) }
}

fn repetition(cell: &str) -> Result<Option<String>, Flaw> {
    if cell.is_empty() {
        return Ok(None);
    }
    clean(&cell.to_lowercase(), LONGEST_REPETITION).map(Some).ok_or(Flaw::Repetition)
}

/// Programs write 0 and 0, off the coast of Africa, for « nowhere ».
fn point(lat: &str, lon: &str) -> Result<Point, Flaw> {
    if lat.is_empty() || lon.is_empty() {
        return Err(Flaw::NoPoint);
    }
    let degrees = |cell: &str| cell.parse::<f64>().map_err(|_| Flaw::Point);
    let point = Point::new(degrees(lat)?, degrees(lon)?).ok_or(Flaw::Point)?;
    if point.micro() == (0, 0) { Err(Flaw::NoPoint) } else { Ok(point) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat";

    fn read(header: &str, line: &str) -> Result<Row, Flaw> {
        let columns = Columns::of(header.as_bytes()).unwrap();
        Cutter::new(columns.separator).cut(line.as_bytes()).and_then(|cells| columns.row(cells))
    }

    fn refusal(header: &str) -> String {
        Columns::of(header.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_among_others() {
        let expected = Row {
            id: "99123_0010_00012_bis".to_owned(),
            street: "99123_0010".to_owned(),
            name: "Rue de la Gare".to_owned(),
            commune: "99123".to_owned(),
            commune_name: "Valmarin".to_owned(),
            postal_code: Some("99120".to_owned()),
            number: Some(12),
            repetition: Some("bis".to_owned()),
            point: Point::new(43.5, 3.25).unwrap(),
        };
        let line = "99123_0010_00012_bis;12;BIS;Rue de  la Gare;99120;99123;Valmarin;3.25;43.5";
        assert_eq!(read(HEADER, line), Ok(expected.clone()));
        let header = "lat,alias,LON,\"nom_voie\",id,nom_commune,code_insee, code_postal ,rep,numero,x";
        let line = "43.5,,3.25,\"Rue de la Gare\",99123_0010_00012_bis,Valmarin,99123,99120,bis,12,?";
        assert_eq!(read(header, line), Ok(expected));
    }

    #[test]
    fn a_locality_has_a_name_and_a_point() {
        let header = "id;nom_lieu_dit;code_postal;code_insee;nom_commune;lon;lat";
        let row = read(header, "99123_b010;Le Mas d'En Haut;99120;99123;Valmarin;3.25;43.5").unwrap();
        assert_eq!((row.street.as_str(), row.number, row.repetition), ("99123_b010", None, None));
        assert_eq!(Columns::of(header.as_bytes()).unwrap().kind, Kind::Localities);
        assert_eq!(read(header, "99123;Le Mas;99120;99123;Valmarin;3.25;43.5"), Err(Flaw::Id));
    }

    #[test]
    fn a_column_that_is_missing_is_named() {
        assert!(refusal(&HEADER.replace("nom_voie", "voie")).starts_with("il manque la colonne nom_voie ;"));
        assert!(refusal(&HEADER.replace(";lon;lat", ";x;y")).starts_with("il manque les colonnes lon, lat ;"));
        let localities = "id;nom_lieu_dit;code_postal;code_insee;lon;lat";
        assert!(refusal(localities).starts_with("il manque la colonne nom_commune ;"));
        assert!(refusal(&format!("{HEADER};lon")).starts_with("la colonne lon est deux fois"));
        assert!(refusal("").contains("ne se lit pas") && refusal("\"id;numero").contains("ne se lit pas"));
        assert!(refusal("<html>").contains("Base Adresse Nationale"));
    }

    #[test]
    fn each_cell_that_makes_no_sense_leaves_its_line_out() {
        let good = "99123_0010_00012;12;;Rue de la Gare;99120;99123;Valmarin;3.25;43.5";
        assert!(read(HEADER, good).is_ok());
        for (there, instead, flaw) in [
            (";12;", ";12bis;", Flaw::Number),
            (";12;", ";-3;", Flaw::Number),
            (";12;", ";;", Flaw::Number),
            (";12;", ";100000;", Flaw::Number),
            (";12;", ";99999999999999999999;", Flaw::Number),
            (";12;;", ";12;une très longue répétition;", Flaw::Repetition),
            ("Rue de la Gare", "", Flaw::Name),
            ("Valmarin", " ", Flaw::Name),
            (";99120;", ";9912;", Flaw::PostalCode),
            (";99120;", ";9912O;", Flaw::PostalCode),
            (";99123;", ";;", Flaw::Commune),
            (";99123;", ";2C123;", Flaw::Commune),
            (";99123;", ";é123;", Flaw::Commune),
            ("99123_0010_00012", "99123", Flaw::Id),
            ("99123_0010_00012", "99123_0010", Flaw::Id),
            ("99123_0010_00012", "_0010_00012", Flaw::Id),
            (";3.25;", ";;", Flaw::NoPoint),
            (";3.25;43.5", ";0;0.0", Flaw::NoPoint),
            (";3.25;", ";est;", Flaw::Point),
            (";3.25;", ";NaN;", Flaw::Point),
            (";43.5", ";6279442.14", Flaw::Point),
            (";43.5", "", Flaw::Cells),
            (";43.5", ";43.5;", Flaw::Cells),
        ] {
            assert_eq!(read(HEADER, &good.replacen(there, instead, 1)), Err(flaw), "{there} → {instead}");
        }
    }

    #[test]
    fn what_looks_odd_and_means_something_is_kept() {
        let read = |line: &str| read(HEADER, line).unwrap();
        for number in ["0", "00000", "9999"] {
            let line = format!("99123_0010_0;{number};;Impasse;;2A004;Valmarin;-61.5;-16.1");
            let row = read(&line);
            assert_eq!((row.number, row.postal_code.as_deref(), row.commune.as_str()), (None, None, "2A004"));
        }
        let row = read("99123__00012;12;;Rue de la Gare;99120;99123;Valmarin;3.25;43.5");
        assert_eq!((row.street.as_str(), row.number), ("99123__00012", Some(12)));
        // Transitional identifiers have letters, and some streets are numbered by the metre.
        let row = read("99123_w4ld4h_12500_a;12500;A;Place « du Pèse\u{0}Lait »;99120;99123;L'Haÿ;3.25;43.5");
        assert_eq!(
            (row.street.as_str(), row.number, row.repetition.as_deref()),
            ("99123_w4ld4h", Some(12_500), Some("a"))
        );
        assert_eq!((row.name.as_str(), row.commune_name.as_str()), ("Place « du Pèse Lait »", "L'Haÿ"));
    }

    proptest! {
        #[test]
        fn no_line_and_no_header_makes_it_panic(header in "\\PC{0,80}", cells in prop::collection::vec("\\PC{0,12}", 9)) {
            let _ = Columns::of(header.as_bytes());
            if let Ok(row) = read(HEADER, &cells.join(";").replace('"', "")) {
                prop_assert!(row.id.starts_with(&row.street) && row.commune.len() == 5);
            }
        }
    }
}
