//! The line: what a town decides of it while it is running, and what it says.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::app::App;
use crate::console::drawing::drawing;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::dialog;
use crate::lines::change::{self, Changed};
use crate::lines::hours::{DayOff, Hours};
use crate::lines::overrides::Setting;
use crate::lines::week::OpenSpan;
use crate::voice;

#[derive(Template)]
#[template(path = "line.html")]
struct LinePage {
    frame: Frame,
    lines: Vec<Shown>,
    problems: Vec<String>,
}

/// A line and its settings.
struct Shown {
    id: Uuid,
    town: String,
    number: String,
    open: bool,
    crowded: bool,
    /// The seven days from today, and the openings of each.
    days: Vec<(String, String)>,
    settings: Vec<Field>,
}

/// A setting as the page shows it.
struct Field {
    name: &'static str,
    label: &'static str,
    advice: String,
    value: String,
    choices: &'static [&'static str],
    decided: bool,
    several: bool,
    refusal: Option<String>,
}

/// What was typed of a setting and could not be kept.
struct Refused {
    line: Uuid,
    setting: Setting,
    typed: String,
    why: String,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    render(&page(&app, &visitor, &said, None, Vec::new()).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    said: &Said,
    refused: Option<Refused>,
    problems: Vec<String>,
) -> Result<LinePage, PageError> {
    let mut lines = Vec::new();
    for id in &visitor.operator().lines {
        lines.extend(one(app, visitor, *id, refused.as_ref()).await?);
    }
    Ok(LinePage { frame: Frame::new(app, visitor, "La ligne", "/console/ligne", said), lines, problems })
}

async fn one(app: &App, visitor: &Visitor, id: Uuid, refused: Option<&Refused>) -> Result<Option<Shown>, PageError> {
    let decided = change::decided(&app.board, visitor.operator(), id).await?;
    let (Some(line), Some(decided)) = (app.lines.by_id(id), decided) else { return Ok(None) };
    let field = |setting: Setting| {
        let refused = refused.filter(|refused| refused.line == id && refused.setting == setting);
        Field {
            name: setting.name(),
            label: setting.label(),
            advice: shown::sentence(setting.advice()),
            value: refused.map_or_else(|| setting.written(&line.settings), |refused| refused.typed.clone()),
            choices: setting.choices(),
            decided: decided.contains_key(&setting),
            several: matches!(setting, Setting::ClosedDays | Setting::Desk | Setting::OnCall | Setting::ClosingMessage),
            refusal: refused.map(|refused| format!("Rien n'est changé : {}.", refused.why)),
        }
    };
    Ok(Some(Shown {
        id,
        town: line.settings.town.clone(),
        number: line.number.pairs().join(" "),
        open: line.settings.hours.is_open(app.board.clock.now()),
        crowded: line.settings.crowded,
        days: coming(&line.settings.hours, app.board.clock.now()),
        settings: Setting::ALL.into_iter().map(field).collect(),
    }))
}

/// The week that comes: what a change of hours or of closed days really does.
fn coming(hours: &Hours, now: Timestamp) -> Vec<(String, String)> {
    let today = hours.local_day(now);
    let day = |ahead: i64| {
        let day = today.saturating_add(ahead.days());
        let spans: Vec<_> = hours.spans_of(day).iter().map(span).collect();
        let why = match hours.day_off(day.to_zoned(hours.zone().clone()).map_or(now, |start| start.timestamp())) {
            Some(DayOff::PublicHoliday) => "fermé (jour férié)",
            Some(DayOff::ByOrder) => "fermé (jour de fermeture)",
            None => "fermé",
        };
        (shown::date(day), if spans.is_empty() { why.to_owned() } else { spans.join(", ") })
    };
    (0..7).map(day).collect()
}

fn span(span: &OpenSpan) -> String {
    if span.from == span.until {
        return "toute la journée".to_owned();
    }
    format!("de {} à {}", shown::clock(span.from), shown::clock(span.until))
}

/// Changes one setting.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    if !visitor.operator().lines.contains(&id) {
        return Err(PageError::NotFound);
    }
    let setting = Setting::of_name(sent.text("reglage")).ok_or(PageError::NotFound)?;
    let typed = sent.text("valeur");
    match change::change(&app.board, &app.lines, visitor.operator(), id, setting, typed).await? {
        Changed::Done => Ok(Redirect::to("/console/ligne?dit=reglee").into_response()),
        Changed::Same => Ok(Redirect::to("/console/ligne?dit=pareil").into_response()),
        Changed::Unknown => Err(PageError::NotFound),
        Changed::Refused(why) => {
            let refused = Refused { line: id, setting, typed: typed.to_owned(), why };
            let page = page(&app, &visitor, &Said::default(), Some(refused), Vec::new()).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

/// Reads the scripts again, here and on every other instance; those that break a promise leave the last good ones.
pub(crate) async fn reload(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    if let Err(problems) = voice::reload(&app).await {
        let page = page(&app, &visitor, &Said::default(), None, problems).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    if let Some(line) = visitor.operator().lines.first() {
        change::ask_for_scripts(&app.board, visitor.operator(), *line).await?;
    }
    Ok(Redirect::to("/console/ligne?dit=scripts").into_response())
}

/// The drawing of the flow.
pub(crate) async fn flow(State(app): State<Arc<App>>, _: Visitor) -> Response {
    let svg = dialog::draw(&app.board.voice.load().scripts);
    drawing(svg)
}
