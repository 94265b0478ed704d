//! A day, a week or a month of a line, by the calendar of its town. Pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::lang::FRENCH_MONTHS;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A calendar day.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Grain {
    /// Every grain.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word that addresses use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "jour",
            Self::Week => "semaine",
            Self::Month => "mois",
        }
    }

    /// The grain of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| grain.word() == word)
    }
}

/// A day, a week or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How long it is.
    pub grain: Grain,
    /// Its first day.
    pub first: Date,
}

impl Period {
    /// The period of that length in which the day is.
    pub fn of(grain: Grain, day: Date) -> Self {
        let back = match grain {
            Grain::Day => 0,
            Grain::Week => i64::from(day.weekday().to_monday_zero_offset()),
            Grain::Month => i64::from(day.day()) - 1,
        };
        Self { grain, first: day.saturating_sub(Span::new().days(back)) }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.end(), ..self }
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.grain, self.first.saturating_sub(Span::new().days(1)))
    }

    /// The day after its last one.
    pub fn end(self) -> Date {
        let length = match self.grain {
            Grain::Day => Span::new().days(1),
            Grain::Week => Span::new().days(7),
            Grain::Month => Span::new().months(1),
        };
        self.first.saturating_add(length)
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let end = self.end();
        self.first.series(Span::new().days(1)).take_while(move |day| *day < end)
    }

    /// The instants between which it lies, the second excluded.
    pub fn bounds(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let midnight =
            |day: Date, otherwise| day.to_zoned(zone.clone()).map_or(otherwise, |midnight| midnight.timestamp());
        (midnight(self.first, Timestamp::MIN), midnight(self.end(), Timestamp::MAX))
    }

    /// As people say it: « mardi 14 avril 2026 » is said elsewhere; here « 14 avril 2026 », « avril 2026 ».
    pub fn label(self) -> String {
        match self.grain {
            Grain::Day => long(self.first),
            Grain::Week => format!("semaine du {}", long(self.first)),
            Grain::Month => format!("{} {}", month(self.first), self.first.year()),
        }
    }
}

fn long(day: Date) -> String {
    let number = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
    format!("{number} {} {}", month(day), day.year())
}

fn month(day: Date) -> &'static str {
    usize::try_from(day.month() - 1).ok().and_then(|index| FRENCH_MONTHS.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(grain: Grain, day: &str) -> Period {
        Period::of(grain, day.parse().unwrap())
    }

    #[test]
    fn a_period_is_that_of_the_calendar() {
        assert_eq!(period(Grain::Week, "2026-04-19").first.to_string(), "2026-04-13");
        assert_eq!(period(Grain::Month, "2026-02-28").days().count(), 28);
        assert_eq!(period(Grain::Month, "2026-12-31").next().label(), "janvier 2027");
        assert_eq!(period(Grain::Month, "2026-03-31").before().label(), "février 2026");
        assert_eq!(period(Grain::Week, "2026-04-01").label(), "semaine du 30 mars 2026");
        assert_eq!(period(Grain::Day, "2026-04-01").label(), "1er avril 2026");
        for grain in Grain::ALL {
            let one = period(grain, "2026-04-14");
            assert_eq!(one.next().before(), one, "{grain:?}");
            assert_eq!(Grain::of_word(grain.word()), Some(grain));
        }
    }

    #[test]
    fn a_day_on_which_the_clock_changes_has_23_or_25_hours() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let hours = |day: &str| {
            let (from, to) = period(Grain::Day, day).bounds(&zone);
            to.duration_since(from).as_hours()
        };
        assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-04-14")), (23, 25, 24));
    }
}
