//! One step as a card: what it is, what is heard, where it leads.

use crate::dialog::Scripts;
use crate::dialog::check::graph::{self, Because};
use crate::dialog::facts::FACTS;
use crate::dialog::flow::{Action, Prompt, Step, StepKind, Task};
use crate::dialog::session::Values;
use crate::dialog::utterance::Piece;
use crate::lang::Lang;

/// The width of a card.
pub(super) const WIDTH: u32 = 300;
/// The height of a line of words.
pub(super) const LINE: u32 = 17;
/// The height of an exit.
const ROW: u32 = 20;
/// Letters on a line.
const LETTERS: usize = 38;
/// Lines of words before the rest is left out.
const LINES: usize = 12;

/// The kinds of cards: the class of their colour, and their French name.
pub(super) const KINDS: [(&str, &str); 5] = [
    ("question", "La personne répond"),
    ("phrase", "La ligne parle ou choisit"),
    ("service", "Le service travaille"),
    ("sonnerie", "Un téléphone sonne"),
    ("fin", "L'appel finit"),
];

/// A card of the drawing.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) words: Vec<String>,
    pub(super) exits: Vec<Exit>,
    /// Its upper left corner in the lane.
    pub(super) at: (u32, u32),
}

/// A line of a card that says where one answer leads.
pub(super) struct Exit {
    pub(super) because: String,
    pub(super) to: String,
    /// The class of its arrow.
    pub(super) class: &'static str,
    /// Whether an arrow shows it; otherwise its step is named.
    pub(super) drawn: bool,
}

impl Card {
    pub(super) fn new(scripts: &Scripts, id: &str, step: &Step) -> Self {
        let mut words = wrapped(&heard(scripts, step));
        words.extend(work(step).into_iter().flat_map(|work| wrapped(&work)));
        Self { id: id.to_owned(), kind: kind(step), words, exits: exits(scripts, step), at: (0, 0) }
    }

    pub(super) fn height(&self) -> u32 {
        self.first_row() + count(self.exits.len()) * ROW + 4
    }

    /// The middle of the line of an exit, in the lane.
    pub(super) fn row(&self, index: usize) -> u32 {
        self.at.1 + self.first_row() + count(index) * ROW + ROW / 2 - 2
    }

    fn first_row(&self) -> u32 {
        34 + count(self.words.len()) * LINE
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn kind(step: &Step) -> &'static str {
    match &step.kind {
        StepKind::Menu(_) | StepKind::Field(_) | StepKind::Record(_) => "question",
        StepKind::Transfer(_) => "sonnerie",
        StepKind::Block(_) if graph::hangs_up(step) => "fin",
        StepKind::Block(_) if graph::task(step).is_some() => "service",
        StepKind::Block(_) => "phrase",
    }
}

/// What is heard, in French; a question in its short form, where it has one.
fn heard(scripts: &Scripts, step: &Step) -> String {
    let words = |prompt: &Prompt, form: Option<&str>| {
        let french = scripts.catalogs.get(&prompt.lang.unwrap_or(Lang::FRENCH))?;
        let pieces = french.form(&prompt.id, form, &unknown()).or_else(|| french.form(&prompt.id, None, &unknown()))?.0;
        let words = pieces.into_iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words),
            Piece::Pause(_) => None,
        });
        Some(words.collect::<Vec<_>>().join(" … "))
    };
    let all: Vec<String> = match &step.kind {
        StepKind::Menu(menu) => menu.prompts.iter().filter_map(|prompt| words(prompt, Some("court"))).collect(),
        StepKind::Field(field) => field.prompts.iter().filter_map(|prompt| words(prompt, Some("court"))).collect(),
        StepKind::Record(record) => record.prompts.iter().filter_map(|prompt| words(prompt, Some("court"))).collect(),
        StepKind::Block(actions) => actions
            .iter()
            .filter_map(|action| match action {
                Action::Prompt(prompt) => words(prompt, None),
                _ => None,
            })
            .collect(),
        StepKind::Transfer(_) => vec!["Le téléphone d'une personne sonne.".to_owned()],
    };
    if all.is_empty() { String::new() } else { format!("«\u{a0}{}\u{a0}»", all.join(" ")) }
}

/// Every value as an ellipsis: a drawing speaks of all calls.
fn unknown() -> Values {
    FACTS.iter().map(|fact| (fact.name.to_owned(), "…".into())).collect()
}

/// What is done beside speaking.
fn work(step: &Step) -> Vec<String> {
    let StepKind::Block(actions) = &step.kind else { return Vec::new() };
    let work = actions.iter().filter_map(|action| match action {
        Action::Submit(submit) => Some(task(&submit.task)),
        Action::Clear(names) => Some(format!("Ces questions seront reposées : {}.", names.join(", "))),
        Action::Priority(level) => Some(format!("Priorité P{level}.")),
        _ => None,
    });
    work.collect()
}

