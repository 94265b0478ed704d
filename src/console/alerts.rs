//! What nobody may miss, whatever page she has open: somebody in danger whom nobody has (F-43), a safeguarding report that
//! nobody has seen (F-53). The guard looks it up with the session; every page shows it above its content.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};

use super::live::FRAGMENT;
use super::page::{Frame, PageError, render};
use super::said::Said;
use super::visitor::Visitor;
use crate::app::App;
use crate::db::DbError;
use crate::operators::{Operator, Right};
use crate::signals::report;
use crate::signals::store::Unseen;

/// What there is, for one operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Alerts {
    /// People in danger whom nobody has.
    pub danger: u32,
    /// Reports that wait for her to see to them.
    pub reports: Unseen,
}

impl Alerts {
    /// Whether there is nothing.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// What there is for her now.
    pub(super) async fn of(app: &App, operator: &Operator) -> Result<Self, DbError> {
        let mut alerts = Self::default();
        if operator.may(Right::Work) {
            alerts.danger = app.overviews.seen_by(operator, app.board.clock.now()).await?.counts.danger;
        }
        if operator.may(Right::Safeguard) {
            alerts.reports = report::unseen(&app.board.db, &app.board.keyring, operator.id).await?;
        }
        Ok(alerts)
    }
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct Part {
    alerts: Alerts,
}

#[derive(Template)]
#[template(path = "alerts_page.html")]
struct AlertsPage {
    frame: Frame,
}

/// The alerts alone, for the script of a page on which nothing else changes.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let frame = Frame::new(&app, &visitor, "Alertes", "/console/alertes", &Said::default());
    live_or_whole(&visitor, &headers, || Ok(String::new()), || render(&AlertsPage { frame }))
}

/// A page; to a script that asks for what changes of it, that part after the alerts.
pub(crate) fn live_or_whole(
    visitor: &Visitor,
    headers: &HeaderMap,
    live: impl FnOnce() -> askama::Result<String>,
    whole: impl FnOnce() -> Result<Response, PageError>,
) -> Result<Response, PageError> {
    if !headers.contains_key(FRAGMENT) {
        return whole();
    }
    let alerts = Part { alerts: visitor.alerts() }.render()?;
    Ok(Html(alerts + &live()?).into_response())
}
