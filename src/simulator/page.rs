//! The telephone in the browser: a page with a keypad, and the few JSON addresses behind it, all under `/demo`.
//!
//! The page keeps time (it speaks or shows the words, then runs the timeout that the line announced); the exchange keeps
//! the calls. Nothing here knows a service: the [`Exchange`] of the [`Demo`] does, and reaches it by signed webhooks.
//! Only for trying things out: whoever reaches this page can make any call.

mod view;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::exchange::{Exchange, ExchangeError, LegId, RecordEnd};
use super::numbers::e164;
use view::View;

/// The longest recording taken from a browser: two minutes of telephone sound and some.
const MAX_SOUND: usize = 4 * 1024 * 1024;

/// What the page lets people try.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The exchange, with the second telephones registered.
    pub exchange: Exchange,
    /// The number of the line.
    pub line: String,
    /// How the line is called, above the keypad.
    pub name: String,
    /// Who one can call as; the number may also be hidden or typed.
    pub callers: Vec<Caller>,
}

/// Somebody one can call as.
#[derive(Clone, Debug, Serialize)]
pub struct Caller {
    /// The name in the list.
    pub name: String,
    /// Her number.
    pub number: String,
}

/// The page, its files and what it asks for.
pub fn router(demo: Demo) -> Router {
    Router::new()
        .route("/demo", get(async || file("text/html; charset=utf-8", include_str!("assets/phone.html"))))
        .route("/demo/phone.css", get(async || file("text/css; charset=utf-8", include_str!("assets/phone.css"))))
        .route("/demo/phone.js", get(async || script(include_str!("assets/phone.js"))))
        .route("/demo/speech.js", get(async || script(include_str!("assets/speech.js"))))
        .route("/demo/microphone.js", get(async || script(include_str!("assets/microphone.js"))))
        .route("/demo/desk.js", get(async || script(include_str!("assets/desk.js"))))
        .route("/demo/phone.svg", get(async || file("image/svg+xml", include_str!("assets/phone.svg"))))
        .route("/demo/state", get(state))
        .route("/demo/act", post(act))
        .route("/demo/sound", post(sound))
        .layer(DefaultBodyLimit::max(MAX_SOUND))
        .layer(from_fn(guard))
        .with_state(Arc::new(demo))
}

fn script(content: &'static str) -> impl IntoResponse {
    file("text/javascript; charset=utf-8", content)
}

fn file(media_type: &'static str, content: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type)], content)
}

/// What the browser may do with these answers: run our own script and style, speak to us, and nothing else.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src * blob:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("permissions-policy"), "microphone=(self), camera=(), geolocation=()"),
];

/// Another site's page must not make calls in the name of whoever looks at it.
async fn guard(request: Request, next: Next) -> Response {
    let from = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok()).unwrap_or("same-origin");
    if request.method() == axum::http::Method::POST && from != "same-origin" {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

/// Which of the things that happened the page knows already, and whose call it shows.
#[derive(Debug, Deserialize)]
struct Known {
    #[serde(default)]
    since: usize,
    leg: Option<LegId>,
}

async fn state(State(demo): State<Arc<Demo>>, Query(known): Query<Known>) -> Response {
    // The page is what keeps the telephones with habits and the reports of placed calls going.
    let settled = demo.exchange.settle().await;
    answer(&demo, known.since, known.leg, settled)
}

/// What somebody did on the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Deed {
    Call { from: Option<String> },
    Press { leg: LegId, key: char },
    Silence { leg: LegId },
    Record { leg: LegId, seconds: u32, key: Option<char> },
    HangUp { leg: LegId },
    Answer { number: String },
    Refuse { number: String },
    LetRing { number: String },
    Text { from: String, body: String },
}

#[derive(Debug, Deserialize)]
struct Act {
    #[serde(flatten)]
    deed: Deed,
    #[serde(default)]
    since: usize,
    /// The call that the page shows.
    mine: Option<LegId>,
}

async fn act(State(demo): State<Arc<Demo>>, Json(act): Json<Act>) -> Response {
    let mut shown = act.mine;
    let done = perform(&demo, act.deed, &mut shown).await;
    answer(&demo, act.since, shown, done)
}

async fn perform(demo: &Demo, deed: Deed, shown: &mut Option<LegId>) -> Result<(), ExchangeError> {
    let exchange = &demo.exchange;
    match deed {
        Deed::Call { from } => {
            let from = from.map_or_else(|| exchange.settings().withheld.clone(), |number| e164(&number));
            *shown = Some(exchange.call(&from, &demo.line).await?);
            Ok(())
        }
        Deed::Press { leg, key } => exchange.press(leg, key).await.map(drop),
        Deed::Silence { leg } => exchange.silence(leg).await.map(drop),
        Deed::Record { leg, seconds, key } => exchange.record(leg, seconds, ended_by(key)).await.map(drop),
        Deed::HangUp { leg } => exchange.hang_up(leg).await.map(drop),
        Deed::Answer { number } => exchange.answer(&number).await.map(drop),
        Deed::Refuse { number } => exchange.refuse(&number).await,
        Deed::LetRing { number } => exchange.let_ring(&number).await,
        Deed::Text { from, body } => exchange.text_line(&e164(&from), &demo.line, &body).await,
    }
}

fn ended_by(key: Option<char>) -> RecordEnd {
    key.map_or(RecordEnd::Silence, RecordEnd::Key)
}

/// A message spoken into the microphone.
#[derive(Debug, Deserialize)]
struct Sound {
    leg: LegId,
    seconds: u32,
    key: Option<char>,
    #[serde(default)]
    since: usize,
}

async fn sound(State(demo): State<Arc<Demo>>, Query(sound): Query<Sound>, headers: HeaderMap, wav: Bytes) -> Response {
    // Only this type: a page of another site could send plain text without asking first.
    if headers.get(header::CONTENT_TYPE).is_none_or(|media_type| media_type != "audio/wav") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let done = demo.exchange.record_sound(sound.leg, sound.seconds, ended_by(sound.key), Some(wav)).await;
    answer(&demo, sound.since, Some(sound.leg), done.map(drop))
}

/// Always the whole view; what went wrong is a sentence in it.
fn answer(demo: &Demo, since: usize, leg: Option<LegId>, done: Result<(), ExchangeError>) -> Response {
    let (status, fault) = match done {
        Ok(()) => (StatusCode::OK, None),
        Err(ExchangeError::NotExpected(_) | ExchangeError::NotRinging(_)) => (StatusCode::CONFLICT, None),
        Err(error) => {
            tracing::warn!(%error, "the service failed a call of the demo page");
            (StatusCode::BAD_GATEWAY, Some("La ligne n'a pas répondu comme il faut : l'appel est coupé."))
        }
    };
    (status, Json(View::of(demo, since, leg, fault))).into_response()
}
