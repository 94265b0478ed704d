//! The rows of recordings.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Source, State};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// A recording that a turn announces.
#[derive(Debug)]
pub struct NewRecording<'a> {
    /// Its id.
    pub id: Uuid,
    /// The call.
    pub call_id: Uuid,
    /// The turn that announced it.
    pub turn: i64,
    /// The question it answers.
    pub step: &'a str,
    /// How the provider names it.
    pub source: Source,
    /// Its length, where the provider tells it.
    pub seconds: Option<u32>,
    /// Where the audio is.
    pub state: State,
    /// When.
    pub now: Timestamp,
}

/// Stores a recording; `false` when it was announced before: the end of a turn and the provider's report may come in any order.
pub async fn insert(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewRecording<'_>) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let source = serde_json::to_vec(&new.source).unwrap_or_default();
    let sealed = keyring.seal("recordings.source", &id, &source);
    let name = new.source.name().unwrap_or_default();
    let done = sqlx::query(
        "insert into recordings (id, call_id, turn, step, source_index, source, seconds, state, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(id)
    .bind(new.call_id.to_string())
    .bind(new.turn)
    .bind(new.step)
    .bind(keyring.index("recordings.source", name))
    .bind(sealed)
    .bind(new.seconds.map(i64::from))
    .bind(new.state.word())
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How the provider names a recording.
pub async fn source(tx: &mut Tx<'_>, keyring: &Keyring, id: Uuid) -> Result<Option<Source>, DbError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as("select source from recordings where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let plain = row.and_then(|(sealed,)| keyring.open("recordings.source", &id.to_string(), &sealed).ok());
    Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
}

/// Moves a recording on; `false` when it was not in that state any more.
pub async fn change(tx: &mut Tx<'_>, id: Uuid, from: State, to: State) -> Result<bool, DbError> {
    let done = sqlx::query("update recordings set state = $1 where id = $2 and state = $3")
        .bind(to.word())
        .bind(id.to_string())
        .bind(from.word())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Where a recording comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The call in which it was left.
    pub call_id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// When it was left.
    pub at: Timestamp,
}

/// Where a recording comes from.
pub async fn origin(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Origin>, DbError> {
    let row: Option<(String, String, i64)> = sqlx::query_as(
        "select c.id, c.line_id, r.created_at from recordings r join calls c on c.id = r.call_id where r.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(call, line, at)| {
        Some(Origin { call_id: call.parse().ok()?, line_id: line.parse().ok()?, at: from_millis(at) })
    }))
}

/// Keeps the sealed sound of a recording.
pub async fn keep_audio(tx: &mut Tx<'_>, id: Uuid, sealed: &[u8]) -> Result<(), DbError> {
    sqlx::query("insert into recording_audio (recording_id, audio) values ($1, $2) on conflict do nothing")
        .bind(id.to_string())
        .bind(sealed)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A message of a call.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// The question it answers.
    pub step: String,
    /// Where the audio is.
    pub state: State,
    /// Whether it is here and cannot be read: it is damaged, or sealed with another key.
    pub unreadable: bool,
}

/// The messages of a call, in the order in which they were left.
pub async fn of_call(tx: &mut Tx<'_>, keyring: &Keyring, call_id: Uuid) -> Result<Vec<Message>, DbError> {
    type Row = (String, String, String, Option<Vec<u8>>);
    let rows: Vec<Row> = sqlx::query_as(
        "select r.id, r.step, r.state, a.audio from recordings r left join recording_audio a on a.recording_id = r.id \
         where r.call_id = $1 order by r.turn, r.created_at, r.id",
    )
    .bind(call_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let message = |(id, step, state, sealed): Row| {
        let state = State::of_word(&state)?;
        let read = sealed.is_some_and(|sealed| keyring.open("recordings.audio", &id, &sealed).is_ok());
        Some(Message { id: id.parse().ok()?, step, state, unreadable: state == State::Kept && !read })
    };
    Ok(rows.into_iter().filter_map(message).collect())
}

/// The sound of a recording; none where it is not here.
pub async fn audio(tx: &mut Tx<'_>, keyring: &Keyring, id: Uuid) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as("select audio from recording_audio where recording_id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(sealed,)| keyring.open("recordings.audio", &id.to_string(), &sealed).ok()))
}

const ON_LINES_OF: &str = "select a.audio from recording_audio a join recordings r on r.id = a.recording_id \
     join calls c on c.id = r.call_id where a.recording_id = $2 \
     and c.line_id in (select line_id from operator_lines where operator_id = $1)";

/// The same for an operator: of another line's calls there is none.
pub async fn audio_on_lines_of(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    id: Uuid,
) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as(ON_LINES_OF)
        .bind(operator_id.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(sealed,)| keyring.open("recordings.audio", &id.to_string(), &sealed).ok()))
}

/// The recordings of a line that are here and older than `before`, oldest first.
pub async fn kept_before(tx: &mut Tx<'_>, line_id: Uuid, before: Timestamp, most: i64) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select r.id from recordings r join calls c on c.id = r.call_id \
         where c.line_id = $1 and r.state = 'kept' and r.created_at < $2 order by r.created_at limit $3",
    )
    .bind(line_id.to_string())
    .bind(before.as_millisecond())
    .bind(most)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Erases the sound of a recording.
pub async fn erase(tx: &mut Tx<'_>, id: &str) -> Result<(), DbError> {
    sqlx::query("delete from recording_audio where recording_id = $1").bind(id).execute(tx.conn()).await?;
    sqlx::query("update recordings set state = $1 where id = $2")
        .bind(State::Erased.word())
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}
