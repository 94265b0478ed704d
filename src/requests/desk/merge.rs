//! One request of two (F-49), and two again. What waits for them joins: the oldest deadline is kept, nothing that was
//! promised is forgotten, and undoing restores what was there before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Doing, Saved};
use crate::callbacks::desk::Hand;
use crate::callbacks::store::of_request as waiting;
use crate::callbacks::waiting::{Deadline, Waiting, join};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::id::Ids;
use crate::lines::Lines;
use crate::operators::Operator;
use crate::requests::duplicates::{NotMerged, Party, may_merge};
use crate::requests::event::Kind;
use crate::requests::request::State;
use crate::requests::store;
use crate::requests::store::merge::{self, NewMerge};
use crate::secret::Keyring;

/// What undoing needs.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    /// The word of the state that the merged one had.
    state: String,
    /// The level of the kept one, before and after.
    priority: (u8, u8),
    /// The callbacks that were closed.
    closed: Vec<String>,
    /// The callback that waits for the kept one since.
    handed: Option<String>,
    /// The callback that keeps the oldest deadline: what it had and what it has.
    hastened: Option<(String, Deadline, Deadline)>,
}

/// Has `kept` go on for `merged` too. The inner error is for whoever asked for it.
pub async fn merge(
    board: &Switchboard,
    lines: &Lines,
    by: &Operator,
    kept: Uuid,
    merged: Uuid,
) -> Result<Result<(), NotMerged>, DbError> {
    let merging = Merging { doing: Doing::new(board, by), lines: lines.clone() };
    board.db.write(move |tx| Box::pin(async move { merging.merge(tx, kept, merged).await })).await
}

/// Makes two requests again of `merged` and of the one that went on for it; the same when it is not merged.
pub async fn unmerge(board: &Switchboard, lines: &Lines, by: &Operator, merged: Uuid) -> Result<Saved, DbError> {
    let merging = Merging { doing: Doing::new(board, by), lines: lines.clone() };
    board.db.write(move |tx| Box::pin(async move { merging.unmerge(tx, merged).await })).await
}

/// Somebody who makes one request of two, inside a transaction that does more: whoever ends a callback as « déjà traité ».
pub struct Merging {
    doing: Doing,
    lines: Lines,
}

impl Merging {
    /// Under this hand; `None` without an account.
    pub fn by(hand: &Hand, keyring: &Keyring, ids: &Arc<dyn Ids>, lines: &Lines) -> Option<Self> {
        let (keyring, ids, name) = (keyring.clone(), ids.clone(), hand.agent.clone());
        let doing = Doing { keyring, ids, operator_id: hand.operator?, name, now: hand.now };
        Some(Self { doing, lines: lines.clone() })
    }

    /// Has `kept` go on for `merged` too, as [`merge`] does; where it may not, nothing is written.
    pub async fn merge(&self, tx: &mut Tx<'_>, kept: Uuid, merged: Uuid) -> Result<Result<(), NotMerged>, DbError> {
        let doing = &self.doing;
        let held = merge::hold(tx, doing.operator_id, kept, merged).await?;
        let waiting = waiting::hold(tx, kept, merged, doing.now).await?;
        let of = |id: Uuid| held.iter().find(|held| held.id == id);
        let (Some(going_on), Some(ending)) = (of(kept), of(merged)) else { return Ok(Err(NotMerged::Unknown)) };
        if ending.state == State::Merged && merge::kept_of(tx, doing.operator_id, merged).await? == Some(kept) {
            return Ok(Ok(()));
        }
        if let Err(why) = may_merge(going_on, ending) {
            return Ok(Err(why));
        }
        if let Some(name) = held_by_another(&waiting, merged, doing.operator_id) {
            return Ok(Err(NotMerged::Held(name)));
        }
        self.join(tx, going_on, ending, &waiting).await?;
        doing.journal(tx, "request.merge", merged).await?;
        Ok(Ok(()))
    }

