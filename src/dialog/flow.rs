//! A flow as it stands in memory: steps, and where each leads. The words of `VoiceXML`, plus our few domain steps.

use std::collections::{BTreeMap, BTreeSet};

use super::session::Values;
use crate::lang::Lang;

/// Where in the voice-scripts something was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the folder of the voice-scripts.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// Every step of every file, by id, and what holds everywhere.
#[derive(Debug, Default)]
pub struct Flow {
    /// The step at which a call begins.
    pub start: String,
    /// The step to which a call that lasts too long is led (T1).
    pub limit: String,
    /// The steps, by id.
    pub steps: BTreeMap<String, Step>,
    /// The kinds of request (F-43), by code.
    pub categories: BTreeMap<String, Category>,
    /// Keys that work at every wait: `0` reaches a person (F-02).
    pub links: Vec<Link>,
    /// What a silence leads to where the step says nothing else (F-17).
    pub noinput: Vec<Handler>,
    /// What an unknown key leads to where the step says nothing else (F-17).
    pub nomatch: Vec<Handler>,
    /// What is said before the question when the caller asks to hear it again.
    pub repeated: Option<String>,
    /// What is said when the digits after a star are not yet all there (F-12).
    pub resumed: Option<String>,
}

/// A kind of request: shopping, printing, childcare…
#[derive(Debug, Clone)]
pub struct Category {
    /// Where it is declared.
    pub place: Place,
    /// The step that asks its first question.
    pub start: String,
    /// Who solves it.
    pub by: SolvedBy,
    /// What a neighbour who helps with it must be able to do; the first row that holds counts.
    pub helpers: Vec<Helper>,
}

/// `<helper skill="medicaments" test="courses_type" is="medicaments les_deux"/>`: a skill that a category asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helper {
    /// Where it is written.
    pub place: Place,
    /// The code of the skill; its words are `competence-…` of `bureau.ftl`.
    pub skill: String,
    /// The answer that it holds for; none: always.
    pub when: Option<Answered>,
    /// Whether an agent must look at the pair before anybody meets (F-07).
    pub validated: Validated,
}

/// When an agent looks at a pair of resident and neighbour before they meet (F-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validated {
    /// Nobody needs to.
    Never,
    /// Each pair, each time.
    Always,
    /// The first time of a pair, if this was answered.
    FirstTimeIf(Answered),
}

/// An answer, and the values of it that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

impl Answered {
    /// Whether that was answered.
    pub fn holds(&self, answers: &Values) -> bool {
        answers.get(&self.name).is_some_and(|value| self.values.contains(&value.to_string()))
    }
}

impl Category {
    /// What a neighbour who helps with these answers must be able to do.
    pub fn helper(&self, answers: &Values) -> Option<&Helper> {
        self.helpers.iter().find(|helper| helper.when.as_ref().is_none_or(|when| when.holds(answers)))
    }
}

/// Who may solve a request of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolvedBy {
    /// A neighbour, once the caller agreed (F-06).
    Neighbour,
    /// An agent only (F-07).
    Agent,
    /// The referent of the volunteers: somebody offers her own help.
    Referent,
}

impl Flow {
    /// The codes of all skills that categories ask for, each once, in the order of their codes.
    pub fn skills(&self) -> BTreeSet<&str> {
        let helpers = self.categories.values().flat_map(|category| &category.helpers);
        helpers.map(|helper| helper.skill.as_str()).collect()
    }
}

/// A key that works at every wait, or at one wait in its own way.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it is declared.
    pub place: Place,
    /// The key.
    pub dtmf: char,
    /// The step it leads to.
    pub next: String,
}

/// One step of the dialog.
#[derive(Debug)]
pub struct Step {
    /// Where it is written.
    pub place: Place,
    /// What it does.
    pub kind: StepKind,
}

impl Step {
    /// The name of the value that an answer fills here.
    pub fn value_name(&self) -> Option<&str> {
        match &self.kind {
            StepKind::Menu(menu) => menu.name.as_deref(),
            StepKind::Field(field) => Some(&field.name),
            StepKind::Record(record) => Some(&record.name),
            StepKind::Block(_) | StepKind::Transfer(_) => None,
        }
    }
}

