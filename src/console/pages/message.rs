//! A spoken message on a page: the words around it, and its sound for the player; each listening is journaled (T19, F-77).

use std::sync::Arc;

use axum::extract::State as OfApp;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::app::App;
use crate::calls::recording::State;
use crate::calls::recording::listen::listen;
use crate::calls::recording::store::Message;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::page::PageError;
use crate::console::visitor::Visitor;
use crate::dialog;

/// What is said in the place of a message that is here and that nobody can listen to.
const UNREADABLE: &str = "Ce message ne peut pas être écouté : son enregistrement est abîmé, ou ce service n'a pas \
     sa clé. Demandez à la personne de le redire, et prévenez la personne qui tient le service.";

/// A spoken message, as a page shows it.
pub(super) struct Spoken {
    pub(super) id: Uuid,
    /// The question that it answers.
    pub(super) label: String,
    /// Whether it can be listened to.
    pub(super) here: bool,
    /// Why it cannot.
    pub(super) why: &'static str,
}

impl Spoken {
    pub(super) fn of(app: &App, message: &Message) -> Self {
        let voice = app.board.voice.load();
        let name = voice.scripts.flow.steps.get(&message.step).and_then(dialog::Step::value_name);
        let label = name.and_then(|name| voice.labels.label(name)).unwrap_or_else(|| "Message".to_owned());
        let why = why_not(message);
        Self { id: message.id, label, here: why.is_empty(), why }
    }
}

/// Why a message cannot be listened to; empty where it can.
fn why_not(message: &Message) -> &'static str {
    match message.state {
        State::Waiting => "Ce message n'est pas encore arrivé de l'opérateur. Rechargez la page dans une minute.",
        State::Kept if message.unreadable => UNREADABLE,
        State::Kept => "",
        State::Absent => "Ce message n'est pas arrivé de l'opérateur : il est perdu.",
        State::Discarded => "La personne n'a rien dit après le bip.",
        State::Erased => "Ce message a été effacé, comme annoncé à l'appelant.",
    }
}

/// The sound, or the part of it that a player asks for.
pub(crate) async fn play(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (board, hand) = (&app.board, hand(&app, &visitor));
    let sound = listen(&board.db, &board.keyring, hand, id).await?.ok_or(PageError::NotFound)?;
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
