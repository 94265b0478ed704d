//! The rows of questions: which code means what for which number.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::code::Kind;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// A question to ask.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Whose number.
    pub contact_id: Uuid,
    /// The code.
    pub code: &'a str,
    /// What is asked.
    pub kind: Kind,
    /// About what: an offer, a volunteer, a match.
    pub subject_id: Uuid,
    /// When.
    pub now: Timestamp,
}

/// A question that is open, or was lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: Uuid,
    /// The code.
    pub code: String,
    /// What was asked.
    pub kind: Kind,
    /// About what.
    pub subject_id: Uuid,
    /// When.
    pub asked_at: Timestamp,
    /// Whether an answer is still awaited.
    pub is_open: bool,
}

/// Keeps a question; `false` when the code is taken for that number.
pub async fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into questions (id, line_id, contact_id, code, kind, subject_id, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.line_id.to_string())
    .bind(new.contact_id.to_string())
    .bind(new.code)
    .bind(new.kind.word())
    .bind(new.subject_id.to_string())
    .bind(new.now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives back the codes of a number that were closed, and asked before `before`: they may mean something else from now on.
pub async fn free(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    contact_id: Uuid,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    sqlx::query(
        "update questions set freed_at = $1 where line_id = $2 and contact_id = $3 and freed_at is null \
         and closed_at is not null and asked_at < $4",
    )
    .bind(now.as_millisecond())
    .bind(line_id.to_string())
    .bind(contact_id.to_string())
    .bind(before.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The codes of a number that mean something at this moment.
pub async fn taken(tx: &mut Tx<'_>, line_id: Uuid, contact_id: Uuid) -> Result<BTreeSet<String>, DbError> {
    Ok(of_number(tx, line_id, contact_id).await?.into_iter().map(|question| question.code).collect())
}

/// Every question of a number whose code means something, the latest last.
pub async fn of_number(tx: &mut Tx<'_>, line_id: Uuid, contact_id: Uuid) -> Result<Vec<Question>, DbError> {
    let rows: Vec<(String, String, String, String, i64, Option<i64>)> = sqlx::query_as(
        "select id, code, kind, subject_id, asked_at, closed_at from questions \
         where line_id = $1 and contact_id = $2 and freed_at is null order by asked_at, id",
    )
    .bind(line_id.to_string())
    .bind(contact_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The question about a subject.
pub async fn about(tx: &mut Tx<'_>, kind: Kind, subject_id: Uuid) -> Result<Option<Question>, DbError> {
    let row: Option<(String, String, String, String, i64, Option<i64>)> = sqlx::query_as(
        "select id, code, kind, subject_id, asked_at, closed_at from questions where kind = $1 and subject_id = $2",
    )
    .bind(kind.word())
    .bind(subject_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(read))
}

fn read(
    (id, code, kind, subject, asked, closed): (String, String, String, String, i64, Option<i64>),
) -> Option<Question> {
    Some(Question {
        id: id.parse().ok()?,
        code,
        kind: Kind::of_word(&kind)?,
        subject_id: subject.parse().ok()?,
        asked_at: from_millis(asked),
        is_open: closed.is_none(),
    })
}

/// Closes the question about a subject: nothing more is awaited. Its code means the same thing until it is given back.
pub async fn close(tx: &mut Tx<'_>, kind: Kind, subject_id: Uuid, now: Timestamp) -> Result<bool, DbError> {
    let done =
        sqlx::query("update questions set closed_at = $1 where kind = $2 and subject_id = $3 and closed_at is null")
            .bind(now.as_millisecond())
            .bind(kind.word())
            .bind(subject_id.to_string())
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}
