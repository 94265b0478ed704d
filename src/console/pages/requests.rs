//! Requests: what an agent looks for, by number, need, state, place and day. Numbers stay masked.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use uuid::Uuid;

use super::queue::levels;
use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::requests::State;
use crate::requests::desk::open;
use crate::requests::filter::{Filter, Words};
use crate::requests::store::search::Row;

/// What the address asks for.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    besoin: String,
    etat: String,
    priorite: String,
    langue: String,
    ligne: String,
    code: String,
    depuis: String,
    jusque: String,
    page: u32,
}

/// Open, in whatever state.
pub(super) const OPEN: &str = "ouvertes";

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    frame: Frame,
    asked: Asked,
    categories: Vec<(String, String)>,
    states: Vec<&'static str>,
    levels: Vec<(String, String)>,
    langs: Vec<(String, String)>,
    lines: Vec<(String, String)>,
    rows: Vec<Shown>,
    nothing: Option<&'static str>,
    before: Option<String>,
    after: Option<String>,
}

/// A request in the list.
struct Shown {
    id: String,
    reference: String,
    priority: u8,
    need: String,
    for_other: bool,
    state: &'static str,
    at: String,
    number: String,
    code: String,
}

/// The requests that the address asks for.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let now = app.board.clock.now();
    let words = Words::read(&asked.q);
    let unreadable = words == Words::Neither;
    let found = open::search(&app.board, visitor.operator(), filter(&app, &visitor, &asked, words)).await?;
    let nothing = match (unreadable, found.rows.is_empty()) {
        (true, _) => Some("Tapez les six chiffres d'une demande, ou un numéro de téléphone : les noms sont chiffrés."),
        (false, true) => Some("Aucune demande ne correspond."),
        (false, false) => None,
    };
    let page = RequestsPage {
        frame: Frame::new(&app, &visitor, "Demandes", "/console/demandes", &said),
        categories: categories(&app),
        states: [OPEN].into_iter().chain(State::ALL.map(State::word)).collect(),
        levels: levels(),
        langs: Lang::NAMED.map(|lang| (lang.code().to_owned(), lang.french().to_owned())).to_vec(),
        lines: lines(&app, &visitor),
        rows: found.rows.into_iter().map(|row| shown(&app, row, now)).collect(),
        nothing,
        before: (asked.page > 0).then(|| address(&asked, asked.page - 1)),
        after: found.more.then(|| address(&asked, asked.page + 1)),
        asked,
    };
    render(&page)
}

/// The codes of every need and their words.
pub(crate) fn categories(app: &App) -> Vec<(String, String)> {
    let voice = app.board.voice.load();
    let named = voice.scripts.flow.categories.keys().map(|code| (code.clone(), voice.need(code)));
    named.collect()
}

/// Her lines, by the names of their towns.
pub(super) fn lines(app: &App, visitor: &Visitor) -> Vec<(String, String)> {
    let name = |id: &Uuid| Some((id.to_string(), app.lines.by_id(*id)?.settings.town.clone()));
    visitor.operator().lines.iter().filter_map(name).collect()
}

fn filter(app: &App, visitor: &Visitor, asked: &Asked, words: Words) -> Filter {
    let zone = visitor.operator().lines.first().map_or(TimeZone::UTC, |line| app.zone_of(*line));
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|start| start.timestamp());
    let from: Option<Date> = asked.depuis.parse().ok();
    let last: Option<Date> = asked.jusque.parse().ok();
    Filter {
        words,
        category: Some(asked.besoin.clone()).filter(|code| !code.is_empty()),
        states: match asked.etat.as_str() {
            OPEN => State::OPEN.to_vec(),
            word => State::of_word(word).into_iter().collect(),
        },
        priority: asked.priorite.parse().ok(),
        line: asked.ligne.parse().ok(),
        postal_codes: asked.code.split_whitespace().map(str::to_owned).collect(),
        lang: Some(asked.langue.clone()).filter(|code| !code.is_empty()),
        from: from.and_then(start),
        to: last.and_then(|day| day.tomorrow().ok()).and_then(start),
        page: asked.page,
    }
}

/// The same search on another page.
fn address(asked: &Asked, page: u32) -> String {
    let page = page.to_string();
    let fields = [
        ("q", &asked.q),
        ("besoin", &asked.besoin),
        ("etat", &asked.etat),
        ("priorite", &asked.priorite),
        ("langue", &asked.langue),
        ("ligne", &asked.ligne),
        ("code", &asked.code),
        ("depuis", &asked.depuis),
        ("jusque", &asked.jusque),
        ("page", &page),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    format!("/console/demandes?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

fn shown(app: &App, row: Row, now: Timestamp) -> Shown {
    Shown {
        id: row.id.to_string(),
        reference: row.reference,
        priority: row.priority,
        need: app.board.voice.load().need(&row.category),
        for_other: row.for_other,
        state: row.state.word(),
        at: shown::moment(row.created_at, now, &app.zone_of(row.line_id)),
        number: row.contact.map_or_else(|| "sans numéro".to_owned(), |contact| contact.shown(false)),
        code: row.postal_code.unwrap_or_default(),
    }
}
