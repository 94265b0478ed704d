//! What the dialog asks of the service, done in the transaction of the turn: requests, callbacks, the queue.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::store::{self, CallRow};
use super::switchboard::{Switchboard, back};
use super::{facts, follow_up, person, queue};
use crate::callbacks;
use crate::callbacks::alert::{self, Came};
use crate::callbacks::callback::{self, Reason};
use crate::callbacks::store::NewCallback;
use crate::db::{DbError, Tx};
use crate::dialog::{Session, Task, Value, Values};
use crate::lines::promise::{Promise, promise, promise_in};
use crate::lines::{HalfDay, Line};
use crate::phone::{Dialable, PhoneNumber};
use crate::requests::content::Person;
use crate::requests::event::CALLER;
use crate::requests::keep::{self, Wish};
use crate::requests::{self, Consent};

/// The answer that says a caller entered the queue.
pub const WAITING: &str = "attente";
/// The answer that says a person took the call.
pub const TALKED: &str = "personne";
/// Calls within a day without anybody having called back, from which one step of priority is gained (F-22).
const INSISTENT: i64 = 3;

/// What a task knows about its turn.
pub struct Context<'a> {
    /// The collaborators.
    pub board: &'a Switchboard,
    /// The line.
    pub line: &'a Line,
    /// The call.
    pub call: &'a CallRow,
    /// When.
    pub now: Timestamp,
    /// The delay that a promise counts on.
    pub delay: Duration,
    /// Whether the caller's own number is one that we dial; without one, only a number that she typed is called.
    pub dialable: bool,
}

impl Context<'_> {
    /// What may be promised now (F-04), at the time of day that the caller asked for.
    pub fn promise(&self, session: &Session) -> Option<Promise> {
        let hours = &self.line.settings.hours;
        match wanted_half(session) {
            Some(wanted) => promise_in(self.now, self.delay, hours, wanted),
            None => promise(self.now, self.delay, hours),
        }
    }

    /// The same, as values to say.
    pub fn promised(&self, session: &Session) -> Values {
        facts::promised(self.promise(session).as_ref(), &self.line.settings, self.now)
    }

    /// Whether somebody can be called back: nothing is promised to anybody else.
    fn reachable(&self, session: &Session, contact: Option<Uuid>) -> bool {
        contact.is_some() && (self.dialable || number(session, "contact").is_some())
    }
}

/// What a task answers to the dialog.
pub struct Done {
    /// One of the task's outcomes.
    pub is: &'static str,
    /// What the dialog may say about it.
    pub values: Values,
    /// The phone that rings, and the token of its whisper.
    pub ringing: Option<(Dialable, String)>,
}

impl Done {
    /// An answer without anything to say.
    pub fn is(is: &'static str) -> Self {
        Self { is, values: Values::new(), ringing: None }
    }

    /// The same with values to say.
    #[must_use]
    pub fn saying(mut self, values: Values) -> Self {
        self.values = values;
        self
    }
}

/// Does what the dialog asks for.
pub async fn perform(
    tx: &mut Tx<'_>,
    context: &Context<'_>,
    session: &mut Session,
    task: &Task,
) -> Result<Done, DbError> {
    match task {
        Task::KeepRequest => keep_request(tx, context, session).await,
        Task::LeaveCallback(reason) => {
            let reason = Reason::of_code(reason).unwrap_or(Reason::Failure);
            let promised = leave_callback(tx, context, session, reason).await?;
            Ok(Done::is("kept").saying(promised))
        }
        Task::CheckPlace => Ok(Done::is(place(context.line, session))),
        Task::FindRequest => follow_up::find(tx, context, session).await,
        Task::AddToRequest => follow_up::add(tx, context, session).await,
        Task::CancelRequest => follow_up::cancel(tx, context, session).await,
        Task::AskPerson => person::ask(tx, context, session, false).await,
        Task::AskPersonInDanger => person::ask(tx, context, session, true).await,
    }
}

