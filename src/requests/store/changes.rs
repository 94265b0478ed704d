//! Everything that changes a request, each with the row of its timeline.
//!
//! `updated_at` moves forward at every change, even twice in a millisecond: a page that saw one of them is told apart
//! from a page that saw the next (F-45).

use jiff::Timestamp;
use uuid::Uuid;

use super::super::event::{Act, Detail, Kind};
use super::super::request::State;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::secret::Keyring;

/// A request to store.
#[derive(Debug)]
pub struct NewRequest<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: &'a str,
    /// The line.
    pub line_id: Uuid,
    /// The call that made it; none when it was typed at the counter.
    pub call_id: Option<Uuid>,
    /// Who phoned, unless withheld.
    pub caller_id: Option<Uuid>,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
    /// The person it is for, when it is another one.
    pub beneficiary_id: Option<Uuid>,
    /// Its category.
    pub category: &'a str,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// The language to speak.
    pub lang: Lang,
    /// The postal code that was typed.
    pub postal_code: Option<&'a str>,
    /// The word of the [`Consent`](super::super::Consent).
    pub consent: &'a str,
    /// Everything answered, as JSON.
    pub answers: &'a [u8],
    /// Where, as JSON, if it was typed.
    pub place: Option<&'a [u8]>,
    /// The open request that it looks like.
    pub linked_to: Option<Uuid>,
    /// Who makes it, when, and the row of its timeline.
    pub act: Act<'a>,
}

/// Stores a request; `false` when its id or its six digits are taken or the call has made one already.
pub async fn insert(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewRequest<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let done = sqlx::query(
        "insert into requests (id, reference, line_id, call_id, caller_id, contact_id, beneficiary_id, category, priority, \
         state, lang, postal_code, consent, answers, place, linked_to, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17) on conflict do nothing",
    )
    .bind(&id)
    .bind(new.reference)
    .bind(new.line_id.to_string())
    .bind(text(new.call_id))
    .bind(text(new.caller_id))
    .bind(text(new.contact_id))
    .bind(text(new.beneficiary_id))
    .bind(new.category)
    .bind(i64::from(new.priority))
    .bind(new.state.word())
    .bind(new.lang.code())
    .bind(new.postal_code)
    .bind(new.consent)
    .bind(keyring.seal("requests.answers", &id, new.answers))
    .bind(new.place.map(|place| keyring.seal("requests.place", &id, place)))
    .bind(text(new.linked_to))
    .bind(new.act.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    let stored = done.rows_affected() == 1;
    if stored {
        let kind = if new.call_id.is_some() { Kind::Created } else { Kind::Typed };
        leave(tx, id, &new.act, kind, new.act.now.as_millisecond(), None);
        tx.changed(new.line_id);
    }
    Ok(stored)
}

/// Moves a request from one state to another; `false` when it was not in that state any more. Two requests become one,
/// and two again, by [`merge`] and [`unmerge`].
pub async fn change(tx: &mut Tx<'_>, id: Uuid, from: State, to: State, act: &Act<'_>) -> Result<bool, DbError> {
    if !from.next().contains(&to) || from == State::Merged || to == State::Merged {
        return Ok(false);
    }
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set state = $1, updated_at = case when updated_at < $2 then $2 else updated_at + 1 end \
         where id = $3 and state = $4 returning line_id, updated_at",
    )
    .bind(to.word())
    .bind(act.now.as_millisecond())
    .bind(id.to_string())
    .bind(from.word())
    .fetch_optional(tx.conn())
    .await?;
    Ok(told(tx, id, act, Kind::of_change(from, to), row, None))
}

/// What an agent corrected.
#[derive(Debug)]
pub struct Edited<'a> {
    /// The request.
    pub id: Uuid,
    /// The version that she saw.
    pub seen: Timestamp,
    /// Its category.
    pub category: &'a str,
    /// 0 to 3.
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// Whom to call back.
    pub contact_id: Option<Uuid>,
    /// The person it is for, when it is another one.
    pub beneficiary_id: Option<Uuid>,
    /// The word of the consent.
    pub consent: &'a str,
    /// Everything answered, as JSON.
    pub answers: &'a [u8],
    /// What the timeline says of it.
    pub detail: &'a Detail,
}

/// Keeps what an agent corrected in a request of a line of hers; `false` when it changed since the version that she saw.
pub async fn edit(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    edited: &Edited<'_>,
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let id = edited.id.to_string();
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set category = $1, priority = $2, state = $3, contact_id = $4, beneficiary_id = $5, consent = $6, \
         answers = $7, updated_at = case when updated_at < $8 then $8 else updated_at + 1 end \
         where id = $9 and updated_at = $10 and line_id in (select line_id from operator_lines where operator_id = $11) \
         returning line_id, updated_at",
    )
    .bind(edited.category)
    .bind(i64::from(edited.priority))
    .bind(edited.state.word())
    .bind(text(edited.contact_id))
    .bind(text(edited.beneficiary_id))
    .bind(edited.consent)
    .bind(keyring.seal("requests.answers", &id, edited.answers))
    .bind(act.now.as_millisecond())
    .bind(&id)
    .bind(edited.seen.as_millisecond())
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let detail = sealed(keyring, act, edited.detail);
    Ok(told(tx, edited.id, act, Kind::Changed, row, detail))
}

