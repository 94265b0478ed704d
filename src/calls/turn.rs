//! One webhook of a call: dialog and database in one transaction, one document back.
//!
//! The number of the turn is in the address of the document before. A turn that was played is answered with the stored
//! document, same bytes, and changes nothing: so a webhook may come twice, late, or to another instance. A turn that is
//! ahead or whose token is wrong gets the last document again; a call that is not known begins anew.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::queue;
use super::store::{self, CallRow, NewCall, Played};
use super::switchboard::{Switchboard, Voice, since};
use super::task::{self, Context};
use super::translate::{self, Addresses, Ringing};
use super::{apology, facts, hangup, recordings};
use crate::callbacks;
use crate::db::{DbError, Tx};
use crate::dialog::{self, Input, Next, Session, StepKind, Stuck, Utterance, Values};
use crate::lang::Lang;
use crate::lines::Line;
use crate::phone::{CallerId, Dialable, PhoneNumber};
use crate::requests::{
    self,
    plan::{self, Effect},
};
use crate::telephony::event::{CallEvent, DialEvent};
use crate::telephony::verbs::VoiceResponse;
use crate::telephony::xml::DocumentError;

/// The longest that a call may stay in the menus (T1); waiting for a person has a limit of its own.
const LONGEST_CALL: Duration = Duration::from_mins(15);
/// More exchanges with the service than this between two waits can only be a circle.
const MOST_TASKS: usize = 20;

/// Which turn a webhook answers, as the address of the document before says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The number of the turn.
    pub turn: i64,
    /// What proves that we gave that address for that call.
    pub token: String,
    /// Whether this is the fall-through of a document: the caller did nothing.
    pub silent: bool,
}

