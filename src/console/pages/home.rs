//! The door: leads to the first page of whoever is signed in.

use axum::response::Redirect;

use crate::console::page::first_place;
use crate::console::visitor::Visitor;

/// Leads on.
pub(crate) async fn show(visitor: Visitor) -> Redirect {
    Redirect::to(first_place(&visitor))
}
