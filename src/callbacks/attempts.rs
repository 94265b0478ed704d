//! When somebody who was not reached is tried again, and when the trying ends (F-46). Pure.
//!
//! Three tries since she was last talked to, two hours apart at least, each in another half of a day, never at lunch, at
//! night nor in the evening: three half-days are two working days. After the last, an ordinary callback is closed. One
//! that is urgent, or of somebody who lives alone, is never closed by itself: a supervisor decides. Danger does not wait
//! for another half-day, but it waits for [`BREATH`].

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time, time};

use crate::lines::HalfDay;
use crate::lines::hours::Hours;

/// Tries without an answer after which the trying ends.
pub const TRIES: usize = 3;
/// Between two tries.
const APART: Duration = Duration::from_hours(2);
/// Nobody is phoned earlier, even by a line that is always open.
const MORNING: Time = time(8, 0, 0, 0);
/// Nobody is phoned at lunch.
const LUNCH: (Time, Time) = (time(12, 30, 0, 0), time(14, 0, 0, 0));
/// After a try in vain, « Suivante » leaves somebody in danger alone for so long: time to reach a telephone, to alert a
/// neighbour or to phone 15, and for agents to help whoever else is in danger meanwhile. By hand she is phoned at any time.
pub const BREATH: Duration = Duration::from_mins(10);
/// Levels that are never closed by themselves: P0 and P1.
const URGENT: u8 = 1;

/// A try to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// Whether she was talked to.
    pub reached: bool,
}

/// Whom nobody could reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreached {
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// Whether she lives alone.
    pub alone: bool,
    /// Whether the number is another person's: trying it again is no use.
    pub wrong_number: bool,
}

/// What follows a try without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Another try, not before that instant.
    Again(Timestamp),
    /// A supervisor decides: from that instant on « Suivante » gives it to supervisors. Danger is offered to everybody.
    Escalate(Timestamp),
    /// No other try.
    Close,
}

/// What follows the last of `tries`, which are in order and all without an answer from some point on.
pub fn after(tries: &[Try], whom: Unreached, hours: &Hours, now: Timestamp) -> After {
    let since = tries.iter().rposition(|one| one.reached).map_or(0, |reached| reached + 1);
    let in_vain: Vec<Timestamp> = tries[since..].iter().map(|one| one.at).collect();
    let again = if whom.priority == 0 { later(now, BREATH) } else { next_try(&in_vain, hours, now) };
    let over = in_vain.len() >= TRIES;
    if whom.wrong_number || (over && (whom.priority <= URGENT || whom.alone)) {
        After::Escalate(again)
    } else if over {
        After::Close
    } else {
        After::Again(again)
    }
}

/// When somebody is tried again who is tried in vain now, for the first time: what a voicemail may say.
pub fn after_this_one(priority: u8, hours: &Hours, now: Timestamp) -> Timestamp {
    if priority == 0 { later(now, BREATH) } else { next_try(&[now], hours, now) }
}

/// The first instant at which another try makes sense.
fn next_try(in_vain: &[Timestamp], hours: &Hours, now: Timestamp) -> Timestamp {
    let earliest = later(now, APART);
    let tried: Vec<_> = in_vain.iter().map(|at| half_day(*at, hours)).collect();
    let halves = hours.half_days(earliest).filter(|half| !tried.contains(&(half.day, half.half)));
    let mut opens = halves.filter_map(|half| {
        let start = earliest.max(half.opens);
        let (start, end) = match half.half {
            HalfDay::Morning => {
                (start.max(local(half.day, MORNING, hours)?), half.closes.min(local(half.day, LUNCH.0, hours)?))
            }
            HalfDay::Afternoon => (start.max(local(half.day, LUNCH.1, hours)?), half.closes),
        };
        hours.next_opening(start).filter(|open| *open < end)
    });
    opens.next().unwrap_or(earliest)
}

fn half_day(at: Timestamp, hours: &Hours) -> (Date, HalfDay) {
    let there = at.to_zoned(hours.zone().clone());
    (there.date(), if there.hour() < 13 { HalfDay::Morning } else { HalfDay::Afternoon })
}

