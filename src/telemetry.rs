//! The journal: structured lines on the error output, with personal data masked (F-77).
//!
//! `LIGNE_LOG` chooses what is written (`info` by default; `ligne_solidaire=debug,sqlx=warn`), `LIGNE_LOG_FORMAT=json`
//! one JSON object a line for a collector. A value that came from outside can neither begin a line of its own nor
//! colour a terminal: control characters leave escaped. Whoever logs a number masks it first: [`masked`].

use std::fmt;
use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is written when nothing was chosen: our own news, and only the worries of libraries.
const DEFAULT_FILTER: &str = "warn,ligne_solidaire=info";

/// How a line of the journal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One line of text an event.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

/// A journal that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `LIGNE_LOG` does not read.
    #[error("LIGNE_LOG « {0} » ne se lit pas ; écrire par exemple info, ou ligne_solidaire=debug,sqlx=warn")]
    Filter(String),
    /// `LIGNE_LOG_FORMAT` is neither known word.
    #[error("LIGNE_LOG_FORMAT « {0} » est inconnu ; écrire text ou json")]
    Format(String),
    /// A journal exists already.
    #[error("le journal est déjà en place")]
    AlreadySet,
}

/// Sets up the journal of the process from the environment; called once, by the binary.
pub fn init() -> Result<(), TelemetryError> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let format = format(&variable("LIGNE_LOG_FORMAT"))?;
    let filter = filter(&variable("LIGNE_LOG"))?;
    subscriber(filter, format, OneLine(io::stderr)).try_init().map_err(|_| TelemetryError::AlreadySet)
}

fn format(word: &str) -> Result<Format, TelemetryError> {
    match word.trim() {
        "" | "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        other => Err(TelemetryError::Format(other.to_owned())),
    }
}

fn filter(directives: &str) -> Result<EnvFilter, TelemetryError> {
    let written = if directives.trim().is_empty() { DEFAULT_FILTER } else { directives.trim() };
    EnvFilter::builder().parse(written).map_err(|_| TelemetryError::Filter(written.to_owned()))
}

fn subscriber<W>(filter: EnvFilter, format: Format, writer: W) -> impl SubscriberInitExt + tracing::Subscriber
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // No colours: an escape sequence in the journal could then only come from outside.
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines: Box<dyn tracing_subscriber::Layer<_> + Send + Sync> = match format {
        Format::Text => Box::new(lines),
        Format::Json => Box::new(lines.json().flatten_event(true)),
    };
    tracing_subscriber::registry().with(filter).with(lines)
}

/// Shows of a text only its last two characters, for what is not a parsed telephone number but may hold one.
pub fn masked(text: &str) -> Masked<'_> {
    Masked(text)
}

/// A text that shows only its last two characters, and nothing of a short one.
#[derive(Clone, Copy)]
pub struct Masked<'t>(&'t str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.chars().count();
        let end: String = self.0.chars().skip(count.saturating_sub(2)).filter(char::is_ascii_alphanumeric).collect();
        if count < 6 { out.write_str("***") } else { write!(out, "***{end}") }
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// An error and all its causes in one line: for the journal, once, where it is handled.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

/// Writes each event as one line: a control character inside it leaves as `\x` and two digits. The subscriber escapes
/// messages and debug values by itself, but lets through what a value writes of itself (`field = %value`).
#[derive(Clone, Copy)]
struct OneLine<M>(M);

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for OneLine<M> {
    type Writer = LineWriter<M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        LineWriter(self.0.make_writer())
    }
}

/// The writer of one event: tracing hands a whole event over in one call.
struct LineWriter<W>(W);

impl<W: Write> Write for LineWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let (line, end) = event.strip_suffix(b"\n").map_or((event, &b""[..]), |line| (line, b"\n"));
        let mut escaped = Vec::with_capacity(event.len());
        for &byte in line {
            if byte.is_ascii_control() {
                write!(escaped, "\\x{byte:02x}")?;
            } else {
                escaped.push(byte);
            }
        }
        escaped.extend(end);
        self.0.write_all(&escaped)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn journal(format: Format, write: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = subscriber(filter("info").unwrap(), format, OneLine(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, write);
        String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
    }

    const FORGED: &str = "AC1\n2026-04-14 ERROR forged\r\u{1b}[31m red";

    #[test]
    fn a_value_from_outside_begins_no_line_and_colours_nothing() {
        for format in [Format::Text, Format::Json] {
            let journal = journal(format, || {
                tracing::warn!(account = FORGED, shown = %FORGED, seen = ?FORGED, "refused {FORGED}");
            });
            assert_eq!(journal.lines().count(), 1, "{journal}");
            assert!(journal.ends_with('\n') && !journal.contains(['\r', '\u{1b}']), "{journal}");
        }
    }

    #[test]
    fn a_collector_gets_one_object_a_line() {
        let journal = journal(Format::Json, || tracing::info!(turn = 3, "answered"));
        let line: serde_json::Value = serde_json::from_str(&journal).unwrap();
        assert_eq!((&line["message"], &line["turn"]), (&"answered".into(), &3.into()));
    }

    #[test]
    fn a_mask_shows_two_characters_of_a_long_text_and_none_of_a_short_one() {
        assert_eq!(masked("+33465710012").to_string(), "***12");
        assert_eq!(format!("{:?}", masked("+33465710012")), "***12");
        assert_eq!(masked("12345").to_string(), "***");
        assert_eq!(masked("une phrase\u{1b}\n").to_string(), "***");
    }

    #[test]
    fn a_setting_that_does_not_read_says_what_to_write() {
        assert!(filter("info").is_ok() && filter("").is_ok());
        assert!(filter("ligne=bruyant").unwrap_err().to_string().contains("ligne_solidaire=debug"));
        assert!(format("xml").unwrap_err().to_string().contains("text ou json"));
    }
}
