//! The only bridge between telephony and dialog: what a webhook says becomes an [`Input`], a sprint becomes verbs. Pure.

use std::time::Duration;

use crate::dialog::{self, Input, Next, Utterance, Wait};
use crate::lang::Lang;
use crate::lines::LineSettings;
use crate::phone::{Dialable, PhoneNumber};
use crate::telephony::event::CallEvent;
use crate::telephony::verbs::{Dial, Gather, Piece, Play, Prompt, Record, Redirect, Say, Verb, VoiceResponse};

/// Percent of the ordinary pace at which the line speaks (F-15).
const RATE: u8 = 90;
/// Seconds of silence that end a message (F-13).
const MESSAGE_SILENCE: u16 = 5;
/// Seconds for which a phone of the desk rings.
pub const RING_SECONDS: u16 = 15;

/// The addresses that a document of one turn gives.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Where what the caller does is posted.
    pub action: String,
    /// Where the call goes on when she does nothing.
    pub silence: String,
    /// Where news of a recording is posted.
    pub status: String,
    /// Under which the recordings of the prompts are served.
    pub audio: String,
}

/// Silence before the first word after a key: the keypad is often in the handset, and an old person needs time to bring
/// it back to her ear; a key that bounces falls into it (F-13).
const BACK_TO_THE_EAR: Duration = Duration::from_millis(700);

/// The same words after that silence.
pub fn after_a_key(mut said: Vec<Utterance>) -> Vec<Utterance> {
    if let Some(first) = said.first_mut() {
        first.pieces.insert(0, dialog::Piece::Pause(BACK_TO_THE_EAR));
    }
    said
}

/// The phone that rings, and the document that whoever answers hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ringing {
    /// The phone.
    pub number: Dialable,
    /// What it shows.
    pub caller_id: Option<PhoneNumber>,
    /// The whisper.
    pub whisper_url: String,
}

/// What the caller did, from the webhook of a turn. `silent` is the fall-through of a document; `keys_told` says that the
/// provider tells which key ended a message.
pub fn input(event: &CallEvent, silent: bool, keys_told: bool) -> Input {
    if silent {
        return Input::Silence;
    }
    let keys = event.digits.clone().unwrap_or_default();
    match &event.recording {
        Some(recording) => {
            // Some providers count the silence that ended it, some cut it off.
            let silence = recording.duration_s == Some(u32::from(MESSAGE_SILENCE));
            let doubtful = silence && keys.is_empty() && keys_told;
            Input::Message { seconds: recording.duration_s, key: keys.chars().next(), doubtful }
        }
        None if !keys.is_empty() => Input::Keys(keys),
        // The end key alone means « je n'ai pas ce numéro »; providers that do not tell it report a silence.
        None if event.finished_on_key == Some('#') => Input::Keys("#".to_owned()),
        None => Input::Silence,
    }
}

/// The document of a turn. `recorded` tells the address of the recording that replaces a prompt, where there is one.
pub fn response(
    said: &[Utterance],
    next: &Next,
    settings: &LineSettings,
    addresses: &Addresses,
    ringing: Option<Ringing>,
    recorded: &dyn Fn(&Utterance) -> Option<String>,
) -> VoiceResponse {
    let prompts = said.iter().map(|utterance| prompt(utterance, settings, addresses, recorded));
    match next {
        Next::Wait(Wait::Key { timeout }) => gather(prompts.collect(), Some(1), "", *timeout, addresses),
        Next::Wait(Wait::Digits { max, timeout }) => gather(prompts.collect(), Some(*max), "#", *timeout, addresses),
        Next::Wait(Wait::Message { keys, max }) => {
            let record = Record {
                action: addresses.action.clone(),
                timeout_s: MESSAGE_SILENCE,
                finish_on_key: keys.clone(),
                max_length_s: u16::try_from(*max).unwrap_or(u16::MAX),
                status_callback: Some(addresses.status.clone()),
            };
            aloud(prompts).then(record).then(Redirect::to(&addresses.silence))
        }
        Next::Transfer => match ringing {
            Some(ringing) => aloud(prompts).then(dial(ringing, addresses)).then(Redirect::to(&addresses.silence)),
            None => aloud(prompts).then(Redirect::to(&addresses.silence)),
        },
        Next::End | Next::Submit(_) => aloud(prompts).then(Verb::Hangup),
    }
}

/// Words and nothing more, then the end of the call.
pub fn farewell(lang: Lang, words: &str, settings: Option<&LineSettings>) -> VoiceResponse {
    let said = Say {
        lang: lang.tag(),
        voice: settings.and_then(|settings| settings.voice(lang)).map(str::to_owned),
        rate: Some(RATE),
        pieces: vec![Piece::Words(words.to_owned())],
    };
    VoiceResponse::new().then(said).then(Verb::Hangup)
}

fn gather(prompts: Vec<Prompt>, max: Option<u8>, finish: &str, timeout: u32, addresses: &Addresses) -> VoiceResponse {
    let gather = Gather {
        action: addresses.action.clone(),
        num_digits: max,
        finish_on_key: finish.to_owned(),
        timeout_s: u16::try_from(timeout).unwrap_or(u16::MAX),
        prompts,
        speech: None,
    };
    VoiceResponse::new().then(gather).then(Redirect::to(&addresses.silence))
}

fn aloud(prompts: impl Iterator<Item = Prompt>) -> VoiceResponse {
    prompts.fold(VoiceResponse::new(), |response, prompt| match prompt {
        Prompt::Say(say) => response.then(say),
        Prompt::Play(play) => response.then(play),
    })
}

fn dial(ringing: Ringing, addresses: &Addresses) -> Dial {
    Dial {
        action: addresses.action.clone(),
        timeout_s: RING_SECONDS,
        caller_id: ringing.caller_id,
        number: ringing.number,
        whisper_url: Some(ringing.whisper_url),
    }
}

fn prompt(
    utterance: &Utterance,
    settings: &LineSettings,
    addresses: &Addresses,
    recorded: &dyn Fn(&Utterance) -> Option<String>,
) -> Prompt {
    if let Some(file) = recorded(utterance) {
        return Prompt::Play(Play { url: format!("{}/{file}", addresses.audio) });
    }
    Prompt::Say(Say {
        lang: utterance.lang.tag(),
        voice: settings.voice(utterance.lang).map(str::to_owned),
        rate: Some(RATE),
        pieces: utterance.pieces.iter().map(piece).collect(),
    })
}

fn piece(piece: &dialog::Piece) -> Piece {
    match piece {
        dialog::Piece::Words(words) => Piece::Words(words.clone()),
        dialog::Piece::Pause(pause) => Piece::Pause(*pause),
    }
}
