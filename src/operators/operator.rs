//! Somebody who may sign in. Pure.

use uuid::Uuid;

use super::role::{Right, Role};
use crate::lang::Lang;
use crate::phone::PhoneNumber;

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
