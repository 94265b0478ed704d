//! Who a provider says is calling.
//!
//! A caller who hides her number reaches us under a dozen disguises: a word, the same word spelled on the keypad so
//! that it looks like a Russian or Chinese number, an address, nothing at all. All are [`CallerId::Withheld`], and so
//! is whatever cannot be a caller: our own numbers (a forwarding operator shows them), garbage, short numbers. Two
//! withheld calls are never the same person.

use super::PhoneNumber;

/// The words that networks put in place of a number; some spell them with the digits of the keypad.
const WITHHELD_WORDS: [&str; 7] =
    ["ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE", "PRIVATE", "WITHHELD"];

/// The caller's number, when there is one to trust as a hint. It is never a proof of who speaks (T5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerId {
    /// A number that exists, possibly of another country.
    Known(PhoneNumber),
    /// Hidden, missing or unusable: ask for a number to call back, never text, never match with another call.
    Withheld,
}

impl CallerId {
    /// Reads what a provider put in `From`. `ours` are the numbers of this service, which no resident calls from.
    pub fn read(from: Option<&str>, ours: &[PhoneNumber]) -> Self {
        let user = user_part(from.unwrap_or_default());
        // The table comes before any parsing: RESTRICTED on the keypad is a well-formed Russian number.
        if is_keypad_word(user) {
            return Self::Withheld;
        }
        match PhoneNumber::parse(user) {
            Ok(number) if !ours.contains(&number) => Self::Known(number),
            _ => Self::Withheld,
        }
    }

    /// The number, if it was shown.
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Known(number) => Some(number),
            Self::Withheld => None,
        }
    }
}

/// `sip:+33465710001@operator.example` without its scheme and host.
fn user_part(from: &str) -> &str {
    let from = from.trim();
    let address = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| strip_scheme(from, scheme));
    address.map_or(from, |address| address.split(['@', ';']).next().unwrap_or_default())
}

fn strip_scheme<'a>(from: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = from.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Whether the digits of `user` spell one of the words, with or without a leading 1 or 00.
fn is_keypad_word(user: &str) -> bool {
    let digits: String = user.chars().filter(char::is_ascii_digit).take(24).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let bare = digits.strip_prefix('1').unwrap_or(digits);
    WITHHELD_WORDS.iter().any(|word| {
        let spelled = on_keypad(word);
        spelled == digits || spelled == bare
    })
}

/// `word` as typed on a telephone keypad.
fn on_keypad(word: &str) -> String {
    let key = |letter: char| match letter {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        _ => '9',
    };
    word.chars().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WITHHELD: [&str; 50] = [
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "+7748283",
        "+94844353",
        "266696687",
        "7378742833",
        "2562533",
        "8656696",
        "86282452253",
        "7748283",
        "94844353",
        "+1266696687",
        "+17378742833",
        "+12562533",
        "+18656696",
        "+186282452253",
        "+17748283",
        "+194844353",
        "00266696687",
        " +266 696 687 ",
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "restricted",
        "unknown",
        "private",
        "unavailable",
        "blocked",
        "withheld",
        "client:Anonymous",
        "client:odette",
        "sip:anonymous@anonymous.invalid",
        "sip:266696687@operator.example",
        "sips:Anonymous@anonymous.invalid;user=phone",
        "tel:anonymous",
        "",
        " ",
        "+",
        "+464",
        "1234",
        "1294",
        "112",
        "null",
        "<script>",
        "\u{0}",
        "+33",
        "é",
    ];

    #[test]
    fn every_disguise_of_a_withheld_number_is_recognised() {
        assert_eq!(CallerId::read(None, &[]), CallerId::Withheld);
        for from in WITHHELD {
            assert_eq!(CallerId::read(Some(from), &[]), CallerId::Withheld, "{from}");
        }
        for from in ["+".repeat(200), "9".repeat(200), format!("+33465710001{}", " ".repeat(200) + "x")] {
            assert_eq!(CallerId::read(Some(&from), &[]), CallerId::Withheld);
        }
    }

    #[test]
    fn the_words_on_the_keypad_are_the_numbers_seen_in_the_wild() {
        let spelled = WITHHELD_WORDS.map(on_keypad);
        let seen = ["266696687", "7378742833", "2562533", "8656696", "86282452253", "7748283", "94844353"];
        assert_eq!(spelled, seen);
    }

    #[test]
    fn a_shown_number_is_known_whatever_its_spelling() {
        for from in ["+33465710001", "33465710001", "0465710001", " 33465710001", "sip:+33465710001@operator.example"] {
            let caller = CallerId::read(Some(from), &[]);
            assert_eq!(caller.number().map(PhoneNumber::as_e164), Some("+33465710001"), "{from}");
        }
        for from in ["+262692123456", "+590690123456", "+594694201234", "+596696201234", "+687241234", "+68987123456"] {
            assert!(CallerId::read(Some(from), &[]).number().is_some(), "{from}");
        }
        let foreign = CallerId::read(Some("+442079460958"), &[]);
        assert!(foreign.number().is_some_and(|number| !number.is_dialable()));
    }

    #[test]
    fn our_own_number_is_nobody() {
        let ours = [PhoneNumber::parse("01 99 00 12 34").unwrap()];
        assert_eq!(CallerId::read(Some("+33199001234"), &ours), CallerId::Withheld);
        assert_ne!(CallerId::read(Some("+33199001235"), &ours), CallerId::Withheld);
    }

    proptest! {
        #[test]
        fn no_caller_id_breaks_the_reading(from in ".{0,250}") {
            let _ = CallerId::read(Some(&from), &[]);
        }
    }
}
