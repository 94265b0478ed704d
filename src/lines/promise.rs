//! What delay a caller may be told (F-04): computed from real callbacks, never from hope. Pure.
//!
//! The rule. The delay of a finished callback is the time it waited *while the line was open*
//! ([`Hours::open_time`]): a night is nobody's fault, and a call of Friday evening must not spoil Monday's promise. The
//! 80th percentile of those delays (the setting `promise.default` while there are fewer than twenty) is counted in open
//! time from now, and the promise is the end of the open half-day in which that instant falls. So it is never before now
//! plus that percentile, never at an hour when nobody is there, and never earlier because the queue became slower.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::lines::half_day::HalfDay;
use crate::lines::hours::Hours;

/// Fewer finished callbacks than this say nothing: the setting speaks instead.
pub const ENOUGH_CALLBACKS: usize = 20;

/// By when somebody calls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// The end of the half-day: a callback not done by then broke the promise.
    pub until: Timestamp,
    /// The local day that is said.
    pub day: Date,
    /// The half of it that is said.
    pub half: HalfDay,
}

/// The delay that four callbacks in five keep: the smallest that at least 80 % of `delays` do not exceed. None of none.
pub fn percentile_80(delays: &[Duration]) -> Option<Duration> {
    let mut sorted = delays.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * 4).div_ceil(5);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The delay to count on: measured when `finished` (open time waited, callbacks of the last 14 days) is long enough.
pub fn expected_delay(finished: &[Duration], default: Duration) -> Duration {
    let measured = percentile_80(finished).filter(|_| finished.len() >= ENOUGH_CALLBACKS);
    measured.unwrap_or(default)
}

/// The promise made at `now` for a delay counted in open time; none when the line does not open that long within a year:
/// then nothing may be promised.
pub fn promise(now: Timestamp, delay: Duration, hours: &Hours) -> Option<Promise> {
    let expected = hours.after_open_time(now, delay)?;
    let half = hours.half_days(now).find(|half| half.closes >= expected)?;
    Some(Promise { until: half.closes, day: half.day, half: half.half })
}

/// The promise that was made to keep until that instant.
pub fn promise_of(until: Timestamp, hours: &Hours) -> Option<Promise> {
    let before = until.checked_sub(Duration::from_secs(1)).ok()?;
    let half = hours.half_days(before).find(|half| half.closes >= until)?;
    Some(Promise { until, day: half.day, half: half.half })
}