/// Why a turn could not be played. The caller hears an apology.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The database did not do its part.
    #[error("the turn could not be stored")]
    Db(#[from] DbError),
    /// The flow cannot go on.
    #[error("the dialog is stuck")]
    Stuck(#[from] Stuck),
    /// The document is too large.
    #[error("the document could not be written")]
    Document(#[from] DocumentError),
    /// A stored session or answer does not read with this key.
    #[error("what was stored for this call cannot be read")]
    Unreadable,
}

/// Plays one webhook and returns the document.
pub async fn handle(
    board: &Arc<Switchboard>,
    line: &Line,
    event: CallEvent,
    caller: CallerId,
    at: Option<At>,
) -> Result<String, TurnError> {
    let now = board.clock.now();
    // Here rather than in the transaction: they take their time, and others wait for the one writer.
    let moment = board.moments.of(&board.db, line, now).await?;
    let facts = facts::with_caller(&moment.facts, &caller);
    let player =
        Player { board: board.clone(), line: line.clone(), event, caller, at, now, delay: moment.delay, facts };
    board.db.write(move |tx| Box::pin(async move { player.play(tx).await })).await
}

struct Player {
    board: Arc<Switchboard>,
    line: Line,
    event: CallEvent,
    caller: CallerId,
    at: Option<At>,
    now: Timestamp,
    delay: Duration,
    facts: Values,
}

impl Player {
    async fn play(&self, tx: &mut Tx<'_>) -> Result<String, TurnError> {
        // Looked for before anything is written, so that a call delivered again does not even move its caller's date.
        let call = match store::lock(tx, &self.event.call_sid).await? {
            Some(call) => call,
            None => match self.begin(tx).await? {
                Some(call) => return self.advance(tx, call).await,
                None => store::lock(tx, &self.event.call_sid).await?.ok_or(TurnError::Unreadable)?,
            },
        };
        match self.played_before(&call) {
            Some(turn) => self.stored(tx, &call, turn).await,
            None => self.advance(tx, call).await,
        }
    }

    /// Stores a call that begins; `None` when it is known.
    async fn begin(&self, tx: &mut Tx<'_>) -> Result<Option<CallRow>, DbError> {
        let caller_id = match self.caller.number() {
            Some(number) => {
                let fresh = self.board.ids.row(self.now);
                Some(requests::store::caller(tx, &self.board.keyring, fresh, number, self.now).await?)
            }
            None => None,
        };
        let id = self.board.ids.row(self.now);
        let new = NewCall { id, sid: &self.event.call_sid, line_id: self.line.id, caller_id, now: self.now };
        store::begin(tx, &new).await
    }

    /// The turn whose stored document answers this webhook, unless it is the one that is expected.
    fn played_before(&self, call: &CallRow) -> Option<i64> {
        let last = call.turn - 1;
        match &self.at {
            None => Some(0),
            Some(at) if at.token != self.board.keyring.step_token(&self.event.call_sid, at.turn) => Some(last),
            Some(at) if at.turn == call.turn => None,
            Some(at) => Some(at.turn.min(last)),
        }
    }

    async fn stored(&self, tx: &mut Tx<'_>, call: &CallRow, turn: i64) -> Result<String, TurnError> {
        let sealed = store::answer(tx, call.id, turn).await?.ok_or(TurnError::Unreadable)?;
        let place = answer_place(call.id, turn);
        let plain = self.board.keyring.open("turns.answer", &place, &sealed).map_err(|_| TurnError::Unreadable)?;
        String::from_utf8(plain).map_err(|_| TurnError::Unreadable)
    }

    /// Plays the turn that is expected.
    async fn advance(&self, tx: &mut Tx<'_>, call: CallRow) -> Result<String, TurnError> {
        let voice = self.board.voice.load_full();
        let session = self.session(&call, &voice)?;
        if let Some(recording) = &self.event.recording {
            recordings::keep(tx, &self.board, &call, &session.at, recording, self.now).await?;
        }
        if !call.live || self.event.hung_up {
            return self.gone(tx, &call, session).await;
        }
        let step = session.at.clone();
        match self.sprints(tx, &call, &voice, session).await {
            Err(TurnError::Stuck(Stuck::Unexpected(_))) if call.turn > 0 => self.stored(tx, &call, call.turn - 1).await,
            Err(cause) => Err(cause),
            Ok(end) => self.keep(tx, &call, &voice, &step, end),
        }
    }

    fn session(&self, call: &CallRow, voice: &Voice) -> Result<Session, TurnError> {
        if call.turn == 0 {
            return Ok(Session::new(&voice.scripts.flow.start));
        }
        let place = call.id.to_string();
        let plain =
            self.board.keyring.open("calls.session", &place, &call.session).map_err(|_| TurnError::Unreadable)?;
        serde_json::from_slice(&plain).map_err(|_| TurnError::Unreadable)
    }

    /// Runs the dialog until it waits for the caller, doing what it asks for on the way.
    async fn sprints(
        &self,
        tx: &mut Tx<'_>,
        call: &CallRow,
        voice: &Voice,
        mut session: Session,
    ) -> Result<TurnEnd, TurnError> {
        let context = self.context(call);
        let mut facts = self.facts.clone();
        facts.extend(context.promised(&session));
        facts.extend([facts::turn(call.turn)]);
        if call.turn == 0 {
            facts.extend(self.planned(tx, call, &mut session).await?);
        }
        let mut input = self.input(tx, call, voice, &mut session).await?;
        let mut end = TurnEnd { session, said: Vec::new(), next: Next::End, exit: None, ringing: None };
        for _ in 0..MOST_TASKS {
            let sprint = dialog::run(&voice.scripts, end.session, input, &facts)?;
            end.session = sprint.session;
            end.said.extend(sprint.said);
            end.exit = end.exit.or(sprint.exit);
            let Next::Submit(asked) = sprint.next else {
                end.next = sprint.next;
                return Ok(end);
            };
            let done = task::perform(tx, &context, &mut end.session, &asked).await?;
            end.ringing = done.ringing.or(end.ringing);
            input = Input::Outcome { is: done.is.to_owned(), values: done.values };
        }
        Err(Stuck::Endless(end.session.at).into())
    }

    /// What a supervisor decided of this caller's calls (F-23), said in the language that she speaks with the line.
    async fn planned(&self, tx: &mut Tx<'_>, call: &CallRow, session: &mut Session) -> Result<Values, DbError> {
        let Some(caller_id) = call.caller_id else { return Ok(Values::new()) };
        let in_force = requests::store::plans::in_force(tx, call.line_id, caller_id, self.now).await?;
        let Some((rule, lang)) = in_force else { return Ok(Values::new()) };
        let settings = &self.line.settings;
        let effect = plan::effect(&rule, settings.hours.zone(), self.now);
        if effect != Effect::Free {
            session.lang = lang;
        }
        Ok(facts::of_plan(effect, settings, self.now))
    }

    async fn input(
        &self,
        tx: &mut Tx<'_>,
        call: &CallRow,
        voice: &Voice,
        session: &mut Session,
    ) -> Result<Input, TurnError> {
        if call.turn == 0 {
            return Ok(Input::Start);
        }
        let step = voice.scripts.flow.steps.get(&session.at).map(|step| &step.kind);
        if matches!(step, Some(StepKind::Transfer(_))) {
            return Ok(Input::Transferred { answered: self.talked(tx, call, session).await? });
        }
        if self.is_too_long(tx, call).await? {
            session.at.clone_from(&voice.scripts.flow.limit);
            return Ok(Input::Start);
        }
        let silent = self.at.as_ref().is_some_and(|at| at.silent);
        Ok(translate::input(&self.event, silent, self.board.capabilities.record_keys))
    }

    /// Whether the call has been in the menus for too long; who waits for a person may wait as long as the line says.
    async fn is_too_long(&self, tx: &mut Tx<'_>, call: &CallRow) -> Result<bool, DbError> {
        let age = since(self.now, call.started_at);
        if age <= LONGEST_CALL {
            return Ok(false);
        }
        let waits = age <= LONGEST_CALL + self.line.settings.wait_max;
        Ok(!(waits && queue::store::is_waiting(tx, call.id).await?))
    }

    /// A phone stopped ringing: whether somebody took it with a key and was connected.
    async fn talked(&self, tx: &mut Tx<'_>, call: &CallRow, session: &mut Session) -> Result<bool, TurnError> {
        let accepted = queue::store::hang_up(tx, call.id).await?.is_some();
        let connected = self.event.dial.as_ref().is_none_or(DialEvent::connected);
        match (accepted, connected) {
            (true, true) => task::talked(tx, &self.context(call), session).await?,
            (true, false) => callbacks::store::release_of_call(tx, call.id).await?,
            (false, _) => {}
        }
        Ok(accepted && connected)
    }

    /// Keeps the turn and returns its document.
    fn keep(
        &self,
        tx: &mut Tx<'_>,
        call: &CallRow,
        voice: &Voice,
        step: &str,
        end: TurnEnd,
    ) -> Result<String, TurnError> {
        let addresses = self.addresses(call.turn + 1);
        let ringing = end.ringing.map(|(number, token)| Ringing {
            number,
            caller_id: Some(
                self.line.settings.callers.human_callback.clone().unwrap_or_else(|| self.line.number.clone()),
            ),
            whisper_url: format!("{}/telephony/twilio/whisper/{token}", self.board.public_url),
        });
        let recorded = |utterance: &Utterance| voice.recorded(utterance);
        let settings = &self.line.settings;
        let pressed = self.event.digits.is_some();
        let said = if pressed { translate::after_a_key(end.said) } else { end.said };
        let response = translate::response(&said, &end.next, settings, &addresses, ringing, &recorded);
        let outcome = (end.next == Next::End).then(|| outcome(&end.session));
        self.store(tx, call, step, end.exit.as_deref(), &end.session, &response, outcome)
    }

    /// The caller hung up while a message was recorded: what she said is kept, and somebody calls back. Or the call was
    /// ended by the sweep, or by a report that overtook this webhook: should she still be there, she hears whether
    /// somebody calls back.
    async fn gone(&self, tx: &mut Tx<'_>, call: &CallRow, mut session: Session) -> Result<String, TurnError> {
        let context = self.context(call);
        let noted = session.leaves_a_draft() && context.dialable;
        let words = apology::words(&self.board, if noted { "panne" } else { "panne-sans-numero" });
        let goodbye = translate::farewell(Lang::FRENCH, &words, Some(&self.line.settings));
        if call.live {
            hangup::leave(tx, &context, &mut session).await?;
        }
        self.store(tx, call, &session.at, Some("raccroche"), &session, &goodbye, Some(hangup::left_as(&session)))
    }

    #[expect(clippy::too_many_arguments, reason = "everything that one row of a turn holds")]
    fn store(
        &self,
        tx: &mut Tx<'_>,
        call: &CallRow,
        step: &str,
        exit: Option<&str>,
        session: &Session,
        response: &VoiceResponse,
        outcome: Option<&'static str>,
    ) -> Result<String, TurnError> {
        let document = response.to_xml(self.line.settings.ssml)?;
        let keyring = &self.board.keyring;
        let plain = serde_json::to_vec(session).map_err(|_| TurnError::Unreadable)?;
        let played = Played {
            call_id: call.id,
            turn: call.turn,
            step: step.to_owned(),
            exit: exit.map(str::to_owned),
            answer: keyring.seal("turns.answer", &answer_place(call.id, call.turn), document.as_bytes()),
            session: keyring.seal("calls.session", &call.id.to_string(), &plain),
            outcome,
            now: self.now,
        };
        store::play(tx, played);
        Ok(document)
    }

    fn context<'a>(&'a self, call: &'a CallRow) -> Context<'a> {
        let dialable = self.caller.number().is_some_and(PhoneNumber::is_dialable);
        Context { board: &self.board, line: &self.line, call, now: self.now, delay: self.delay, dialable }
    }

    fn addresses(&self, turn: i64) -> Addresses {
        let base = format!("{}/telephony/twilio", self.board.public_url);
        let action = format!("{base}/voice/{turn}/{}", self.board.keyring.step_token(&self.event.call_sid, turn));
        Addresses {
            silence: format!("{action}/silence"),
            action,
            status: format!("{base}/status"),
            audio: format!("{}/audio", self.board.public_url),
        }
    }
}

/// Where the dialog stands after its sprints.
struct TurnEnd {
    session: Session,
    said: Vec<Utterance>,
    next: Next,
    exit: Option<String>,
    ringing: Option<(Dialable, String)>,
}

/// How a call that was led to its end ended, for figures.
fn outcome(session: &Session) -> &'static str {
    let has = |name: &str| session.answers.contains_key(name);
    match () {
        () if has(task::TALKED) => hangup::TALKED,
        () if has("ref") => "demande",
        () if session.kept => "rappel",
        () => "fin",
    }
}

/// What a sealed answer is bound to: its call and its turn.
fn answer_place(call_id: Uuid, turn: i64) -> String {
    format!("{call_id}/{turn}")
}
