//! My shift: what colleagues left, and what I leave (F-50).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::queue::about;
use crate::app::App;
use crate::callbacks::note;
use crate::callbacks::shift::{self, Shift};
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;

#[derive(Template)]
#[template(path = "shift.html")]
struct ShiftPage {
    frame: Frame,
    form: Uuid,
    refusal: Option<String>,
    left: Vec<Line>,
    mine: Vec<Line>,
}

/// A callback in a list.
struct Line {
    id: Uuid,
    text: String,
    when: String,
    given: String,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let shift = shift::look(&app.board, visitor.operator().id).await?;
    render(&page(&app, &visitor, &shift, &said, &Sent::default(), None))
}

fn page(app: &App, visitor: &Visitor, shift: &Shift, said: &Said, sent: &Sent, refusal: Option<String>) -> ShiftPage {
    let now = app.board.clock.now();
    let left = shift.left.iter().map(|one| Line {
        id: one.callback_id,
        text: one.text.clone(),
        when: format!("{}, {}", one.by, shown::moment(one.at, now, &app.zone_of(one.line_id))),
        given: String::new(),
    });
    let mine = shift.mine.iter().map(|row| Line {
        id: row.id,
        text: format!("P{} · {}", row.priority, about(app, row)),
        when: shown::deadline(row.due_at, now),
        given: sent.text(&format!("consigne.{}", row.id)).to_owned(),
    });
    let frame = Frame::new(app, visitor, "Mon service", "/console/service", said);
    ShiftPage { frame, form: app.board.ids.row(now), refusal, left: left.collect(), mine: mine.collect() }
}

/// Passes on what she leaves.
pub(crate) async fn hand_over(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, PageError> {
    let given = sent.starting("consigne.").filter_map(|(id, text)| Some((id.parse().ok()?, text.to_owned())));
    let hand = hand(&app, &visitor);
    let form = sent.id("formulaire").unwrap_or(hand.entry);
    match shift::hand_over(&app.board, &hand, form, given.collect()).await? {
        Ok(_) => Ok(Redirect::to("/console/service?dit=relais").into_response()),
        Err(note::TooLong(length)) => {
            let most = note::LONGEST;
            let refusal =
                format!("Une consigne a {length} caractères ; elle peut en avoir {most}. Rien n'est enregistré.");
            let shift = shift::look(&app.board, visitor.operator().id).await?;
            let page = page(&app, &visitor, &shift, &Said::default(), &sent, Some(refusal));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}
