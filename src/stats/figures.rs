//! THE table of figures (F-51): what each counts, in one French sentence that the screen shows, and how it is computed.
//! Pure.

use std::collections::BTreeMap;

use crate::callbacks::disposition::Disposition;

/// What was counted over a period, as the store finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// Calls, by what became of them.
    pub calls: Calls,
    /// Milliseconds to the first try of each callback that had one.
    pub to_attempt: Vec<i64>,
    /// Milliseconds to the first talk of each callback that led to one.
    pub to_contact: Vec<i64>,
    /// Milliseconds that agents held each callback that they closed.
    pub handling: Vec<i64>,
    /// Callbacks whose first deadline is past, and those of them that were done before it.
    pub due: (i64, i64),
    /// Ends of claims, by the code of the disposition.
    pub ends: BTreeMap<String, i64>,
    /// Requests, by the word of their state; those that were merged into another are not counted.
    pub requests: BTreeMap<String, i64>,
}

/// Calls, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// All of them.
    pub offered: i64,
    /// Led to their end by the line alone.
    pub by_the_line: i64,
    /// Talked to somebody.
    pub with_a_person: i64,
    /// Hung up after half a minute without either.
    pub abandoned: i64,
    /// Pressed nothing and said nothing.
    pub silent: i64,
    /// With a number.
    pub known: i64,
    /// With a number that called in the seven days before.
    pub again: i64,
}

/// How a figure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number.
    Count,
    /// A share, 0 to 1, shown in per cent.
    Share,
    /// Milliseconds.
    Delay,
    /// A number with a decimal.
    Ratio,
}

/// With which others a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The calls.
    Calls,
    /// The callbacks.
    Callbacks,
    /// The requests.
    Requests,
}

impl Kind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Calls, Self::Callbacks, Self::Requests];

    /// What people read above them.
    pub fn label(self) -> &'static str {
        match self {
            Self::Calls => "Les appels",
            Self::Callbacks => "Les rappels",
            Self::Requests => "Les demandes",
        }
    }
}

/// A figure.
pub struct Figure {
    /// Its name in exports.
    pub id: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it counts, in one sentence.
    pub definition: &'static str,
    /// How it is read.
    pub unit: Unit,
    /// With which others it is shown.
    pub kind: Kind,
    /// How it is computed; nothing where there is nothing to compute it from.
    pub of: fn(&Measured) -> Option<f64>,
}

