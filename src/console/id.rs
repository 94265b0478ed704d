//! The id in an address; what cannot be one leads to the page that says that nothing is there.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use super::page::PageError;

/// The only `{parameter}` of an address, as an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let written = Path::<String>::from_request_parts(parts, state).await.map_err(|_| PageError::NotFound)?;
        written.0.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}
