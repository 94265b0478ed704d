//! What a town decides of its line. Pure values: `config` reads and checks them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::lang::Lang;
use crate::lines::district::District;
use crate::lines::hours::Hours;
use crate::phone::PhoneNumber;

/// Opening hours of a line that says nothing of them.
pub const DEFAULT_HOURS: &str = "Mo-Fr 08:30-17:00; PH off";

/// The time zone of a line that says nothing of it.
pub const DEFAULT_ZONE: &str = "Europe/Paris";

/// The synthetic voice of each language, as the `TwiML` family names them.
pub const VOICES: [(&str, &str); 4] =
    [("fr", "Polly.Lea-Neural"), ("en", "Polly.Amy-Neural"), ("es", "Polly.Lucia-Neural"), ("ar", "Polly.Zeina")];

/// What a town decides of its line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineSettings {
    /// The town, as it is said after « du CCAS de ».
    pub town: String,
    /// Other numbers under which the provider may present calls to this line.
    pub also: Vec<PhoneNumber>,
    /// When agents are there, local closures included, in the time zone of the line.
    pub hours: Hours,
    /// The postal codes served; empty means all of them.
    pub postal_codes: Vec<String>,
    /// The districts of the town, for figures and the map.
    pub districts: Vec<District>,
    /// Telephones of the agents in opening hours, in the order in which they ring.
    pub desk: Vec<PhoneNumber>,
    /// Telephones of whoever is on call outside hours, in the order in which they ring.
    pub on_call: Vec<PhoneNumber>,
    /// Where a call goes when this service cannot answer at all.
    pub switchboard: Option<PhoneNumber>,
    /// The numbers our own calls and texts show (F-09).
    pub callers: CallerIds,
    /// More calls than agents today: callers are asked to leave their request (`crise.affluence`).
    pub crowded: bool,
    /// What is said after the greeting while the line is closed; empty for nothing.
    pub closing_message: String,
    /// The delay promised, in open time, while too few callbacks were measured (F-04).
    pub promise_default: Duration,
    /// How long a caller waits for a person before the wait becomes a callback.
    pub wait_max: Duration,
    /// The synthetic voice of each language.
    pub voices: BTreeMap<Lang, String>,
    /// Whether the provider's voices take pauses and pace (SSML).
    pub ssml: bool,
    /// Days a recording is kept after its request was closed, 1 to 180 (F-73).
    pub recordings_kept_days: u32,
}

/// The numbers that our own calls and texts show: three settings, because their rules differ (F-09).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallerIds {
    /// Shown when an agent calls back by a click.
    pub human_callback: Option<PhoneNumber>,
    /// Shown when the service calls by itself.
    pub automated_voice: Option<PhoneNumber>,
    /// Shown on texts.
    pub sms: Option<SmsSender>,
}

/// Who a text seems to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsSender {
    /// A telephone number.
    Number(PhoneNumber),
    /// A short number of five digits, 36xxx or 38xxx.
    Short(String),
    /// A name of at most eleven letters and digits, to which nobody can reply (F-08).
    Name(String),
}

impl CallerIds {
    /// The telephone numbers among them.
    pub fn numbers(&self) -> impl Iterator<Item = &PhoneNumber> {
        let sms = match &self.sms {
            Some(SmsSender::Number(number)) => Some(number),
            _ => None,
        };
        self.human_callback.iter().chain(&self.automated_voice).chain(sms)
    }
}

impl SmsSender {
    /// Reads a telephone number, a short number (`38123`) or a name (`CCAS`).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = PhoneNumber::parse(text) {
            return Some(Self::Number(number));
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            let short = text.len() == 5 && (text.starts_with("36") || text.starts_with("38"));
            return short.then(|| Self::Short(text.to_owned()));
        }
        let name = (3..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        name.then(|| Self::Name(text.to_owned()))
    }

    /// What the provider takes as the sender.
    pub fn as_provider_writes(&self) -> &str {
        match self {
            Self::Number(number) => number.as_e164(),
            Self::Short(text) | Self::Name(text) => text,
        }
    }

    /// Whether somebody can reply to it; to a name nobody can, and a text must then not ask for one.
    pub fn takes_replies(&self) -> bool {
        !matches!(self, Self::Name(_))
    }
}

impl LineSettings {
    /// Whether requests from this postal code are ours.
    pub fn serves(&self, postal_code: &str) -> bool {
        self.postal_codes.is_empty() || self.postal_codes.iter().any(|served| served == postal_code)
    }

    /// The synthetic voice of a language, if one is set; without it the provider chooses.
    pub fn voice(&self, lang: Lang) -> Option<&str> {
        self.voices.get(&lang).map(String::as_str)
    }
}

impl Default for LineSettings {
    /// A line that only has a number: it answers, takes requests and opens callbacks, but rings nobody.
    fn default() -> Self {
        let zone = TimeZone::get(DEFAULT_ZONE).unwrap_or(TimeZone::UTC);
        let voices = VOICES.iter().filter_map(|(lang, voice)| Some((lang.parse().ok()?, (*voice).to_owned())));
        Self {
            town: "votre commune".to_owned(),
            also: Vec::new(),
            hours: Hours::parse(DEFAULT_HOURS, zone.clone()).unwrap_or_else(|_| Hours::never(zone)),
            postal_codes: Vec::new(),
            districts: Vec::new(),
            desk: Vec::new(),
            on_call: Vec::new(),
            switchboard: None,
            callers: CallerIds::default(),
            crowded: false,
            closing_message: String::new(),
            promise_default: Duration::from_hours(4),
            wait_max: Duration::from_mins(10),
            voices: voices.collect(),
            ssml: true,
            recordings_kept_days: 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_only_a_number_keeps_office_hours_and_has_four_voices() {
        let settings = LineSettings::default();
        assert!(settings.hours.is_open("2026-04-14T08:00:00Z".parse().unwrap()));
        assert_eq!(settings.hours.zone().iana_name(), Some("Europe/Paris"));
        assert_eq!(settings.voice(Lang::FRENCH), Some("Polly.Lea-Neural"));
        assert_eq!(settings.voices.len(), 4);
        assert!(settings.serves("34080"));
    }

    #[test]
    fn only_the_postal_codes_of_the_town_are_served_when_it_lists_them() {
        let settings = LineSettings { postal_codes: vec!["34080".to_owned()], ..LineSettings::default() };
        assert!(settings.serves("34080") && !settings.serves("34000"));
    }

    #[test]
    fn a_sender_is_a_number_a_short_number_or_a_name() {
        assert_eq!(SmsSender::parse("CCAS"), Some(SmsSender::Name("CCAS".to_owned())));
        assert_eq!(SmsSender::parse("38123"), Some(SmsSender::Short("38123".to_owned())));
        assert!(matches!(SmsSender::parse("09 37 00 00 01"), Some(SmsSender::Number(_))));
        assert!(!SmsSender::parse("CCAS").unwrap().takes_replies());
        assert!(SmsSender::parse("38123").unwrap().takes_replies());
        for refused in ["", "12345", "CCAS de la ville", "AB", "ÉTÉ2026", "112"] {
            assert_eq!(SmsSender::parse(refused), None, "{refused}");
        }
    }
}