/// Every figure.
pub const FIGURES: &[Figure] = &[
    Figure {
        id: "appels",
        title: "Appels reçus",
        definition: "Tous les appels arrivés sur la ligne, quelle que soit leur suite.",
        unit: Unit::Count,
        kind: Kind::Calls,
        of: |measured| Some(real(measured.calls.offered)),
    },
    Figure {
        id: "termines_par_la_ligne",
        title: "Terminés par la ligne",
        definition: "Appels que la ligne a menés seule jusqu'à l'au revoir : demande enregistrée, ou rappel noté.",
        unit: Unit::Count,
        kind: Kind::Calls,
        of: |measured| Some(real(measured.calls.by_the_line)),
    },
    Figure {
        id: "avec_une_personne",
        title: "Avec une personne",
        definition: "Appels au cours desquels la personne a parlé à quelqu'un du bureau ou de l'astreinte.",
        unit: Unit::Count,
        kind: Kind::Calls,
        of: |measured| Some(real(measured.calls.with_a_person)),
    },
    Figure {
        id: "abandons",
        title: "Abandons après 30 secondes",
        definition: "Appels raccrochés par la personne au bout de 30 secondes ou plus, sans avoir parlé à quelqu'un ni \
                     laissé de demande.",
        unit: Unit::Count,
        kind: Kind::Calls,
        of: |measured| Some(real(measured.calls.abandoned)),
    },
    Figure {
        id: "muets",
        title: "Appels muets",
        definition: "Appels où aucune touche n'a été pressée et rien n'a été dit.",
        unit: Unit::Count,
        kind: Kind::Calls,
        of: |measured| Some(real(measured.calls.silent)),
    },
    Figure {
        id: "rappelants",
        title: "Appels répétés",
        definition: "Part des appels dont le numéro, quand il est connu, avait déjà appelé dans les sept jours d'avant.",
        unit: Unit::Share,
        kind: Kind::Calls,
        of: |measured| share(measured.calls.again, measured.calls.known),
    },
    Figure {
        id: "tentative_mediane",
        title: "Première tentative, médiane",
        definition: "Temps écoulé, nuits comprises, avant le premier essai de rappel : la moitié des rappels attend moins.",
        unit: Unit::Delay,
        kind: Kind::Callbacks,
        of: |measured| percentile(&measured.to_attempt, 50),
    },
    Figure {
        id: "tentative_p90",
        title: "Première tentative, neuf sur dix",
        definition: "Temps écoulé, nuits comprises, avant le premier essai de rappel : neuf rappels sur dix attendent moins.",
        unit: Unit::Delay,
        kind: Kind::Callbacks,
        of: |measured| percentile(&measured.to_attempt, 90),
    },
    Figure {
        id: "contact_median",
        title: "Premier contact, médiane",
        definition: "Temps écoulé, nuits comprises, avant que la personne rappelée ait parlé à quelqu'un : la moitié attend \
                     moins.",
        unit: Unit::Delay,
        kind: Kind::Callbacks,
        of: |measured| percentile(&measured.to_contact, 50),
    },
    Figure {
        id: "contact_p90",
        title: "Premier contact, neuf sur dix",
        definition: "Temps écoulé, nuits comprises, avant que la personne rappelée ait parlé à quelqu'un : neuf sur dix \
                     attendent moins.",
        unit: Unit::Delay,
        kind: Kind::Callbacks,
        of: |measured| percentile(&measured.to_contact, 90),
    },
    Figure {
        id: "dans_les_temps",
        title: "Dans les temps",
        definition: "Part des rappels ouverts dans la période, dont la première échéance est passée, où la personne a été \
                     jointe ou le rappel terminé avant elle ; qui a eu un agent pendant son appel n'est pas compté.",
        unit: Unit::Share,
        kind: Kind::Callbacks,
        of: |measured| share(measured.due.1, measured.due.0),
    },
    Figure {
        id: "tentatives_par_contact",
        title: "Essais par contact",
        definition: "Nombre d'appels passés par les agents pour qu'une personne réponde.",
        unit: Unit::Ratio,
        kind: Kind::Callbacks,
        of: |measured| {
            let (tries, contacts) = tries(&measured.ends);
            (contacts > 0).then(|| real(tries) / real(contacts))
        },
    },
    Figure {
        id: "traitement_median",
        title: "Temps de traitement, médiane",
        definition: "Temps entre la prise d'un rappel par un agent et sa clôture, notes comprises : la moitié prend moins.",
        unit: Unit::Delay,
        kind: Kind::Callbacks,
        of: |measured| percentile(&measured.handling, 50),
    },
    Figure {
        id: "demandes",
        title: "Demandes reçues",
        definition: "Demandes enregistrées par téléphone ou au guichet ; deux demandes réunies ne comptent qu'une fois.",
        unit: Unit::Count,
        kind: Kind::Requests,
        of: |measured| Some(real(measured.requests.values().sum())),
    },
    Figure {
        id: "resolues",
        title: "Résolues",
        definition: "Demandes reçues dans la période qui sont résolues à ce jour.",
        unit: Unit::Count,
        kind: Kind::Requests,
        of: |measured| Some(real(in_state(measured, &["résolue"]))),
    },
    Figure {
        id: "en_cours",
        title: "En cours",
        definition: "Demandes reçues dans la période qui attendent encore une aide ou un accord.",
        unit: Unit::Count,
        kind: Kind::Requests,
        of: |measured| Some(real(in_state(measured, &["enregistrée", "accord attendu", "recherche", "trouvée"]))),
    },
    Figure {
        id: "sans_solution",
        title: "Annulées ou sans suite",
        definition: "Demandes reçues dans la période et retirées, refusées ou restées sans suite.",
        unit: Unit::Count,
        kind: Kind::Requests,
        of: |measured| Some(real(in_state(measured, &["annulée"]))),
    },
    Figure {
        id: "part_resolue",
        title: "Part résolue",
        definition: "Part des demandes reçues dans la période et finies à ce jour qui ont été résolues.",
        unit: Unit::Share,
        kind: Kind::Requests,
        of: |measured| {
            let solved = in_state(measured, &["résolue"]);
            share(solved, solved + in_state(measured, &["annulée"]))
        },
    },
];

impl Figure {
    /// The figure, as people read it.
    pub fn told(&self, measured: &Measured) -> String {
        (self.of)(measured).map_or_else(|| "–".to_owned(), |value| told(self.unit, value))
    }
}

/// A value as people read it.
pub fn told(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count => format!("{value:.0}"),
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Ratio => format!("{value:.1}").replace('.', ","),
        Unit::Delay => delay(value),
    }
}

