//! The body of a webhook as raw pairs of bytes, in the order in which they came.
//!
//! Bytes first: the signature covers what was sent, also where it is not UTF-8. Only then is it read as text. Where
//! a name is repeated, the first value counts, everywhere (one rule, so that nobody signs one value and acts on
//! another). Unknown names are kept: providers add some without notice, and they are signed.

use std::borrow::Cow;

/// Beyond this no provider goes; a body with more is an attack (T20).
pub const MOST_PAIRS: usize = 300;
/// The largest body of a webhook in bytes.
pub const LARGEST_BODY: usize = 64 * 1_024;

/// The decoded pairs of an `application/x-www-form-urlencoded` body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A body too large to be a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than [`LARGEST_BODY`] bytes.
    #[error("corps de plus de {LARGEST_BODY} octets")]
    TooLarge,
    /// More than [`MOST_PAIRS`] parameters.
    #[error("plus de {MOST_PAIRS} paramètres")]
    TooMany,
}

impl Form {
    /// Decodes `body`; an empty one has no pairs.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        if body.len() > LARGEST_BODY {
            return Err(FormError::TooLarge);
        }
        let parts = body.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
        let pairs: Vec<_> = parts.take(MOST_PAIRS + 1).map(pair).collect();
        if pairs.len() > MOST_PAIRS { Err(FormError::TooMany) } else { Ok(Self { pairs }) }
    }

    /// A form of these pairs, in this order.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        Self { pairs: pairs.into_iter().map(owned).collect() }
    }

    /// All pairs as they came.
    pub fn pairs(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.pairs
    }

    /// The value that counts for `name`: the first, with what is not UTF-8 replaced. An empty value is a value.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.pairs.iter().find(|(given, _)| given == name.as_bytes())?;
        Some(String::from_utf8_lossy(value))
    }
}

fn pair(part: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let equals = part.iter().position(|byte| *byte == b'=');
    let (name, value) = equals.map_or((part, &[][..]), |at| (&part[..at], &part[at + 1..]));
    (decoded(name), decoded(value))
}

/// A plus is a space, `%2B` is a plus; a percent sign without two hexadecimal digits stands for itself.
fn decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_encoding::percent_decode(&spaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(pairs: &[(&[u8], &[u8])]) -> Vec<(Vec<u8>, Vec<u8>)> {
        pairs.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
    }

    #[test]
    fn pairs_keep_their_order_their_bytes_and_their_repetitions() {
        let form = Form::parse(b"b=2&a=%C3%A9+%2B&a=%ff&vide=&seul&&=x&p=50%&q=a=b").unwrap();
        let expected = bytes(&[
            (b"b", b"2"),
            (b"a", "é +".as_bytes()),
            (b"a", b"\xff"),
            (b"vide", b""),
            (b"seul", b""),
            (b"", b"x"),
            (b"p", b"50%"),
            (b"q", b"a=b"),
        ]);
        assert_eq!(form.pairs(), expected);
    }

    #[test]
    fn the_first_of_repeated_values_counts() {
        let form = Form::parse(b"Digits=1&Digits=2&From=%ff").unwrap();
        assert_eq!(form.get("Digits").as_deref(), Some("1"));
        assert_eq!(form.get("From").as_deref(), Some("\u{fffd}"));
        assert_eq!(form.get("digits"), None);
    }

    #[test]
    fn a_body_that_no_provider_sends_is_refused() {
        assert_eq!(Form::parse(&vec![b'a'; LARGEST_BODY + 1]), Err(FormError::TooLarge));
        assert_eq!(Form::parse("a=1&".repeat(20_000 / 4).as_bytes()), Err(FormError::TooMany));
        assert_eq!(Form::parse("a=1&".repeat(MOST_PAIRS).as_bytes()).unwrap().pairs().len(), MOST_PAIRS);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(pairs in proptest::collection::vec((".{1,8}", ".{0,20}"), 0..20)) {
            let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let form = Form::parse(body.as_bytes()).unwrap();
            let expected = Form::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            prop_assert_eq!(form, expected);
        }

        #[test]
        fn no_body_breaks_the_reading(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Form::parse(&body);
        }
    }
}
