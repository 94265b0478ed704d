//! A number somebody can be reached at, as it comes back from its one row. Pure.

use uuid::Uuid;

use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// A number and the row that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The row.
    pub id: Uuid,
    /// The number; `None` when the row cannot be read with this key.
    pub number: Option<PhoneNumber>,
}

impl Contact {
    /// Reads the sealed number of the row `id`, where there is one.
    pub fn unseal(keyring: &Keyring, id: Option<String>, sealed: Option<Vec<u8>>) -> Option<Self> {
        let (id, sealed) = (id?, sealed?);
        let plain = keyring.open("callers.number", &id, &sealed).ok();
        let number = plain.and_then(|plain| PhoneNumber::parse(std::str::from_utf8(&plain).ok()?).ok());
        Some(Self { id: id.parse().ok()?, number })
    }

    /// The number as people write it, masked unless it is to be revealed.
    pub fn shown(&self, reveal: bool) -> String {
        match &self.number {
            None => "illisible".to_owned(),
            Some(number) if reveal => number.as_e164().to_owned(),
            Some(number) => number.masked(),
        }
    }
}
