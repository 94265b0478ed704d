//! When the agents of a line are there: pure.
//!
//! The town writes its hours in the `opening_hours` language of OpenStreetMap (`Mo-Fr 08:30-17:00; PH off`, where `PH`
//! is a French public holiday) and lists the days closed by order of the mayor. That language speaks local time; this
//! file is the only place that meets it, and answers in instants. On the night a clock change repeats an hour, an
//! opening begins and ends at the first of the two; on the night that skips one, it begins or ends when the hour is over.
//!
//! Never here: how hours are said (the dialog does that), and what happens to a call when the line is closed.

mod french;

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use jiff::civil::{Date, DateTime, Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use opening_hours::localization::Country;
use opening_hours::{Context, OpeningHours, RuleKind};

/// How far ahead an opening is looked for; a line closed longer than that has no next opening.
const HORIZON_DAYS: i64 = 400;

/// The opening hours of a line, in its time zone.
#[derive(Clone, PartialEq)]
pub struct Hours {
    /// None on a line where nobody ever is.
    rules: Option<OpeningHours>,
    closed_days: Vec<Date>,
    zone: TimeZone,
}

/// Hours that do not read, in words for the person who wrote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "les horaires « {0} » ne se lisent pas ; écrire par exemple lundi-vendredi 8h30-12h,13h30-17h; jours fériés fermé \
     (ou, dans la langue d'OpenStreetMap, Mo-Fr 08:30-12:00,13:30-17:00; PH off)"
)]
pub struct BadHours(String);

/// Why a whole day is not an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff {
    /// A public holiday of the whole of France.
    PublicHoliday,
    /// A day of the list « `closed_days` »: by order of the mayor, or a local holiday (Good Friday in Alsace).
    ByOrder,
}

impl Hours {
    /// Reads hours written in French or in the language of OpenStreetMap.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, BadHours> {
        let rules: OpeningHours = french::to_standard(text.trim()).parse().map_err(|_| BadHours(text.to_owned()))?;
        let rules = rules.with_context(Context::default().with_holidays(Country::FR.holidays()));
        Ok(Self { rules: Some(rules), closed_days: Vec::new(), zone })
    }

    /// Hours of a line where nobody ever is.
    pub fn never(zone: TimeZone) -> Self {
        Self { rules: None, closed_days: Vec::new(), zone }
    }

    /// Closes whole local days, from midnight to midnight, whatever the hours say.
    #[must_use]
    pub fn closed_on(mut self, days: &[Date]) -> Self {
        self.closed_days = days.to_vec();
        self
    }

    /// The days closed by order, as listed.
    pub fn closed_days(&self) -> &[Date] {
        &self.closed_days
    }

    /// The time zone the hours are written in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The local calendar day at `now`.
    pub fn local_day(&self, now: Timestamp) -> Date {
        self.zone.to_datetime(now).date()
    }

    /// Whether agents are there.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.next_open_range(now).is_some_and(|open| open.start <= now)
    }

    /// Whether the local day of `now` is a public holiday or closed by order; a holiday listed by the town is by order.
    /// A line may be open on a holiday (hours without `PH off`): ask [`Hours::is_open`] first.
    pub fn day_off(&self, now: Timestamp) -> Option<DayOff> {
        let today = self.local_day(now);
        if self.closed_days.contains(&today) {
            return Some(DayOff::ByOrder);
        }
        let holidays = Country::FR.holidays();
        chrono_date(today).is_some_and(|day| holidays.get_public().contains(day)).then_some(DayOff::PublicHoliday)
    }

    /// Whether the local day of `now` is a public holiday of the whole of France.
    pub fn is_holiday(&self, now: Timestamp) -> bool {
        self.day_off(now) == Some(DayOff::PublicHoliday)
    }

    /// Whether a day is a Sunday or a public holiday of the whole of France, on which volunteers are left in peace (F-61).
    pub fn is_day_of_rest(&self, day: Date) -> bool {
        let holidays = Country::FR.holidays();
        day.weekday() == Weekday::Sunday || chrono_date(day).is_some_and(|day| holidays.get_public().contains(day))
    }

    /// The first instant from `now` on at which the line is open: `now` itself when it is. None when it stays closed
    /// for more than a year.
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        self.next_open_range(now).map(|open| open.start.max(now))
    }

    /// When the present opening ends; none when the line is closed. A line that never closes ends beyond a year.
    pub fn closes_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.next_open_range(now).filter(|open| open.start <= now).map(|open| open.end)
    }

    /// How much of the time between two instants the line was open: how long a callback really waited for an agent.
    pub fn open_time(&self, from: Timestamp, until: Timestamp) -> Duration {
        let inside = self.open_ranges(from).take_while(|open| open.start < until);
        inside.map(|open| between(open.start.max(from), open.end.min(until))).sum()
    }

    /// The instant at which the line will have been open for `work` since `now`. None when it never will within a year.
    pub fn after_open_time(&self, now: Timestamp, mut work: Duration) -> Option<Timestamp> {
        for open in self.open_ranges(now) {
            let start = open.start.max(now);
            let length = between(start, open.end);
            if work <= length {
                return start.checked_add(work).ok();
            }
            work -= length;
        }
        None
    }

    /// The hours as a clerk writes them: what [`Hours::parse`] reads back.
    pub fn french(&self) -> String {
        french::to_french(&self.written())
    }

    /// The hours in the language of OpenStreetMap.
    pub fn written(&self) -> String {
        self.rules.as_ref().map_or_else(|| "off".to_owned(), ToString::to_string)
    }

    /// Hours on which no holiday and no order bears, to describe an ordinary week.
    pub(super) fn ordinary(&self) -> Self {
        let rules = self.rules.clone().map(|rules| rules.with_context(Context::default()));
        Self { rules, closed_days: Vec::new(), zone: self.zone.clone() }
    }

    fn next_open_range(&self, now: Timestamp) -> Option<Range<Timestamp>> {
        self.open_ranges(now).next()
    }

    /// Openings that end after `from`, in order, as instants. Starts on the day before, for a night shift begun then.
    pub fn open_ranges(&self, from: Timestamp) -> impl Iterator<Item = Range<Timestamp>> {
        let first = self.local_day(from).saturating_sub(Span::new().days(1));
        let last = first.saturating_add(Span::new().days(HORIZON_DAYS));
        let ranges = joined(self.local_ranges(first, last)).filter_map(|open| self.instants(&open));
        ranges.filter(move |open| open.end > from)
    }

    /// Openings in local time from the midnight that begins `first` to the one that begins `last`.
    pub fn local_ranges(&self, first: Date, last: Date) -> impl Iterator<Item = Range<DateTime>> {
        let bounds = chrono_date(first).zip(chrono_date(last));
        let found = self.rules.iter().zip(bounds);
        let found = found.flat_map(|(rules, (first, last))| rules.iter_range(midnight(first), midnight(last)));
        found.filter(|found| found.kind == RuleKind::Open).flat_map(|found| {
            let open = civil(found.range.start)..civil(found.range.end);
            without(open, &self.closed_days)
        })
    }

    /// Local openings as instants; none when the hour that a clock change skips held all of it.
    pub(super) fn instants(&self, local: &Range<DateTime>) -> Option<Range<Timestamp>> {
        let start = self.zone.to_timestamp(local.start).ok()?;
        let end = self.zone.to_timestamp(local.end).ok()?;
        (start < end).then_some(start..end)
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hours({})", self.written())
    }
}

