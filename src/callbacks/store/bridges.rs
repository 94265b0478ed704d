//! The rows of calls back by a click: the agent's telephone, then the resident's. One at a time for each agent.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::dialling::Ended;
use crate::clock::from_millis;
use crate::db::{DbError, Tx, locking};
use crate::secret::Keyring;

/// A click that rang no telephone by then never will.
pub const STALE: Duration = Duration::from_mins(2);

/// How far a call back by a click is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Somebody clicked.
    Asked,
    /// The agent's telephone rings.
    Ringing,
    /// She pressed the key: the resident's telephone is dialled, or they talk.
    Dialled,
    /// It is over.
    Ended(Ended),
}

impl Stage {
    fn read(state: &str, outcome: Option<&str>) -> Self {
        match state {
            "asked" => Self::Asked,
            "ringing" => Self::Ringing,
            "accepted" => Self::Dialled,
            _ => Self::Ended(outcome.and_then(Ended::of_word).unwrap_or(Ended::Left)),
        }
    }

    /// Whether the resident has not been dialled, and may still be.
    pub fn is_before(self) -> bool {
        matches!(self, Self::Asked | Self::Ringing)
    }
}

/// A call back by a click; nobody else changes it before the end of the transaction.
#[derive(Debug, Clone)]
pub struct Bridge {
    /// Its id.
    pub id: Uuid,
    /// Names its documents.
    pub token: String,
    /// The callback.
    pub callback_id: Uuid,
    /// Its line.
    pub line_id: Uuid,
    /// The agent.
    pub operator_id: Uuid,
    /// How far it is.
    pub stage: Stage,
    /// When somebody clicked.
    pub started_at: Timestamp,
    /// The row of the try, once the resident was dialled.
    pub attempt_id: Option<Uuid>,
    /// Whether the agent still holds the callback.
    pub is_hers: bool,
    /// The six digits of the request behind it.
    pub reference: Option<String>,
    /// The language to speak.
    pub lang: String,
    /// The category that was chosen.
    pub category: Option<String>,
    /// What was answered, as JSON.
    pub answers: Vec<u8>,
    /// The row of the number to call, still sealed.
    pub contact: Option<(String, Vec<u8>)>,
}

/// Ends those of hers whose end was never told: what was not answered since `rung`, what was dialled before `dialled`.
pub async fn expire(tx: &mut Tx<'_>, operator: Uuid, rung: Timestamp, dialled: Timestamp) -> Result<(), DbError> {
    sqlx::query(
        "update bridges set state = 'ended', ended_at = started_at, outcome = case when state = 'accepted' then $1 else $2 end \
         where operator_id = $3 and state <> 'ended' and \
         ((state = 'accepted' and started_at < $4) or (state <> 'accepted' and started_at < $5))",
    )
    .bind(Ended::Left.word())
    .bind(Ended::NotPlaced.word())
    .bind(operator.to_string())
    .bind(dialled.as_millisecond())
    .bind(rung.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A call back that begins.
#[derive(Debug)]
pub struct NewBridge<'a> {
    /// Its id.
    pub id: Uuid,
    /// Names its documents.
    pub token: &'a str,
    /// The callback.
    pub callback_id: Uuid,
    /// The agent.
    pub operator: Uuid,
    /// When.
    pub now: Timestamp,
}

/// What became of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It begins.
    New,
    /// Another one of this agent goes on, of this callback.
    GoesOn(Uuid),
    /// Another one of hers has ended at this instant.
    JustEnded,
}

/// Begins one, unless one of this agent goes on.
pub async fn begin(tx: &mut Tx<'_>, new: &NewBridge<'_>) -> Result<Begun, DbError> {
    let done = sqlx::query(
        "insert into bridges (id, token, callback_id, operator_id, state, started_at) \
         values ($1, $2, $3, $4, 'asked', $5) on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.token)
    .bind(new.callback_id.to_string())
    .bind(new.operator.to_string())
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Begun::New);
    }
    let row: Option<(String,)> =
        sqlx::query_as("select callback_id from bridges where operator_id = $1 and state <> 'ended'")
            .bind(new.operator.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()).map_or(Begun::JustEnded, Begun::GoesOn))
}

/// The name of the documents of a call back by a click.
pub async fn token_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select token from bridges where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(token,)| token))
}

/// The callback of a call back by a click.
pub async fn callback_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select callback_id from bridges where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

