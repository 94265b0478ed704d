//! Reads one section of the settings, key by key, and remembers what is wrong instead of stopping at it.
//!
//! Each section takes its keys with [`Section::parsed`] and its shorthands, then [`Section::finish`] reports the keys that
//! nobody took. An environment variable stands in the place of its key, and errors then name the variable.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use toml::{Table, Value};

use crate::config::problem::Problem;

/// The file and the environment, and what is wrong with them so far.
pub(super) struct Sources<'a> {
    /// How errors call the file.
    pub(super) name: &'a str,
    /// The environment variables, which win over the file.
    pub(super) env: &'a BTreeMap<String, String>,
    /// What nobody read yet of the file.
    pub(super) tables: Table,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

impl Sources<'_> {
    /// Reads the section `title`, whose keys some variables stand for.
    pub(super) fn section<T>(
        &mut self,
        title: &str,
        variables: &[(&'static str, &'static str)],
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let table = match self.tables.remove(title) {
            Some(Value::Table(table)) => table,
            Some(_) => {
                let place = format!("{}, {title}", self.name);
                self.complain(&place, format!("écrire une section [{title}] et ses clés en dessous"));
                Table::new()
            }
            None => Table::new(),
        };
        self.read(format!("{}, [{title}]", self.name), table, variables, read)
    }

    /// The tables of `[[title]]`, each with the place that errors give it.
    pub(super) fn repeated(&mut self, title: &str) -> Vec<(String, Table)> {
        let Some(value) = self.tables.remove(title) else { return Vec::new() };
        let tables = match value {
            Value::Array(values) => values.into_iter().map(|value| value.try_into::<Table>().ok()).collect(),
            _ => None,
        };
        let Some(tables): Option<Vec<Table>> = tables else {
            self.complain(&format!("{}, {title}", self.name), format!("écrire [[{title}]] et ses clés en dessous"));
            return Vec::new();
        };
        let place = |index| format!("{}, [[{title}]] n° {}", self.name, index + 1);
        tables.into_iter().enumerate().map(|(index, table)| (place(index), table)).collect()
    }

    /// Reads one table as a section.
    pub(super) fn read<T>(
        &mut self,
        place: String,
        table: Table,
        variables: &[(&'static str, &'static str)],
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let mut section = Section::new(place, table, &mut self.problems);
        for (key, name) in variables {
            section.variable(key, name, self.env);
        }
        let value = read(&mut section);
        section.finish();
        value
    }

    /// Reports the sections that nobody read; `known` are those that exist.
    pub(super) fn finish(&mut self, known: &[&str]) {
        let unknown: Vec<String> = self.tables.keys().cloned().collect();
        for title in unknown {
            let advice = format!("section inconnue ; les sections possibles sont {}", known.join(", "));
            self.complain(&format!("{}, {title}", self.name), advice);
        }
    }

    /// Says what is wrong somewhere.
    pub(super) fn complain(&mut self, place: &str, advice: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), advice: advice.into() });
    }
}

/// One section being read.
pub(super) struct Section<'p> {
    table: Table,
    /// How errors name it: `ligne.toml, [server]`.
    place: String,
    /// Keys whose value came from an environment variable.
    variables: BTreeMap<&'static str, &'static str>,
    known: BTreeSet<String>,
    problems: &'p mut Vec<Problem>,
}

impl<'p> Section<'p> {
    /// A section of a file, under the name that errors give it.
    fn new(place: String, table: Table, problems: &'p mut Vec<Problem>) -> Self {
        Self { table, place, variables: BTreeMap::new(), known: BTreeSet::new(), problems }
    }

