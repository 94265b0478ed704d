//! A town's settings, from the file to the promise a caller hears.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::config::Config;
use ligne_solidaire::lines::promise::{expected_delay, promise};
use ligne_solidaire::lines::{Line, Lines};
use uuid::Uuid;

const TOWN: &str = r#"
    [promise]
    default = "2h"
    [[line]]
    number = "01 99 00 12 34"
    also = ["04 65 71 12 34"]
    town = "Ville-sur-Mer"
    hours = "Mo-Fr 08:30-12:00,13:30-17:00; PH off"
    closed_days = [2026-05-15]
"#;

fn lines() -> Lines {
    let config = Config::from_text(TOWN, "ligne.toml", &BTreeMap::new()).unwrap();
    let lines = config.lines.into_iter().enumerate().map(|(index, line)| Line {
        id: Uuid::from_u128(index as u128),
        number: line.number,
        settings: Arc::new(line.settings),
    });
    Lines::new(lines.collect())
}

fn instant(utc: &str) -> Timestamp {
    utc.parse().unwrap()
}

#[test]
fn a_call_the_evening_before_a_long_weekend_is_promised_for_the_monday_after() {
    let lines = lines();
    let settings = &lines.find("sip:+33465711234@operateur.example").unwrap().settings;
    let delay = expected_delay(&[], settings.promise_default);
    // Wednesday 13 May 2026, 19:00 in Paris; Ascension is the 14th, the mayor closes the 15th.
    let told = promise(instant("2026-05-13T17:00:00Z"), delay, &settings.hours).unwrap();
    assert_eq!(told.day.to_string(), "2026-05-18");
    assert_eq!(told.until, instant("2026-05-18T10:00:00Z"));
}

#[test]
fn measured_callbacks_take_the_place_of_the_setting() {
    let lines = lines();
    let settings = &lines.find("0199001234").unwrap().settings;
    let opened = instant("2026-05-12T15:00:00Z");
    // Twenty callbacks asked for just before closing and made just after the next opening: half an hour of real waiting.
    let waited =
        settings.hours.open_time(opened.checked_sub(Duration::from_mins(20)).unwrap(), instant("2026-05-13T06:40:00Z"));
    assert_eq!(waited, Duration::from_mins(30));
    let delay = expected_delay(&[waited; 20], settings.promise_default);
    let told = promise(instant("2026-05-13T07:00:00Z"), delay, &settings.hours).unwrap();
    assert_eq!(told.until, instant("2026-05-13T10:00:00Z"), "this morning");
}