/// Where help is needed, as an agent wrote it down.
#[derive(Debug)]
pub struct Placed<'a> {
    /// The request.
    pub id: Uuid,
    /// The version that she saw.
    pub seen: Timestamp,
    /// Where, as JSON.
    pub place: &'a [u8],
    /// The postal code.
    pub postal_code: Option<&'a str>,
    /// What the timeline says of it.
    pub detail: &'a Detail,
}

/// Keeps the place of a request of a line of hers; `false` when it changed since the version that she saw.
pub async fn place(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    placed: &Placed<'_>,
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let id = placed.id.to_string();
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set place = $1, postal_code = $2, \
         updated_at = case when updated_at < $3 then $3 else updated_at + 1 end \
         where id = $4 and updated_at = $5 and line_id in (select line_id from operator_lines where operator_id = $6) \
         returning line_id, updated_at",
    )
    .bind(keyring.seal("requests.place", &id, placed.place))
    .bind(placed.postal_code)
    .bind(act.now.as_millisecond())
    .bind(&id)
    .bind(placed.seen.as_millisecond())
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let detail = sealed(keyring, act, placed.detail);
    Ok(told(tx, placed.id, act, Kind::Placed, row, detail))
}

/// Closes an open request because another one, `kept`, goes on in its place; `false` when it is not in that state.
pub async fn merge(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    from: State,
    kept: (Uuid, &str),
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set state = $1, merged_into = $2, \
         updated_at = case when updated_at < $3 then $3 else updated_at + 1 end \
         where id = $4 and state = $5 and merged_into is null returning line_id, updated_at",
    )
    .bind(State::Merged.word())
    .bind(kept.0.to_string())
    .bind(act.now.as_millisecond())
    .bind(id.to_string())
    .bind(from.word())
    .fetch_optional(tx.conn())
    .await?;
    Ok(told(tx, id, act, Kind::Merged, row, about(keyring, act, kept.1)))
}

/// Gives a merged request back the state that it had; `false` when it is not merged into that one.
pub async fn unmerge(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    to: State,
    kept: (Uuid, &str),
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set state = $1, merged_into = null, \
         updated_at = case when updated_at < $2 then $2 else updated_at + 1 end \
         where id = $3 and state = $4 and merged_into = $5 returning line_id, updated_at",
    )
    .bind(to.word())
    .bind(act.now.as_millisecond())
    .bind(id.to_string())
    .bind(State::Merged.word())
    .bind(kept.0.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(told(tx, id, act, Kind::Unmerged, row, about(keyring, act, kept.1)))
}

/// What becomes of the request that goes on when another one, of those six digits, joins or leaves it.
pub async fn joined(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    priority: u8,
    other: (Kind, &str),
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let row: Option<(String, i64)> = sqlx::query_as(
        "update requests set priority = $1, updated_at = case when updated_at < $2 then $2 else updated_at + 1 end \
         where id = $3 returning line_id, updated_at",
    )
    .bind(i64::from(priority))
    .bind(act.now.as_millisecond())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(told(tx, id, act, other.0, row, about(keyring, act, other.1)))
}

/// Leaves the row of the timeline of a change that was made; `false` when none was.
fn told(
    tx: &mut Tx<'_>,
    id: Uuid,
    act: &Act<'_>,
    kind: Kind,
    row: Option<(String, i64)>,
    detail: Option<Vec<u8>>,
) -> bool {
    let Some((line_id, at)) = row else { return false };
    leave(tx, id.to_string(), act, kind, at, detail);
    if let Ok(line_id) = line_id.parse() {
        tx.changed(line_id);
    }
    true
}

fn leave(tx: &mut Tx<'_>, request_id: String, act: &Act<'_>, kind: Kind, at: i64, detail: Option<Vec<u8>>) {
    let (id, actor) = (act.event.to_string(), act.actor.to_owned());
    tx.at_end(
        "insert into request_events (id, request_id, at, actor, kind, detail) values ($1, $2, $3, $4, $5, $6)",
        move |event| event.bind(id).bind(request_id).bind(at).bind(actor).bind(kind.word()).bind(detail),
    );
}

fn about(keyring: &Keyring, act: &Act<'_>, reference: &str) -> Option<Vec<u8>> {
    sealed(keyring, act, &Detail { other: Some(reference.to_owned()), ..Detail::default() })
}

fn sealed(keyring: &Keyring, act: &Act<'_>, detail: &Detail) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(detail).ok()?;
    Some(keyring.seal("request_events.detail", &act.event.to_string(), &json))
}

fn text(id: Option<Uuid>) -> Option<String> {
    id.map(|id| id.to_string())
}
