//! Writes a [`VoiceResponse`] as a document.
//!
//! The first byte is the prolog (a blank line before it breaks calls), the characters that XML 1.0 forbids are dropped
//! (escaping does not remove them, and one of them makes the whole document invalid: T11), attributes that have
//! a default are always written because providers' defaults differ, and the same answer gives the same bytes.

use std::borrow::Cow;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::verbs::{Dial, Gather, Piece, Play, Prompt, Record, Redirect, Reject, Say, Verb, VoiceResponse};

/// Providers refuse a document of more than 64 kB.
pub const LARGEST_DOCUMENT: usize = 64_000;
/// The longest silence that a voice accepts in one break.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Why an answer could not become a document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Longer than what providers accept.
    #[error("le document vocal compte {0} octets, au plus {LARGEST_DOCUMENT}")]
    TooLarge(usize),
    /// The XML writer failed.
    #[error("écriture du document vocal")]
    Write(#[from] std::io::Error),
    /// The XML writer gave something else than UTF-8.
    #[error("écriture du document vocal")]
    Encoding(#[from] std::string::FromUtf8Error),
}

type Written = Result<(), DocumentError>;

impl VoiceResponse {
    /// The document, as UTF-8 XML. `ssml` writes pauses and pace for the voices that understand them; without it the
    /// same words are said.
    pub fn to_xml(&self, ssml: bool) -> Result<String, DocumentError> {
        let mut document = Document { out: Writer::new(Vec::with_capacity(1_024)), ssml };
        document.out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        document.open("Response", &[])?;
        for verb in &self.verbs {
            document.verb(verb)?;
        }
        document.close("Response")?;
        let bytes = document.out.into_inner();
        if bytes.len() > LARGEST_DOCUMENT {
            return Err(DocumentError::TooLarge(bytes.len()));
        }
        Ok(String::from_utf8(bytes)?)
    }
}

struct Document {
    out: Writer<Vec<u8>>,
    ssml: bool,
}

impl Document {
    fn verb(&mut self, verb: &Verb) -> Written {
        match verb {
            Verb::Say(say) => self.say(say),
            Verb::Play(play) => self.play(play),
            Verb::Gather(gather) => self.gather(gather),
            Verb::Record(record) => self.record(record),
            Verb::Dial(dial) => self.dial(dial),
            Verb::Redirect(Redirect { url }) => self.element("Redirect", &[("method", "POST")], url),
            Verb::Reject(Reject::Rejected) => self.empty("Reject", &[("reason", "rejected")]),
            Verb::Reject(Reject::Busy) => self.empty("Reject", &[("reason", "busy")]),
            Verb::Hangup => self.empty("Hangup", &[]),
        }
    }

    /// A Say without words is skipped: providers warn about it and some stop there.
    fn say(&mut self, say: &Say) -> Written {
        let plain = spoken(&say.pieces);
        if plain.trim().is_empty() {
            return Ok(());
        }
        let mut attributes = vec![("language", say.lang.as_str())];
        attributes.extend(say.voice.as_deref().map(|voice| ("voice", voice)));
        self.open("Say", &attributes)?;
        if self.ssml {
            self.marked_up(say)?;
        } else {
            self.text(&plain)?;
        }
        self.close("Say")
    }

    fn marked_up(&mut self, say: &Say) -> Written {
        let rate = say.rate.map(|rate| format!("{rate}%"));
        if let Some(rate) = &rate {
            self.open("prosody", &[("rate", rate)])?;
        }
        let mut apart = true;
        for piece in &say.pieces {
            match piece {
                Piece::Words(words) => {
                    self.text(words)?;
                    apart = words.ends_with(char::is_whitespace);
                }
                Piece::Pause(pause) => {
                    // A provider that drops the tag must not run « tapez 1. » and « Papier » together.
                    if !std::mem::replace(&mut apart, true) {
                        self.text(" ")?;
                    }
                    let time = format!("{}ms", pause.min(&LONGEST_PAUSE).as_millis());
                    self.empty("break", &[("time", &time)])?;
                }
            }
        }
        if rate.is_some() { self.close("prosody") } else { Ok(()) }
    }

    fn play(&mut self, play: &Play) -> Written {
        self.element("Play", &[], &play.url)
    }

    fn gather(&mut self, gather: &Gather) -> Written {
        let (digits, timeout) = (gather.num_digits.map(|digits| digits.to_string()), gather.timeout_s.to_string());
        let speech =
            gather.speech.as_ref().map(|speech| (speech, speech.hints.join(","), speech.timeout_s.to_string()));
        let input = if speech.is_some() { "dtmf speech" } else { "dtmf" };
        let mut attributes = vec![("action", gather.action.as_str()), ("method", "POST"), ("input", input)];
        attributes.push(("timeout", &timeout));
        attributes.push(("finishOnKey", &gather.finish_on_key));
        attributes.extend(digits.as_deref().map(|digits| ("numDigits", digits)));
        if let Some((speech, hints, silence)) = &speech {
            attributes.extend([("language", speech.lang.as_str()), ("speechTimeout", silence), ("hints", hints)]);
        }
        self.open("Gather", &attributes)?;
        for prompt in &gather.prompts {
            match prompt {
                Prompt::Say(say) => self.say(say)?,
                Prompt::Play(play) => self.play(play)?,
            }
        }
        self.close("Gather")
    }

    fn record(&mut self, record: &Record) -> Written {
        let (timeout, longest) = (record.timeout_s.to_string(), record.max_length_s.to_string());
        let mut attributes = vec![("action", record.action.as_str()), ("method", "POST"), ("timeout", &timeout)];
        attributes.extend([("finishOnKey", record.finish_on_key.as_str()), ("maxLength", &longest)]);
        attributes.push(("playBeep", "true"));
        if let Some(url) = &record.status_callback {
            attributes.extend([("recordingStatusCallback", url.as_str()), ("recordingStatusCallbackMethod", "POST")]);
        }
        self.empty("Record", &attributes)
    }

    fn dial(&mut self, dial: &Dial) -> Written {
        let timeout = dial.timeout_s.to_string();
        let mut attributes = vec![("action", dial.action.as_str()), ("method", "POST"), ("timeout", &timeout)];
        attributes.extend(dial.caller_id.as_ref().map(|number| ("callerId", number.as_e164())));
        self.open("Dial", &attributes)?;
        let whisper = dial.whisper_url.iter().flat_map(|url| [("url", url.as_str()), ("method", "POST")]);
        self.element("Number", &whisper.collect::<Vec<_>>(), dial.number.number().as_e164())?;
        self.close("Dial")
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> Written {
        self.open(name, attributes)?;
        self.text(text)?;
        self.close(name)
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> Written {
        Ok(self.out.write_event(Event::Start(tag(name, attributes)))?)
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Written {
        Ok(self.out.write_event(Event::Empty(tag(name, attributes)))?)
    }

    fn close(&mut self, name: &str) -> Written {
        Ok(self.out.write_event(Event::End(BytesEnd::new(name)))?)
    }

    fn text(&mut self, text: &str) -> Written {
        let escaped = BytesText::from_escaped(partial_escape(allowed(text)));
        Ok(self.out.write_event(Event::Text(escaped))?)
    }
}

fn tag<'a>(name: &'a str, attributes: &'a [(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, allowed(value)));
    }
    start
}

/// The words of `pieces`; where a pause stood, the words on its two sides stay apart.
fn spoken(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut paused = false;
    for piece in pieces {
        match piece {
            Piece::Pause(_) => paused = true,
            Piece::Words(words) => {
                let apart = text.ends_with(char::is_whitespace) || words.starts_with(char::is_whitespace);
                if paused && !text.is_empty() && !apart {
                    text.push(' ');
                }
                text.push_str(words);
                paused = false;
            }
        }
    }
    text.retain(is_allowed);
    text
}

/// `text` without the characters that XML 1.0 forbids.
fn allowed(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| is_allowed(*character)).collect())
}

