//! Who lives near a place and may be asked: read from the rows of candidates alone, cell by cell; and what the log says of
//! each.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::super::rank::Record;
use super::super::rate::Tally;
use crate::clock::from_millis;
use crate::db::{self, DbError, Tx};
use crate::geo::{Grid, Point, Spot};

/// Somebody who may be asked, as far as her papers, her pause and her place say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// The volunteer.
    pub id: Uuid,
    /// Where she lives.
    pub spot: Spot,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// The line.
    pub line_id: Uuid,
    /// The skill.
    pub skill: &'a str,
    /// The code of the language that resident and neighbour share.
    pub lang: &'a str,
    /// The blocks of the week in which help is needed.
    pub blocks: i64,
    /// When.
    pub now: Timestamp,
}

/// The neighbours of those cells who pass the sieve.
pub async fn in_cells(
    tx: &mut Tx<'_>,
    sought: &Sought<'_>,
    grid: Grid,
    cells: &[i64],
) -> Result<Vec<Neighbour>, DbError> {
    let statement = match grid {
        Grid::Town => {
            "select c.volunteer_id, c.lat, c.lon, c.within_m from {each $1} j join candidates c \
             on c.line_id = $2 and c.skill = $3 and c.cell = cast(j.value->>0 as bigint) \
             where c.slots & $4 <> 0 and c.from_at <= $5 and c.until_at > $5 and ' ' || c.langs || ' ' like $6"
        }
        Grid::Country => {
            "select c.volunteer_id, c.lat, c.lon, c.within_m from {each $1} j join candidates c \
             on c.line_id = $2 and c.skill = $3 and c.region = cast(j.value->>0 as bigint) \
             where c.slots & $4 <> 0 and c.from_at <= $5 and c.until_at > $5 and ' ' || c.langs || ' ' like $6"
        }
    };
    let each: Vec<[i64; 1]> = cells.iter().map(|cell| [*cell]).collect();
    let rows = sqlx::query(db::with_elements(tx.kind(), statement))
        .bind(serde_json::to_string(&each).unwrap_or_default())
        .bind(sought.line_id.to_string())
        .bind(sought.skill)
        .bind(sought.blocks)
        .bind(sought.now.as_millisecond())
        .bind(format!("% {} %", sought.lang))
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.iter().filter_map(neighbour).collect())
}

fn neighbour(row: &AnyRow) -> Option<Neighbour> {
    let point = Point::from_micro(row.try_get(1).ok()?, row.try_get(2).ok()?)?;
    let within_m = u32::try_from(row.try_get::<i64, _>(3).ok()?).unwrap_or_default();
    Some(Neighbour { id: row.try_get::<String, _>(0).ok()?.parse().ok()?, spot: Spot { point, within_m } })
}

/// Somebody near, with all that the rules look at.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about her, not a state")]
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The volunteer.
    pub id: Uuid,
    /// The row of her number.
    pub contact_id: Uuid,
    /// How she wants to be asked: the word of the registry.
    pub way: String,
    /// When she is free, in the language of OpenStreetMap.
    pub availability: String,
    /// Whether she may be asked on Sundays and public holidays.
    pub holidays: bool,
    /// What the log says of her.
    pub record: Record,
    /// Offers of the last twenty-four hours.
    pub offers_1d: u32,
    /// Offers that she has not answered yet.
    pub open_offers: u32,
    /// Missions that she has not ended.
    pub missions: u32,
    /// Whether she was asked for this request before.
    pub asked_before: bool,
    /// Whether nothing may be sent to her number any more.
    pub stopped: bool,
    /// Whether her number receives texts, as far as is known.
    pub receives_texts: bool,
}

/// Since when offers and minutes are counted.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    /// A day ago.
    pub day: Timestamp,
    /// Seven days ago.
    pub week: Timestamp,
    /// Thirty days ago.
    pub thirty: Timestamp,
    /// When this month began, in local time.
    pub month: Timestamp,
}

/// What is known of those volunteers with regard to a request.
pub async fn known(tx: &mut Tx<'_>, ids: &[Uuid], request_id: Uuid, since: &Since) -> Result<Vec<Known>, DbError> {
    let each: Vec<[String; 1]> = ids.iter().map(|id| [id.to_string()]).collect();
    let statement = "select v.id, v.contact_id, v.way, v.availability, v.holidays, v.budget_min, v.asked, v.answered, \
         v.accepted, c.no_text, s.since as stopped, max(o.asked_at) as asked_last, \
         count(case when o.asked_at > $2 then 1 end) as day, count(case when o.asked_at > $3 then 1 end) as week, \
         count(case when o.asked_at > $4 then 1 end) as thirty, count(case when o.state = 'asked' then 1 end) as open, \
         count(case when o.request_id = $5 then 1 end) as before, \
         (select count(*) from matches m where m.volunteer_id = v.id and m.state in ('to_validate', 'to_tell', 'told')) \
         as missions, (select cast(coalesce(sum(m.minutes), 0) as bigint) from matches m where m.volunteer_id = v.id \
         and m.state = 'done' and m.ended_at >= $6) as given from {each $1} j join volunteers v on v.id = j.value->>0 \
         join callers c on c.id = v.contact_id left join stops s on s.number_index = c.number_index \
         left join offers o on o.volunteer_id = v.id group by v.id, c.id, s.number_index";
    let rows = sqlx::query(db::with_elements(tx.kind(), statement))
        .bind(serde_json::to_string(&each).unwrap_or_default())
        .bind(since.day.as_millisecond())
        .bind(since.week.as_millisecond())
        .bind(since.thirty.as_millisecond())
        .bind(request_id.to_string())
        .bind(since.month.as_millisecond())
        .fetch_all(tx.conn())
        .await?;
    rows.iter().map(one).collect()
}

fn one(row: &AnyRow) -> Result<Known, DbError> {
    let count = |name: &str| Ok::<_, DbError>(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(u32::MAX));
    let id = |name: &str| {
        let text: String = row.try_get(name)?;
        text.parse::<Uuid>().map_err(|cause| DbError::from(sqlx::Error::Decode(Box::new(cause))))
    };
    let record = Record {
        asked_last: row.try_get::<Option<i64>, _>("asked_last")?.map(from_millis),
        offers_7d: count("week")?,
        offers_30d: count("thirty")?,
        tally: Tally { asked: count("asked")?, answered: count("answered")?, yes: count("accepted")? },
        given_min: count("given")?,
        budget_min: Some(count("budget_min")?).filter(|minutes| *minutes > 0),
    };
    Ok(Known {
        id: id("id")?,
        contact_id: id("contact_id")?,
        way: row.try_get("way")?,
        availability: row.try_get("availability")?,
        holidays: row.try_get::<i64, _>("holidays")? == 1,
        record,
        offers_1d: count("day")?,
        open_offers: count("open")?,
        missions: count("missions")?,
        asked_before: count("before")? > 0,
        stopped: row.try_get::<Option<i64>, _>("stopped")?.is_some(),
        receives_texts: row.try_get::<Option<i64>, _>("no_text")?.is_none(),
    })
}
