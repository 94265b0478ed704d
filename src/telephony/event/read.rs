//! Reading single parameters, forgiving what can be forgiven.

use super::EventError;
use crate::telephony::form::Form;

/// Longest id of any provider of the family, with a margin (Telnyx has ids of more than 60 characters).
const LONGEST_ID: usize = 128;
/// Longest address or number that is kept.
const LONGEST_ADDRESS: usize = 128;
/// Longest URL that is looked at.
const LONGEST_URL: usize = 2_048;

/// The id `name`, opaque.
pub(super) fn id(form: &Form, name: &'static str) -> Result<String, EventError> {
    let value = form.get(name).filter(|value| !value.is_empty()).ok_or(EventError::NoId(name))?;
    let sound = value.len() <= LONGEST_ID && value.bytes().all(|byte| byte.is_ascii_graphic());
    if sound { Ok(value.into_owned()) } else { Err(EventError::BadId(name)) }
}

/// The id `name` where it can be missed.
pub(super) fn optional_id(form: &Form, name: &'static str) -> Option<String> {
    id(form, name).ok()
}

/// The value of `name`, trimmed, if there is something in it.
pub(super) fn word(form: &Form, name: &str) -> Option<String> {
    let value = form.get(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A number or address as the provider writes it; what is too long to be one is left out.
pub(super) fn address(form: &Form, names: [&str; 2]) -> Option<String> {
    let value = names.iter().find_map(|name| word(form, name))?;
    (value.chars().count() <= LONGEST_ADDRESS).then(|| without_controls(&value, LONGEST_ADDRESS))
}

/// Text of a person: no control character but the line break, at most `longest` characters, none if nothing is left.
pub(super) fn text(form: &Form, name: &str, longest: usize) -> Option<String> {
    let kept = without_controls(form.get(name)?.trim(), longest);
    (!kept.trim().is_empty()).then_some(kept)
}

/// An http address of plain characters.
pub(super) fn url(form: &Form, name: &str) -> Option<String> {
    word(form, name).filter(|value| value.len() <= LONGEST_URL && value.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// A count of something; `-1`, fractions and words are not.
pub(super) fn count(form: &Form, name: &str) -> Option<u32> {
    word(form, name)?.parse().ok()
}

/// `text` without what moves a cursor or ends a record, and no longer than that, in characters.
pub(super) fn without_controls(text: &str, longest: usize) -> String {
    text.chars().filter(|character| *character == '\n' || !character.is_control()).take(longest).collect()
}
