//! The rows of the journal.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// Writes an entry.
pub async fn write(
    tx: &mut Tx<'_>,
    id: Uuid,
    actor: &str,
    action: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("insert into audit (id, at, actor, action, subject) values ($1, $2, $3, $4, $5)")
        .bind(id.to_string())
        .bind(now.as_millisecond())
        .bind(actor)
        .bind(action)
        .bind(subject)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes an entry that belongs to a line, for the journal that its administrators read.
pub async fn write_of_line(
    tx: &mut Tx<'_>,
    (id, line_id): (Uuid, Option<Uuid>),
    actor: &str,
    action: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    sqlx::query("insert into audit (id, at, actor, action, subject, line_id) values ($1, $2, $3, $4, $5, $6)")
        .bind(id.to_string())
        .bind(now.as_millisecond())
        .bind(actor)
        .bind(action)
        .bind(subject)
        .bind(line_id.map(|line| line.to_string()))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Which entries are asked for; an empty word is any.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Not older.
    pub from: Option<Timestamp>,
    /// Older than this.
    pub until: Option<Timestamp>,
    /// Who acted.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The last entry of the page before.
    pub after: Option<(Timestamp, Uuid)>,
}

/// An entry as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who acted.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what: an id, or the six digits of a request.
    pub subject: String,
}

/// The line of an entry is written with it, or is that of the callback, the request or the message that it names. What
/// belongs to no line (the terminal, a login that nobody has) is read by whoever has them all.
const READ: &str = "select a.id, a.at, a.actor, a.action, a.subject from audit a \
     left join callbacks b on b.id = a.subject \
     left join requests r on r.id = a.subject left join requests n on n.reference = a.subject \
     left join recordings m on m.id = a.subject left join calls c on c.id = m.call_id \
     where a.at >= $2 and a.at < $3 and ($4 = '' or a.actor = $4) and ($5 = '' or a.action = $5) \
     and (a.at < $6 or (a.at = $6 and a.id < $7)) \
     and (coalesce(a.line_id, b.line_id, r.line_id, n.line_id, c.line_id) in \
     (select line_id from operator_lines where operator_id = $1) \
     or (coalesce(a.line_id, b.line_id, r.line_id, n.line_id, c.line_id) is null and not exists (select 1 from lines l \
     where l.id not in (select line_id from operator_lines where operator_id = $1)))) \
     order by a.at desc, a.id desc limit $8";

/// The entries of the lines of that operator, the last one first.
pub async fn of_lines(tx: &mut Tx<'_>, reader: Uuid, asked: &Asked, limit: i64) -> Result<Vec<Entry>, DbError> {
    let bound = |at: Option<Timestamp>, otherwise| at.map_or(otherwise, Timestamp::as_millisecond);
    let (after, before_id) =
        asked.after.map_or((i64::MAX, String::new()), |(at, id)| (at.as_millisecond(), id.to_string()));
    let rows: Vec<(String, i64, String, String, String)> = sqlx::query_as(READ)
        .bind(reader.to_string())
        .bind(bound(asked.from, i64::MIN))
        .bind(bound(asked.until, i64::MAX))
        .bind(asked.actor.clone())
        .bind(asked.action.clone())
        .bind(after)
        .bind(before_id)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    let entry = |(id, at, actor, action, subject): (String, i64, String, String, String)| {
        Some(Entry { id: id.parse().ok()?, at: from_millis(at), actor, action, subject })
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}
