//! The rows of callers' plans (F-23): one in force for a number on a line at most.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::caller::Contact;
use super::super::plan::Rule;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::secret::Keyring;

/// What is in force for a caller of that line at `now`, and the language that she speaks with it.
pub async fn in_force(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    caller_id: Uuid,
    now: Timestamp,
) -> Result<Option<(Rule, Lang)>, DbError> {
    let row: Option<(String, Option<String>, String)> = sqlx::query_as(
        "select p.kind, p.slot, c.lang from caller_plans p join callers c on c.id = p.caller_id \
         where p.line_id = $1 and p.caller_id = $2 and p.ended_at is null and p.expires_at > $3",
    )
    .bind(line_id.to_string())
    .bind(caller_id.to_string())
    .bind(now.as_millisecond())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(kind, slot, lang)| Some((Rule::of_words(&kind, slot)?, lang.parse().unwrap_or(Lang::FRENCH)))))
}

/// A plan to keep.
#[derive(Debug)]
pub struct NewPlan<'a> {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Whose.
    pub caller_id: Uuid,
    /// What it says.
    pub rule: &'a Rule,
    /// Why.
    pub reason: &'a str,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who decides it: on a line that is not hers, nothing is.
    pub by: Uuid,
    /// When.
    pub now: Timestamp,
}

/// Keeps a plan in the place of the one that was in force; `false` when the line is not hers, or another one was kept at
/// this instant.
pub async fn make(tx: &mut Tx<'_>, keyring: &Keyring, new: &NewPlan<'_>) -> Result<bool, DbError> {
    let (id, line, operator) = (new.id.to_string(), new.line_id.to_string(), new.by.to_string());
    sqlx::query(
        "update caller_plans set ended_at = $1 where caller_id = $2 and ended_at is null and line_id = \
         (select line_id from operator_lines where line_id = $3 and operator_id = $4)",
    )
    .bind(new.now.as_millisecond())
    .bind(new.caller_id.to_string())
    .bind(&line)
    .bind(&operator)
    .execute(tx.conn())
    .await?;
    let (kind, slot) = new.rule.words();
    let done = sqlx::query(
        "insert into caller_plans (id, line_id, caller_id, kind, slot, reason, expires_at, made_by, made_at) \
         select $1, line_id, $2, $3, $4, $5, $6, operator_id, $7 from operator_lines \
         where line_id = $8 and operator_id = $9 on conflict do nothing",
    )
    .bind(&id)
    .bind(new.caller_id.to_string())
    .bind(kind)
    .bind(slot)
    .bind(keyring.seal("caller_plans.reason", &id, new.reason.as_bytes()))
    .bind(new.expires_at.as_millisecond())
    .bind(new.now.as_millisecond())
    .bind(line)
    .bind(operator)
    .execute(tx.conn())
    .await?;
    tx.changed(new.line_id);
    Ok(done.rows_affected() == 1)
}

/// Ends a plan of her lines; gives its line, or `None` when there is none in force of that id.
pub async fn end(tx: &mut Tx<'_>, operator_id: Uuid, id: Uuid, now: Timestamp) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "update caller_plans set ended_at = $1 where id = $2 and ended_at is null \
         and line_id in (select line_id from operator_lines where operator_id = $3) returning line_id",
    )
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let line = row.and_then(|(line,)| line.parse().ok());
    if let Some(line) = line {
        tx.changed(line);
    }
    Ok(line)
}

/// Whether there is or was a plan of that id on her lines.
pub async fn is_hers(tx: &mut Tx<'_>, operator_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from caller_plans where id = $1 \
         and line_id in (select line_id from operator_lines where operator_id = $2)",
    )
    .bind(id.to_string())
    .bind(operator_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

/// A plan as supervisors see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Whose; the number is for showing masked.
    pub caller: Option<Contact>,
    /// What it says.
    pub rule: Rule,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who decided it.
    pub by: String,
    /// When.
    pub made_at: Timestamp,
}

type Row = (String, String, String, Vec<u8>, String, Option<String>, Vec<u8>, i64, String, i64);

/// The plans in force on her lines, the first to end first.
pub async fn list(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    now: Timestamp,
) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select p.id, p.line_id, c.id, c.number, p.kind, p.slot, p.reason, p.expires_at, o.name, p.made_at \
         from caller_plans p join callers c on c.id = p.caller_id join operators o on o.id = p.made_by \
         where p.line_id in (select line_id from operator_lines where operator_id = $1) and p.ended_at is null \
         and p.expires_at > $2 order by p.expires_at, p.id",
    )
    .bind(operator_id.to_string())
    .bind(now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    let read = |row: Row| {
        let reason = keyring.open("caller_plans.reason", &row.0, &row.6).ok();
        Some(Listed {
            id: row.0.parse().ok()?,
            line_id: row.1.parse().ok()?,
            caller: Contact::unseal(keyring, Some(row.2), Some(row.3)),
            rule: Rule::of_words(&row.4, row.5)?,
            reason: reason.and_then(|plain| String::from_utf8(plain).ok()).unwrap_or_default(),
            expires_at: from_millis(row.7),
            by: row.8,
            made_at: from_millis(row.9),
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
