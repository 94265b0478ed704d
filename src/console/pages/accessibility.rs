//! What is said about the accessibility of the console (F-54).

use askama::Template;
use axum::response::Response;

use crate::console::page::{PageError, render};

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage;

/// The declaration.
pub(crate) async fn show() -> Result<Response, PageError> {
    render(&AccessibilityPage)
}
