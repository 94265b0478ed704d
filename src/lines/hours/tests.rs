use super::*;

const OFFICE: &str = "Mo-Fr 08:30-17:00; PH off";

/// Public holidays whose date moves, worked out by hand: Easter Sunday falls on 5 April 2026, 28 March 2027,
/// 16 April 2028, 1 April 2029, 21 April 2030 and 13 April 2031; then Monday, Ascension (+39) and Whit Monday (+50).
const MOVING: [&str; 18] = [
    "2026-04-06",
    "2026-05-14",
    "2026-05-25",
    "2027-03-29",
    "2027-05-06",
    "2027-05-17",
    "2028-04-17",
    "2028-05-25",
    "2028-06-05",
    "2029-04-02",
    "2029-05-10",
    "2029-05-21",
    "2030-04-22",
    "2030-05-30",
    "2030-06-10",
    "2031-04-14",
    "2031-05-22",
    "2031-06-02",
];

/// The eight holidays that do not move.
const FIXED: [&str; 8] = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"];

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn hours(written: &str) -> Hours {
    Hours::parse(written, paris()).unwrap()
}

fn at(local: &str) -> Timestamp {
    paris().to_timestamp(local.parse().unwrap()).unwrap()
}

fn instant(utc: &str) -> Timestamp {
    utc.parse().unwrap()
}

#[test]
fn every_public_holiday_of_six_years_and_no_other_day_is_a_holiday() {
    let (line, always) = (hours("Mo-Su 08:30-17:00; PH off"), hours("Mo-Su 08:30-17:00"));
    let mut expected: Vec<Date> = MOVING.iter().map(|day| day.parse().unwrap()).collect();
    expected.extend((2026..=2031).flat_map(|year| FIXED.map(|day| format!("{year}-{day}").parse::<Date>().unwrap())));
    expected.sort_unstable();
    let days = date(2026, 1, 1).series(Span::new().days(1)).take_while(|day| day.year() <= 2031);
    let mut found = Vec::new();
    for day in days {
        let noon = paris().to_timestamp(day.at(12, 0, 0, 0)).unwrap();
        assert!(always.is_open(noon));
        assert_eq!(line.is_holiday(noon), !line.is_open(noon), "{day}");
        found.extend(line.is_holiday(noon).then_some(day));
    }
    assert_eq!(found, expected);
}

#[test]
fn agents_are_there_from_the_first_minute_to_the_last() {
    let line = hours(OFFICE);
    assert!(!line.is_open(at("2026-04-14T08:29:59.999")));
    assert!(line.is_open(at("2026-04-14T08:30:00")));
    assert!(line.is_open(at("2026-04-14T16:59:59.999")));
    assert!(!line.is_open(at("2026-04-14T17:00:00")));
    assert!(!line.is_open(at("2026-04-18T10:00:00")), "a Saturday");
    assert_eq!(line.closes_at(at("2026-04-14T10:00:00")), Some(at("2026-04-14T17:00:00")));
    assert_eq!(line.closes_at(at("2026-04-14T18:00:00")), None);
}

#[test]
fn the_next_opening_skips_the_weekend_the_holiday_and_the_days_closed_by_order() {
    let line = hours(OFFICE);
    assert_eq!(line.next_opening(at("2026-04-14T10:00:00")), Some(at("2026-04-14T10:00:00")));
    assert_eq!(line.next_opening(at("2026-04-17T17:00:00")), Some(at("2026-04-20T08:30:00")));
    assert_eq!(line.next_opening(at("2026-07-13T18:00:00")), Some(at("2026-07-15T08:30:00")));
    let bridge = line.closed_on(&[date(2026, 7, 15)]);
    assert_eq!(bridge.next_opening(at("2026-07-13T18:00:00")), Some(at("2026-07-16T08:30:00")));
    assert_eq!(bridge.day_off(at("2026-07-14T10:00:00")), Some(DayOff::PublicHoliday));
    assert_eq!(bridge.day_off(at("2026-07-15T10:00:00")), Some(DayOff::ByOrder));
    assert_eq!(bridge.day_off(at("2026-07-16T10:00:00")), None);
    assert_eq!(hours("off").next_opening(at("2026-07-13T18:00:00")), None);
}

