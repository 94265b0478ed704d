//! What agents write of a callback: facts, dated and signed, never changed (F-48). Pure.

/// The longest note, in characters.
pub const LONGEST: usize = 10_000;

/// What cannot be kept as a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("la note a {0} caractères ; elle peut en avoir {LONGEST}")]
pub struct TooLong(pub usize);

/// The note as it is kept, or nothing where nothing was written. Its words stay; what would make a screen show them in
/// another order or hide them does not.
pub fn cleaned(written: &str) -> Result<Option<String>, TooLong> {
    let kept = harmless(written);
    let note = kept.trim();
    match note.chars().count() {
        0 => Ok(None),
        length if length > LONGEST => Err(TooLong(length)),
        _ => Ok(Some(note.to_owned())),
    }
}

/// What somebody typed, without the characters that would make a screen show other things than its words.
pub fn harmless(written: &str) -> String {
    let lines = written.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{85}'], "\n");
    lines.chars().filter(|one| !is_harmful(*one)).collect()
}

/// Characters that nobody types: controls, and those that turn the order of the text around. Marks of direction that
/// Arabic needs, and joiners, are none.
fn is_harmful(one: char) -> bool {
    let turns = matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hidden = matches!(one, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    turns || hidden || (one.is_control() && !matches!(one, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_keeps_its_words_its_lines_and_its_alphabet() {
        let written = "Elle a dit : « ça va ».\r\nÀ rappeler à 18 h.\n\tمرحباً \u{200f}😀";
        let kept = "Elle a dit : « ça va ».\nÀ rappeler à 18 h.\n\tمرحباً \u{200f}😀";
        assert_eq!(cleaned(written), Ok(Some(kept.to_owned())));
        assert_eq!(cleaned("<b>&amp;</b> '; drop table"), Ok(Some("<b>&amp;</b> '; drop table".to_owned())));
    }

    #[test]
    fn nothing_in_a_note_turns_the_text_around_it() {
        let written = "a\u{202e}b\u{2066}c\u{0}d\u{1b}[31me\u{feff}f\u{85}g\u{2028}h";
        assert_eq!(cleaned(written), Ok(Some("abcd[31mef\ng\nh".to_owned())));
    }

    #[test]
    fn an_empty_note_is_none_and_a_long_one_is_refused_with_its_length() {
        for nothing in ["", " \r\n\t ", "\u{202e}\u{0}"] {
            assert_eq!(cleaned(nothing), Ok(None), "{nothing:?}");
        }
        assert_eq!(cleaned(&"é".repeat(LONGEST)).unwrap().unwrap().len(), 2 * LONGEST);
        assert_eq!(cleaned(&"é".repeat(LONGEST + 1)), Err(TooLong(LONGEST + 1)));
    }
}
