//! Somebody who may sign in. Pure.

use uuid::Uuid;

use super::role::{Right, Role};
use crate::lang::Lang;
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Her row.
    pub id: Uuid,
    /// What she signs in with, in lower case.
    pub login: String,
    /// As her colleagues read it.
    pub name: String,
    /// What she does here: in a small town one person is often several.
    pub roles: Vec<Role>,
    /// The languages that she speaks with residents.
    pub langs: Vec<Lang>,
    /// The telephone that rings when she calls somebody back by a click.
    pub phone: Option<PhoneNumber>,
    /// The lines that she sees; of any other nothing exists for her (T15).
    pub lines: Vec<Uuid>,
}

impl Operator {
    /// Whether one of her roles allows it.
    pub fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| role.may(right))
    }
}

/// An operator as her rows hold her, her telephone still sealed.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) id: String,
    pub(super) login: String,
    pub(super) name: String,
    pub(super) roles: String,
    pub(super) langs: String,
    pub(super) phone: Option<Vec<u8>>,
    pub(super) lines: Vec<String>,
}

/// The column of an operator's telephone, to which it is sealed.
pub(super) const PHONE: &str = "operators.phone";

impl Sealed {
    /// Reads her. Words that this version does not know are left out; a telephone of another key is none.
    pub(super) fn open(self, keyring: &Keyring) -> Option<Operator> {
        let phone = self.phone.and_then(|sealed| keyring.open(PHONE, &self.id, &sealed).ok());
        let phone = phone.and_then(|plain| PhoneNumber::parse(std::str::from_utf8(&plain).ok()?).ok());
        Some(Operator {
            id: self.id.parse().ok()?,
            login: self.login,
            name: self.name,
            roles: self.roles.split(' ').filter_map(Role::of_word).collect(),
            langs: self.langs.split(' ').filter_map(|code| code.parse().ok()).collect(),
            phone,
            lines: self.lines.iter().filter_map(|line| line.parse().ok()).collect(),
        })
    }
}
