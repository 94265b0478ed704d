//! An ordinary week of a line, as data that the dialog can say: « du lundi au vendredi, de 8 heures 30 à 17 heures ». Pure.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time, Weekday, time};
use jiff::{Span, Timestamp};

use crate::lines::hours::Hours;

/// One opening of a day, in local time. `until` not later than `from` means the next day: 22:00 to 06:00 is a night,
/// 00:00 to 00:00 a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSpan {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
}

/// Days of the week that follow each other and have the same hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDays {
    /// The first of them, counted from Monday.
    pub first: Weekday,
    /// The last of them; the same as `first` for a single day.
    pub last: Weekday,
    /// Their openings, in order; never empty.
    pub spans: Vec<OpenSpan>,
}

impl Hours {
    /// The hours of the calendar week of `now`, holidays and closures aside; closed days are left out, and so nothing
    /// at all for a line that is never open.
    pub fn describe(&self, now: Timestamp) -> Vec<OpenDays> {
        let today = self.local_day(now);
        let monday = today.saturating_sub(Span::new().days(today.weekday().to_monday_zero_offset()));
        let ordinary = self.ordinary();
        let mut week: Vec<OpenDays> = Vec::new();
        for ahead in 0..7 {
            let day = monday.saturating_add(Span::new().days(ahead));
            let spans = ordinary.spans_of(day);
            if spans.is_empty() {
                continue;
            }
            match week.last_mut().filter(|group| group.last.next() == day.weekday() && group.spans == spans) {
                Some(group) => group.last = day.weekday(),
                None => week.push(OpenDays { first: day.weekday(), last: day.weekday(), spans }),
            }
        }
        week
    }

    /// The openings that begin on `day`. A night begun the day before is that day's; one begun today runs on.
    pub fn spans_of(&self, day: Date) -> Vec<OpenSpan> {
        let mut pieces = self.pieces(day);
        if pieces.first().is_some_and(is_end_of_night) && self.pieces(before(day)).last().is_some_and(is_start_of_night)
        {
            pieces.remove(0);
        }
        let morning_after = self.pieces(after(day)).into_iter().next().filter(is_end_of_night);
        if let (Some(evening), Some(night)) = (pieces.last_mut().filter(|last| is_start_of_night(last)), morning_after)
        {
            evening.end = night.end;
        }
        pieces.into_iter().map(|open| OpenSpan { from: open.start.time(), until: open.end.time() }).collect()
    }

    fn pieces(&self, day: Date) -> Vec<Range<DateTime>> {
        self.local_ranges(day, after(day)).collect()
    }
}

/// Open until midnight, but not all day.
fn is_start_of_night(open: &Range<DateTime>) -> bool {
    open.end.date() > open.start.date() && open.start.time() != time(0, 0, 0, 0)
}

/// Open from midnight into the morning.
fn is_end_of_night(open: &Range<DateTime>) -> bool {
    open.start.time() == time(0, 0, 0, 0)
        && open.end.date() == open.start.date()
        && open.end.time() <= time(12, 0, 0, 0)
}

fn before(day: Date) -> Date {
    day.saturating_sub(Span::new().days(1))
}

fn after(day: Date) -> Date {
    day.saturating_add(Span::new().days(1))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// The week of 13 July 2026, whose Tuesday is a public holiday.
    fn week(hours: &str) -> Vec<String> {
        let hours = Hours::parse(hours, TimeZone::get("Europe/Paris").unwrap()).unwrap();
        let spans = |days: &OpenDays| {
            let spans =
                days.spans.iter().map(|span| format!("{:.5}-{:.5}", span.from.to_string(), span.until.to_string()));
            spans.collect::<Vec<_>>().join(" ")
        };
        let written = hours.describe("2026-07-15T10:00:00Z".parse().unwrap());
        written.iter().map(|days| format!("{:?}-{:?} {}", days.first, days.last, spans(days))).collect()
    }

    #[test]
    fn days_with_the_same_hours_are_said_together_even_in_a_week_with_a_holiday() {
        assert_eq!(week("Mo-Fr 08:30-17:00; PH off"), ["Monday-Friday 08:30-17:00"]);
        let expected = ["Monday-Thursday 08:30-12:00 13:30-17:00", "Friday-Friday 08:30-12:00"];
        assert_eq!(week("Mo-Th 08:30-12:00,13:30-17:00; Fr 08:30-12:00; PH off"), expected);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        assert_eq!(week("Mo-Su 22:00-06:00"), ["Monday-Sunday 22:00-06:00"]);
        assert_eq!(week("Fr 22:00-06:00"), ["Friday-Friday 22:00-06:00"]);
    }

    #[test]
    fn days_round_the_clock_are_whole_days_and_a_line_without_hours_says_nothing() {
        assert_eq!(week("24/7"), ["Monday-Sunday 00:00-00:00"]);
        assert_eq!(week("Mo-We 00:00-24:00"), ["Monday-Wednesday 00:00-00:00"]);
        assert!(week("off").is_empty());
    }

    #[test]
    fn a_day_without_agents_splits_the_week() {
        assert_eq!(week("Mo,Tu,Th 09:00-12:00"), ["Monday-Tuesday 09:00-12:00", "Thursday-Thursday 09:00-12:00"]);
    }
}
