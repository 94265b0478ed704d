//! What the line says, in pieces, and how long it takes to hear.

use std::time::Duration;

use crate::lang::Lang;

/// Stands for a second of silence inside formatted words (F-15); a private character that no phrase contains.
pub(super) const SECOND: char = '\u{E001}';
/// The pace at which old people follow (F-15).
const WORDS_PER_MINUTE: u32 = 130;
/// Between two options of a menu (F-15).
const BETWEEN_OPTIONS: Duration = Duration::from_millis(400);

/// A part of an utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words for the voice.
    Words(String),
    /// Silence.
    Pause(Duration),
}

/// One phrase that the caller hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// The id of the phrase: a recording of that name replaces the synthetic voice.
    pub prompt: String,
    /// The language it is said in.
    pub lang: Lang,
    /// The words and silences.
    pub pieces: Vec<Piece>,
    /// Whether the words hold no value, so that a recording can stand for them.
    pub fixed: bool,
}

impl Utterance {
    /// The words without the silences.
    pub fn text(&self) -> String {
        let words = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.trim()),
            Piece::Pause(_) => None,
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// How long it takes to hear.
    pub fn duration(&self) -> Duration {
        duration(&self.pieces)
    }
}

/// How long the pieces take to hear, at 130 words a minute.
pub fn duration(pieces: &[Piece]) -> Duration {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(text) => Duration::from_mins(1) * spoken_words(text) / WORDS_PER_MINUTE,
            Piece::Pause(pause) => *pause,
        })
        .sum()
}

/// How many words a voice says: hyphens separate words, and a number counts as its French name does.
fn spoken_words(text: &str) -> u32 {
    let words = text.split(|one: char| one.is_whitespace() || one == '-');
    words.map(|word| number_words(word.trim_matches(|one: char| !one.is_alphanumeric()))).sum()
}

fn number_words(word: &str) -> u32 {
    match word.parse::<u32>() {
        Ok(0..=16 | 20 | 30 | 40 | 50 | 60 | 100) => 1,
        Ok(17..=99 | 101..=116) => 2,
        Ok(_) => 4,
        Err(_) => u32::from(!word.is_empty()),
    }
}

/// One space between words and none before a full stop: a choice that says nothing leaves some behind.
fn tidied(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".").replace(" ,", ",")
}

/// Cuts formatted words at the silences that they ask for.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in text.split(SECOND).enumerate() {
        if index > 0 {
            pieces.push(Piece::Pause(Duration::from_secs(1)));
        }
        let words = tidied(part);
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
    }
    pieces
}

/// The same pieces with a short silence between the options of a menu: after each sentence but the last.
pub(super) fn with_pauses_between_options(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut paced = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Words(text) => paced.extend(sentences(&text)),
            pause @ Piece::Pause(_) => paced.push(pause),
        }
    }
    paced
}

fn sentences(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for sentence in text.split_inclusive(". ") {
        if !pieces.is_empty() {
            pieces.push(Piece::Pause(BETWEEN_OPTIONS));
        }
        pieces.push(Piece::Words(sentence.trim().to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_130_words() {
        let words = vec!["mot"; 130].join(" ");
        assert_eq!(duration(&[Piece::Words(words)]), Duration::from_mins(1));
    }

    #[test]
    fn numbers_take_as_long_as_their_french_name() {
        for (text, words) in [("15", 1), ("112", 2), ("après-midi", 2), ("0 4, 65", 4), ("Oui ?", 1)] {
            assert_eq!(spoken_words(text), words, "{text}");
        }
    }

    #[test]
    fn options_are_separated_by_a_short_silence() {
        let paced = with_pauses_between_options(pieces("Courses, 1. Papier, 2."));
        assert_eq!(paced.len(), 3);
        assert_eq!(paced[1], Piece::Pause(BETWEEN_OPTIONS));
    }
}
