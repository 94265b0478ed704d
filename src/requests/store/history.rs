//! What happened to a request, from every table that knows something of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::event::{Detail, Event, Kind};
use super::super::timeline::{Part, What};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// A request whose history is told: itself, or one that was merged into it.
struct One {
    id: String,
    reference: String,
    call_id: Option<String>,
}

impl One {
    fn part(&self, at: i64, what: What) -> Part {
        Part { reference: self.reference.clone(), at: from_millis(at), what }
    }
}

/// Everything that happened to the request, and to those that were merged into it, if its line is one of hers. `reason`
/// is the label of why somebody is called back.
pub async fn history(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    id: Uuid,
    reason: fn(&str) -> String,
) -> Result<Vec<Part>, DbError> {
    let mut parts = Vec::new();
    for one in same(tx, operator_id, id).await? {
        events(tx, keyring, &one, &mut parts).await?;
        call(tx, &one, &mut parts).await?;
        recordings(tx, &one, &mut parts).await?;
        callbacks(tx, &one, reason, &mut parts).await?;
        acts(tx, &one, &mut parts).await?;
        attempts(tx, &one, &mut parts).await?;
        notes(tx, keyring, &one, &mut parts).await?;
    }
    Ok(parts)
}

/// What happened to it since that version: what a late save would have overwritten.
pub async fn since(tx: &mut Tx<'_>, keyring: &Keyring, id: Uuid, seen: Timestamp) -> Result<Vec<Event>, DbError> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "select id, at, actor, kind, detail from request_events where request_id = $1 and at > $2 order by at, id",
    )
    .bind(id.to_string())
    .bind(seen.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|row| event(keyring, row)).collect())
}

async fn same(tx: &mut Tx<'_>, operator_id: Uuid, id: Uuid) -> Result<Vec<One>, DbError> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "with recursive same (id, reference, call_id) as (select id, reference, call_id from requests \
         where id = $1 and line_id in (select line_id from operator_lines where operator_id = $2) \
         union all select r.id, r.reference, r.call_id from same join requests r on r.merged_into = same.id) \
         select id, reference, call_id from same",
    )
    .bind(id.to_string())
    .bind(operator_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, reference, call_id)| One { id, reference, call_id }).collect())
}

type EventRow = (String, i64, String, String, Option<Vec<u8>>);

fn event(keyring: &Keyring, (id, at, actor, kind, detail): EventRow) -> Option<Event> {
    let json = detail.and_then(|sealed| keyring.open("request_events.detail", &id, &sealed).ok()).unwrap_or_default();
    let detail: Detail = serde_json::from_slice(&json).unwrap_or_default();
    Some(Event { at: from_millis(at), actor, kind: Kind::of_word(&kind)?, detail })
}

async fn events(tx: &mut Tx<'_>, keyring: &Keyring, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let rows: Vec<EventRow> =
        sqlx::query_as("select id, at, actor, kind, detail from request_events where request_id = $1 order by at, id")
            .bind(&one.id)
            .fetch_all(tx.conn())
            .await?;
    parts.extend(rows.into_iter().filter_map(|row| {
        let at = row.1;
        Some(one.part(at, What::Event(event(keyring, row)?)))
    }));
    Ok(())
}

async fn call(tx: &mut Tx<'_>, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let Some(call_id) = &one.call_id else { return Ok(()) };
    let call: Option<(i64, i64, Option<String>)> =
        sqlx::query_as("select started_at, seen_at, outcome from calls where id = $1")
            .bind(call_id)
            .fetch_optional(tx.conn())
            .await?;
    let turns: Vec<(String, String)> =
        sqlx::query_as("select step, exit from turns where call_id = $1 and exit is not null order by turn")
            .bind(call_id)
            .fetch_all(tx.conn())
            .await?;
    parts.extend(
        call.map(|(at, until, outcome)| one.part(at, What::Call { turns, outcome, until: from_millis(until) })),
    );
    Ok(())
}

async fn recordings(tx: &mut Tx<'_>, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let Some(call_id) = &one.call_id else { return Ok(()) };
    let rows: Vec<(i64, String, Option<i64>)> =
        sqlx::query_as("select created_at, step, seconds from recordings where call_id = $1 and state <> 'discarded' order by turn, id")
            .bind(call_id)
            .fetch_all(tx.conn())
            .await?;
    parts.extend(rows.into_iter().map(|(at, step, seconds)| one.part(at, What::Recording { step, seconds })));
    Ok(())
}

async fn callbacks(
    tx: &mut Tx<'_>,
    one: &One,
    label: fn(&str) -> String,
    parts: &mut Vec<Part>,
) -> Result<(), DbError> {
    type Row = (String, i64, Option<i64>, Option<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "select reason, opened_at, closed_at, claimed_by, disposition from callbacks where request_id = $1 \
         order by opened_at, id",
    )
    .bind(&one.id)
    .fetch_all(tx.conn())
    .await?;
    for (reason, opened_at, closed_at, by, disposition) in rows {
        parts.push(one.part(opened_at, What::Opened { reason: label(&reason) }));
        parts.extend(closed_at.map(|at| one.part(at, What::Closed { by, disposition })));
    }
    Ok(())
}

/// What the journal says that agents did with its callbacks, each act of one agent once.
async fn acts(tx: &mut Tx<'_>, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "select a.at, a.actor, a.action from callbacks b join audit a on a.subject = b.id \
         where b.request_id = $1 and a.action like 'callback.%' and a.action not in ('callback.close', 'callback.again', 'callback.escalate') order by a.at, a.id",
    )
    .bind(&one.id)
    .fetch_all(tx.conn())
    .await?;
    let mut first: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (at, actor, action) in rows {
        let again = first.insert((actor.clone(), action.clone()), at).is_some();
        if !again {
            parts.push(one.part(at, What::Acted { actor, action }));
        }
    }
    Ok(())
}

async fn attempts(tx: &mut Tx<'_>, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let rows: Vec<(i64, Option<String>, String, Option<String>)> = sqlx::query_as(
        "select a.at, o.name, a.way, a.disposition from callbacks b join attempts a on a.callback_id = b.id \
         left join operators o on o.id = a.operator_id where b.request_id = $1 order by a.at, a.id",
    )
    .bind(&one.id)
    .fetch_all(tx.conn())
    .await?;
    parts.extend(
        rows.into_iter().map(|(at, by, way, disposition)| one.part(at, What::Attempt { by, way, disposition })),
    );
    Ok(())
}

async fn notes(tx: &mut Tx<'_>, keyring: &Keyring, one: &One, parts: &mut Vec<Part>) -> Result<(), DbError> {
    let rows: Vec<(String, i64, String, Vec<u8>)> = sqlx::query_as(
        "select n.id, n.at, o.name, n.body from notes n join operators o on o.id = n.operator_id \
         where n.request_id = $1 or n.callback_id in (select id from callbacks where request_id = $1) order by n.at, n.id",
    )
    .bind(&one.id)
    .fetch_all(tx.conn())
    .await?;
    parts.extend(rows.into_iter().map(|(id, at, by, body)| {
        let text = keyring.open("notes.body", &id, &body).ok().and_then(|text| String::from_utf8(text).ok());
        let text = text.unwrap_or_else(|| "illisible avec cette clé".to_owned());
        one.part(at, What::Note { by, text })
    }));
    Ok(())
}
