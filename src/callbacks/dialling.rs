//! How a call back by a click ends: what an agent reads of it, and how that counts. Pure.

use super::disposition::Disposition;
use crate::telephony::event::DialEvent;
use crate::telephony::status::{CallStatus, DialStatus};

/// Answers of the telephone network that mean « this number is nobody's ».
const NOBODY: [&str; 4] = ["404", "410", "484", "604"];

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The two were connected: perhaps it was an answering machine, which the agent says.
    Reached,
    /// The line was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The number is nobody's, as the provider says.
    WrongNumber,
    /// The provider could not ring her, and does not say why.
    Failed,
    /// The agent hung up while it rang.
    GivenUp,
    /// The agent's call is over, and nothing was told of the resident's.
    Left,
    /// The agent did not answer her own telephone.
    AgentAbsent,
    /// Whoever answered it pressed nothing, or another key.
    AgentSilent,
    /// The agent's telephone could not be rung.
    NotPlaced,
}

impl Ended {
    /// Every end.
    pub const ALL: [Self; 10] = [
        Self::Reached,
        Self::Busy,
        Self::NoAnswer,
        Self::WrongNumber,
        Self::Failed,
        Self::GivenUp,
        Self::Left,
        Self::AgentAbsent,
        Self::AgentSilent,
        Self::NotPlaced,
    ];

    /// The word that the database and the phrase `rappel-fini` use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reached => "joint",
            Self::Busy => "occupe",
            Self::NoAnswer => "sonne",
            Self::WrongNumber => "faux",
            Self::Failed => "echec",
            Self::GivenUp => "abandonne",
            Self::Left => "fini",
            Self::AgentAbsent => "agent-absent",
            Self::AgentSilent => "agent-muet",
            Self::NotPlaced => "non-lance",
        }
    }

    /// The end of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.word() == word)
    }

    /// What an agent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reached => "Vous avez été mis en communication.",
            Self::Busy => "La ligne de la personne est occupée.",
            Self::NoAnswer => "La personne n'a pas répondu.",
            Self::WrongNumber => "L'opérateur ne connaît pas ce numéro.",
            Self::Failed => "L'appel n'a pas abouti.",
            Self::GivenUp => "Vous avez raccroché avant que la personne réponde.",
            Self::Left => "L'appel est fini.",
            Self::AgentAbsent => "Votre téléphone n'a pas répondu.",
            Self::AgentSilent => "Votre téléphone a répondu, mais la touche 1 n'a pas été tapée.",
            Self::NotPlaced => "Votre téléphone n'a pas pu être appelé.",
        }
    }

    /// Whether the resident's telephone was tried: nothing else counts among the tries.
    pub fn counts(self) -> bool {
        matches!(self, Self::Reached | Self::Busy | Self::NoAnswer | Self::WrongNumber | Self::Left)
    }

    /// What it says by itself of how the try ended; nothing where the agent has to say it.
    pub fn disposition(self) -> Option<&'static Disposition> {
        match self {
            Self::Busy => Disposition::of_code("OCCUPE"),
            Self::NoAnswer => Disposition::of_code("SONNE"),
            Self::WrongNumber => Disposition::of_code("FAUX_NUMERO"),
            _ => None,
        }
    }

    /// How dialling the resident ended. `reply` is what the telephone network answered, where the provider tells.
    pub fn of_dial(dial: Option<&DialEvent>, reply: Option<&str>) -> Self {
        let Some(dial) = dial else { return Self::Left };
        match dial.status {
            _ if dial.connected() => Self::Reached,
            DialStatus::Busy => Self::Busy,
            DialStatus::NoAnswer => Self::NoAnswer,
            DialStatus::Canceled => Self::GivenUp,
            DialStatus::Failed if reply.is_some_and(|reply| NOBODY.contains(&reply.trim())) => Self::WrongNumber,
            _ => Self::Failed,
        }
    }

    /// How the agent's own call ended, before or after the resident was dialled; nothing while it goes on.
    pub fn of_agent(status: CallStatus, dialled: bool) -> Option<Self> {
        match status {
            status if !status.is_final() => None,
            _ if dialled => Some(Self::Left),
            CallStatus::Completed => Some(Self::AgentSilent),
            _ => Some(Self::AgentAbsent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dial(status: &str, bridged: Option<bool>, reply: Option<&str>) -> Ended {
        let event = DialEvent { status: DialStatus::read(status), call_sid: None, bridged, duration_s: None };
        Ended::of_dial(Some(&event), reply)
    }

    #[test]
    fn every_end_has_its_own_word() {
        for ended in Ended::ALL {
            assert_eq!(Ended::of_word(ended.word()), Some(ended));
        }
    }

    #[test]
    fn what_the_provider_says_fills_in_how_the_try_ended() {
        let code = |ended: Ended| ended.disposition().map(|disposition| disposition.code);
        assert_eq!(code(dial("busy", None, None)), Some("OCCUPE"));
        assert_eq!(code(dial("no-answer", Some(false), None)), Some("SONNE"));
        assert_eq!(code(dial("failed", None, Some("404"))), Some("FAUX_NUMERO"));
        assert_eq!(code(dial("failed", None, Some("503"))), None);
        assert_eq!(code(dial("failed", None, None)), None);
        assert_eq!(code(dial("completed", Some(true), None)), None, "it may be an answering machine: the agent knows");
        assert_eq!(code(Ended::of_dial(None, None)), None);
    }

    #[test]
    fn only_a_telephone_that_was_tried_counts() {
        for (ended, counts) in [
            (dial("completed", None, None), true),
            (dial("completed", Some(false), None), false),
            (dial("canceled", None, None), false),
            (dial("failed", None, Some("500")), false),
            (dial("busy", None, None), true),
        ] {
            assert_eq!(ended.counts(), counts, "{ended:?}");
        }
    }

    #[test]
    fn an_agent_who_is_not_there_is_told_from_one_who_presses_nothing() {
        assert_eq!(Ended::of_agent(CallStatus::NoAnswer, false), Some(Ended::AgentAbsent));
        assert_eq!(Ended::of_agent(CallStatus::Busy, false), Some(Ended::AgentAbsent));
        assert_eq!(Ended::of_agent(CallStatus::Completed, false), Some(Ended::AgentSilent));
        assert_eq!(Ended::of_agent(CallStatus::Completed, true), Some(Ended::Left));
        assert_eq!(Ended::of_agent(CallStatus::InProgress, true), None);
    }
}