fn local(day: Date, at: Time, hours: &Hours) -> Option<Timestamp> {
    hours.zone().to_timestamp(day.to_datetime(at)).ok()
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    const ORDINARY: Unreached = Unreached { priority: 2, alone: false, wrong_number: false };

    fn hours(written: &str) -> Hours {
        Hours::parse(written, TimeZone::get("Europe/Paris").unwrap()).unwrap()
    }

    fn office() -> Hours {
        hours("Mo-Fr 08:30-17:00; PH off")
    }

    /// An instant of April 2026 in Paris, where summer time is two hours ahead.
    fn at(day: u8, clock: &str) -> Timestamp {
        format!("2026-04-{day:02}T{clock}:00+02:00").parse().unwrap()
    }

    fn in_vain(at: &[Timestamp]) -> Vec<Try> {
        at.iter().map(|at| Try { at: *at, reached: false }).collect()
    }

    fn next(tries: &[Timestamp], whom: Unreached) -> After {
        after(&in_vain(tries), whom, &office(), *tries.last().unwrap())
    }

    #[test]
    fn the_next_try_is_in_another_half_day_and_two_hours_later_at_least() {
        assert_eq!(next(&[at(14, "09:00")], ORDINARY), After::Again(at(14, "14:00")));
        assert_eq!(next(&[at(14, "12:20")], ORDINARY), After::Again(at(14, "14:20")));
        assert_eq!(next(&[at(14, "14:30")], ORDINARY), After::Again(at(15, "08:30")));
        assert_eq!(next(&[at(14, "09:00"), at(14, "14:00")], ORDINARY), After::Again(at(15, "08:30")));
    }

    #[test]
    fn nobody_is_tried_on_a_day_off() {
        assert_eq!(next(&[at(17, "16:30")], ORDINARY), After::Again(at(20, "08:30")), "a weekend");
        assert_eq!(next(&[at(30, "15:00")], ORDINARY), After::Again("2026-05-04T08:30:00+02:00".parse().unwrap()));
    }

    #[test]
    fn nobody_is_tried_at_lunch_nor_at_night() {
        let always = hours("24/7");
        let next = |tried| after(&in_vain(&[tried]), ORDINARY, &always, tried);
        assert_eq!(next(at(14, "07:00")), After::Again(at(14, "14:00")));
        assert_eq!(next(at(14, "17:30")), After::Again(at(15, "08:00")));
    }

    #[test]
    fn the_third_try_in_vain_ends_it_unless_she_is_in_need_of_a_decision() {
        let three = [at(14, "09:00"), at(14, "15:00"), at(15, "09:00")];
        assert_eq!(next(&three, ORDINARY), After::Close);
        let decided = After::Escalate(at(15, "14:00"));
        assert_eq!(next(&three, Unreached { priority: 1, ..ORDINARY }), decided);
        assert_eq!(next(&three, Unreached { alone: true, ..ORDINARY }), decided);
        assert_eq!(next(&three[..1], Unreached { alone: true, ..ORDINARY }), After::Again(at(14, "14:00")));
    }

    #[test]
    fn a_wrong_number_does_not_wait_for_a_third_try() {
        let decided = After::Escalate(at(14, "14:00"));
        assert_eq!(next(&[at(14, "09:00")], Unreached { wrong_number: true, ..ORDINARY }), decided);
    }

    #[test]
    fn somebody_in_danger_is_tried_again_after_ten_minutes_even_at_lunch_and_never_closed() {
        let danger = Unreached { priority: 0, ..ORDINARY };
        assert_eq!(next(&[at(14, "12:25")], danger), After::Again(at(14, "12:35")));
        let three = [at(14, "22:00"), at(14, "22:10"), at(14, "22:20")];
        assert_eq!(next(&three, danger), After::Escalate(at(14, "22:30")));
        assert_eq!(next(&three[..1], Unreached { wrong_number: true, ..danger }), After::Escalate(at(14, "22:10")));
    }

    #[test]
    fn tries_are_counted_again_once_she_was_talked_to() {
        let mut tries = in_vain(&[at(13, "09:00"), at(13, "15:00"), at(14, "09:00"), at(14, "15:00")]);
        tries[1].reached = true;
        assert_eq!(after(&tries, ORDINARY, &office(), at(14, "15:00")), After::Again(at(15, "08:30")));
    }

    proptest! {
        #[test]
        fn every_next_try_is_open_apart_from_the_others_and_not_at_lunch(
            second in 1_767_225_600_i64..1_800_000_000, written in prop::sample::select(vec![
                "24/7", "Mo-Fr 08:30-17:00; PH off", "Mo-Sa 09:00-12:00,14:00-18:00", "Tu 12:00-14:30",
            ]),
        ) {
            let hours = hours(written);
            let now = Timestamp::from_second(second).unwrap();
            let After::Again(first) = after(&in_vain(&[now]), ORDINARY, &hours, now) else { panic!("one try") };
            let both = in_vain(&[now, first]);
            let After::Again(second) = after(&both, ORDINARY, &hours, first) else { panic!("two tries") };
            let halves: Vec<_> = [now, first, second].iter().map(|at| half_day(*at, &hours)).collect();
            prop_assert!(halves[0] != halves[1] && halves[1] != halves[2] && halves[0] != halves[2]);
            prop_assert!(halves[2].0 > halves[0].0, "over two days");
            for (before, at) in [(now, first), (first, second)] {
                prop_assert!(at >= later(before, APART) && hours.is_open(at));
                let clock = at.to_zoned(hours.zone().clone()).time();
                prop_assert!(!(LUNCH.0..LUNCH.1).contains(&clock) && (MORNING..time(19, 0, 0, 0)).contains(&clock));
            }
        }
    }
}
