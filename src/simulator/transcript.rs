//! Transcripts: calls written as plain text that a social worker can read, which are also tests. Pure: this file knows
//! the grammar; [`super::player`] replays a transcript against a service.
//!
//! ```text
//! # Des courses, par les touches
//! Date : mardi 14 avril 2026, 10:00
//! Réglages : bureau 01 99 00 10 01, 01 99 00 10 02 ; astreinte 06 39 98 00 01
//!
//! Odette appelle depuis le 04 65 71 00 01
//!     La ligne : « Bonjour. … »
//! Odette tape 1
//! Odette parle 12 secondes puis tape #
//! Odette se tait
//! Odette raccroche
//! Le bureau 1 décroche
//! 10 minutes passent
//!
//! Reste :
//!     demande 1 …
//! ```
//!
//! An unindented line is somebody doing something ([`Action`] lists all that can be done); an indented one is what came
//! of it and is written by the player. A line that begins with `##` is a remark.

use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, tz};

use super::exchange::{Habit, RecordEnd};
use super::numbers::e164;
use crate::lang::{FRENCH_DAYS, FRENCH_MONTHS};

/// What is wrong with a transcript, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ligne {line} : {why}")]
pub struct TranscriptError {
    /// The line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong, in French.
    pub why: String,
}

/// A transcript, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Everything up to the first blank line, as written: the title and the settings.
    pub head: Vec<String>,
    /// The rest.
    pub lines: Vec<Line>,
}

/// One line of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing, a remark: kept as it is.
    Plain(String),
    /// Somebody does something.
    Input(Input),
    /// What came of it, without its indentation.
    Outcome(String),
    /// The title of what the service kept: `Reste :`.
    Remains,
}

/// Somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it stands, from 1.
    pub line: usize,
    /// The line as written.
    pub text: String,
    /// Who, as in the line: `Odette`, `Le bureau 1`.
    pub actor: String,
    /// What.
    pub action: Action,
}

/// What somebody can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `appelle depuis le 04 65 71 00 01`, `appelle depuis un numéro masqué`, and perhaps `vers le …`.
    Calls {
        /// The number as it is sent; none when it is hidden.
        from: Option<String>,
        /// The number dialled; none for the line itself.
        to: Option<String>,
    },
    /// `tape 1`, `tape 04 65 71 00 01 #`: a whole entry.
    Presses(String),
    /// `parle 12 secondes`, `parle 12 secondes puis tape #`, `parle 3 secondes puis raccroche`.
    Speaks(u32, RecordEnd),
    /// `se tait`, `attend`: until the line goes on by itself.
    Waits,
    /// `raccroche`.
    HangsUp,
    /// `décroche`.
    PicksUp,
    /// `refuse`.
    Refuses,
    /// `ne répond pas`: the telephone rings to the end, now and from now on.
    NeverAnswers,
    /// `est occupé`, `est un répondeur`, `est libre`: what the telephone does by itself from now on.
    Is(Habit),
    /// `écrit « … »`: a text to the line.
    Writes(String),
    /// `rappelle la demande 416640`: an agent clicks « Appeler » in the console.
    CallsBack(String),
    /// `10 minutes passent`.
    TimePasses(Duration),
}

