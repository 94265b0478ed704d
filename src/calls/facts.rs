//! What the service knows at the instant of a turn, as values that the dialog tests and says. Pure.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use crate::dialog::{Value, Values};
use crate::lang::{FRENCH_DAYS, FRENCH_MONTHS};
use crate::lines::LineSettings;
use crate::lines::half_day::HalfDay;
use crate::lines::promise::Promise;
use crate::phone::{CallerId, PhoneNumber};
use crate::requests::plan::Effect;

/// From so many days on, the week day alone names the wrong day.
const A_WEEK: i32 = 7;

/// What is known of a line, which changes on whole minutes only.
pub fn of_line(settings: &LineSettings, now: Timestamp) -> Values {
    let hours = &settings.hours;
    let mut facts = Values::new();
    let mut put = |name: &str, value: Value| drop(facts.insert(name.to_owned(), value));
    put("ville", settings.town.clone().into());
    put("ouvert", yes_no(hours.is_open(now)));
    put("ferie", yes_no(hours.is_holiday(now)));
    put("astreinte", yes_no(reachable_now(settings, now)));
    put("affluence", yes_no(settings.crowded));
    put("annonce", settings.closing_message.clone().into());
    put("jours", i64::from(settings.recordings_kept_days).into());
    put("prefixe", prefix(settings).into());
    facts.extend(opening(settings, now));
    facts.extend(weekly(settings, now));
    facts
}

/// The facts of a line and of who phones it.
pub fn with_caller(of_line: &Values, caller: &CallerId) -> Values {
    let number = caller.number();
    let mut facts = of_line.clone();
    let mut put = |name: &str, value: Value| drop(facts.insert(name.to_owned(), value));
    put("plan", "non".into());
    put("masque", yes_no(number.is_none()));
    put("rappelable", yes_no(number.is_some_and(PhoneNumber::is_dialable)));
    put("numero", number.map(PhoneNumber::national).unwrap_or_default().into());
    facts
}

/// Whether somebody can be reached at this moment for a danger: « très vite » is said of nobody else (F-04).
pub(super) fn reachable_now(settings: &LineSettings, now: Timestamp) -> bool {
    !settings.on_call.is_empty() || (!settings.desk.is_empty() && settings.hours.is_open(now))
}

/// Which of three turns this is: words that are heard again and again change.
pub fn turn(turn: i64) -> (String, Value) {
    ("tour".to_owned(), (turn % 3).into())
}

/// The values of a promise; a line that never opens promises no day: « dès que possible ».
pub fn promised(promise: Option<&Promise>, settings: &LineSettings, now: Timestamp) -> Values {
    let half = match promise.map(|promise| promise.half) {
        Some(HalfDay::Morning) => "matin",
        Some(HalfDay::Afternoon) | None => "apres_midi",
    };
    let mut values = day("promesse", settings.hours.local_day(now), promise.map(|promise| promise.day));
    values.insert("promesse_moment".to_owned(), half.into());
    values
}

/// What a plan of this caller changes in what is known (F-23): for whoever has a slot, the line opens at her slot.
pub fn of_plan(effect: Effect, settings: &LineSettings, now: Timestamp) -> Values {
    let plan = |word: &str| ("plan".to_owned(), Value::from(word));
    match effect {
        Effect::Free => Values::new(),
        Effect::Blocked => Values::from([plan("bloque")]),
        Effect::Outside { next } => {
            let mut values = opening_at(Some(next), settings, now);
            values.extend([plan("creneau")]);
            values
        }
    }
}

fn opening(settings: &LineSettings, now: Timestamp) -> Values {
    opening_at(settings.hours.next_opening(now), settings, now)
}

