//! The rows of safeguarding reports. What was said stays sealed until one of those who may read it opens it.

use jiff::Timestamp;
use uuid::Uuid;

use super::signal::{Content, Danger};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// A report to keep.
#[derive(Debug)]
pub struct NewSignal<'a> {
    /// Its id, made with the form: the same form sent twice is one report.
    pub id: Uuid,
    /// The callback that it is about.
    pub callback_id: Uuid,
    /// Who reports.
    pub operator: Uuid,
    /// When.
    pub at: Timestamp,
    /// The checklist.
    pub content: &'a Content,
}

/// A report as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The callback that it is about.
    pub callback_id: Option<Uuid>,
    /// The request that it is about, or that of the callback.
    pub request_id: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// Who reported, as colleagues read it.
    pub author: String,
    /// The checklist; none when it cannot be read with this key.
    pub content: Option<Content>,
    /// Who has seen to it, and when.
    pub seen: Option<(String, Timestamp)>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// Whose reports may be read: those of every line where she answers for such things, else her own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Her account.
    pub operator: Uuid,
    /// Whether she may read those of others.
    pub all: bool,
}

/// The line of a callback and the request behind it, if it is of one of her lines.
async fn origin(tx: &mut Tx<'_>, callback: Uuid, operator: Uuid) -> Result<Option<(String, Option<String>)>, DbError> {
    let row = sqlx::query_as(
        "select line_id, request_id from callbacks where id = $1 and line_id in \
         (select line_id from operator_lines where operator_id = $2)",
    );
    Ok(row.bind(callback.to_string()).bind(operator.to_string()).fetch_optional(tx.conn()).await?)
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept, and new, on that line.
    New(Uuid),
    /// It was kept before.
    Before,
    /// What it is about is not there, or of another line.
    Unknown,
}

/// Keeps a report.
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewSignal<'_>) -> Result<Kept, DbError> {
    let Some((line, request)) = origin(tx, new.callback_id, new.operator).await? else { return Ok(Kept::Unknown) };
    let id = new.id.to_string();
    let json = serde_json::to_vec(new.content).unwrap_or_default();
    let done = sqlx::query(
        "insert into signals (id, line_id, callback_id, request_id, operator_id, at, content) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
    )
    .bind(&id)
    .bind(&line)
    .bind(new.callback_id.to_string())
    .bind(request)
    .bind(new.operator.to_string())
    .bind(new.at.as_millisecond())
    .bind(keyring.seal("signals.content", &id, &json))
    .execute(tx.conn())
    .await?;
    let line = changed(tx, Some((line,)));
    Ok(line.filter(|_| done.rows_affected() == 1).map_or(Kept::Before, Kept::New))
}

type SignalRow = (
    (String, String, Option<String>, Option<String>, i64),
    (String, Vec<u8>, Option<String>, Option<i64>, Option<i64>),
);

const LISTED: &str = "select g.id, g.line_id, g.callback_id, g.request_id, g.at, a.name, g.content, s.name, g.seen_at, \
     g.closed_at from signals g join operators a on a.id = g.operator_id left join operators s on s.id = g.seen_by \
     where g.line_id in (select line_id from operator_lines where operator_id = $1) \
     and ($2 = 1 or g.operator_id = $1) and ($3 = 1 or g.closed_at is null) order by g.at desc, g.id desc limit $4";

/// The reports that she may read, the last one first; those that are closed only if `closed`.
pub async fn list(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    reader: Reader,
    closed: bool,
    limit: u32,
) -> Result<Vec<Signal>, DbError> {
    let rows = sqlx::query(LISTED)
        .bind(reader.operator.to_string())
        .bind(i64::from(reader.all))
        .bind(i64::from(closed))
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    rows.iter().map(|row| Ok(read(keyring, columns(row)?))).filter_map(Result::transpose).collect()
}

const ONE: &str = "select g.id, g.line_id, g.callback_id, g.request_id, g.at, a.name, g.content, s.name, g.seen_at, \
     g.closed_at from signals g join operators a on a.id = g.operator_id left join operators s on s.id = g.seen_by \
     where g.id = $3 and g.line_id in (select line_id from operator_lines where operator_id = $1) \
     and ($2 = 1 or g.operator_id = $1)";

/// One report, if she may read it.
pub async fn one(tx: &mut Tx<'_>, keyring: &Keyring, reader: Reader, id: Uuid) -> Result<Option<Signal>, DbError> {
    let row = sqlx::query(ONE)
        .bind(reader.operator.to_string())
        .bind(i64::from(reader.all))
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    row.map_or(Ok(None), |row| Ok(read(keyring, columns(&row)?)))
}

