//! When a volunteer is free: the same language of hours as a line's (`Mo,We 14:00-18:00; PH off`, or French), in the local
//! time of her line: past midnight, over both nights of a clock change, with the public holidays of France. Pure.

use std::ops::Range;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::lines::hours::{BadHours, Hours};

/// Hours of the blocks of a week.
const BLOCK_HOURS: i64 = 4;
/// Blocks in a day.
const BLOCKS_A_DAY: i64 = 24 / BLOCK_HOURS;
/// Days over which the blocks are looked for: a rule for a season counts in each week of the year.
const LOOKED_AHEAD_DAYS: i64 = 366;
/// All blocks of a week.
const EVERY_BLOCK: i64 = (1 << (7 * BLOCKS_A_DAY)) - 1;

/// When somebody is free.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability(Hours);

impl Availability {
    /// Reads hours written in French or in the language of OpenStreetMap; nothing written is any time.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, BadHours> {
        let text = if text.trim().is_empty() { "24/7" } else { text };
        Hours::parse(text, zone).map(Self)
    }

    /// In the language of OpenStreetMap: what the registry keeps.
    pub fn written(&self) -> String {
        self.0.written()
    }

    /// As a referent reads them.
    pub fn french(&self) -> String {
        if self.written() == "24/7" { "à toute heure".to_owned() } else { self.0.french() }
    }

    /// Whether she is free at that instant.
    pub fn is_free(&self, at: Timestamp) -> bool {
        self.0.is_open(at)
    }

    /// Whether she has at least `needed` in one piece between two instants.
    pub fn is_free_within(&self, window: &Range<Timestamp>, needed: Duration) -> bool {
        let pieces = self.0.open_ranges(window.start).take_while(|free| free.start < window.end);
        let length = |free: Range<Timestamp>| {
            let (start, end) = (free.start.max(window.start), free.end.min(window.end));
            Duration::try_from(end.duration_since(start)).unwrap_or_default()
        };
        pieces.map(length).any(|length| length >= needed)
    }

    /// The four-hour blocks of a week in which she may ever be free, one bit each from Monday at midnight: a sieve for the
    /// first look at thousands of people. Never a bit too few; a holiday may make one too many.
    pub fn blocks(&self, now: Timestamp) -> i64 {
        let first = self.0.local_day(now);
        let last = first.saturating_add(Span::new().days(LOOKED_AHEAD_DAYS));
        let mut bits = 0;
        for free in self.0.local_ranges(first, last) {
            bits |= blocks_of(&free);
            if bits == EVERY_BLOCK {
                break;
            }
        }
        bits
    }
}

/// The blocks of a week that a time between two instants touches, in local time of that zone.
pub fn blocks_between(window: &Range<Timestamp>, zone: &TimeZone) -> i64 {
    blocks_of(&(zone.to_datetime(window.start)..zone.to_datetime(window.end)))
}

fn blocks_of(local: &Range<DateTime>) -> i64 {
    let (mut at, mut bits) = (block_start(local.start), 0);
    while at < local.end && bits != EVERY_BLOCK {
        let of_day = i64::from(at.hour()) / BLOCK_HOURS;
        bits |= 1 << (i64::from(at.weekday().to_monday_zero_offset()) * BLOCKS_A_DAY + of_day);
        let Ok(next) = at.checked_add(Span::new().hours(BLOCK_HOURS)) else { break };
        at = next;
    }
    bits
}

