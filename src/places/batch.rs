//! An address file as batches of rows that are written together, and the count of what was left out. Pure.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io::Read;

use super::ban::{Columns, Kind, Row};
use super::flaw::{Flaw, Refusal, Tally};
use super::lines::{Cutter, Lines};

/// Rows that are written together: an identifier once, since one statement cannot write a row twice; the last line counts.
#[derive(Debug, Default)]
pub struct Batch {
    rows: Vec<Row>,
    places: HashMap<String, usize>,
}

impl Batch {
    fn put(&mut self, row: Row) {
        if let Some(&place) = self.places.get(&row.id) {
            self.rows[place] = row;
        } else {
            self.places.insert(row.id.clone(), self.rows.len());
            self.rows.push(row);
        }
    }

    /// The rows, in the order of the file.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Each street once, by commune and identifier, as its last line says.
    pub fn streets(&self) -> impl Iterator<Item = &Row> {
        let last: BTreeMap<_, _> = self.rows.iter().map(|row| ((&row.commune, &row.street), row)).collect();
        last.into_values()
    }
}

/// A file that is being read.
pub struct Batches {
    lines: Lines,
    cutter: Cutter,
    columns: Columns,
    tally: Tally,
}

impl Batches {
    /// Reads the header.
    pub fn of(source: impl Read + Send + 'static) -> Result<Self, Refusal> {
        let mut lines = Lines::of(source)?;
        let header = lines.next_line()?.ok_or_else(|| Refusal::Header("le fichier est vide".to_owned()))?;
        let columns = Columns::of(header.bytes.unwrap_or_default())?;
        let cutter = Cutter::new(columns.separator);
        Ok(Self { lines, cutter, columns, tally: Tally::default() })
    }

    /// Which file it is.
    pub fn kind(&self) -> Kind {
        self.columns.kind
    }

    /// The next rows, at most that many; none at the end.
    pub fn next_batch(&mut self, most: usize) -> Result<Option<Batch>, Refusal> {
        let mut batch = Batch::default();
        while batch.rows.len() < most {
            let Some(line) = self.lines.next_line()? else { break };
            if line.bytes.is_ok_and(<[u8]>::is_empty) {
                continue;
            }
            match line.bytes.and_then(|bytes| self.cutter.cut(bytes)).and_then(|cells| self.columns.row(cells)) {
                Ok(row) => {
                    self.tally.keep();
                    batch.put(row);
                }
                // A last line that stops before its last column: so does the file.
                Err(Flaw::Cells | Flaw::Quote) if !line.ended => return Err(Refusal::Truncated),
                Err(flaw) => self.tally.leave_out(line.number, flaw),
            }
        }
        Ok((!batch.rows.is_empty()).then_some(batch))
    }

    /// What became of the lines so far.
    pub fn tally(self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n";

    fn line(number: u32, name: &str, lon: &str) -> String {
        format!("99123_0010_{number:05};{number};;{name};99120;99123;Valmarin;{lon};43.5\n")
    }

    fn all(file: Vec<u8>, most: usize) -> Result<(Vec<Batch>, Tally), Refusal> {
        let mut batches = Batches::of(Cursor::new(file))?;
        let mut read = Vec::new();
        while let Some(batch) = batches.next_batch(most)? {
            read.push(batch);
        }
        Ok((read, batches.tally()))
    }

    #[test]
    fn the_last_line_of_an_identifier_counts_and_a_street_is_written_once() {
        let text = [HEADER, &line(1, "Rue A", "3"), &line(2, "Rue B", "3"), "\r\n", &line(1, "Rue C", "4")].concat();
        let (read, tally) = all(text.into_bytes(), 10).unwrap();
        assert_eq!((tally.read, tally.understood), (3, 3));
        assert_eq!(read[0].rows().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Rue C", "Rue B"]);
        assert_eq!(read[0].streets().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Rue B"]);
    }

    #[test]
    fn batches_hold_no_more_than_they_may_and_broken_lines_are_counted_by_their_number() {
        let mut text = HEADER.to_owned();
        for number in 1..=5 {
            text += &line(number, "Rue A", if number == 2 { "" } else { "3" });
        }
        text += "99123_0010_00006;6;;\"Rue A;99120\n";
        let mut bytes = text.into_bytes();
        bytes.extend(line(7, "Rue \u{e9}", "3").bytes().map(|byte| if byte > 127 { 0xff } else { byte }));
        let (read, tally) = all(bytes, 3).unwrap();
        assert_eq!(read.iter().map(|batch| batch.rows().len()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(tally.first, [(3, Flaw::NoPoint), (7, Flaw::Quote), (8, Flaw::NotText)]);
    }

    #[test]
    fn a_plain_file_that_stops_in_a_line_is_truncated() {
        let text = [HEADER, &line(1, "Rue A", "3"), &line(2, "Rue A", "3")].concat();
        let cut = text.trim_end().rsplit_once(';').unwrap().0;
        assert!(matches!(all(cut.into(), 10), Err(Refusal::Truncated)));
        assert!(all(text.trim_end().into(), 10).is_ok(), "a file may end without an end of line");
        assert!(matches!(all(Vec::new(), 10), Err(Refusal::Header(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), headed in any::<bool>()) {
            let head = if headed { HEADER.as_bytes() } else { b"" };
            let _ = all([head, &bytes].concat(), 7);
        }

        #[test]
        fn no_text_makes_it_panic_and_every_line_is_counted(lines in prop::collection::vec("[0-9_;\"a-zé.,-]{1,60}", 0..20)) {
            let text = HEADER.to_owned() + &lines.join("\n") + "\n";
            let (read, tally) = all(text.into_bytes(), 7).unwrap();
            prop_assert_eq!(tally.read, lines.len() as u64);
            prop_assert_eq!(tally.understood + tally.left_out.values().sum::<u64>(), tally.read);
            prop_assert!(read.iter().all(|batch| batch.rows().len() <= 7));
        }
    }
}
