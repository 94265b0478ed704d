//! The voice documents of the service, read back as a telephone exchange understands them. Pure and strict: whatever lies
//! outside the portable subset (verbs, attributes, nesting that every provider of the family accepts) is refused with a
//! sentence, as is anything that would leave a caller in front of silence.
//!
//! It shares nothing with the service's writer: [`parse`] is the examiner's own reading of the providers' documentation.

use std::time::Duration;

use super::tree::{self, Element, Node};

/// Why a document would not run alike at every provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DocumentError(pub(super) String);

/// One thing that the exchange does, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Says or plays something, once.
    Hear(Heard),
    /// Says something, then waits for keys; a key interrupts the words.
    Gather(Gather),
    /// Records what the caller says.
    Record(Record),
    /// Rings one other number.
    Dial(Dial),
    /// Goes on with another document.
    Redirect(String),
    /// Refuses the call, as busy (`true`) or as not in service.
    Reject(bool),
    /// Ends the call.
    Hangup,
}

/// What the person at the receiver hears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The BCP-47 tag of the voice, `fr-FR`; empty for a sound file.
    pub lang: String,
    /// The words, without the marks of speech synthesis; empty for a sound file.
    pub text: String,
    /// The address of a sound file that is played instead of words.
    pub audio_url: Option<String>,
    /// The silences written inside the words.
    pub pauses: Duration,
}

/// How long a sound file is taken to last: nobody opens it.
const AUDIO_LASTS: Duration = Duration::from_secs(5);
/// The pace at which an elderly caller is spoken to (F-15), in words a minute.
const WORDS_PER_MINUTE: u64 = 130;

impl Heard {
    /// How long it takes to hear this: 130 words a minute, plus the pauses.
    pub fn lasts(&self) -> Duration {
        if self.audio_url.is_some() {
            return AUDIO_LASTS;
        }
        let words = self.text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        Duration::from_millis(words as u64 * 60_000 / WORDS_PER_MINUTE) + self.pauses
    }
}

/// Where the next document comes from when keys were pressed, and when they are taken as complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// What is said meanwhile.
    pub prompts: Vec<Heard>,
    /// Where the keys are posted.
    pub action: String,
    /// The number of keys that ends the entry; 32 when the document does not say.
    pub max: u32,
    /// The key that ends the entry earlier, if there is one.
    pub finish: Option<char>,
    /// Silence before the first key and between two of them, in seconds.
    pub timeout_s: u32,
}

/// How a message is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where the end of the recording is posted.
    pub action: String,
    /// The longest message, in seconds.
    pub max_s: u32,
    /// The silence that ends it, in seconds.
    pub timeout_s: u32,
    /// The keys that end it.
    pub finish: String,
    /// Where the exchange says that the sound is ready.
    pub status_callback: Option<String>,
}

/// How another number is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// The number, as the service wrote it.
    pub number: String,
    /// The document that the called person hears before the two are put through.
    pub screening: Option<String>,
    /// Where the outcome is posted.
    pub action: String,
    /// How long it rings, in seconds.
    pub timeout_s: u32,
    /// The number that the called telephone shows.
    pub caller_id: Option<String>,
}

/// Reads a voice document, from its first byte.
pub fn parse(xml: &str) -> Result<Vec<Instruction>, DocumentError> {
    let root = tree::read(xml)?;
    if root.name != "Response" {
        return refuse(format!("the root is {}, not Response", root.name));
    }
    only(&root, &[])?;
    let program = elements(&root)?.into_iter().map(verb).collect::<Result<Vec<_>, _>>()?;
    check_order(&program)?;
    Ok(program)
}

