//! The numbering plan, as far as this service needs it: spelling, country, kind.
//!
//! Whether a number exists is asked of the `phonenumber` crate (the tables of libphonenumber). Ours are only what it
//! does not know: the mobile range kept for fiction, the overseas departments in national spelling, and kinds in the
//! words of the French plan.

use super::NumberKind;

/// Longer than any spelling of a number with its separators.
const LONGEST_SPELLING: usize = 40;
/// 06 39 98 xx xx: mobiles kept for fiction (F-71), which the tables give to Mayotte and call invalid.
const FICTION_MOBILE: &str = "3363998";
/// Three first digits after the zero, and the country code they belong to.
const OVERSEAS: [(&str, &str); 15] = [
    ("262", "262"),
    ("263", "262"),
    ("269", "262"),
    ("639", "262"),
    ("692", "262"),
    ("693", "262"),
    ("590", "590"),
    ("690", "590"),
    ("691", "590"),
    ("594", "594"),
    ("694", "594"),
    ("596", "596"),
    ("696", "596"),
    ("697", "596"),
    ("508", "508"),
];
/// Country codes of the overseas departments and territories; the first four share the national spelling in 0.
const OVERSEAS_COUNTRIES: [&str; 8] = ["262", "590", "594", "596", "508", "681", "687", "689"];

/// The E.164 form of `text`, if it is a number that exists.
pub(super) fn canonical(text: &str) -> Option<String> {
    let international = relocated(international(text)?);
    if international.starts_with(FICTION_MOBILE) && international.len() == 11 {
        return Some(format!("+{international}"));
    }
    if !(8..=15).contains(&international.len()) {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{international}")).ok()?;
    number.is_valid().then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

/// Digits with the country code first and no plus.
fn international(text: &str) -> Option<String> {
    let (plus, digits) = cleaned(text)?;
    if plus {
        return Some(digits);
    }
    if let Some(abroad) = digits.strip_prefix("00") {
        return Some(abroad.to_owned());
    }
    match (digits.strip_prefix('0'), digits.len()) {
        (Some(national), 10) => Some(format!("33{national}")),
        // Some switches forget the plus; with eleven digits or more it cannot be a national number.
        (None, 11..=15) => Some(digits),
        _ => None,
    }
}

/// The digits of `text` and whether a plus came first; nothing if it holds anything but digits and separators.
fn cleaned(text: &str) -> Option<(bool, String)> {
    let text = text.trim();
    if text.chars().count() > LONGEST_SPELLING {
        return None;
    }
    let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
    let mut digits = String::with_capacity(rest.len());
    for character in rest.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '.' | '-' | '/' | '(' | ')' | '\u{2011}' | '\u{2013}' => {}
            _ if character.is_whitespace() => {}
            _ => return None,
        }
    }
    Some((plus, digits))
}

/// `+33 (0)4…` without its zero, and a number of an overseas department under its own country code.
fn relocated(international: String) -> String {
    let Some(national) = international.strip_prefix("33") else { return international };
    let national = national.strip_prefix('0').unwrap_or(national);
    let overseas = OVERSEAS.iter().find(|(start, _)| national.starts_with(start) && national.len() == 9);
    match overseas {
        Some((_, country)) if !international.starts_with(FICTION_MOBILE) => format!("{country}{national}"),
        _ => format!("33{national}"),
    }
}

/// The kind of number that `digits` (E.164 without plus) is.
pub(super) fn kind(digits: &str) -> NumberKind {
    if let Some(national) = digits.strip_prefix("33") {
        return match national.as_bytes() {
            [b'6' | b'7', ..] => NumberKind::Mobile,
            [b'8', b'0', b'0'..=b'5', ..] => NumberKind::Freephone,
            [b'8', ..] => NumberKind::Special,
            _ => NumberKind::Fixed,
        };
    }
    let overseas = OVERSEAS_COUNTRIES.iter().any(|country| digits.starts_with(country));
    if overseas { NumberKind::Overseas } else { NumberKind::Foreign }
}

/// How `digits` (E.164 without plus) are dialled from metropolitan France.
pub(super) fn national(digits: &str) -> String {
    let same_plan = ["33", "262", "590", "594", "596"].iter().find_map(|country| digits.strip_prefix(country));
    same_plan.map_or_else(|| format!("00{digits}"), |national| format!("0{national}"))
}

/// The country code of a valid number, for showing it masked.
pub(super) fn country_code(e164: &str) -> String {
    phonenumber::parse(None, e164).map(|number| number.code().value().to_string()).unwrap_or_default()
}
