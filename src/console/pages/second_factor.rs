//! Sets up the second factor: a square code for the telephone, the same secret in letters, and a first code to prove it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::link::in_by;
use super::sign_in::browser;
use crate::app::App;
use crate::console::page::{PageError, render};
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::operators::{enrol, second_factor};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    house: String,
    token: String,
    /// The square code, as SVG of our own making.
    square: Option<String>,
    /// What a telephone on this very screen opens.
    uri: String,
    /// The secret in letters.
    letters: String,
    refusal: Option<&'static str>,
}

/// The page; whoever has a second factor has nothing to do here.
pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    page(&app, &visitor, StatusCode::OK, None).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    refusal: Option<&'static str>,
) -> Result<Response, PageError> {
    let Some(offer) = enrol::offer(&app.gate, &visitor.session().id).await? else {
        return Ok(Redirect::to("/console/compte").into_response());
    };
    let uri = offer.secret.uri(&app.look.name, &offer.login);
    let page = SecondFactorPage {
        house: app.look.name.clone(),
        token: visitor.token().to_owned(),
        square: second_factor::square(&uri),
        uri,
        letters: offer.secret.text(),
        refusal,
    };
    Ok((status, render(&page)?).into_response())
}

/// Keeps the second factor, and goes on in a new session.
pub(crate) async fn confirm(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, PageError> {
    let id = &visitor.session().id;
    if let Some(opened) = enrol::confirm(&app.gate, id, sent.text("code"), &browser(&headers)).await? {
        return Ok(in_by(&opened, "/console/compte?dit=facteur"));
    }
    let refusal = "Ce code n'est pas le bon. Tapez celui que votre téléphone montre maintenant.";
    page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal)).await
}
