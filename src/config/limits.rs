//! `[limits]`: what the line may spend and send in a day.

use crate::config::reader::Section;
use crate::limits::{EURO, Limits};

/// The largest count that reads: beyond, it is no limit.
const LARGEST: i64 = 1_000_000;
/// The dearest price that reads, in euros.
const DEAREST: f64 = 10.0;

pub(super) fn read(section: &mut Section<'_>) -> Limits {
    let ours = Limits::default();
    let mut count = |key: &str, from: i64| section.whole(key, from, LARGEST);
    let (per_number, texts) = (count("texts_per_number", 1), count("texts_per_day", 0));
    let (calls, euros) = (count("calls_per_day", 0), count("euros_per_day", 0));
    let mut price = |key: &str| section.real(key, 0.0, DEAREST).map(ten_thousandths);
    let (segment, minute) = (price("price_segment"), price("price_minute"));
    Limits {
        texts_per_number: per_number.unwrap_or(ours.texts_per_number),
        texts_per_day: texts.unwrap_or(ours.texts_per_day),
        calls_per_day: calls.unwrap_or(ours.calls_per_day),
        spending_per_day: euros.map_or(ours.spending_per_day, |euros| euros * EURO),
        segment: segment.unwrap_or(ours.segment),
        minute: minute.unwrap_or(ours.minute),
    }
}

/// The settings in force, as the file writes them.
pub(super) fn lines_of(limits: &Limits) -> Vec<String> {
    vec![
        format!("limits.texts_per_number = {}", limits.texts_per_number),
        format!("limits.texts_per_day = {}", limits.texts_per_day),
        format!("limits.calls_per_day = {}", limits.calls_per_day),
        format!("limits.euros_per_day = {}", limits.spending_per_day / EURO),
        format!("limits.price_segment = {}", euros(limits.segment)),
        format!("limits.price_minute = {}", euros(limits.minute)),
    ]
}

#[expect(clippy::cast_possible_truncation, reason = "a price is at most ten euros")]
fn ten_thousandths(euros: f64) -> i64 {
    (euros * 10_000.0).round() as i64
}

fn euros(price: i64) -> String {
    let written = format!("{}.{:04}", price / EURO, price % EURO);
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}
