//! When a turn cannot be stored: honest words, and the number on paper if the notebook can hold it (F-19, I8, I9).
//!
//! « Votre appel est noté » is said only once the note is on the disk. A withheld number cannot be called back, so
//! nothing is promised to it.

use super::switchboard::Switchboard;
use super::translate;
use crate::dialog::{Form, Piece, Values};
use crate::lang::Lang;
use crate::lines::{Line, LineSettings, Lines};
use crate::phone::CallerId;
use crate::spool::SpoolEntry;
use crate::telephony::event::CallEvent;
use crate::telephony::verbs::{Dial, VoiceResponse};

/// Said when everything else failed, the scripts included. The words of `panne-sans-numero`.
const LAST_WORDS: &str = "Nous avons un souci technique et n'avons pas pu noter votre appel. Rappelez-nous plus tard, \
     c'est gratuit. En cas de danger, faites le 15 ou le 112.";

/// The document of a turn that failed.
pub async fn document(board: &Switchboard, line: &Line, event: &CallEvent, caller: &CallerId) -> String {
    let noted = note(board, line, event, caller).await;
    let words = words(board, if noted { "panne" } else { "panne-sans-numero" });
    spoken(&words, Some(&line.settings))
}

/// The document for a number that is no line of ours: a wrong setting, which the journal tells.
pub fn unknown_line(board: &Switchboard, lines: &Lines) -> String {
    with_switchboard(board, &words(board, "ligne-inconnue"), lines)
}

/// The document for the provider's fallback address: it needs no database.
pub fn fallback(board: &Switchboard, lines: &Lines) -> String {
    with_switchboard(board, &words(board, "panne-sans-numero"), lines)
}

/// Words, then the switchboard of the town, where a line names one that may be dialled.
fn with_switchboard(board: &Switchboard, words: &str, lines: &Lines) -> String {
    let switchboard = lines.iter().find_map(|line| line.settings.switchboard.as_ref()?.dialable().ok());
    let mut response = translate::farewell(Lang::FRENCH, words, None);
    if let Some(number) = switchboard {
        response.verbs.pop();
        let action = format!("{}/telephony/twilio/goodbye", board.public_url);
        response = response.then(Dial { action, timeout_s: 30, caller_id: None, number, whisper_url: None });
    }
    written(&response)
}

async fn note(board: &Switchboard, line: &Line, event: &CallEvent, caller: &CallerId) -> bool {
    let Some(number) = caller.number().filter(|number| number.is_dialable()) else { return false };
    let entry = SpoolEntry {
        id: board.keyring.index("spool.id", &event.call_sid),
        at_ms: board.clock.now().as_millisecond(),
        line_number: line.number.as_e164().to_owned(),
        caller: number.as_e164().to_owned(),
        call_sid: event.call_sid.clone(),
        step: None,
    };
    let noted = board.spool.note(&entry).await;
    if let Err(cause) = &noted {
        tracing::error!(%cause, "a call could not be noted: the caller is asked to call again");
    }
    noted.is_ok()
}

/// The words of an apology, without the database.
pub(super) fn words(board: &Switchboard, id: &str) -> String {
    let voice = board.voice.load();
    let catalog = voice.scripts.catalogs.get(&Lang::FRENCH);
    let pieces = catalog.and_then(|catalog| catalog.say(id, Form { short: false, other: false }, &Values::new()));
    let words = pieces.unwrap_or_default().into_iter().filter_map(|piece| match piece {
        Piece::Words(words) => Some(words),
        Piece::Pause(_) => None,
    });
    let text = words.collect::<Vec<_>>().join(" ");
    if text.is_empty() { LAST_WORDS.to_owned() } else { text }
}

fn spoken(words: &str, settings: Option<&LineSettings>) -> String {
    written(&translate::farewell(Lang::FRENCH, words, settings))
}

fn written(response: &VoiceResponse) -> String {
    response.to_xml(false).unwrap_or_else(|_| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say language=\"fr-FR\">{LAST_WORDS}</Say><Hangup/></Response>"
        )
    })
}
