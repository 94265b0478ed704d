//! How many segments a text message takes, and how to write it so that it takes fewer.
//!
//! A message in the GSM-7 alphabet holds 160 characters; one `ê` or one curly apostrophe turns the whole of it into
//! UCS-2 and 70. [`measure`] counts what a network will bill; [`to_gsm7`] rewrites names and districts into the
//! alphabet (F-31): templates pass through it with their fields in place.

/// The alphabet a network will choose for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Seven bits a character: é è à ù ì ò Ç É, but no ê, no ç.
    Gsm7,
    /// Sixteen bits a unit: anything, at more than twice the price.
    Ucs2,
}

/// What a text costs to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The alphabet of the whole message.
    pub alphabet: Alphabet,
    /// Septets in GSM-7 (`€` and brackets count two), UTF-16 units in UCS-2 (an emoji counts two).
    pub units: usize,
    /// Messages billed; an empty text is none.
    pub segments: usize,
}

/// The default table of 3GPP TS 23.038, without its escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: each costs an escape and itself.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Characters outside the alphabet and what replaces them.
const REPLACEMENTS: [(&str, &str); 44] = [
    ("âáãāăąª", "a"),
    ("ÀÁÂÃĀĂĄ", "A"),
    ("çćčĉċ", "c"),
    ("ĆČĈĊ", "C"),
    ("ďđð", "d"),
    ("ĎĐÐ", "D"),
    ("êëēĕėęě", "e"),
    ("ÈÊËĒĔĖĘĚ", "E"),
    ("ĝğġģ", "g"),
    ("ĜĞĠĢ", "G"),
    ("ĥħ", "h"),
    ("ĤĦ", "H"),
    ("íîïĩīĭįı", "i"),
    ("ÌÍÎÏĨĪĬĮİ", "I"),
    ("ĵ", "j"),
    ("Ĵ", "J"),
    ("ķ", "k"),
    ("Ķ", "K"),
    ("ĺļľŀł", "l"),
    ("ĹĻĽĿŁ", "L"),
    ("ńņň", "n"),
    ("ŃŅŇ", "N"),
    ("óôõōŏőº°", "o"),
    ("ÒÓÔÕŌŎŐ", "O"),
    ("ŕŗř", "r"),
    ("ŔŖŘ", "R"),
    ("śŝşšș", "s"),
    ("ŚŜŞŠȘ", "S"),
    ("ţťŧț", "t"),
    ("ŢŤŦȚ", "T"),
    ("úûũūŭůűų", "u"),
    ("ÙÚÛŨŪŬŮŰŲ", "U"),
    ("ŵ", "w"),
    ("Ŵ", "W"),
    ("ýÿŷ", "y"),
    ("ÝŶŸ", "Y"),
    ("źżž", "z"),
    ("ŹŻŽ", "Z"),
    ("œ", "oe"),
    ("Œ", "OE"),
    ("’‘‚‛′`´", "'"),
    ("“”„«»″", "\""),
    ("–—‐‑−•·", "-"),
    ("…", "..."),
];

/// Counts the septets or units of `text` and the segments a network will bill for it.
pub fn measure(text: &str) -> Measure {
    match text.chars().map(septets).collect::<Option<Vec<_>>>() {
        Some(widths) => counted(Alphabet::Gsm7, &widths),
        None => counted(Alphabet::Ucs2, &text.chars().map(char::len_utf16).collect::<Vec<_>>()),
    }
}

/// One message if it fits alone, else parts: each loses seven bytes to its number, and no character is cut in two.
fn counted(alphabet: Alphabet, widths: &[usize]) -> Measure {
    let (alone, part) = match alphabet {
        Alphabet::Gsm7 => (160, 153),
        Alphabet::Ucs2 => (70, 67),
    };
    let units = widths.iter().sum();
    if units <= alone {
        return Measure { alphabet, units, segments: usize::from(units > 0) };
    }
    let (mut segments, mut used) = (1, 0);
    for width in widths {
        if used + width > part {
            (segments, used) = (segments + 1, 0);
        }
        used += width;
    }
    Measure { alphabet, units, segments }
}