impl Transcript {
    /// Reads a transcript.
    pub fn parse(text: &str) -> Result<Self, TranscriptError> {
        let mut head = Vec::new();
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            match (lines.is_empty(), line.trim().is_empty()) {
                (true, false) => head.push(line.trim_end().to_owned()),
                _ => lines.push(read_line(index + 1, line)?),
            }
        }
        match head.first() {
            Some(title) if title.starts_with("# ") => Ok(Self { head, lines }),
            _ => Err(TranscriptError { line: 1, why: "la première ligne est un titre, « # … »".to_owned() }),
        }
    }

    /// The title.
    pub fn title(&self) -> &str {
        self.head.first().map_or("", |title| title.trim_start_matches(['#', ' ']))
    }

    /// What a heading says, `Date` or `Réglages`.
    pub fn heading(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| Some(line.strip_prefix(name)?.trim_start().strip_prefix(':')?.trim()))
    }

    /// When it begins, from the heading `Date : mardi 14 avril 2026, 10:00`, in the time of Paris.
    pub fn start(&self) -> Result<Option<Timestamp>, TranscriptError> {
        let wrong = |why: String| TranscriptError { line: 0, why };
        self.heading("Date").map(|date| read_date(date).map_err(wrong)).transpose()
    }

    /// One of the settings, which are separated by semicolons: `bureau 01 99 00 10 01, …` is the setting `bureau`. A
    /// setting of one word, like `fermé`, is an empty text.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let settings = self.heading("Réglages")?.split(';').map(str::trim);
        settings.filter_map(|setting| setting.strip_prefix(name)).find_map(|rest| match rest.chars().next() {
            None | Some(' ') => Some(rest.trim()),
            _ => None,
        })
    }

    /// The numbers of a setting like `bureau` or `astreinte`, as they are sent.
    pub fn numbers(&self, name: &str) -> Vec<String> {
        let numbers = self.setting(name).into_iter().flat_map(|numbers| numbers.split(','));
        numbers.map(e164).filter(|number| !number.is_empty()).collect()
    }

    /// The telephones that the settings name: number and name (`bureau 1`, `bureau 2`, `astreinte 1`, `superviseur 1`…).
    pub fn phones(&self) -> Vec<(String, String)> {
        let of = |name: &'static str| {
            let numbers = self.numbers(name).into_iter().enumerate();
            numbers.map(move |(index, number)| (number, format!("{name} {}", index + 1)))
        };
        let staff = ["bureau", "astreinte", "superviseur"].into_iter().flat_map(of);
        // `chez Odette 04 65 71 00 01`: her own telephone, on which she is called back.
        let home = self.setting("chez").and_then(|home| home.split_once(' '));
        staff.chain(home.map(|(name, number)| (e164(number), name.to_owned()))).collect()
    }

    /// What people do, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.lines.iter().filter_map(|line| match line {
            Line::Input(input) => Some(input),
            _ => None,
        })
    }
}

fn read_line(number: usize, line: &str) -> Result<Line, TranscriptError> {
    let text = line.trim();
    if text.is_empty() || text.starts_with("##") {
        return Ok(Line::Plain(text.to_owned()));
    }
    if line.starts_with(char::is_whitespace) {
        return Ok(Line::Outcome(text.to_owned()));
    }
    if text.trim_end_matches([':', ' ', '\u{a0}']) == "Reste" {
        return Ok(Line::Remains);
    }
    match Input::read(number, text) {
        Some(input) => Ok(Line::Input(input)),
        None => Err(TranscriptError { line: number, why: format!("« {text} » ne dit pas ce que quelqu'un fait") }),
    }
}

impl Input {
    /// Reads a line like `Odette tape 1`; nothing when it says nothing that somebody can do.
    pub fn read(line: usize, text: &str) -> Option<Self> {
        let text = text.trim();
        let input = |actor: &str, action| {
            let (text, actor) = (text.to_owned(), actor.trim().to_owned());
            Some(Self { line, text, actor, action })
        };
        if let Some(time) = text.strip_suffix("passent").or_else(|| text.strip_suffix("passe")) {
            return input("", Action::TimePasses(duration(time)?));
        }
        let found = VERBS.into_iter().filter_map(|(verb, read)| Some((text.find(verb)?, verb, read)));
        let (at, verb, read) = found.min_by_key(|(at, ..)| *at)?;
        input(&text[..at], read(&text[at + verb.len()..])?)
    }
}

/// How the line reads on after a verb.
type Rest = fn(&str) -> Option<Action>;

/// All that people do, with what may follow.
const VERBS: [(&str, Rest); 14] = [
    (" appelle", calls),
    (" rappelle la demande ", calls_back),
    (" tape ", |keys| read_keys(keys).map(Action::Presses)),
    (" parle ", speaks),
    (" écrit ", |body| Some(Action::Writes(body.trim().trim_matches(['«', '»', ' ', '\u{a0}']).to_owned()))),
    (" se tait", |rest| alone(rest, Action::Waits)),
    (" attend", |rest| alone(rest, Action::Waits)),
    (" raccroche", |rest| alone(rest, Action::HangsUp)),
    (" décroche", |rest| alone(rest, Action::PicksUp)),
    (" refuse", |rest| alone(rest, Action::Refuses)),
    (" ne répond pas", |rest| alone(rest, Action::NeverAnswers)),
    (" est occupé", |rest| alone(rest.trim_start_matches('e'), Action::Is(Habit::Busy))),
    (" est un répondeur", |rest| alone(rest, Action::Is(Habit::Voicemail))),
    (" est libre", |rest| alone(rest, Action::Is(Habit::Rings))),
];

