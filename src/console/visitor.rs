//! Whoever is signed in, as every page is handed her.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::alerts::Alerts;
use super::page::PageError;
use crate::operators::session::{Session, SignedIn};
use crate::operators::{Operator, Right};

/// Whoever is signed in. Put into the request by the guard: a handler that asks for one cannot be reached without.
#[derive(Debug, Clone)]
pub(crate) struct Visitor(Arc<Signed>);

#[derive(Debug)]
struct Signed {
    who: SignedIn,
    token: String,
    alerts: Alerts,
}

impl Visitor {
    /// The operator of a session, and the token that her forms carry.
    pub(super) fn new(signed_in: SignedIn, token: String) -> Self {
        Self(Arc::new(Signed { who: signed_in, token, alerts: Alerts::default() }))
    }

    /// The same, with what nobody may miss.
    pub(super) fn with(self, alerts: Alerts) -> Self {
        let Signed { who, token, .. } = &*self.0;
        Self(Arc::new(Signed { who: who.clone(), token: token.clone(), alerts }))
    }

    /// What nobody may miss.
    pub(crate) fn alerts(&self) -> Alerts {
        self.0.alerts
    }

    /// Who.
    pub(crate) fn operator(&self) -> &Operator {
        &self.0.who.operator
    }

    /// Her session.
    pub(crate) fn session(&self) -> &Session {
        &self.0.who.session
    }

    /// What a form of hers must carry.
    pub(crate) fn token(&self) -> &str {
        &self.0.token
    }

    /// Whether one of her roles allows it.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.operator().may(right)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::SignedOut)
    }
}
