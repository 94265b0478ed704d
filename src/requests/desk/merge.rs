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
use crate::requests::duplicates::{NotMerged, may_merge};
use crate::requests::event::Kind;
use crate::requests::request::State;
use crate::requests::store;
use crate::requests::store::merge::{self, Held, NewMerge};
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
        let of = |id: Uuid| held.iter().find(|held| held.0 == id);
        let (Some(going_on), Some(ending)) = (of(kept), of(merged)) else { return Ok(Err(NotMerged::Unknown)) };
        if ending.3 == State::Merged && merge::kept_of(tx, doing.operator_id, merged).await? == Some(kept) {
            return Ok(Ok(()));
        }
        let seen = |held: &Held| (held.1, held.2.clone(), held.3);
        if let Err(why) = may_merge(&seen(going_on), &seen(ending)) {
            return Ok(Err(why));
        }
        if let Some(name) = held_by_another(&waiting, merged, doing.operator_id) {
            return Ok(Err(NotMerged::Held(name)));
        }
        self.join(tx, going_on, ending, &waiting).await?;
        doing.journal(tx, "request.merge", merged).await?;
        Ok(Ok(()))
    }

    async fn join(&self, tx: &mut Tx<'_>, kept: &Held, merged: &Held, waiting: &[Waiting]) -> Result<(), DbError> {
        let doing = &self.doing;
        let joining = join(waiting, kept.0, merged.0);
        for id in &joining.closed {
            waiting::close_as_duplicate(tx, *id, &doing.name, doing.now).await?;
        }
        if let Some(id) = joining.handed {
            waiting::hand_over(tx, id, kept.0).await?;
        }
        if let Some((id, from, to)) = &joining.hastened {
            waiting::reschedule(tx, *id, from, to).await?;
            if to.priority == 0 && from.priority > 0 {
                self.alert(tx, kept.1, *id).await?;
            }
        }
        let priority = kept.4.min(merged.4);
        let before = Before {
            state: merged.3.word().to_owned(),
            priority: (kept.4, priority),
            closed: joining.closed.iter().map(Uuid::to_string).collect(),
            handed: joining.handed.map(|id| id.to_string()),
            hastened: joining.hastened.map(|(id, from, to)| (id.to_string(), from, to)),
        };
        let json = serde_json::to_string(&before).unwrap_or_default();
        let (id, by, now) = (doing.id(), doing.operator_id, doing.now);
        merge::insert(tx, &NewMerge { id, kept_id: kept.0, merged_id: merged.0, by, now, before: &json }).await?;
        let keyring = &doing.keyring;
        store::changes::merge(tx, keyring, merged.0, merged.3, (kept.0, &kept.2), &doing.act()).await?;
        store::changes::joined(tx, keyring, kept.0, priority, (Kind::Merged, &merged.2), &doing.act()).await?;
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
        let of = |id: Uuid| held.iter().find(|held| held.0 == id);
        let (Some(going_on), Some(coming_back)) = (of(kept), of(merged)) else { return Ok(Saved::Unknown) };
        let Some(before) = merge::undo(tx, doing.operator_id, merged, doing.now).await? else { return Ok(Saved::Same) };
        let before: Before = serde_json::from_str(&before).map_err(|_| unreadable())?;
        self.part(tx, going_on, coming_back, &before).await?;
        doing.journal(tx, "request.unmerge", merged).await?;
        Ok(Saved::Saved)
    }

    async fn part(&self, tx: &mut Tx<'_>, kept: &Held, merged: &Held, before: &Before) -> Result<(), DbError> {
        let id = |text: &String| text.parse::<Uuid>().map_err(|_| unreadable());
        if let Some((callback, had, has)) = &before.hastened {
            waiting::reschedule(tx, id(callback)?, has, had).await?;
        }
        for callback in &before.closed {
            if waiting::reopen(tx, id(callback)?).await? {
                self.alert(tx, merged.1, id(callback)?).await?;
            }
        }
        if let Some(callback) = &before.handed
            && waiting::hand_over(tx, id(callback)?, merged.0).await?
        {
            self.alert(tx, merged.1, id(callback)?).await?;
        }
        let doing = &self.doing;
        let state = State::of_word(&before.state).ok_or_else(unreadable)?;
        store::changes::unmerge(tx, &doing.keyring, merged.0, state, (kept.0, &kept.2), &doing.act()).await?;
        let (had, has) = before.priority;
        // A level that somebody chose since is hers.
        let priority = if kept.4 == has { had } else { kept.4 };
        let other = (Kind::Unmerged, merged.2.as_str());
        store::changes::joined(tx, &doing.keyring, kept.0, priority, other, &doing.act()).await?;
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