fn columns(row: &sqlx::any::AnyRow) -> Result<SignalRow, sqlx::Error> {
    use sqlx::Row;
    Ok((
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?),
        (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?, row.try_get(8)?, row.try_get(9)?),
    ))
}

/// The checklist; none that this key cannot read.
fn content(keyring: &Keyring, id: &str, sealed: &[u8]) -> Option<Content> {
    keyring.open("signals.content", id, sealed).ok().and_then(|json| serde_json::from_slice(&json).ok())
}

fn read(keyring: &Keyring, row: SignalRow) -> Option<Signal> {
    let ((id, line, callback, request, at), (author, sealed, seen_by, seen_at, closed_at)) = row;
    let content = content(keyring, &id, &sealed);
    Some(Signal {
        id: id.parse().ok()?,
        line_id: line.parse().ok()?,
        callback_id: callback.and_then(|id| id.parse().ok()),
        request_id: request.and_then(|id| id.parse().ok()),
        at: from_millis(at),
        author,
        content,
        seen: seen_by.zip(seen_at.map(from_millis)),
        closed_at: closed_at.map(from_millis),
    })
}

/// The reports that nobody has seen to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unseen {
    /// How many.
    pub count: u32,
    /// How many of them say that somebody is in danger at this moment.
    pub danger: u32,
}

/// Those of the reports that she may read as somebody who answers for them.
pub async fn unseen(tx: &mut Tx<'_>, keyring: &Keyring, reader: Reader) -> Result<Unseen, DbError> {
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(
        "select id, content from signals where line_id in (select line_id from operator_lines where operator_id = $1) \
         and $2 = 1 and seen_at is null and closed_at is null",
    )
    .bind(reader.operator.to_string())
    .bind(i64::from(reader.all))
    .fetch_all(tx.conn())
    .await?;
    let read = |(id, sealed): &(String, Vec<u8>)| content(keyring, id, sealed);
    let danger = rows.iter().filter_map(read).filter(|content| content.danger == Danger::Now).count();
    let counted = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    Ok(Unseen { count: counted(rows.len()), danger: counted(danger) })
}

/// She sees to it: returns its line, or nothing when somebody did before, or it is not one of hers.
pub async fn see(tx: &mut Tx<'_>, operator: Uuid, id: Uuid, now: Timestamp) -> Result<Option<Uuid>, DbError> {
    let line: Option<(String,)> = sqlx::query_as(
        "update signals set seen_by = $1, seen_at = $2 where id = $3 and seen_at is null and line_id in \
         (select line_id from operator_lines where operator_id = $1) returning line_id",
    )
    .bind(operator.to_string())
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(changed(tx, line))
}

/// Nothing more is to be done about it: returns its line, or nothing when it was closed before, or it is not one of hers.
pub async fn close(tx: &mut Tx<'_>, operator: Uuid, id: Uuid, now: Timestamp) -> Result<Option<Uuid>, DbError> {
    let line: Option<(String,)> = sqlx::query_as(
        "update signals set closed_at = $2, seen_by = coalesce(seen_by, $1), seen_at = coalesce(seen_at, $2) \
         where id = $3 and closed_at is null and line_id in \
         (select line_id from operator_lines where operator_id = $1) returning line_id",
    )
    .bind(operator.to_string())
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(changed(tx, line))
}

/// What has to be told of a report: its line, its author and when; none once somebody has seen to it.
pub async fn to_tell(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<ToTell>, DbError> {
    let row: Option<(String, String, i64, Option<i64>)> =
        sqlx::query_as("select line_id, operator_id, at, seen_at from signals where id = $1")
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.and_then(|(line, author, at, seen)| {
        let (line_id, author) = (line.parse().ok()?, author.parse().ok()?);
        Some(ToTell { line_id, author, at: from_millis(at), seen: seen.is_some() })
    }))
}

/// What has to be told of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToTell {
    /// The line.
    pub line_id: Uuid,
    /// Who reported.
    pub author: Uuid,
    /// When.
    pub at: Timestamp,
    /// Whether somebody has seen to it already.
    pub seen: bool,
}

fn changed(tx: &mut Tx<'_>, line: Option<(String,)>) -> Option<Uuid> {
    let line = line.and_then(|(line,)| line.parse().ok())?;
    tx.changed(line);
    Some(line)
}
