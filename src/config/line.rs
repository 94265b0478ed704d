//! `[[line]]`: one toll-free number of one town, and what the town decided of it.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config::reader::Section;
use crate::lang::Lang;
use crate::lines::settings::{DEFAULT_HOURS, DEFAULT_ZONE};
use crate::lines::{CallerIds, District, Hours, LineSettings, SmsSender, district, written};
use crate::phone::PhoneNumber;

/// A line as configured; its row in the database gives it an id.
#[derive(Debug, Clone)]
pub struct ConfiguredLine {
    /// The number printed on the poster.
    pub number: PhoneNumber,
    /// What the town decided.
    pub settings: LineSettings,
}

const NUMBER: &str = "écrire un numéro entre guillemets, comme \"01 99 00 12 34\"";
const POSTAL_CODES: &str = "écrire cinq chiffres, comme \"34080\"";

impl ConfiguredLine {
    /// A line that only has a number.
    pub(super) fn with_defaults(number: PhoneNumber, promise_default: Duration) -> Self {
        Self { number, settings: LineSettings { promise_default, ..LineSettings::default() } }
    }

    /// None when it has no number that reads; then a problem says so.
    pub(super) fn read(section: &mut Section<'_>, promise_default: Duration) -> Option<Self> {
        let ours = LineSettings::default();
        let minute = Duration::from_mins(1);
        let number = required_number(section);
        let settings = LineSettings {
            town: section.text("town", "écrire le nom de la ville").unwrap_or(ours.town),
            also: section.list("also", NUMBER, number_of).unwrap_or_default(),
            hours: hours(section),
            postal_codes: section.list("postal_codes", POSTAL_CODES, postal_code).unwrap_or_default(),
            districts: districts(section),
            desk: section.list("desk", written::DIALED, written::dialable).unwrap_or_default(),
            on_call: section.list("on_call", written::DIALED, written::dialable).unwrap_or_default(),
            switchboard: section.parsed("switchboard", written::DIALED, written::dialable),
            callers: callers(section),
            crowded: section.flag("crowded").unwrap_or(ours.crowded),
            closing_message: section
                .parsed("closing_message", written::MESSAGE, written::message)
                .unwrap_or(ours.closing_message),
            promise_default,
            wait_max: section.delay("wait_max", minute, 60 * minute).unwrap_or(ours.wait_max),
            voices: voices(section, ours.voices),
            ssml: section.flag("ssml").unwrap_or(ours.ssml),
            recordings_kept_days: days(section).unwrap_or(ours.recordings_kept_days),
        };
        Some(Self { number: number?, settings })
    }
}

fn required_number(section: &mut Section<'_>) -> Option<PhoneNumber> {
    let mut written = false;
    let number = section.parsed("number", NUMBER, |text| {
        written = true;
        number_of(text)
    });
    if number.is_none() && !written {
        section.complain("number", format!("manque ; {NUMBER}"));
    }
    number
}

fn hours(section: &mut Section<'_>) -> Hours {
    let write = "écrire un fuseau horaire comme \"Europe/Paris\" ou \"Indian/Reunion\"";
    let zone = section.parsed("timezone", write, |text| TimeZone::get(text).ok());
    let zone = zone.or_else(|| TimeZone::get(DEFAULT_ZONE).ok()).unwrap_or(TimeZone::UTC);
    let text = section.text("hours", written::HOURS);
    let hours = written::hours(text.as_deref().unwrap_or(DEFAULT_HOURS), zone.clone());
    let hours = hours.unwrap_or_else(|wrong| {
        section.complain("hours", wrong);
        Hours::never(zone)
    });
    let closed = section.list("closed_days", written::DAYS, written::day);
    hours.closed_on(&closed.unwrap_or_default())
}

fn districts(section: &mut Section<'_>) -> Vec<District> {
    let mut known: Vec<District> = Vec::new();
    section.each("district", |section| {
        let name = section.text("name", "écrire le nom du quartier, comme \"Mosson\"");
        if name.is_none() {
            section.complain("name", "manque ; écrire le nom du quartier, comme \"Mosson\"");
        }
        let postal_codes = section.list("postal_codes", POSTAL_CODES, postal_code).unwrap_or_default();
        for code in &postal_codes {
            if let Some(other) = district::of(&known, code) {
                section.complain("postal_codes", format!("{code} est déjà dans « {} »", other.name));
            }
        }
        let point = section.real("lat", -90.0, 90.0).zip(section.real("lon", -180.0, 180.0));
        let district = District { name: name?, postal_codes, point };
        known.push(district.clone());
        Some(district)
    })
}

fn callers(section: &mut Section<'_>) -> CallerIds {
    let sender = "écrire un numéro, un numéro court (\"38123\") ou un nom de 3 à 11 lettres (\"CCAS\")";
    CallerIds {
        human_callback: section.parsed("human_callback", NUMBER, number_of),
        automated_voice: section.parsed("automated_voice", NUMBER, number_of),
        sms: section.parsed("sms", sender, SmsSender::parse),
    }
}

fn voices(
    section: &mut Section<'_>,
    ours: std::collections::BTreeMap<Lang, String>,
) -> std::collections::BTreeMap<Lang, String> {
    let write = "écrire { fr = \"Polly.Lea-Neural\" } : une voix par langue de deux lettres";
    let mut voices = ours;
    for (code, voice) in section.texts("voices", write).unwrap_or_default() {
        match code.parse() {
            Ok(lang) if is_voice(&voice) => drop(voices.insert(lang, voice)),
            _ => section.complain("voices", write),
        }
    }
    voices
}

fn is_voice(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

fn days(section: &mut Section<'_>) -> Option<u32> {
    section.whole("recordings_kept_days", 1, 180).and_then(|days| u32::try_from(days).ok())
}

pub(super) fn number_of(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text).ok()
}

fn postal_code(text: &str) -> Option<String> {
    (text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}
