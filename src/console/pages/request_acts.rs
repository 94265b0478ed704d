//! What an agent does with a request from its page: corrects it, says where, ends it, opens it again, makes one of two.

use std::sync::Arc;

use axum::extract::State as OfApp;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use uuid::Uuid;

use super::request::{Refused, Typed, again};
use super::request_map::written;
use crate::app::App;
use crate::clock::from_millis;
use crate::console::id::Id;
use crate::console::page::PageError;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::phone::PhoneNumber;
use crate::requests::Consent;
use crate::requests::content::{Content, Person};
use crate::requests::desk::{Saved, edit, ends, merge, place};

/// Corrects it.
pub(crate) async fn change(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let content = match content(&sent) {
        Ok(content) => content,
        Err(sentence) => return refuse(&app, &visitor, id, sentence.to_owned(), Typed::Correction(sent)).await,
    };
    let by = visitor.operator();
    match edit::edit(&app.board, &app.lines, by, id, version(&sent), content).await? {
        Ok(saved) => after(&app, &visitor, id, saved, Typed::Correction(sent)).await,
        Err(bad) => refuse(&app, &visitor, id, unchanged(&bad), Typed::Correction(sent)).await,
    }
}

/// Keeps that the person helped agreed herself.
pub(crate) async fn agree(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let saved = edit::agreed(&app.board, visitor.operator(), id, version(&sent)).await?;
    after(&app, &visitor, id, saved, Typed::Nothing).await
}

/// Says where: by street, by a click on the drawing of the districts, or by their list.
pub(crate) async fn locate(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let (by, place) = (visitor.operator(), written(&sent));
    let pointed = place.pointed.is_some();
    match place::place(&app.board, &app.lines, by, id, version(&sent), place).await? {
        Ok(Saved::Saved) if pointed => Ok(led(id, "pointee")),
        Ok(saved) => after(&app, &visitor, id, saved, Typed::Place(sent)).await,
        Err(bad) => refuse(&app, &visitor, id, unchanged(&bad), Typed::Place(sent)).await,
    }
}

/// Withdraws it.
pub(crate) async fn cancel(OfApp(app): OfApp<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    match ends::cancel(&app.board, visitor.operator(), id).await? {
        Saved::Saved => Ok(led(id, "annulee")),
        other => after(&app, &visitor, id, other, Typed::Nothing).await,
    }
}

/// Opens it again.
pub(crate) async fn reopen(OfApp(app): OfApp<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    match ends::reopen(&app.board, &app.lines, visitor.operator(), id).await? {
        Saved::Saved => Ok(led(id, "rouverte")),
        other => after(&app, &visitor, id, other, Typed::Nothing).await,
    }
}

/// Has it go on for another one too.
pub(crate) async fn join(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let Some(other) = sent.id("autre") else { return Err(PageError::NotFound) };
    match merge::merge(&app.board, &app.lines, visitor.operator(), id, other).await? {
        Ok(()) => Ok(led(id, "reunie")),
        Err(not) => refuse(&app, &visitor, id, unchanged(&not), Typed::Nothing).await,
    }
}

/// Makes two again.
pub(crate) async fn part(OfApp(app): OfApp<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    match merge::unmerge(&app.board, &app.lines, visitor.operator(), id).await? {
        Saved::Saved => Ok(led(id, "separee")),
        other => after(&app, &visitor, id, other, Typed::Nothing).await,
    }
}

async fn after(app: &App, visitor: &Visitor, id: Uuid, saved: Saved, typed: Typed) -> Result<Response, PageError> {
    match saved {
        Saved::Saved => Ok(led(id, "enregistree")),
        Saved::Same => Ok(led(id, "pareille")),
        Saved::Unknown => Err(PageError::NotFound),
        Saved::NotThere => {
            let sentence = "Cette demande n'en est plus là : regardez ce qui s'est passé depuis. Rien n'a été changé.";
            refuse(app, visitor, id, sentence.to_owned(), typed).await
        }
        Saved::Held(name) => {
            let sentence = format!(
                "{name} s'occupe en ce moment du rappel de cette demande : rien n'a été changé. Demandez-lui de l'annuler \
                 ou de rendre le rappel ; un superviseur peut aussi le reprendre depuis sa page."
            );
            refuse(app, visitor, id, sentence, typed).await
        }
        Saved::Late(events) => {
            let sentence = "Quelqu'un a changé cette demande entre-temps : rien n'a été enregistré. Ce que vous aviez \
                            écrit est encore là ; voici ce qui a changé.";
            let since = events.iter().flat_map(|event| {
                let detail = event.detail.told().join(" ; ");
                [format!("{} ({}) {detail}", event.kind.label(), event.actor)]
            });
            let refused = Refused { sentence: Some(sentence.to_owned()), since: since.collect(), typed };
            again(app, visitor, id, StatusCode::CONFLICT, refused).await
        }
    }
}

async fn refuse(app: &App, visitor: &Visitor, id: Uuid, sentence: String, typed: Typed) -> Result<Response, PageError> {
    let refused = Refused { sentence: Some(sentence), since: Vec::new(), typed };
    again(app, visitor, id, StatusCode::UNPROCESSABLE_ENTITY, refused).await
}

fn led(id: Uuid, said: &str) -> Response {
    Redirect::to(&format!("/console/demandes/{id}?dit={said}")).into_response()
}

/// The version that the form showed.
fn version(sent: &Sent) -> Timestamp {
    from_millis(sent.text("version").parse().unwrap_or_default())
}

/// What was typed; the sentence for whoever typed a number that is none.
fn content(sent: &Sent) -> Result<Content, &'static str> {
    let beneficiary = match sent.text("pour") {
        "autre" => Some(Person { name: sent.text("personne").to_owned(), phone: phone(sent, "personne_tel")? }),
        _ => None,
    };
    let texts = sent.starting("texte.").map(|(name, text)| (name.to_owned(), text.trim().to_owned()));
    Ok(Content {
        category: sent.text("besoin").to_owned(),
        priority: sent.text("priorite").parse().unwrap_or(u8::MAX),
        contact: phone(sent, "contact")?,
        beneficiary,
        consent: Consent::of_word(sent.text("accord")).unwrap_or(Consent::NotAsked),
        texts: texts.collect(),
    })
}

/// A number that was typed, or nothing.
pub(super) fn phone(sent: &Sent, name: &str) -> Result<Option<PhoneNumber>, &'static str> {
    let typed = sent.filled(name);
    let read = typed.map(|typed| PhoneNumber::parse(&typed)).transpose();
    read.map_err(|_| "Un numéro de téléphone a dix chiffres, comme 04 65 71 00 01. Rien n'a été changé.")
}

/// Why something was not kept.
pub(super) fn unchanged(cause: &impl ToString) -> String {
    format!("{} Rien n'a été changé.", shown::sentence(&cause.to_string()))
}
