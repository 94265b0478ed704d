//! The headers of every page: nothing runs but our own files, nobody frames us, nothing is kept by a browser (T13, T16).

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{FromFnLayer, Next, from_fn_with_state};
use axum::response::Response;
use futures_util::future::BoxFuture;

use crate::app::App;

/// `same-origin` and not `no-referrer`: with the latter a browser hides the origin of a form, which the guard asks for.
const ALWAYS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (REFERRER_POLICY, "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

type Work = fn(axum::extract::State<Arc<App>>, Request, Next) -> BoxFuture<'static, Response>;

/// Puts them on every answer; a drawing has a policy of its own, which is stricter.
pub(super) fn layer(app: Arc<App>) -> FromFnLayer<Work, Arc<App>, (axum::extract::State<Arc<App>>, Request)> {
    from_fn_with_state(app, with_headers as Work)
}

fn with_headers(app: axum::extract::State<Arc<App>>, request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let mut response = next.run(request).await;
        put(response.headers_mut(), app.board.public_url.starts_with("https://"));
        response
    })
}

fn put(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