#[test]
fn a_day_closed_by_order_is_closed_from_midnight_to_midnight_even_for_a_night_shift() {
    let line = hours("Mo-Su 22:00-06:00").closed_on(&[date(2026, 4, 15)]);
    assert!(line.is_open(at("2026-04-14T23:59:59")));
    assert!(!line.is_open(at("2026-04-15T00:00:00")));
    assert!(!line.is_open(at("2026-04-15T23:00:00")));
    assert!(line.is_open(at("2026-04-16T00:00:00")));
}

#[test]
fn a_night_shift_is_one_opening_over_midnight() {
    let line = hours("Mo-Su 22:00-06:00");
    assert!(!line.is_open(at("2026-04-14T21:59:59")));
    assert!(line.is_open(at("2026-04-14T22:00:00")));
    assert!(line.is_open(at("2026-04-15T00:00:00")));
    assert!(line.is_open(at("2026-04-15T05:59:59")));
    assert!(!line.is_open(at("2026-04-15T06:00:00")));
    assert_eq!(line.closes_at(at("2026-04-14T23:00:00")), Some(at("2026-04-15T06:00:00")));
    assert_eq!(line.next_opening(at("2026-04-15T06:00:00")), Some(at("2026-04-15T22:00:00")));
}

#[test]
fn the_october_night_lasts_nine_hours_and_opens_once() {
    let line = hours("Mo-Su 22:00-06:00");
    let (start, end) = (instant("2026-10-24T20:00:00Z"), instant("2026-10-25T05:00:00Z"));
    assert_eq!(line.closes_at(start), Some(end));
    assert_eq!(line.open_time(start, end), Duration::from_hours(9));
    for minute in 0..9 * 60 {
        assert!(line.is_open(start.checked_add(Duration::from_mins(minute)).unwrap()));
    }
    assert!(!line.is_open(end));
}

#[test]
fn an_opening_in_the_repeated_hour_happens_the_first_time_only() {
    let line = hours("Su 02:15-02:45");
    assert!(line.is_open(instant("2026-10-25T00:30:00Z")));
    assert!(!line.is_open(instant("2026-10-25T01:30:00Z")), "the second half past two");
    assert_eq!(line.next_opening(instant("2026-10-25T01:30:00Z")), Some(at("2026-11-01T02:15:00")));
}

#[test]
fn the_march_night_lasts_seven_hours() {
    let line = hours("Mo-Su 22:00-06:00");
    let (start, end) = (instant("2027-03-27T21:00:00Z"), instant("2027-03-28T04:00:00Z"));
    assert_eq!(line.closes_at(start), Some(end));
    assert_eq!(line.open_time(start, end), Duration::from_hours(7));
}

#[test]
fn an_opening_held_by_the_skipped_hour_does_not_happen_and_one_that_begins_in_it_begins_late() {
    assert_eq!(hours("Su 02:00-03:00").next_opening(at("2027-03-27T12:00:00")), Some(at("2027-04-04T02:00:00")));
    let line = hours("Su 02:30-06:00");
    assert_eq!(line.next_opening(at("2027-03-27T12:00:00")), Some(instant("2027-03-28T01:30:00Z")));
    assert!(!line.is_open(instant("2027-03-28T01:10:00Z")));
    assert!(line.is_open(instant("2027-03-28T01:30:00Z")));
}

#[test]
fn a_line_far_away_keeps_its_own_clock() {
    let line = Hours::parse(OFFICE, TimeZone::get("Indian/Reunion").unwrap()).unwrap();
    assert!(line.is_open(instant("2026-04-14T04:30:00Z")));
    assert!(!line.is_open(instant("2026-04-14T13:00:00Z")));
}

#[test]
fn hours_that_do_not_read_are_refused_with_an_example() {
    let refused = Hours::parse("du lundi au vendredi matin", paris()).unwrap_err().to_string();
    assert!(refused.contains("du lundi au vendredi matin") && refused.contains("Mo-Fr 08:30-12:00"), "{refused}");
    for written in ["", "lundi 30h-40h-50h", "Mo-Fr 25:00-26:00-27:00", "((((", "é"] {
        assert!(Hours::parse(written, paris()).is_err(), "{written}");
    }
}

#[test]
fn a_line_round_the_clock_is_always_open() {
    let line = hours("24/7");
    assert!(line.is_open(at("2026-12-25T03:00:00")));
    assert!(line.closes_at(at("2026-12-25T03:00:00")) > Some(at("2027-12-25T03:00:00")));
}