fn opening_at(next: Option<Timestamp>, settings: &LineSettings, now: Timestamp) -> Values {
    let zone = settings.hours.zone();
    let next = next.map(|next| next.to_zoned(zone.clone()));
    let mut values = day("ouverture", settings.hours.local_day(now), next.as_ref().map(jiff::Zoned::date));
    let (hour, minute) = next.map_or((0, 0), |next| (next.hour(), next.minute()));
    values.insert("ouverture_heure".to_owned(), i64::from(hour).into());
    values.insert("ouverture_minute".to_owned(), i64::from(minute).into());
    values
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

/// The values that say a day: `…_jour` by the code that phrases select on (« aujourdhui », « demain », the week day,
/// « inconnu »); `…_date` and `…_mois` where the week day alone would be taken for that of this week (F-16).
fn day(name: &str, today: Date, day: Option<Date>) -> Values {
    let ahead = day.map(|day| (day - today).get_days());
    let spoken = match (day, ahead) {
        (None, _) => "inconnu",
        (_, Some(0)) => "aujourdhui",
        (_, Some(1)) => "demain",
        (Some(day), _) => weekday(day.weekday()),
    };
    let far = day.filter(|_| ahead.is_some_and(|ahead| ahead >= A_WEEK));
    Values::from([
        (format!("{name}_jour"), spoken.into()),
        (format!("{name}_date"), far.map_or(0, |day| i64::from(day.day())).into()),
        (format!("{name}_mois"), far.map_or("", |day| month(day.month())).into()),
    ])
}

fn month(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| FRENCH_MONTHS.get(index)).copied().unwrap_or_default()
}

/// The code of a week day, by which phrases select.
fn weekday(day: Weekday) -> &'static str {
    let index = usize::try_from(day.to_monday_zero_offset()).ok();
    index.and_then(|index| FRENCH_DAYS.get(index)).copied().unwrap_or_default()
}

fn yes_no(is: bool) -> Value {
    Value::from(if is { "oui" } else { "non" })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::lines::hours::Hours;

    fn line(hours: &str) -> LineSettings {
        let hours = Hours::parse(hours, TimeZone::get("Europe/Paris").unwrap()).unwrap();
        LineSettings { hours, ..LineSettings::default() }
    }

    fn told(settings: &LineSettings, now: &str, name: &str) -> String {
        of_line(settings, now.parse().unwrap())[name].to_string()
    }

    #[test]
    fn a_day_more_than_a_week_ahead_is_said_with_its_date() {
        let today = "2026-04-07".parse().unwrap();
        let said = |ahead: &str| {
            let values = day("jour", today, ahead.parse().ok());
            ["jour_jour", "jour_date", "jour_mois"].map(|name| values[name].to_string()).join(" ")
        };
        assert_eq!(said("2026-04-07"), "aujourdhui 0 ");
        assert_eq!(said("2026-04-13"), "lundi 0 ");
        assert_eq!(said("2026-04-14"), "mardi 14 avril", "« mardi » alone would be today");
        assert_eq!(said("never"), "inconnu 0 ");
    }

    #[test]
    fn a_line_that_never_opens_promises_no_day() {
        let never = line("off");
        let now = "2026-04-14T08:00:00Z".parse().unwrap();
        assert_eq!(promised(None, &never, now)["promesse_jour"], Value::from("inconnu"));
        assert_eq!(told(&never, "2026-04-14T08:00:00Z", "ouverture_jour"), "inconnu");
    }

    #[test]
    fn only_a_public_holiday_is_called_one() {
        let mut line = line("Mo-Fr 08:30-17:00; PH off");
        line.hours = line.hours.closed_on(&["2026-05-15".parse().unwrap()]);
        assert_eq!(told(&line, "2026-05-15T08:00:00Z", "ferie"), "non");
        assert_eq!(told(&line, "2026-05-14T08:00:00Z", "ferie"), "oui");
    }

    #[test]
    fn somebody_is_reached_for_a_danger_on_call_or_at_an_open_desk() {
        let (open, night) = ("2026-04-14T08:00:00Z", "2026-04-14T20:00:00Z");
        let number = || vec![PhoneNumber::parse("06 39 98 10 01").unwrap()];
        let nobody = line("Mo-Fr 08:30-17:00");
        let desk = LineSettings { desk: number(), ..nobody.clone() };
        let on_call = LineSettings { on_call: number(), ..nobody.clone() };
        let reached = |line| [open, night].map(|now| told(line, now, "astreinte"));
        assert_eq!(reached(&nobody), ["non", "non"]);
        assert_eq!(reached(&desk), ["oui", "non"]);
        assert_eq!(reached(&on_call), ["oui", "oui"]);
    }
}
