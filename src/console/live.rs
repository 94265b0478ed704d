//! Tells an open page that something changed, as server-sent events: one word, never data. The page then asks for its own
//! fragment again, with the rights of its session.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::visitor::Visitor;
use crate::app::App;
use crate::db::{Change, Watch};

/// The header by which the script asks for the part of a page that changes.
pub(super) const FRAGMENT: HeaderName = HeaderName::from_static("x-fragment");
/// The time between two tellings of one page: in a storm of changes it asks again twice a second, not at each of them.
const APART: Duration = Duration::from_millis(500);
/// Proxies close what is silent for a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// The changes of the lines of whoever is signed in.
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    visitor: Visitor,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (watch, lines) = (app.board.db.watch(), visitor.operator().lines.clone());
    let stopping = app.stopping.subscribe();
    let told =
        unfold((watch, lines, stopping, Instant::now()), async |(mut watch, lines, mut stopping, not_before)| {
            let concerned = tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => return None,
                concerned = next_of(&mut watch, &lines, not_before) => concerned,
            };
            let then = (watch, lines, stopping, Instant::now() + APART);
            // A browser drops an event without data.
            concerned.then(|| (Ok(Event::default().event("change").data("ligne")), then))
        });
    Sse::new(told).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))
}

/// Waits for a change that concerns one of those lines, and for that instant: whoever asks then sees what changed in
/// between too. `false` once there will be none.
async fn next_of(watch: &mut Watch, lines: &[Uuid], not_before: Instant) -> bool {
    loop {
        match watch.next().await {
            Some(Change::Line(line)) if !lines.contains(&line) => {}
            Some(_) => break,
            None => return false,
        }
    }
    sleep_until(not_before).await;
    watch.skip_told();
    true
}
