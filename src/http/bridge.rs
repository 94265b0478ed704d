//! What the provider calls while an agent calls somebody back by a click. Each answers with a document, or lets the
//! telephone go.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::timeout;

use super::signed::Signed;
use super::webhooks::{PATIENCE, hang_up, xml};
use crate::app::App;
use crate::callbacks::bridge;
use crate::calls::whisper::WhisperError;
use crate::telephony::event::{CallEvent, StatusEvent};

/// The agent answered her telephone.
pub async fn greet(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(_): Signed) -> Response {
    said(bridge::greet(&app.board, &app.lines, &token)).await
}

/// She pressed a key.
pub async fn key(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(form): Signed) -> Response {
    let key = form.get("Digits").map(std::borrow::Cow::into_owned);
    said(bridge::answer(&app.board, &app.lines, &token, key.as_deref())).await
}

/// She pressed nothing.
pub async fn silence(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(_): Signed) -> Response {
    said(bridge::silence(&app.board, &token)).await
}

/// Dialling the resident is over.
pub async fn end(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(form): Signed) -> Response {
    let dial = CallEvent::read(&form).ok().and_then(|event| event.dial);
    let reply = form.get("DialSipResponseCode").or_else(|| form.get("SipResponseCode"));
    said(bridge::dialled(&app.board, &app.lines, &token, dial.as_ref(), reply.as_deref())).await
}

/// The agent's own call is over. A report that is lost is no harm: what is not told ends by itself.
pub async fn status(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(form): Signed) -> StatusCode {
    let Ok(StatusEvent::Call(report)) = StatusEvent::read(&form) else { return StatusCode::BAD_REQUEST };
    let kept = timeout(PATIENCE, bridge::left(&app.board, &token, report.status)).await;
    if !matches!(kept, Ok(Ok(()))) {
        tracing::error!("the end of a call back by a click could not be kept");
    }
    StatusCode::NO_CONTENT
}

async fn said(document: impl Future<Output = Result<String, WhisperError>>) -> Response {
    let document = timeout(PATIENCE, document).await;
    xml(document.ok().and_then(Result::ok).unwrap_or_else(hang_up))
}
