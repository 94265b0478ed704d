//! A webhook whose signature holds: the only way a form reaches a handler.
//!
//! The address that is checked is built from the configured public URL, never from a header of the request (T9). A
//! refusal stores nothing and says nothing but « 403 »; the doctor is told which address would have matched.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::refusals::Refusal;
use crate::app::App;
use crate::telephony::form::{Form, LARGEST_BODY};
use crate::telephony::signature::{HEADERS, Payload, public_url};

/// How long a body may take to arrive (T20).
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// The most that is read of a body that is too large.
const LARGEST_DRAINED: usize = 16 << 20;

/// A form that the provider signed, for our account.
pub struct Signed(pub Form);

impl FromRequest<Arc<App>> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (headers, uri) = (request.headers().clone(), request.uri().clone());
        if !is_form(&headers) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body = timeout(BODY_PATIENCE, whole(request.into_body())).await;
        let body = body.map_err(|_| StatusCode::REQUEST_TIMEOUT.into_response())?;
        let body = body.map_err(IntoResponse::into_response)?;
        let form = Form::parse(&body).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        verify(app, &headers, path, &form).map_err(|()| StatusCode::FORBIDDEN.into_response())?;
        Ok(Self(form))
    }
}

/// The body, if it is small. One that is too large is read to its end, within reason: a connection that is closed on
/// somebody who still sends loses the answer too.
async fn whole(body: Body) -> Result<Bytes, StatusCode> {
    let mut parts = body.into_data_stream();
    let (mut kept, mut read) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
        read += part.len();
        if read <= LARGEST_BODY {
            kept.extend_from_slice(&part);
        } else if read > LARGEST_DRAINED {
            break;
        }
    }
    if read > LARGEST_BODY { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(kept.into()) }
}

/// Webhooks are plain forms; a body without a type is read as one if it is signed as one.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default().to_ascii_lowercase());
    let plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    plain && kind.is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn verify(app: &App, headers: &HeaderMap, path: &str, form: &Form) -> Result<(), ()> {
    let header = HEADERS.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    let url = public_url(&app.board.public_url, path);
    let refused = match app.verifier.verify(header, &url, Payload::Form(form)) {
        Ok(()) if form.get("AccountSid").as_deref() == Some(app.account.as_str()) => return Ok(()),
        Ok(()) => "le compte n'est pas celui des réglages".to_owned(),
        Err(cause) => cause.to_string(),
    };
    let would_match = matching(app, headers, path, header, form);
    tracing::warn!(path = route(path), cause = %refused, "webhook refused");
    app.refusals.note(Refusal { at: app.board.clock.now(), path: route(path).to_owned(), cause: refused, would_match });
    Err(())
}

/// The address under which the signature would have held, among those that a misconfigured proxy leads to.
fn matching(app: &App, headers: &HeaderMap, path: &str, header: Option<&str>, form: &Form) -> Option<String> {
    let host = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let configured = app.board.public_url.clone();
    let hosts = [host(HOST.as_str()), host("x-forwarded-host")].into_iter().flatten();
    let seen = hosts.flat_map(|host| [format!("https://{host}"), format!("http://{host}")]);
    let other_scheme = match configured.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => configured.replacen("http://", "https://", 1),
    };
    let urls: Vec<_> = seen.chain([other_scheme]).map(|base| public_url(&base, path)).collect();
    app.verifier.matching(header, urls.iter().map(String::as_str), Payload::Form(form)).map(str::to_owned)
}

/// The part of a path that is no token of a call.
fn route(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    let end = path.match_indices('/').nth(3).map_or(path.len(), |(end, _)| end);
    path.get(..end).unwrap_or_default()
}
