//! Proves that a webhook comes from the provider: `X-Twilio-Signature`, HMAC-SHA1 of the address and the parameters.
//!
//! The address is the *configured* public one, put together by [`public_url`]; what a request says of itself (`Host`,
//! `X-Forwarded-*`) is never believed (T9). Two tokens are accepted while the account's token is being rotated. The
//! scheme has no timestamp: a captured request can be replayed, and only the turn number in the address makes
//! that harmless. HMAC-SHA1 is imposed by the family.

mod address;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use address::public_url;

use super::form::Form;

/// Headers of the family that carry this signature, in the order in which they are looked at.
pub const HEADERS: [&str; 2] = ["x-twilio-signature", "x-signalwire-signature"];

/// What was posted, as far as the signature covers it.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// A form: its parameters are signed behind the address.
    Form(&'a Form),
    /// Another body: the address carries its hash as `bodySHA256`.
    Body(&'a [u8]),
}

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature header, or an empty one.
    #[error("aucune signature")]
    Missing,
    /// A header that is not 20 bytes in Base64.
    #[error("signature illisible")]
    Malformed,
    /// Made for another address, another body or with another token.
    #[error("signature d'une autre adresse, d'un autre contenu ou d'un autre jeton")]
    Mismatch,
}

/// Checks signatures with the accepted tokens.
#[derive(Clone, Debug)]
pub struct Verifier {
    tokens: Vec<SecretString>,
}

impl Verifier {
    /// Accepts each of `tokens`; an empty token would be a key that everybody knows and is left out.
    pub fn new(tokens: impl IntoIterator<Item = SecretString>) -> Self {
        Self { tokens: tokens.into_iter().filter(|token| !token.expose_secret().is_empty()).collect() }
    }

    /// Whether `header` signs `url` and `payload`. Takes the same time wherever the first wrong byte is (T18).
    pub fn verify(&self, header: Option<&str>, url: &str, payload: Payload<'_>) -> Result<(), Refusal> {
        let signature = decoded(header)?;
        let parameters = match payload {
            Payload::Form(form) => signed_parameters(form),
            Payload::Body(body) if body_matches(url, body) => Vec::new(),
            Payload::Body(_) => return Err(Refusal::Mismatch),
        };
        let urls = address::candidates(url);
        let matches = |token: &SecretString| {
            let signs = |url: &String| mac(token.expose_secret(), url, &parameters).verify_slice(&signature).is_ok();
            urls.iter().any(signs)
        };
        if self.tokens.iter().any(matches) { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    /// The first of `urls` that `header` signs: only to tell an operator which public address to configure.
    pub fn matching<'a>(
        &self,
        header: Option<&str>,
        urls: impl IntoIterator<Item = &'a str>,
        payload: Payload<'_>,
    ) -> Option<&'a str> {
        urls.into_iter().find(|url| self.verify(header, url, payload).is_ok())
    }
}

/// The signature that the owner of `token` gives to a form posted to `url`, exactly as written.
pub fn expected(token: &str, url: &str, form: &Form) -> String {
    STANDARD.encode(mac(token, url, &signed_parameters(form)).finalize().into_bytes())
}

fn decoded(header: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let header = header.filter(|header| !header.is_empty()).ok_or(Refusal::Missing)?;
    let signature = STANDARD.decode(header).map_err(|_| Refusal::Malformed)?;
    if signature.len() == 20 { Ok(signature) } else { Err(Refusal::Malformed) }
}

/// Names in byte order, each followed by its value; of a repeated name the distinct values, in order.
fn signed_parameters(form: &Form) -> Vec<u8> {
    let mut pairs: Vec<_> = form.pairs().iter().collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.into_iter().flat_map(|(name, value)| name.iter().chain(value)).copied().collect()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; the type of the constructor cannot say so")]
fn mac(token: &str, url: &str, parameters: &[u8]) -> Hmac<Sha1> {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    mac.update(parameters);
    mac
}

/// Whether the `bodySHA256` parameter of `url` is the hash of `body`.
fn body_matches(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let given = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256=")).unwrap_or_default();
    let halves = Sha256::digest(body).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hash: String = halves.filter_map(|half| char::from_digit(half.into(), 16)).collect();
    given.to_ascii_lowercase().as_bytes().ct_eq(hash.as_bytes()).into()
}

#[cfg(test)]
mod tests;