fn block_start(at: DateTime) -> DateTime {
    let hour = i64::from(at.hour()) / BLOCK_HOURS * BLOCK_HOURS;
    at.date().at(i8::try_from(hour).unwrap_or_default(), 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn free(text: &str) -> Availability {
        Availability::parse(text, paris()).unwrap()
    }

    fn at(local: &str) -> Timestamp {
        paris().to_timestamp(local.parse().unwrap()).unwrap()
    }

    /// F-57, trap 6: hours, a local instant, whether she is free.
    #[test]
    fn the_roster_table() {
        let table = [
            ("Mo-Su 22:00-06:00", "2026-04-14T21:59", false),
            ("Mo-Su 22:00-06:00", "2026-04-14T22:00", true),
            ("Mo-Su 22:00-06:00", "2026-04-15T05:59", true),
            ("Mo-Su 22:00-06:00", "2026-04-15T06:00", false),
            // A night begun on Friday is Friday's, one begun on Sunday is not Saturday's.
            ("Fr 22:00-06:00", "2026-04-18T03:00", true),
            ("Fr 22:00-06:00", "2026-04-17T03:00", false),
            // The night of March loses an hour, that of October has it twice.
            ("Sa 22:00-06:00", "2027-03-28T01:59", true),
            ("Sa 22:00-06:00", "2027-03-28T03:00", true),
            ("Sa 22:00-06:00", "2027-03-28T06:00", false),
            ("Sa 22:00-06:00", "2026-10-25T02:30", true),
            ("Sa 22:00-06:00", "2026-10-25T05:59", true),
            ("Sa 22:00-06:00", "2026-10-25T06:00", false),
            // Public holidays: Easter Monday, Ascension, 14 July.
            ("Mo-Fr 14:00-18:00; PH off", "2026-04-06T15:00", false),
            ("Mo-Fr 14:00-18:00; PH off", "2026-05-14T15:00", false),
            ("Mo-Fr 14:00-18:00", "2026-07-14T15:00", true),
            ("PH 10:00-12:00", "2026-07-14T11:00", true),
            ("PH 10:00-12:00", "2026-07-15T11:00", false),
            // An exception of one day, of a season.
            ("Mo-Fr 09:00-12:00; 2026 Apr 14 off", "2026-04-14T10:00", false),
            ("Mo-Fr 09:00-12:00; 2026 Apr 14 off", "2026-04-15T10:00", true),
            ("Jul-Aug off; Mo-Fr 09:00-12:00; Jul-Aug off", "2026-07-15T10:00", false),
            ("lundi, mercredi 14h-18h", "2026-04-15T17:59", true),
            ("lundi, mercredi 14h-18h", "2026-04-16T17:59", false),
            ("", "2026-12-25T03:00", true),
        ];
        for (hours, instant, expected) in table {
            assert_eq!(free(hours).is_free(at(instant)), expected, "{hours} at {instant}");
        }
    }

    #[test]
    fn the_hour_that_october_repeats_counts_twice_and_that_of_march_not_at_all() {
        let night = free("Sa 22:00-06:00");
        let nine_hours = at("2026-10-24T22:00")..at("2026-10-25T06:00");
        assert!(night.is_free_within(&nine_hours, Duration::from_hours(9)));
        let seven_hours = at("2027-03-27T22:00")..at("2027-03-28T06:00");
        assert!(night.is_free_within(&seven_hours, Duration::from_hours(7)));
        assert!(!night.is_free_within(&seven_hours, Duration::from_hours(8)));
    }

    #[test]
    fn time_in_one_piece_is_asked_for_not_in_crumbs() {
        let crumbs = free("Tu 09:00-09:20,10:00-10:20,11:00-11:20");
        let morning = at("2026-04-14T08:00")..at("2026-04-14T13:00");
        assert!(crumbs.is_free_within(&morning, Duration::from_mins(20)));
        assert!(!crumbs.is_free_within(&morning, Duration::from_mins(30)));
        assert!(
            !crumbs.is_free_within(&(morning.end..morning.start), Duration::from_mins(1)),
            "a window the wrong way"
        );
    }

    #[test]
    fn hours_that_do_not_read_are_refused_and_those_that_do_come_back() {
        assert!(Availability::parse("quand je peux", paris()).is_err());
        for text in ["Mo,We 14:00-18:00", "24/7", "Mo-Fr 09:00-12:00; PH off"] {
            assert_eq!(free(&free(text).written()), free(text), "{text}");
        }
        assert_eq!(free("").french(), "à toute heure");
    }

    #[test]
    fn blocks_are_those_of_the_hours() {
        let now = at("2026-04-14T10:00");
        assert_eq!(free("24/7").blocks(now), EVERY_BLOCK);
        assert_eq!(free("off").blocks(now), 0);
        assert_eq!(free("Mo 00:00-04:00").blocks(now), 1);
        assert_eq!(free("Mo 03:00-05:00").blocks(now), 0b11);
        assert_eq!(free("Tu 14:00-18:00").blocks(now), 0b11_000 << 6);
        // Sunday evening runs into Monday morning.
        assert_eq!(free("Su 22:00-02:00").blocks(now), (1 << 41) | 1);
        assert_eq!(free("2026 Dec 24 10:00-11:00").blocks(now), 1 << (3 * 6 + 2), "a Thursday months ahead");
    }

    proptest! {
        #[test]
        fn the_sieve_lets_everybody_through_who_is_free(
            day in 0..7_usize, from in 0..24_u32, length in 1..20_u32, hours_ahead in 0_i64..2_000, minutes in 1_i64..600,
        ) {
            let name = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][day];
            let (until, now) = (from + length, at("2026-04-14T10:00"));
            let one = free(&format!("{name} {from:02}:00-{until:02}:00"));
            let start = now.checked_add(Span::new().hours(hours_ahead)).unwrap();
            let window = start..start.checked_add(Span::new().minutes(minutes)).unwrap();
            if one.is_free_within(&window, Duration::from_mins(1)) {
                prop_assert!(one.blocks(now) & blocks_between(&window, &paris()) != 0);
            }
        }
    }
}
