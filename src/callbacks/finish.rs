//! An operator says how a callback ended (F-47): one transaction writes the try, the note, the journal, what becomes of the
//! callback and of its request.
//!
//! Only whoever holds it may: a save after her lease is refused, with what others did meanwhile (F-45). A form bears an id
//! of its own; sent twice, it is answered twice the same and counts once.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::attempts::{self, After, Try, Unreached};
use super::desk::{Hand, settle_request};
use super::disposition::{Disposition, Step};
use super::note::{self, TooLong};
use super::store::attempts::{self as store, Deed, End, Held, Outcome};
use super::store::notes::{self, NewNote};
use super::tried;
use crate::audit;
use crate::clock::from_millis;
use crate::db::{Db, DbError, Tx};
use crate::dialog::{Value, Values};
use crate::id::Ids;
use crate::lang::Lang;
use crate::lines::Lines;
use crate::requests::State;
use crate::requests::desk::merge::Merging;
use crate::requests::duplicates::NotMerged;
use crate::requests::store::merge;
use crate::secret::Keyring;

/// The furthest date that may be given.
const FURTHEST: Duration = Duration::from_hours(366 * 24);
/// What others did is told since then, if the form does not say when it was shown.
const RECENT: Duration = Duration::from_hours(24);
/// What a callback that comes back on a date waits for.
const DATE: &str = "date";

/// What a form says.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The id of the form, made when it was shown ([`Ids::row`](crate::id::Ids::row)).
    pub form: Uuid,
    /// How it ended.
    pub disposition: &'static Disposition,
    /// When to come back to it.
    pub date: Option<Timestamp>,
    /// The six digits of the other request.
    pub reference: Option<String>,
    /// The language that she speaks.
    pub lang: Option<Lang>,
    /// What she wrote.
    pub note: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It is done.
    Closed,
    /// It comes back to the queue.
    Again {
        /// Not before that instant.
        at: Timestamp,
    },
    /// A supervisor decides.
    Escalated,
    /// She does not hold it any more: nothing was written.
    Lapsed(Lapsed),
    /// There is none of that id on her lines.
    Unknown,
    /// The disposition asks for this, and it is missing or impossible: nothing was written.
    Needs(Step),
    /// The other request cannot go on for this one: nothing was written.
    NotMerged(NotMerged),
    /// The note has that many characters, which is too many: nothing was written.
    TooLong(usize),
}

/// Who has a callback now, and what others did with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// Who holds it now, as colleagues read it; nobody, or it is closed.
    pub holder: Option<String>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether it is closed.
    pub closed: bool,
    /// What others did since the form was shown, in order.
    pub since: Vec<Deed>,
}

/// What became of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is kept.
    Kept,
    /// Nothing was written.
    Nothing,
    /// It has that many characters, which is too many.
    TooLong(usize),
    /// There is no callback of that id on her lines.
    Unknown,
}

/// Ends a claim as the form says. Where it is a request that another one treats already, the other one goes on for both
/// (F-49), with the older deadline, and whoever undoes that finds the callback open again.
pub async fn finish(
    db: &Db,
    keyring: &Keyring,
    ids: &Arc<dyn Ids>,
    lines: &Lines,
    hand: &Hand,
    id: Uuid,
    ending: Ending,
) -> Result<Finish, DbError> {
    let Some(operator) = hand.operator else { return Ok(Finish::Unknown) };
    let note = match note::cleaned(ending.note.as_deref().unwrap_or_default()) {
        Ok(note) => note,
        Err(TooLong(length)) => return Ok(Finish::TooLong(length)),
    };
    let merging = Merging::by(hand, keyring, ids, lines);
    let (keyring, ids, lines, hand) = (keyring.clone(), ids.clone(), lines.clone(), hand.clone());
    let work = Work { keyring, lines, merging, ids, hand, operator, id, ending, note };
    db.write(move |tx| Box::pin(async move { work.run(tx).await })).await
}

/// Keeps a note, with or without a claim. The same form sent twice is one note.
pub async fn note(
    db: &Db,
    keyring: &Keyring,
    hand: &Hand,
    id: Uuid,
    form: Uuid,
    written: &str,
) -> Result<Noted, DbError> {
    let Some(operator) = hand.operator else { return Ok(Noted::Unknown) };
    let text = match note::cleaned(written) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Noted::Nothing),
        Err(TooLong(length)) => return Ok(Noted::TooLong(length)),
    };
    let (keyring, at) = (keyring.clone(), hand.now);
    db.write(move |tx| {
        Box::pin(async move {
            let new = NewNote { id: form, callback_id: id, operator, at, text: &text };
            Ok(if notes::add(tx, &keyring, &new).await? { Noted::Kept } else { Noted::Unknown })
        })
    })
    .await
}

