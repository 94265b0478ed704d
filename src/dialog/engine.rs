//! One sprint: from what the caller did to what she hears and what follows. A pure function.
//!
//! The form rules are `VoiceXML`'s: a question whose value is known is passed over, so that correcting one answer of the
//! summary asks that question alone; failures are counted for each question (F-17).

use super::Scripts;
use super::flow::{
    Action, Choice, Condition, Events, Field, FieldKind, Handler, Link, Menu, Outcome, Prompt, Record, SolvedBy, Step,
    StepKind, Then,
};
use super::session::{Input, Next, Session, Sprint, Value, Values, Wait};
use super::utterance::{Utterance, with_pauses_between_options};
use super::words::{Form, Level};
use crate::lang::Lang;
use crate::phone::PhoneNumber;

/// More steps than this between two waits can only be a circle in the script; `check-scripts` proves there is none.
const LONGEST_SPRINT: usize = 200;
/// A message of fewer seconds than this is none; one of unknown length is heard by an agent.
const SHORTEST_MESSAGE: u32 = 1;
/// Seconds after the beep in which a `#` still ends the digits of the question before.
const LATE_KEY: u32 = 1;

/// The dialog cannot go on from where it is told to. The caller hears an apology.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Stuck {
    /// A step leads to one that is not there.
    #[error("the step {0} does not exist")]
    Unknown(String),
    /// A step got something that it does not wait for.
    #[error("the step {0} does not wait for that")]
    Unexpected(String),
    /// The steps turn in a circle without asking anything.
    #[error("the steps after {0} turn in a circle")]
    Endless(String),
}

/// Runs the scripts from `input` to the next wait. `facts` are the values that the service knows at this instant.
pub fn run(scripts: &Scripts, session: Session, input: Input, facts: &Values) -> Result<Sprint, Stuck> {
    let mut runner = Runner { scripts, facts, session, said: Vec::new(), exit: None };
    let next = runner.answer(input)?;
    Ok(Sprint { session: runner.session, said: runner.said, next, exit: runner.exit })
}

/// The values that follow from others.
const DERIVED: [&str; 7] = ["categorie", "niveau", "suite", "appuye", "langue", "joignable", "urgent"];

/// Where a step leads: to another step, or out of the sprint.
enum Go {
    To(String),
    Stop(Next),
}

struct Runner<'a> {
    scripts: &'a Scripts,
    facts: &'a Values,
    session: Session,
    said: Vec<Utterance>,
    exit: Option<String>,
}

impl<'a> Runner<'a> {
    fn answer(&mut self, input: Input) -> Result<Next, Stuck> {
        let at = self.session.at.clone();
        if input == Input::Start {
            return self.advance(Go::To(at));
        }
        let step = self.step(&at)?;
        let go = match (&step.kind, input) {
            (StepKind::Menu(menu), Input::Keys(keys)) => self.menu_keys(menu, &keys),
            (StepKind::Menu(menu), Input::Silence) => self.noinput(&menu.events),
            (StepKind::Field(field), Input::Keys(keys)) => self.field_keys(field, &keys),
            (StepKind::Field(field), Input::Silence) => self.noinput(&field.events),
            (StepKind::Record(record), Input::Message { seconds, key, doubtful }) => {
                // Asked once more; a second message of that length is taken for one rather than lost.
                let seconds = if doubtful && self.session.failures == 0 { Some(0) } else { seconds };
                self.message(record, seconds, key)
            }
            (StepKind::Record(record), Input::Keys(keys)) => self.message(record, Some(0), keys.chars().next()),
            (StepKind::Record(record), Input::Silence) => self.noinput(&record.events),
            (StepKind::Transfer(outcomes), Input::Transferred { answered }) => {
                let is = if answered { "answered" } else { "unanswered" };
                self.outcome(outcomes, is)
            }
            (StepKind::Block(actions), Input::Outcome { is, values }) => {
                self.session.answers.extend(values);
                match actions.last() {
                    Some(Action::Submit(submit)) => self.outcome(&submit.outcomes, &is),
                    _ => None,
                }
            }
            _ => None,
        };
        self.advance(go.ok_or(Stuck::Unexpected(at))?)
    }

