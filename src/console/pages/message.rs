//! The sound of a spoken message, for the player of a page; each listening is journaled (T19, F-77).

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::app::App;
use crate::audit;
use crate::calls::recording;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::page::PageError;
use crate::console::visitor::Visitor;
use crate::db::DbError;

/// What is said in the place of a message that [`unreadable`] names.
pub(super) const UNREADABLE: &str = "Ce message ne peut pas être écouté : son enregistrement est abîmé, ou ce service n'a pas \
     sa clé. Demandez à la personne de le redire, et prévenez la personne qui tient le service.";

/// Those of these messages, kept as they are, that nobody can listen to.
pub(super) async fn unreadable(app: &App, visitor: &Visitor, kept: Vec<Uuid>) -> Result<Vec<Uuid>, DbError> {
    let (operator, keyring) = (visitor.operator().id, app.board.keyring.clone());
    let reading = app.board.db.read(move |tx| {
        Box::pin(async move {
            let mut silent = Vec::new();
            for id in kept {
                if recording::store::audio_on_lines_of(tx, &keyring, operator, id).await?.is_none() {
                    silent.push(id);
                }
            }
            Ok(silent)
        })
    });
    reading.await
}

/// The sound, or the part of it that a player asks for.
pub(crate) async fn play(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (operator, keyring, hand) = (visitor.operator().id, app.board.keyring.clone(), hand(&app, &visitor));
    let reading = app.board.db.write(move |tx| {
        Box::pin(async move {
            let sound = recording::store::audio_on_lines_of(tx, &keyring, operator, id).await?;
            if sound.is_some() {
                audit::store::write(tx, hand.entry, &hand.agent, "message.play", &id.to_string(), hand.now).await?;
            }
            Ok::<_, DbError>(sound)
        })
    });
    let sound: Vec<u8> = reading.await?.ok_or(PageError::NotFound)?;
    Ok(part_of(sound, headers.get(RANGE)))
}

/// A player moves through a message by asking for a part of it (RFC 9110, one range of bytes).
fn part_of(sound: Vec<u8>, range: Option<&HeaderValue>) -> Response {
    let kind = if sound.starts_with(b"RIFF") { "audio/wav" } else { "audio/mpeg" };
    let headers = [(CONTENT_TYPE, kind), (ACCEPT_RANGES, "bytes")];
    let wanted = range.and_then(|range| range.to_str().ok()).and_then(|range| wanted(range, sound.len()));
    let Some((from, to)) = wanted else { return (headers, sound).into_response() };
    let place = format!("bytes {from}-{to}/{}", sound.len());
    let part = sound.get(from..=to).map(<[u8]>::to_vec).unwrap_or_default();
    (StatusCode::PARTIAL_CONTENT, headers, [(CONTENT_RANGE, place)], part).into_response()
}

/// First and last byte, both included; none where the header asks for something else: all of it is sent then.
fn wanted(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = length.checked_sub(1)?;
    let (from, to) = match (from.parse().ok(), to.parse().ok()) {
        (Some(from), None) if to.is_empty() => (from, last),
        (Some(from), Some(to)) => (from, last.min(to)),
        (None, Some(end)) if from.is_empty() => (length.checked_sub(end)?, last),
        _ => return None,
    };
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_that_it_asks_for() {
        assert_eq!(wanted("bytes=0-", 10), Some((0, 9)));
        assert_eq!(wanted("bytes=3-5", 10), Some((3, 5)));
        assert_eq!(wanted("bytes=3-99", 10), Some((3, 9)));
        assert_eq!(wanted("bytes=-4", 10), Some((6, 9)));
        for odd in ["bytes=9-3", "bytes=-11", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=-", "bytes=12-"] {
            assert_eq!(wanted(odd, 10), None, "{odd}");
        }
        assert_eq!(wanted("bytes=0-", 0), None);
    }
}