/// Nothing may follow what never comes back, and something must follow what silence falls through.
fn check_order(program: &[Instruction]) -> Result<(), DocumentError> {
    for (index, verb) in program.iter().enumerate() {
        let last = index + 1 == program.len();
        match verb {
            Instruction::Redirect(_) | Instruction::Hangup | Instruction::Reject(_) if !last => {
                return refuse("verbs follow a Redirect, Hangup or Reject: nobody reaches them".to_owned());
            }
            Instruction::Reject(_) if index > 0 => {
                return refuse("Reject comes after a verb that answered".to_owned());
            }
            Instruction::Gather(_) | Instruction::Record(_) if last => {
                return refuse("nothing follows a Gather or Record: the silent caller falls into nothing".to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

fn verb(element: &Element) -> Result<Instruction, DocumentError> {
    Ok(match element.name.as_str() {
        "Say" | "Play" => Instruction::Hear(heard(element)?),
        "Gather" => Instruction::Gather(gather(element)?),
        "Record" => Instruction::Record(record(element)?),
        "Dial" => Instruction::Dial(dial(element)?),
        "Redirect" => {
            only(element, &["method"])?;
            post(element)?;
            Instruction::Redirect(absolute("Redirect", &text_only(element)?)?)
        }
        "Reject" => {
            only(element, &["reason"])?;
            empty(element)?;
            Instruction::Reject(element.attribute("reason") == Some("busy"))
        }
        "Hangup" => {
            only(element, &[])?;
            empty(element)?;
            Instruction::Hangup
        }
        other => return refuse(format!("{other} is not a verb that every provider runs")),
    })
}

/// The most characters that one Say may hold, and the most bytes once written in an address (error 13521 beyond).
const SAY_CHARACTERS: usize = 3_000;
const SAY_ENCODED: usize = 4_500;

fn heard(element: &Element) -> Result<Heard, DocumentError> {
    if element.name == "Say" { say(element) } else { play(element) }
}

fn play(element: &Element) -> Result<Heard, DocumentError> {
    only(element, &[])?;
    let url = absolute("Play", &text_only(element)?)?;
    Ok(Heard { audio_url: Some(url), ..Heard::default() })
}

fn say(element: &Element) -> Result<Heard, DocumentError> {
    only(element, &["language", "voice"])?;
    let lang = required(element, "language")?.to_owned();
    if !lang.split('-').all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())) {
        return refuse(format!("{lang:?} is not a language tag"));
    }
    let mut said = Heard { lang, ..Heard::default() };
    speech(&element.children, &mut said)?;
    said.text = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.text.is_empty() {
        return refuse("a Say without words: the caller hears nothing".to_owned());
    }
    let encoded: usize = form_urlencoded::byte_serialize(said.text.as_bytes()).map(str::len).sum();
    if said.text.chars().count() > SAY_CHARACTERS || encoded > SAY_ENCODED {
        return refuse("a Say too long for the voice: it would fail silently".to_owned());
    }
    Ok(said)
}

/// Words and the few marks of speech synthesis that change no word.
fn speech(children: &[Node], said: &mut Heard) -> Result<(), DocumentError> {
    for child in children {
        match child {
            Node::Text(words) => said.text.push_str(words),
            Node::Element(mark) if mark.name == "break" => {
                only(mark, &["time"])?;
                empty(mark)?;
                said.pauses += pause(required(mark, "time")?)?;
                said.text.push(' ');
            }
            Node::Element(mark) if mark.name == "prosody" => {
                only(mark, &["rate"])?;
                required(mark, "rate")?;
                speech(&mark.children, said)?;
            }
            Node::Element(mark) => return refuse(format!("{} inside Say is not understood everywhere", mark.name)),
        }
    }
    Ok(())
}

/// `400ms` or `1s`, at most ten seconds.
fn pause(written: &str) -> Result<Duration, DocumentError> {
    let millis = match written.strip_suffix("ms") {
        Some(millis) => millis.parse().ok(),
        None => written.strip_suffix('s').and_then(|s| s.parse::<u64>().ok()).map(|s| s * 1_000),
    };
    match millis {
        Some(millis) if millis <= 10_000 => Ok(Duration::from_millis(millis)),
        _ => refuse(format!("{written:?} is not a pause of at most ten seconds")),
    }
}

/// The most keys that are ever taken together.
const MOST_KEYS: u32 = 32;

fn gather(element: &Element) -> Result<Gather, DocumentError> {
    only(element, &["input", "action", "method", "numDigits", "timeout", "finishOnKey"])?;
    post(element)?;
    if element.attribute("input").is_some_and(|input| input != "dtmf") {
        return refuse("a Gather that listens to speech".to_owned());
    }
    let mut prompts = Vec::new();
    for child in elements(element)? {
        if !matches!(child.name.as_str(), "Say" | "Play") {
            return refuse(format!("{} inside Gather: some providers drop the whole document", child.name));
        }
        prompts.push(heard(child)?);
    }
    let finish = keys(element, "finishOnKey")?;
    if finish.len() > 1 {
        return refuse("finishOnKey of a Gather is one key or none".to_owned());
    }
    Ok(Gather {
        prompts,
        action: absolute("action", required(element, "action")?)?,
        max: match element.attribute("numDigits") {
            Some(_) => number(element, "numDigits", 1, MOST_KEYS)?,
            None => MOST_KEYS,
        },
        finish: finish.chars().next(),
        timeout_s: number(element, "timeout", 1, 60)?,
    })
}

fn record(element: &Element) -> Result<Record, DocumentError> {
    const CALLBACK: &str = "recordingStatusCallback";
    const KNOWN: [&str; 10] = [
        "action",
        "method",
        "timeout",
        "finishOnKey",
        "maxLength",
        "playBeep",
        "trim",
        CALLBACK,
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
    ];
    only(element, &KNOWN)?;
    empty(element)?;
    post(element)?;
    Ok(Record {
        action: absolute("action", required(element, "action")?)?,
        max_s: number(element, "maxLength", 2, 14_400)?,
        timeout_s: number(element, "timeout", 1, 600)?,
        finish: keys(element, "finishOnKey")?,
        status_callback: element.attribute(CALLBACK).map(|url| absolute(CALLBACK, url)).transpose()?,
    })
}

fn dial(element: &Element) -> Result<Dial, DocumentError> {
    only(element, &["action", "method", "timeout", "timeLimit", "callerId"])?;
    post(element)?;
    let numbers = elements(element)?;
    let [number_element] = numbers.as_slice() else {
        return refuse("a Dial rings one Number".to_owned());
    };
    if number_element.name != "Number" {
        return refuse(format!("{} inside Dial", number_element.name));
    }
    only(number_element, &["url", "method"])?;
    let screening = number_element.attribute("url").map(|url| absolute("url", url)).transpose()?;
    if screening.is_some() {
        post(number_element)?;
    }
    Ok(Dial {
        number: text_only(number_element)?,
        screening,
        action: absolute("action", required(element, "action")?)?,
        timeout_s: number(element, "timeout", 5, 120)?,
        caller_id: element.attribute("callerId").map(str::to_owned),
    })
}

fn refuse<T>(why: String) -> Result<T, DocumentError> {
    Err(DocumentError(why))
}

fn only(element: &Element, known: &[&str]) -> Result<(), DocumentError> {
    match element.attributes.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => refuse(format!("{} with {name}: not every provider knows it", element.name)),
        None => Ok(()),
    }
}

fn required<'e>(element: &'e Element, name: &str) -> Result<&'e str, DocumentError> {
    element.attribute(name).ok_or_else(|| DocumentError(format!("{} without {name}", element.name)))
}

