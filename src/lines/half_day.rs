//! Half-days of a line, cut at one o'clock: the grain of what a caller is promised (F-04). Pure.

use std::ops::Range;

use jiff::civil::{Date, DateTime, time};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::lines::hours::Hours;

/// How far ahead half-days are listed.
const HORIZON_DAYS: i64 = 400;

/// A part of a local day, as a caller thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HalfDay {
    /// From midnight to 13:00, local time.
    Morning,
    /// From 13:00 to 19:00, local time: nobody is called back later (F-46), even by a line that is open in the evening.
    Afternoon,
}

/// A half-day during which the line is open at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHalfDay {
    /// The local day.
    pub day: Date,
    /// Which half of it.
    pub half: HalfDay,
    /// The first instant of it at which the line is open.
    pub opens: Timestamp,
    /// The last instant of it at which the line is open, excluded.
    pub closes: Timestamp,
}

impl Hours {
    /// The half-days, in order, during which the line is still open at some time after `now`.
    pub fn half_days(&self, now: Timestamp) -> impl Iterator<Item = OpenHalfDay> {
        let today = self.local_day(now);
        let days = (0..HORIZON_DAYS).map(move |ahead| today.saturating_add(Span::new().days(ahead)));
        let halves = days.flat_map(|day| [(day, HalfDay::Morning), (day, HalfDay::Afternoon)]);
        halves.filter_map(|(day, half)| self.open_half_day(day, half)).filter(move |half| half.closes > now)
    }

    fn open_half_day(&self, day: Date, half: HalfDay) -> Option<OpenHalfDay> {
        let tomorrow = day.saturating_add(Span::new().days(1));
        let bounds = half.bounds(day);
        let ranges =
            self.local_ranges(day, tomorrow).map(|open| open.start.max(bounds.start)..open.end.min(bounds.end));
        let mut ranges = ranges.filter(|open| open.start < open.end).filter_map(|open| self.instants(&open));
        let first = ranges.next()?;
        let closes = ranges.last().map_or(first.end, |last| last.end);
        Some(OpenHalfDay { day, half, opens: first.start, closes })
    }
}

impl HalfDay {
    fn bounds(self, day: Date) -> Range<DateTime> {
        let noon = day.to_datetime(time(13, 0, 0, 0));
        match self {
            Self::Morning => day.to_datetime(time(0, 0, 0, 0))..noon,
            Self::Afternoon => noon..day.to_datetime(time(19, 0, 0, 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn half_days(hours: &str, now: &str, count: usize) -> Vec<String> {
        let hours = Hours::parse(hours, TimeZone::get("Europe/Paris").unwrap()).unwrap();
        let written = hours.half_days(now.parse().unwrap()).take(count).map(|half| {
            let until = half.closes.to_zoned(hours.zone().clone()).strftime("%H:%M");
            format!("{} {:?} {until}", half.day, half.half)
        });
        written.collect()
    }

    #[test]
    fn a_day_without_lunch_break_is_cut_at_one_o_clock() {
        let expected = ["2026-04-14 Morning 13:00", "2026-04-14 Afternoon 17:00", "2026-04-15 Morning 13:00"];
        assert_eq!(half_days("Mo-Fr 08:30-17:00", "2026-04-14T06:00:00Z", 3), expected);
    }

    #[test]
    fn a_lunch_break_ends_the_morning_early() {
        let expected = ["2026-04-14 Morning 12:00", "2026-04-14 Afternoon 17:00"];
        assert_eq!(half_days("Mo-Fr 08:30-12:00,13:30-17:00", "2026-04-14T06:00:00Z", 2), expected);
    }

    #[test]
    fn a_half_day_already_over_or_never_open_is_not_listed() {
        let expected = ["2026-04-17 Morning 12:00", "2026-04-20 Morning 12:00"];
        assert_eq!(half_days("Mo-Fr 09:00-12:00; PH off", "2026-04-16T10:00:00Z", 2), expected);
    }

    #[test]
    fn nobody_is_called_back_in_the_evening_of_a_line_that_is_always_open() {
        let expected = ["2026-04-14 Afternoon 19:00", "2026-04-15 Morning 13:00"];
        assert_eq!(half_days("24/7", "2026-04-14T12:00:00Z", 2), expected);
        let expected = ["2026-04-15 Morning 06:00", "2026-04-22 Morning 06:00"];
        assert_eq!(half_days("Tu 22:00-06:00", "2026-04-14T10:00:00Z", 2), expected);
    }
}
