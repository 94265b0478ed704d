//! A message that a caller left after the beep. Pure; its rows are in [`store`].

pub mod listen;
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
    /// Nowhere any more: it was kept for as long as the callers of the line are told.
    Erased,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Kept, Self::Absent, Self::Discarded, Self::Erased];

    /// The state of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Absent => "absent",
            Self::Discarded => "discarded",
            Self::Erased => "erased",
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

impl Source {
    /// What one recording is called, whichever way it is announced: its id, which is also the end of its address.
    pub fn name(&self) -> Option<&str> {
        let in_url = || {
            let path = self.url.as_deref()?.split(['?', '#']).next()?;
            let last = path.trim_end_matches('/').rsplit('/').next()?;
            Some(last.split('.').next().unwrap_or(last))
        };
        self.sid.as_deref().or_else(in_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_has_one_name_whether_its_id_or_its_address_is_told() {
        let url = Some("https://api.example.org/Accounts/AC1/Recordings/RE1.wav?x=1".to_owned());
        let named = Source { sid: Some("RE1".to_owned()), url: None };
        assert_eq!(Source { sid: None, url }.name(), named.name());
        assert_eq!(Source { sid: None, url: None }.name(), None);
    }
}
