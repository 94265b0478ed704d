//! The rows of texts that leave.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{self, DbError, Tx, storable};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;
use crate::sms::outbound::hold::Reason;
use crate::sms::outbound::message::{Kind, State};

/// What sealed words are bound to, with the row.
const BODY: &str = "messages.body";
/// What the number of a row of `callers` is bound to.
const NUMBER: &str = "callers.number";

/// A text to keep.
#[derive(Debug)]
pub struct New<'a> {
    /// Its row.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Where the number lives.
    pub contact_id: Uuid,
    /// What it is for.
    pub kind: Kind,
    /// The reason for it: there is one text for each.
    pub key: &'a str,
    /// The words.
    pub body: &'a str,
    /// Segments as we count them.
    pub segments: i64,
    /// It may leave on a Sunday or a public holiday too.
    pub any_day: bool,
    /// When it was asked for.
    pub now: Timestamp,
    /// Not before.
    pub not_before: Timestamp,
    /// Later than this it says nothing any more.
    pub expires_at: Timestamp,
    /// The one that did not arrive, if it repeats one.
    pub retry_of: Option<Uuid>,
}

/// A text, its number, and whether that number asked for none.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its row.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Where the number lives.
    pub contact_id: Uuid,
    /// What it is for.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// The words; none where this key does not open them.
    pub body: Option<String>,
    /// The number; none where this key does not open it.
    pub number: Option<PhoneNumber>,
    /// It may leave on a Sunday or a public holiday too.
    pub any_day: bool,
    /// Not before.
    pub not_before: Timestamp,
    /// Later than this it says nothing any more.
    pub expires_at: Timestamp,
    /// How often it was handed over and may have left.
    pub attempts: i64,
    /// When it was last handed over.
    pub attempted_at: Option<Timestamp>,
    /// The one that did not arrive, if it repeats one.
    pub retry_of: Option<Uuid>,
    /// How far that one is.
    pub repeats: Option<State>,
    /// The number receives texts, as far as is known.
    pub receives: bool,
    /// The number asked for no more texts.
    pub stopped: bool,
}

/// What becomes of a text, and what is known of it with that.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// The provider's id.
    pub sid: Option<&'a str>,
    /// The segments that the provider counts.
    pub billed: Option<u32>,
    /// The provider's code.
    pub error: Option<u32>,
    /// Why it was held back.
    pub reason: Option<Reason>,
    /// Nothing was handed over after all: the try does not count.
    pub untried: bool,
}

/// Keeps a text; `false` where there is one for that reason.
pub async fn insert(tx: &mut Tx<'_>, keyring: &Keyring, new: &New<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let sealed = keyring.seal(BODY, &id, new.body.as_bytes());
    let inserted = sqlx::query(
        "insert into messages (id, line_id, contact_id, kind, dedupe_key, body, any_day, state, segments, created_at, \
         not_before, expires_at, retry_of) values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10, $11, $12) \
         on conflict (dedupe_key) do nothing",
    )
    .bind(id)
    .bind(new.line_id.to_string())
    .bind(new.contact_id.to_string())
    .bind(new.kind.word())
    .bind(storable(new.key).into_owned())
    .bind(sealed)
    .bind(i64::from(new.any_day))
    .bind(new.segments)
    .bind(new.now.as_millisecond())
    .bind(new.not_before.as_millisecond())
    .bind(new.expires_at.as_millisecond())
    .bind(new.retry_of.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Where the number of a text lives.
pub async fn contact_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select contact_id from messages where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

/// The text of a provider's id, and where its number lives.
pub async fn of_sid(tx: &mut Tx<'_>, sid: &str) -> Result<Option<(Uuid, Uuid)>, DbError> {
    let row: Option<(String, String)> = sqlx::query_as("select id, contact_id from messages where sid = $1")
        .bind(storable(sid).into_owned())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id, contact)| Some((id.parse().ok()?, contact.parse().ok()?))))
}

/// Holds the row of a number until the end of the transaction, and answers the keyed hash of the number.
pub async fn hold_number(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<Option<String>, DbError> {
    let held = db::locking(tx.kind(), "select number_index from callers where id = $1");
    let row: Option<(String,)> = sqlx::query_as(held).bind(contact_id.to_string()).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(index,)| index))
}

