//! When help is needed, read from what was answered. Pure.

use std::ops::Range;

use jiff::civil::{DateTime, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::pace::Urgency;
use crate::dialog::Values;

/// The hour before which nobody is sent to a door, and after which nobody is.
const DAY: (i8, i8) = (8, 20);
/// Where a day is cut.
const NOON: i8 = 13;
/// Days within which « cette semaine » is done.
const WEEK_DAYS: i64 = 7;

/// When help is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// How soon.
    pub urgency: Urgency,
    /// Between which instants a neighbour may come.
    pub window: Range<Timestamp>,
}

/// When help is needed that was asked for at `asked`; what was not said is one of these days.
pub fn when(answers: &Values, asked: Timestamp, zone: &TimeZone) -> When {
    let said = |name: &str| answers.get(name).map(ToString::to_string).unwrap_or_default();
    let today = zone.to_datetime(asked).date();
    let (urgency, first, last) = match said("quand").as_str() {
        "aujourdhui" => (Urgency::Today, today, today),
        "demain" => (Urgency::Tomorrow, plus(today, 1), plus(today, 1)),
        _ => (Urgency::ThisWeek, today, plus(today, WEEK_DAYS)),
    };
    let (from, until) = hours(&said("moment"));
    let local = first.at(from, 0, 0, 0)..last.at(until, 0, 0, 0);
    When { urgency, window: instants(&local, zone, asked) }
}

/// The local hours of a part of the day.
fn hours(moment: &str) -> (i8, i8) {
    match moment {
        "matin" => (DAY.0, NOON),
        "apres_midi" => (NOON, DAY.1),
        "soir" => (18, 22),
        _ => DAY,
    }
}

/// The window from the present on; one that is over already is what is left of the day, or tomorrow.
fn instants(local: &Range<DateTime>, zone: &TimeZone, now: Timestamp) -> Range<Timestamp> {
    let instant = |at: DateTime| zone.to_timestamp(at).unwrap_or(now);
    let (start, end) = (instant(local.start).max(now), instant(local.end));
    if start < end {
        return start..end;
    }
    let midnight = plus(zone.to_datetime(now).date(), 1).to_datetime(time(0, 0, 0, 0));
    now..instant(midnight).max(now.saturating_add(Span::new().hours(1)).unwrap_or(now))
}

fn plus(day: jiff::civil::Date, days: i64) -> jiff::civil::Date {
    day.saturating_add(Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::Value;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn told(answers: &[(&str, &str)], asked: &str) -> String {
        let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let asked = paris().to_timestamp(asked.parse().unwrap()).unwrap();
        let When { urgency, window } = when(&answers, asked, &paris());
        let at = |instant: Timestamp| paris().to_datetime(instant).strftime("%d %H:%M").to_string();
        format!("{urgency:?} {}-{}", at(window.start), at(window.end))
    }

    #[test]
    fn the_window_is_what_the_caller_asked_for() {
        let ten = "2026-04-14T10:00";
        assert_eq!(told(&[("quand", "aujourdhui")], ten), "Today 14 10:00-14 20:00");
        assert_eq!(told(&[("quand", "demain")], ten), "Tomorrow 15 08:00-15 20:00");
        assert_eq!(told(&[("quand", "demain"), ("moment", "matin")], ten), "Tomorrow 15 08:00-15 13:00");
        assert_eq!(told(&[("quand", "semaine")], ten), "ThisWeek 14 10:00-21 20:00");
        assert_eq!(told(&[], ten), "ThisWeek 14 10:00-21 20:00", "a paper to print");
    }

    #[test]
    fn a_window_that_is_over_is_the_rest_of_the_day() {
        assert_eq!(told(&[("quand", "aujourdhui")], "2026-04-14T21:00"), "Today 14 21:00-15 00:00");
        assert_eq!(
            told(&[("quand", "aujourdhui"), ("moment", "matin")], "2026-04-14T14:00"),
            "Today 14 14:00-15 00:00"
        );
    }
}
