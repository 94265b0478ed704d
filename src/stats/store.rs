//! What is counted of a line over a period, for whoever has the line: aggregates and single columns, never a row whole.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::figures::Calls;
use super::sheet::Requests;
use crate::db::{DbError, Tx};

/// Which line over which period, asked for by whom.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The line.
    pub line_id: Uuid,
    /// Whoever asks: of a line that is not hers, nothing is counted.
    pub operator_id: Uuid,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Asked {
    /// The rows of a statement on the line ($1), for whoever asks ($2), from an instant ($3) to another ($4).
    async fn rows<R>(&self, tx: &mut Tx<'_>, statement: &'static str) -> Result<Vec<R>, DbError>
    where
        R: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let found = sqlx::query_as(statement)
            .bind(self.line_id.to_string())
            .bind(self.operator_id.to_string())
            .bind(self.from.as_millisecond())
            .bind(self.to.as_millisecond());
        Ok(found.fetch_all(tx.conn()).await?)
    }
}

/// Whether the line is hers.
pub async fn is_hers(tx: &mut Tx<'_>, asked: &Asked) -> Result<bool, DbError> {
    let row: Option<(String,)> =
        sqlx::query_as("select line_id from operator_lines where line_id = $1 and operator_id = $2")
            .bind(asked.line_id.to_string())
            .bind(asked.operator_id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.is_some())
}

const CALLS: &str = "select count(*), count(case when c.outcome in ('demande', 'rappel', 'fin') then 1 end), \
     count(case when c.outcome = 'personne' then 1 end), \
     count(case when c.outcome = 'raccroché' and c.seen_at - c.started_at >= 30000 \
     and not exists (select 1 from requests r where r.call_id = c.id) then 1 end), \
     count(case when exists (select 1 from callbacks b where b.call_id = c.id and b.reason = 'muet') then 1 end), \
     count(c.caller_id), count(case when exists (select 1 from calls p where p.caller_id = c.caller_id \
     and p.line_id = c.line_id and p.started_at < c.started_at and p.started_at >= c.started_at - 604800000) then 1 end) \
     from calls c where c.line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and c.started_at >= $3 and c.started_at < $4";

/// The calls.
pub async fn calls(tx: &mut Tx<'_>, asked: &Asked) -> Result<Calls, DbError> {
    let rows: Vec<(i64, i64, i64, i64, i64, i64, i64)> = asked.rows(tx, CALLS).await?;
    let (offered, by_the_line, with_a_person, abandoned, silent, known, again) =
        rows.first().copied().unwrap_or_default();
    Ok(Calls { offered, by_the_line, with_a_person, abandoned, silent, known, again })
}

const TO_ATTEMPT: &str = "select min(a.at) - b.opened_at from callbacks b join attempts a on a.callback_id = b.id and a.way <> 'none' \
     where b.line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and b.opened_at >= $3 and b.opened_at < $4 group by b.id, b.opened_at";

/// Milliseconds from the opening of each callback to its first try.
pub async fn to_attempt(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> = asked.rows(tx, TO_ATTEMPT).await?;
    Ok(firsts(rows))
}

const TO_CONTACT: &str = "select contacted_at - opened_at from callbacks \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and opened_at >= $3 and opened_at < $4 and contacted_at is not null and attempts > 0";

/// Milliseconds from the opening of each callback to the first talk. Whoever was talked to in the call itself waited for
/// no callback.
pub async fn to_contact(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> = asked.rows(tx, TO_CONTACT).await?;
    Ok(firsts(rows))
}

const HANDLING: &str = "select closed_at - claimed_at from callbacks \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and opened_at >= $3 and opened_at < $4 and operator_id is not null and closed_at >= claimed_at";

/// Milliseconds for which agents held each callback that they closed.
pub async fn handling(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> = asked.rows(tx, HANDLING).await?;
    Ok(firsts(rows))
}