fn alone(rest: &str, action: Action) -> Option<Action> {
    rest.trim_end_matches('.').trim().is_empty().then_some(action)
}

fn calls(rest: &str) -> Option<Action> {
    let (from, to) = match rest.split_once(" vers le ") {
        Some((from, to)) => (from, Some(e164(to))),
        None => (rest, None),
    };
    let from = match from.trim().strip_prefix("depuis ")? {
        "un numéro masqué" => None,
        number => Some(e164(number.strip_prefix("le ").unwrap_or(number))),
    };
    Some(Action::Calls { from, to })
}

fn calls_back(rest: &str) -> Option<Action> {
    let reference = rest.trim();
    let six = reference.len() == 6 && reference.bytes().all(|digit| digit.is_ascii_digit());
    six.then(|| Action::CallsBack(reference.to_owned()))
}

/// Keys, possibly in groups; `dièse` and `étoile` may be written out.
fn read_keys(written: &str) -> Option<String> {
    let keys = written.replace("dièse", "#").replace("étoile", "*");
    let keys: String = keys.chars().filter(|key| !key.is_whitespace()).collect();
    (!keys.is_empty() && keys.chars().all(|key| matches!(key, '0'..='9' | '*' | '#'))).then_some(keys)
}

fn speaks(rest: &str) -> Option<Action> {
    let rest = rest.split(" : ").next().unwrap_or(rest); // what is said is for the reader
    let (seconds, then) = rest.split_once(" puis ").unwrap_or((rest, ""));
    let end = match then.trim() {
        "" => RecordEnd::Silence,
        "raccroche" => RecordEnd::HangUp,
        tape => match *read_keys(tape.strip_prefix("tape ")?)?.chars().collect::<Vec<_>>() {
            [key] => RecordEnd::Key(key),
            _ => return None,
        },
    };
    let seconds = u32::try_from(duration(seconds)?.as_secs()).ok()?;
    Some(Action::Speaks(seconds, end))
}

/// `12 secondes`, `10 minutes`, `1 heure`, `2 jours`.
fn duration(written: &str) -> Option<Duration> {
    let (count, unit) = written.trim().split_once(' ')?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "seconde" => 1,
        "minute" => 60,
        "heure" => 3_600,
        "jour" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(count.parse::<u64>().ok()?.checked_mul(seconds)?))
}

fn read_date(written: &str) -> Result<Timestamp, String> {
    let shape = || format!("« {written} » n'est pas une date comme « mardi 14 avril 2026, 10:00 »");
    let words: Vec<&str> = written.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let &[weekday, day, month, year, time] = words.as_slice() else { return Err(shape()) };
    let month = FRENCH_MONTHS.iter().position(|name| *name == month).and_then(|index| i8::try_from(index + 1).ok());
    let day = day.trim_end_matches("er").parse().ok();
    let (Some(month), Some(day), Ok(year)) = (month, day, year.parse()) else { return Err(shape()) };
    let date = Date::new(year, month, day).map_err(|_| shape())?;
    let true_day = FRENCH_DAYS[usize::try_from(date.weekday().since(Weekday::Monday)).unwrap_or(0)];
    if weekday != true_day {
        return Err(format!("« {written} » est un {true_day}"));
    }
    let time: Time = time.parse().map_err(|_| shape())?;
    let paris = tz::TimeZone::get("Europe/Paris").map_err(|error| error.to_string())?;
    let zoned = date.to_datetime(time).to_zoned(paris).map_err(|error| error.to_string())?;
    Ok(zoned.timestamp())
}

