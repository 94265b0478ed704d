//! Everything that happened to a request, in order and in words (F-48). Pure: the store finds the parts.

use jiff::Timestamp;

use super::event::{Event, Kind};
use crate::callbacks::disposition::Disposition;
use crate::dialog::{self, Labels, Scripts};

/// Something that happened, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The six digits of the request it happened to: another one may have been merged into this one.
    pub reference: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The request changed.
    Event(Event),
    /// Its call began.
    Call {
        /// Each step that was left, and by which exit.
        turns: Vec<(String, String)>,
        /// How it ended, as the calls say it; `None` while it goes on.
        outcome: Option<String>,
        /// When it was heard of last.
        until: Timestamp,
    },
    /// A message was left after the beep.
    Recording {
        /// The question that it answers.
        step: String,
        /// Its length in seconds.
        seconds: Option<i64>,
    },
    /// Somebody is to be called back.
    Opened {
        /// The label of the reason.
        reason: String,
    },
    /// An agent did something with the callback: the action of the journal.
    Acted {
        /// Who.
        actor: String,
        /// What, as the journal says it.
        action: String,
    },
    /// An agent tried to reach somebody.
    Attempt {
        /// Who.
        by: Option<String>,
        /// line or hand.
        way: String,
        /// How it ended (F-47).
        disposition: Option<String>,
    },
    /// The callback ended.
    Closed {
        /// Who held it.
        by: Option<String>,
        /// How (F-47).
        disposition: Option<String>,
    },
    /// An agent wrote something.
    Note {
        /// Who.
        by: String,
        /// What.
        text: String,
    },
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What, in a few words.
    pub title: String,
    /// Who; nobody for what the line did by itself.
    pub by: Option<String>,
    /// The rest of it, a line each.
    pub more: Vec<String>,
    /// The six digits of the request that it happened to, where that is another one.
    pub of: Option<String>,
}

/// Where the words of what was asked and pressed are.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The flow, and what callers hear.
    pub scripts: &'a Scripts,
    /// What agents read.
    pub labels: &'a Labels,
}

/// The timeline of the request `reference`, oldest first.
pub fn timeline(reference: &str, mut parts: Vec<Part>, words: Words<'_>) -> Vec<Entry> {
    parts.sort_by_key(|part| (part.at, rank(&part.what)));
    parts.iter().map(|part| entry(reference, part, words)).collect()
}

/// What comes first of what happened in the same instant: a call makes a request, which opens a callback.
fn rank(what: &What) -> u8 {
    match what {
        What::Call { .. } => 0,
        What::Recording { .. } => 1,
        What::Event(event) if matches!(event.kind, Kind::Created | Kind::Typed) => 2,
        What::Opened { .. } => 3,
        What::Acted { .. } => 4,
        What::Attempt { .. } => 5,
        What::Note { .. } => 6,
        What::Closed { .. } => 7,
        What::Event(_) => 8,
    }
}

fn entry(reference: &str, part: &Part, words: Words<'_>) -> Entry {
    let (title, by, more) = told(&part.what, part.at, words);
    let of = (part.reference != reference).then(|| part.reference.clone());
    Entry { at: part.at, title, by, more, of }
}

fn told(what: &What, at: Timestamp, words: Words<'_>) -> (String, Option<String>, Vec<String>) {
    let ended = |code: &Option<String>| code.iter().map(|code| Disposition::label(code).to_owned()).collect();
    match what {
        What::Event(event) => (event.kind.label().to_owned(), Some(event.actor.clone()), event.detail.told()),
        What::Call { turns, outcome, until } => {
            let lasted = minutes(until.duration_since(at).as_secs());
            let title = if outcome.is_some() { format!("Appel de {lasted}") } else { "Appel en cours".to_owned() };
            (title, None, turns.iter().map(|(step, exit)| words.pressed(step, exit)).collect())
        }
        What::Recording { step, seconds } => {
            let length = seconds.map(|seconds| format!("{seconds} secondes"));
            (words.pressed(step, "message"), None, length.into_iter().collect())
        }
        What::Opened { reason } => (format!("Rappel à faire : {reason}"), None, Vec::new()),
        What::Acted { actor, action } => (acted(action).to_owned(), Some(actor.clone()), Vec::new()),
        What::Attempt { by, way, disposition } => {
            let phoned = disposition.as_deref().and_then(Disposition::of_code).is_none_or(|end| end.phoned);
            let title = match (phoned, way.as_str()) {
                (false, _) => "Rappel traité",
                (true, "line") => "Appel par la ligne",
                (true, _) => "Appel à la main",
            };
            (title.to_owned(), by.clone(), ended(disposition))
        }
        What::Closed { by, disposition } => ("Rappel terminé".to_owned(), by.clone(), ended(disposition)),
        What::Note { by, text } => ("Note".to_owned(), Some(by.clone()), vec![text.clone()]),
    }
}