/// The same for a caller who can be reached in one half of the day only, where the line opens in that half.
pub fn promise_in(now: Timestamp, delay: Duration, hours: &Hours, wanted: HalfDay) -> Option<Promise> {
    let expected = hours.after_open_time(now, delay)?;
    let mut later = hours.half_days(now).filter(|half| half.closes >= expected);
    let half = later.find(|half| half.half == wanted);
    half.map_or_else(
        || promise(now, delay, hours),
        |half| Some(Promise { until: half.closes, day: half.day, half: half.half }),
    )
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    const OFFICE: &str = "Mo-Fr 08:30-17:00; PH off";

    fn hours(written: &str) -> Hours {
        Hours::parse(written, TimeZone::get("Europe/Paris").unwrap()).unwrap()
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(count * 60)
    }

    fn told(now: &str, delay: Duration) -> String {
        let promise = promise(now.parse().unwrap(), delay, &hours(OFFICE)).unwrap();
        format!("{} {:?}", promise.day, promise.half)
    }

    #[test]
    fn four_callbacks_in_five_keep_the_delay() {
        let delays: Vec<_> = (1..=20).rev().map(minutes).collect();
        assert_eq!(percentile_80(&delays), Some(minutes(16)));
        assert_eq!(percentile_80(&[minutes(3)]), Some(minutes(3)));
        assert_eq!(percentile_80(&[]), None);
    }

    #[test]
    fn fewer_than_twenty_callbacks_leave_the_setting_in_force() {
        assert_eq!(expected_delay(&[minutes(1); 19], minutes(240)), minutes(240));
        assert_eq!(expected_delay(&[minutes(1); 20], minutes(240)), minutes(1));
        assert_eq!(expected_delay(&[], minutes(240)), minutes(240));
    }

    #[test]
    fn a_promise_is_rounded_up_to_the_half_day() {
        assert_eq!(told("2026-04-14T07:00:00Z", minutes(60)), "2026-04-14 Morning");
        assert_eq!(told("2026-04-14T07:00:00Z", minutes(300)), "2026-04-14 Afternoon");
        assert_eq!(told("2026-04-14T14:50:00Z", minutes(20)), "2026-04-15 Morning");
    }

    #[test]
    fn a_call_outside_hours_counts_from_the_next_opening() {
        assert_eq!(told("2026-04-17T20:00:00Z", minutes(60)), "2026-04-20 Morning");
        assert_eq!(told("2026-04-17T20:00:00Z", minutes(360)), "2026-04-20 Afternoon");
        assert_eq!(told("2026-07-13T14:30:00Z", minutes(60)), "2026-07-15 Morning", "the 14th of July is closed");
    }

    #[test]
    fn whoever_is_at_home_in_the_morning_only_is_promised_a_morning() {
        let told = |written: &str, wanted| {
            let promise = promise_in("2026-04-14T08:00:00Z".parse().unwrap(), minutes(240), &hours(written), wanted);
            format!("{} {:?}", promise.unwrap().day, promise.unwrap().half)
        };
        assert_eq!(told(OFFICE, HalfDay::Morning), "2026-04-15 Morning");
        assert_eq!(told(OFFICE, HalfDay::Afternoon), "2026-04-14 Afternoon");
        assert_eq!(told("Mo-Fr 14:00-18:00", HalfDay::Morning), "2026-04-14 Afternoon", "it is never open then");
    }

    #[test]
    fn a_line_that_never_opens_promises_nothing() {
        assert_eq!(promise("2026-04-14T07:00:00Z".parse().unwrap(), minutes(1), &hours("off")), None);
    }

    fn any_hours() -> impl Strategy<Value = Hours> {
        let written = ["24/7", OFFICE, "Mo-Sa 09:00-12:00,14:00-18:00", "Mo-Su 22:00-06:00", "Tu 10:00-10:05; PH off"];
        prop::sample::select(written.to_vec()).prop_map(hours)
    }

    /// Instants over two years, both clock changes included.
    fn any_now() -> impl Strategy<Value = Timestamp> {
        (1_767_225_600_i64..1_830_297_600).prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    proptest! {
        #[test]
        fn a_promise_is_never_before_the_delay_and_always_in_opening_hours(
            hours in any_hours(), now in any_now(), delay in 0_u64..3_000,
        ) {
            let Some(promise) = promise(now, minutes(delay), &hours) else { return Ok(()) };
            prop_assert!(promise.until >= now.checked_add(minutes(delay)).unwrap());
            prop_assert!(promise.until > now);
            prop_assert!(hours.is_open(promise.until.checked_sub(Duration::from_millis(1)).unwrap()));
        }

        #[test]
        fn a_later_call_or_a_slower_queue_never_gets_an_earlier_promise(
            hours in any_hours(), now in any_now(), later in 0_u64..20_000, delay in 0_u64..600, slower in 0_u64..600,
        ) {
            let first = promise(now, minutes(delay), &hours).map(|promise| promise.until);
            let after = promise(now.checked_add(minutes(later)).unwrap(), minutes(delay), &hours);
            let slow = promise(now, minutes(delay + slower), &hours);
            for other in [after, slow] {
                prop_assert!(first.is_none() || other.is_none() || other.map(|promise| promise.until) >= first);
            }
        }

        #[test]
        fn the_open_time_of_a_wait_is_the_delay_that_leads_back_to_its_end(
            hours in any_hours(), now in any_now(), delay in 1_u64..3_000,
        ) {
            let Some(end) = hours.after_open_time(now, minutes(delay)) else { return Ok(()) };
            prop_assert_eq!(hours.open_time(now, end), minutes(delay));
        }
    }
}