/// What a step does.
#[derive(Debug)]
pub enum StepKind {
    /// Says and decides, without waiting for the caller.
    Block(Vec<Action>),
    /// Waits for one key among a few.
    Menu(Menu),
    /// Waits for several digits.
    Field(Field),
    /// Waits for a spoken message.
    Record(Record),
    /// Rings the phone that was found for the caller.
    Transfer(Vec<Outcome>),
}

/// One thing a block does.
#[derive(Debug)]
pub enum Action {
    /// Says something.
    Prompt(Prompt),
    /// Goes elsewhere if a value is what it says.
    If(Condition),
    /// Keeps a value.
    Assign(String, String),
    /// Forgets values, so that their questions are asked again.
    Clear(Vec<String>),
    /// Raises the priority: 0 is the most urgent (F-43).
    Priority(u8),
    /// Hands what was collected to the service and goes on by its answer.
    Submit(Submit),
    /// Goes elsewhere.
    Goto(String),
    /// Goes to the first question of the chosen category.
    GotoCategory,
    /// Ends the call.
    Disconnect,
}

/// `<if test="ouvert" is="non" next="ferme"/>`
#[derive(Debug)]
pub struct Condition {
    /// Where it is written.
    pub place: Place,
    /// The name of the value.
    pub test: String,
    /// The values that make it true; the empty word stands for a value that is not there.
    pub is: Vec<String>,
    /// Where a true condition leads.
    pub next: String,
}

/// Something to say.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// Where it is written.
    pub place: Place,
    /// The id of the words in `voice.ftl`.
    pub id: String,
    /// The language, where it is not the caller's.
    pub lang: Option<Lang>,
    /// Said only the first time in a call.
    pub once: bool,
    /// Speaks to the caller about herself, also when the help is for another person (F-21).
    pub to_caller: bool,
}

/// One key among a few.
#[derive(Debug, Default)]
pub struct Menu {
    /// The value that the chosen option fills; a menu whose value is known is not asked again.
    pub name: Option<String>,
    /// The question.
    pub prompts: Vec<Prompt>,
    /// The options.
    pub choices: Vec<Choice>,
    /// What happens on silence or on an unknown key, where it differs from everywhere else.
    pub events: Events,
    /// Seconds of silence that count as no answer (F-13).
    pub timeout: u32,
}

/// One option of a menu.
#[derive(Debug, Default, Clone)]
pub struct Choice {
    /// Where it is written.
    pub place: Place,
    /// The key.
    pub dtmf: char,
    /// The value that it gives to the menu's name.
    pub value: Option<String>,
    /// The step it leads to.
    pub next: String,
    /// Raises the priority.
    pub priority: Option<u8>,
    /// Begins a request of this category.
    pub category: Option<String>,
    /// Changes the language of the call.
    pub lang: Option<Lang>,
    /// A service key of the welcome (6 to 9), which is not an option of the menu.
    pub service: bool,
}

/// Several digits.
#[derive(Debug)]
pub struct Field {
    /// The value that the digits fill.
    pub name: String,
    /// What digits are acceptable.
    pub kind: FieldKind,
    /// The question.
    pub prompts: Vec<Prompt>,
    /// Where good digits lead.
    pub next: String,
    /// What happens on silence or on bad digits, where it differs from everywhere else.
    pub events: Events,
    /// Seconds of silence that end the digits (F-13).
    pub timeout: u32,
}

/// What digits are acceptable in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Exactly so many digits.
    Digits(u8),
    /// A French number that may be called back: ten digits.
    Phone,
    /// One digit between the two.
    Count(u8, u8),
}

impl FieldKind {
    /// How many digits a good answer has.
    pub fn length(self) -> u8 {
        match self {
            Self::Digits(length) => length,
            Self::Phone => 10,
            Self::Count(..) => 1,
        }
    }
}

