//! Correcting a request: what waits for it follows, and a late save is refused with what changed in between (F-45).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Doing, Saved};
use crate::callbacks::alert::{self, Came};
use crate::callbacks::callback;
use crate::callbacks::store::of_request as waiting;
use crate::callbacks::waiting::{Deadline, Waiting};
use crate::calls::switchboard::{Switchboard, Voice};
use crate::db::{DbError, Tx};
use crate::dialog;
use crate::lines::{Line, LineSettings, Lines};
use crate::operators::Operator;
use crate::requests::content::{BadContent, Content, WRITTEN, plain};
use crate::requests::event::Detail;
use crate::requests::request::State;
use crate::requests::store::changes::Edited;
use crate::requests::store::{self, NewBeneficiary, merge};
use crate::requests::whole::Request;

/// The answers of a request that are words: an agent may write down what she heard.
pub fn spoken(voice: &Voice) -> BTreeSet<String> {
    let mut names = dialog::spoken(&voice.scripts);
    names.insert(WRITTEN.to_owned());
    names
}

/// Corrects a request; `seen` is the version that she saw. The outer error is for whoever typed it.
pub async fn edit(
    board: &Switchboard,
    lines: &Lines,
    by: &Operator,
    id: Uuid,
    seen: Timestamp,
    content: Content,
) -> Result<Result<Saved, BadContent>, DbError> {
    let voice = board.voice.load_full();
    let spoken = spoken(&voice);
    let categories = voice.scripts.flow.categories.keys().map(String::as_str);
    let content = match content.checked(categories, |name| spoken.contains(name)) {
        Ok(content) => content,
        Err(bad) => return Ok(Err(bad)),
    };
    let editor = Editor { doing: Doing::new(board, by), voice, lines: lines.clone(), spoken };
    let work = board.db.write(move |tx| Box::pin(async move { editor.edit(tx, id, seen, tidy(content)).await }));
    work.await.map(Ok)
}

/// Keeps that the person a request is for agreed herself, in a call of her own (F-21).
pub async fn agreed(board: &Switchboard, by: &Operator, id: Uuid, seen: Timestamp) -> Result<Saved, DbError> {
    let doing = Doing::new(board, by);
    let work = board.db.write(move |tx| Box::pin(async move { doing.agreed(tx, id, seen).await }));
    work.await
}

fn tidy(mut content: Content) -> Content {
    content.texts.values_mut().for_each(|text| *text = plain(text));
    if let Some(person) = &mut content.beneficiary {
        person.name = plain(&person.name);
    }
    content
}

impl Doing {
    async fn agreed(&self, tx: &mut Tx<'_>, id: Uuid, seen: Timestamp) -> Result<Saved, DbError> {
        let Some(request) = store::show::one(tx, &self.keyring, self.operator_id, id).await? else {
            return Ok(Saved::Unknown);
        };
        if request.updated_at != seen {
            return Ok(Saved::Late(store::history::since(tx, &self.keyring, id, seen).await?));
        }
        let act = self.act();
        if !store::change(tx, id, State::AwaitingAgreement, State::Recorded, &act).await? {
            return Ok(Saved::NotThere);
        }
        if let Some(beneficiary) = &request.beneficiary {
            store::agreed(tx, beneficiary.id, self.now).await?;
        }
        self.journal(tx, "request.agreed", id).await?;
        Ok(Saved::Saved)
    }

    /// Whoever is on call is alerted unless somebody of the desk takes that callback within minutes.
    pub(super) async fn alert(
        &self,
        tx: &mut Tx<'_>,
        settings: &LineSettings,
        callback_id: Uuid,
    ) -> Result<(), DbError> {
        let due = alert::first_round(&settings.hours, Came::Written, self.now);
        alert::ask_for(tx, self.id(), callback_id, Some(self.now), self.now, due).await
    }
}

struct Editor {
    doing: Doing,
    voice: Arc<Voice>,
    lines: Lines,
    spoken: BTreeSet<String>,
}

