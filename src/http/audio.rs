//! The recordings that replace the synthetic voice for a prompt. Their names carry a hash: they may be kept for ever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// One recording, by the public name that a document gave; nothing of the request reaches a file system (T19).
pub async fn serve(State(app): State<Arc<App>>, Path((lang, file)): Path<(String, String)>) -> Response {
    let voice = app.board.voice.load();
    let Some(audio) = voice.audio_files.get(&format!("{lang}/{file}")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let wav = std::path::Path::new(&file).extension().is_some_and(|kind| kind == "wav");
    let kind = if wav { "audio/wav" } else { "audio/mpeg" };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, audio.clone()).into_response()
}
