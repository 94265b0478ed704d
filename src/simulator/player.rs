//! Replays a transcript against a service and writes down what came of it, in the same form: the file that the player
//! writes and the file that was read agree, or the test fails. `BLESS=1` rewrites the file instead.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::exchange::Exchange;
use super::stage::{Stage, StageError};
use super::transcript::{Action, Input, Line, Transcript};
use crate::clock::SetClock;

/// Why a transcript could not be played to its end.
#[derive(Debug, thiserror::Error)]
#[error("ligne {line}, « {text} » : {source}\n\nJusque-là :\n{so_far}")]
pub struct PlayError {
    /// The line of the transcript, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// What had been written so far.
    pub so_far: String,
    /// What went wrong.
    pub source: StageError,
}

/// Plays transcripts on one exchange.
pub struct Player {
    exchange: Exchange,
    line: String,
    between: Option<Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>>,
    console: Option<Box<Console>>,
}

/// What happens when somebody, named as in the transcript, calls back the request of those six digits by a click.
type Console = dyn Fn(String, String) -> BoxFuture<'static, ()> + Send + Sync;

impl Player {
    /// A player whose callers dial `line`. `clock` follows the calls: 130 words a minute for what is said, each timeout
    /// when somebody says nothing, the length of each message.
    pub fn new(exchange: Exchange, line: &str, clock: Arc<SetClock>) -> Self {
        exchange.tell_time(move |time| clock.advance(time));
        Self { exchange, line: line.to_owned(), between: None, console: None }
    }

    /// Work of the service that no webhook sets off (jobs, the sweep), done after each line.
    #[must_use]
    pub fn between_lines(mut self, work: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        self.between = Some(Box::new(work));
        self
    }

    /// What is done in the console of the service: « Le bureau 1 rappelle la demande 416640 ».
    #[must_use]
    pub fn with_console(
        mut self,
        calls_back: impl Fn(String, String) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        self.console = Some(Box::new(calls_back));
        self
    }

    /// Plays all the lines; gives the transcript with what really came of them. `remains` says, once everybody has done
    /// everything, what the service kept: one sentence a line for the section « Reste : ».
    pub async fn play(
        &self,
        transcript: &Transcript,
        remains: impl AsyncFnOnce() -> Vec<String>,
    ) -> Result<String, PlayError> {
        for (number, name) in transcript.phones() {
            self.exchange.register_phone(&number, &name);
        }
        let mut stage = Stage::new(self.exchange.clone(), &self.line);
        let mut written = Written(transcript.head.clone());
        for line in &transcript.lines {
            match line {
                Line::Plain(text) => written.0.push(text.clone()),
                Line::Input(input) => {
                    written.0.push(input.text.clone());
                    let played = self.one(&mut stage, input).await;
                    written.outcome(stage.tell(&input.actor));
                    played.map_err(|source| written.error(input, source))?;
                }
                Line::Outcome(_) | Line::Remains => {}
            }
        }
        written.remains(remains().await);
        Ok(written.text())
    }

    async fn one(&self, stage: &mut Stage, input: &Input) -> Result<(), StageError> {
        match (&input.action, &self.console) {
            (Action::CallsBack(reference), Some(console)) => console(input.actor.clone(), reference.clone()).await,
            _ => stage.perform(input).await?,
        }
        if let Some(between) = &self.between {
            between().await;
            self.exchange.settle().await?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Player {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Player").field("line", &self.line).finish_non_exhaustive()
    }
}

/// The lines written so far.
struct Written(Vec<String>);

impl Written {
    fn outcome(&mut self, sentences: Vec<String>) {
        self.0.extend(sentences.into_iter().map(|sentence| format!("    {sentence}")));
    }

    fn remains(&mut self, sentences: Vec<String>) {
        while self.0.last().is_some_and(String::is_empty) {
            self.0.pop();
        }
        if !sentences.is_empty() {
            self.0.extend([String::new(), "Reste :".to_owned()]);
            self.outcome(sentences);
        }
    }

    fn text(&self) -> String {
        self.0.join("\n") + "\n"
    }

    fn error(&self, input: &Input, source: StageError) -> PlayError {
        PlayError { line: input.line, text: input.text.clone(), so_far: self.text(), source }
    }
}

/// Compares what was played with the file it came from; with `BLESS=1` in the environment, rewrites the file.
pub fn agree(file: &Path, played: &str) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        return std::fs::write(file, played).map_err(|error| format!("{}: {error}", file.display()));
    }
    let written = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if written == played {
        return Ok(());
    }
    let mut lines = written.lines().zip(played.lines()).enumerate();
    let first = lines.find(|(_, (before, now))| before != now);
    let at = first.map_or_else(|| written.lines().count().min(played.lines().count()), |(index, _)| index);
    let line = |text: &str| text.lines().nth(at).unwrap_or("(rien)").to_owned();
    Err(format!(
        "{}, ligne {} :\n  écrit : {}\n  joué  : {}\nBLESS=1 récrit le fichier.\n\nTout ce qui a été joué :\n{played}",
        file.display(),
        at + 1,
        line(&written),
        line(played),
    ))
}