/// Whether the postal code is one that the line serves; a line without a list serves them all.
fn place(line: &Line, session: &Session) -> &'static str {
    let code = session.answers.get("code_postal").map(ToString::to_string).unwrap_or_default();
    if line.settings.serves(&code) { "inside" } else { "outside" }
}

async fn keep_request(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<Done, DbError> {
    let Context { board, line, call, now, .. } = *context;
    let contact_id = contact(tx, context, session).await?;
    let priority = raised(tx, context, session.priority).await?;
    let answers = serde_json::to_vec(&session.answers).unwrap_or_default();
    let postal_code = session.answers.get("code_postal").map(ToString::to_string);
    let category = session.category.clone().unwrap_or_else(|| "autre".to_owned());
    let person = || Person { phone: number(session, "tiers_numero"), ..Person::default() };
    let wish = Wish {
        id: board.ids.row(now),
        line_id: line.id,
        call_id: Some(call.id),
        caller_id: call.caller_id,
        contact_id,
        for_other: session.for_other().then(person),
        agreed: false,
        category: &category,
        priority,
        lang: session.lang,
        postal_code: postal_code.as_deref(),
        consent: consent(session),
        answers: &answers,
        place: None,
        actor: CALLER,
    };
    let kept = keep::keep(tx, &board.keyring, &*board.ids, &wish, now).await?;
    if let Some(caller) = call.caller_id {
        requests::store::remember_lang(tx, caller, session.lang).await?;
    }
    let opened = Opened {
        reason: Reason::Request,
        contact_id,
        priority,
        request_id: Some(kept.id),
        opened_at: now,
        promised: true,
    };
    open(tx, context, session, &opened).await?;
    session.kept = true;
    let mut values = context.promised(session);
    values.insert("ref".to_owned(), Value::Text(kept.reference));
    Ok(Done::is("kept").saying(values))
}

/// Opens a callback for this call and returns what may be promised about it.
pub async fn leave_callback(
    tx: &mut Tx<'_>,
    context: &Context<'_>,
    session: &mut Session,
    reason: Reason,
) -> Result<Values, DbError> {
    let contact_id = contact(tx, context, session).await?;
    let priority = raised(tx, context, reason.priority(session.priority)).await?;
    let request_id = session.answers.get(follow_up::FOUND).and_then(|id| id.to_string().parse().ok());
    let joined =
        if session.answers.contains_key(WAITING) { queue::store::leave(tx, context.call.id).await? } else { None };
    // Whoever prefers to be called back keeps the place that she had in the queue (F-20).
    let opened_at = joined.filter(|_| reason == Reason::Waited).unwrap_or(context.now);
    let opened = Opened { reason, contact_id, priority, request_id, opened_at, promised: true };
    let callback = open(tx, context, session, &opened).await?;
    if let (Reason::Danger, Some(callback)) = (reason, callback) {
        alert(tx, context, callback).await?;
    }
    session.kept = true;
    Ok(context.promised(session))
}

/// What differs from one callback to another.
pub struct Opened {
    /// Why.
    pub reason: Reason,
    /// Whom to call.
    pub contact_id: Option<Uuid>,
    /// 0 to 3.
    pub priority: u8,
    /// The request behind it.
    pub request_id: Option<Uuid>,
    /// When it counts as opened.
    pub opened_at: Timestamp,
    /// Whether the caller hears by when she is called back; whoever hung up or talked to a person does not.
    pub promised: bool,
}

/// Opens a callback of this call.
pub async fn open(
    tx: &mut Tx<'_>,
    context: &Context<'_>,
    session: &Session,
    opened: &Opened,
) -> Result<Option<Uuid>, DbError> {
    let promise = context.promise(session).filter(|_| opened.promised);
    let answers = serde_json::to_vec(&session.answers).unwrap_or_default();
    let hours = &context.line.settings.hours;
    let due_at = callback::due(opened.priority, opened.opened_at, hours, promise.as_ref());
    // Somebody in danger is told « très vite », not a half-day, where somebody can be reached.
    let soon = opened.reason == Reason::Danger && facts::reachable_now(&context.line.settings, context.now);
    let told = if soon { Some(due_at) } else { promise.map(|promise| promise.until) };
    let new = NewCallback {
        id: context.board.ids.row(context.now),
        line_id: context.line.id,
        call_id: Some(context.call.id),
        request_id: opened.request_id,
        contact_id: opened.contact_id,
        reason: opened.reason,
        category: session.category.as_deref(),
        priority: opened.priority,
        lang: session.lang,
        opened_at: opened.opened_at,
        due_at,
        promised_until: told.filter(|_| context.reachable(session, opened.contact_id)),
        answers: &answers,
        spool_id: None,
    };
    callbacks::store::open(tx, &context.board.keyring, &new).await
}

async fn alert(tx: &mut Tx<'_>, context: &Context<'_>, callback_id: Uuid) -> Result<(), DbError> {
    let now = context.now;
    let due = alert::first_round(&context.line.settings.hours, Came::Ringing, now);
    alert::ask_for(tx, context.board.ids.row(now), callback_id, None, now, due).await
}

/// A person took the call: what it left open is settled. A call that left nothing leaves the trace that somebody was
/// talked to.
pub async fn talked(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<(), DbError> {
    let (call, now) = (context.call, context.now);
    let joined = queue::store::leave(tx, call.id).await?.unwrap_or(now);
    if callbacks::store::contacted(tx, call.id, now).await? == 0 {
        let contact_id = contact(tx, context, session).await?;
        let priority = session.priority;
        let opened = Opened {
            reason: Reason::Person,
            contact_id,
            priority,
            request_id: None,
            opened_at: joined,
            promised: false,
        };
        open(tx, context, session, &opened).await?;
        callbacks::store::contacted(tx, call.id, now).await?;
    }
    session.answers.insert(TALKED.to_owned(), Value::from("oui"));
    session.kept = true;
    Ok(())
}

/// Whom to call back: the number that was typed, else the caller's own unless she gave none.
pub async fn contact(tx: &mut Tx<'_>, context: &Context<'_>, session: &Session) -> Result<Option<Uuid>, DbError> {
    if let Some(typed) = number(session, "contact") {
        let fresh = context.board.ids.row(context.now);
        return requests::store::caller(tx, &context.board.keyring, fresh, &typed, context.now).await.map(Some);
    }
    let refused = session.answers.get("contact_choisi").is_some_and(|choice| *choice == Value::from("aucun"));
    Ok(context.call.caller_id.filter(|_| !refused))
}

/// A priority, one step higher for somebody who calls again and again unheard (F-22). Only danger is P0.
pub async fn raised(tx: &mut Tx<'_>, context: &Context<'_>, priority: u8) -> Result<u8, DbError> {
    let Some(caller) = context.call.caller_id.filter(|_| priority > 1) else { return Ok(priority) };
    let since = back(context.now, Duration::from_hours(24));
    let insistent = store::without_contact(tx, caller, since).await? >= INSISTENT;
    Ok(priority - u8::from(insistent))
}

/// The half of the day in which the caller prefers to be called.
fn wanted_half(session: &Session) -> Option<HalfDay> {
    match session.answers.get("rappel_moment")?.to_string().as_str() {
        "matin" => Some(HalfDay::Morning),
        "apres_midi" => Some(HalfDay::Afternoon),
        _ => None,
    }
}

fn consent(session: &Session) -> Consent {
    match session.answers.get("accord").map(ToString::to_string).as_deref() {
        Some("oui") if !session.for_other() => Consent::Given,
        Some("non") => Consent::Refused,
        _ => Consent::NotAsked,
    }
}

fn number(session: &Session, name: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(&session.answers.get(name)?.to_string()).ok()
}