/// Callbacks whose first deadline is past at `now`, and those of them whose person was talked to, or that were closed, before
/// it. Another hour that was agreed since changes nothing of it.
pub async fn due(tx: &mut Tx<'_>, asked: &Asked, now: Timestamp) -> Result<(i64, i64), DbError> {
    let counts = sqlx::query_as(
        "select count(*), count(case when coalesce(contacted_at, closed_at) <= coalesce(first_due_at, due_at) then 1 end) from callbacks \
         where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
         and opened_at >= $3 and opened_at < $4 and coalesce(first_due_at, due_at) <= $5 \
         and not (attempts = 0 and contacted_at is not null)",
    )
    .bind(asked.line_id.to_string())
    .bind(asked.operator_id.to_string())
    .bind(asked.from.as_millisecond())
    .bind(asked.to.as_millisecond())
    .bind(now.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(counts)
}

const ENDS: &str = "select a.disposition, count(*) from attempts a join callbacks b on b.id = a.callback_id \
     where b.line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and a.at >= $3 and a.at < $4 and a.disposition is not null group by a.disposition";

/// Ends of claims, by the code of the disposition.
pub async fn ends(tx: &mut Tx<'_>, asked: &Asked) -> Result<BTreeMap<String, i64>, DbError> {
    let rows: Vec<(String, i64)> = asked.rows(tx, ENDS).await?;
    Ok(rows.into_iter().collect())
}

const REQUESTS: &str = "select state, category, postal_code, lang, count(*) from requests \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and created_at >= $3 and created_at < $4 and merged_into is null \
     group by state, category, postal_code, lang order by state, category, postal_code, lang";

/// The requests that were made; those that were merged into another are not counted.
pub async fn requests(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<Requests>, DbError> {
    let rows: Vec<(String, String, Option<String>, String, i64)> = asked.rows(tx, REQUESTS).await?;
    let read = |(state, category, postal_code, lang, count): (String, String, Option<String>, String, i64)| Requests {
        state,
        category,
        postal_code: postal_code.unwrap_or_default(),
        lang,
        count,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Needs that are open now, by postal code and category: an empty code where none is known.
pub async fn open_needs(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    line_id: Uuid,
) -> Result<Vec<(String, String, i64)>, DbError> {
    let rows: Vec<(Option<String>, String, i64)> = sqlx::query_as(
        "select postal_code, category, count(*) from requests \
         where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
         and state in ('enregistrée', 'accord attendu', 'recherche', 'trouvée') group by postal_code, category order by postal_code, category",
    )
    .bind(line_id.to_string())
    .bind(operator_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(code, category, count)| (code.unwrap_or_default(), category, count)).collect())
}

const CALLS_BY_HALF_HOUR: &str = "select started_at / 1800000, count(*) from calls \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and started_at >= $3 and started_at < $4 group by started_at / 1800000 order by 1";

/// Half-hours from the epoch, and how many calls began in each.
pub async fn calls_by_half_hour(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<(i64, i64)>, DbError> {
    asked.rows(tx, CALLS_BY_HALF_HOUR).await
}

const WORK_BY_HALF_HOUR: &str = "select opened_at / 1800000, count(*) from callbacks \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and opened_at >= $3 and opened_at < $4 group by opened_at / 1800000 order by 1";

/// The same for what asks for an agent: a callback, or a talk in the call itself.
pub async fn work_by_half_hour(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<(i64, i64)>, DbError> {
    asked.rows(tx, WORK_BY_HALF_HOUR).await
}

const REQUESTS_BY_HALF_HOUR: &str = "select created_at / 1800000, count(*) from requests \
     where line_id = (select line_id from operator_lines where line_id = $1 and operator_id = $2) \
     and created_at >= $3 and created_at < $4 and merged_into is null group by created_at / 1800000 order by 1";

/// The same for requests, at the counter too.
pub async fn requests_by_half_hour(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<(i64, i64)>, DbError> {
    asked.rows(tx, REQUESTS_BY_HALF_HOUR).await
}

fn firsts(rows: Vec<(i64,)>) -> Vec<i64> {
    rows.into_iter().map(|(value,)| value).collect()
}
