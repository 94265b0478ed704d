//! Requests: what an agent looks for, by number, need, state, place and day. Numbers stay masked.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::dialog;
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
    code: String,
    depuis: String,
    page: u32,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    frame: Frame,
    asked: Asked,
    categories: Vec<(String, String)>,
    states: Vec<&'static str>,
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
        states: State::ALL.map(State::word).to_vec(),
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
    let scripts = &app.board.voice.load().scripts;
    let named = scripts.flow.categories.keys().map(|code| (code.clone(), dialog::need(scripts, Lang::FRENCH, code)));
    named.collect()
}

fn filter(app: &App, visitor: &Visitor, asked: &Asked, words: Words) -> Filter {
    let zone = visitor.operator().lines.first().map_or(TimeZone::UTC, |line| app.zone_of(*line));
    let day: Option<Date> = asked.depuis.parse().ok();
    Filter {
        words,
        category: Some(asked.besoin.clone()).filter(|code| !code.is_empty()),
        state: State::of_word(&asked.etat),
        postal_codes: asked.code.split_whitespace().map(str::to_owned).collect(),
        from: day.and_then(|day| day.to_zoned(zone).ok()).map(|start| start.timestamp()),
        page: asked.page,
        ..Filter::default()
    }
}

/// The same search on another page.
fn address(asked: &Asked, page: u32) -> String {
    let page = page.to_string();
    let fields = [
        ("q", &asked.q),
        ("besoin", &asked.besoin),
        ("etat", &asked.etat),
        ("code", &asked.code),
        ("depuis", &asked.depuis),
        ("page", &page),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    format!("/console/demandes?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

fn shown(app: &App, row: Row, now: Timestamp) -> Shown {
    let scripts = &app.board.voice.load().scripts;
    Shown {
        id: row.id.to_string(),
        reference: row.reference,
        priority: row.priority,
        need: dialog::need(scripts, Lang::FRENCH, &row.category),
        for_other: row.for_other,
        state: row.state.word(),
        at: shown::moment(row.created_at, now, &app.zone_of(row.line_id)),
        number: row.contact.map_or_else(|| "sans numéro".to_owned(), |contact| contact.shown(false)),
        code: row.postal_code.unwrap_or_default(),
    }
}
