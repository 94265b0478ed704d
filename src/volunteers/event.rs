//! What happens to a volunteer: each change leaves a row, in the transaction that makes it. Pure.

use jiff::Timestamp;
use uuid::Uuid;

/// Who changes something of a volunteer and when, and the row that will say so.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// The id of the row.
    pub event: Uuid,
    /// Who, as colleagues read it.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Under whose name stands what a volunteer did herself.
pub const HERSELF: &str = "elle-même";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// She offered help.
    Came,
    /// Something of her was seen.
    Vetted,
    /// What was seen does not count any more.
    Unvetted,
    /// A referent said yes.
    Accepted,
    /// Something of her was corrected.
    Changed,
    /// She pauses.
    Paused,
    /// She is back.
    Resumed,
    /// An incident (F-67b).
    Suspended,
    /// A referent lifted it.
    Reinstated,
    /// She helps no more.
    Left,
    /// She wrote STOP.
    Stopped,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Came,
        Self::Vetted,
        Self::Unvetted,
        Self::Accepted,
        Self::Changed,
        Self::Paused,
        Self::Resumed,
        Self::Suspended,
        Self::Reinstated,
        Self::Left,
        Self::Stopped,
    ];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Vetted => "vetted",
            Self::Unvetted => "unvetted",
            Self::Accepted => "accepted",
            Self::Changed => "changed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Left => "left",
            Self::Stopped => "stopped",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a referent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Came => "A proposé son aide",
            Self::Vetted => "Vu par le référent",
            Self::Unvetted => "Ne compte plus",
            Self::Accepted => "Acceptée",
            Self::Changed => "Fiche modifiée",
            Self::Paused => "En pause",
            Self::Resumed => "De retour",
            Self::Suspended => "Suspendue après un incident",
            Self::Reinstated => "Suspension levée",
            Self::Left => "N'aide plus",
            Self::Stopped => "A écrit STOP",
        }
    }
}

/// A row of what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub kind: Kind,
    /// The rest of it, in words; empty for nothing.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        assert!(Kind::ALL.iter().all(|kind| Kind::of_word(kind.word()) == Some(*kind)));
    }
}
