//! What the provider calls. A voice webhook always gets words, within three seconds, whatever is down (I8).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::time::timeout;

use super::signed::Signed;
use crate::app::App;
use crate::callbacks::alert;
use crate::calls::turn::At;
use crate::calls::{apology, hangup, recordings, turn, whisper};
use crate::sms::{inbound, report as texts};
use crate::telephony::event::{CallEvent, InboundMessage, StatusEvent};

/// How long a turn may take; the rest of the three seconds is for the notebook.
pub(super) const PATIENCE: Duration = Duration::from_millis(1_800);
/// An answer without words, for whom none is expected.
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>";

/// A call arrives.
pub async fn ring(State(app): State<Arc<App>>, Signed(form): Signed) -> Response {
    voice(&app, CallEvent::read(&form).ok(), None).await
}

/// The caller did something.
pub async fn turn(
    State(app): State<Arc<App>>,
    Path((turn, token)): Path<(String, String)>,
    Signed(form): Signed,
) -> Response {
    let at = At { turn: turn.parse().unwrap_or(i64::MAX), token, silent: false };
    voice(&app, CallEvent::read(&form).ok(), Some(at)).await
}

/// The caller did nothing.
pub async fn silence(
    State(app): State<Arc<App>>,
    Path((turn, token)): Path<(String, String)>,
    Signed(form): Signed,
) -> Response {
    let at = At { turn: turn.parse().unwrap_or(i64::MAX), token, silent: true };
    voice(&app, CallEvent::read(&form).ok(), Some(at)).await
}

async fn voice(app: &Arc<App>, event: Option<CallEvent>, at: Option<At>) -> Response {
    let Some(event) = event else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(line) = app.lines.find(&event.to) else {
        tracing::error!("a call came for a number that is not configured: see « ligne-solidaire doctor »");
        return xml(apology::unknown_line(&app.board, &app.lines));
    };
    let caller = event.caller(&app.lines.own_numbers());
    if !app.is_prepared() {
        tracing::error!("a call came before the database: the caller hears an apology");
        return xml(apology::document(&app.board, &line, &event, &caller).await);
    }
    let playing = turn::handle(&app.board, &line, event.clone(), caller.clone(), at);
    let document = match timeout(PATIENCE, AssertUnwindSafe(playing).catch_unwind()).await {
        Ok(Ok(Ok(document))) => document,
        failed => {
            let cause = match failed {
                Ok(Ok(Err(cause))) => crate::telemetry::chain(&cause),
                Ok(Err(_)) => "a panic".to_owned(),
                _ => "the database was too slow".to_owned(),
            };
            tracing::error!(%cause, "a turn failed: the caller hears an apology");
            apology::document(&app.board, &line, &event, &caller).await
        }
    };
    if is_held() {
        std::future::pending::<()>().await;
    }
    xml(document)
}

/// Between commit and answer: with `FAILPOINTS=turn-committed=10%return` a test holds some turns here, and kills the
/// process. Never true without the feature `failpoints`.
fn is_held() -> bool {
    fail::fail_point!("turn-committed", |_| true);
    false
}

/// Whoever answered a phone of the desk is asked for the key.
pub async fn whisper(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(_): Signed) -> Response {
    let document = timeout(PATIENCE, whisper::ask(&app.board, &app.lines, &token)).await;
    xml(document.ok().and_then(Result::ok).unwrap_or_else(hang_up))
}

/// She pressed a key.
pub async fn whisper_key(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(form): Signed) -> Response {
    let key = form.get("Digits").map(std::borrow::Cow::into_owned);
    let answer = whisper::answer(&app.board, &app.lines, &token, key.as_deref());
    let document = timeout(PATIENCE, answer).await;
    xml(document.ok().and_then(Result::ok).unwrap_or_else(hang_up))
}

/// Nobody pressed anything: a voicemail, or somebody who cannot take the call.
pub async fn whisper_silence(Signed(_): Signed) -> Response {
    xml(hang_up())
}