/// `mardi 14 avril 2026, 10:00`, in the time of Paris (UTC where the zones are unknown).
pub fn write_date(instant: Timestamp) -> String {
    let paris = tz::TimeZone::get("Europe/Paris").unwrap_or(tz::TimeZone::UTC);
    let local = instant.to_zoned(paris);
    let day = FRENCH_DAYS[usize::try_from(local.weekday().since(Weekday::Monday)).unwrap_or(0)];
    let month = FRENCH_MONTHS[usize::try_from(local.month() - 1).unwrap_or(0)];
    format!("{day} {} {month} {}, {:02}:{:02}", local.day(), local.year(), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOPPING: &str = "\
# Des courses, par les touches
Date : mardi 14 avril 2026, 10:00
Réglages : bureau 01 99 00 10 01, 01 99 00 10 02 ; astreinte 06 39 98 00 01 ; fermé

## Odette a 85 ans.
Odette appelle depuis le 04 65 71 00 01
    La ligne : « Bonjour. »
Odette tape 1
Le bureau 1 décroche

Reste :
    demande 1
";

    fn action(line: &str) -> Option<(String, Action)> {
        Input::read(1, line).map(|input| (input.actor, input.action))
    }

    #[test]
    fn a_transcript_is_read_line_by_line() {
        let transcript = Transcript::parse(SHOPPING).unwrap();
        assert_eq!(transcript.title(), "Des courses, par les touches");
        assert_eq!(transcript.start().unwrap().unwrap().to_string(), "2026-04-14T08:00:00Z");
        assert_eq!(transcript.setting("fermé"), Some(""));
        assert_eq!(transcript.setting("fer"), None);
        let phones = transcript.phones();
        assert_eq!(phones[1], ("+33199001002".to_owned(), "bureau 2".to_owned()));
        assert_eq!(phones[2], ("+33639980001".to_owned(), "astreinte 1".to_owned()));
        let actors: Vec<&str> = transcript.inputs().map(|input| input.actor.as_str()).collect();
        assert_eq!(actors, ["Odette", "Odette", "Le bureau 1"]);
        assert_eq!(transcript.lines.last(), Some(&Line::Outcome("demande 1".to_owned())));
    }

    #[test]
    fn people_can_do_these_things() {
        let odette = |action| Some(("Odette".to_owned(), action));
        let hidden = Action::Calls { from: None, to: Some("+33199001234".to_owned()) };
        assert_eq!(action("Odette appelle depuis un numéro masqué vers le 01 99 00 12 34"), odette(hidden));
        assert_eq!(action("Odette tape 04 65 71 00 01 dièse"), odette(Action::Presses("0465710001#".to_owned())));
        let spoken = Action::Speaks(12, RecordEnd::Key('#'));
        assert_eq!(action("Odette parle 12 secondes puis tape # : « du lait »"), odette(spoken));
        assert_eq!(action("Odette parle 3 secondes puis raccroche"), odette(Action::Speaks(3, RecordEnd::HangUp)));
        assert_eq!(action("Odette se tait"), odette(Action::Waits));
        assert_eq!(action("Odette écrit « STOP »"), odette(Action::Writes("STOP".to_owned())));
        let clicked = Action::CallsBack("416640".to_owned());
        assert_eq!(action("Le bureau 1 rappelle la demande 416640"), Some(("Le bureau 1".to_owned(), clicked)));
        let machine = Action::Is(Habit::Voicemail);
        assert_eq!(action("Le bureau 2 est un répondeur"), Some(("Le bureau 2".to_owned(), machine)));
        assert_eq!(action("10 minutes passent"), Some((String::new(), Action::TimePasses(Duration::from_mins(10)))));
        for nonsense in [
            "Odette",
            "Odette danse",
            "Odette tape A",
            "Odette raccroche vite",
            "Odette parle",
            "passent",
            "Le bureau 1 rappelle la demande 4166",
        ] {
            assert_eq!(action(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_wrong_weekday_is_noticed() {
        let wrong = SHOPPING.replace("mardi", "jeudi");
        assert!(Transcript::parse(&wrong).unwrap().start().unwrap_err().to_string().contains("est un mardi"));
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        let written = "mercredi 1 juillet 2026, 09:05";
        assert_eq!(write_date(read_date(written).unwrap()), written);
    }

    #[test]
    fn a_line_that_says_nothing_is_shown_with_its_number() {
        let error = Transcript::parse("# Titre\n\nOdette danse\n").unwrap_err();
        assert_eq!(error.line, 3);
        assert!(Transcript::parse("Odette tape 1\n").is_err());
    }
}
