//! How a callback may end (F-47): the one table. Pure.

use crate::requests::State;

/// What agents see together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// She was talked to.
    Contact,
    /// Nobody was reached.
    NoContact,
    /// Nothing more is to be done.
    Closing,
    /// Somebody else was told.
    Escalation,
}

impl Group {
    /// Every group, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Contact, Self::NoContact, Self::Closing, Self::Escalation];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contact => "J'ai parlé à la personne",
            Self::NoContact => "Je n'ai pas pu la joindre",
            Self::Closing => "Il n'y a plus rien à faire",
            Self::Escalation => "J'ai prévenu quelqu'un",
        }
    }

    /// The dispositions of this group.
    pub fn dispositions(self) -> impl Iterator<Item = &'static Disposition> {
        DISPOSITIONS.iter().filter(move |disposition| disposition.group == self)
    }
}

/// What a disposition asks for before it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    None,
    /// When to come back to it.
    Date,
    /// The six digits of the other request.
    Reference,
    /// The language to speak; when to come back to it, if not as soon as somebody speaks it.
    Language,
}

/// A way for a callback to end.
#[derive(Debug, PartialEq, Eq)]
pub struct Disposition {
    /// The word that the database and the terminal use.
    pub code: &'static str,
    /// What agents read.
    pub means: &'static str,
    /// With which others it is shown.
    pub group: Group,
    /// What it asks for.
    pub step: Step,
    /// Whether she was talked to: it then counts for the promise (F-04).
    pub contact: bool,
    /// Whether somebody was phoned at all: it then counts among the tries.
    pub phoned: bool,
    /// Whether the callback is done. Otherwise it goes back to the queue, for the hour that was given or for the next try.
    pub closes: bool,
    /// Where the request goes with the last callback that waits for it; nowhere while somebody still owes her something.
    pub settles: Option<State>,
}

impl Disposition {
    /// The disposition of that code, in capitals or not.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        DISPOSITIONS.iter().find(|disposition| disposition.code.eq_ignore_ascii_case(code.trim()))
    }

    /// Whether she is told by a text that she was tried (F-46): not at another person's number.
    pub fn tells(&self) -> bool {
        self.group == Group::NoContact && self.code != "FAUX_NUMERO"
    }

    /// What people read of a code: that of another version reads as it stands.
    pub fn label(code: &str) -> &str {
        Self::of_code(code).map_or(code, |disposition| disposition.means)
    }
}

/// She was talked to and has what she needs, or does not want it.
const fn settled(code: &'static str, means: &'static str, to: State) -> Disposition {
    let (group, step) = (Group::Contact, Step::None);
    Disposition { code, means, group, step, contact: true, phoned: true, closes: true, settles: Some(to) }
}

/// She was talked to, or somebody was told, and it is to be looked at again on a date.
const fn dated(group: Group, code: &'static str, means: &'static str) -> Disposition {
    let step = Step::Date;
    Disposition { code, means, group, step, contact: true, phoned: true, closes: false, settles: None }
}

/// Nobody was reached: the next try follows the rule of F-46.
const fn unreached(code: &'static str, means: &'static str) -> Disposition {
    let (group, step) = (Group::NoContact, Step::None);
    Disposition { code, means, group, step, contact: false, phoned: true, closes: false, settles: None }
}

/// Nothing more is to be done.
const fn closing(code: &'static str, means: &'static str) -> Disposition {
    let (group, step, settles) = (Group::Closing, Step::None, Some(State::Cancelled));
    Disposition { code, means, group, step, contact: false, phoned: false, closes: true, settles }
}

