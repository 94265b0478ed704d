//! Who holds what: a claim is a lease of one operator, one at a time (F-45); the index `callbacks_one_claim` sees to it.
//!
//! Two transactions that want the same rows take them in the order of their ids, so neither waits for the other for ever.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx, locking, waiting_for_locked, with_skip_locked};

/// A callback of an operator's lines as she finds it; nobody else changes it before the end of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether its line is one of hers now.
    pub of_her_lines: bool,
    /// Who holds it, though perhaps not any more.
    pub claim: Option<Claim>,
}

/// A claim as its row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The account of whoever holds it; none at the terminal, on call, or on the phone.
    pub operator: Option<Uuid>,
    /// As colleagues read it.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
}

/// Who asks for the next callback, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// Her account.
    pub operator: Uuid,
    /// Whether she decides of what was left to supervisors.
    pub decides: bool,
    /// The instant.
    pub now: Timestamp,
    /// Danger is not given before an hour up to this one; a hour further off was set before it was danger.
    pub breath: Timestamp,
}

/// Who takes a callback, and until when.
#[derive(Debug)]
pub struct Taker<'a> {
    /// Her account.
    pub operator: Uuid,
    /// As colleagues read it.
    pub name: &'a str,
    /// The instant.
    pub now: Timestamp,
    /// The end of her lease.
    pub until: Timestamp,
}

type FoundRow = (String, String, String, Option<String>, Option<String>, Option<i64>, i64);

const LOOK: &str = "select id, line_id, state, operator_id, claimed_by, lease_until, \
     case when line_id in (select line_id from operator_lines where operator_id = $2) then 1 else 0 end from callbacks \
     where (id = $1 and line_id in (select line_id from operator_lines where operator_id = $2)) \
     or (operator_id = $2 and state = 'claimed') order by id";

/// The callback `id` if it is of her lines, and the one that she holds or held last, whatever its line.
pub async fn look(tx: &mut Tx<'_>, operator: Uuid, id: Uuid) -> Result<Vec<Found>, DbError> {
    let look = locking(tx.kind(), LOOK);
    let rows: Vec<FoundRow> =
        sqlx::query_as(look).bind(id.to_string()).bind(operator.to_string()).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(found).collect())
}

fn found((id, line, state, operator, name, until, hers): FoundRow) -> Option<Found> {
    let claim = until.filter(|_| state == "claimed").map(|until| Claim {
        operator: operator.and_then(|id| id.parse().ok()),
        name: name.unwrap_or_default(),
        until: from_millis(until),
    });
    Some(Found {
        id: id.parse().ok()?,
        line_id: line.parse().ok()?,
        closed: state == "closed",
        of_her_lines: hers == 1,
        claim,
    })
}

/// Gives back what she held longer than her lease, and what is on a line that is hers no more.
pub async fn give_back_lapsed(tx: &mut Tx<'_>, operator: Uuid, now: Timestamp) -> Result<(), DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'open', claimed_by = null, operator_id = null, lease_until = null \
         where operator_id = $1 and state = 'claimed' and (lease_until < $2 \
         or line_id not in (select line_id from operator_lines where operator_id = $1)) returning line_id",
    )
    .bind(operator.to_string())
    .bind(now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &lines);
    Ok(())
}

/// Gives back whatever she holds, its deadline as it was; returns how many.
pub async fn give_back(tx: &mut Tx<'_>, operator: Uuid) -> Result<usize, DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'open', claimed_by = null, operator_id = null, lease_until = null \
         where operator_id = $1 and state = 'claimed' returning line_id",
    )
    .bind(operator.to_string())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &lines);
    Ok(lines.len())
}

/// The same for one of them; `false` when she does not hold it any more.
pub async fn release(tx: &mut Tx<'_>, operator: Uuid, id: Uuid) -> Result<bool, DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'open', claimed_by = null, operator_id = null, lease_until = null \
         where id = $1 and operator_id = $2 and state = 'claimed' returning line_id",
    )
    .bind(id.to_string())
    .bind(operator.to_string())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &lines);
    Ok(lines.len() == 1)
}

