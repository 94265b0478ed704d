//! Whether a text leaves now, later or never. Pure.

use jiff::civil::DateTime;
use jiff::{Span, Timestamp};

use super::message::{Kind, State};
use crate::lines::hours::Hours;

/// From this local hour on texts leave (F-61)…
const FROM_HOUR: i8 = 8;
/// …and before this one.
const UNTIL_HOUR: i8 = 20;
/// Days among which one on which an offer may leave is looked for: no row of Sundays and holidays is longer.
const LOOK_AHEAD: usize = 14;

/// What is known of a text, its number and its line.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about a text, not a state")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What it is for.
    pub kind: Kind,
    /// It may leave on a Sunday or a public holiday too.
    pub any_day: bool,
    /// Not before.
    pub not_before: Timestamp,
    /// Later than this it says nothing any more.
    pub expires_at: Timestamp,
    /// The number asked for no more texts.
    pub stopped: bool,
    /// The number receives texts, as far as is known.
    pub receives: bool,
    /// The line has a sender of texts.
    pub sends: bool,
    /// What it would say has arrived already, by the text that it repeats.
    pub arrived: bool,
}

/// What becomes of a text now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It leaves.
    Send,
    /// It waits until then.
    Later(Timestamp),
    /// It does not leave.
    Never(State, Reason),
}

/// Why a text was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// STOP.
    Stop,
    /// Its time was over, or would be before it may leave.
    Late,
    /// The number receives no texts.
    NoText,
    /// The line has no sender of texts.
    NoSender,
    /// The one that it repeats has arrived.
    Arrived,
    /// It is not an hour for it.
    Quiet,
    /// A limit of the day is reached.
    Limit,
    /// The number is not one that the line may reach (T3).
    Prefix,
}

impl Reason {
    /// As its row says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Late => "late",
            Self::NoText => "no_text",
            Self::NoSender => "no_sender",
            Self::Arrived => "arrived",
            Self::Quiet => "quiet",
            Self::Limit => "limit",
            Self::Prefix => "prefix",
        }
    }
}

/// What becomes of a text at `now`. STOP comes first: nothing else is a reason to send after it.
pub fn judge(facts: &Facts, hours: &Hours, now: Timestamp) -> Verdict {
    if facts.stopped && facts.kind != Kind::StopConfirmed {
        return Verdict::Never(State::Cancelled, Reason::Stop);
    }
    if facts.arrived {
        return Verdict::Never(State::Cancelled, Reason::Arrived);
    }
    if now >= facts.expires_at {
        return Verdict::Never(State::Expired, Reason::Late);
    }
    if !facts.receives {
        return Verdict::Never(State::Held, Reason::NoText);
    }
    if !facts.sends {
        return Verdict::Never(State::Held, Reason::NoSender);
    }
    match next_allowed(facts, hours, now.max(facts.not_before)) {
        Some(at) if at <= now => Verdict::Send,
        Some(at) if at < facts.expires_at => Verdict::Later(at),
        _ => Verdict::Never(State::Expired, Reason::Late),
    }
}

/// The first instant from `at` on at which a text of that kind may leave (F-61).
fn next_allowed(facts: &Facts, hours: &Hours, at: Timestamp) -> Option<Timestamp> {
    let any_day = match facts.kind {
        Kind::Alert | Kind::Answer | Kind::StopConfirmed | Kind::Code => return Some(at),
        Kind::Offer => facts.any_day,
        Kind::Follow | Kind::Resident => true,
    };
    let mut local = hours.zone().to_datetime(at);
    for _ in 0..LOOK_AHEAD {
        let free = any_day || !hours.is_day_of_rest(local.date());
        if free && local.hour() < UNTIL_HOUR {
            let opens = local.date().at(FROM_HOUR, 0, 0, 0);
            return if local >= opens { Some(at.max(instant(hours, local)?)) } else { instant(hours, opens) };
        }
        local = local.date().checked_add(Span::new().days(1)).ok()?.at(FROM_HOUR, 0, 0, 0);
    }
    None
}

