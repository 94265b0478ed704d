//! Jobs that were given up: why, who waits behind each, and another try.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use jiff::Timestamp;

use crate::app::App;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::jobs::cause;
use crate::jobs::failed::{self, Broken};
use crate::outbox::Job;

/// Where the page is.
const PATH: &str = "/console/travaux";

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    frame: Frame,
    rows: Vec<Shown>,
}

struct Shown {
    id: String,
    what: &'static str,
    about: String,
    why: String,
    /// What the row says, word for word, where that is more.
    detail: Option<String>,
    tried: String,
    unknown: bool,
    behind: &'static str,
    button: &'static str,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let found = failed::on_lines_of(&app.board.db, visitor.operator().id).await?;
    let now = app.board.clock.now();
    let page = JobsPage {
        frame: Frame::new(&app, &visitor, "Tâches en échec", PATH, &said),
        rows: found.into_iter().map(|broken| shown(&app, broken, now)).collect(),
    };
    render(&page)
}

fn shown(app: &App, broken: Broken, now: Timestamp) -> Shown {
    let zone = app.zone_of(broken.line_id);
    let why = cause::told(&broken.row.cause);
    let about = shown::moment(broken.about, now, &zone);
    let tries = u32::try_from(broken.row.attempts).unwrap_or(u32::MAX);
    Shown {
        id: broken.row.id.to_string(),
        what: cause::purpose(&broken.row.kind).unwrap_or("Une tâche d'une autre version du service"),
        about: match broken.row.job {
            Some(Job::FetchRecording { .. } | Job::DeleteRecording { .. }) => format!("message laissé {about}"),
            Some(Job::SendText { .. }) => format!("SMS demandé {about}"),
            Some(Job::TellSignal { .. }) => format!("signalement fait {about}"),
            _ => format!("rappel ouvert {about}"),
        },
        button: button(broken.row.job.as_ref()),
        detail: Some(broken.row.cause).filter(|cause| *cause != why && !cause::is_known(cause)),
        why: shown::sentence(&why),
        tried: format!(
            "{}, le dernier {}",
            shown::counted(tries, "essai", "essais"),
            shown::moment(broken.row.at, now, &zone)
        ),
        unknown: broken.row.unknown,
        behind: behind(broken.row.job.as_ref(), broken.awaited),
    }
}

/// Whoever waits behind a job is in front of an agent already: what that agent will miss.
fn behind(job: Option<&Job>, awaited: bool) -> &'static str {
    match (job, awaited) {
        (Some(Job::AlertOnCall { .. }), true) => {
            "La personne attend encore : son rappel est en tête de la file. Appelez l'astreinte vous-même."
        }
        (Some(Job::FetchRecording { .. }), true) => {
            "La personne est dans la file des rappels ; l'agent verra ses touches, mais n'entendra pas ce message."
        }
        (Some(Job::CallAgent { .. }), true) => {
            "La personne est dans la file des rappels ; l'agent peut l'appeler de nouveau, d'un clic ou à la main."
        }
        (Some(Job::DeleteRecording { .. }), _) => {
            "Personne n'attend. Le message reste chez l'opérateur téléphonique tant que cette tâche n'a pas réussi."
        }
        (Some(Job::SendText { .. }), _) => {
            "Ce SMS n'est peut-être pas arrivé. « Réessayer » l'envoie encore une fois : si le premier est arrivé, la personne le recevra en double."
        }
        (Some(Job::TellSignal { .. }), true) => "Aucun superviseur ne l'a encore lu : prévenez-en un vous-même.",
        (Some(Job::TellSignal { .. }), false) => "Un superviseur l'a lu.",
        (_, true) => "La personne est dans la file des rappels.",
        (_, false) => "Personne n'attend : le rappel est terminé.",
    }
}

/// Nobody's telephone rings for a click of another hour: such a job only ends.
fn button(job: Option<&Job>) -> &'static str {
    if matches!(job, Some(Job::CallAgent { .. })) { "Retirer de cette liste" } else { "Réessayer" }
}

/// Has it tried again.
pub(crate) async fn retry(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Redirect, PageError> {
    if failed::retry(&app.board.db, &hand(&app, &visitor), id).await? {
        return Ok(Redirect::to(&format!("{PATH}?dit=reessai")));
    }
    Err(PageError::NotFound)
}
