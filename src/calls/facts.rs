//! What the service knows at the instant of a turn, as values that the dialog tests and says. Pure.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use crate::dialog::{Value, Values};
use crate::lines::LineSettings;
use crate::lines::half_day::HalfDay;
use crate::lines::promise::Promise;
use crate::phone::{CallerId, PhoneNumber};

/// What is known before the call itself is.
pub fn facts(settings: &LineSettings, caller: &CallerId, now: Timestamp) -> Values {
    let hours = &settings.hours;
    let number = caller.number();
    let mut facts = Values::new();
    let mut put = |name: &str, value: Value| drop(facts.insert(name.to_owned(), value));
    put("ville", settings.town.clone().into());
    put("ouvert", yes_no(hours.is_open(now)));
    put("ferie", yes_no(hours.day_off(now).is_some()));
    put("affluence", yes_no(settings.crowded));
    put("masque", yes_no(number.is_none()));
    put("rappelable", yes_no(number.is_some_and(PhoneNumber::is_dialable)));
    put("numero", number.map(PhoneNumber::national).unwrap_or_default().into());
    put("jours", i64::from(settings.recordings_kept_days).into());
    put("prefixe", prefix(settings).into());
    facts.extend(opening(settings, now));
    facts.extend(weekly(settings, now));
    facts
}

/// Which of two turns this is: words that are heard again and again change every other time.
pub fn turn(turn: i64) -> (String, Value) {
    ("tour".to_owned(), (turn % 2).into())
}

/// The values of a promise; a line that never opens promises « bientôt » through its opening hours.
pub fn promised(promise: Option<&Promise>, settings: &LineSettings, now: Timestamp) -> Values {
    let today = settings.hours.local_day(now);
    let (day, half) = promise.map_or((today, HalfDay::Afternoon), |promise| (promise.day, promise.half));
    let half = match half {
        HalfDay::Morning => "matin",
        HalfDay::Afternoon => "apres_midi",
    };
    Values::from([
        ("promesse_jour".to_owned(), spoken_day(today, day).into()),
        ("promesse_moment".to_owned(), half.into()),
    ])
}

fn opening(settings: &LineSettings, now: Timestamp) -> Values {
    let zone = settings.hours.zone();
    let next = settings.hours.next_opening(now).map(|next| next.to_zoned(zone.clone()));
    let day = next.as_ref().map_or("inconnu", |next| spoken_day(settings.hours.local_day(now), next.date()));
    let (hour, minute) = next.map_or((0, 0), |next| (next.hour(), next.minute()));
    Values::from([
        ("ouverture_jour".to_owned(), day.into()),
        ("ouverture_heure".to_owned(), i64::from(hour).into()),
        ("ouverture_minute".to_owned(), i64::from(minute).into()),
    ])
}

/// « du lundi au vendredi, de 8 heures 30 à 17 heures », where the week is as simple as that.
fn weekly(settings: &LineSettings, now: Timestamp) -> Values {
    let mut values = Values::from([("horaires_de".to_owned(), Value::from("inconnu"))]);
    let days = settings.hours.describe(now);
    let [days] = days.as_slice() else { return values };
    let [range] = days.spans.as_slice() else { return values };
    if days.first == days.last {
        return values;
    }
    values.insert("horaires_de".to_owned(), weekday(days.first).into());
    values.insert("horaires_a".to_owned(), weekday(days.last).into());
    for (name, time) in [("1", range.from), ("2", range.until)] {
        values.insert(format!("horaires_h{name}"), i64::from(time.hour()).into());
        values.insert(format!("horaires_m{name}"), i64::from(time.minute()).into());
    }
    values
}

/// The four first digits of the number that will call: « le numéro affiché commencera par… » (F-20 of the residents).
fn prefix(settings: &LineSettings) -> String {
    let shown = settings.callers.human_callback.as_ref().map(PhoneNumber::national);
    shown.and_then(|number| number.get(..4).map(str::to_owned)).unwrap_or_else(|| "inconnu".to_owned())
}

/// « aujourd'hui », « demain », or the day of the week, by the code that phrases select on.
fn spoken_day(today: Date, day: Date) -> &'static str {
    match (day - today).get_days() {
        0 => "aujourdhui",
        1 => "demain",
        _ => weekday(day.weekday()),
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "lundi",
        Weekday::Tuesday => "mardi",
        Weekday::Wednesday => "mercredi",
        Weekday::Thursday => "jeudi",
        Weekday::Friday => "vendredi",
        Weekday::Saturday => "samedi",
        Weekday::Sunday => "dimanche",
    }
}

fn yes_no(is: bool) -> Value {
    Value::from(if is { "oui" } else { "non" })
}
