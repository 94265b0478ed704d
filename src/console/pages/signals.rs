//! Safeguarding reports (F-53): made from a callback, read by those who answer for them, and by whoever made them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::item_acts::known;
use crate::app::App;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::operators::Right;
use crate::signals::report;
use crate::signals::signal::{Content, Danger, Incomplete, Part};
use crate::signals::store::Signal;

/// How many are shown.
const SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "signals.html")]
struct SignalsPage {
    frame: Frame,
    rows: Vec<Row>,
    closed: Vec<Row>,
}

/// A report in the list.
struct Row {
    id: Uuid,
    title: String,
    when: String,
}

#[derive(Template)]
#[template(path = "signal.html")]
struct SignalPage {
    frame: Frame,
    id: Uuid,
    content: Option<Content>,
    when: String,
    seen: String,
    unseen: bool,
    closed: Option<String>,
    callback: Option<Uuid>,
    may: bool,
}

#[derive(Template)]
#[template(path = "signal_form.html")]
struct FormPage {
    frame: Frame,
    id: Uuid,
    form: Uuid,
    refusal: Option<&'static str>,
    dangers: [Danger; 3],
    kept: Sent,
}

/// Those that are to be seen to, and those that are closed.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let (board, now) = (&app.board, app.board.clock.now());
    let open = report::list(&board.db, &board.keyring, visitor.operator().id, false, SHOWN).await?;
    let all = report::list(&board.db, &board.keyring, visitor.operator().id, true, SHOWN).await?;
    let row = |one: &Signal| {
        let at = shown::moment(one.at, now, &app.zone_of(one.line_id));
        let danger = one.content.as_ref().is_some_and(|content| content.danger == Danger::Now);
        let closed = one.closed_at.map(|when| format!("clos {}", shown::moment(when, now, &app.zone_of(one.line_id))));
        let seen = one.seen.as_ref().map_or("à voir".to_owned(), |(by, _)| format!("{by} s'en charge"));
        let seen = closed.unwrap_or(seen);
        let title = if danger { "Danger en ce moment" } else { "Signalement" };
        Row { id: one.id, title: format!("{title}, {at}"), when: format!("par {} · {seen}", one.author) }
    };
    let frame = Frame::new(&app, &visitor, "Signalements", "/console/signalements", &said);
    let closed = all.iter().filter(|one| one.closed_at.is_some()).map(row).collect();
    render(&SignalsPage { frame, rows: open.iter().map(row).collect(), closed })
}

/// One of them; opening it is journaled.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let (board, now) = (&app.board, app.board.clock.now());
    let found = report::open(&board.db, &board.keyring, &hand(&app, &visitor), id).await?.ok_or(PageError::NotFound)?;
    let at = |instant| shown::moment(instant, now, &app.zone_of(found.line_id));
    render(&SignalPage {
        frame: Frame::new(&app, &visitor, "Signalement", "/console/signalements", &said),
        id,
        when: format!("{}, par {}", at(found.at), found.author),
        unseen: found.seen.is_none(),
        seen: found.seen.as_ref().map_or("pas encore".to_owned(), |(by, when)| format!("{by}, {}", at(*when))),
        closed: found.closed_at.map(at),
        callback: found.callback_id,
        may: visitor.may(Right::Safeguard),
        content: found.content,
    })
}

/// Somebody sees to it.
pub(crate) async fn seen(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Redirect, PageError> {
    led(&app, &visitor, id, report::seen(&app.board.db, &hand(&app, &visitor), id).await?).await
}

/// Nothing more is to be done.
pub(crate) async fn close(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Redirect, PageError> {
    led(&app, &visitor, id, report::close(&app.board.db, &hand(&app, &visitor), id).await?).await
}

/// What was done before is no fault; what is not hers is not there.
async fn led(app: &App, visitor: &Visitor, id: Uuid, done: bool) -> Result<Redirect, PageError> {
    let board = &app.board;
    if !done && report::open(&board.db, &board.keyring, &hand(app, visitor), id).await?.is_none() {
        return Err(PageError::NotFound);
    }
    Ok(Redirect::to(&format!("/console/signalements/{id}?dit=signalement")))
}

/// The checklist, from a callback.
pub(crate) async fn form(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    known(&app, &visitor, id).await?;
    render(&blank(&app, &visitor, id, Sent::default(), None))
}

fn blank(app: &App, visitor: &Visitor, id: Uuid, kept: Sent, refusal: Option<&'static str>) -> FormPage {
    let form = kept.id("formulaire").unwrap_or_else(|| app.board.ids.row(app.board.clock.now()));
    let frame = Frame::new(app, visitor, "Signaler", "/console/signalements", &Said::default());
    FormPage { frame, id, form, refusal, dangers: Danger::ALL, kept }
}

/// Reports, or says what is missing with everything that was typed still there.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    known(&app, &visitor, id).await?;
    let read = Content::read(sent.text("danger"), sent.text("expose"), sent.text("dit"), sent.text("prevenu"));
    let content = match read {
        Ok(content) => content,
        Err(incomplete) => {
            let page = blank(&app, &visitor, id, sent, Some(missing(incomplete)));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
        }
    };
    let (board, hand) = (&app.board, hand(&app, &visitor));
    let form = sent.id("formulaire").unwrap_or_else(|| board.ids.row(hand.now));
    let kept = report::report(&board.db, &board.keyring, &*board.ids, &hand, (id, form), content).await?;
    if !kept {
        return Err(PageError::NotFound);
    }
    Ok(Redirect::to(&format!("/console/rappels/{id}?dit=signale")).into_response())
}

fn missing(incomplete: Incomplete) -> &'static str {
    match incomplete {
        Incomplete::Missing(Part::Danger) => "Dites si quelqu'un est en danger maintenant. Rien n'est encore envoyé.",
        Incomplete::Missing(Part::Exposed) => "Dites qui est exposé. Rien n'est encore envoyé.",
        Incomplete::Missing(_) => "Écrivez ce qui a été dit. Rien n'est encore envoyé.",
        Incomplete::TooLong(..) => {
            "Une réponse dépasse 10 000 caractères. Rien n'est encore envoyé : raccourcissez-la."
        }
    }
}