fn task(task: &Task) -> String {
    match task {
        Task::KeepRequest => "La demande est enregistrée.".to_owned(),
        Task::FindRequest => "On cherche la demande par son numéro.".to_owned(),
        Task::AddToRequest => "Le message est ajouté à la demande.".to_owned(),
        Task::CancelRequest => "La demande est annulée.".to_owned(),
        Task::AskPerson => "On cherche une personne qui peut répondre.".to_owned(),
        Task::AskPersonInDanger => "Danger : on cherche une personne, jour et nuit.".to_owned(),
        Task::LeaveCallback(reason) => format!("Un rappel est noté (« {reason} »)."),
        Task::CheckPlace => "Le code postal est-il du secteur ?".to_owned(),
    }
}

fn exits(scripts: &Scripts, step: &Step) -> Vec<Exit> {
    let flow = &scripts.flow;
    let everywhere = |because: &Because, to: &str| match because {
        Because::Key(key) => flow.links.iter().any(|link| link.dtmf == *key && link.next == to),
        Because::Silence => {
            let mut never_pressed = flow.noinput.iter().filter_map(graph::never_pressed);
            graph::way_out(&[], &flow.noinput) == Some(to) || never_pressed.any(|next| next == to)
        }
        Because::Mistakes => graph::way_out(&[], &flow.nomatch) == Some(to),
        _ => false,
    };
    let mut exits: Vec<Exit> = Vec::new();
    for way in graph::ways(flow, step).into_iter().filter(|way| !everywhere(&way.because, way.to)) {
        let (words, class) = because(step, &way.because);
        match exits.iter_mut().find(|exit| exit.to == way.to && exit.class == class && class == "touche") {
            Some(same) => same.because = format!("{}, {words}", same.because),
            None => exits.push(Exit { because: words, to: way.to.to_owned(), class, drawn: false }),
        }
    }
    for exit in &mut exits {
        exit.because = fitted(&exit.because, exit.to.chars().count());
    }
    if graph::hangs_up(step) {
        let because = if exits.is_empty() { "La ligne raccroche" } else { "Sinon, la ligne raccroche" };
        exits.push(Exit { because: because.to_owned(), to: String::new(), class: "suite", drawn: true });
    }
    exits
}

/// The reason, cut so that the name of the step fits beside it.
fn fitted(because: &str, beside: usize) -> String {
    let room = LETTERS.saturating_sub(beside).max(8);
    if because.chars().count() <= room {
        return because.to_owned();
    }
    because.chars().take(room - 1).chain(['…']).collect()
}

fn because(step: &Step, because: &Because) -> (String, &'static str) {
    match because {
        Because::Key(key) => (key_words(step, *key), "touche"),
        Because::Answered if matches!(step.kind, StepKind::Record(_)) => ("Message reçu".to_owned(), "touche"),
        Because::Answered => ("Chiffres reçus".to_owned(), "touche"),
        Because::Silence => ("Silence".to_owned(), "echec"),
        Because::Mistakes => ("Erreurs".to_owned(), "echec"),
        Because::If(condition) => (format!("Si {condition}"), "suite"),
        Because::Outcome(is) => (outcome(is).to_owned(), "suite"),
        Because::Category(code) => (format!("Pour {code}"), "suite"),
        Because::Follows => ("Ensuite".to_owned(), "suite"),
    }
}

fn key_words(step: &Step, key: char) -> String {
    let choices = match &step.kind {
        StepKind::Menu(menu) => menu.choices.as_slice(),
        StepKind::Record(record) => record.choices.as_slice(),
        _ => &[],
    };
    let meaning = choices.iter().find(|choice| choice.dtmf == key).and_then(|choice| {
        let lang = choice.lang.map(|lang| lang.code().to_owned());
        choice.category.clone().or_else(|| choice.value.clone()).or(lang)
    });
    meaning.map_or_else(|| format!("Touche {key}"), |meaning| format!("{key} {}", meaning.replace('_', " ")))
}

fn outcome(is: &str) -> &str {
    match is {
        "kept" => "C'est fait",
        "found" => "Trouvée",
        "unknown" => "Introuvable",
        "agent" => "Trop d'essais",
        "cancelled" => "Annulée",
        "ring" => "Libre",
        "wait" => "Occupée",
        "closed" => "Fermé",
        "nobody" => "Personne",
        "inside" => "Dans le secteur",
        "outside" => "Hors secteur",
        "answered" => "Décroché",
        "unanswered" => "Sans réponse",
        other => other,
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("…".to_owned());
    }
    lines
}