type OwnRow = (String, String, String, String, i64, Option<String>, Option<String>);
type CallbackRow = (String, Option<String>, String, Option<String>, Option<Vec<u8>>, Option<String>);

/// The call back whose documents bear that name.
pub async fn named(tx: &mut Tx<'_>, keyring: &Keyring, token: &str) -> Result<Option<Bridge>, DbError> {
    let select =
        "select id, callback_id, operator_id, state, started_at, attempt_id, outcome from bridges where token = $1";
    let hold = locking(tx.kind(), select);
    let Some(bridge) = sqlx::query_as(hold).bind(token).fetch_optional(tx.conn()).await? else { return Ok(None) };
    let bridge: OwnRow = bridge;
    let select = "select line_id, case when state = 'claimed' then operator_id end, lang, category, answers, \
                  (select reference from requests r where r.id = request_id) from callbacks where id = $1";
    let hold = locking(tx.kind(), select);
    let callback: Option<CallbackRow> = sqlx::query_as(hold).bind(&bridge.1).fetch_optional(tx.conn()).await?;
    let Some(callback) = callback else { return Ok(None) };
    let contact =
        sqlx::query_as("select c.id, c.number from callbacks b join callers c on c.id = b.contact_id where b.id = $1")
            .bind(&bridge.1)
            .fetch_optional(tx.conn())
            .await?;
    Ok(read(keyring, token, (bridge, callback), contact))
}

fn read(
    keyring: &Keyring,
    token: &str,
    row: (OwnRow, CallbackRow),
    contact: Option<(String, Vec<u8>)>,
) -> Option<Bridge> {
    let (
        (id, callback, operator, state, started, attempt, outcome),
        (line, holder, lang, category, answers, reference),
    ) = row;
    let answers = answers.unwrap_or_default();
    Some(Bridge {
        id: id.parse().ok()?,
        token: token.to_owned(),
        answers: keyring.open("callbacks.answers", &callback, &answers).unwrap_or_default(),
        callback_id: callback.parse().ok()?,
        line_id: line.parse().ok()?,
        is_hers: holder.as_deref() == Some(operator.as_str()),
        operator_id: operator.parse().ok()?,
        stage: Stage::read(&state, outcome.as_deref()),
        started_at: from_millis(started),
        attempt_id: attempt.and_then(|id| id.parse().ok()),
        reference,
        lang,
        category,
        contact,
    })
}

/// The agent's telephone is about to ring; `false` when it was before, or it is over.
pub async fn ring(tx: &mut Tx<'_>, bridge: &Bridge) -> Result<bool, DbError> {
    let done = sqlx::query("update bridges set state = 'ringing' where id = $1 and state = 'asked'")
        .bind(bridge.id.to_string())
        .execute(tx.conn())
        .await?;
    tx.changed(bridge.line_id);
    Ok(done.rows_affected() == 1)
}

/// It did not ring after all: it is to be rung again.
pub async fn ring_later(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query("update bridges set state = 'asked' where id = $1 and state = 'ringing' and sid is null")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The agent's telephone could not be rung, or not soon enough; nothing changes once she pressed the key.
pub async fn give_up(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "update bridges set state = 'ended', ended_at = $1, outcome = $2 where id = $3 and state in ('asked', 'ringing') \
         returning callback_id",
    )
    .bind(now.as_millisecond())
    .bind(Ended::NotPlaced.word())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some((callback,)) = row else { return Ok(()) };
    let line: Option<(String,)> =
        sqlx::query_as("select line_id from callbacks where id = $1").bind(callback).fetch_optional(tx.conn()).await?;
    if let Some(line) = line.and_then(|(line,)| line.parse().ok()) {
        tx.changed(line);
    }
    Ok(())
}

/// Notes the provider's id of the agent's call.
pub async fn placed(tx: &mut Tx<'_>, id: Uuid, sid: &str) -> Result<(), DbError> {
    sqlx::query("update bridges set sid = $1 where id = $2").bind(sid).bind(id.to_string()).execute(tx.conn()).await?;
    Ok(())
}

