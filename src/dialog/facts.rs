//! THE table of the values that the service may hand to the dialog: what each is, and what it may be at worst.
//!
//! Whoever fills the facts of a call reads here what the phrases expect; `check-scripts` says every phrase with the
//! samples, so that a long town or a far day never makes a prompt too long.

use super::session::{Value, Values};

/// One value of the table.
#[derive(Debug)]
pub struct Fact {
    /// The name that phrases (`$ville`) and conditions (`test="ouvert"`) use.
    pub name: &'static str,
    /// Values that stand for all, the longest to say first.
    pub samples: &'static [Sample],
    /// Who knows it.
    pub origin: Origin,
    /// What it is.
    pub meaning: &'static str,
}

/// Who knows a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The service, at each turn.
    Service,
    /// The dialog itself, from the answers.
    Dialog,
}

/// A value of a kind: a phrase counts a number, but only says a word.
#[derive(Debug, Clone, Copy)]
pub enum Sample {
    /// A code, digits, a name.
    Word(&'static str),
    /// A whole number.
    Number(i64),
}

impl Sample {
    /// The value itself.
    pub fn value(self) -> Value {
        match self {
            Self::Word(word) => word.into(),
            Self::Number(number) => number.into(),
        }
    }
}

use Origin::{Dialog, Service};
use Sample::{Number, Word};

const YES_NO: &[Sample] = &[Word("oui"), Word("non")];
const HOURS: &[Sample] = &[Number(17), Number(8)];
const MINUTES: &[Sample] = &[Number(45), Number(0)];
const DATES: &[Sample] = &[Number(0), Number(28), Number(1)];
const MONTHS: &[Sample] = &[Word("septembre")];
const PHONES: &[Sample] = &[Word("0465710001")];

/// Every value that is known without asking.
pub const FACTS: &[Fact] = &[
    fact("ville", &[Word("Saint-Jean-de-Védas")], Service, "the town of the line"),
    fact("ouvert", YES_NO, Service, "whether agents are there now"),
    fact("ferie", YES_NO, Service, "whether today is a public holiday"),
    fact(
        "astreinte",
        YES_NO,
        Service,
        "whether somebody can be reached now for a danger: a desk that is open, or on call",
    ),
    fact("affluence", &[Word("non"), Word("oui")], Service, "whether many people call at this moment"),
    fact(
        "annonce",
        &[Word(""), Word(ANNOUNCED)],
        Service,
        "what the town says while the line is closed; empty for nothing",
    ),
    fact(
        "plan",
        &[Word("non"), Word("creneau"), Word("bloque")],
        Service,
        "what a supervisor decided of this caller's calls (F-23)",
    ),
    fact("masque", &[Word("non"), Word("oui")], Service, "whether the caller's number is withheld"),
    fact("rappelable", YES_NO, Service, "whether the caller's own number may be called back"),
    fact("numero", PHONES, Service, "the caller's number, ten digits"),
    fact("jours", &[Number(180)], Service, "days that a message is kept at most"),
    fact(
        "ouverture_jour",
        WITH_UNKNOWN_DAY,
        Service,
        "the next opening, for a caller with a slot hers: aujourdhui, demain, a week day, inconnu",
    ),
    fact("ouverture_date", DATES, Service, "its day of the month where a week day does not say it, or 0"),
    fact("ouverture_mois", MONTHS, Service, "the month of that day"),
    fact("ouverture_heure", HOURS, Service, "its hour"),
    fact("ouverture_minute", MINUTES, Service, "its minute"),
    fact("horaires_de", &[Word("mercredi"), Word("inconnu")], Service, "the first week day of the hours, or inconnu"),
    fact("horaires_a", &[Word("vendredi")], Service, "the last week day of the hours"),
    fact("horaires_h1", HOURS, Service, "the opening hour"),
    fact("horaires_m1", MINUTES, Service, "the opening minute"),
    fact("horaires_h2", HOURS, Service, "the closing hour"),
    fact("horaires_m2", MINUTES, Service, "the closing minute"),
    fact("promesse_jour", WITH_UNKNOWN_DAY, Service, "the day of the promise: aujourdhui, demain, a week day, inconnu"),
    fact("promesse_date", DATES, Service, "its day of the month where a week day does not say it, or 0"),
    fact("promesse_mois", MONTHS, Service, "the month of that day"),
    fact("promesse_moment", &[Word("apres_midi"), Word("matin")], Service, "the half-day: matin, apres_midi"),
    fact("prefixe", &[Word("0465"), Word("inconnu")], Service, "the first four digits that will call back, or inconnu"),
    fact("ref", &[Word("977997")], Service, "the six digits of the request"),
    fact("avant_vous", &[Number(12), Number(1), Number(0)], Service, "callers before her in the queue"),
    fact("minutes", &[Number(45), Number(1)], Service, "minutes that the wait may last"),
    fact("tour", &[Number(0), Number(1), Number(2)], Service, "0, 1 and 2 by turns while she waits"),
    fact("etat", STATES, Service, "how the request that was found stands"),
    fact("besoin", &[], Dialog, "the request in the words of the language"),
    fact("categorie", &[Word("")], Dialog, "the code of the kind of request"),
    fact("niveau", &[Word("complet"), Word("accueil")], Dialog, "how much the language of the call covers"),
    fact("suite", &[Word("voisin"), Word("agent")], Dialog, "who solves the request"),
    fact("appuye", YES_NO, Dialog, "whether any key was pressed or word said"),
    fact("langue", &[Word("fr")], Dialog, "the language of the call"),
    fact("urgent", YES_NO, Dialog, "whether the request is P0 or P1: it does not wait for a half-day"),
    fact("joignable", YES_NO, Dialog, "whether some number to call back is known"),
    fact("fin", ENDS, Dialog, "how a call back by a click ended"),
];

/// As long as a message may be (`lines::written`).
const ANNOUNCED: &str = "La ligne est fermée jeudi et vendredi pour le pont de l'Ascension. Nous rouvrons lundi 18 mai \
                         à 8 heures 30. Les demandes laissées ici sont écoutées lundi.";

const WITH_UNKNOWN_DAY: &[Sample] = &[Word("mercredi"), Word("demain"), Word("aujourdhui"), Word("inconnu")];
const STATES: &[Sample] = &[Word("recherche"), Word("trouve"), Word("attente"), Word("annulee"), Word("terminee")];

const ENDS: &[Sample] = &[Word("faux"), Word("joint"), Word("occupe"), Word("sonne"), Word("echec")];

const fn fact(name: &'static str, samples: &'static [Sample], origin: Origin, meaning: &'static str) -> Fact {
    Fact { name, samples, origin, meaning }
}

/// The facts of an ordinary call to the line of `town` in opening hours, each at its first sample.
pub(super) fn ordinary(town: &str) -> Values {
    let service = FACTS.iter().filter(|fact| fact.origin == Service);
    let mut values: Values =
        service.filter_map(|fact| Some((fact.name.to_owned(), fact.samples.first()?.value()))).collect();
    values.insert("ville".to_owned(), town.into());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_in_the_table_once() {
        let names: std::collections::BTreeSet<_> = FACTS.iter().map(|fact| fact.name).collect();
        assert_eq!(names.len(), FACTS.len());
    }
}