/// Ranges that touch become one: a comment or a rule that changes at midnight does not close the line.
fn joined(ranges: impl Iterator<Item = Range<DateTime>>) -> impl Iterator<Item = Range<DateTime>> {
    let mut ranges = ranges.peekable();
    std::iter::from_fn(move || {
        let mut open = ranges.next()?;
        while let Some(next) = ranges.next_if(|next| next.start <= open.end) {
            open.end = open.end.max(next.end);
        }
        Some(open)
    })
}

/// What remains of an opening once whole days are taken out of it.
fn without(open: Range<DateTime>, closed_days: &[Date]) -> Vec<Range<DateTime>> {
    let mut left = vec![open];
    for day in closed_days {
        let closed =
            day.to_datetime(time(0, 0, 0, 0))..day.saturating_add(Span::new().days(1)).to_datetime(time(0, 0, 0, 0));
        left = left.into_iter().flat_map(|open| cut(&open, &closed)).collect();
    }
    left
}

/// What lies of `open` before and after `closed`.
fn cut(open: &Range<DateTime>, closed: &Range<DateTime>) -> impl Iterator<Item = Range<DateTime>> + use<> {
    let before = open.start..open.end.min(closed.start);
    let after = open.start.max(closed.end)..open.end;
    [before, after].into_iter().filter(|part| part.start < part.end)
}

/// The time from one instant to a later one; nothing when it is not later.
fn between(start: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(start)).unwrap_or_default()
}

fn chrono_date(day: Date) -> Option<NaiveDate> {
    let (month, number) = (u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?);
    NaiveDate::from_ymd_opt(day.year().into(), month, number)
}

fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(chrono::NaiveTime::MIN)
}

/// The same local time in our own type; what jiff cannot hold (after the year 9999) becomes its last day.
fn civil(local: NaiveDateTime) -> DateTime {
    let small = |part: u32| i8::try_from(part).unwrap_or_default();
    let day = i16::try_from(local.year()).ok();
    let day = day.and_then(|year| Date::new(year, small(local.month()), small(local.day())).ok());
    day.unwrap_or(date(9999, 12, 31)).to_datetime(time(
        small(local.hour()),
        small(local.minute()),
        small(local.second()),
        0,
    ))
}

#[cfg(test)]
mod tests;
