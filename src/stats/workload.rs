//! When the work comes: half-hours of each day of the week, and the people that they ask for (F-52). Pure.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::erlang::Load;
use crate::clock::from_millis;

/// Half an hour, in milliseconds: counts are kept by half-hours from the epoch, which fit every time zone of France.
pub const HALF_HOUR: i64 = 1_800_000;
/// Half-hours of a day.
const SLOTS: usize = 48;
/// Weeks over which the profile is averaged.
pub const WEEKS: u32 = 4;

/// What is asked of a day: who is answered how soon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Seconds within which somebody is answered.
    pub seconds: f64,
    /// The share of callers for whom that is kept, 0 to 1.
    pub share: f64,
    /// Seconds that one person takes.
    pub seconds_each: f64,
    /// « Et si le numéro passe au journal du soir ? »: how many times more people call.
    pub times: f64,
}

impl Default for Wanted {
    /// Two minutes, for four callers in five, at eight minutes each (F-81).
    fn default() -> Self {
        Self { seconds: 120.0, share: 0.8, seconds_each: 480.0, times: 1.0 }
    }
}

/// How many come in each half-hour of a week, on average.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// From Monday; in each, from midnight.
    slots: Vec<[f64; SLOTS]>,
}

impl Profile {
    /// The average over the last weeks; `counts` are half-hours from the epoch and how many came in each.
    pub fn of(counts: &[(i64, i64)], zone: &TimeZone, weeks: u32) -> Self {
        let mut slots = vec![[0.0; SLOTS]; 7];
        for (half_hour, count) in counts {
            let (day, slot) = place(*half_hour, zone);
            slots[day][slot] += as_real(*count) / f64::from(weeks.max(1));
        }
        Self { slots }
    }

    /// How many come in that half-hour of that day, counted from midnight.
    pub fn at(&self, day: Weekday, slot: usize) -> f64 {
        let day = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
        self.slots.get(day).and_then(|slots| slots.get(slot)).copied().unwrap_or_default()
    }

    /// The people whom that half-hour asks for.
    pub fn people(&self, day: Weekday, slot: usize, wanted: &Wanted) -> u32 {
        let calls_an_hour = self.at(day, slot) * 2.0 * wanted.times;
        Load { calls_an_hour, seconds_each: wanted.seconds_each }.people_for(wanted.share, wanted.seconds)
    }

    /// The half-hours in which anybody ever came, whatever the day: what a table need not leave out.
    pub fn busy(&self) -> Vec<usize> {
        (0..SLOTS).filter(|slot| self.slots.iter().any(|day| day[*slot] > 0.0)).collect()
    }
}

/// The day, from Monday, and the half-hour of it in which a half-hour from the epoch begins.
fn place(half_hour: i64, zone: &TimeZone) -> (usize, usize) {
    let local = from_millis(half_hour * HALF_HOUR).to_zoned(zone.clone());
    let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
    let minutes = usize::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
    (day.min(6), (minutes / 30).min(SLOTS - 1))
}

/// As a clock shows it: `08:30`.
pub fn clock(slot: usize) -> String {
    format!("{:02}:{:02}", slot / 2, slot % 2 * 30)
}

/// The first instant of the weeks over which the profile at `now` is averaged.
pub fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(std::time::Duration::from_hours(u64::from(WEEKS) * 7 * 24)).unwrap_or(Timestamp::MIN)
}

fn as_real(count: i64) -> f64 {
    i32::try_from(count).map_or(f64::from(i32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_hour(instant: &str) -> i64 {
        instant.parse::<Timestamp>().unwrap().as_millisecond() / HALF_HOUR
    }

    #[test]
    fn four_weeks_make_one_average_week_in_the_time_of_the_town() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        // Four Tuesdays at ten in Paris, the clock changing in between.
        let counts: Vec<_> =
            ["2026-03-17T09:00:00Z", "2026-03-24T09:00:00Z", "2026-03-31T08:00:00Z", "2026-04-07T08:00:00Z"]
                .map(half_hour)
                .into_iter()
                .zip([2, 4, 6, 8])
                .collect();
        let profile = Profile::of(&counts, &paris, WEEKS);
        assert!((profile.at(Weekday::Tuesday, 20) - 5.0).abs() < 1e-9);
        assert_eq!((profile.busy(), clock(20).as_str()), (vec![20], "10:00"));
        assert!(profile.at(Weekday::Wednesday, 20).abs() < 1e-9);
    }

    #[test]
    fn a_number_told_on_the_evening_news_asks_for_more_people() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let profile = Profile::of(&[(half_hour("2026-04-14T08:00:00Z"), 40)], &paris, WEEKS);
        let people = |times| profile.people(Weekday::Tuesday, 20, &Wanted { times, ..Wanted::default() });
        assert!(people(3.0) > people(1.0) && people(1.0) > 0);
        assert_eq!(profile.people(Weekday::Monday, 20, &Wanted::default()), 0);
    }
}