/// The septets of a character, or nothing if GSM-7 does not have it.
fn septets(character: char) -> Option<usize> {
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// `text` in the GSM-7 alphabet (F-31): accents it lacks fall, ligatures open, typographic signs become plain ones,
/// invisible and bidirectional characters go (T12), the rest becomes a question mark.
pub fn to_gsm7(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut after_opening = false;
    for character in text.chars() {
        let space = character.is_whitespace() && !matches!(character, '\n' | '\r');
        match character {
            // French quotes keep their spaces inside; straight ones do not.
            _ if space && after_opening => continue,
            _ if space => plain.push(' '),
            '»' => {
                plain.truncate(plain.trim_end_matches(' ').len());
                plain.push('"');
            }
            _ => push_plain(&mut plain, character),
        }
        after_opening = character == '«';
    }
    plain
}

fn push_plain(plain: &mut String, character: char) {
    if septets(character).is_some() {
        return plain.push(character);
    }
    match REPLACEMENTS.iter().find(|(foreign, _)| foreign.contains(character)) {
        Some((_, replacement)) => plain.push_str(replacement),
        None if is_invisible(character) => {}
        None => plain.push('?'),
    }
}

/// Controls, combining accents, joiners, variation selectors and the marks that turn the reading direction.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{200b}'..='\u{200f}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gsm7(units: usize, segments: usize) -> Measure {
        Measure { alphabet: Alphabet::Gsm7, units, segments }
    }

    fn ucs2(units: usize, segments: usize) -> Measure {
        Measure { alphabet: Alphabet::Ucs2, units, segments }
    }

    #[test]
    fn the_frontiers_between_segments_are_where_networks_put_them() {
        assert_eq!(measure(""), gsm7(0, 0));
        assert_eq!(measure(&"a".repeat(160)), gsm7(160, 1));
        assert_eq!(measure(&"a".repeat(161)), gsm7(161, 2));
        assert_eq!(measure(&"a".repeat(306)), gsm7(306, 2));
        assert_eq!(measure(&"a".repeat(307)), gsm7(307, 3));
        assert_eq!(measure(&"ê".repeat(70)), ucs2(70, 1));
        assert_eq!(measure(&"ê".repeat(71)), ucs2(71, 2));
        assert_eq!(measure(&"ê".repeat(134)), ucs2(134, 2));
        assert_eq!(measure(&"ê".repeat(135)), ucs2(135, 3));
    }

    #[test]
    fn a_character_of_two_units_is_never_cut_between_segments() {
        assert_eq!(measure(&format!("{}€{}", "a".repeat(152), "a".repeat(152))), gsm7(306, 3));
        assert_eq!(measure(&format!("{}😀{}", "a".repeat(66), "a".repeat(66))), ucs2(134, 3));
        assert_eq!(measure("€[]{}\\^~|"), gsm7(18, 1));
    }

    #[test]
    fn french_letters_that_are_in_the_alphabet_and_those_that_are_not() {
        for character in "àéèùìòÇÉÄÖÜäöüñÑåÅæÆøØß@£$¥§¿¡'\"".chars() {
            assert_eq!(septets(character), Some(1), "{character}");
        }
        for character in "çâêîôûëïÿœŒÀÈÙÂÊÎÔÛËÏŸ’‘“”«»…–—\u{a0}\u{202f}°²ª`".chars()
        {
            assert_eq!(septets(character), None, "{character}");
        }
        assert_eq!(BASIC.chars().count(), 127);
    }

    #[test]
    fn a_french_text_is_rewritten_so_that_it_fits() {
        let rewritten = [
            ("Bientôt Noël, être à la fenêtre", "Bientot Noel, etre à la fenetre"),
            ("reçu : l’œuvre de Françoise", "reçu : l'oeuvre de Françoise"),
            ("Il dit « oui\u{a0}» !", "Il dit \"oui\" !"),
            ("n° 4… 14 h – 18 h", "no 4... 14 h - 18 h"),
            ("ÀÈÙ ÇÉ", "AEU ÇÉ"),
            ("à\u{202e}b\u{200b}c\u{0}", "àbc"),
            ("日", "?"),
        ];
        for (text, expected) in rewritten {
            assert_eq!(to_gsm7(text), expected.replace('ç', "c"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_was_rewritten_is_in_the_alphabet(text in "\\PC{0,200}|.{0,200}") {
            let rewritten = to_gsm7(&text);
            prop_assert_eq!(measure(&rewritten).alphabet, Alphabet::Gsm7);
            prop_assert_eq!(to_gsm7(&rewritten), rewritten.clone());
        }

        #[test]
        fn segments_never_hold_more_than_a_network_allows(text in ".{0,400}") {
            let measured = measure(&text);
            let part = if measured.alphabet == Alphabet::Gsm7 { 160 } else { 70 };
            prop_assert!(measured.units <= measured.segments * part);
        }
    }
}
