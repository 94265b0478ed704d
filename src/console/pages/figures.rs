//! Figures of a line over a day, a week or a month (F-51), each with the sentence that says what it counts; how many
//! people its calls ask for (F-52); the same as a table for a spreadsheet.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use uuid::Uuid;

use super::requests::lines;
use crate::app::App;
use crate::audit::exported::{Export, exported};
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, as_file, render};
use crate::console::said::Said;
use crate::console::visitor::Visitor;
use crate::lang::{FRENCH_DAYS, Lang};
use crate::lines::Line;
use crate::stats::figures::{FIGURES, Kind};
use crate::stats::period::{Grain, Period};
use crate::stats::report;
use crate::stats::sheet::{Day, Sheet};
use crate::stats::workload::{self, Profile, Wanted};

/// Between two bars of a plot.
const STEP: i64 = 22;
/// The highest bar.
const HIGHEST: i64 = 100;
/// « Et si le numéro passe au journal du soir ? »
const TIMES: [u32; 3] = [1, 3, 20];
/// Every day of a week, in order.
const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    ligne: Option<String>,
    pas: Option<String>,
    jour: Option<String>,
    fois: Option<u32>,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    label: String,
    before: String,
    after: String,
    file: String,
    sheet: String,
    lines: Vec<(String, String)>,
    line: String,
    grains: Vec<&'static str>,
    grain_now: &'static str,
    day: String,
    kinds: Vec<(&'static str, Vec<Told>)>,
    plots: Vec<Plot>,
    days: Vec<(String, i64, i64, i64)>,
    splits: Vec<(&'static str, Vec<(String, i64)>)>,
    share: String,
    minutes: String,
    minutes_each: String,
    multiples: Vec<(u32, String, bool)>,
    week: [&'static str; 7],
    busy: Vec<(String, Vec<u32>)>,
}

/// A figure in words.
struct Told {
    title: &'static str,
    value: String,
    definition: &'static str,
}

/// Bars, one a day.
struct Plot {
    title: &'static str,
    told: String,
    width: i64,
    bars: Vec<Bar>,
}

/// One bar.
struct Bar {
    x: i64,
    y: i64,
    height: i64,
}

/// The line and the period that an address asks for.
pub(super) fn chosen(app: &App, visitor: &Visitor, asked: &Asked) -> Result<(Line, Period), PageError> {
    let hers = &visitor.operator().lines;
    let wanted = asked.ligne.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let id = wanted.or_else(|| hers.first().copied()).filter(|id| hers.contains(id)).ok_or(PageError::NotFound)?;
    let line = app.lines.by_id(id).ok_or(PageError::NotFound)?;
    let today = app.board.clock.now().to_zoned(line.settings.hours.zone().clone()).date();
    let day: Date = asked.jour.as_deref().and_then(|day| day.parse().ok()).unwrap_or(today);
    let grain = asked.pas.as_deref().and_then(Grain::of_word).unwrap_or(Grain::Month);
    Ok((line, Period::of(grain, day)))
}

/// The figures.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (line, period) = chosen(&app, &visitor, &asked)?;
    let sheet = report::sheet(&app.board, visitor.operator(), &line, period).await?.ok_or(PageError::NotFound)?;
    let profiles = report::profiles(&app.board, visitor.operator(), &line).await?.ok_or(PageError::NotFound)?;
    let times = asked.fois.filter(|times| TIMES.contains(times)).unwrap_or(1);
    let frame = Frame::new(&app, &visitor, "Chiffres", "/console/chiffres", &said);
    render(&page(&app, &visitor, frame, &line, &sheet, &profiles.1, times))
}

fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    line: &Line,
    sheet: &Sheet,
    work: &Profile,
    times: u32,
) -> FiguresPage {
    let (period, wanted) = (sheet.period, Wanted { times: f64::from(times), ..Wanted::default() });
    let at = |path: &str, period: Period| address(path, line.id, period);
    FiguresPage {
        frame,
        label: period.label(),
        before: at("/console/chiffres", period.before()),
        after: at("/console/chiffres", period.next()),
        file: at("/console/chiffres.csv", period),
        sheet: at("/console/chiffres/feuille", Period::of(Grain::Month, period.first)),
        lines: lines(app, visitor),
        line: line.id.to_string(),
        grains: Grain::ALL.map(Grain::word).to_vec(),
        grain_now: period.grain.word(),
        day: period.first.to_string(),
        kinds: Kind::ALL.into_iter().map(|kind| (kind.label(), told(sheet, kind))).collect(),
        plots: plots(&sheet.days),
        days: sheet
            .days
            .iter()
            .map(|day| (day.day.strftime("%d/%m").to_string(), day.calls, day.work, day.requests))
            .collect(),
        splits: splits(app, sheet),
        share: format!("{:.0}", wanted.share * 100.0),
        minutes: format!("{:.0}", wanted.seconds / 60.0),
        minutes_each: format!("{:.0}", wanted.seconds_each / 60.0),
        multiples: TIMES
            .map(|one| (one, format!("{}&fois={one}#renfort", at("/console/chiffres", period)), one == times))
            .to_vec(),
        week: FRENCH_DAYS,
        busy: work.busy().into_iter().map(|slot| (workload::clock(slot), people(work, slot, &wanted))).collect(),
    }
}