/// She pressed the key: the resident's telephone is dialled, which is a try, and she holds the callback until `until`.
pub async fn dial(
    tx: &mut Tx<'_>,
    bridge: &Bridge,
    attempt: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("insert into attempts (id, callback_id, operator_id, way, at) values ($1, $2, $3, 'line', $4)")
        .bind(attempt.to_string())
        .bind(bridge.callback_id.to_string())
        .bind(bridge.operator_id.to_string())
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    sqlx::query("update bridges set state = 'accepted', attempt_id = $1 where id = $2 and state <> 'ended'")
        .bind(attempt.to_string())
        .bind(bridge.id.to_string())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "update callbacks set attempts = attempts + 1, lease_until = $1 \
         where id = $2 and operator_id = $3 and state = 'claimed'",
    )
    .bind(until.as_millisecond())
    .bind(bridge.callback_id.to_string())
    .bind(bridge.operator_id.to_string())
    .execute(tx.conn())
    .await?;
    tx.changed(bridge.line_id);
    Ok(())
}

/// It is over. What was tried keeps how it ended, where that says itself; what was not tried is no try. She holds the
/// callback until `until`, to write what came of it.
pub async fn end(
    tx: &mut Tx<'_>,
    bridge: &Bridge,
    ended: Ended,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("update bridges set state = 'ended', ended_at = coalesce(ended_at, $1), outcome = $2 where id = $3")
        .bind(now.as_millisecond())
        .bind(ended.word())
        .bind(bridge.id.to_string())
        .execute(tx.conn())
        .await?;
    match bridge.attempt_id {
        Some(attempt) if ended.counts() => end_attempt(tx, attempt, ended, now).await?,
        Some(attempt) => withdraw(tx, bridge, attempt).await?,
        None => {}
    }
    sqlx::query(
        "update callbacks set lease_until = $1 where id = $2 and operator_id = $3 and state = 'claimed' and lease_until >= $4",
    )
    .bind(until.as_millisecond())
    .bind(bridge.callback_id.to_string())
    .bind(bridge.operator_id.to_string())
    .bind(now.as_millisecond())
    .execute(tx.conn())
    .await?;
    tx.changed(bridge.line_id);
    Ok(())
}

async fn end_attempt(tx: &mut Tx<'_>, attempt: Uuid, ended: Ended, now: Timestamp) -> Result<(), DbError> {
    sqlx::query(
        "update attempts set ended_at = coalesce(ended_at, $1), disposition = coalesce(disposition, $2) where id = $3",
    )
    .bind(now.as_millisecond())
    .bind(ended.disposition().map(|disposition| disposition.code))
    .bind(attempt.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes back a try that was none, unless the agent has already said how it ended.
async fn withdraw(tx: &mut Tx<'_>, bridge: &Bridge, attempt: Uuid) -> Result<(), DbError> {
    let attempt = attempt.to_string();
    sqlx::query(
        "update bridges set attempt_id = null where id = $1 and exists \
         (select 1 from attempts where id = $2 and form_id is null)",
    )
    .bind(bridge.id.to_string())
    .bind(&attempt)
    .execute(tx.conn())
    .await?;
    let withdrawn =
        sqlx::query("delete from attempts where id = $1 and form_id is null").bind(&attempt).execute(tx.conn()).await?;
    if withdrawn.rows_affected() == 1 {
        sqlx::query("update callbacks set attempts = attempts - 1 where id = $1")
            .bind(bridge.callback_id.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// The last call back by a click of a callback, as its page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// When it was asked for.
    pub at: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// Whether it is hers, of the claim that she has now: how it ended then says how the try ended.
    pub of_this_claim: bool,
}

/// The last call back by a click of that callback, if it is of her lines: what its page shows, live.
pub async fn latest(
    tx: &mut Tx<'_>,
    operator: Uuid,
    callback_id: Uuid,
    now: Timestamp,
) -> Result<Option<Latest>, DbError> {
    let row: Option<(i64, String, Option<String>, i64)> = sqlx::query_as(
        "select g.started_at, g.state, g.outcome, case when b.state = 'claimed' and b.operator_id = $2 \
         and g.operator_id = $2 and g.started_at >= b.claimed_at then 1 else 0 end from callbacks b \
         join bridges g on g.callback_id = b.id where b.id = $1 \
         and b.line_id in (select line_id from operator_lines where operator_id = $2) \
         order by g.started_at desc, g.id desc limit 1",
    )
    .bind(callback_id.to_string())
    .bind(operator.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(at, state, outcome, of_this_claim)| {
        let (at, stage) = (from_millis(at), Stage::read(&state, outcome.as_deref()));
        let lost = stage.is_before() && at.checked_add(STALE).is_ok_and(|until| until < now);
        let stage = if lost { Stage::Ended(Ended::NotPlaced) } else { stage };
        Latest { at, stage, of_this_claim: of_this_claim == 1 }
    }))
}
