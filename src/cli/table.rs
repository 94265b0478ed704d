//! Lists on the terminal: a table for people, CSV for spreadsheets, JSON for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::spreadsheet::harmless;

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

/// A column: its name for programs and `--columns`, its title for people.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    name: &'static str,
    title: &'static str,
    /// Whether people see it without asking: what they see fits a terminal of 80 columns.
    brief: bool,
}

impl Column {
    /// A column that people see without asking.
    pub const fn brief(name: &'static str, title: &'static str) -> Self {
        Self { name, title, brief: true }
    }

    /// A column that is there when it is asked for, and for programs.
    pub const fn more(name: &'static str, title: &'static str) -> Self {
        Self { name, title, brief: false }
    }
}

/// Rows under named columns.
pub struct Table {
    /// What the cells are.
    pub columns: Vec<Column>,
    /// The cells, in the order of the columns.
    pub rows: Vec<Vec<String>>,
    /// What people read where there is no row.
    pub empty: &'static str,
}

impl Table {
    /// The columns wanted, in that order; without a wish, those that fit a terminal, or all of them for a program. The
    /// first unknown one is the error.
    pub fn only(self, wanted: &[String], format: Format) -> Result<Self, String> {
        let all = 0..self.columns.len();
        if wanted.is_empty() {
            let kept: Vec<_> = all.filter(|&index| format != Format::Table || self.columns[index].brief).collect();
            return Ok(self.at(&kept));
        }
        let find = |name: &String| {
            let known = self.columns.iter().position(|column| column.name == name);
            known.ok_or_else(|| {
                let there: Vec<_> = self.columns.iter().map(|column| column.name).collect();
                format!("la colonne « {name} » n'existe pas ; il y a : {}", there.join(", "))
            })
        };
        let kept: Vec<_> = wanted.iter().map(find).collect::<Result<_, _>>()?;
        Ok(self.at(&kept))
    }

    fn at(self, kept: &[usize]) -> Self {
        let columns = kept.iter().map(|&index| self.columns[index]).collect();
        let rows = self.rows.iter().map(|row| kept.iter().map(|&index| row[index].clone()).collect()).collect();
        Self { columns, rows, ..self }
    }

    /// Prints the list.
    pub fn print(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => self.aligned(out),
            Format::Csv => self.csv(out),
            Format::Json => self.json(out),
        }
    }

    /// Prints each row for itself, a line for each cell that says something.
    pub fn print_each(&self, out: &mut impl Write) -> io::Result<()> {
        let width = self.columns.iter().map(|column| column.title.chars().count()).max().unwrap_or(0);
        for row in &self.rows {
            for (column, cell) in self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                let lines = wrapped(&flat(cell), WIDTH - width - 3).join(&format!("\n{:width$}   ", ""));
                writeln!(out, "{:<width$} : {lines}", column.title)?;
            }
        }
        Ok(())
    }

    fn aligned(&self, out: &mut impl Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(out, "{}", self.empty);
        }
        let titles = self.columns.iter().map(|column| column.title.to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(|cell| flat(cell)).collect());
        let lines: Vec<Vec<String>> = std::iter::once(titles).chain(rows).collect();
        let width = |index: usize| lines.iter().map(|line| line[index].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for line in &lines {
            let padded: Vec<_> = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
            writeln!(out, "{}", padded.join("  ").trim_end())?;
        }
        Ok(())
    }

    fn csv(&self, out: &mut impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|column| column.name))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| harmless(cell)))?;
        }
        writer.flush()
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let object = |row: &Vec<String>| -> Value {
            let cells = self.columns.iter().zip(row);
            Value::Object(
                cells.map(|(column, cell)| (column.name.to_owned(), Value::from(cell.as_str()))).collect::<Map<_, _>>(),
            )
        };
        let rows: Vec<_> = self.rows.iter().map(object).collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)
    }
}

/// What people's terminals are wide, in characters.
const WIDTH: usize = 80;

/// The words of a cell on lines of at most `width` characters; a longer word has a line of its own.
fn wrapped(cell: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in cell.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A cell on one line, that moves no cursor: what a stranger wrote in a text message must not draw rows of its own.
fn flat(cell: &str) -> String {
    let breaks = |one: char| {
        one.is_control() || matches!(one, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    cell.chars().map(|one| if breaks(one) { ' ' } else { one }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [Column::brief("number", "numéro"), Column::more("note", "note")];

    fn table() -> Table {
        Table {
            columns: COLUMNS.to_vec(),
            rows: vec![vec!["+33465710001".into(), "=1+1".into()], vec!["+33465710002".into(), "a,b".into()]],
            empty: "Rien.",
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
        let numbers = table().only(&["number".to_owned()], Format::Csv).unwrap();
        assert_eq!(printed(&numbers, Format::Csv), "number\n+33465710001\n+33465710002\n");
        assert!(table().only(&["rien".to_owned()], Format::Csv).is_err());
    }

    #[test]
    fn people_see_what_fits_and_programs_see_everything() {
        let seen = table().only(&[], Format::Table).unwrap();
        assert_eq!(printed(&seen, Format::Table), "numéro\n+33465710001\n+33465710002\n");
        assert!(printed(&table().only(&[], Format::Csv).unwrap(), Format::Csv).starts_with("number,note\n"));
        let nothing = Table { rows: Vec::new(), ..table() };
        assert_eq!(printed(&nothing, Format::Table), "Rien.\n");
        assert_eq!(printed(&nothing, Format::Csv), "number,note\n");
    }

    #[test]
    fn a_row_alone_is_a_line_a_cell_without_those_that_say_nothing() {
        let mut out = Vec::new();
        let rows = vec![vec!["+33465710001".into(), String::new()], vec![String::new(), "a\nb".into()]];
        Table { rows, ..table() }.print_each(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "numéro : +33465710001\nnote   : a b\n");
        let (mut out, long) = (Vec::new(), "x".repeat(60));
        let rows = vec![vec![format!("{long} un deux {long}"), String::new()]];
        Table { rows, ..table() }.print_each(&mut out).unwrap();
        let expected = format!("numéro : {long} un deux\n         {long}\n");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_cell_draws_no_row_of_its_own() {
        let rows = vec![vec!["1".into(), "oui\r\n+33465710009  appelé\u{1b}[2K\u{202e}".into()]];
        let forged = Table { rows, ..table() };
        assert_eq!(printed(&forged, Format::Table), "numéro  note\n1       oui  +33465710009  appelé [2K\n");
    }

    #[test]
    fn json_names_every_cell() {
        let rows: Value = serde_json::from_str(&printed(&table(), Format::Json)).unwrap();
        assert_eq!(rows[1]["note"], "a,b");
    }
}
