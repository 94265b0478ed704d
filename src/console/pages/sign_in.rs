//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::carried::CarriedPage;
use crate::app::App;
use crate::callbacks::claims;
use crate::console::carry::{Carried, is_inside};
use crate::console::guard::{COOKIE_NAME, cookie as cookie_of, visitor_of};
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, render};
use crate::console::peer::Peer;
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::operators::session;
use crate::operators::sign_in::{self, Attempt, Opened, SignIn};

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

impl Asked {
    /// Whether something typed waits for her.
    fn has_typed(&self) -> bool {
        self.carried.as_ref().is_some_and(|carried| !carried.fields.is_empty())
    }
}

/// The page.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    house: String,
    asked: Asked,
}

impl SignInPage {
    /// The page of these circumstances.
    pub(crate) fn new(app: &App, asked: Asked) -> Self {
        Self { house: app.look.name.clone(), asked }
    }
}

/// Where the address says to go back to.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    vers: Option<String>,
}

/// The page.
pub(crate) async fn show(State(app): State<Arc<App>>, Query(back): Query<Back>) -> Result<Response, PageError> {
    let back = back.vers.filter(|path| is_inside(path));
    render(&SignInPage::new(&app, Asked { back, ..Asked::default() }))
}

/// Lets her in, or says that something is wrong and nothing more.
pub(crate) async fn enter(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    peer: Peer,
    sent: Sent,
) -> Result<Response, PageError> {
    let (back, login) = (sent.filled("vers").filter(|path| is_inside(path)), sent.text("identifiant").to_owned());
    let carried = back.as_deref().and_then(|path| Carried::read(path, &sent.filled("emporte")?));
    let attempt = Attempt {
        login: login.clone(),
        password: sent.raw("mot_de_passe").to_owned(),
        code: sent.text("code").replace(' ', ""),
        address: peer.place(&headers),
        browser: browser(&headers),
    };
    match sign_in::sign_in(&app.gate, attempt).await? {
        SignIn::In(opened) => {
            if let Some(before) = cookie_of(&headers) {
                sign_in::give_up(&app.gate, &before).await?;
            }
            welcome(&app, &opened, back, carried).await
        }
        SignIn::Wait(wait) => {
            let minutes = shown::length(wait.as_secs().max(60));
            let refusal = format!("Trop d'essais. Attendez {minutes} avant de recommencer.");
            again(
                &app,
                StatusCode::TOO_MANY_REQUESTS,
                Asked { back, carried, login, refusal: Some(refusal), expired: false },
            )
        }
        SignIn::Refused => {
            let refusal = "L'identifiant, le mot de passe ou le code n'est pas le bon. Rien n'est perdu : recommencez.";
            let refusal = Some(refusal.to_owned());
            again(&app, StatusCode::UNAUTHORIZED, Asked { back, carried, login, refusal, expired: false })
        }
    }
}

fn again(app: &App, status: StatusCode, asked: Asked) -> Result<Response, PageError> {
    Ok((status, render(&SignInPage::new(app, asked))?).into_response())
}

/// Leads to where she was going, or shows what she had typed when her session ended.
async fn welcome(
    app: &Arc<App>,
    opened: &Opened,
    back: Option<String>,
    carried: Option<Carried>,
) -> Result<Response, PageError> {
    let cookie = [(SET_COOKIE, cookie(&opened.token))];
    if opened.limited {
        return Ok((cookie, Redirect::to("/console/second-facteur")).into_response());
    }
    let Some(carried) = carried else {
        return Ok((cookie, Redirect::to(back.as_deref().unwrap_or("/console"))).into_response());
    };
    let visitor = visitor_of(app, &opened.token).await?.ok_or(PageError::SignedOut)?;
    let frame = Frame::new(app, &visitor, "Ce que vous aviez écrit", "", &Said::default());
    Ok((cookie, render(&CarriedPage::new(frame, carried))?).into_response())
}

/// The cookie of a session: of this host alone, unread by scripts, gone with the browser.
pub(crate) fn cookie(token: &str) -> String {
    format!("{COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Lax")
}

/// The browser as people recognise it.
pub(crate) fn browser(headers: &HeaderMap) -> String {
    session::browser(headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default())
}

/// Ends her session, and gives back what she holds.
pub(crate) async fn leave(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    claims::leave(&app.board.db, &hand(&app, &visitor), visitor.session().id.clone()).await?;
    Ok(([(SET_COOKIE, format!("{}; Max-Age=0", cookie("")))], Redirect::to("/console/entrer")).into_response())
}
