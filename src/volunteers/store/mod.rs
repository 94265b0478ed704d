//! The rows of volunteers. What may be asked of them is in [`candidates`], written anew by whoever changes one.

pub mod candidates;
pub mod events;
pub mod lists;
pub mod vettings;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::availability::Availability;
use super::profile::{Profile, word_index};
use super::volunteer::{CameBy, State, Volunteer, Way};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::geo::{Point, Spot};
use crate::lang::Lang;
use crate::secret::Keyring;

/// Stores a volunteer; `false` when her number is already that of one of the line.
pub async fn insert(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    new: &Volunteer,
    call_id: Option<Uuid>,
) -> Result<bool, DbError> {
    let (id, (lat, lon, within)) = (new.id.to_string(), columns(new.spot));
    let done = sqlx::query(
        "insert into volunteers (id, line_id, contact_id, state, profile, postal_code, lat, lon, within_m, skills, langs, \
         availability, holidays, way, budget_min, came_by, paused_until, created_at, updated_at, call_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19) \
         on conflict do nothing",
    )
    .bind(&id)
    .bind(new.line_id.to_string())
    .bind(new.contact_id.to_string())
    .bind(new.state.word())
    .bind(new.profile.seal(keyring, &id))
    .bind(new.postal_code.as_deref())
    .bind(lat)
    .bind(lon)
    .bind(within)
    .bind(spaced(new.skills.iter().map(String::as_str)))
    .bind(spaced(new.langs.iter().map(Lang::code)))
    .bind(new.availability.written())
    .bind(i64::from(new.holidays))
    .bind(new.way.word())
    .bind(i64::from(new.budget_min))
    .bind(new.came_by.word())
    .bind(new.paused_until.map(Timestamp::as_millisecond))
    .bind(new.created_at.as_millisecond())
    .bind(call_id.map(|call| call.to_string()))
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_words(tx, keyring, new).await?;
    tx.changed(new.line_id);
    Ok(true)
}

/// The volunteer of a row of that line.
pub async fn one(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    zone: &TimeZone,
    line_id: Uuid,
    id: Uuid,
) -> Result<Option<Volunteer>, DbError> {
    let row = sqlx::query(
        "select id, line_id, contact_id, state, profile, postal_code, lat, lon, within_m, skills, langs, availability, \
         holidays, way, budget_min, came_by, paused_until, created_at, updated_at from volunteers \
         where id = $1 and line_id = $2",
    )
    .bind(id.to_string())
    .bind(line_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| read(keyring, zone, &row)).transpose()
}

/// The volunteer who has that number on that line and has not left.
pub async fn of_contact(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    zone: &TimeZone,
    line_id: Uuid,
    contact_id: Uuid,
) -> Result<Option<Volunteer>, DbError> {
    let row = sqlx::query(
        "select id, line_id, contact_id, state, profile, postal_code, lat, lon, within_m, skills, langs, availability, \
         holidays, way, budget_min, came_by, paused_until, created_at, updated_at from volunteers \
         where line_id = $1 and contact_id = $2 and state <> 'left'",
    )
    .bind(line_id.to_string())
    .bind(contact_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| read(keyring, zone, &row)).transpose()
}

/// Keeps what was corrected of a volunteer; `false` when she changed since the version `seen`.
pub async fn update(tx: &mut Tx<'_>, keyring: &Keyring, after: &Volunteer, seen: Timestamp) -> Result<bool, DbError> {
    let (id, (lat, lon, within)) = (after.id.to_string(), columns(after.spot));
    let done = sqlx::query(
        "update volunteers set profile = $1, postal_code = $2, lat = $3, lon = $4, within_m = $5, skills = $6, langs = $7, \
         availability = $8, holidays = $9, way = $10, budget_min = $11, paused_until = $12, \
         updated_at = case when updated_at < $13 then $13 else updated_at + 1 end \
         where id = $14 and updated_at = $15 and state <> 'left'",
    )
    .bind(after.profile.seal(keyring, &id))
    .bind(after.postal_code.as_deref())
    .bind(lat)
    .bind(lon)
    .bind(within)
    .bind(spaced(after.skills.iter().map(String::as_str)))
    .bind(spaced(after.langs.iter().map(Lang::code)))
    .bind(after.availability.written())
    .bind(i64::from(after.holidays))
    .bind(after.way.word())
    .bind(i64::from(after.budget_min))
    .bind(after.paused_until.map(Timestamp::as_millisecond))
    .bind(after.updated_at.as_millisecond())
    .bind(&id)
    .bind(seen.as_millisecond())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_words(tx, keyring, after).await?;
    tx.changed(after.line_id);
    Ok(true)
}

