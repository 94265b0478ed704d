//! The router, the middleware in order, webhooks and health.
//!
//! Every route is on this page. A provider never gets a 5xx: a voice webhook that fails is answered with spoken words
//! ([`webhooks`]). Bodies are at most 64 kB and arrive within ten seconds ([`signed`]); [`server`] bounds
//! headers and connections.

pub mod audio;
pub mod bridge;
pub mod health;
pub mod refusals;
pub mod server;
pub mod signed;
pub mod webhooks;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::console;

/// Every route of the service.
pub fn router(app: Arc<App>) -> Router {
    let telephony = Router::new()
        .route("/telephony/twilio/voice", post(webhooks::ring))
        .route("/telephony/twilio/voice/{turn}/{token}", post(webhooks::turn))
        .route("/telephony/twilio/voice/{turn}/{token}/silence", post(webhooks::silence))
        .route("/telephony/twilio/whisper/{token}", post(webhooks::whisper))
        .route("/telephony/twilio/whisper/{token}/key", post(webhooks::whisper_key))
        .route("/telephony/twilio/whisper/{token}/silence", post(webhooks::whisper_silence))
        .route("/telephony/twilio/alert/{token}", post(webhooks::alert))
        .route("/telephony/twilio/alert/{token}/key", post(webhooks::alert_key))
        .route("/telephony/twilio/bridge/{token}", post(bridge::greet))
        .route("/telephony/twilio/bridge/{token}/key", post(bridge::key))
        .route("/telephony/twilio/bridge/{token}/silence", post(bridge::silence))
        .route("/telephony/twilio/bridge/{token}/end", post(bridge::end))
        .route("/telephony/twilio/bridge/{token}/status", post(bridge::status))
        .route("/telephony/twilio/sms", post(webhooks::sms))
        .route("/telephony/twilio/status", post(webhooks::status))
        .route("/telephony/twilio/fallback", post(webhooks::fallback).get(webhooks::fallback_unsigned))
        .route("/telephony/twilio/goodbye", post(webhooks::goodbye))
        .layer(CatchPanicLayer::custom(words_after_panic(app.clone())))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")));
    let console = console::routes().router(app.clone());
    Router::new()
        .merge(telephony)
        .merge(console)
        .merge(console::elsewhere(app.clone()))
        .route("/audio/{lang}/{file}", get(audio::serve))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .with_state(app)
}

/// A fault of ours outside a turn is words too, never a connection that breaks off.
fn words_after_panic(app: Arc<App>) -> impl Fn(Box<dyn Any + Send>) -> Response + Clone {
    move |_| {
        tracing::error!("a panic outside a turn: the caller hears an apology");
        webhooks::apology(&app)
    }
}