fn post(element: &Element) -> Result<(), DocumentError> {
    match required(element, "method")? {
        "POST" => Ok(()),
        other => refuse(format!("{} by {other}", element.name)),
    }
}

fn number(element: &Element, name: &str, least: u32, most: u32) -> Result<u32, DocumentError> {
    let written = required(element, name)?;
    match written.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => refuse(format!("{} with {name}={written:?}: from {least} to {most} is safe everywhere", element.name)),
    }
}

fn keys(element: &Element, name: &str) -> Result<String, DocumentError> {
    let written = required(element, name)?;
    if written.chars().all(|key| matches!(key, '0'..='9' | '*' | '#')) {
        Ok(written.to_owned())
    } else {
        refuse(format!("{name}={written:?} are not keys"))
    }
}

fn absolute(what: &str, url: &str) -> Result<String, DocumentError> {
    if url.starts_with("https://") || url.starts_with("http://") {
        Ok(url.to_owned())
    } else {
        refuse(format!("{what}: {url:?} is not an absolute address"))
    }
}

/// The text of an element that holds nothing else.
fn text_only(element: &Element) -> Result<String, DocumentError> {
    let mut text = String::new();
    for child in &element.children {
        match child {
            Node::Text(words) => text.push_str(words),
            Node::Element(inner) => return refuse(format!("{} inside {}", inner.name, element.name)),
        }
    }
    match text.trim() {
        "" => refuse(format!("{} is empty", element.name)),
        trimmed => Ok(trimmed.to_owned()),
    }
}

fn empty(element: &Element) -> Result<(), DocumentError> {
    if elements(element)?.is_empty() { Ok(()) } else { refuse(format!("{} holds nothing", element.name)) }
}