/// Moves a volunteer from one state to another; `false` when she was not in that one any more.
pub async fn change(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    id: Uuid,
    (from, to): (State, State),
    now: Timestamp,
) -> Result<bool, DbError> {
    if !from.next().contains(&to) {
        return Ok(false);
    }
    let done = sqlx::query(
        "update volunteers set state = $1, updated_at = case when updated_at < $2 then $2 else updated_at + 1 end \
         where id = $3 and line_id = $4 and state = $5",
    )
    .bind(to.word())
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .bind(line_id.to_string())
    .bind(from.word())
    .execute(tx.conn())
    .await?;
    tx.changed(line_id);
    Ok(done.rows_affected() == 1)
}

/// Keeps until when she pauses; none: she does not.
pub async fn pause(
    tx: &mut Tx<'_>,
    line_id: Uuid,
    id: Uuid,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "update volunteers set paused_until = $1, updated_at = case when updated_at < $2 then $2 else updated_at + 1 end \
         where id = $3 and line_id = $4 and state <> 'left'",
    )
    .bind(until.map(Timestamp::as_millisecond))
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .bind(line_id.to_string())
    .execute(tx.conn())
    .await?;
    tx.changed(line_id);
    Ok(done.rows_affected() == 1)
}

/// Counts what she was asked and what she answered: what her answer rate is learnt from.
pub async fn count(tx: &mut Tx<'_>, id: Uuid, counts: Counts) -> Result<(), DbError> {
    sqlx::query(
        "update volunteers set asked = asked + $1, answered = answered + $2, accepted = accepted + $3 where id = $4",
    )
    .bind(counts.asked)
    .bind(counts.answered)
    .bind(counts.accepted)
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What is added to the counts of a volunteer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Offers.
    pub asked: i64,
    /// Answers of any kind.
    pub answered: i64,
    /// Yes that won.
    pub accepted: i64,
}

/// Puts the words of her name in the place of those that were there.
async fn put_words(tx: &mut Tx<'_>, keyring: &Keyring, volunteer: &Volunteer) -> Result<(), DbError> {
    let id = volunteer.id.to_string();
    sqlx::query("delete from volunteer_words where volunteer_id = $1").bind(&id).execute(tx.conn()).await?;
    for word in volunteer.profile.words() {
        sqlx::query(
            "insert into volunteer_words (line_id, word, volunteer_id) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(volunteer.line_id.to_string())
        .bind(word_index(keyring, &word))
        .bind(&id)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

fn read(keyring: &Keyring, zone: &TimeZone, row: &AnyRow) -> Result<Volunteer, DbError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let (id, at) = (text("id")?, |name: &str| row.try_get::<i64, _>(name).map(from_millis));
    let sealed: Vec<u8> = row.try_get("profile")?;
    let availability = Availability::parse(&text("availability")?, zone.clone());
    Ok(Volunteer {
        line_id: uuid(&text("line_id")?)?,
        contact_id: uuid(&text("contact_id")?)?,
        state: State::of_word(&text("state")?).ok_or_else(senseless)?,
        profile: Profile::unseal(keyring, &id, &sealed),
        postal_code: row.try_get("postal_code")?,
        spot: spot(row.try_get("lat")?, row.try_get("lon")?, row.try_get("within_m")?),
        skills: text("skills")?.split_whitespace().map(str::to_owned).collect(),
        langs: text("langs")?.split_whitespace().filter_map(|lang| lang.parse().ok()).collect::<BTreeSet<_>>(),
        availability: availability.map_err(|_| senseless())?,
        holidays: row.try_get::<i64, _>("holidays")? == 1,
        way: Way::of_word(&text("way")?).ok_or_else(senseless)?,
        budget_min: u32::try_from(row.try_get::<i64, _>("budget_min")?).unwrap_or_default(),
        came_by: CameBy::of_word(&text("came_by")?).ok_or_else(senseless)?,
        paused_until: row.try_get::<Option<i64>, _>("paused_until")?.map(from_millis),
        created_at: at("created_at")?,
        updated_at: at("updated_at")?,
        id: uuid(&id)?,
    })
}

fn columns(spot: Option<Spot>) -> (Option<i64>, Option<i64>, i64) {
    let (lat, lon) = spot.map(|spot| spot.point.micro()).unzip();
    (lat, lon, spot.map_or(0, |spot| spot.within_m.into()))
}

fn spot(lat: Option<i64>, lon: Option<i64>, within: i64) -> Option<Spot> {
    let point = Point::from_micro(lat?, lon?)?;
    Some(Spot { point, within_m: u32::try_from(within).unwrap_or_default() })
}

fn spaced<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn uuid(text: &str) -> Result<Uuid, DbError> {
    text.parse().map_err(|_| senseless())
}

fn senseless() -> DbError {
    DbError::Refused("une ligne du registre des bénévoles n'a pas de sens".to_owned())
}
