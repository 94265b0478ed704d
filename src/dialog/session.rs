//! The life of one call in the dialog: where it stands, what was answered, what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::flow::Task;
use super::utterance::Utterance;
use crate::lang::Lang;

/// A value that the dialog keeps or says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number, with its plural.
    Number(i64),
    /// A word, a code, digits.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(out),
            Self::Text(text) => text.fmt(out),
        }
    }
}

/// Values by name.
pub type Values = BTreeMap<String, Value>;

/// Where a call stands in the dialog.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the call of its own, kept by name in the database"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The step that waits for the caller or for the service.
    pub at: String,
    /// The language of the call.
    pub lang: Lang,
    /// What was answered so far, by name.
    pub answers: Values,
    /// The kind of request, once chosen.
    #[serde(default)]
    pub category: Option<String>,
    /// 0 (most urgent) to 3 (F-43).
    pub priority: u8,
    /// Failures at the question that waits (F-17: counted for each question).
    #[serde(default)]
    pub failures: u8,
    /// Whether any key was ever pressed or any word said: a silent caller never reaches a queue (F-01, T1).
    #[serde(default)]
    pub active: bool,
    /// Whether something was chosen: a hang-up then leaves an item (F-19).
    #[serde(default)]
    pub chosen: bool,
    /// Whether a request or an item is stored for this call.
    #[serde(default)]
    pub kept: bool,
    /// Phrases that are said once in a call.
    #[serde(default)]
    pub said: BTreeSet<String>,
    /// Digits typed after a star and not yet complete (F-12).
    #[serde(default)]
    pub digits: String,
    /// Whether the last answer was digits, whose closing `#` may still arrive.
    #[serde(default)]
    pub after_digits: bool,
}

impl Session {
    /// A call that begins at `start`, in French.
    pub fn new(start: &str) -> Self {
        Self {
            at: start.to_owned(),
            lang: Lang::FRENCH,
            answers: Values::new(),
            category: None,
            priority: 3,
            failures: 0,
            active: false,
            chosen: false,
            kept: false,
            said: BTreeSet::new(),
            digits: String::new(),
            after_digits: false,
        }
    }

    /// Whether the call is about another person (F-21).
    pub fn for_other(&self) -> bool {
        self.answers.get("pour").is_some_and(|who| *who == Value::from("autre"))
    }

    /// Whether the caller hung up with something on her mind and nothing stored (F-19).
    pub fn leaves_a_draft(&self) -> bool {
        self.chosen && !self.kept
    }
}

/// What comes back to a dialog that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The call begins.
    Start,
    /// Keys were pressed.
    Keys(String),
    /// A message was recorded.
    Message {
        /// Its length in seconds, where the provider tells it.
        seconds: Option<u32>,
        /// The key that ended it, where the provider tells it.
        key: Option<char>,
        /// Whether its length is that of the silence which ends a message: perhaps nothing was said.
        doubtful: bool,
    },
    /// Nothing came.
    Silence,
    /// The service answers a [`Next::Submit`].
    Outcome {
        /// One of [`Task::outcomes`].
        is: String,
        /// What the dialog may say about it.
        values: Values,
    },
    /// The transfer ended.
    Transferred {
        /// Whether a person took the call.
        answered: bool,
    },
}

/// What the dialog waits for from the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// One key; every key counts.
    Key {
        /// Seconds of silence that count as no answer.
        timeout: u32,
    },
    /// Several keys, ended by `#`, by their number or by silence.
    Digits {
        /// How many.
        max: u8,
        /// Seconds of silence that end them.
        timeout: u32,
    },
    /// A spoken message.
    Message {
        /// The keys that end it.
        keys: String,
        /// The longest message, in seconds.
        max: u32,
    },
}

/// What follows a sprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Wait for the caller.
    Wait(Wait),
    /// Do this, then come back with its outcome.
    Submit(Task),
    /// Ring the phone that was found for the caller.
    Transfer,
    /// The call is over.
    End,
}

/// Everything that was done between two waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sprint {
    /// Where the call stands now.
    pub session: Session,
    /// What the caller hears.
    pub said: Vec<Utterance>,
    /// What follows.
    pub next: Next,
    /// The exit by which the waiting step was left, for figures: a key, `silence`, `message`…; `None` when it waits again.
    pub exit: Option<String>,
}
