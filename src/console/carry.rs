//! A form that arrives after its session ended: what was typed goes through the sign-in and comes back in front of whoever
//! signs in, to be sent again by her own hand. Nothing typed is lost, and nothing is done in her name without her.

use std::borrow::Cow;

use askama::Template;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::guard::TOKEN;
use super::page::{Frame, PageError};
use super::pages::carried::CarriedPage;
use super::pages::sign_in::{Asked, SignInPage};
use super::said::Said;
use super::visitor::Visitor;
use crate::app::App;
use crate::callbacks::note::harmless;

/// Names of fields that a carried form must not bring back.
const NOT_CARRIED: [&str; 5] = [TOKEN, "mot_de_passe", "nouveau", "encore", "code"];

/// A form that waits for its sender to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Where it was going.
    pub path: String,
    /// What was typed: names and values.
    pub fields: Vec<(String, String)>,
}

impl Carried {
    /// Reads what a page carried: `to` is one of our own addresses, `form` is urlencoded.
    pub(crate) fn read(to: &str, form: &str) -> Option<Self> {
        let fields: Vec<_> =
            form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| kept(name)).map(harmless_field).collect();
        is_inside(to).then(|| Self { path: to.to_owned(), fields })
    }

    /// The fields as one text, for a page that carries them on.
    pub(crate) fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

fn harmless_field((name, value): (Cow<'_, str>, Cow<'_, str>)) -> (String, String) {
    (harmless(&name), harmless(&value))
}

fn kept(name: &str) -> bool {
    !NOT_CARRIED.contains(&name)
}

/// An address of the console and of nowhere else: no page of ours leads elsewhere after a sign-in.
pub(crate) fn is_inside(path: &str) -> bool {
    let inside = path == "/console" || path.starts_with("/console/") || path.starts_with("/console?");
    inside && !path.contains(['\\', '\r', '\n']) && !path.contains("//")
}

/// Leads to the sign-in: a page is come back to, a form is carried.
pub(super) fn to_sign_in(app: &App, parts: &Parts, body: &[u8]) -> Response {
    let path = parts.uri.path_and_query().map_or("/console", |path| path.as_str());
    if parts.headers.contains_key(super::live::FRAGMENT) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if parts.method != Method::POST {
        let back: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        return Redirect::to(&format!("/console/entrer?vers={back}")).into_response();
    }
    let carried = std::str::from_utf8(body).ok().and_then(|form| Carried::read(path, form));
    let page = SignInPage::new(app, Asked { carried, expired: true, ..Asked::default() });
    match page.render() {
        Ok(page) => (StatusCode::UNAUTHORIZED, Html(page)).into_response(),
        Err(cause) => PageError::from(cause).into_response(),
    }
}

/// A form of hers whose page is older than her session: one of our own pages sent it, so what was typed is shown to be
/// sent again by her own hand; where nothing was typed, the page is to be loaded again.
pub(super) fn once_more(app: &App, visitor: &Visitor, parts: &Parts, body: &[u8]) -> Response {
    let path = parts.uri.path_and_query().map_or("/console", |path| path.as_str());
    let carried = std::str::from_utf8(body).ok().and_then(|form| Carried::read(path, form));
    let Some(carried) = carried.filter(|carried| !carried.fields.is_empty()) else {
        return PageError::Token.into_response();
    };
    let frame = Frame::new(app, visitor, "Ce que vous aviez écrit", "", &Said::default());
    match CarriedPage::new(frame, carried).render() {
        Ok(page) => (StatusCode::FORBIDDEN, Html(page)).into_response(),
        Err(cause) => PageError::from(cause).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_come_back_to() {
        for inside in ["/console", "/console/file", "/console?dit=pris", "/console/rappels/1?x=2"] {
            assert!(is_inside(inside), "{inside}");
        }
        for outside in ["https://evil.example", "//evil.example", "/consolex", "/", "", "/console//evil", "/console\\x"]
        {
            assert!(!is_inside(outside), "{outside}");
        }
    }

    #[test]
    fn what_was_typed_is_carried_without_secrets() {
        let carried =
            Carried::read("/console/rappels/1/note", "jeton=abc&note=Elle+a+%C3%A9t%C3%A9+vue&mot_de_passe=x");
        let fields = vec![("note".to_owned(), "Elle a été vue".to_owned())];
        assert_eq!(carried.as_ref().map(|carried| &carried.fields), Some(&fields));
        let carried = carried.unwrap();
        assert_eq!(Carried::read(&carried.path, &carried.form()), Some(carried));
        assert_eq!(Carried::read("https://evil.example", "note=1"), None);
        let secrets = Carried::read("/console/compte/mot-de-passe", "mot_de_passe=x&nouveau=y&encore=y&code=123456");
        assert_eq!(secrets.map(|carried| carried.fields), Some(Vec::new()));
    }
}