/// A text as it is now: read it while its number is [held](hold_number).
pub async fn one(tx: &mut Tx<'_>, keyring: &Keyring, id: Uuid) -> Result<Option<Message>, DbError> {
    let row = sqlx::query(
        "select m.id, m.line_id, m.contact_id, m.kind, m.state, m.body, m.any_day, m.not_before, m.expires_at, \
         m.attempts, m.attempted_at, m.retry_of, b.state as repeats, c.number, c.no_text, s.since as stopped_since \
         from messages m join callers c on c.id = m.contact_id left join messages b on b.id = m.retry_of \
         left join stops s on s.number_index = c.number_index where m.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| read(&row, keyring)).transpose()?.flatten())
}

/// A row; none where a word of it is of another version.
fn read(row: &AnyRow, keyring: &Keyring) -> Result<Option<Message>, DbError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let number_of = |name: &str| row.try_get::<Option<i64>, _>(name);
    let instant = |name: &str| row.try_get::<i64, _>(name).map(from_millis);
    let (id, contact) = (text("id")?, text("contact_id")?);
    let opened = |place, row: &str, sealed: Vec<u8>| {
        keyring.open(place, row, &sealed).ok().and_then(|plain| String::from_utf8(plain).ok())
    };
    let (body, number) = (opened(BODY, &id, row.try_get("body")?), opened(NUMBER, &contact, row.try_get("number")?));
    let retry_of: Option<String> = row.try_get("retry_of")?;
    let repeats: Option<String> = row.try_get("repeats")?;
    let ids = (id.parse().ok(), text("line_id")?.parse().ok(), contact.parse().ok());
    let words = (Kind::of_word(&text("kind")?), State::of_word(&text("state")?));
    let ((Some(id), Some(line_id), Some(contact_id)), (Some(kind), Some(state))) = (ids, words) else {
        return Ok(None);
    };
    Ok(Some(Message {
        id,
        line_id,
        contact_id,
        kind,
        state,
        body,
        number: number.and_then(|number| number.parse().ok()),
        any_day: row.try_get::<i64, _>("any_day")? == 1,
        not_before: instant("not_before")?,
        expires_at: instant("expires_at")?,
        attempts: row.try_get("attempts")?,
        attempted_at: number_of("attempted_at")?.map(from_millis),
        retry_of: retry_of.and_then(|id| id.parse().ok()),
        repeats: repeats.and_then(|word| State::of_word(&word)),
        receives: number_of("no_text")?.is_none(),
        stopped: number_of("stopped_since")?.is_some(),
    }))
}

