//! Health pages that do not lie (I26): alive is the process; ready is a database that takes a write, and an outbox that
//! moves.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::timeout;

use crate::app::App;
use crate::db;
use crate::outbox;

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A job that has been due for longer than this says that no worker runs.
const OLDEST_DUE: Duration = Duration::from_mins(10);

/// The process answers.
pub async fn live() -> &'static str {
    "vivant\n"
}

/// Calls can be served and what they promise is done.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if !app.is_prepared() {
        return (StatusCode::SERVICE_UNAVAILABLE, "la base de données n'est pas encore prête\n");
    }
    let database = timeout(PATIENCE, db::check_writable(&app.board.db)).await;
    if !matches!(database, Ok(Ok(()))) {
        return (StatusCode::SERVICE_UNAVAILABLE, "la base de données ne répond pas\n");
    }
    let now = app.board.clock.now();
    let backlog = app.board.db.read(move |tx| Box::pin(async move { outbox::backlog(tx, now).await }));
    let late = |since| now.duration_since(since).unsigned_abs() > OLDEST_DUE;
    match timeout(PATIENCE, backlog).await {
        Ok(Ok(backlog)) if backlog.due_since.is_some_and(late) => {
            (StatusCode::SERVICE_UNAVAILABLE, "des envois attendent depuis trop longtemps\n")
        }
        Ok(Ok(_)) => (StatusCode::OK, "prêt\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "la base de données ne répond pas\n"),
    }
}
