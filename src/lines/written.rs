//! How settings of a line are written, in the file and on the page: what reads, and what to write where it does not.
//! Pure.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::hours::Hours;
use crate::lang::FRENCH_MONTHS;
use crate::phone::PhoneNumber;

/// What to write for hours.
pub const HOURS: &str = "écrire des horaires comme \"lundi-vendredi 8h30-12h,13h30-17h; jours fériés fermé\"";
/// What to write for days.
pub const DAYS: &str = "écrire des dates comme \"15/05/2026\"";
/// What to write for telephones that ring.
pub const DIALED: &str =
    "écrire un numéro de métropole (01 à 07, 09), comme \"01 99 00 10 01\" : les autres ne sont pas composés";
/// What to write for what is said while the line is closed.
pub const MESSAGE: &str = "écrire une ou deux phrases courtes : 160 caractères au plus, des lettres, des chiffres et de la \
                           ponctuation";
/// The longest message, in characters: a dozen seconds to hear.
const LONGEST: usize = 160;

/// Hours, or what is wrong with them.
pub fn hours(text: &str, zone: TimeZone) -> Result<Hours, String> {
    Hours::parse(text, zone).map_err(|bad| bad.to_string())
}

/// A day, as `15/05/2026`, `15 mai 2026` or `2026-05-15`.
pub fn day(text: &str) -> Option<Date> {
    let french = || {
        let parts: Vec<&str> = text.split(['/', '.', ' ']).filter(|part| !part.is_empty()).collect();
        let [day, month, year] = parts[..] else { return None };
        let named = || FRENCH_MONTHS.iter().position(|name| *name == month.to_lowercase());
        let month = month.parse().ok().or_else(|| i8::try_from(named()? + 1).ok())?;
        Date::new(year.parse().ok().filter(|year| *year > 1_000)?, month, day.trim_end_matches("er").parse().ok()?).ok()
    };
    text.parse().ok().or_else(french)
}

/// A day as people write it.
pub fn day_written(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// A telephone that may be dialled.
pub fn dialable(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text).ok().filter(PhoneNumber::is_dialable)
}

/// What is said while the line is closed: words that any voice reads as they are written.
pub fn message(text: &str) -> Option<String> {
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let spoken = |one: char| one.is_alphanumeric() || " .,;:!?'’«»()-/%€°".contains(one);
    (tidy.chars().count() <= LONGEST && tidy.chars().all(spoken)).then_some(tidy)
}

/// A delay as people read it: `10 min`, `1 h 30`.
pub fn delay(delay: Duration) -> String {
    match (delay.as_secs() / 3_600, delay.as_secs() / 60 % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_words_that_any_voice_reads() {
        let said = message("  Fermé jeudi 14 mai (Ascension).\nNous rouvrons vendredi : 8 h 30. ").unwrap();
        assert_eq!(said, "Fermé jeudi 14 mai (Ascension). Nous rouvrons vendredi : 8 h 30.");
        assert_eq!(message(""), Some(String::new()));
        for refused in ["<b>", "{ $ville }", "a\u{e001}b", "\u{202e}", "voir http://exemple.org?a=b&c", "a\u{0}"] {
            assert_eq!(message(refused), None, "{refused:?}");
        }
        assert_eq!(message(&"é".repeat(161)), None);
        assert!(message(&"é".repeat(160)).is_some());
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let christmas = "2026-12-24".parse().ok();
        for written in ["2026-12-24", "24/12/2026", "24.12.2026", "24 décembre 2026", " 24  Décembre 2026 ".trim()] {
            assert_eq!(day(written), christmas, "{written}");
        }
        assert_eq!(day("1er mai 2026"), "2026-05-01".parse().ok());
        for odd in ["", "24/13/2026", "31/02/2026", "24/12/26", "24 brumaire 2026", "demain", "1/2/3/4"] {
            assert_eq!(day(odd), None, "{odd}");
        }
        assert_eq!(christmas.map(day_written).as_deref(), Some("24/12/2026"));
    }

    #[test]
    fn only_numbers_that_are_dialled_are_telephones() {
        assert!(dialable("01 99 00 10 01").is_some() && dialable("06.39.98.10.01").is_some());
        assert!(
            dialable("08 99 00 10 01").is_none() && dialable("15").is_none() && dialable("+44 20 7946 0000").is_none()
        );
    }
}
