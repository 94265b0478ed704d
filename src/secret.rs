//! What only this house can read: sealed columns, keyed look-ups, step tokens.
//!
//! One 32-byte master key lives in a file outside the database; a [`Keyring`] derives from it one key per purpose, so
//! that a leak of one use tells nothing about another. A sealed value is bound to its *place* (table and column) and to
//! its *row*: copied anywhere else it no longer opens. Nothing here reads a clock; chance is only drawn for nonces.
//! [`load_or_create`] reads the key file at start, [`load`] for whoever must find it there.

mod key_file;

use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use key_file::{KeyFileError, load, load_or_create};

/// Length of the nonce that precedes a sealed text, in bytes.
pub const NONCE_LENGTH: usize = 24;

/// First byte of every sealed value: the key that sealed it. A rotation adds a number and keeps opening the old one.
const KEY_ID: u8 = 1;

type Key = Zeroizing<[u8; 32]>;

/// Why a sealed value was not opened. Says nothing about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Sealed by a key that this house does not hold.
    #[error("sealed with another key (key number {0})")]
    UnknownKey(u8),
    /// Too short to be a sealed value.
    #[error("not a sealed value")]
    Malformed,
    /// Altered, or sealed for another place, another row or by another house.
    #[error("altered, or sealed for another place, row or key")]
    Refused,
}

/// The keys of one house, one per purpose; wiped from memory when dropped, absent from its `Debug`.
#[derive(Clone)]
pub struct Keyring {
    seal: Key,
    index: Key,
    step: Key,
    fingerprint: String,
}

impl Keyring {
    /// Derives every key from the master key.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let derive = |purpose: &str| Zeroizing::new(hmac(master, &["ligne-solidaire", purpose]));
        Self {
            seal: derive("seal v1"),
            index: derive("index v1"),
            step: derive("step v1"),
            fingerprint: hex(&derive("fingerprint v1")[..8]),
        }
    }

    /// Seals `plain` for one place (`callers.number`) and one row, under a fresh nonce of the operating system.
    pub fn seal(&self, place: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        self.seal_with(place, row, plain, XNonce::generate().into())
    }

    /// [`Keyring::seal`] with a given nonce, which must never serve twice: for tests and for replayed fixtures.
    ///
    /// # Panics
    /// Only beyond 256 GiB.
    #[expect(clippy::expect_used, reason = "the cipher fails only beyond 256 GiB, which no value in memory reaches")]
    pub fn seal_with(&self, place: &str, row: &str, plain: &[u8], nonce: [u8; NONCE_LENGTH]) -> Vec<u8> {
        let bound = bound_to(place, row);
        let body = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &bound })
            .expect("a value is shorter than 256 GiB");
        [&[KEY_ID][..], &nonce, &body].concat()
    }

    /// Opens what [`Keyring::seal`] made for the same place and the same row.
    pub fn open(&self, place: &str, row: &str, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let (&key_id, rest) = sealed.split_first().ok_or(SecretError::Malformed)?;
        if key_id != KEY_ID {
            return Err(SecretError::UnknownKey(key_id));
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(SecretError::Malformed)?;
        let bound = bound_to(place, row);
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &bound })
            .map_err(|_| SecretError::Refused)
    }

    /// A keyed index of 32 hexadecimal characters: equal values of one place give equal indexes, and nobody without the
    /// key can try the ten digits of every number against it.
    pub fn index(&self, place: &str, value: &str) -> String {
        hex(&hmac(&self.index, &[place, value])[..16])
    }

    /// The 16 hexadecimal characters that an action address carries, so that nobody composes the address of a turn.
    pub fn step_token(&self, call_sid: &str, turn: i64) -> String {
        hex(&hmac(&self.step, &[call_sid, &turn.to_string()])[..8])
    }

    /// Names the master key without telling it (16 hexadecimal characters): kept in the database, so that a house that
    /// starts with the wrong key is refused before it writes anything.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.seal).into())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

/// Sixteen hexadecimal digits that change when the content does: for the name of a file that others keep copies of.
pub fn content_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

