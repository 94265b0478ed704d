//! A link that serves once, in place of a password. Pure.

use std::time::Duration;

use uuid::Uuid;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To choose a password, the first one or a new one. It forgets the second factor and ends every session.
    Choose,
    /// To enter the demonstration at once.
    Enter,
}

impl Purpose {
    /// The word of its row.
    pub fn word(self) -> &'static str {
        match self {
            Self::Choose => "choose",
            Self::Enter => "enter",
        }
    }

    /// The purpose of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Choose, Self::Enter].into_iter().find(|purpose| purpose.word() == word)
    }

    /// For how long the link opens.
    pub fn lasts(self) -> Duration {
        match self {
            Self::Choose => Duration::from_hours(24),
            Self::Enter => Duration::from_hours(1),
        }
    }
}

/// A link that still opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is.
    pub operator_id: Uuid,
    /// What she signs in with.
    pub login: String,
    /// As her colleagues read it.
    pub name: String,
    /// A line of hers, to which the journal says that it was used.
    pub line: Option<Uuid>,
}

/// The path of the page that a link opens. Nothing personal is in it: its token is random.
pub fn path(token: &str) -> String {
    format!("/console/lien/{token}")
}