    /// Lets an environment variable stand for a key; an empty one says nothing.
    fn variable(&mut self, key: &'static str, name: &'static str, env: &BTreeMap<String, String>) {
        if let Some(value) = env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty()) {
            self.table.insert(key.to_owned(), Value::String(value.to_owned()));
            self.variables.insert(key, name);
        }
    }

    /// Says what is wrong with a key.
    pub(super) fn complain(&mut self, key: &str, advice: impl Into<String>) {
        let place = self.variables.get(key).map_or_else(|| format!("{} {key}", self.place), |name| (*name).to_owned());
        self.problems.push(Problem { place, advice: advice.into() });
    }

    /// A text read by `read`; `write` says what to write when it does not read.
    pub(super) fn parsed<T>(&mut self, key: &str, write: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = match self.take(key)? {
            Value::String(text) => text,
            Value::Datetime(date) => date.to_string(),
            _ => return self.refuse(key, write),
        };
        read(text.trim()).or_else(|| self.refuse(key, write))
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &str, write: &str) -> Option<String> {
        self.parsed(key, write, |text| (!text.is_empty()).then(|| text.to_owned()))
    }

    /// A text of a type that reads itself.
    pub(super) fn typed<T: FromStr>(&mut self, key: &str, write: &str) -> Option<T> {
        self.parsed(key, write, |text| text.parse().ok())
    }

    /// A list of texts, each read by `read`; one that does not read is named.
    pub(super) fn list<T>(&mut self, key: &str, write: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let Value::Array(values) = self.take(key)? else { return self.refuse(key, write) };
        let mut read_values = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let text = match value {
                Value::String(text) => text.trim().to_owned(),
                Value::Datetime(date) => date.to_string(),
                _ => String::new(),
            };
            match read(&text) {
                Some(value) => read_values.push(value),
                None => self.complain(key, format!("l'élément {} ne se lit pas ; {write}", index + 1)),
            }
        }
        (read_values.len() == values.len()).then_some(read_values)
    }

    /// A whole number between two bounds, included.
    pub(super) fn whole(&mut self, key: &str, from: i64, to: i64) -> Option<i64> {
        let number = match self.take(key)? {
            Value::Integer(number) => Some(number),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let within = number.filter(|number| (from..=to).contains(number));
        within.or_else(|| self.refuse(key, &format!("écrire un nombre entier de {from} à {to}")))
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Boolean(yes) => Some(yes),
            _ => self.refuse(key, "écrire true (oui) ou false (non), sans guillemets"),
        }
    }

    /// A delay between two bounds, included, written like `"15s"`, `"10min"`, `"4h"`.
    pub(super) fn delay(&mut self, key: &str, from: Duration, to: Duration) -> Option<Duration> {
        let bounds = format!("écrire un délai entre guillemets, de {} à {}", shown(from), shown(to));
        self.parsed(key, &bounds, |text| delay(text).filter(|delay| (from..=to).contains(delay)))
    }

    /// Another table inside this one, of texts.
    pub(super) fn texts(&mut self, key: &str, write: &str) -> Option<Vec<(String, String)>> {
        let Value::Table(table) = self.take(key)? else { return self.refuse(key, write) };
        let pairs = table.into_iter().map(|(name, value)| value.as_str().map(|text| (name, text.trim().to_owned())));
        pairs.collect::<Option<Vec<_>>>().or_else(|| self.refuse(key, write))
    }

    /// A real number between two bounds, included.
    pub(super) fn real(&mut self, key: &str, from: f64, to: f64) -> Option<f64> {
        let number = match self.take(key)? {
            Value::Float(number) => Some(number),
            Value::Integer(number) => i32::try_from(number).ok().map(f64::from),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let within = number.filter(|number| (from..=to).contains(number));
        within.or_else(|| self.refuse(key, &format!("écrire un nombre de {from} à {to}, avec un point : 43.61")))
    }

    /// Reads each table of `[[….key]]` as a section of its own.
    pub(super) fn each<T>(&mut self, key: &str, mut read: impl FnMut(&mut Section<'_>) -> Option<T>) -> Vec<T> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let tables = match value {
            Value::Array(values) => values.into_iter().map(|value| value.try_into::<Table>().ok()).collect(),
            _ => None,
        };
        let Some(tables): Option<Vec<Table>> = tables else {
            self.complain(key, format!("écrire [[line.{key}]] et ses clés en dessous"));
            return Vec::new();
        };
        let mut all = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let place = format!("{}, {key} n° {}", self.place, index + 1);
            let mut section = Section::new(place, table, self.problems);
            all.extend(read(&mut section));
            section.finish();
        }
        all
    }

    /// Reports the keys that nobody took.
    fn finish(mut self) {
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        let known = self.known.iter().cloned().collect::<Vec<_>>().join(", ");
        for key in unknown {
            self.complain(&key, format!("clé inconnue ; les clés possibles ici sont {known}"));
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.known.insert(key.to_owned());
        self.table.remove(key)
    }

    fn refuse<T>(&mut self, key: &str, write: &str) -> Option<T> {
        self.complain(key, write);
        None
    }
}

/// A delay as people write it: `15s`, `10 min`, `4h`. Not negative.
pub(super) fn delay(text: &str) -> Option<Duration> {
    let parsed: SignedDuration = text.parse().ok()?;
    Duration::try_from(parsed).ok()
}

/// A delay as it is written back: `1h 30m`.
pub(super) fn shown(delay: Duration) -> String {
    SignedDuration::try_from(delay).map_or_else(|_| format!("{}s", delay.as_secs()), |delay| format!("{delay:#}"))
}
