//! A message that a caller left after the beep. Pure; its rows are in [`store`].

pub mod store;

use serde::{Deserialize, Serialize};

/// Where the audio of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At the provider still.
    Waiting,
    /// Here, sealed, and no longer at the provider.
    Kept,
    /// Nowhere: the provider has none.
    Absent,
    /// Nothing was said: it is deleted at the provider without being fetched.
    Discarded,
}

impl State {
    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Absent => "absent",
            Self::Discarded => "discarded",
        }
    }
}

/// How the provider names the audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its id, from which its address is rebuilt.
    pub sid: Option<String>,
    /// The address that the provider gave, used only on the configured host (T10).
    pub url: Option<String>,
}
