//! Where the open needs are, by district: dots drawn here, without any map of somebody else, and the same as a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;

use super::figures::need;
use super::requests::OPEN;
use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::visitor::Visitor;
use crate::lines::map::{self, dots};
use crate::lines::{District, Line, district};
use crate::stats::map::radius;
use crate::stats::report;

/// What is said of a request without a postal code, or with one of no district.
const NOWHERE: &str = "sans quartier";

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    frame: Frame,
    towns: Vec<Town>,
}

/// The needs of a line.
struct Town {
    name: String,
    dots: Vec<Dot>,
    rows: Vec<Row>,
}

/// A district on the drawing.
struct Dot {
    name: String,
    count: i64,
    x: String,
    y: String,
    radius: String,
    /// Where its name stands, under it.
    label: String,
}

/// A district in the table.
struct Row {
    name: String,
    count: i64,
    needs: String,
    address: Option<String>,
}

/// Open needs of a district, by category.
type Needs = BTreeMap<String, BTreeMap<String, i64>>;

/// The map of each of her lines.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let mut towns = Vec::new();
    for id in &visitor.operator().lines {
        let Some(line) = app.lines.by_id(*id) else { continue };
        let open = report::open_needs(&app.board, visitor.operator(), &line).await?;
        towns.push(town(&app, &line, open));
    }
    let frame = Frame::new(&app, &visitor, "Carte des besoins", "/console/carte", &said);
    render(&MapPage { frame, towns })
}

fn town(app: &App, line: &Line, open: Vec<(String, String, i64)>) -> Town {
    let districts = &line.settings.districts;
    let mut needs = Needs::new();
    for (code, category, count) in open {
        let name = match district::of(districts, &code) {
            Some(known) => known.name.clone(),
            None if code.is_empty() => NOWHERE.to_owned(),
            None => code,
        };
        *needs.entry(name).or_default().entry(category).or_default() += count;
    }
    Town { name: line.settings.town.clone(), dots: drawn(districts, &needs), rows: rows(app, line, &needs) }
}

fn total(needs: &Needs, name: &str) -> i64 {
    needs.get(name).map(|by| by.values().sum()).unwrap_or_default()
}

fn drawn(districts: &[District], needs: &Needs) -> Vec<Dot> {
    let most = needs.keys().map(|name| total(needs, name)).max().unwrap_or_default();
    let dot = |dot: map::Dot| {
        let name = districts.get(dot.district)?.name.clone();
        let count = total(needs, &name);
        let radius = radius(count, most);
        let (x, y) = (format!("{:.0}", dot.x), format!("{:.0}", dot.y));
        Some(Dot { label: format!("{:.0}", dot.y + radius + 34.0), radius: format!("{radius:.0}"), name, count, x, y })
    };
    dots(districts).into_iter().filter_map(dot).collect()
}

fn rows(app: &App, line: &Line, needs: &Needs) -> Vec<Row> {
    let districts = &line.settings.districts;
    let mut rows: Vec<Row> = needs
        .iter()
        .map(|(name, by)| Row {
            name: name.clone(),
            count: by.values().sum(),
            needs: by
                .iter()
                .map(|(code, count)| format!("{} ({count})", need(app, code)))
                .collect::<Vec<_>>()
                .join(", "),
            address: codes_of(districts, name)
                .map(|codes| format!("/console/demandes?code={codes}&etat={OPEN}&ligne={}", line.id)),
        })
        .collect();
    rows.sort_by_key(|row| -row.count);
    rows
}

/// The postal codes by which the requests of a district are found.
fn codes_of(districts: &[District], name: &str) -> Option<String> {
    let known = districts.iter().find(|district| district.name == name).map(|known| known.postal_codes.join("+"));
    known.filter(|codes| !codes.is_empty()).or_else(|| (name != NOWHERE).then(|| name.to_owned()))
}