/// A delay in milliseconds as people say it: `35 s`, `12 min`, `3 h 05`, `2 j 4 h`.
fn delay(millis: f64) -> String {
    let seconds = (millis / 1_000.0).round();
    let (minutes, hours) = ((seconds / 60.0).round(), (seconds / 3_600.0).floor());
    if seconds < 60.0 {
        format!("{seconds:.0} s")
    } else if minutes < 60.0 {
        format!("{minutes:.0} min")
    } else if hours < 24.0 {
        format!("{:.0} h {:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
    } else {
        format!("{:.0} j {:.0} h", (hours / 24.0).floor(), hours % 24.0)
    }
}

/// The smallest value that at least so many per cent of them do not exceed; none of none.
pub fn percentile(values: &[i64], percent: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|value| real(*value))
}

/// Calls that agents made, and those in which they talked to somebody.
fn tries(ends: &BTreeMap<String, i64>) -> (i64, i64) {
    let phoned = ends.iter().filter_map(|(code, count)| Some((Disposition::of_code(code)?, *count)));
    let phoned: Vec<_> = phoned.filter(|(disposition, _)| disposition.phoned).collect();
    let contacts = phoned.iter().filter(|(disposition, _)| disposition.contact).map(|(_, count)| count).sum();
    (phoned.iter().map(|(_, count)| count).sum(), contacts)
}

fn in_state(measured: &Measured, states: &[&str]) -> i64 {
    states.iter().filter_map(|state| measured.requests.get(*state)).sum()
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| real(part) / real(whole))
}

/// Counts and milliseconds of a period are far below what a real holds exactly.
#[expect(clippy::cast_precision_loss, reason = "2^53 milliseconds are 285,000 years")]
fn real(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::requests::State;

    fn figure(id: &str) -> &'static Figure {
        FIGURES.iter().find(|figure| figure.id == id).unwrap()
    }

    fn told_of(id: &str, measured: &Measured) -> String {
        figure(id).told(measured)
    }

    #[test]
    fn every_figure_has_a_name_of_its_own_and_one_sentence() {
        let ids: BTreeSet<_> = FIGURES.iter().map(|figure| figure.id).collect();
        assert_eq!(ids.len(), FIGURES.len());
        for figure in FIGURES {
            assert!(figure.definition.ends_with('.') && figure.definition.matches(". ").count() == 0, "{}", figure.id);
            assert!(!figure.definition.contains("  "), "{}", figure.definition);
        }
    }

    #[test]
    fn nothing_to_count_is_said_with_a_dash_and_never_divided_by() {
        let nothing = Measured::default();
        assert_eq!((told_of("appels", &nothing).as_str(), told_of("rappelants", &nothing).as_str()), ("0", "–"));
        for figure in FIGURES {
            let told = figure.told(&nothing);
            assert!(told == "0" || told == "–", "{}: {told}", figure.id);
        }
    }

    #[test]
    fn the_median_and_nine_in_ten_are_values_that_were_measured() {
        let minutes: Vec<i64> = (1..=10).rev().map(|minute| minute * 60_000).collect();
        let measured = Measured { to_attempt: minutes, ..Measured::default() };
        assert_eq!(told_of("tentative_mediane", &measured), "5 min");
        assert_eq!(told_of("tentative_p90", &measured), "9 min");
        assert_eq!(percentile(&[7], 50), Some(7.0));
        assert_eq!(percentile(&[7], 90), Some(7.0));
    }

    #[test]
    fn delays_are_said_as_people_say_them() {
        let said = [900, 59_000, 61_000, 3_599_000, 3_900_000, 86_000_000, 187_200_000]
            .map(|millis| told(Unit::Delay, f64::from(millis)));
        assert_eq!(said, ["1 s", "59 s", "1 min", "1 h 00", "1 h 05", "23 h 53", "2 j 4 h"]);
    }

    #[test]
    fn tries_that_reached_nobody_count_against_those_that_did() {
        let ends = [("SONNE", 3), ("RESOLU", 2), ("SANS_SUITE", 9), ("inconnue", 4)];
        let ends = ends.into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
        assert_eq!(told_of("tentatives_par_contact", &Measured { ends, ..Measured::default() }), "2,5");
    }

    #[test]
    fn the_states_that_figures_count_are_those_that_requests_have() {
        let counted = ["résolue", "enregistrée", "accord attendu", "recherche", "trouvée", "annulée"];
        for state in State::ALL {
            assert_eq!(counted.contains(&state.word()), state != State::Merged, "{state:?}");
        }
        let requests = counted.map(|state| (state.to_owned(), 2)).into_iter().collect();
        let measured = Measured { requests, ..Measured::default() };
        assert_eq!((told_of("demandes", &measured).as_str(), told_of("en_cours", &measured).as_str()), ("12", "8"));
        assert_eq!(told_of("part_resolue", &measured), "50 %");
    }
}
