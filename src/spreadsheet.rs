//! Lists for a spreadsheet: CSV (RFC 4180) in which no cell is run as a formula (T14). Pure.

/// A cell that no spreadsheet runs as a formula. A telephone number begins with a plus and is harmless.
pub fn harmless(cell: &str) -> String {
    let number = cell.strip_prefix('+').is_some_and(|digits| digits.chars().all(|one| one.is_ascii_digit()));
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula && !number { format!("'{cell}") } else { cell.to_owned() }
}

/// A list as a French spreadsheet opens it by a double click: semicolons, and the mark by which it knows UTF-8.
pub fn csv(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(titles)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(|cause| cause.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for formula in ["=1+1", "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "+33 4;x"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["+33465710001", "Awa", "", "a=1", "5-3"] {
            assert_eq!(harmless(plain), plain);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let nasty = ["a;b", "dit \"oui\"", "deux\nlignes", "=1+1", "été"];
        let written = csv(&["un", "deux", "trois", "quatre", "cinq"], [nasty.map(str::to_owned).to_vec()]).unwrap();
        let text = String::from_utf8(written).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), ["a;b", "dit \"oui\"", "deux\nlignes", "'=1+1", "été"]);
    }
}
