//! Who is asked first for a request: the full ranking inside the radius, read cell by cell until nobody further away can
//! come before those who were found.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use uuid::Uuid;

use super::pace::{Caps, Pace};
use super::rank::{self, Candidate, Ranked, Reason};
use super::rate::Learned;
use super::store::near::{self, Known, Neighbour, Since, Sought};
use super::suitable::{Contact, Hands, Skill, Standing, Vetting};
use crate::db::{DbError, Tx};
use crate::geo::{Grid, Spot};
use crate::volunteers::Availability;
use crate::volunteers::availability::blocks_between;

/// How far the first look goes, in metres; each further one goes twice as far.
const FIRST_M: u32 = 300;
/// From this distance on, the cells of the country are read.
const COUNTRY_M: u32 = 4_000;
/// How many neighbours are looked up at once, in the order of their distance.
const AT_ONCE: usize = 48;
/// Somebody must be free for so long in one piece to help.
const FREE_FOR: Duration = Duration::from_mins(30);

/// What help is needed, where and when.
#[derive(Debug, Clone)]
pub struct Need<'a> {
    /// The line.
    pub line_id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// The skill.
    pub skill: &'a str,
    /// The code of the language that both must speak.
    pub lang: &'a str,
    /// Where.
    pub spot: Spot,
    /// Between which instants.
    pub window: Range<Timestamp>,
    /// Whether only those may be asked today who agreed to Sundays and public holidays (F-61).
    pub holiday: bool,
    /// The clock of the line.
    pub zone: &'a TimeZone,
    /// When this is asked.
    pub now: Timestamp,
}

/// Somebody who may be asked, in her place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Her place in the ranking.
    pub ranked: Ranked<Uuid>,
    /// Why there.
    pub reason: Reason,
    /// What is known of her.
    pub known: Known,
}

/// What was read before.
#[derive(Default)]
struct Seen {
    cells: BTreeSet<(Grid, i64)>,
    people: BTreeSet<Uuid>,
}

/// The first `most` of the ranking of everybody who may be asked now.
pub async fn nearest(
    tx: &mut Tx<'_>,
    need: &Need<'_>,
    (pace, learned): (&Pace, &Learned),
    most: usize,
) -> Result<Vec<Found>, DbError> {
    let (mut found, mut seen, mut reach) = (Vec::new(), Seen::default(), FIRST_M);
    let mut pending: Vec<(u32, Neighbour)> = Vec::new();
    loop {
        let last = reach >= pace.radius_m;
        let within = reach.min(pace.radius_m);
        pending.extend(newcomers(tx, need, within, &mut seen).await?);
        pending.sort_by_key(|(metres, neighbour)| (*metres, neighbour.id));
        let sure = pending.partition_point(|(_, neighbour)| need.spot.point.metres(neighbour.spot.point) <= within);
        let sure: Vec<_> = pending.drain(..sure).collect();
        for some in sure.chunks(AT_ONCE) {
            if enough(&found, most, some) {
                break;
            }
            found.extend(judged(tx, need, (pace, learned), some).await?);
            found.sort_by(|one: &Found, other| one.ranked.order(&other.ranked));
            found.truncate(most);
        }
        if last || (found.len() == most && found.last().is_some_and(|worst| worst.ranked.cost <= f64::from(within))) {
            return Ok(found);
        }
        reach = reach.saturating_mul(2);
    }
}

/// Whether nobody of those, nor anybody further, can come before the ones that were found.
fn enough(found: &[Found], most: usize, next: &[(u32, Neighbour)]) -> bool {
    let nearest = next.first().map_or(f64::INFINITY, |(metres, _)| f64::from(*metres));
    found.len() == most && found.last().is_some_and(|worst| worst.ranked.cost < nearest)
}

/// Who lives in cells that were not read yet, with how far she counts.
async fn newcomers(
    tx: &mut Tx<'_>,
    need: &Need<'_>,
    within: u32,
    seen: &mut Seen,
) -> Result<Vec<(u32, Neighbour)>, DbError> {
    let grid = if within > COUNTRY_M { Grid::Country } else { Grid::Town };
    let cells = need.spot.point.cells_within(within, grid);
    let fresh: Vec<i64> = cells.into_iter().filter(|cell| seen.cells.insert((grid, *cell))).collect();
    let sought = Sought {
        line_id: need.line_id,
        skill: need.skill,
        lang: need.lang,
        blocks: blocks_between(&need.window, need.zone),
        now: need.now,
    };
    let neighbours = near::in_cells(tx, &sought, grid, &fresh).await?;
    // Whoever was read in a cell of the town is there again in that of the country.
    let new = neighbours.into_iter().filter(|one| seen.people.insert(one.id));
    Ok(new.map(|one| (rank::distance(need.spot, one.spot.point), one)).collect())
}

/// Those among them who may be asked, in no order.
async fn judged(
    tx: &mut Tx<'_>,
    need: &Need<'_>,
    (pace, learned): (&Pace, &Learned),
    some: &[(u32, Neighbour)],
) -> Result<Vec<Found>, DbError> {
    let ids: Vec<Uuid> = some.iter().map(|(_, neighbour)| neighbour.id).collect();
    let known = near::known(tx, &ids, need.request_id, &since(need)).await?;
    let of = |id: Uuid| some.iter().find(|(_, neighbour)| neighbour.id == id).copied();
    let judge = |known: Known| {
        let (metres, neighbour) = of(known.id)?;
        standing(need, &known, metres).suitable(&pace.caps, pace.radius_m, need.now).ok()?;
        let candidate = Candidate { id: known.id, metres, record: known.record };
        let reason = Reason::new(need.spot, neighbour.spot.point, &known.record, need.now);
        Some(Found { ranked: candidate.ranked(learned, need.now), reason, known })
    };
    Ok(known.into_iter().filter_map(judge).collect())
}

/// How she stands with regard to the request. What the rows of candidates have sieved already holds.
pub fn standing(need: &Need<'_>, known: &Known, metres: u32) -> Standing {
    let hands = match (known.missions, known.open_offers) {
        (0, 0) => Hands::Empty,
        (0, _) => Hands::Offer,
        _ => Hands::Mission,
    };
    Standing {
        contact: if known.stopped { Contact::Stopped } else { Contact::Open },
        vetting: Vetting::Lasting,
        skill: Skill::Has,
        speaks: true,
        free: is_free(need, known),
        hands,
        asked_before: known.asked_before,
        offers: Caps { day: known.offers_1d, week: known.record.offers_7d, month: known.record.offers_30d },
        metres,
    }
}

/// Whether she is free when help is needed, and may be asked on a day like this.
fn is_free(need: &Need<'_>, known: &Known) -> bool {
    let hours = Availability::parse(&known.availability, need.zone.clone());
    (!need.holiday || known.holidays) && hours.is_ok_and(|hours| hours.is_free_within(&need.window, FREE_FOR))
}

fn since(need: &Need<'_>) -> Since {
    let ago = |days: i64| need.now.checked_sub(Span::new().hours(24 * days)).unwrap_or(need.now);
    let first = need.zone.to_datetime(need.now).date().first_of_month();
    let month = need.zone.to_timestamp(first.at(0, 0, 0, 0)).unwrap_or(need.now);
    Since { day: ago(1), week: ago(7), thirty: ago(30), month }
}