/// Marks that a text is being handed over; `false` where it is not in that state any more.
pub async fn begin(tx: &mut Tx<'_>, id: Uuid, from: State, now: Timestamp) -> Result<bool, DbError> {
    debug_assert!(from.may_become(State::Sending));
    let begun = sqlx::query(
        "update messages set state = 'sending', attempts = attempts + 1, attempted_at = $1, reason = null \
         where id = $2 and state = $3",
    )
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .bind(from.word())
    .execute(tx.conn())
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// Moves a text on; `false` where it is not in that state any more, or the table has no such move.
pub async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    (from, to): (State, State),
    change: &Change<'_>,
    now: Timestamp,
) -> Result<bool, DbError> {
    if !from.may_become(to) {
        return Ok(false);
    }
    let at = now.as_millisecond();
    let changed = sqlx::query(
        "update messages set state = $1, sid = coalesce($2, sid), billed = coalesce($3, billed), error = $4, reason = $5, \
         sent_at = coalesce(sent_at, $6), settled_at = $7, attempts = attempts - $8 where id = $9 and state = $10",
    )
    .bind(to.word())
    .bind(change.sid.map(|sid| storable(sid).into_owned()))
    .bind(change.billed.map(i64::from))
    .bind(change.error.map(i64::from))
    .bind(change.reason.map(Reason::word))
    .bind(change.sid.map(|_| at))
    .bind((!to.may_still_leave()).then_some(at))
    .bind(i64::from(change.untried))
    .bind(id.to_string())
    .bind(from.word())
    .execute(tx.conn())
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Keeps the greatest code that was reported with the state in which a text is.
pub async fn explain(tx: &mut Tx<'_>, id: Uuid, state: State, error: Option<u32>) -> Result<(), DbError> {
    sqlx::query(
        "update messages set error = $1 where id = $2 and state = $3 and coalesce(error, 0) <> coalesce($1, 0)",
    )
    .bind(error.map(i64::from))
    .bind(id.to_string())
    .bind(state.word())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody asks by hand that a text of which nobody knows whether it left, or that failed, be handed over: from its first
/// try on. `false` where it is neither.
pub async fn again(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let queued = sqlx::query(
        "update messages set state = 'queued', attempts = 0, error = null, settled_at = null \
         where id = $1 and (state = 'unknown' or (state = 'failed' and sid is null))",
    )
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(queued.rows_affected() == 1)
}

/// Writes down why a text that waits does.
pub async fn waits(tx: &mut Tx<'_>, id: Uuid, reason: Reason) -> Result<(), DbError> {
    sqlx::query("update messages set reason = $1 where id = $2 and state = 'queued'")
        .bind(reason.word())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Withdraws every text of a number that waits, but the confirmation of its STOP; how many. One that may have left already
/// is looked for, and never handed over again.
pub async fn withdraw(tx: &mut Tx<'_>, contact_id: Uuid, now: Timestamp) -> Result<u64, DbError> {
    let withdrawn = sqlx::query(
        "update messages set state = 'cancelled', reason = 'stop', settled_at = $1 \
         where contact_id = $2 and state = 'queued' and kind <> 'stop_confirmed'",
    )
    .bind(now.as_millisecond())
    .bind(contact_id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(withdrawn.rows_affected())
}

/// Withdraws the text of that reason, if it has not left; `false` where it has, or there is none.
pub async fn withdraw_one(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<bool, DbError> {
    let withdrawn = sqlx::query(
        "update messages set state = 'cancelled', settled_at = $1 where dedupe_key = $2 and state = 'queued'",
    )
    .bind(now.as_millisecond())
    .bind(storable(key).into_owned())
    .execute(tx.conn())
    .await?;
    Ok(withdrawn.rows_affected() == 1)
}

/// How far the text of that reason is.
pub async fn state_of(tx: &mut Tx<'_>, key: &str) -> Result<Option<State>, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select state from messages where dedupe_key = $1")
        .bind(storable(key).into_owned())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(word,)| State::of_word(&word)))
}

/// Keeps that a number receives no texts, with the provider's code that says so.
pub async fn receives_none(tx: &mut Tx<'_>, contact_id: Uuid, code: u32) -> Result<(), DbError> {
    sqlx::query("update callers set no_text = $1 where id = $2 and no_text is null")
        .bind(i64::from(code))
        .bind(contact_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether there is a text for a number, whatever became of it.
pub async fn any_for(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<bool, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select id from messages where contact_id = $1 limit 1")
        .bind(contact_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Whether a number receives texts, as far as is known.
pub async fn receives(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<bool, DbError> {
    let row: Option<(Option<i64>,)> = sqlx::query_as("select no_text from callers where id = $1")
        .bind(contact_id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_none_or(|(code,)| code.is_none()))
}

/// The line of a text, when it was asked for, and whether it was given up.
pub async fn origin(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<(Uuid, Timestamp)>, DbError> {
    let row: Option<(String, i64)> = sqlx::query_as("select line_id, created_at from messages where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(line, at)| Some((line.parse().ok()?, from_millis(at)))))
}

/// Texts of which somebody must know something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undecided {
    /// Nobody knows whether they left.
    pub unknown: i64,
    /// Kept back for good in the last days.
    pub held: i64,
    /// They wait because a limit of the day is reached.
    pub limited: i64,
}

/// What the doctor tells; those kept back are counted from `since` on.
pub async fn undecided(tx: &mut Tx<'_>, since: Timestamp) -> Result<Undecided, DbError> {
    let row = sqlx::query(
        "select count(case when state = 'unknown' then 1 end) as unknown, \
         count(case when state = 'held' and settled_at >= $1 then 1 end) as held, \
         count(case when state = 'queued' and reason = 'limit' then 1 end) as limited \
         from messages where state in ('queued', 'sending', 'unknown', 'held')",
    )
    .bind(since.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(Undecided { unknown: row.try_get("unknown")?, held: row.try_get("held")?, limited: row.try_get("limited")? })
}