fn instant(hours: &Hours, local: DateTime) -> Option<Timestamp> {
    hours.zone().to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn hours() -> Hours {
        Hours::parse("Mo-Fr 08:30-17:00; PH off", TimeZone::get("Europe/Paris").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn facts(kind: Kind) -> Facts {
        Facts {
            kind,
            any_day: false,
            not_before: Timestamp::UNIX_EPOCH,
            expires_at: at("2027-01-01T00:00:00Z"),
            stopped: false,
            receives: true,
            sends: true,
            arrived: false,
        }
    }

    #[test]
    fn each_kind_has_its_hours() {
        use Verdict::{Later, Send};
        let [night, day] = ["2026-04-14T03:00:00Z", "2026-04-14T08:00:00Z"].map(at);
        for kind in Kind::ALL {
            assert_eq!(judge(&facts(kind), &hours(), day), Send, "{kind:?}");
            let always = matches!(kind, Kind::Alert | Kind::Answer | Kind::StopConfirmed | Kind::Code);
            let expected = if always { Send } else { Later(at("2026-04-14T06:00:00Z")) };
            assert_eq!(judge(&facts(kind), &hours(), night), expected, "{kind:?}");
        }
    }

    #[test]
    fn an_offer_waits_for_eight_o_clock_of_a_working_day() {
        let cases = [
            // The last instant of a day, and the first that is not.
            ("2026-04-14T17:59:59.999Z", None),
            ("2026-04-14T18:00:00Z", Some("2026-04-15T06:00:00Z")),
            ("2026-04-14T05:59:59.999Z", Some("2026-04-14T06:00:00Z")),
            ("2026-04-14T06:00:00Z", None),
            // A Saturday evening, a Sunday, Easter Monday and the day before.
            ("2026-04-18T19:00:00Z", Some("2026-04-20T06:00:00Z")),
            ("2026-04-19T10:00:00Z", Some("2026-04-20T06:00:00Z")),
            ("2026-04-04T19:00:00Z", Some("2026-04-07T06:00:00Z")),
            ("2026-04-06T10:00:00Z", Some("2026-04-07T06:00:00Z")),
            // Both nights on which clocks change.
            ("2026-03-28T20:00:00Z", Some("2026-03-30T06:00:00Z")),
            ("2026-10-24T20:00:00Z", Some("2026-10-26T07:00:00Z")),
        ];
        for (now, later) in cases {
            let expected = later.map_or(Verdict::Send, |later| Verdict::Later(at(later)));
            assert_eq!(judge(&facts(Kind::Offer), &hours(), at(now)), expected, "{now}");
        }
    }

    #[test]
    fn an_urgent_offer_leaves_on_a_sunday_but_not_at_night() {
        let urgent = Facts { any_day: true, ..facts(Kind::Offer) };
        assert_eq!(judge(&urgent, &hours(), at("2026-04-19T10:00:00Z")), Verdict::Send);
        assert_eq!(judge(&urgent, &hours(), at("2026-04-18T19:00:00Z")), Verdict::Later(at("2026-04-19T06:00:00Z")));
    }

    #[test]
    fn a_day_closed_by_the_mayor_is_no_day_of_rest_and_a_holiday_that_she_lists_stays_one() {
        let closed = hours().closed_on(&["2026-04-14", "2026-05-01"].map(|day| day.parse().unwrap()));
        assert_eq!(judge(&facts(Kind::Offer), &closed, at("2026-04-14T10:00:00Z")), Verdict::Send);
        assert!(matches!(judge(&facts(Kind::Offer), &closed, at("2026-05-01T10:00:00Z")), Verdict::Later(_)));
    }

    #[test]
    fn stop_wins_over_everything_but_its_confirmation() {
        let now = at("2026-04-14T08:00:00Z");
        for kind in Kind::ALL {
            let facts = Facts { stopped: true, ..facts(kind) };
            let expected = match kind {
                Kind::StopConfirmed => Verdict::Send,
                _ => Verdict::Never(State::Cancelled, Reason::Stop),
            };
            assert_eq!(judge(&facts, &hours(), now), expected, "{kind:?}");
            let late = Facts { expires_at: now, ..facts };
            assert!(matches!(judge(&late, &hours(), now), Verdict::Never(..)));
        }
    }

    #[test]
    fn what_would_come_too_late_or_could_not_be_received_does_not_leave() {
        let (now, night) = (at("2026-04-14T08:00:00Z"), at("2026-04-14T20:00:00Z"));
        let usual = facts(Kind::Resident);
        let cases = [
            (Facts { expires_at: at("2026-04-15T06:00:00Z"), ..usual }, night, State::Expired, Reason::Late),
            (Facts { expires_at: now, ..usual }, now, State::Expired, Reason::Late),
            (Facts { receives: false, ..usual }, now, State::Held, Reason::NoText),
            (Facts { sends: false, ..usual }, now, State::Held, Reason::NoSender),
            (Facts { arrived: true, ..usual }, now, State::Cancelled, Reason::Arrived),
        ];
        for (facts, now, state, reason) in cases {
            assert_eq!(judge(&facts, &hours(), now), Verdict::Never(state, reason));
        }
        let later = Facts { not_before: at("2026-04-14T09:00:00Z"), ..facts(Kind::Answer) };
        assert_eq!(judge(&later, &hours(), now), Verdict::Later(later.not_before));
    }
}
