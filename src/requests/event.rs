//! What happens to a request: each change leaves a row in its timeline, in the transaction that makes it. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::request::State;

/// Under whose name stands what a caller did herself.
pub const CALLER: &str = "la personne, au téléphone";

/// Who changes a request and when, and the row of its timeline that will say so.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// The id of the row.
    pub event: Uuid,
    /// Who, as colleagues read it.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was made in a call.
    Created,
    /// An agent typed it for somebody.
    Typed,
    /// Something of it was corrected.
    Changed,
    /// It was put on the map.
    Placed,
    /// The person whom it is for agreed (F-21).
    Agreed,
    /// The person whom it is for is to be asked.
    ToBeAgreed,
    /// It was done.
    Solved,
    /// It was withdrawn.
    Cancelled,
    /// It was opened again.
    Reopened,
    /// A neighbour is sought.
    Searched,
    /// A neighbour said yes.
    Found,
    /// The neighbour cannot come any more.
    DroppedOut,
    /// Agents have it.
    HandedOver,
    /// It and another were one (F-49).
    Merged,
    /// They were not.
    Unmerged,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Created,
        Self::Typed,
        Self::Changed,
        Self::Placed,
        Self::Agreed,
        Self::ToBeAgreed,
        Self::Solved,
        Self::Cancelled,
        Self::Reopened,
        Self::Searched,
        Self::Found,
        Self::DroppedOut,
        Self::HandedOver,
        Self::Merged,
        Self::Unmerged,
    ];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Typed => "typed",
            Self::Changed => "changed",
            Self::Placed => "placed",
            Self::Agreed => "agreed",
            Self::ToBeAgreed => "to_be_agreed",
            Self::Solved => "solved",
            Self::Cancelled => "cancelled",
            Self::Reopened => "reopened",
            Self::Searched => "searched",
            Self::Found => "found",
            Self::DroppedOut => "dropped_out",
            Self::HandedOver => "handed_over",
            Self::Merged => "merged",
            Self::Unmerged => "unmerged",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a change of state is called.
    pub fn of_change(from: State, to: State) -> Self {
        match (from, to) {
            (State::Merged, _) => Self::Unmerged,
            (_, State::Merged) => Self::Merged,
            (_, State::Solved) => Self::Solved,
            (_, State::Cancelled) => Self::Cancelled,
            (State::Solved | State::Cancelled, _) => Self::Reopened,
            (_, State::Matched) => Self::Found,
            (State::Matched, _) => Self::DroppedOut,
            (_, State::Searching) => Self::Searched,
            (State::Searching, State::Recorded) => Self::HandedOver,
            (_, State::Recorded) => Self::Agreed,
            (_, State::AwaitingAgreement) => Self::ToBeAgreed,
        }
    }

    /// What an agent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "Demande enregistrée",
            Self::Typed => "Demande saisie au bureau",
            Self::Changed => "Demande modifiée",
            Self::Placed => "Lieu précisé",
            Self::Agreed => "La personne aidée est d'accord",
            Self::ToBeAgreed => "L'accord de la personne aidée est à demander",
            Self::Solved => "Demande résolue",
            Self::Cancelled => "Demande annulée",
            Self::Reopened => "Demande rouverte",
            Self::Searched => "Recherche d'un voisin",
            Self::Found => "Un voisin a dit oui",
            Self::DroppedOut => "Le voisin ne peut plus venir",
            Self::HandedOver => "Confiée aux agents",
            Self::Merged => "Réunie à une autre demande",
            Self::Unmerged => "Réunion défaite",
        }
    }
}

/// One thing that was corrected, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub what: String,
    /// What it was; empty for nothing.
    pub before: String,
    /// What it is; empty for nothing.
    pub after: String,
}

impl Change {
    /// A change, unless nothing changed.
    pub fn of(what: &str, before: &str, after: &str) -> Option<Self> {
        let change = || Self { what: what.to_owned(), before: before.to_owned(), after: after.to_owned() };
        (before != after).then(change)
    }

    /// As an agent reads it: « Priorité : P3 → P1 ».
    pub fn told(&self) -> String {
        let shown = |text: &str| if text.is_empty() { "rien".to_owned() } else { text.to_owned() };
        format!("{} : {} → {}", self.what, shown(&self.before), shown(&self.after))
    }
}

/// What a row of the timeline says beside its kind. Sealed: it holds what people said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What was corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The six digits of another request that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl Detail {
    /// As an agent reads it, one sentence each.
    pub fn told(&self) -> Vec<String> {
        let other = self.other.iter().map(|other| format!("demande {other}"));
        self.changes.iter().map(Change::told).chain(other).collect()
    }
}

/// A row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub kind: Kind,
    /// The rest of it.
    pub detail: Detail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn every_allowed_change_of_state_has_a_name_that_fits() {
        for from in State::ALL {
            for to in from.next() {
                let kind = Kind::of_change(from, *to);
                assert_eq!(kind == Kind::Merged, *to == State::Merged, "{from:?} → {to:?}");
                assert_eq!(kind == Kind::Unmerged, from == State::Merged, "{from:?} → {to:?}");
                assert_eq!(kind == Kind::Reopened, matches!(from, State::Solved | State::Cancelled), "{from:?}");
            }
        }
    }

    #[test]
    fn what_did_not_change_leaves_no_trace_and_what_was_not_there_is_said() {
        assert_eq!(Change::of("Priorité", "P1", "P1"), None);
        assert_eq!(Change::of("Nom", "", "Odette").unwrap().told(), "Nom : rien → Odette");
        let detail = Detail { other: Some("416640".to_owned()), ..Detail::default() };
        assert_eq!(detail.told(), ["demande 416640"]);
    }
}