    fn advance(&mut self, mut go: Go) -> Result<Next, Stuck> {
        for _ in 0..LONGEST_SPRINT {
            go = match go {
                Go::To(id) => self.enter(id)?,
                Go::Stop(next) => return Ok(next),
            };
        }
        Err(Stuck::Endless(self.session.at.clone()))
    }

    fn step(&self, id: &str) -> Result<&'a Step, Stuck> {
        self.scripts.flow.steps.get(id).ok_or_else(|| Stuck::Unknown(id.to_owned()))
    }

    fn enter(&mut self, id: String) -> Result<Go, Stuck> {
        let step = self.step(&id)?;
        self.session.failures = 0;
        self.session.digits.clear();
        self.session.at = id;
        Ok(match &step.kind {
            StepKind::Block(actions) => self.block(actions)?,
            StepKind::Menu(menu) => match self.known_choice(menu) {
                Some(choice) => Go::To(choice.next.clone()),
                None => self.ask(&menu.prompts, false, true),
            },
            StepKind::Field(field) if self.known(&field.name) => Go::To(field.next.clone()),
            StepKind::Field(field) => self.ask(&field.prompts, false, false),
            StepKind::Record(record) if self.known(&record.name) => Go::To(record.next.clone()),
            StepKind::Record(record) => self.ask(&record.prompts, false, false),
            StepKind::Transfer(_) => Go::Stop(Next::Transfer),
        })
    }

    fn block(&mut self, actions: &[Action]) -> Result<Go, Stuck> {
        for action in actions {
            match action {
                Action::Prompt(prompt) => self.prompt(prompt, false, false),
                Action::If(condition) if self.holds(condition) => return Ok(Go::To(condition.next.clone())),
                Action::If(_) => {}
                Action::Assign(name, value) => {
                    self.session.answers.insert(name.clone(), Value::from(value.as_str()));
                }
                Action::Clear(names) => self.session.answers.retain(|name, _| !names.contains(name)),
                Action::Priority(level) => self.session.priority = self.session.priority.min(*level),
                Action::Submit(submit) => return Ok(Go::Stop(Next::Submit(submit.task.clone()))),
                Action::Goto(next) => return Ok(Go::To(next.clone())),
                Action::GotoCategory => return self.category_start().map(Go::To),
                Action::Disconnect => return Ok(Go::Stop(Next::End)),
            }
        }
        Err(Stuck::Unexpected(self.session.at.clone()))
    }

    fn category_start(&self) -> Result<String, Stuck> {
        let code = self.session.category.clone().unwrap_or_default();
        let category = self.scripts.flow.categories.get(&code);
        category.map(|category| category.start.clone()).ok_or(Stuck::Unknown(code))
    }

    // --- what the caller does -------------------------------------------------------------------------------------

    fn menu_keys(&mut self, menu: &'a Menu, keys: &str) -> Option<Go> {
        self.session.active = true;
        // A habit of other lines: the end key after a choice.
        let mut pressed = if keys.len() > 1 { keys.trim_end_matches('#') } else { keys }.chars();
        let key = match (pressed.next(), pressed.next()) {
            (Some(key), None) => key,
            _ => '?',
        };
        let late_end_of_digits = key == '#' && std::mem::take(&mut self.session.after_digits);
        if let Some(choice) = menu.choices.iter().find(|choice| choice.dtmf == key) {
            return Some(self.choose(menu.name.as_deref(), choice));
        }
        match key {
            '*' => Some(self.repeat()),
            '#' if late_end_of_digits => Some(self.ask(&menu.prompts, true, true)),
            _ => self.link(&menu.events, key).or_else(|| self.nomatch(&menu.events)),
        }
    }

    fn field_keys(&mut self, field: &'a Field, keys: &str) -> Option<Go> {
        self.session.active = true;
        let typed = keys.trim_end_matches('#');
        if typed.is_empty() {
            let late_end_of_digits = std::mem::take(&mut self.session.after_digits);
            if late_end_of_digits {
                return Some(self.ask(&field.prompts, true, false));
            }
            return self.own_link(&field.events, '#').or_else(|| self.noinput(&field.events));
        }
        let digits = match typed.rsplit_once('*') {
            None => self.session.digits.clone() + typed,
            Some((_, "")) => return Some(self.repeat()),
            Some((_, last)) => last.to_owned(),
        };
        if let Some(go) = self.lone_zero(&field.events, &digits) {
            return Some(go);
        }
        let started_again = typed.contains('*') && digits.len() < usize::from(field.kind.length());
        if started_again {
            self.session.digits = digits;
            return Some(self.carry_on(field));
        }
        self.session.digits.clear();
        if acceptable(field.kind, &digits) {
            self.session.answers.insert(field.name.clone(), Value::Text(digits));
            self.session.after_digits = true;
            self.exit = Some("digits".to_owned());
            return Some(Go::To(field.next.clone()));
        }
        self.nomatch(&field.events)
    }

    /// Numbers begin with 0, so `0` means a person only when it stands alone (F-02).
    fn lone_zero(&mut self, events: &Events, digits: &str) -> Option<Go> {
        if digits == "0" { self.link(events, '0') } else { None }
    }

    fn carry_on(&mut self, field: &Field) -> Go {
        if let Some(prompt) = &self.scripts.flow.resumed {
            self.say(prompt, None, false, false);
        }
        let typed = u8::try_from(self.session.digits.len()).unwrap_or(0);
        let max = field.kind.length().saturating_sub(typed);
        Go::Stop(Next::Wait(Wait::Digits { max, timeout: field.timeout }))
    }

    fn message(&mut self, record: &'a Record, seconds: Option<u32>, key: Option<char>) -> Option<Go> {
        let empty = seconds.is_some_and(|seconds| seconds < SHORTEST_MESSAGE);
        self.session.active |= key.is_some() || !empty;
        let late_end_of_digits = std::mem::take(&mut self.session.after_digits) && key == Some('#');
        if late_end_of_digits && seconds.is_some_and(|seconds| seconds <= LATE_KEY) {
            return Some(self.ask(&record.prompts, true, false));
        }
        if let Some(choice) = record.choices.iter().find(|choice| Some(choice.dtmf) == key) {
            return Some(self.choose(Some(&record.name), choice));
        }
        if let Some(go) = key.and_then(|key| self.link(&record.events, key)) {
            return Some(go);
        }
        if key == Some('*') {
            return Some(self.repeat());
        }
        if empty {
            return self.noinput(&record.events);
        }
        self.session.answers.insert(record.name.clone(), Value::from("message"));
        self.exit = Some("message".to_owned());
        Some(Go::To(record.next.clone()))
    }

    fn choose(&mut self, name: Option<&str>, choice: &Choice) -> Go {
        self.exit = Some(choice.dtmf.to_string());
        self.session.after_digits = false;
        self.session.chosen |= !choice.service || choice.lang.is_some();
        if let Some(category) = &choice.category {
            self.session.category = Some(category.clone());
            self.session.priority = 3;
        }
        if let Some(lang) = choice.lang {
            self.session.lang = lang;
        }
        if let Some(level) = choice.priority {
            self.session.priority = self.session.priority.min(level);
        }
        if let (Some(name), Some(value)) = (name, &choice.value) {
            self.session.answers.insert(name.to_owned(), Value::from(value.as_str()));
        }
        Go::To(choice.next.clone())
    }

    /// Where the key leads: by the step's own link, else by the one that holds everywhere.
    fn link(&mut self, events: &Events, key: char) -> Option<Go> {
        self.own_link(events, key).or_else(|| self.follow(&self.scripts.flow.links, key))
    }

    fn own_link(&mut self, events: &Events, key: char) -> Option<Go> {
        self.follow(&events.links, key)
    }

    fn follow(&mut self, links: &[Link], key: char) -> Option<Go> {
        let link = links.iter().find(|link| link.dtmf == key)?;
        self.exit = Some(key.to_string());
        self.session.chosen = true;
        Some(Go::To(link.next.clone()))
    }

    fn outcome(&mut self, outcomes: &[Outcome], is: &str) -> Option<Go> {
        let outcome = outcomes.iter().find(|outcome| outcome.is == is)?;
        self.exit = Some(is.to_owned());
        Some(Go::To(outcome.next.clone()))
    }

    // --- failures -------------------------------------------------------------------------------------------------

    fn noinput(&mut self, events: &'a Events) -> Option<Go> {
        self.exit = Some("silence".to_owned());
        self.failed(&events.noinput, &self.scripts.flow.noinput)
    }

    fn nomatch(&mut self, events: &'a Events) -> Option<Go> {
        self.exit = Some("erreur".to_owned());
        self.failed(&events.nomatch, &self.scripts.flow.nomatch)
    }

    fn failed(&mut self, own: &'a [Handler], common: &'a [Handler]) -> Option<Go> {
        self.session.failures = self.session.failures.saturating_add(1);
        let (count, active) = (self.session.failures, self.session.active);
        let answers = |handler: &&Handler| {
            handler.count.is_none_or(|wanted| wanted == count) && !(handler.never_pressed && active)
        };
        let last = || common.iter().filter(|handler| !handler.never_pressed).max_by_key(|handler| handler.count);
        match &own.iter().find(answers).or_else(|| common.iter().find(answers)).or_else(last)?.then {
            Then::Goto(next) => Some(Go::To(next.clone())),
            Then::Ask { prompt, record, question } => {
                let recording = matches!(self.step(&self.session.at).ok()?.kind, StepKind::Record(_));
                self.say(record.as_ref().filter(|_| recording).unwrap_or(prompt), None, false, false);
                self.ask_again(*question)
            }
        }
    }

    /// Asks the question that waits once more, without a word where `question` is false.
    fn ask_again(&mut self, question: bool) -> Option<Go> {
        let prompts = |prompts: &'a [Prompt]| if question { prompts } else { &[] };
        Some(match &self.step(&self.session.at).ok()?.kind {
            StepKind::Menu(menu) => self.ask(prompts(&menu.prompts), true, true),
            StepKind::Field(field) => self.ask(prompts(&field.prompts), true, false),
            StepKind::Record(record) => self.ask(prompts(&record.prompts), true, false),
            StepKind::Block(_) | StepKind::Transfer(_) => return None,
        })
    }

    fn repeat(&mut self) -> Go {
        if let Some(prompt) = &self.scripts.flow.repeated {
            self.say(prompt, None, false, false);
        }
        self.session.digits.clear();
        match self.step(&self.session.at).map(|step| &step.kind) {
            Ok(StepKind::Menu(menu)) => self.ask(&menu.prompts, false, true),
            Ok(StepKind::Field(field)) => self.ask(&field.prompts, false, false),
            Ok(StepKind::Record(record)) => self.ask(&record.prompts, false, false),
            _ => Go::To(self.session.at.clone()),
        }
    }

    // --- words ----------------------------------------------------------------------------------------------------

    /// Says the question, whole or in its short form, and waits at the step where the call stands.
    fn ask(&mut self, prompts: &[Prompt], short: bool, options: bool) -> Go {
        // The short question is the first phrase that is said each time.
        let heard = if short { 1 } else { prompts.len() };
        for prompt in prompts.iter().filter(|prompt| !(short && prompt.once)).take(heard) {
            self.prompt(prompt, short, options);
        }
        match self.step(&self.session.at).map(|step| &step.kind) {
            Ok(StepKind::Field(field)) => {
                Go::Stop(Next::Wait(Wait::Digits { max: field.kind.length(), timeout: field.timeout }))
            }
            Ok(StepKind::Record(record)) => {
                Go::Stop(Next::Wait(Wait::Message { keys: keys_of(record), max: record.max }))
            }
            Ok(StepKind::Menu(menu)) => Go::Stop(Next::Wait(Wait::Key { timeout: menu.timeout })),
            _ => Go::To(self.session.at.clone()),
        }
    }

    fn prompt(&mut self, prompt: &Prompt, short: bool, options: bool) {
        if prompt.once && !self.session.said.insert(prompt.id.clone()) {
            return;
        }
        self.say(&prompt.id, prompt.lang, short, options);
    }

    fn say(&mut self, id: &str, lang: Option<Lang>, short: bool, options: bool) {
        let form = Form { short, other: self.session.for_other() };
        let spoken = [lang.unwrap_or(self.session.lang), Lang::FRENCH].into_iter().find_map(|lang| {
            let catalog = self.scripts.catalogs.get(&lang)?;
            let values = self.values(&catalog.variables(id));
            Some((lang, catalog.say(id, form, &values)?, catalog.variables(id).is_empty()))
        });
        if let Some((lang, pieces, fixed)) = spoken {
            let pieces = if options { with_pauses_between_options(pieces) } else { pieces };
            let fixed = fixed && form == Form { short: false, other: false };
            self.said.push(Utterance { prompt: id.to_owned(), lang, pieces, fixed });
        }
    }

    /// What a phrase says: of facts, answers, and what follows from them, only the values that it names.
    fn values(&self, names: &[&str]) -> Values {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.value(name)?))).collect()
    }

    fn value(&self, name: &str) -> Option<Value> {
        match (name, &self.session.category) {
            ("besoin", Some(code)) => {
                Some(super::need_of(self.scripts, self.session.lang, code, &self.session.answers).into())
            }
            _ if DERIVED.contains(&name) => Some(self.derived(name).unwrap_or_default().into()),
            _ => self.session.answers.get(name).or_else(|| self.facts.get(name)).cloned(),
        }
    }

    fn derived(&self, name: &str) -> Option<String> {
        Some(match name {
            "categorie" => self.session.category.clone().unwrap_or_default(),
            "langue" => self.session.lang.code().to_owned(),
            "joignable" => if self.can_be_called() { "oui" } else { "non" }.to_owned(),
            "appuye" => if self.session.active { "oui" } else { "non" }.to_owned(),
            "urgent" => if self.session.priority <= 1 { "oui" } else { "non" }.to_owned(),
            "niveau" => match self.scripts.catalogs.get(&self.session.lang).map(|catalog| catalog.level) {
                Some(Level::Welcome) => "accueil",
                _ => "complet",
            }
            .to_owned(),
            "suite" => {
                let category = self.scripts.flow.categories.get(self.session.category.as_deref()?)?;
                if category.by == SolvedBy::Neighbour { "voisin" } else { "agent" }.to_owned()
            }
            _ => return None,
        })
    }

    fn holds(&self, condition: &Condition) -> bool {
        let name = condition.test.as_str();
        let value = self.derived(name).unwrap_or_else(|| {
            let value = self.session.answers.get(name).or_else(|| self.facts.get(name));
            value.map(ToString::to_string).unwrap_or_default()
        });
        condition.is.contains(&value)
    }

    /// Whether some number to call back is known: one that was typed, or the caller's own unless she gave none.
    fn can_be_called(&self) -> bool {
        let refused = self.session.answers.get("contact_choisi").is_some_and(|choice| *choice == Value::from("aucun"));
        let own = self.facts.get("rappelable").is_some_and(|can| *can == Value::from("oui"));
        self.known("contact") || (own && !refused)
    }

    fn known(&self, name: &str) -> bool {
        self.session.answers.contains_key(name)
    }

    fn known_choice<'m>(&self, menu: &'m Menu) -> Option<&'m Choice> {
        let Value::Text(value) = self.session.answers.get(menu.name.as_deref()?)? else { return None };
        menu.choices.iter().find(|choice| choice.value.as_deref() == Some(value))
    }
}

/// The keys that end a message: `#`, the reserved keys, and those that mean something there.
fn keys_of(record: &Record) -> String {
    let own = record.choices.iter().map(|choice| choice.dtmf);
    ['#', '0', '*'].into_iter().chain(own).collect()
}

fn acceptable(kind: FieldKind, digits: &str) -> bool {
    let all_digits = digits.chars().all(|digit| digit.is_ascii_digit());
    let complete = digits.len() == usize::from(kind.length());
    all_digits
        && complete
        && match kind {
            FieldKind::Digits(_) => true,
            FieldKind::Count(least, most) => digits.parse().is_ok_and(|count: u8| (least..=most).contains(&count)),
            FieldKind::Phone => PhoneNumber::parse(digits).is_ok_and(|number| number.is_dialable()),
        }
}

#[cfg(test)]
mod tests;
