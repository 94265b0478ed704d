//! Lists on the terminal: a table for people, CSV for spreadsheets, JSON for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Map, Value};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Des colonnes, pour lire
    Table,
    /// Des virgules, pour un tableur
    Csv,
    /// Pour un programme
    Json,
}

/// Rows under named columns.
pub struct Table {
    /// The names, as `--columns` takes them.
    pub columns: Vec<&'static str>,
    /// The cells, in the order of the columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The same rows under the columns wanted, in that order; the first unknown one is the error.
    pub fn only(self, wanted: &[String]) -> Result<Self, String> {
        if wanted.is_empty() {
            return Ok(self);
        }
        let mut kept = Vec::new();
        for name in wanted {
            let known = self.columns.iter().position(|column| column == name);
            kept.push(
                known.ok_or_else(|| {
                    format!("la colonne « {name} » n'existe pas ; il y a : {}", self.columns.join(", "))
                })?,
            );
        }
        let columns = kept.iter().map(|&index| self.columns[index]).collect();
        let rows = self.rows.iter().map(|row| kept.iter().map(|&index| row[index].clone()).collect()).collect();
        Ok(Self { columns, rows })
    }

    /// Prints the list.
    pub fn print(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => self.aligned(out),
            Format::Csv => self.csv(out),
            Format::Json => self.json(out),
        }
    }

    fn aligned(&self, out: &mut impl Write) -> io::Result<()> {
        let rows: Vec<Vec<_>> = self.rows.iter().map(|row| row.iter().map(|cell| flat(cell)).collect()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|index| {
                let cells = rows.iter().map(|row| row[index].chars().count());
                cells.chain([self.columns[index].chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let mut line = |cells: &mut dyn Iterator<Item = &str>| -> io::Result<()> {
            let padded: Vec<_> = cells.zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
            writeln!(out, "{}", padded.join("  ").trim_end())
        };
        line(&mut self.columns.iter().copied())?;
        for row in &rows {
            line(&mut row.iter().map(String::as_str))?;
        }
        Ok(())
    }

    fn csv(&self, out: &mut impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| harmless(cell)))?;
        }
        writer.flush()
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let object = |row: &Vec<String>| -> Value {
            let cells = self.columns.iter().zip(row);
            Value::Object(
                cells.map(|(name, cell)| ((*name).to_owned(), Value::from(cell.as_str()))).collect::<Map<_, _>>(),
            )
        };
        let rows: Vec<_> = self.rows.iter().map(object).collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)
    }
}

/// A cell on one line, that moves no cursor: what a stranger wrote in a text message must not draw rows of its own.
fn flat(cell: &str) -> String {
    let breaks = |one: char| {
        one.is_control() || matches!(one, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    cell.chars().map(|one| if breaks(one) { ' ' } else { one }).collect()
}

/// A cell that no spreadsheet runs as a formula (T14). A telephone number begins with a plus and is harmless.
fn harmless(cell: &str) -> String {
    let number = cell.strip_prefix('+').is_some_and(|digits| digits.chars().all(|one| one.is_ascii_digit()));
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula && !number { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            columns: vec!["number", "note"],
            rows: vec![vec!["+33465710001".into(), "=1+1".into()], vec!["+33465710002".into(), "a,b".into()]],
        }
    }

    fn printed(table: &Table, format: Format) -> String {
        let mut out = Vec::new();
        table.print(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers() {
        assert_eq!(printed(&table(), Format::Csv), "number,note\n+33465710001,'=1+1\n+33465710002,\"a,b\"\n");
    }

    #[test]
    fn columns_can_be_chosen_and_an_unknown_one_is_told() {
        let numbers = table().only(&["number".to_owned()]).unwrap();
        assert_eq!(printed(&numbers, Format::Csv), "number\n+33465710001\n+33465710002\n");
        assert!(table().only(&["rien".to_owned()]).is_err());
    }

    #[test]
    fn a_cell_draws_no_row_of_its_own() {
        let rows = vec![vec!["1".into(), "oui\r\n+33465710009  appelé\u{1b}[2K\u{202e}".into()]];
        let forged = Table { columns: vec!["number", "note"], rows };
        assert_eq!(printed(&forged, Format::Table), "number  note\n1       oui  +33465710009  appelé [2K\n");
    }

    #[test]
    fn json_names_every_cell() {
        let rows: Value = serde_json::from_str(&printed(&table(), Format::Json)).unwrap();
        assert_eq!(rows[1]["note"], "a,b");
    }
}