impl Words<'_> {
    fn pressed(&self, step: &str, exit: &str) -> String {
        dialog::pressed(self.scripts, self.labels, step, exit)
    }
}

/// The words of an act of the journal; what this version does not know is shown as the journal has it.
fn acted(action: &str) -> &str {
    match action {
        "callback.claim" => "Rappel pris",
        "callback.release" => "Rappel rendu",
        "callback.take_over" => "Rappel repris à un collègue",
        "callback.open" => "Page du rappel ouverte",
        "callback.call" => "Appel par la ligne",
        "callback.on_call" => "Rappel pris au téléphone",
        other => other,
    }
}

fn minutes(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::event::Detail;

    fn scripts() -> (Scripts, Labels) {
        let flow = "<flow start=\"m\" limit=\"m\"><menu id=\"m\" name=\"choix\"><prompt id=\"q\"/>\
                    <choice dtmf=\"1\" value=\"oui\" next=\"m\"/></menu></flow>";
        let files = [
            ("flows/a.xml", flow),
            ("fr/voice.ftl", "niveau = complet\nq = Oui, tapez 1.\n    .court = Oui, 1.\n"),
            ("fr/bureau.ftl", "choix = Question\n    .oui = c'est oui\n"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        (Scripts::read(&files).0, Labels::read(&files).0)
    }

    fn part(second: i64, what: What) -> Part {
        Part { reference: "416640".to_owned(), at: Timestamp::from_second(second).unwrap(), what }
    }

    #[test]
    fn everything_is_told_in_the_order_in_which_it_happened() {
        let event = |kind| {
            What::Event(Event {
                at: Timestamp::UNIX_EPOCH,
                actor: "Camille".to_owned(),
                kind,
                detail: Detail::default(),
            })
        };
        let turns = vec![("m".to_owned(), "1".to_owned()), ("m".to_owned(), "silence".to_owned())];
        let until = Timestamp::from_second(85).unwrap();
        let parts = vec![
            part(100, event(Kind::Solved)),
            part(100, What::Closed { by: Some("Camille".to_owned()), disposition: Some("RESOLU".to_owned()) }),
            part(20, What::Opened { reason: "demande".to_owned() }),
            part(20, event(Kind::Created)),
            part(10, What::Call { turns, outcome: Some("demande".to_owned()), until }),
            Part {
                reference: "999999".to_owned(),
                ..part(90, What::Note { by: "Zoé".to_owned(), text: "a".to_owned() })
            },
        ];
        let (scripts, labels) = scripts();
        let told = timeline("416640", parts, Words { scripts: &scripts, labels: &labels });
        let titles: Vec<_> = told.iter().map(|entry| entry.title.as_str()).collect();
        let expected = [
            "Appel de 1 min 15 s",
            "Demande enregistrée",
            "Rappel à faire : demande",
            "Note",
            "Rappel terminé",
            "Demande résolue",
        ];
        assert_eq!(titles, expected);
        assert_eq!(told[0].more, ["Question : c'est oui", "Question : rien"]);
        assert_eq!(told[3].of.as_deref(), Some("999999"));
        assert_eq!(told[4].more, ["la personne a ce qu'il lui faut"]);
        assert!(told.iter().filter(|entry| entry.of.is_some()).count() == 1);
    }
}