/// What she holds at `now` on her lines.
pub async fn held(tx: &mut Tx<'_>, operator: Uuid, now: Timestamp) -> Result<Option<Uuid>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select id from callbacks where operator_id = $1 and state = 'claimed' and lease_until >= $2 \
         and line_id in (select line_id from operator_lines where operator_id = $1)",
    )
    .bind(operator.to_string())
    .bind(now.as_millisecond())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

const FIRST: &str = "select id from callbacks \
     where line_id in (select line_id from operator_lines where operator_id = $1) \
     and (state = 'open' or (state = 'claimed' and lease_until < $2)) and state <> 'closed' \
     and (not_before <= $2 or (priority = 0 and not_before > $4)) and (priority = 0 or escalated_at is null or $3 = 1) \
     order by case when priority = 0 then 0 when escalated_at is not null then 4 when due_at < $2 then 1 \
     when (select ' ' || langs || ' ' from operators where id = $1) like '% ' || lang || ' %' then 2 else 3 end, \
     cast($2 - opened_at as double precision) \
     / cast(case when due_at > opened_at then due_at - opened_at else 1 end as double precision) desc, \
     due_at, opened_at, id limit 1{skip locked}";

/// The first callback that nobody holds, in the order of F-44 for her; nobody else changes it before the end of the
/// transaction. What was left to a supervisor is for whoever `decides`, after everything else, unless it is danger. Those
/// that somebody is about to take are passed over, unless she is `patient`: then they are waited for, and nothing found
/// means that there is nothing.
pub async fn first(tx: &mut Tx<'_>, asker: Asker, patient: bool) -> Result<Option<Uuid>, DbError> {
    let text = if patient { waiting_for_locked } else { with_skip_locked };
    let first = text(tx.kind(), FIRST);
    let row: Option<(String,)> = sqlx::query_as(first)
        .bind(asker.operator.to_string())
        .bind(asker.now.as_millisecond())
        .bind(i64::from(asker.decides))
        .bind(asker.breath.as_millisecond())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(id,)| id.parse().ok()))
}

/// Takes one that nobody holds, or whose lease lapsed; `false` when somebody does.
pub async fn take(tx: &mut Tx<'_>, id: Uuid, taker: &Taker<'_>) -> Result<bool, DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'claimed', claimed_by = $1, operator_id = $2, lease_until = $3, claimed_at = $5 \
         where id = $4 and (state = 'open' or (state = 'claimed' and lease_until < $5)) returning line_id",
    )
    .bind(taker.name)
    .bind(taker.operator.to_string())
    .bind(taker.until.as_millisecond())
    .bind(id.to_string())
    .bind(taker.now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &lines);
    Ok(lines.len() == 1)
}

/// Takes one from whoever holds it; `false` when it is closed.
pub async fn take_from(tx: &mut Tx<'_>, id: Uuid, taker: &Taker<'_>) -> Result<bool, DbError> {
    let lines = sqlx::query_as(
        "update callbacks set state = 'claimed', claimed_by = $1, operator_id = $2, lease_until = $3, claimed_at = $5 \
         where id = $4 and state <> 'closed' returning line_id",
    )
    .bind(taker.name)
    .bind(taker.operator.to_string())
    .bind(taker.until.as_millisecond())
    .bind(id.to_string())
    .bind(taker.now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    changed(tx, &lines);
    Ok(lines.len() == 1)
}

/// Makes her lease end at `until`; `false` when it lapsed or somebody else holds it. The desk sees no change in that.
pub async fn renew(
    tx: &mut Tx<'_>,
    operator: Uuid,
    id: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "update callbacks set lease_until = $1 \
         where id = $2 and operator_id = $3 and state = 'claimed' and lease_until >= $4",
    )
    .bind(until.as_millisecond())
    .bind(id.to_string())
    .bind(operator.to_string())
    .bind(now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The words of her roles; none once her account is disabled.
pub async fn roles(tx: &mut Tx<'_>, operator: Uuid) -> Result<String, DbError> {
    let row: Option<(String,)> = sqlx::query_as("select roles from operators where id = $1 and disabled_at is null")
        .bind(operator.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(roles,)| roles).unwrap_or_default())
}

fn changed(tx: &mut Tx<'_>, lines: &[(String,)]) {
    for line in lines.iter().filter_map(|(line,)| line.parse().ok()) {
        tx.changed(line);
    }
}
