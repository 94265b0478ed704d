//! The callbacks of a request: held while the request changes, brought in step with it, closed and reopened with a merge
//! (F-49). Whoever holds both holds the request first, as whoever ends a callback does.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::callback::Reason;
use super::super::waiting::{Deadline, Waiting};
use crate::clock::from_millis;
use crate::db::{DbError, Tx, locking};

type WaitingRow =
    (String, String, String, i64, i64, i64, Option<i64>, Option<String>, Option<String>, Option<String>, Option<i64>);

/// The last promise that was made about a request.
pub async fn promised(tx: &mut Tx<'_>, request: Uuid) -> Result<Option<Timestamp>, DbError> {
    let (until,): (Option<i64>,) = sqlx::query_as("select max(promised_until) from callbacks where request_id = $1")
        .bind(request.to_string())
        .fetch_one(tx.conn())
        .await?;
    Ok(until.map(from_millis))
}

/// The callbacks of these two requests that are not closed, most urgent first; nobody else changes them before the end
/// of the transaction.
pub async fn hold(tx: &mut Tx<'_>, one: Uuid, other: Uuid, now: Timestamp) -> Result<Vec<Waiting>, DbError> {
    let select = locking(
        tx.kind(),
        "select id, request_id, reason, priority, opened_at, due_at, promised_until, state, operator_id, claimed_by, \
         lease_until from callbacks where request_id in ($1, $2) and state <> 'closed' order by id",
    );
    let rows: Vec<WaitingRow> =
        sqlx::query_as(select).bind(one.to_string()).bind(other.to_string()).fetch_all(tx.conn()).await?;
    let mut waiting: Vec<_> = rows.into_iter().filter_map(|row| read(row, now)).collect();
    waiting.sort_by_key(|waiting| (waiting.deadline.priority, waiting.deadline.due_at, waiting.id));
    Ok(waiting)
}

fn read(row: WaitingRow, now: Timestamp) -> Option<Waiting> {
    let (id, request, reason, priority, opened, due, promised, state, operator, name, until) = row;
    let held = state.as_deref() == Some("claimed") && until.is_some_and(|until| from_millis(until) >= now);
    Some(Waiting {
        id: id.parse().ok()?,
        request_id: request.parse().ok()?,
        reason: Reason::of_code(&reason)?,
        opened_at: from_millis(opened),
        deadline: Deadline {
            priority: u8::try_from(priority).unwrap_or(3),
            due_at: from_millis(due),
            promised_until: promised.map(from_millis),
        },
        holder: name.filter(|_| held),
        operator_id: operator.filter(|_| held).and_then(|id| id.parse().ok()),
    })
}

/// Brings what waits for a request in step with it.
pub async fn follow(
    tx: &mut Tx<'_>,
    request_id: Uuid,
    category: &str,
    contact_id: Option<Uuid>,
) -> Result<(), DbError> {
    sqlx::query("update callbacks set category = $1, contact_id = $2 where request_id = $3 and state <> 'closed'")
        .bind(category)
        .bind(contact_id.map(|id| id.to_string()))
        .bind(request_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives a callback another deadline; `false` when it does not have the one that is expected.
pub async fn reschedule(tx: &mut Tx<'_>, id: Uuid, from: &Deadline, to: &Deadline) -> Result<bool, DbError> {
    let done = sqlx::query(
        "update callbacks set priority = $1, first_due_at = coalesce(first_due_at, due_at), due_at = $2, promised_until = $3 where id = $4 and state <> 'closed' \
         and priority = $5 and due_at = $6 and promised_until is not distinct from $7",
    )
    .bind(i64::from(to.priority))
    .bind(to.due_at.as_millisecond())
    .bind(to.promised_until.map(Timestamp::as_millisecond))
    .bind(id.to_string())
    .bind(i64::from(from.priority))
    .bind(from.due_at.as_millisecond())
    .bind(from.promised_until.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Closes a callback whose request goes on as another one (DOUBLON).
pub async fn close_as_duplicate(tx: &mut Tx<'_>, id: Uuid, actor: &str, now: Timestamp) -> Result<(), DbError> {
    sqlx::query(
        "update callbacks set state = 'closed', disposition = 'DOUBLON', closed_at = $1, claimed_by = $2, \
         operator_id = null, lease_until = null where id = $3 and state <> 'closed'",
    )
    .bind(now.as_millisecond())
    .bind(actor)
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has a callback wait for another request; one that ended since is open again: whether it is danger then.
pub async fn hand_over(tx: &mut Tx<'_>, id: Uuid, to: Uuid) -> Result<bool, DbError> {
    sqlx::query("update callbacks set request_id = $1 where id = $2")
        .bind(to.to_string())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    reopen(tx, id).await
}

/// Opens a callback again that a merge, or whoever worked on the merged request, had closed; whether somebody in danger
/// waits again.
pub async fn reopen(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let reopened: Option<(i64,)> = sqlx::query_as(
        "update callbacks set state = 'open', disposition = null, closed_at = null, contacted_at = null, \
         claimed_by = null, operator_id = null, lease_until = null where id = $1 and state = 'closed' returning priority",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(reopened == Some((0,)))
}
