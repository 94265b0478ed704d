//! A callback: why it is there, how urgent it is, by when it must be done. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::lines::hours::Hours;
use crate::lines::promise::Promise;

/// Why somebody must be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Somebody is in danger (F-43).
    Danger,
    /// A request was made.
    Request,
    /// The caller asked for a person.
    Person,
    /// The caller preferred to be called back rather than wait.
    Waited,
    /// Nothing was pressed nor said (F-01).
    Silent,
    /// The caller hung up with something on her mind (F-19).
    Interrupted,
    /// About a request made before.
    FollowUp,
    /// The call lasted too long (T1).
    TooLong,
    /// The machine failed.
    Failure,
    /// A text message came in.
    Message,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::Danger,
        Self::Request,
        Self::Person,
        Self::Waited,
        Self::Silent,
        Self::Interrupted,
        Self::FollowUp,
        Self::TooLong,
        Self::Failure,
        Self::Message,
    ];

    /// The word that flows and the database use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Request => "demande",
            Self::Person => "personne",
            Self::Waited => "attente",
            Self::Silent => "muet",
            Self::Interrupted => "interrompu",
            Self::FollowUp => "suivi",
            Self::TooLong => "long",
            Self::Failure => "panne",
            Self::Message => "message",
        }
    }

    /// The reason of that word.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What an agent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Request => "demande",
            Self::Person => "veut une personne",
            Self::Waited => "attendait une personne",
            Self::Silent => "appel muet",
            Self::Interrupted => "appel interrompu",
            Self::FollowUp => "suivi d'une demande",
            Self::TooLong => "appel trop long",
            Self::Failure => "panne pendant l'appel",
            Self::Message => "message écrit",
        }
    }

    /// The level of F-43, from what the caller's answers raised it to: 0 is the most urgent.
    pub fn priority(self, raised: u8) -> u8 {
        let own = match self {
            Self::Danger => 0,
            Self::Person | Self::Waited | Self::Silent | Self::Failure => 2,
            Self::Request | Self::Interrupted | Self::FollowUp | Self::TooLong | Self::Message => 3,
        };
        match self {
            Self::Interrupted => own,
            _ => own.min(raised),
        }
    }
}

/// By when a callback of this level must be done (F-43), or sooner if something sooner was promised (F-44).
/// P0 counts by the clock, P1 and P2 in opening hours; P3 is due when the next working day ends.
pub fn due(priority: u8, opened: Timestamp, hours: &Hours, promise: Option<&Promise>) -> Timestamp {
    let within = match priority {
        0 => Duration::from_mins(15),
        1 => Duration::from_hours(1),
        2 => Duration::from_hours(4),
        _ => Duration::from_hours(24),
    };
    let by_the_clock = opened.checked_add(within).unwrap_or(opened);
    let by_the_hours = match priority {
        0 => None,
        1 | 2 => hours.after_open_time(opened, within),
        _ => end_of_next_day(opened, hours),
    };
    let due = by_the_hours.unwrap_or(by_the_clock);
    promise.map_or(due, |promise| due.min(promise.until))
}

/// When the line closes on the first day after that one on which it is open at all.
fn end_of_next_day(opened: Timestamp, hours: &Hours) -> Option<Timestamp> {
    let today = opened.to_zoned(hours.zone().clone()).date();
    let mut halves = hours.half_days(opened).skip_while(|half| half.day <= today);
    let first = halves.next()?;
    Some(halves.take_while(|half| half.day == first.day).last().map_or(first.closes, |last| last.closes))
}

/// How long a claim lasts unless it is renewed (F-45).
pub const LEASE: Duration = Duration::from_mins(15);
/// Under whose name the callbacks of a caller are held while she talks to somebody.
pub const AT_THE_PHONE: &str = "au téléphone";

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn office() -> Hours {
        Hours::parse("Mo-Fr 08:30-17:00; PH off", TimeZone::get("Europe/Paris").unwrap()).unwrap()
    }

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    #[test]
    fn every_reason_has_its_own_word() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of_code(reason.code()), Some(reason));
        }
    }

    #[test]
    fn danger_is_called_back_within_a_quarter_of_an_hour_even_at_night() {
        assert_eq!(due(0, at("2026-04-14T22:00:00Z"), &office(), None), at("2026-04-14T22:15:00Z"));
    }

    #[test]
    fn other_levels_count_opening_hours() {
        let evening = at("2026-04-14T14:30:00Z");
        assert_eq!(due(1, evening, &office(), None), at("2026-04-15T07:00:00Z"));
        assert_eq!(due(2, evening, &office(), None), at("2026-04-15T10:00:00Z"));
    }

    #[test]
    fn the_least_urgent_is_due_at_the_end_of_the_next_working_day() {
        for opened in ["2026-04-16T06:31:00Z", "2026-04-16T14:59:00Z"] {
            assert_eq!(due(3, at(opened), &office(), None), at("2026-04-17T15:00:00Z"), "a Thursday, {opened}");
        }
        assert_eq!(due(3, at("2026-04-17T08:00:00Z"), &office(), None), at("2026-04-20T15:00:00Z"), "over a weekend");
        let mornings = Hours::parse("Mo-Fr 09:00-12:00", TimeZone::get("Europe/Paris").unwrap()).unwrap();
        assert_eq!(due(3, at("2026-04-16T08:00:00Z"), &mornings, None), at("2026-04-17T10:00:00Z"));
    }

    #[test]
    fn an_interrupted_call_is_less_urgent_than_a_silent_one() {
        assert!(Reason::Interrupted.priority(3) > Reason::Silent.priority(3));
    }
}