fn people(work: &Profile, slot: usize, wanted: &Wanted) -> Vec<u32> {
    WEEK.into_iter().map(|day| work.people(day, slot, wanted)).collect()
}

pub(super) fn told_of(sheet: &Sheet) -> impl Iterator<Item = (&'static str, String, &'static str)> {
    FIGURES.iter().map(|figure| (figure.title, figure.told(&sheet.measured), figure.definition))
}

fn told(sheet: &Sheet, kind: Kind) -> Vec<Told> {
    let of_kind = FIGURES.iter().filter(|figure| figure.kind == kind);
    of_kind
        .map(|figure| Told { title: figure.title, value: figure.told(&sheet.measured), definition: figure.definition })
        .collect()
}

fn plots(days: &[Day]) -> Vec<Plot> {
    let calls: Vec<_> = days.iter().map(|day| day.calls).collect();
    let work: Vec<_> = days.iter().map(|day| day.work).collect();
    let requests: Vec<_> = days.iter().map(|day| day.requests).collect();
    vec![plot("Appels", &calls), plot("Rappels à faire", &work), plot("Demandes", &requests)]
}

fn plot(title: &'static str, values: &[i64]) -> Plot {
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let bar = |(index, value): (usize, &i64)| {
        let height = value * HIGHEST / most;
        Bar { x: i64::try_from(index).unwrap_or_default() * STEP + 3, y: 110 - height, height }
    };
    let told = format!("{title} par jour : {} en tout, {most} au plus en un jour.", values.iter().sum::<i64>());
    let width = i64::try_from(values.len()).unwrap_or(1).max(1) * STEP;
    Plot { title, told, width, bars: values.iter().enumerate().map(bar).collect() }
}

fn splits(app: &App, sheet: &Sheet) -> Vec<(&'static str, Vec<(String, i64)>)> {
    let need = |(code, count): &(String, i64)| (need(app, code), *count);
    let lang = |(code, count): &(String, i64)| (lang(code), *count);
    vec![
        ("Besoins", sheet.by_category.iter().map(need).collect()),
        ("Quartiers", sheet.by_district.clone()),
        ("Langues", sheet.by_lang.iter().map(lang).collect()),
    ]
}

pub(super) fn need(app: &App, code: &str) -> String {
    app.board.voice.load().need(code)
}

fn lang(code: &str) -> String {
    code.parse().map_or_else(|_| code.to_owned(), |lang: Lang| lang.french().to_owned())
}

fn address(path: &str, line: Uuid, period: Period) -> String {
    format!("{path}?ligne={line}&pas={}&jour={}", period.grain.word(), period.first)
}

/// The same for a spreadsheet; no cell of it is ever a formula (T14).
pub(crate) async fn export(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (line, period) = chosen(&app, &visitor, &asked)?;
    let sheet = report::sheet(&app.board, visitor.operator(), &line, period).await?.ok_or(PageError::NotFound)?;
    let rows = sheet.rows(|code| need(&app, code), lang);
    exported(&app.board.db, &hand(&app, &visitor), Some(line.id), Export::Figures).await?;
    as_file("chiffres.csv", &["quoi", "lequel", "combien"], rows)
}
