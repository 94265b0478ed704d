//! The queue: what is to be done, in its order, and the button that gives the next one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::app::App;
use crate::callbacks::attempts::BREATH;
use crate::callbacks::claims::{self, Next};
use crate::callbacks::overview::SHOWN;
use crate::callbacks::store::claims::held;
use crate::callbacks::store::queue::{Counts, QueueRow};
use crate::console::alerts::live_or_whole;
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::db::DbError;
use crate::dialog::Values;
use crate::lang::Lang;
use crate::operators::Right;
use crate::requests::Contact;

#[derive(Template)]
#[template(path = "queue.html", blocks = ["live"])]
struct QueuePage {
    frame: Frame,
    counts: Counts,
    /// The one that she holds.
    mine: Option<Uuid>,
    rows: Vec<Shown>,
    /// When « Suivante » gives somebody in danger again, if everybody in danger was tried a moment ago.
    danger_at: Option<String>,
    more: bool,
    /// What waits for her decision; none who may not decide.
    decide: Option<Vec<Shown>>,
    later: Vec<Shown>,
}

/// A callback as the list shows it.
struct Shown {
    id: String,
    priority: u8,
    level: &'static str,
    late: bool,
    what: String,
    due: String,
    why: String,
    who: String,
    holder: Option<String>,
}

/// The queue of her lines; to a script, the part that changes.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let now = app.board.clock.now();
    let decides = visitor.may(Right::Supervise);
    let seen = app.overviews.seen_by(visitor.operator(), now).await?;
    let me = visitor.operator().id;
    let frame = Frame::new(&app, &visitor, "Rappels à faire", "/console/file", &said);
    let counts = seen.counts.clone();
    let more = counts.waiting.saturating_add(counts.held) > SHOWN;
    // What a supervisor decides is shown once, but danger, which never leaves the queue.
    let once = |row: &&QueueRow| !(decides && row.escalated_at.is_some() && row.priority > 0);
    let line = |row: &QueueRow| shown(&app, me, row, now);
    let page = QueuePage {
        frame,
        mine: held_by(&app, me, now).await?,
        danger_at: danger_at(&app, &seen.rows, now),
        rows: seen.rows.iter().filter(once).map(line).collect(),
        later: seen.later.iter().filter(once).map(line).collect(),
        decide: decides.then(|| seen.to_decide.iter().map(line).collect()),
        counts,
        more,
    };
    live_or_whole(&visitor, &headers, || page.as_live().render(), || render(&page))
}

/// « 10 h 20 », where « Suivante » gives nobody in danger before.
fn danger_at(app: &App, rows: &[QueueRow], now: Timestamp) -> Option<String> {
    let free = rows.iter().take_while(|row| row.priority == 0).filter(|row| row.holder.is_none());
    let next = free.map(|row| (breathes(row, now), row.line_id)).min_by_key(|(until, _)| *until)?;
    next.0.map(|until| shown::moment(until, now, &app.zone_of(next.1)))
}

/// Until when « Suivante » leaves somebody in danger alone after a try in vain.
fn breathes(row: &QueueRow, now: Timestamp) -> Option<Timestamp> {
    let breath = now.checked_add(BREATH).unwrap_or(now);
    row.not_before.filter(|until| row.priority == 0 && *until <= breath)
}

/// The one that she holds.
async fn held_by(app: &App, operator: Uuid, now: Timestamp) -> Result<Option<Uuid>, DbError> {
    app.board.db.read(move |tx| Box::pin(async move { held(tx, operator, now).await })).await
}

/// Gives her the next one.
pub(crate) async fn next(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Redirect, PageError> {
    let hand = hand(&app, &visitor);
    Ok(match claims::next(&app.board.db, &hand).await? {
        Next::Taken(id) => Redirect::to(&format!("/console/rappels/{id}?dit=pris")),
        Next::Holding(id) => Redirect::to(&format!("/console/rappels/{id}?dit=deja")),
        Next::Empty => Redirect::to("/console/file?dit=vide"),
    })
}

/// What F-43 calls each level.
pub(crate) fn level(priority: u8) -> &'static str {
    match priority {
        0 => "danger",
        1 => "dans l'heure",
        2 => "dans les quatre heures",
        _ => "prochain jour ouvré",
    }
}

/// Every level, for a list to choose from.
pub(crate) fn levels() -> Vec<(String, String)> {
    (0..=3).map(|priority| (priority.to_string(), format!("P{priority} : {}", level(priority)))).collect()
}

/// What it is about, in words.
pub(crate) fn about(app: &App, row: &QueueRow) -> String {
    match &row.category {
        Some(category) => app.board.voice.load().need_of(category, &answers(app, row)),
        None => shown::capital(row.reason.label()),
    }
}

fn answers(app: &App, row: &QueueRow) -> Values {
    let sealed = row.answers.as_deref().unwrap_or_default();
    let plain = app.board.keyring.open("callbacks.answers", &row.id.to_string(), sealed).unwrap_or_default();
    serde_json::from_slice(&plain).unwrap_or_default()
}

fn shown(app: &App, me: Uuid, row: &QueueRow, now: Timestamp) -> Shown {
    let zone = app.zone_of(row.line_id);
    let number = Contact::unseal(&app.board.keyring, row.contact.clone().unzip().0, row.contact.clone().unzip().1);
    let number = number.map_or_else(|| "sans numéro".to_owned(), |contact| contact.shown(false));
    let lang = Some(row.lang).filter(|lang| *lang != Lang::FRENCH).map(|lang| format!("{} · ", lang.french()));
    let mut why = vec![row.reason.label().to_owned(), format!("reçu {}", shown::moment(row.opened_at, now, &zone))];
    why.extend(
        row.promised_until.map(|until| format!("promis {} {}", by(row, until), shown::moment(until, now, &zone))),
    );
    why.extend((row.attempts > 0).then(|| shown::counted(row.attempts, "essai", "essais")));
    why.extend(row.escalated_at.map(|at| format!("laissé à un superviseur {}", shown::moment(at, now, &zone))));
    let breath = breathes(row, now).map(|until| shown::moment(until, now, &zone));
    why.extend(breath.map(|until| format!("à réessayer à {until}, ou tout de suite d'ici")));
    Shown {
        id: row.id.to_string(),
        priority: row.priority,
        level: level(row.priority),
        late: row.due_at < now,
        what: about(app, row),
        due: match row.not_before.filter(|at| *at > now && row.priority > 0 && row.escalated_at.is_none()) {
            Some(at) => hour(at, row.appointment, now, &zone),
            None => shown::deadline(row.due_at, now),
        },
        why: why.join(" · "),
        who: format!("{}{number}", lang.unwrap_or_default()),
        holder: row.holder.as_ref().map(|holder| holder_told(&holder.name, holder.is(me))),
    }
}

/// What was promised: the hour itself where one was agreed, otherwise some time before it.
pub(crate) fn by(row: &QueueRow, until: Timestamp) -> &'static str {
    if row.appointment && row.due_at == until { "à" } else { "avant" }
}

/// « à 18 h 00 » was agreed; « pas avant 14 h 00 » is the rule of the tries.
fn hour(at: Timestamp, appointment: bool, now: Timestamp, zone: &TimeZone) -> String {
    format!("{} {}", if appointment { "à" } else { "pas avant" }, shown::moment(at, now, zone))
}

fn holder_told(name: &str, me: bool) -> String {
    if me { "Vous l'avez en main".to_owned() } else { format!("{name} s'en occupe") }
}
