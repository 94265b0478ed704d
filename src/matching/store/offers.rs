//! The rows of offers.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::offer::State;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// An offer to make.
#[derive(Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// Who is asked.
    pub volunteer_id: Uuid,
    /// The number of the wave, from 1; 0 when an agent asked her.
    pub wave: i64,
    /// How: `sms`, `voice`, `hand`.
    pub way: &'a str,
    /// How far she is, in metres.
    pub distance_m: u32,
    /// How likely her yes seemed, in thousandths.
    pub chance: i64,
    /// Why she, as agents read it.
    pub reason: &'a str,
    /// When.
    pub now: Timestamp,
    /// Until when her answer counts.
    pub expires_at: Timestamp,
}

/// Keeps an offer; `false` when she was asked for this request before.
pub async fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> Result<bool, DbError> {
    let done = sqlx::query(
        "insert into offers (id, line_id, request_id, volunteer_id, wave, way, distance_m, chance, reason, state, asked_at, \
         expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11) on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(new.line_id.to_string())
    .bind(new.request_id.to_string())
    .bind(new.volunteer_id.to_string())
    .bind(new.wave)
    .bind(new.way)
    .bind(i64::from(new.distance_m))
    .bind(new.chance)
    .bind(new.reason)
    .bind(new.now.as_millisecond())
    .bind(new.expires_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An offer as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// Who was asked.
    pub volunteer_id: Uuid,
    /// The number of its wave.
    pub wave: i64,
    /// How she was asked.
    pub way: String,
    /// How far she is, in metres.
    pub distance_m: u32,
    /// How likely her yes seemed, in thousandths.
    pub chance: i64,
    /// Why she, as agents read it.
    pub reason: String,
    /// Where it stands.
    pub state: State,
    /// When she was asked.
    pub asked_at: Timestamp,
    /// Until when her answer counts.
    pub expires_at: Timestamp,
    /// When she answered.
    pub answered_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct OfferRow {
    id: String,
    line_id: String,
    request_id: String,
    volunteer_id: String,
    wave: i64,
    way: String,
    distance_m: i64,
    chance: i64,
    reason: String,
    state: String,
    asked_at: i64,
    expires_at: i64,
    answered_at: Option<i64>,
}

/// One offer.
pub async fn one(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Offer>, DbError> {
    let row: Option<OfferRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, wave, way, distance_m, chance, reason, state, asked_at, expires_at, \
         answered_at from offers where id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(read))
}

/// Every offer of a request, in the order in which they were made.
pub async fn of_request(tx: &mut Tx<'_>, request_id: Uuid) -> Result<Vec<Offer>, DbError> {
    let rows: Vec<OfferRow> = sqlx::query_as(
        "select id, line_id, request_id, volunteer_id, wave, way, distance_m, chance, reason, state, asked_at, expires_at, \
         answered_at from offers where request_id = $1 order by asked_at, id",
    )
    .bind(request_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

fn read(row: OfferRow) -> Option<Offer> {
    Some(Offer {
        id: row.id.parse().ok()?,
        line_id: row.line_id.parse().ok()?,
        request_id: row.request_id.parse().ok()?,
        volunteer_id: row.volunteer_id.parse().ok()?,
        wave: row.wave,
        way: row.way,
        distance_m: u32::try_from(row.distance_m).unwrap_or_default(),
        chance: row.chance,
        reason: row.reason,
        state: State::of_word(&row.state)?,
        asked_at: from_millis(row.asked_at),
        expires_at: from_millis(row.expires_at),
        answered_at: row.answered_at.map(from_millis),
    })
}

/// Moves an offer from one state to another; `false` when it was not in that one any more. `answered` says that it is her
/// own doing.
pub async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    (from, to): (State, State),
    answered: Option<Timestamp>,
) -> Result<bool, DbError> {
    if !from.next().contains(&to) {
        return Ok(false);
    }
    let row: Option<(String,)> = sqlx::query_as(
        "update offers set state = $1, answered_at = coalesce($2, answered_at) where id = $3 and state = $4 \
         returning line_id",
    )
    .bind(to.word())
    .bind(answered.map(Timestamp::as_millisecond))
    .bind(id.to_string())
    .bind(from.word())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(line) = row.as_ref().and_then(|(line,)| line.parse().ok()) {
        tx.changed(line);
    }
    Ok(row.is_some())
}

/// Every open offer of a request, or of a volunteer, is withdrawn; their ids.
pub async fn withdraw(tx: &mut Tx<'_>, request_or_volunteer: Uuid) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "update offers set state = 'withdrawn' where state = 'asked' and (request_id = $1 or volunteer_id = $1) returning id",
    )
    .bind(request_or_volunteer.to_string())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}

/// Offers whose time is over, at most `limit`.
pub async fn lapsed(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select id from offers where state = 'asked' and expires_at <= $1 order by expires_at limit $2")
            .bind(now.as_millisecond())
            .bind(limit)
            .fetch_all(tx.conn())
            .await?;
    Ok(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}
