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

/// Whether a text is a login: 2 to 40 small letters, digits, points, dashes and underscores.
pub(super) fn is_login(text: &str) -> bool {
    let known = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '.' | '-' | '_');
    (2..=40).contains(&text.len()) && text.chars().all(known)
}

/// Whether a text is a name: 2 to 80 characters, none of which moves the others about.
pub(super) fn is_name(text: &str) -> bool {
    let moves = |one: char| {
        one.is_control()
            || matches!(one, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    (2..=80).contains(&text.trim().chars().count()) && !text.chars().any(moves)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_typed_without_thinking() {
        for login in ["awa", "odile.martin", "j-p_2"] {
            assert!(is_login(login), "{login}");
        }
        for other in ["a", "", "Awa", "élodie", "a b", "a@b", &"a".repeat(41)] {
            assert!(!is_login(other), "{other}");
        }
    }

    #[test]
    fn a_name_draws_nothing_of_its_own() {
        assert!(is_name("Odile N'Diaye-Martin"));
        for other in ["", " a ", "Odile\u{202e}nitraM", "Odile\nAgent", &"a".repeat(81)] {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn a_row_of_a_newer_version_or_of_another_key_is_read_without_what_is_unknown() {
        let (ours, theirs) = (Keyring::from_master(&[7; 32]), Keyring::from_master(&[8; 32]));
        let id = Uuid::from_u128(7).to_string();
        let phone = Some(theirs.seal(PHONE, &id, b"+33199001001"));
        let text = str::to_owned;
        let sealed = Sealed {
            id,
            login: text("awa"),
            name: text("Awa"),
            roles: text("agent astronaute"),
            langs: text("fr klingon"),
            phone,
            lines: Vec::new(),
        };
        let awa = sealed.open(&ours).unwrap();
        assert_eq!((awa.roles, awa.langs, awa.phone), (vec![Role::Agent], vec![Lang::FRENCH], None));
    }
}
