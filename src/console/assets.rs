//! The files of the pages, inside the program. Their addresses carry a hash of their content: browsers keep them for ever.

use std::sync::{Arc, LazyLock};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::secret::content_hash;

/// Name, kind, content.
const FILES: [(&str, &str, &str); 2] = [
    ("console.css", "text/css; charset=utf-8", include_str!("assets/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_str!("assets/console.js")),
];

/// The addresses, computed once.
static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let address = |(name, _, content): &(&str, &str, &str)| {
        let (stem, kind) = name.split_once('.').unwrap_or((name, ""));
        format!("{stem}.{}.{kind}", content_hash(content.as_bytes()))
    };
    FILES.iter().map(address).collect()
});

/// The address of a file of the pages.
pub fn address(name: &str) -> String {
    let place = FILES.iter().position(|(known, ..)| *known == name);
    let named = place.and_then(|place| ADDRESSES.get(place)).map_or(name, String::as_str);
    format!("/console/fichiers/{named}")
}

/// One file, by the name that [`address`] gave.
pub(super) async fn serve(Path(name): Path<String>) -> Response {
    let place = ADDRESSES.iter().position(|known| *known == name);
    let Some((_, kind, content)) = place.and_then(|place| FILES.get(place)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, *kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, *content).into_response()
}

/// The logo of a town that gives none.
const OUR_LOGO: (&str, &[u8]) = ("image/svg+xml", include_bytes!("assets/ligne.svg"));

/// The logo of the town.
pub(super) async fn logo(State(app): State<Arc<App>>) -> Response {
    let (kind, content) = app.look.logo.as_ref().map_or(OUR_LOGO, |(kind, content)| (*kind, content.as_slice()));
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")];
    (headers, content.to_vec()).into_response()
}

/// The colours of the town.
pub(super) async fn theme(State(app): State<Arc<App>>) -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, app.look.css()).into_response()
}
