//! A one-time link: the page by which a password is chosen, or the demonstration entered. Opening it changes nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::sign_in::{browser, cookie};
use crate::app::App;
use crate::console::page::{PageError, render};
use crate::console::sent::Sent;
use crate::operators::links::{self, Chosen};
use crate::operators::sign_in::Opened;
use crate::operators::{Purpose, link, password};

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    house: String,
    /// Where its form goes.
    path: String,
    name: String,
    login: String,
    /// Whether a password is to be chosen.
    choose: bool,
    shortest: usize,
    /// Why the password was not kept.
    refusal: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "link_gone.html")]
struct GonePage;

/// The page of a link that still opens.
pub(crate) async fn show(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Response, PageError> {
    page(&app, &token, StatusCode::OK, None).await
}

async fn page(
    app: &App,
    token: &str,
    status: StatusCode,
    refusal: Option<&'static str>,
) -> Result<Response, PageError> {
    let Some(found) = links::find(&app.gate, token).await? else { return gone() };
    let page = LinkPage {
        house: app.look.name.clone(),
        path: link::path(token),
        name: found.name,
        login: found.login,
        choose: found.purpose == Purpose::Choose,
        shortest: password::SHORTEST,
        refusal,
    };
    Ok((status, render(&page)?).into_response())
}

fn gone() -> Result<Response, PageError> {
    Ok((StatusCode::GONE, render(&GonePage)?).into_response())
}

/// Chooses the password, or enters.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, PageError> {
    match links::find(&app.gate, &token).await?.map(|found| found.purpose) {
        None => gone(),
        Some(Purpose::Enter) => match links::enter(&app.gate, &token, &browser(&headers)).await? {
            Some(opened) => Ok(in_by(&opened, "/console")),
            None => gone(),
        },
        Some(Purpose::Choose) => choose(&app, &token, &headers, &sent).await,
    }
}

async fn choose(app: &App, token: &str, headers: &HeaderMap, sent: &Sent) -> Result<Response, PageError> {
    let refused = |sentence| page(app, token, StatusCode::UNPROCESSABLE_ENTITY, Some(sentence));
    let password = sent.raw("mot_de_passe");
    if password != sent.raw("encore") {
        return refused("Les deux mots de passe ne sont pas les mêmes. Tapez-les de nouveau.").await;
    }
    match links::choose(&app.gate, token, password.to_owned(), towns(app), &browser(headers)).await? {
        Chosen::In(opened) => Ok(in_by(&opened, "/console/second-facteur")),
        Chosen::Unfit(unfit) => refused(unfit.sentence()).await,
        Chosen::Gone => gone(),
    }
}

/// Words that everybody expects in a password of this house.
pub(crate) fn towns(app: &App) -> Vec<String> {
    app.lines.iter().map(|line| line.settings.town.clone()).chain([app.look.name.clone()]).collect()
}

/// Leads on with the session that has just begun.
pub(crate) fn in_by(opened: &Opened, to: &str) -> Response {
    ([(SET_COOKIE, cookie(&opened.token))], Redirect::to(to)).into_response()
}
