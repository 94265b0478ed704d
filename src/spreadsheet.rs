//! Lists for a spreadsheet: CSV (RFC 4180) in which no cell is run as a formula (T14). Pure.

/// What a cell must not begin with: a spreadsheet takes it for a formula. The last four are as wide as a Chinese letter.
const FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet runs as a formula. A telephone number begins with a plus and is harmless.
pub fn harmless(cell: &str) -> String {
    let digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
    let number = cell.strip_prefix('+').is_some_and(digits);
    let formula = cell.trim_start_matches(' ').starts_with(FORMULAS);
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
    use proptest::prelude::*;

    use super::*;

    /// A reader of RFC 4180 that shares nothing with the writer.
    fn by_hand(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                ';' if !quoted => row.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                other => cell.push(other),
            }
        }
        rows
    }

    fn by_the_library(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    proptest! {
        #[test]
        fn two_readers_find_the_same_harmless_cells(rows in prop::collection::vec(("\\PC*", "[=+@;, \"\r\n\ta-]{0,8}"), 0..5)) {
            let rows: Vec<Vec<String>> = rows.into_iter().map(|(one, other)| vec![one, other]).collect();
            let text = String::from_utf8(csv(&["a", "b"], rows.clone()).unwrap()).unwrap();
            let text = text.strip_prefix('\u{feff}').unwrap();
            let mut expected = vec![vec!["a".to_owned(), "b".to_owned()]];
            expected.extend(rows.iter().map(|row| row.iter().map(|cell| harmless(cell)).collect::<Vec<_>>()));
            prop_assert_eq!(&by_hand(text), &expected);
            prop_assert_eq!(&by_the_library(text), &expected);
            for cell in expected.into_iter().flatten() {
                let number = cell.strip_prefix('+').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit()));
                prop_assert!(number || !cell.trim_start_matches(' ').starts_with(FORMULAS), "{:?}", cell);
            }
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for formula in [
            "=1+1",
            "+1+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "+33 4;x",
            "\n=1",
            "  =1",
            "+",
            "＝1",
            "=cmd|' /C calc'!A0",
        ] {
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