/// A spoken message.
#[derive(Debug)]
pub struct Record {
    /// The value that says the message is there.
    pub name: String,
    /// The question.
    pub prompts: Vec<Prompt>,
    /// Keys with a meaning of their own during the message.
    pub choices: Vec<Choice>,
    /// Where a message leads.
    pub next: String,
    /// The longest message, in seconds.
    pub max: u32,
    /// What happens without a message, where it differs from everywhere else.
    pub events: Events,
}

/// Silence, unknown keys, and keys that lead elsewhere than they do everywhere else.
#[derive(Debug, Default)]
pub struct Events {
    /// The handlers of silence.
    pub noinput: Vec<Handler>,
    /// The handlers of an unknown key or of bad digits.
    pub nomatch: Vec<Handler>,
    /// Keys with a way of their own here: `0` in danger, `#` for « je ne l'ai pas ».
    pub links: Vec<Link>,
}

/// What a silence or an unknown key leads to.
#[derive(Debug, Clone)]
pub struct Handler {
    /// Where it is written.
    pub place: Place,
    /// The failure it answers at this question, from 1; `None` for all.
    pub count: Option<u8>,
    /// Only for a caller who pressed no key and said no word since the call began (T1).
    pub never_pressed: bool,
    /// What to do.
    pub then: Then,
}

/// What to do about a failure.
#[derive(Debug, Clone)]
pub enum Then {
    /// Say this and ask again.
    Ask {
        /// The words.
        prompt: String,
        /// The words where a message was expected.
        record: Option<String>,
        /// Whether the short form of the question follows.
        question: bool,
    },
    /// Go elsewhere.
    Goto(String),
}

/// Work for the service.
#[derive(Debug)]
pub struct Submit {
    /// Where it is written.
    pub place: Place,
    /// What to do.
    pub task: Task,
    /// Where each answer leads.
    pub outcomes: Vec<Outcome>,
}

/// One answer of the service.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Where it is written.
    pub place: Place,
    /// The answer.
    pub is: String,
    /// Where it leads.
    pub next: String,
}

/// What the dialog may ask of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Stores the request: `kept`.
    KeepRequest,
    /// Looks a request up by its six digits (F-22): `found`, `unknown`, `agent` (too many tries).
    FindRequest,
    /// Adds the recorded message to the request that was found: `kept`.
    AddToRequest,
    /// Cancels the request that was found: `cancelled`.
    CancelRequest,
    /// Looks for a person to talk to: `ring`, `wait`, `closed`, `nobody`.
    AskPerson,
    /// The same for a caller in danger: the on-call numbers outside opening hours (F-43).
    AskPersonInDanger,
    /// Opens a callback for the reason given: `kept`.
    LeaveCallback(String),
    /// Says whether the postal code is the line's: `inside`, `outside`.
    CheckPlace,
}

impl Task {
    /// The task that a flow names, if there is one.
    pub fn named(name: &str, reason: Option<&str>) -> Option<Self> {
        Some(match name {
            "keep-request" => Self::KeepRequest,
            "find-request" => Self::FindRequest,
            "add-to-request" => Self::AddToRequest,
            "cancel-request" => Self::CancelRequest,
            "ask-person" => Self::AskPerson,
            "ask-person-in-danger" => Self::AskPersonInDanger,
            "leave-callback" => Self::LeaveCallback(reason.unwrap_or("demande").to_owned()),
            "check-place" => Self::CheckPlace,
            _ => return None,
        })
    }

    /// Every answer that the task may give.
    pub fn outcomes(&self) -> &'static [&'static str] {
        match self {
            Self::KeepRequest | Self::AddToRequest | Self::LeaveCallback(_) => &["kept"],
            Self::FindRequest => &["found", "unknown", "agent"],
            Self::CancelRequest => &["cancelled"],
            Self::AskPerson | Self::AskPersonInDanger => &["ring", "wait", "closed", "nobody"],
            Self::CheckPlace => &["inside", "outside"],
        }
    }
}

/// Every answer that a transfer may give.
pub const TRANSFER_OUTCOMES: &[&str] = &["answered", "unanswered"];
