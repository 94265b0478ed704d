//! What a provider's answer means: done, the same again, never, or perhaps.
//!
//! The dividing line is whether the request may have had its effect. Creating a message or call is not idempotent, so
//! an answer of the 5xx kind or an unreadable success is [`ProviderError::Unknown`]; fetching and erasing can be
//! repeated, so the same answers are [`ProviderError::Retry`].

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::telephony::code::{self, Meaning};
use crate::telephony::provider::{ProviderError, Sent};

/// Longest wait that a provider may ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// What a full queue of the sender asks for: four hours of texts wait in it (21611).
const QUEUE_FULL: u32 = 21611;
/// The least wait until it has emptied a little.
const QUEUE_FULL_WAIT: Duration = Duration::from_mins(30);
/// Longest text of a provider that is kept, in characters.
const LONGEST_TEXT: usize = 200;

/// Whether a request can be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It creates something each time.
    Creates,
    /// It reads or erases.
    Harmless,
}

/// An answer with its body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// What was created, read from a `201`.
pub(super) fn created(answer: &Answer) -> Result<Sent, ProviderError> {
    if !answer.status.is_success() {
        return Err(refusal(answer, Repeat::Creates));
    }
    let resource: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let state = resource["status"].as_str().unwrap_or_default();
    if matches!(state, "failed" | "undelivered" | "canceled") {
        let text = resource["error_message"].as_str().unwrap_or(state);
        return Err(refused(number(&resource["error_code"]), text));
    }
    match resource["sid"].as_str() {
        Some(sid) if (1..=128).contains(&sid.len()) => {
            Ok(Sent { sid: sid.to_owned(), segments: number(&resource["num_segments"]) })
        }
        _ => Err(ProviderError::Unknown { cause: format!("réponse {} illisible", answer.status.as_u16()) }),
    }
}

/// What an answer other than a success asks for.
pub(super) fn refusal(answer: &Answer, repeat: Repeat) -> ProviderError {
    let cause = format!("réponse {}", answer.status.as_u16());
    let details: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = number(&details["code"]);
    if answer.status == StatusCode::TOO_MANY_REQUESTS || code.map(code::meaning) == Some(Meaning::Overloaded) {
        let least = (code == Some(QUEUE_FULL)).then_some(QUEUE_FULL_WAIT);
        return ProviderError::Retry { after: answer.retry_after.max(least), cause };
    }
    let ambiguous = answer.status.is_server_error()
        || answer.status == StatusCode::REQUEST_TIMEOUT
        || code.map(code::meaning) == Some(Meaning::Ambiguous);
    match (ambiguous, repeat) {
        (true, Repeat::Creates) => ProviderError::Unknown { cause },
        (true, Repeat::Harmless) => ProviderError::Retry { after: answer.retry_after, cause },
        (false, _) => {
            let text = details["message"].as_str().unwrap_or(&cause);
            refused(code.or_else(|| implied_code(answer.status)), text)
        }
    }
}

/// What a failure below HTTP means: only a connection that never stood proves that nothing happened.
pub(super) fn lost(error: &reqwest::Error, repeat: Repeat) -> ProviderError {
    if error.is_builder() {
        return ProviderError::never("requête impossible");
    }
    if error.is_connect() || repeat == Repeat::Harmless {
        return ProviderError::retry(if error.is_connect() { "connexion impossible" } else { "réponse interrompue" });
    }
    ProviderError::Unknown { cause: if error.is_timeout() { "pas de réponse" } else { "réponse perdue" }.to_owned() }
}

/// The wait that a `Retry-After` in seconds asks for.
pub(super) fn wait(header: Option<&str>) -> Option<Duration> {
    let seconds = header?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

fn refused(code: Option<u32>, text: &str) -> ProviderError {
    ProviderError::Never { code, text: masked(text) }
}

/// The provider's own code for an answer that came without one, from a proxy for example.
fn implied_code(status: StatusCode) -> Option<u32> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Some(20003),
        StatusCode::NOT_FOUND => Some(20404),
        _ => None,
    }
}

/// A number that some providers write as a string.
fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| number.try_into().ok()).or_else(|| value.as_str()?.parse().ok())
}

/// A provider's text without the telephone numbers it quotes: of five digits or more in a row none is kept (T17).
fn masked(text: &str) -> String {
    let mut kept = String::new();
    let mut digits = String::new();
    for character in text.chars().filter(|character| !character.is_control()).take(LONGEST_TEXT).chain(['\n']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        kept.push_str(if digits.len() < 5 { &digits } else { "…" });
        digits.clear();
        kept.push(character);
    }
    kept.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Class = fn(&ProviderError) -> bool;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status: StatusCode::from_u16(status).unwrap(), retry_after: None, body: body.into() }
    }

    fn refused_with(status: u16, body: &str) -> ProviderError {
        created(&answer(status, body)).unwrap_err()
    }

    #[test]
    fn each_answer_to_a_creation_has_its_class() {
        use ProviderError::{Never, Retry, Unknown};
        let cases: [(u16, &str, Class); 12] = [
            (429, "", |error| matches!(error, Retry { .. })),
            (400, r#"{"code":21611}"#, |error| matches!(error, Retry { .. })),
            (400, r#"{"code":20429}"#, |error| matches!(error, Retry { .. })),
            (500, r#"{"code":20500}"#, |error| matches!(error, Unknown { .. })),
            (503, "<html>maintenance</html>", |error| matches!(error, Unknown { .. })),
            (408, "", |error| matches!(error, Unknown { .. })),
            (201, "<html>ok</html>", |error| matches!(error, Unknown { .. })),
            (201, r#"{"sid":""}"#, |error| matches!(error, Unknown { .. })),
            (400, r#"{"code":21610,"message":"a"}"#, |error| matches!(error, Never { code: Some(21610), .. })),
            (401, "<html>", |error| matches!(error, Never { code: Some(20003), .. })),
            (302, "", |error| matches!(error, Never { code: None, .. })),
            (201, r#"{"sid":"SM1","status":"failed","error_code":"30005"}"#, |error| {
                matches!(error, Never { code: Some(30005), .. })
            }),
        ];
        for (status, body, expected) in cases {
            let error = refused_with(status, body);
            assert!(expected(&error), "{status} {body}: {error:?}");
        }
    }

    #[test]
    fn what_was_created_is_read_with_its_segments() {
        let sent = created(&answer(201, r#"{"sid":"SM1","status":"queued","num_segments":"2"}"#)).unwrap();
        assert_eq!(sent, Sent { sid: "SM1".into(), segments: Some(2) });
    }

    #[test]
    fn a_wait_is_bounded_and_never_invented() {
        assert_eq!(wait(Some("7")), Some(Duration::from_secs(7)));
        assert_eq!(wait(Some("999999999")), Some(LONGEST_WAIT));
        for header in [None, Some(""), Some("-1"), Some("Wed, 21 Oct 2026 07:28:00 GMT")] {
            assert_eq!(wait(header), None);
        }
    }

    #[test]
    fn an_error_never_carries_a_telephone_number() {
        let error = refused_with(400, r#"{"code":21211,"message":"The 'To' number +33639980012 is 1 bad number"}"#);
        assert_eq!(error.to_string(), "le fournisseur refuse (21211) : The 'To' number +… is 1 bad number");
        assert_eq!(error.meaning(), Meaning::BadNumber);
        assert_eq!(masked("fin 0639980012"), "fin …");
    }
}
