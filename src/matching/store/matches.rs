//! The rows of matches: a neighbour who said yes, until the help was given.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::mission::State;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// A match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// The volunteer.
    pub volunteer_id: Uuid,
    /// The offer that she accepted.
    pub offer_id: Uuid,
    /// The row of the resident's number.
    pub contact_id: Option<Uuid>,
    /// The word said at the door.
    pub word: String,
    /// Where it stands.
    pub state: State,
    /// When she said yes.
    pub accepted_at: Timestamp,
    /// When the resident was told.
    pub told_at: Option<Timestamp>,
    /// How often telling her was tried.
    pub tries: i64,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Keeps a match.
pub async fn insert(tx: &mut Tx<'_>, new: &Match) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into matches (id, line_id, request_id, volunteer_id, offer_id, contact_id, word, state, accepted_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.line_id.to_string())
    .bind(new.request_id.to_string())
    .bind(new.volunteer_id.to_string())
    .bind(new.offer_id.to_string())
    .bind(new.contact_id.map(|contact| contact.to_string()))
    .bind(&new.word)
    .bind(new.state.word())
    .bind(new.accepted_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    tx.changed(new.line_id);
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct MatchRow {
    id: String,
    line_id: String,
    request_id: String,
    volunteer_id: String,
    offer_id: String,
    contact_id: Option<String>,
    word: String,
    state: String,
    accepted_at: i64,
    told_at: Option<i64>,
    tries: i64,
    ended_at: Option<i64>,
}

/// One match.
pub async fn one(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Match>, DbError> {
    let row: Option<MatchRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, offer_id, contact_id, word, state, accepted_at, told_at, tries, \
         ended_at from matches where id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(read))
}

/// The match that an offer led to.
pub async fn of_offer(tx: &mut Tx<'_>, offer_id: Uuid) -> Result<Option<Match>, DbError> {
    let row: Option<MatchRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, offer_id, contact_id, word, state, accepted_at, told_at, tries, \
         ended_at from matches where offer_id = $1",
    )
    .bind(offer_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(read))
}

/// The neighbour that a request has at this moment.
pub async fn of_request(tx: &mut Tx<'_>, request_id: Uuid) -> Result<Option<Match>, DbError> {
    let row: Option<MatchRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, offer_id, contact_id, word, state, accepted_at, told_at, tries, \
         ended_at from matches where request_id = $1 and state in ('to_validate', 'to_tell', 'told')",
    )
    .bind(request_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(read))
}

/// The missions that a volunteer has at this moment.
pub async fn of_volunteer(tx: &mut Tx<'_>, volunteer_id: Uuid) -> Result<Vec<Match>, DbError> {
    let rows: Vec<MatchRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, offer_id, contact_id, word, state, accepted_at, told_at, tries, \
         ended_at from matches where volunteer_id = $1 and state in ('to_validate', 'to_tell', 'told') order by accepted_at",
    )
    .bind(volunteer_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

fn read(row: MatchRow) -> Option<Match> {
    Some(Match {
        id: row.id.parse().ok()?,
        line_id: row.line_id.parse().ok()?,
        request_id: row.request_id.parse().ok()?,
        volunteer_id: row.volunteer_id.parse().ok()?,
        offer_id: row.offer_id.parse().ok()?,
        contact_id: row.contact_id.and_then(|contact| contact.parse().ok()),
        word: row.word,
        state: State::of_word(&row.state)?,
        accepted_at: from_millis(row.accepted_at),
        told_at: row.told_at.map(from_millis),
        tries: row.tries,
        ended_at: row.ended_at.map(from_millis),
    })
}

/// The words that somebody heard before.
pub async fn words_of(tx: &mut Tx<'_>, contact_id: Uuid) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as("select word from matches where contact_id = $1")
        .bind(contact_id.to_string())
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|(word,)| word).collect())
}

/// Moves a match from one state to another; `false` when it was not in that one any more.
pub async fn change(tx: &mut Tx<'_>, of: &Match, to: State, now: Timestamp) -> Result<bool, DbError> {
    if !of.state.next().contains(&to) {
        return Ok(false);
    }
    let (told, ended) = (to == State::Told, !to.is_live());
    let done = sqlx::query(
        "update matches set state = $1, told_at = coalesce($2, told_at), ended_at = $3 where id = $4 and state = $5",
    )
    .bind(to.word())
    .bind(told.then(|| now.as_millisecond()))
    .bind(ended.then(|| now.as_millisecond()))
    .bind(of.id.to_string())
    .bind(of.state.word())
    .execute(tx.conn())
    .await?;
    tx.changed(of.line_id);
    Ok(done.rows_affected() == 1)
}

/// Keeps how many minutes she gave.
pub async fn gave(tx: &mut Tx<'_>, id: Uuid, minutes: u32) -> Result<(), DbError> {
    sqlx::query("update matches set minutes = $1 where id = $2 and state = 'done'")
        .bind(i64::from(minutes))
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
