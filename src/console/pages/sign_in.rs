//! Signing in and out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

use crate::app::App;
use crate::callbacks::claims;
use crate::console::carry::{Carried, is_inside};
use crate::console::guard::COOKIE_NAME;
use crate::console::hand::hand;
use crate::console::page::{PageError, render};
use crate::console::visitor::Visitor;
use crate::db::DbError;
use crate::operators::store::sessions;

/// What the page knows of whoever signs in.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Where she was going.
    pub back: Option<String>,
    /// What she had typed when her session ended.
    pub carried: Option<Carried>,
    /// Whether her session ended while she typed.
    pub expired: bool,
    /// What she gave as her login.
    pub login: String,
    /// Why she was not let in.
    pub refusal: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    asked: Asked,
}

impl SignInPage {
    /// The page of these circumstances.
    pub(crate) fn new(asked: Asked) -> Self {
        Self { asked }
    }
}

/// Where the address says to go back to.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    vers: Option<String>,
}

/// The page.
pub(crate) async fn show(Query(back): Query<Back>) -> Result<Response, PageError> {
    let back = back.vers.filter(|path| is_inside(path));
    render(&SignInPage::new(Asked { back, ..Asked::default() }))
}

/// Ends her session, and gives back what she holds.
pub(crate) async fn leave(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    claims::release_all(&app.board.db, &hand(&app, &visitor)).await?;
    let (id, operator) = (visitor.session().id.clone(), visitor.operator().id);
    let ending = app.board.db.write(move |tx| Box::pin(async move { sessions::end(tx, operator, &id).await }));
    let _: bool = ending.await.map_err(|cause: DbError| cause)?;
    let cookie = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/console/entrer")).into_response())
}