    async fn join(&self, tx: &mut Tx<'_>, kept: &Party, merged: &Party, waiting: &[Waiting]) -> Result<(), DbError> {
        let doing = &self.doing;
        let joining = join(waiting, kept.id, merged.id);
        for id in &joining.closed {
            waiting::close_as_duplicate(tx, *id, &doing.name, doing.now).await?;
        }
        if let Some(id) = joining.handed {
            waiting::hand_over(tx, id, kept.id).await?;
        }
        if let Some((id, from, to)) = &joining.hastened {
            waiting::reschedule(tx, *id, from, to).await?;
            if to.priority == 0 && from.priority > 0 {
                self.alert(tx, kept.line_id, *id).await?;
            }
        }
        let priority = kept.priority.min(merged.priority);
        let before = Before {
            state: merged.state.word().to_owned(),
            priority: (kept.priority, priority),
            closed: joining.closed.iter().map(Uuid::to_string).collect(),
            handed: joining.handed.map(|id| id.to_string()),
            hastened: joining.hastened.map(|(id, from, to)| (id.to_string(), from, to)),
        };
        let json = serde_json::to_string(&before).unwrap_or_default();
        let (id, by, now) = (doing.id(), doing.operator_id, doing.now);
        merge::insert(tx, &NewMerge { id, kept_id: kept.id, merged_id: merged.id, by, now, before: &json }).await?;
        let keyring = &doing.keyring;
        store::changes::merge(tx, keyring, merged.id, merged.state, (kept.id, &kept.reference), &doing.act()).await?;
        store::changes::joined(tx, keyring, kept.id, priority, (Kind::Merged, &merged.reference), &doing.act()).await?;
        Ok(())
    }

    /// Somebody in danger waits again.
    async fn alert(&self, tx: &mut Tx<'_>, line_id: Uuid, callback: Uuid) -> Result<(), DbError> {
        let Some(line) = self.lines.by_id(line_id) else { return Ok(()) };
        self.doing.alert(tx, &line.settings, callback).await
    }

    async fn unmerge(&self, tx: &mut Tx<'_>, merged: Uuid) -> Result<Saved, DbError> {
        let doing = &self.doing;
        let Some(kept) = merge::kept_of(tx, doing.operator_id, merged).await? else {
            let known = store::show::one(tx, &doing.keyring, doing.operator_id, merged).await?;
            return Ok(known.map_or(Saved::Unknown, |_| Saved::Same));
        };
        let held = merge::hold(tx, doing.operator_id, kept, merged).await?;
        waiting::hold(tx, kept, merged, doing.now).await?;
        let of = |id: Uuid| held.iter().find(|held| held.id == id);
        let (Some(going_on), Some(coming_back)) = (of(kept), of(merged)) else { return Ok(Saved::Unknown) };
        let Some(before) = merge::undo(tx, doing.operator_id, merged, doing.now).await? else { return Ok(Saved::Same) };
        let before: Before = serde_json::from_str(&before).map_err(|_| unreadable())?;
        self.part(tx, going_on, coming_back, &before).await?;
        doing.journal(tx, "request.unmerge", merged).await?;
        Ok(Saved::Saved)
    }

    async fn part(&self, tx: &mut Tx<'_>, kept: &Party, merged: &Party, before: &Before) -> Result<(), DbError> {
        let id = |text: &String| text.parse::<Uuid>().map_err(|_| unreadable());
        if let Some((callback, had, has)) = &before.hastened {
            waiting::reschedule(tx, id(callback)?, has, had).await?;
        }
        for callback in &before.closed {
            if waiting::reopen(tx, id(callback)?).await? {
                self.alert(tx, merged.line_id, id(callback)?).await?;
            }
        }
        if let Some(callback) = &before.handed
            && waiting::hand_over(tx, id(callback)?, merged.id).await?
        {
            self.alert(tx, merged.line_id, id(callback)?).await?;
        }
        let doing = &self.doing;
        // Its search ended when they became one: an agent has it now.
        let state = State::of_word(&before.state).ok_or_else(unreadable)?;
        let state = if state == State::Searching { State::Recorded } else { state };
        store::changes::unmerge(tx, &doing.keyring, merged.id, state, (kept.id, &kept.reference), &doing.act()).await?;
        let (had, has) = before.priority;
        // A level that somebody chose since is hers.
        let priority = if kept.priority == has { had } else { kept.priority };
        let other = (Kind::Unmerged, merged.reference.as_str());
        store::changes::joined(tx, &doing.keyring, kept.id, priority, other, &doing.act()).await?;
        Ok(())
    }
}

/// Who works at this moment on what would close, if that is somebody else.
pub(super) fn held_by_another(waiting: &[Waiting], merged: Uuid, operator_id: Uuid) -> Option<String> {
    let closing = waiting.iter().filter(|waiting| waiting.request_id == merged);
    closing.filter(|waiting| waiting.operator_id != Some(operator_id)).find_map(|waiting| waiting.holder.clone())
}

fn unreadable() -> DbError {
    DbError::Refused("ce qu'il faut pour défaire cette réunion ne se lit pas".to_owned())
}