/// The row of a try that the line dialled, and when it was.
type Dialled = (String, Timestamp);

/// One form, and what is needed to do what it says.
struct Work {
    keyring: Keyring,
    lines: Lines,
    merging: Option<Merging>,
    ids: Arc<dyn Ids>,
    hand: Hand,
    operator: Uuid,
    id: Uuid,
    ending: Ending,
    note: Option<String>,
}

impl Work {
    async fn run(&self, tx: &mut Tx<'_>) -> Result<Finish, DbError> {
        let other = self.hold_requests(tx).await?;
        let Some(held) = store::hold(tx, &self.keyring, self.operator, self.id).await? else {
            return Ok(Finish::Unknown);
        };
        if let Some(outcome) = store::answered(tx, self.id, self.operator, self.ending.form).await? {
            return Ok(answer(outcome));
        }
        let mine = held.operator == Some(self.operator) && held.until.is_some_and(|until| until >= self.hand.now);
        if held.closed || !mine {
            return self.lapsed(tx, held).await.map(Finish::Lapsed);
        }
        let missing = match self.ending.disposition.step {
            Step::None => false,
            Step::Date => self.date().is_none(),
            Step::Reference => other.is_none(),
            Step::Language => self.ending.lang.is_none(),
        };
        if missing {
            return Ok(Finish::Needs(self.ending.disposition.step));
        }
        if let (Some(other), Some(own)) = (other, held.request_id) {
            return self.merge(tx, other, own).await;
        }
        let dialled = store::dialled(tx, self.id, self.operator, self.ending.disposition.code).await?;
        let outcome = self.outcome(tx, &held, dialled.as_ref()).await?;
        self.write(tx, outcome, dialled).await
    }

    /// The date that was given, if one can come back to it.
    fn date(&self) -> Option<Timestamp> {
        let furthest = self.hand.now.checked_add(FURTHEST).unwrap_or(Timestamp::MAX);
        self.ending.date.filter(|date| *date > self.hand.now && *date < furthest)
    }

    /// Holds the request behind it, and the other one where the disposition names one: both in the order in which whoever
    /// merges them does.
    async fn hold_requests(&self, tx: &mut Tx<'_>) -> Result<Option<Uuid>, DbError> {
        let own = store::request_of(tx, self.id).await?;
        let reference = self.reference().filter(|_| self.ending.disposition.step == Step::Reference);
        let other = match reference {
            Some(reference) => store::other_request(tx, self.operator, &reference, own).await?,
            None => None,
        };
        match (own, other) {
            (Some(own), Some(other)) => drop(merge::hold(tx, self.operator, own, other).await?),
            _ => store::hold_request(tx, self.id).await?,
        }
        Ok(other)
    }

    /// The other request goes on for this one too. Where nobody waits for the other one, this callback does from now on.
    async fn merge(&self, tx: &mut Tx<'_>, other: Uuid, own: Uuid) -> Result<Finish, DbError> {
        let Some(merging) = &self.merging else { return Ok(Finish::Unknown) };
        if let Err(why) = merging.merge(tx, other, own).await? {
            return Ok(Finish::NotMerged(why));
        }
        let goes_on = store::hold(tx, &self.keyring, self.operator, self.id).await?.is_some_and(|held| !held.closed);
        let outcome = if goes_on { Outcome::Again(self.hand.now) } else { Outcome::Closed };
        let reference = self.reference();
        let end = self.end(outcome, reference.as_deref());
        store::end_by_hand(tx, &end).await?;
        if goes_on && !store::put_back(tx, &end, self.hand.now, 0).await? {
            return Err(changed());
        }
        self.sign(tx, outcome).await?;
        Ok(answer(outcome))
    }

    /// What the rows of the end say.
    fn end<'a>(&'a self, outcome: Outcome, reference: Option<&'a str>) -> End<'a> {
        let disposition = self.ending.disposition;
        let dated = self.comes_back_on_a_date();
        End {
            id: self.id,
            operator: self.operator,
            disposition,
            form: self.ending.form,
            now: self.hand.now,
            outcome,
            next_step: reference.or(dated.then_some(DATE)),
            promised: dated && disposition.contact,
            due_at: self.date().filter(|_| dated),
            lang: self.ending.lang.filter(|_| disposition.step == Step::Language),
        }
    }

    /// Whether the hour that was given, if any, is the one to come back at.
    fn comes_back_on_a_date(&self) -> bool {
        match self.ending.disposition.step {
            Step::Date => true,
            Step::Language => self.date().is_some(),
            Step::None | Step::Reference => false,
        }
    }

    /// The six digits, however they were spaced.
    fn reference(&self) -> Option<String> {
        let typed = self.ending.reference.as_deref()?;
        Some(typed.chars().filter(|one| !one.is_whitespace()).take(7).collect())
    }

