//! From flow files to a [`Flow`]: every element becomes a step or a complaint with its line.

use std::collections::BTreeMap;

use super::element::{self, Element};
use super::flow::{
    Action, Answered, Category, Choice, Condition, Events, Field, FieldKind, Flow, Handler, Helper, Link, Menu,
    Outcome, Place, Prompt, Record, SolvedBy, Step, StepKind, Submit, Task, Then, Validated,
};
use super::problem::Problem;
use crate::lang::Lang;

/// Seconds of silence that count as no answer to a menu (F-13).
const MENU_SECONDS: u32 = 8;
/// Seconds of silence that end the digits of a field (F-13).
const FIELD_SECONDS: u32 = 10;
/// The longest message, in seconds (F-13, T7).
const MESSAGE_SECONDS: u32 = 90;

/// Reads every file of `flows/`, given by path, and says all that is wrong at once.
pub(super) fn flow(files: &BTreeMap<String, String>, problems: &mut Vec<Problem>) -> Flow {
    let mut loader = Loader { flow: Flow::default(), problems, file: String::new() };
    for (path, text) in files {
        path.clone_into(&mut loader.file);
        match element::parse(path, text) {
            Ok(root) => loader.file(&root),
            Err(problem) => loader.problems.push(problem),
        }
    }
    loader.flow
}

struct Loader<'a> {
    flow: Flow,
    problems: &'a mut Vec<Problem>,
    file: String,
}