/// Every way for a callback to end, in the order in which they are shown.
///
/// `MATCH_LANCE` and whatever was handed to somebody else come back on a date: a person sees what became of it.
pub const DISPOSITIONS: &[Disposition] = &[
    settled("RESOLU", "la personne a ce qu'il lui faut", State::Solved),
    settled("ORIENTE", "orientée vers un autre service", State::Solved),
    dated(Group::Contact, "MATCH_LANCE", "nous cherchons un voisin pour elle"),
    dated(Group::Contact, "RAPPEL_FIXE", "un autre rappel est convenu"),
    settled("AIDE_REFUSEE", "la personne ne veut pas d'aide", State::Cancelled),
    Disposition { step: Step::Language, ..dated(Group::Contact, "LANGUE", "il faut quelqu'un qui parle sa langue") },
    unreached("SONNE", "ça sonne, personne ne répond"),
    unreached("REPONDEUR", "un répondeur"),
    unreached("OCCUPE", "la ligne est occupée"),
    unreached("FAUX_NUMERO", "le numéro n'est pas le bon"),
    unreached("RACCROCHE", "on a décroché puis raccroché sans parler"),
    Disposition { step: Step::Reference, ..closing("DOUBLON", "déjà traité par une autre demande") },
    Disposition { contact: true, phoned: true, ..closing("ANNULE", "annulé par la personne") },
    closing("HORS_ZONE", "hors du secteur"),
    closing("HORS_MISSION", "hors de la mission"),
    closing("SANS_SUITE", "rien de plus à faire"),
    Disposition { phoned: true, ..closing("MUET", "personne ne parle au bout du fil") },
    closing("MALVEILLANT", "appel malveillant"),
    closing("TEST", "appel d'essai"),
    dated(Group::Escalation, "SAMU_15", "le SAMU, au 15"),
    dated(Group::Escalation, "POLICE_17", "la police, au 17"),
    dated(Group::Escalation, "POMPIERS_18", "les pompiers, au 18"),
    dated(Group::Escalation, "ENFANCE_119", "l'enfance en danger, au 119"),
    dated(Group::Escalation, "FEMMES_3919", "les violences faites aux femmes, au 39 19"),
    dated(Group::Escalation, "MALTRAITANCE_3977", "la maltraitance des aînés, au 39 77"),
    dated(Group::Escalation, "SUICIDE_3114", "la prévention du suicide, au 31 14"),
    dated(Group::Escalation, "TRAVAIL_SOCIAL", "une assistante ou un assistant de service social"),
    Disposition {
        contact: false,
        ..dated(Group::Escalation, "POLICE_MUNICIPALE", "la police municipale, pour une visite")
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_field_is_there_once_and_is_found_however_it_is_typed() {
        let codes: Vec<_> = DISPOSITIONS.iter().map(|disposition| disposition.code).collect();
        assert_eq!(codes.len(), 28);
        for code in &codes {
            assert_eq!(Disposition::of_code(&format!(" {} ", code.to_lowercase())).unwrap().code, *code);
            assert_eq!(codes.iter().filter(|other| *other == code).count(), 1);
        }
        assert_eq!(Disposition::of_code("PERDU"), None);
        assert_eq!(Group::ALL.map(|group| group.dispositions().count()), [6, 5, 8, 9]);
    }

    #[test]
    fn what_ends_a_callback_ends_its_request_and_what_does_not_leaves_somebody_owing_her() {
        for disposition in DISPOSITIONS {
            assert_eq!(disposition.closes, disposition.settles.is_some(), "{}", disposition.code);
            let comes_back = matches!(disposition.step, Step::Date | Step::Language);
            assert_eq!(
                comes_back,
                !disposition.closes && disposition.group != Group::NoContact,
                "{}",
                disposition.code
            );
        }
    }

    #[test]
    fn whoever_was_talked_to_was_phoned_and_whoever_was_not_reached_was_not_talked_to() {
        for disposition in DISPOSITIONS {
            assert!(disposition.phoned || !disposition.contact, "{}", disposition.code);
            assert!(disposition.group != Group::Contact || disposition.contact, "{}", disposition.code);
            assert!(disposition.group != Group::NoContact || !disposition.contact, "{}", disposition.code);
        }
    }
}