/// Whether XML 1.0 accepts the character, be it escaped.
pub fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::PhoneNumber;
    use crate::telephony::portable;
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::escape::resolve_predefined_entity;

    fn say(pieces: Vec<Piece>) -> Say {
        Say { lang: "fr-FR".into(), voice: Some("Polly.Lea-Neural".into()), rate: Some(90), pieces }
    }

    fn words(text: &str) -> Piece {
        Piece::Words(text.into())
    }

    fn menu() -> VoiceResponse {
        let pieces = vec![words("Bonjour."), Piece::Pause(Duration::from_millis(400)), words("Tapez 1.")];
        let gather = Gather {
            action: "https://ligne.example.org/t/voice/menu?tour=2&lang=fr".into(),
            num_digits: Some(1),
            finish_on_key: String::new(),
            timeout_s: 8,
            prompts: vec![Prompt::Say(say(pieces))],
            speech: None,
        };
        VoiceResponse::new().then(gather).then(Redirect::to("https://ligne.example.org/t/voice/menu?tour=3"))
    }

    #[test]
    fn a_menu_with_ssml_breathes_and_slows_down() {
        let expected = concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#,
            r#"<Gather action="https://ligne.example.org/t/voice/menu?tour=2&amp;lang=fr" method="POST" input="dtmf" "#,
            r#"timeout="8" finishOnKey="" numDigits="1">"#,
            r#"<Say language="fr-FR" voice="Polly.Lea-Neural"><prosody rate="90%">Bonjour. <break time="400ms"/>"#,
            r#"Tapez 1.</prosody></Say></Gather>"#,
            r#"<Redirect method="POST">https://ligne.example.org/t/voice/menu?tour=3</Redirect></Response>"#,
        );
        assert_eq!(menu().to_xml(true).unwrap(), expected);
        assert_eq!(portable::check(expected), Ok(()));
    }

    #[test]
    fn the_same_menu_without_ssml_says_the_same_words() {
        let document = menu().to_xml(false).unwrap();
        assert!(document.contains(r#"voice="Polly.Lea-Neural">Bonjour. Tapez 1.</Say>"#), "{document}");
        assert_eq!(portable::check(&document), Ok(()));
    }

    #[test]
    fn every_verb_is_written_with_its_attributes() {
        let number = PhoneNumber::parse("01 99 00 10 01").unwrap();
        let dial = Dial {
            action: "https://l.example/dialed".into(),
            timeout_s: 15,
            caller_id: PhoneNumber::parse("01 99 00 12 34").ok(),
            number: number.dialable().unwrap(),
            whisper_url: Some("https://l.example/whisper?a=1&b=2".into()),
        };
        let record = Record {
            action: "https://l.example/recorded".into(),
            timeout_s: 5,
            finish_on_key: "#".into(),
            max_length_s: 90,
            status_callback: Some("https://l.example/status".into()),
        };
        let written = |verb: Verb| {
            let document = VoiceResponse::new().then(verb).then(Verb::Hangup).to_xml(true).unwrap();
            assert_eq!(portable::check(&document), Ok(()));
            let start = document.find("<Response>").unwrap() + "<Response>".len();
            document[start..document.len() - "<Hangup/></Response>".len()].to_owned()
        };
        assert_eq!(
            written(dial.into()),
            concat!(
                r#"<Dial action="https://l.example/dialed" method="POST" timeout="15" callerId="+33199001234">"#,
                r#"<Number url="https://l.example/whisper?a=1&amp;b=2" method="POST">+33199001001</Number></Dial>"#,
            )
        );
        assert_eq!(
            written(record.into()),
            concat!(
                r##"<Record action="https://l.example/recorded" method="POST" timeout="5" finishOnKey="#" maxLength="90" "##,
                r#"playBeep="true" recordingStatusCallback="https://l.example/status" "#,
                r#"recordingStatusCallbackMethod="POST"/>"#,
            )
        );
        let play = Play { url: "https://l.example/a-5f.wav".into() };
        assert_eq!(written(play.into()), "<Play>https://l.example/a-5f.wav</Play>");
        assert_eq!(
            written(Say::plain("fr-FR", "L'été & <moi>").into()),
            r#"<Say language="fr-FR">L'été &amp; &lt;moi&gt;</Say>"#
        );
        let refused = VoiceResponse::new().then(Reject::Busy).to_xml(false).unwrap();
        assert!(refused.ends_with(r#"<Response><Reject reason="busy"/></Response>"#), "{refused}");
    }

    #[test]
    fn an_empty_answer_is_a_document() {
        let document = VoiceResponse::new().to_xml(false).unwrap();
        assert_eq!(document, r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#);
    }

    #[test]
    fn words_that_are_only_forbidden_characters_are_not_said() {
        let silent = say(vec![words("\u{1}\u{0} \u{ffff}"), Piece::Pause(Duration::from_secs(1))]);
        let document = VoiceResponse::new().then(silent).then(Verb::Hangup).to_xml(true).unwrap();
        assert!(!document.contains("Say"), "{document}");
    }

    #[test]
    fn a_document_too_large_is_an_error_and_not_a_broken_call() {
        let long = VoiceResponse::new().then(Say::plain("fr-FR", &"&".repeat(20_000)));
        assert!(matches!(long.to_xml(false), Err(DocumentError::TooLarge(size)) if size > 100_000));
    }

    /// All text of the document as a reader sees it.
    fn read_back(document: &str) -> String {
        let mut reader = Reader::from_str(document);
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                    Some(character) => text.push(character),
                    None => text.push_str(resolve_predefined_entity(&reference).unwrap()),
                },
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_less_the_forbidden_characters(
            text in proptest::collection::vec(any::<char>(), 0..80),
            ssml: bool,
        ) {
            let text: String = text.into_iter().collect();
            let document = VoiceResponse::new().then(say(vec![words(&text)])).to_xml(ssml).unwrap();
            let kept: String = text.chars().filter(|character| is_allowed(*character)).collect();
            let expected = if kept.trim().is_empty() { String::new() } else { kept };
            prop_assert_eq!(read_back(&document), expected);
            prop_assert_eq!(portable::check(&document), Ok(()));
        }

        #[test]
        fn hostile_text_in_an_address_or_a_voice_stays_inside_its_attribute(text in "[<>&\"'\\x00-\\x1f a-z\\]\\[!-]{0,40}") {
            let spoken = Say { voice: Some(text.clone()), ..Say::plain("fr-FR", "Bonjour") };
            let document = VoiceResponse::new().then(spoken).then(Redirect::to(text)).to_xml(true).unwrap();
            let mut reader = Reader::from_str(&document);
            let mut names = Vec::new();
            loop {
                match reader.read_event().unwrap() {
                    Event::Start(start) => names.push(start.name().as_ref().to_owned()),
                    Event::Eof => break,
                    _ => {}
                }
            }
            prop_assert_eq!(names, ["Response", "Say", "Redirect"]);
        }
    }
}