impl Loader<'_> {
    fn file(&mut self, root: &Element) {
        if root.name != "flow" {
            self.complain(root, format!("la première balise doit être <flow>, pas <{}>.", root.name));
            return;
        }
        if let Some(start) = root.get("start") {
            start.clone_into(&mut self.flow.start);
            self.flow.limit = self.required(root, "limit");
        }
        for child in &root.children {
            self.top(child);
        }
    }

    fn top(&mut self, at: &Element) {
        match at.name.as_str() {
            "link" => {
                let link = self.link(at);
                self.flow.links.push(link);
            }
            "noinput" => self.flow_handler(at, true),
            "nomatch" => self.flow_handler(at, false),
            "repeat" => self.flow.repeated = at.get("prompt").map(str::to_owned),
            "resume" => self.flow.resumed = at.get("prompt").map(str::to_owned),
            "category" => self.category(at),
            _ => self.step(at),
        }
    }

    fn flow_handler(&mut self, at: &Element, silence: bool) {
        if let Some(handler) = self.handler(at) {
            if silence { &mut self.flow.noinput } else { &mut self.flow.nomatch }.push(handler);
        }
    }

    fn link(&mut self, at: &Element) -> Link {
        let (dtmf, next) = (self.dtmf(at), self.required(at, "next"));
        Link { place: self.place(at), dtmf, next }
    }

    fn category(&mut self, at: &Element) {
        let by = match at.get("by") {
            Some("neighbour") => SolvedBy::Neighbour,
            Some("agent") => SolvedBy::Agent,
            Some("referent") => SolvedBy::Referent,
            _ => {
                self.complain(
                    at,
                    "une catégorie dit qui aide : by=\"neighbour\" (un voisin), \"agent\" ou \"referent\".",
                );
                SolvedBy::Agent
            }
        };
        let helpers: Vec<_> = at.children.iter().filter_map(|child| self.helper(child)).collect();
        if by == SolvedBy::Neighbour && helpers.iter().all(|helper| helper.when.is_some()) {
            self.complain(at, "il manque ce que le voisin doit savoir faire : <helper skill=\"courses\"/>.");
        }
        let category = Category { place: self.place(at), start: self.required(at, "start"), by, helpers };
        let code = self.required(at, "code");
        if self.flow.categories.insert(code.clone(), category).is_some() {
            self.complain(at, format!("la catégorie « {code} » est déclarée deux fois."));
        }
    }

    fn helper(&mut self, at: &Element) -> Option<Helper> {
        if at.name != "helper" {
            self.complain(at, format!("la balise <{}> n'a pas sa place dans une <category>.", at.name));
            return None;
        }
        let validated = match at.get("validate") {
            None => Validated::Never,
            Some("always") => Validated::Always,
            Some(name) => {
                Validated::FirstTimeIf(Answered { name: name.to_owned(), values: words(at.get("validate-is")) })
            }
        };
        let when = at.get("test").map(|name| Answered { name: name.to_owned(), values: words(at.get("is")) });
        Some(Helper { place: self.place(at), skill: self.required(at, "skill"), when, validated })
    }

    fn step(&mut self, at: &Element) {
        let kind = match at.name.as_str() {
            "block" => StepKind::Block(self.actions(at)),
            "menu" => StepKind::Menu(self.menu(at)),
            "field" => StepKind::Field(self.field(at)),
            "record" => StepKind::Record(self.record(at)),
            "transfer" => StepKind::Transfer(self.outcomes(at)),
            other => return self.complain(at, format!("la balise <{other}> n'existe pas dans les scripts.")),
        };
        let id = self.required(at, "id");
        let step = Step { place: self.place(at), kind };
        if let Some(first) = self.flow.steps.insert(id.clone(), step) {
            let where_first = format!("{}, ligne {}", first.place.file, first.place.line);
            self.complain(at, format!("l'étape « {id} » existe déjà ({where_first}). Donnez-lui un autre nom."));
        }
    }

    fn actions(&mut self, at: &Element) -> Vec<Action> {
        at.children.iter().filter_map(|child| self.action(child)).collect()
    }

    fn action(&mut self, at: &Element) -> Option<Action> {
        Some(match at.name.as_str() {
            "prompt" => Action::Prompt(self.prompt(at)),
            "if" => Action::If(self.condition(at)),
            "assign" => Action::Assign(self.required(at, "name"), self.required(at, "value")),
            "clear" => Action::Clear(words(at.get("namelist"))),
            "priority" => Action::Priority(self.level(at, "level").unwrap_or(3)),
            "submit" => Action::Submit(self.submit(at)?),
            "goto" if at.get("category").is_some() => Action::GotoCategory,
            "goto" => Action::Goto(self.required(at, "next")),
            "disconnect" => Action::Disconnect,
            other => {
                self.complain(at, format!("la balise <{other}> n'a pas sa place dans un <block>."));
                return None;
            }
        })
    }

    fn condition(&mut self, at: &Element) -> Condition {
        let is = match at.get("is") {
            Some("") | None => vec![String::new()],
            some => words(some),
        };
        Condition { place: self.place(at), test: self.required(at, "test"), is, next: self.required(at, "next") }
    }

    fn submit(&mut self, at: &Element) -> Option<Submit> {
        let name = self.required(at, "task");
        let Some(task) = Task::named(&name, at.get("reason")) else {
            self.complain(at, format!("le service ne sait pas faire « {name} »."));
            return None;
        };
        let outcomes = self.outcomes(at);
        Some(Submit { place: self.place(at), task, outcomes })
    }

    fn outcomes(&mut self, at: &Element) -> Vec<Outcome> {
        at.children
            .iter()
            .map(|child| Outcome {
                place: self.place(child),
                is: self.required(child, "is"),
                next: self.required(child, "next"),
            })
            .collect()
    }

    fn menu(&mut self, at: &Element) -> Menu {
        let mut menu = Menu { name: at.get("name").map(str::to_owned), ..Menu::default() };
        menu.timeout = self.seconds(at, "timeout", MENU_SECONDS);
        for child in &at.children {
            match child.name.as_str() {
                "prompt" => menu.prompts.push(self.prompt(child)),
                "choice" => menu.choices.push(self.choice(child)),
                _ => self.event(child, &mut menu.events),
            }
        }
        menu
    }

    fn field(&mut self, at: &Element) -> Field {
        let mut field = Field {
            name: self.required(at, "name"),
            kind: self.field_kind(at),
            prompts: Vec::new(),
            next: self.required(at, "next"),
            events: Events::default(),
            timeout: self.seconds(at, "timeout", FIELD_SECONDS),
        };
        for child in &at.children {
            match child.name.as_str() {
                "prompt" => field.prompts.push(self.prompt(child)),
                _ => self.event(child, &mut field.events),
            }
        }
        field
    }

    fn field_kind(&mut self, at: &Element) -> FieldKind {
        match (at.get("type"), at.get("length").and_then(|length| length.parse().ok())) {
            (Some("phone"), _) => FieldKind::Phone,
            (Some("count"), _) => FieldKind::Count(1, 9),
            (Some("digits"), Some(length @ 1..=15)) => FieldKind::Digits(length),
            _ => {
                self.complain(
                    at,
                    "un <field> demande type=\"phone\", type=\"count\", ou type=\"digits\" avec length=\"5\".",
                );
                FieldKind::Phone
            }
        }
    }

    fn record(&mut self, at: &Element) -> Record {
        let mut record = Record {
            name: self.required(at, "name"),
            prompts: Vec::new(),
            choices: Vec::new(),
            next: self.required(at, "next"),
            max: self.seconds(at, "max", MESSAGE_SECONDS),
            events: Events::default(),
        };
        for child in &at.children {
            match child.name.as_str() {
                "prompt" => record.prompts.push(self.prompt(child)),
                "choice" => record.choices.push(self.choice(child)),
                _ => self.event(child, &mut record.events),
            }
        }
        record
    }

    fn event(&mut self, at: &Element, events: &mut Events) {
        let list = match at.name.as_str() {
            "noinput" => &mut events.noinput,
            "nomatch" => &mut events.nomatch,
            "link" => return events.links.push(self.link(at)),
            other => return self.complain(at, format!("la balise <{other}> n'a pas sa place ici.")),
        };
        list.extend(self.handler(at));
    }

    fn handler(&mut self, at: &Element) -> Option<Handler> {
        let count = at.get("count").and_then(|count| count.parse().ok());
        let then = match (at.get("prompt"), at.get("next")) {
            (Some(prompt), None) => Then::Ask {
                prompt: prompt.to_owned(),
                record: at.get("record").map(str::to_owned),
                question: at.get("question") != Some("no"),
            },
            (None, Some(next)) => Then::Goto(next.to_owned()),
            _ => {
                self.complain(at, "il faut soit prompt=\"…\" (une phrase), soit next=\"…\" (une étape).");
                return None;
            }
        };
        let never_pressed = at.get("never-pressed") == Some("yes");
        Some(Handler { place: self.place(at), count, never_pressed, then })
    }

    fn prompt(&mut self, at: &Element) -> Prompt {
        let lang = self.lang(at);
        let (once, to_caller) = (at.get("once") == Some("yes"), at.get("to") == Some("caller"));
        Prompt { place: self.place(at), id: self.required(at, "id"), lang, once, to_caller }
    }

    fn choice(&mut self, at: &Element) -> Choice {
        Choice {
            place: self.place(at),
            dtmf: self.dtmf(at),
            value: at.get("value").map(str::to_owned),
            next: self.required(at, "next"),
            priority: self.level(at, "priority"),
            category: at.get("category").map(str::to_owned),
            lang: self.lang(at),
            service: at.get("service") == Some("yes"),
        }
    }

    fn lang(&mut self, at: &Element) -> Option<Lang> {
        at.get("lang")?.parse().map_err(|cause| self.complain(at, format!("{cause}."))).ok()
    }

    fn level(&mut self, at: &Element, name: &str) -> Option<u8> {
        let level = match at.get(name)? {
            "P0" => 0,
            "P1" => 1,
            "P2" => 2,
            "P3" => 3,
            other => {
                self.complain(at, format!("la priorité « {other} » n'existe pas : P0, P1, P2 ou P3."));
                return None;
            }
        };
        Some(level)
    }

    fn dtmf(&mut self, at: &Element) -> char {
        let mut keys = at.get("dtmf").unwrap_or_default().chars();
        if let (Some(key @ ('0'..='9' | '*' | '#')), None) = (keys.next(), keys.next()) {
            return key;
        }
        self.complain(at, "il faut une touche : dtmf=\"1\", de 0 à 9, * ou #.");
        '?'
    }

    fn seconds(&mut self, at: &Element, name: &str, otherwise: u32) -> u32 {
        match at.get(name).map(str::parse) {
            None => otherwise,
            Some(Ok(seconds @ 1..=120)) => seconds,
            Some(_) => {
                self.complain(at, format!("{name} est un nombre de secondes, de 1 à 120."));
                otherwise
            }
        }
    }

    fn required(&mut self, at: &Element, name: &str) -> String {
        match at.get(name) {
            Some(value) if !value.is_empty() => value.to_owned(),
            _ => {
                self.complain(at, format!("il manque {name}=\"…\" à la balise <{}>.", at.name));
                String::new()
            }
        }
    }

    fn place(&self, at: &Element) -> Place {
        Place { file: self.file.clone(), line: at.line }
    }

    fn complain(&mut self, at: &Element, sentence: impl Into<String>) {
        self.problems.push(Problem::new(&self.file, at.line, sentence));
    }
}

fn words(list: Option<&str>) -> Vec<String> {
    list.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