/// What the database keeps of a random token, 64 hexadecimal digits: whoever reads it cannot use the token.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// What a sealed value is bound to; lengths first, so that no two pairs read alike.
fn bound_to(place: &str, row: &str) -> Vec<u8> {
    framed(&[place, row]).concat()
}

fn hmac(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    // A key padded with zeros to the block is the same key: this way no length can be refused.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in framed(parts) {
        mac.update(&part);
    }
    mac.finalize().into_bytes().into()
}

fn framed(parts: &[&str]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn house() -> Keyring {
        Keyring::from_master(&[7; 32])
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_row_and_with_its_key() {
        let sealed = house().seal("callers.number", "row-1", b"+33465710001");
        assert_eq!(house().open("callers.number", "row-1", &sealed).unwrap(), b"+33465710001");
        assert_eq!(house().open("callers.number", "row-2", &sealed), Err(SecretError::Refused));
        assert_eq!(house().open("callers.name", "row-1", &sealed), Err(SecretError::Refused));
        assert_eq!(house().open("callers.numberr", "ow-1", &sealed), Err(SecretError::Refused));
        let other = Keyring::from_master(&[8; 32]);
        assert_eq!(other.open("callers.number", "row-1", &sealed), Err(SecretError::Refused));
    }

    #[test]
    fn a_value_altered_anywhere_is_refused() {
        let sealed = house().seal("callers.number", "row-1", b"+33465710001");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(house().open("callers.number", "row-1", &altered).is_err(), "byte {at}");
            assert!(house().open("callers.number", "row-1", &sealed[..at]).is_err(), "cut at {at}");
        }
        let mut of_another_key = sealed;
        of_another_key[0] = 9;
        assert_eq!(house().open("callers.number", "row-1", &of_another_key), Err(SecretError::UnknownKey(9)));
    }

    #[test]
    fn sealing_twice_tells_nobody_that_the_values_are_equal() {
        let (one, other) = (house().seal("p", "r", b"same"), house().seal("p", "r", b"same"));
        assert_ne!(one, other);
        assert_eq!(house().seal_with("p", "r", b"same", [1; 24]), house().seal_with("p", "r", b"same", [1; 24]));
    }

    #[test]
    fn a_number_is_found_by_its_index_in_its_place_only() {
        let index = house().index("callers.number", "+33465710001");
        assert_eq!(index.len(), 32);
        assert_eq!(index, house().index("callers.number", "+33465710001"));
        assert_ne!(index, house().index("callers.number", "+33465710002"));
        assert_ne!(index, house().index("beneficiaries.number", "+33465710001"));
        assert_ne!(index, Keyring::from_master(&[8; 32]).index("callers.number", "+33465710001"));
        assert_ne!(house().index("ab", "c"), house().index("a", "bc"));
    }

    #[test]
    fn a_step_token_belongs_to_one_turn_of_one_call() {
        let token = house().step_token("CA1", 3);
        assert_eq!(token.len(), 16);
        assert_eq!(token, house().step_token("CA1", 3));
        assert_ne!(token, house().step_token("CA1", 4));
        assert_ne!(token, house().step_token("CA2", 3));
        assert_ne!(house().step_token("CA1", 11), house().step_token("CA11", 1));
    }

    #[test]
    fn a_keyring_printed_by_mistake_shows_no_key() {
        let shown = format!("{:?}", house());
        assert_eq!(shown, format!("Keyring {{ fingerprint: {:?}, .. }}", house().fingerprint()));
        assert_ne!(house().fingerprint(), Keyring::from_master(&[8; 32]).fingerprint());
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_comes_back(plain: Vec<u8>, place: String, row: String, master: [u8; 32]) {
            let house = Keyring::from_master(&master);
            prop_assert_eq!(house.open(&place, &row, &house.seal(&place, &row, &plain)).unwrap(), plain);
        }

        #[test]
        fn no_bytes_make_opening_fail_otherwise_than_by_an_error(sealed: Vec<u8>) {
            prop_assert!(house().open("p", "r", &sealed).is_err());
        }
    }
}
