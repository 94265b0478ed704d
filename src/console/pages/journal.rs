//! The journal: who looked at or changed what on her lines, by day, person and action; and the same as a file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use uuid::Uuid;

use super::accounts::seen_by;
use crate::app::App;
use crate::audit::exported::{Export, exported};
use crate::audit::store::{self, Asked, Entry};
use crate::audit::words;
use crate::clock::from_millis;
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, as_file, render};
use crate::console::said::Said;
use crate::console::visitor::Visitor;
use crate::db::DbError;

/// Where the page is.
const PATH: &str = "/console/journal";
/// Entries of a page.
const A_PAGE: usize = 100;
/// Entries read at once for a file.
const AT_ONCE: usize = 1_000;
/// The most entries of a file; more than a spreadsheet bears is asked for day by day.
const IN_A_FILE: usize = 50_000;
/// The same, as people write it.
const IN_A_FILE_TOLD: &str = "50 000";

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    jour: String,
    #[serde(default)]
    qui: String,
    #[serde(default)]
    quoi: String,
    #[serde(default)]
    apres: String,
}

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage {
    frame: Frame,
    filter: Filter,
    people: Vec<String>,
    rows: Vec<Shown>,
    /// The address of the page of older entries.
    older: Option<String>,
    file: String,
    most: &'static str,
}

struct Shown {
    at: String,
    actor: String,
    action: String,
    subject: String,
}

impl Filter {
    /// What is asked of the store; a day that cannot be read is no filter.
    fn asked(&self, zone: &TimeZone) -> Asked {
        let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        let day: Option<Date> = self.jour.parse().ok();
        Asked {
            from: day.and_then(start),
            until: day.and_then(|day| start(day.checked_add(1.day()).ok()?)),
            actor: self.qui.trim().to_owned(),
            action: self.quoi.trim().to_owned(),
            after: self.after(),
        }
    }

    fn after(&self) -> Option<(Timestamp, Uuid)> {
        let (millis, id) = self.apres.split_once('.')?;
        Some((from_millis(millis.parse().ok()?), id.parse().ok()?))
    }

    /// The same filter in an address, from the entry after that one on.
    fn address(&self, path: &str, last: Option<&Entry>) -> String {
        let after = last.map(|entry| format!("{}.{}", entry.at.as_millisecond(), entry.id)).unwrap_or_default();
        let pairs = [("jour", &self.jour), ("qui", &self.qui), ("quoi", &self.quoi), ("apres", &after)];
        let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let zone = zone(&app, &visitor);
    let mut entries = read(&app, &visitor, filter.asked(&zone), A_PAGE + 1).await?;
    let more = entries.len() > A_PAGE;
    entries.truncate(A_PAGE);
    let people = seen_by(&app, &visitor).await?;
    let names = |id: &str| {
        people.iter().find(|listed| listed.operator.id.to_string() == id).map(|listed| listed.operator.name.clone())
    };
    let page = JournalPage {
        frame: Frame::new(&app, &visitor, "Journal", PATH, &Said::default()),
        older: entries.last().filter(|_| more).map(|last| filter.address(PATH, Some(last))),
        file: filter.address("/console/journal.csv", None),
        rows: entries.iter().map(|entry| shown(entry, &zone, names)).collect(),
        people: people.iter().map(|listed| listed.operator.name.clone()).collect(),
        filter,
        most: IN_A_FILE_TOLD,
    };
    render(&page)
}

/// The file; taking it away is journaled too.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let zone = zone(&app, &visitor);
    let line = visitor.operator().lines.first().copied();
    exported(&app.board.db, &hand(&app, &visitor), line, Export::Journal).await?;
    let mut asked = Asked { after: None, ..filter.asked(&zone) };
    let mut rows = Vec::new();
    while rows.len() < IN_A_FILE {
        let entries = read(&app, &visitor, asked.clone(), AT_ONCE).await?;
        asked.after = entries.last().map(|last| (last.at, last.id));
        rows.extend(entries.iter().map(|entry| cells(entry, &zone)));
        if entries.len() < AT_ONCE {
            break;
        }
    }
    as_file("journal.csv", &["date", "qui", "action", "code", "objet"], rows)
}

async fn read(app: &App, visitor: &Visitor, asked: Asked, limit: usize) -> Result<Vec<Entry>, DbError> {
    let (reader, limit) = (visitor.operator().id, i64::try_from(limit).unwrap_or(i64::MAX));
    app.board.db.read(move |tx| Box::pin(async move { store::of_lines(tx, reader, &asked, limit).await })).await
}

/// The hours of a journal are those of the reader's first line.
fn zone(app: &App, visitor: &Visitor) -> TimeZone {
    app.zone_of(visitor.operator().lines.first().copied().unwrap_or_default())
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn cells(entry: &Entry, zone: &TimeZone) -> Vec<String> {
    vec![
        local(entry.at, zone),
        entry.actor.clone(),
        words::told(&entry.action).to_owned(),
        entry.action.clone(),
        entry.subject.clone(),
    ]
}

fn shown(entry: &Entry, zone: &TimeZone, name: impl Fn(&str) -> Option<String>) -> Shown {
    Shown {
        at: entry.at.to_zoned(zone.clone()).strftime("%d/%m/%Y %H:%M:%S").to_string(),
        actor: entry.actor.clone(),
        action: words::told(&entry.action).to_owned(),
        subject: name(&entry.subject).unwrap_or_else(|| short(&entry.subject)),
    }
}

/// An id as lists and commands name it: by its end. Six digits stay what they are.
fn short(subject: &str) -> String {
    match subject.parse::<Uuid>() {
        Ok(id) => id.simple().to_string().split_off(26),
        Err(_) => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_of_the_town_and_an_unreadable_one_is_none() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let asked = |day: &str| Filter { jour: day.to_owned(), ..Filter::default() }.asked(&paris);
        let day = asked("2026-03-29");
        assert_eq!(day.from.unwrap().to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(day.until.unwrap().to_string(), "2026-03-29T22:00:00Z", "the day is an hour short");
        for odd in ["", "hier", "2026-02-30"] {
            assert!(asked(odd).from.is_none() && asked(odd).until.is_none(), "{odd}");
        }
    }

    #[test]
    fn the_next_page_keeps_the_filter_and_begins_after_the_last_entry() {
        let filter = Filter { qui: "Awa & Luc".to_owned(), ..Filter::default() };
        let last = Entry {
            id: Uuid::from_u128(7),
            at: from_millis(1_000),
            actor: String::new(),
            action: String::new(),
            subject: String::new(),
        };
        let address = filter.address(PATH, Some(&last));
        assert_eq!(address, "/console/journal?qui=Awa+%26+Luc&apres=1000.00000000-0000-0000-0000-000000000007");
        let read = Filter { apres: "1000.00000000-0000-0000-0000-000000000007".to_owned(), ..Filter::default() };
        assert_eq!(read.after(), Some((from_millis(1_000), Uuid::from_u128(7))));
        assert_eq!(filter.address(PATH, None), "/console/journal?qui=Awa+%26+Luc");
        assert_eq!(Filter::default().address(PATH, None), PATH);
    }
}