impl Editor {
    async fn edit(&self, tx: &mut Tx<'_>, id: Uuid, seen: Timestamp, content: Content) -> Result<Saved, DbError> {
        let Doing { keyring, operator_id, now, .. } = &self.doing;
        merge::hold(tx, *operator_id, id, id).await?;
        let waiting = waiting::hold(tx, id, id, *now).await?;
        let Some(request) = store::show::one(tx, keyring, *operator_id, id).await? else { return Ok(Saved::Unknown) };
        if request.state == State::Merged {
            return Ok(Saved::NotThere);
        }
        let before = request.content(self.spoken.iter());
        let changes = before.changes(&content, |code| self.need(code), |name| self.title(name));
        if changes.is_empty() {
            return Ok(Saved::Same);
        }
        // Before anything is written: the person helped has a row of her own, without a version.
        if request.updated_at != seen {
            return Ok(Saved::Late(store::history::since(tx, keyring, id, seen).await?));
        }
        let act = self.doing.act();
        let (contact_id, beneficiary_id) =
            (self.contact(tx, &request, &content).await?, self.beneficiary(tx, &request, &content).await?);
        let answers = serde_json::to_vec(&request.answers_with(&content.texts)).unwrap_or_default();
        let edited = Edited {
            id,
            seen,
            category: &content.category,
            priority: content.priority,
            state: state(&request, &content),
            contact_id,
            beneficiary_id,
            consent: content.consent.word(),
            answers: &answers,
            detail: &Detail { changes, ..Detail::default() },
        };
        if !store::changes::edit(tx, keyring, *operator_id, &edited, &act).await? {
            return Ok(Saved::Late(store::history::since(tx, keyring, id, seen).await?));
        }
        waiting::follow(tx, id, &content.category, contact_id).await?;
        if request.priority != content.priority {
            self.reschedule(tx, &request, &waiting, content.priority).await?;
        }
        self.doing.journal(tx, "request.edit", id).await?;
        Ok(Saved::Saved)
    }

    fn need(&self, code: &str) -> String {
        self.voice.need(code)
    }

    fn title(&self, name: &str) -> String {
        self.voice.labels.label(name).unwrap_or_else(|| name.to_owned())
    }

    async fn contact(&self, tx: &mut Tx<'_>, request: &Request, content: &Content) -> Result<Option<Uuid>, DbError> {
        let known = request.contact.as_ref();
        let Some(number) = &content.contact else {
            // A number that this key does not open stays: nobody chose to lose it.
            return Ok(known.filter(|contact| contact.number.is_none()).map(|contact| contact.id));
        };
        if let Some(same) = known.filter(|contact| contact.number.as_ref() == Some(number)) {
            return Ok(Some(same.id));
        }
        store::caller(tx, &self.doing.keyring, self.doing.id(), number, self.doing.now).await.map(Some)
    }

    async fn beneficiary(
        &self,
        tx: &mut Tx<'_>,
        request: &Request,
        content: &Content,
    ) -> Result<Option<Uuid>, DbError> {
        let (keyring, now) = (&self.doing.keyring, self.doing.now);
        match (&request.beneficiary, &content.beneficiary) {
            (_, None) => Ok(None),
            (Some(known), Some(person)) => {
                store::correct_beneficiary(tx, keyring, known.id, person).await?;
                Ok(Some(known.id))
            }
            (None, Some(person)) => {
                let id = self.doing.id();
                store::insert_beneficiary(tx, keyring, &NewBeneficiary { id, person, agreed_at: None, now }).await?;
                Ok(Some(id))
            }
        }
    }

    /// What waits for the request follows its new level; a promise stays a deadline.
    async fn reschedule(
        &self,
        tx: &mut Tx<'_>,
        request: &Request,
        waiting: &[Waiting],
        priority: u8,
    ) -> Result<(), DbError> {
        let Some(line) = self.lines.by_id(request.line_id) else { return Ok(()) };
        for callback in waiting {
            let to = deadline(&line, callback, priority);
            waiting::reschedule(tx, callback.id, &callback.deadline, &to).await?;
            if to.priority == 0 && callback.deadline.priority > 0 {
                self.doing.alert(tx, &line.settings, callback.id).await?;
            }
        }
        Ok(())
    }
}

/// The deadline of a callback whose request has that level now.
fn deadline(line: &Line, callback: &Waiting, priority: u8) -> Deadline {
    let priority = callback.reason.priority(priority);
    let promised_until = callback.deadline.promised_until;
    let due_at = callback::due(priority, callback.opened_at, &line.settings.hours, None);
    Deadline { priority, due_at: promised_until.map_or(due_at, |until| due_at.min(until)), promised_until }
}

/// Somebody else is asked first (F-21); nobody is asked for herself.
fn state(request: &Request, content: &Content) -> State {
    match (request.state, &request.beneficiary, &content.beneficiary) {
        (State::Recorded, None, Some(_)) => State::AwaitingAgreement,
        (State::AwaitingAgreement, _, None) => State::Recorded,
        (state, ..) => state,
    }
}