/// The child elements of one that holds no text.
fn elements(element: &Element) -> Result<Vec<&Element>, DocumentError> {
    let mut found = Vec::new();
    for child in &element.children {
        match child {
            Node::Element(inner) => found.push(inner),
            Node::Text(blank) if blank.trim().is_empty() => {}
            Node::Text(_) => return refuse(format!("text directly inside {}", element.name)),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

    fn read(body: &str) -> Result<Vec<Instruction>, DocumentError> {
        parse(&format!("{PROLOG}<Response>{body}</Response>"))
    }

    #[test]
    fn a_menu_is_read_with_its_words_and_its_silence_path() {
        let program = read(
            r#"<Gather input="dtmf" action="https://ligne.example.org/t?a=1&amp;b=2" method="POST" numDigits="1" timeout="8" finishOnKey="">
            <Say language="fr-FR" voice="Polly.Lea">Pour des courses,<break time="400ms"/>tapez&#160;1 &amp; c&apos;est tout.</Say></Gather>
            <Redirect method="POST">https://ligne.example.org/silence</Redirect>"#,
        )
        .unwrap();
        let Instruction::Gather(gather) = &program[0] else { panic!("{program:?}") };
        assert_eq!(gather.action, "https://ligne.example.org/t?a=1&b=2");
        assert_eq!((gather.max, gather.finish, gather.timeout_s), (1, None, 8));
        assert_eq!(gather.prompts[0].text, "Pour des courses, tapez 1 & c'est tout.");
        assert_eq!(gather.prompts[0].pauses, Duration::from_millis(400));
        assert_eq!(program[1], Instruction::Redirect("https://ligne.example.org/silence".to_owned()));
    }

    #[test]
    fn thirteen_words_take_six_seconds() {
        let said = Heard { text: "un ".repeat(13), ..Heard::default() };
        assert_eq!(said.lasts(), Duration::from_secs(6));
    }

    #[test]
    fn documents_that_some_provider_would_refuse_are_refused() {
        let record = r##"<Record action="https://l.org/r" method="POST" timeout="5" finishOnKey="#" maxLength="90"/>"##;
        let refused = [
            "<Say>Bonjour</Say>",
            r#"<Say language="fr-FR"> </Say>"#,
            r#"<say language="fr-FR">Bonjour</say>"#,
            r#"<Pause length="1"/>"#,
            "<Enqueue>agents</Enqueue>",
            r#"<Say language="fr-FR"><emphasis>Bonjour</emphasis></Say>"#,
            r#"<Redirect method="POST">/relatif</Redirect>"#,
            "<Redirect>https://l.org/</Redirect>",
            r#"<Hangup/><Say language="fr-FR">Trop tard</Say>"#,
            r#"<Gather action="https://l.org/g" method="POST" numDigits="1" timeout="8" finishOnKey=""/>"#,
            r#"<Gather action="https://l.org/g" method="POST" numDigits="1" finishOnKey=""/><Hangup/>"#,
            r#"<Say language="fr-FR" loop="2">Bonjour</Say>"#,
            r#"<Gather action="https://l.org/g" method="POST" numDigits="1" timeout="8" finishOnKey=""><Hangup/></Gather><Hangup/>"#,
            r#"<Dial action="https://l.org/d" method="POST" timeout="15">+33199001001</Dial>"#,
            r#"<Dial action="https://l.org/d" method="POST" timeout="15"><Number>1</Number><Number>2</Number></Dial>"#,
            "du texte",
            record,
        ];
        for body in refused {
            assert!(read(body).is_err(), "{body}");
        }
        assert!(read(&format!("{record}<Hangup/>")).is_ok());
        assert!(read("").is_ok(), "an empty Response ends the call");
    }

    #[test]
    fn nothing_stands_before_the_prolog() {
        for xml in
            ["\n<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>", "<Response/>", "", "<!DOCTYPE x><Response/>"]
        {
            assert!(parse(xml).is_err(), "{xml:?}");
        }
        assert!(parse(&format!("{PROLOG}<Response/>")).is_ok());
        assert!(parse(&format!("{PROLOG}<Response><Hangup/></Response><Response/>")).is_err());
        assert!(parse(&format!("{PROLOG}<!DOCTYPE r [<!ENTITY a \"b\">]><Response/>")).is_err());
        assert!(parse(&format!("{PROLOG}<Response>{}</Response>", " ".repeat(64 * 1024))).is_err());
        assert!(read("<Say language=\"fr-FR\">a\u{1}b</Say>").is_err());
        assert!(read("<Say language=\"fr-FR\">a&#1;b</Say>").is_err());
        assert!(read("<Say language=\"fr-FR\">&inconnue;</Say>").is_err());
    }
}
