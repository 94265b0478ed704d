//! How times and delays are written for people: short, in French, at the time of the town. Pure.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::lang::{FRENCH_DAYS, FRENCH_MONTHS};

/// « 10 h 05 » today, « demain 10 h 05 », « mardi 14 avril, 10 h 05 » otherwise.
pub(crate) fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let clock = clock(at.time());
    match (at.date() - now.date()).get_days() {
        0 => clock,
        1 => format!("demain {clock}"),
        -1 => format!("hier {clock}"),
        _ if at.year() == now.year() => format!("{}, {clock}", day(&at)),
        _ => format!("{} {}, {clock}", day(&at), at.year()),
    }
}

/// « 10 h 05 »
pub(crate) fn clock(time: Time) -> String {
    format!("{} h {:02}", time.hour(), time.minute())
}

/// « cet après-midi », « demain matin », « jeudi 16 avril, l'après-midi ».
pub(crate) fn half_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let morning = at.hour() < 13;
    match (at.date() - now.date()).get_days() {
        0 if morning => "ce matin".to_owned(),
        0 => "cet après-midi".to_owned(),
        1 => format!("demain {}", if morning { "matin" } else { "après-midi" }),
        _ => format!("{}{}", day(&at), if morning { ", le matin" } else { ", l'après-midi" }),
    }
}

/// « mardi 14 avril »
pub(crate) fn day(at: &jiff::Zoned) -> String {
    date(at.date())
}

/// « mardi 14 avril »
pub(crate) fn date(at: Date) -> String {
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).ok().and_then(|index| FRENCH_DAYS.get(index));
    let month = usize::try_from(at.month() - 1).ok().and_then(|index| FRENCH_MONTHS.get(index));
    format!("{} {} {}", weekday.unwrap_or(&""), at.day(), month.unwrap_or(&""))
}

/// « dans 25 min », « maintenant », « en retard de 2 h 10 »: how far a deadline is.
pub(crate) fn deadline(due: Timestamp, now: Timestamp) -> String {
    let seconds = due.duration_since(now).as_secs();
    if seconds.abs() < 60 {
        return "maintenant".to_owned();
    }
    let length = length(seconds.unsigned_abs());
    if seconds < 0 { format!("en retard de {length}") } else { format!("dans {length}") }
}

/// « 45 min », « 2 h 05 », « 3 jours ».
pub(crate) fn length(seconds: u64) -> String {
    let minutes = seconds / 60;
    match (minutes / 1_440, minutes / 60, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes:02}"),
        (1, ..) => "1 jour".to_owned(),
        (days, ..) => format!("{days} jours"),
    }
}

/// « 1 essai », « 3 essais ».
pub(crate) fn counted(many: u32, one: &str, several: &str) -> String {
    format!("{many} {}", if many < 2 { one } else { several })
}

/// A cause as a sentence: with its capital and its point.
pub(crate) fn sentence(cause: &str) -> String {
    if cause.is_empty() { String::new() } else { capital(cause) + "." }
}

/// With its capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    #[test]
    fn a_moment_is_written_as_people_say_it() {
        let (now, paris) = (at("2026-04-14T08:00:00Z"), TimeZone::get("Europe/Paris").unwrap());
        let shown = |instant| moment(at(instant), now, &paris);
        assert_eq!(shown("2026-04-14T08:05:00Z"), "10 h 05");
        assert_eq!(shown("2026-04-15T06:30:00Z"), "demain 8 h 30");
        assert_eq!(shown("2026-04-13T21:59:00Z"), "hier 23 h 59");
        assert_eq!(shown("2026-04-21T08:00:00Z"), "mardi 21 avril, 10 h 00");
        assert_eq!(shown("2025-12-31T08:00:00Z"), "mercredi 31 décembre 2025, 9 h 00");
    }

    #[test]
    fn a_half_day_is_told_by_its_day_and_its_half() {
        let (now, paris) = (at("2026-04-14T07:00:00Z"), TimeZone::get("Europe/Paris").unwrap());
        let said = |instant| half_day(at(instant), now, &paris);
        assert_eq!(said("2026-04-14T12:00:00Z"), "cet après-midi");
        assert_eq!(said("2026-04-15T06:30:00Z"), "demain matin");
        assert_eq!(said("2026-04-17T12:00:00Z"), "vendredi 17 avril, l'après-midi");
    }

    #[test]
    fn a_deadline_says_how_far_it_is() {
        let now = at("2026-04-14T08:00:00Z");
        assert_eq!(deadline(at("2026-04-14T08:25:10Z"), now), "dans 25 min");
        assert_eq!(deadline(at("2026-04-14T07:59:30Z"), now), "maintenant");
        assert_eq!(deadline(at("2026-04-14T05:50:00Z"), now), "en retard de 2 h 10");
        assert_eq!(deadline(at("2026-04-17T08:00:00Z"), now), "dans 3 jours");
        assert_eq!(length(7_200), "2 h");
    }
}
