//! Who comes in: a request of ours, from a session that lives, with the token of its forms and the right that the
//! address asks for (T16).
//!
//! In this order: a form must come from one of our own pages (its `Origin`); a session must be there, or the page to sign
//! in is shown, with what had been typed; a form must carry the session's token; a role must allow it.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;
use subtle::ConstantTimeEq;

use super::alerts::Alerts;
use super::carry;
use super::live::FRAGMENT;
use super::page::PageError;
use super::visitor::Visitor;
use crate::app::App;
use crate::db::DbError;
use crate::operators::Right;
use crate::operators::session::{self, SignedIn};
use crate::operators::store::sessions;

/// The name of the cookie: bound to this very host, and never sent in the clear.
pub const COOKIE_NAME: &str = "__Host-ligne";
/// The field of a form that carries the session's token.
pub(super) const TOKEN: &str = "jeton";
/// The most that a form may hold: a note far too long is still shown again to whoever wrote it.
const LARGEST_FORM: usize = 1024 * 1024;

/// Lets a form in only if one of our own pages sent it, and no address with a zero byte, which nobody types and no database
/// takes.
pub(super) async fn from_here(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.uri().query().is_some_and(|query| query.contains("%00")) {
        return PageError::NotFound.into_response();
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_ours(request.headers(), &app.board.public_url) {
        tracing::warn!("a form from somewhere else was refused");
        return PageError::Elsewhere(app.board.public_url.clone()).into_response();
    }
    next.run(request).await
}

/// Every browser of today says where a form comes from; one that does not is refused.
fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let said = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let ours = url::Url::parse(public_url).map(|url| url.origin());
    let theirs = said.and_then(|said| url::Url::parse(said).ok()).map(|url| url.origin());
    ours.ok().is_some_and(|ours| ours.is_tuple() && theirs == Some(ours))
}

/// Lets in whoever has a session; a form also needs its token.
pub(super) async fn signed_in(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = if parts.method == Method::POST { whole(body).await } else { Ok(Bytes::new()) };
    let body = match body {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let visitor = match visitor(&app, &parts.headers).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return carry::to_sign_in(&app, &parts, &body),
        Err(cause) => return PageError::from(cause).into_response(),
    };
    if parts.method == Method::POST && !carries_token(&body, visitor.token()) {
        return carry::once_more(&app, &visitor, &parts, &body);
    }
    if !parts.headers.contains_key(FRAGMENT)
        && let Err(cause) = touch(&app, &visitor).await
    {
        return PageError::from(cause).into_response();
    }
    let visitor = match with_alerts(&app, visitor).await {
        Ok(visitor) => visitor,
        Err(cause) => return PageError::from(cause).into_response(),
    };
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Before her second factor is set up, she is shown nothing.
async fn with_alerts(app: &App, visitor: Visitor) -> Result<Visitor, DbError> {
    if visitor.session().limited {
        return Ok(visitor);
    }
    let alerts = Alerts::of(app, visitor.operator()).await?;
    Ok(visitor.with(alerts))
}

async fn whole(body: Body) -> Result<Bytes, PageError> {
    axum::body::to_bytes(body, LARGEST_FORM).await.map_err(|_| PageError::TooLong)
}

fn carries_token(body: &[u8], token: &str) -> bool {
    let sent = form_urlencoded::parse(body).find(|(name, _)| name == TOKEN);
    sent.is_some_and(|(_, sent)| sent.as_bytes().ct_eq(token.as_bytes()).into())
}

/// Whoever the cookie stands for.
async fn visitor(app: &App, headers: &HeaderMap) -> Result<Option<Visitor>, DbError> {
    match cookie(headers).filter(|_| app.is_prepared()) {
        Some(token) => visitor_of(app, &token).await,
        None => Ok(None),
    }
}

/// Whoever has the session of that token.
pub(super) async fn visitor_of(app: &App, token: &str) -> Result<Option<Visitor>, DbError> {
    let (keyring, now) = (app.board.keyring.clone(), app.board.clock.now());
    let form_token = session::csrf(&keyring, token);
    let id = session::id_of(token);
    let looked_up =
        app.board.db.read(move |tx| Box::pin(async move { sessions::signed_in(tx, &keyring, &id, now).await }));
    let found: Option<SignedIn> = looked_up.await?;
    Ok(found.map(|found| Visitor::new(found, form_token)))
}

/// Notes that she did something: what a page asks for by itself keeps no session alive.
async fn touch(app: &App, visitor: &Visitor) -> Result<(), DbError> {
    let (id, now) = (visitor.session().id.clone(), app.board.clock.now());
    if !visitor.session().is_seen_long_ago(now) {
        return Ok(());
    }
    app.board.db.write(move |tx| Box::pin(async move { sessions::touch(tx, &id, now).await })).await
}

/// What the browser keeps for us.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

/// Wraps a handler so that it is reached with that right only; before her second factor is set up she has none.
pub(super) fn asking(right: Right, handler: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    handler.layer(from_fn(move |visitor: Visitor, request: Request, next: Next| async move {
        if visitor.may(right) {
            return next.run(request).await;
        }
        if visitor.session().limited {
            return Redirect::to("/console/second-facteur").into_response();
        }
        tracing::warn!(login = visitor.operator().login, ?right, "refused to a role");
        PageError::Forbidden.into_response()
    }))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: axum::http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_form_comes_from_our_own_pages_or_not_at_all() {
        let ours = "https://ligne.example.org/sous";
        assert!(is_ours(&with(ORIGIN, "https://ligne.example.org"), ours));
        assert!(is_ours(&with(ORIGIN, "https://ligne.example.org:443"), ours));
        for foreign in [
            "null",
            "https://ligne.example.org.evil.example",
            "http://ligne.example.org",
            "https://ligne.example.org:8443",
            "https://evil.example",
            "",
        ] {
            assert!(!is_ours(&with(ORIGIN, foreign), ours), "{foreign}");
        }
        assert!(!is_ours(&HeaderMap::new(), ours));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let headers = with(COOKIE, "theme=sombre; __Host-ligne=abc; autre=__Host-ligne");
        assert_eq!(cookie(&headers).as_deref(), Some("abc"));
        assert_eq!(cookie(&with(COOKIE, "autre=1")), None);
    }
}