/// Whoever is on call hears the alert.
pub async fn alert(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(_): Signed) -> Response {
    xml(alert::ask(&app.board, &token).unwrap_or_else(|_| hang_up()))
}

/// She takes it.
pub async fn alert_key(State(app): State<Arc<App>>, Path(token): Path<String>, Signed(form): Signed) -> Response {
    let key = form.get("Digits").map(std::borrow::Cow::into_owned);
    let phone = form.get("To").unwrap_or_default();
    let document = timeout(PATIENCE, alert::answer(&app.board, &app.lines, &token, &phone, key.as_deref())).await;
    xml(document.ok().and_then(Result::ok).unwrap_or_else(hang_up))
}

/// A text message arrives: an agent reads it. No text goes back to a number that nobody registered (T4).
pub async fn sms(State(app): State<Arc<App>>, Signed(form): Signed) -> Response {
    let Ok(message) = InboundMessage::read(&form) else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(line) = app.lines.find(&message.to) else {
        tracing::error!("a text came for a number that is not configured: see « ligne-solidaire doctor »");
        return xml(EMPTY.to_owned());
    };
    if !app.is_prepared() {
        return not_kept();
    }
    let sender = message.sender(&app.lines.own_numbers());
    let kept = inbound::receive(&app.board, &line, message, sender, app.board.clock.now());
    match timeout(PATIENCE, AssertUnwindSafe(kept).catch_unwind()).await {
        Ok(Ok(Ok(()))) => xml(EMPTY.to_owned()),
        _ => not_kept(),
    }
}

/// The provider reports the end of a call, the fate of a text, or a recording. A lost end is found by the sweep; what
/// became of a text, and a recording that was made as the caller hung up, are announced nowhere else, so their reports must
/// not be believed to be kept.
pub async fn status(State(app): State<Arc<App>>, Signed(form): Signed) -> StatusCode {
    let Ok(report) = StatusEvent::read(&form) else { return StatusCode::BAD_REQUEST };
    let lost = match report {
        StatusEvent::Recording(_) | StatusEvent::Message(_) => StatusCode::REQUEST_TIMEOUT,
        StatusEvent::Call(_) => StatusCode::NO_CONTENT,
    };
    let kept = async {
        match report {
            StatusEvent::Call(call) if call.status.is_final() && call.parent_call_sid.is_none() => {
                hangup::ended(&app.board, &app.lines, &call.call_sid).await
            }
            StatusEvent::Recording(recording) => recordings::reported(&app.board, recording).await,
            StatusEvent::Message(message) => texts::apply(&app.board, &message).await,
            StatusEvent::Call(_) => Ok(()),
        }
    };
    if let Ok(Ok(Ok(()))) = timeout(PATIENCE, AssertUnwindSafe(kept).catch_unwind()).await {
        return StatusCode::NO_CONTENT;
    }
    tracing::error!("a report of the provider could not be kept");
    lost
}

/// The provider's last resort: words that need no database.
pub async fn fallback(app: State<Arc<App>>, Signed(_): Signed) -> Response {
    fallback_unsigned(app).await
}

/// The same, for a provider that is told to GET it: it tells nothing, and still answers when the token is wrong.
pub async fn fallback_unsigned(State(app): State<Arc<App>>) -> Response {
    apology(&app)
}

/// The words of that last resort.
pub(super) fn apology(app: &App) -> Response {
    xml(apology::fallback(&app.board, &app.lines))
}

/// After the switchboard of the town.
pub async fn goodbye(Signed(_): Signed) -> Response {
    xml(hang_up())
}

/// The provider's fallback or retry must not believe that a message was stored.
fn not_kept() -> Response {
    (StatusCode::REQUEST_TIMEOUT, "le message n'a pas pu être gardé\n").into_response()
}

pub(super) fn hang_up() -> String {
    whisper::refused().unwrap_or_else(|_| EMPTY.to_owned())
}

pub(super) fn xml(document: String) -> Response {
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}