    /// What becomes of the callback.
    async fn outcome(&self, tx: &mut Tx<'_>, held: &Held, dialled: Option<&Dialled>) -> Result<Outcome, DbError> {
        let (end, now) = (self.ending.disposition, self.hand.now);
        if end.closes {
            return Ok(Outcome::Closed);
        }
        if matches!(end.step, Step::Date | Step::Language) {
            return Ok(Outcome::Again(self.date().unwrap_or(now)));
        }
        let mut tries = store::tries(tx, self.id, dialled.map(|(row, _)| row.as_str())).await?;
        tries.push(Try { at: dialled.map_or(now, |(_, at)| *at), reached: false });
        let whom = Unreached {
            priority: held.priority,
            alone: lives_alone(&held.answers),
            wrong_number: end.code == "FAUX_NUMERO",
        };
        let settings = self.lines.by_id(held.line_id).map(|line| line.settings.clone()).unwrap_or_default();
        Ok(match attempts::after(&tries, whom, &settings.hours, now) {
            After::Again(at) => Outcome::Again(at),
            After::Escalate(at) => Outcome::Escalated(at),
            After::Close => Outcome::Closed,
        })
    }

    async fn write(&self, tx: &mut Tx<'_>, outcome: Outcome, dialled: Option<Dialled>) -> Result<Finish, DbError> {
        let disposition = self.ending.disposition;
        let reference = self.reference().filter(|_| disposition.step == Step::Reference);
        let end = self.end(outcome, reference.as_deref());
        // Whoever was dialled was counted then.
        let tries = i64::from(disposition.phoned && dialled.is_none());
        match dialled {
            Some((row, _)) => store::end_dialled(tx, &end, &row).await?,
            None => store::end_by_hand(tx, &end).await?,
        }
        let done = match outcome {
            Outcome::Closed => store::close(tx, &end, tries).await?,
            Outcome::Again(at) | Outcome::Escalated(at) => store::put_back(tx, &end, at, tries).await?,
        };
        if !done {
            return Err(changed());
        }
        if outcome == Outcome::Closed {
            // The last try in vain ends what nobody can do anything more about.
            settle_request(tx, self.id, disposition.settles.unwrap_or(State::Cancelled), &self.hand).await?;
        }
        if outcome != Outcome::Closed && disposition.tells() {
            tried::ask_for(tx, self.ids.row(self.hand.now), self.id, self.hand.now).await?;
        }
        self.sign(tx, outcome).await?;
        Ok(answer(outcome))
    }

    /// The note and the journal.
    async fn sign(&self, tx: &mut Tx<'_>, outcome: Outcome) -> Result<(), DbError> {
        let (hand, id) = (&self.hand, self.id);
        if let Some(text) = &self.note {
            let (operator, at) = (self.operator, hand.now);
            let new = NewNote { id: self.ending.form, callback_id: id, operator, at, text };
            notes::add(tx, &self.keyring, &new).await?;
        }
        let action = match outcome {
            Outcome::Closed => "callback.close",
            Outcome::Again(_) => "callback.again",
            Outcome::Escalated(_) => "callback.escalate",
        };
        audit::store::write(tx, hand.entry, &hand.agent, action, &id.to_string(), hand.now).await
    }

    async fn lapsed(&self, tx: &mut Tx<'_>, held: Held) -> Result<Lapsed, DbError> {
        let now = self.hand.now;
        let since = shown_at(self.ending.form).filter(|shown| *shown <= now);
        let since = since.or(now.checked_sub(RECENT).ok()).unwrap_or(now);
        let since = store::deeds(tx, &self.keyring, self.id, self.operator, since).await?;
        let until = held.until.filter(|until| !held.closed && *until >= now);
        Ok(Lapsed { holder: held.name.filter(|_| until.is_some()), until, closed: held.closed, since })
    }
}

fn changed() -> DbError {
    DbError::Refused("le rappel a changé pendant l'enregistrement".to_owned())
}

fn answer(outcome: Outcome) -> Finish {
    match outcome {
        Outcome::Closed => Finish::Closed,
        Outcome::Again(at) => Finish::Again { at },
        Outcome::Escalated(_) => Finish::Escalated,
    }
}

/// When a form was made: its id says so.
fn shown_at(form: Uuid) -> Option<Timestamp> {
    let (seconds, nanos) = form.get_timestamp()?.to_unix();
    Some(from_millis(i64::try_from(seconds).ok()? * 1_000 + i64::from(nanos / 1_000_000)))
}

/// Whether she said that nobody lives with her.
fn lives_alone(answers: &[u8]) -> bool {
    let answers: Values = serde_json::from_slice(answers).unwrap_or_default();
    answers.get("visite_seul") == Some(&Value::from("oui"))
}
