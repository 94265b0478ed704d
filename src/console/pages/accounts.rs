//! The accounts of the operators who share a line with whoever looks.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::db::DbError;
use crate::operators::store::accounts::{self, Listed};

/// Where the list is.
pub(crate) const PATH: &str = "/console/comptes";

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    frame: Frame,
    rows: Vec<Shown>,
    /// Whether whoever looks has several lines.
    several: bool,
    /// Whether somebody also works on a line that whoever looks has not.
    shared: bool,
}

struct Shown {
    /// Where the account is changed; none for an operator who has a line that whoever looks has not.
    path: Option<String>,
    name: String,
    login: String,
    roles: String,
    lines: String,
    state: &'static str,
    closed: bool,
    seen: String,
}

/// The list.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let now = app.board.clock.now();
    let zone = app.zone_of(visitor.operator().lines.first().copied().unwrap_or_default());
    let shown = |listed: Listed| Shown {
        path: listed.reachable.then(|| format!("{PATH}/{}", listed.operator.id)),
        roles: listed.operator.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", "),
        lines: listed.operator.lines.iter().map(|line| line_name(&app, *line)).collect::<Vec<_>>().join(", "),
        state: state(&listed),
        closed: listed.disabled_at.is_some(),
        seen: listed.seen_at.map(|at| shown::moment(at, now, &zone)).unwrap_or_default(),
        name: listed.operator.name,
        login: listed.operator.login,
    };
    let seen = seen_by(&app, &visitor).await?;
    let page = AccountsPage {
        frame: Frame::new(&app, &visitor, "Comptes", PATH, &said),
        several: visitor.operator().lines.len() > 1,
        shared: seen.iter().any(|listed| !listed.reachable),
        rows: seen.into_iter().map(shown).collect(),
    };
    render(&page)
}

/// The accounts that whoever looks sees.
pub(crate) async fn seen_by(app: &App, visitor: &Visitor) -> Result<Vec<Listed>, DbError> {
    let (keyring, viewer, now) = (app.board.keyring.clone(), visitor.operator().id, app.board.clock.now());
    app.board.db.read(move |tx| Box::pin(async move { accounts::of_lines(tx, &keyring, viewer, now).await })).await
}

/// What people call a line: its town and its number.
pub(crate) fn line_name(app: &App, id: Uuid) -> String {
    let named = |line: crate::lines::Line| format!("{} ({})", line.settings.town, line.number.pairs().join(" "));
    app.lines.by_id(id).map_or_else(|| "ligne d'une autre installation".to_owned(), named)
}

/// How far an account is.
fn state(listed: &Listed) -> &'static str {
    match (listed.disabled_at, listed.link_until, listed.has_password) {
        (Some(_), ..) => "fermé",
        (None, Some(_), false) => "invitation en attente",
        (None, Some(_), true) => "nouveau lien en attente",
        (None, None, false) => "invitation expirée : donnez un nouveau lien",
        (None, None, true) if !listed.has_factor => "téléphone à relier",
        (None, None, true) => "ouvert",
    }
}
