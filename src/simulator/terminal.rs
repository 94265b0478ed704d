//! The telephone in the terminal (`phone`): each line typed is something that somebody does, what the line says is
//! printed. It works against any running service through its signed webhooks, and from a script as well as by hand.
//! Everything done is kept as a transcript, ready to become a test.

use std::io::{self, BufRead, Write};

use jiff::Timestamp;

use super::exchange::{Exchange, Expect};
use super::numbers::{e164, in_pairs};
use super::stage::{Stage, StageError};
use super::transcript::{Action, Input, write_date};

/// What can be typed.
const HELP: &str = "\
Ce que vous pouvez taper :
  1  12#  *          les touches du téléphone
  parle 5            parle cinq secondes, puis se tait (parle 5 # finit par dièse)
  attend             ne fait rien jusqu'à ce que la ligne continue
  raccroche          raccroche
  appelle            rappelle la ligne (appelle 04 65 71 00 01, appelle masqué)
  poste 01 99 00 10 01 bureau 1
                     branche un autre téléphone, que la ligne peut faire sonner
  Le bureau 1 décroche
  Le bureau 1 tape 1
                     fait agir l'autre téléphone (raccroche, refuse, est occupé…)
  aide               affiche ces lignes
  quitte             raccroche et s'en va";

/// One person at one telephone, in a terminal.
#[derive(Debug)]
pub struct Terminal {
    stage: Stage,
    /// How transcripts call the person.
    name: String,
    /// Her number; none when it is hidden.
    from: Option<String>,
    transcript: Vec<String>,
    desks: Vec<(String, String)>,
    /// Whether the service failed her once.
    failed: bool,
}

/// What a typed line leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// Sentences to print.
    Say(Vec<String>),
    /// The end.
    Leave,
}

impl Terminal {
    /// A telephone that will call `line`. `from` is the caller's number as people write it, nothing when it is hidden;
    /// `name` is how the transcript calls her.
    pub fn new(exchange: Exchange, line: &str, name: &str, from: Option<&str>) -> Self {
        Self {
            stage: Stage::new(exchange, line),
            name: name.to_owned(),
            from: from.map(e164),
            transcript: Vec::new(),
            desks: Vec::new(),
            failed: false,
        }
    }

    /// Does what one line says.
    pub async fn line(&mut self, typed: &str) -> Result<Typed, StageError> {
        let typed = typed.trim();
        match typed.split_whitespace().next().unwrap_or_default() {
            "" => Ok(Typed::Say(Vec::new())),
            "aide" | "help" | "?" => Ok(Typed::Say(HELP.lines().map(str::to_owned).collect())),
            "quitte" | "quit" | "exit" => self.leave().await,
            "poste" => Ok(Typed::Say(self.plug_in(typed))),
            _ => match self.understand(typed) {
                Some(input) => self.perform(&input).await,
                None => Ok(Typed::Say(vec![format!("Je ne comprends pas « {typed} ». Tapez : aide")])),
            },
        }
    }

    /// Everything done so far, as a transcript with `title` that began at `start`.
    pub fn transcript(&self, title: &str, start: Timestamp) -> String {
        let mut lines = vec![format!("# {title}"), format!("Date : {}", write_date(start))];
        lines.extend(self.settings().map(|settings| format!("Réglages : {settings}")));
        lines.push(String::new());
        lines.extend(self.transcript.iter().cloned());
        lines.join("\n") + "\n"
    }

    /// The other telephones, by kind: a transcript names those of one kind by their rank.
    fn settings(&self) -> Option<String> {
        let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
        for (number, kind) in &self.desks {
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, numbers)) => numbers.push(in_pairs(number)),
                None => kinds.push((kind, vec![in_pairs(number)])),
            }
        }
        let settings: Vec<String> =
            kinds.iter().map(|(kind, numbers)| format!("{kind} {}", numbers.join(", "))).collect();
        (!settings.is_empty()).then(|| settings.join(" ; "))
    }

    /// A short form for the caller, or a whole sentence of a transcript.
    fn understand(&self, typed: &str) -> Option<Input> {
        let (verb, rest) = typed.split_once(' ').unwrap_or((typed, ""));
        let sentence = match (verb, rest.trim()) {
            _ if typed.chars().all(|key| matches!(key, '0'..='9' | '*' | '#' | ' ')) => format!("tape {typed}"),
            ("appelle", "") => format!("appelle depuis {}", self.number()),
            ("appelle", "masqué") => "appelle depuis un numéro masqué".to_owned(),
            ("appelle", number) if !number.starts_with("depuis") => format!("appelle depuis le {number}"),
            ("parle", rest) if !rest.contains("seconde") => format!("parle {}", seconds(rest)),
            ("attend" | "tais" | "silence", _) => "attend".to_owned(),
            _ => typed.to_owned(),
        };
        Input::read(0, &format!("{} {sentence}", self.name))
            .filter(|input| input.actor == self.name)
            .or_else(|| Input::read(0, typed))
    }

    fn number(&self) -> String {
        self.from.as_deref().map_or_else(|| "un numéro masqué".to_owned(), |from| format!("le {}", in_pairs(from)))
    }

    async fn perform(&mut self, input: &Input) -> Result<Typed, StageError> {
        let done = self.stage.perform(input).await;
        let mut told = self.stage.tell(&input.actor);
        self.transcript.push(input.text.clone());
        self.transcript.extend(told.iter().map(|sentence| format!("    {sentence}")));
        done?;
        told.push(self.prompt());
        Ok(Typed::Say(told))
    }

    /// What the line waits for now, for the person at the terminal.
    fn prompt(&self) -> String {
        match self.stage.expect(&self.name) {
            Expect::Keys { max: 1, .. } => "(une touche)".to_owned(),
            Expect::Keys { finish: Some(key), .. } => format!("(des touches, puis {key})"),
            Expect::Keys { .. } => "(des touches)".to_owned(),
            Expect::Record { max_s, .. } => format!("(parlez, au plus {max_s} secondes)"),
            Expect::Listening => "(la ligne va continuer : attend)".to_owned(),
            Expect::Ringing { .. } => "(cela sonne : attend)".to_owned(),
            Expect::Bridged => "(en communication)".to_owned(),
            Expect::Incoming => "(votre téléphone sonne)".to_owned(),
            Expect::Service => "(la ligne réfléchit)".to_owned(),
            Expect::Ended => "(l'appel est fini)".to_owned(),
        }
    }

    /// `poste 01 99 00 10 01 bureau 1`: the number is what is made of digits in pairs, the rest is the name.
    fn plug_in(&mut self, typed: &str) -> Vec<String> {
        let words: Vec<&str> = typed.split_whitespace().skip(1).collect();
        let named = words.iter().position(|word| word.starts_with(char::is_alphabetic)).unwrap_or(words.len());
        let (number, name) = (e164(&words[..named].join(" ")), words[named..].join(" "));
        if !number.starts_with('+') || name.is_empty() {
            return vec!["Écrivez par exemple : poste 01 99 00 10 01 bureau 1".to_owned()];
        }
        self.stage.exchange().register_phone(&number, &name);
        let told = format!("Le téléphone « {name} » répond au {}.", in_pairs(&number));
        let kind = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == ' ').to_owned();
        self.desks.push((number, kind));
        vec![told]
    }

    async fn leave(&mut self) -> Result<Typed, StageError> {
        if self.stage.expect(&self.name) != Expect::Ended {
            let text = format!("{} raccroche", self.name);
            let input = Input { line: 0, text, actor: self.name.clone(), action: Action::HangsUp };
            self.perform(&input).await?;
        }
        Ok(Typed::Leave)
    }

    /// Calls the line at once, then reads lines until there is none left or somebody leaves. A line that fails is told
    /// and does not end the call.
    pub async fn run(&mut self, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
        self.print("appelle", &mut output).await?;
        for line in input.lines() {
            if !self.print(&line?, &mut output).await? {
                return Ok(());
            }
        }
        self.print("quitte", &mut output).await?;
        Ok(())
    }

    /// Whether the service was out of reach, or answered something that is no call.
    pub fn failed(&self) -> bool {
        self.failed
    }

    async fn print(&mut self, typed: &str, output: &mut impl Write) -> io::Result<bool> {
        match self.line(typed).await {
            Ok(Typed::Leave) => return Ok(false),
            Ok(Typed::Say(sentences)) => {
                for sentence in sentences {
                    writeln!(output, "{sentence}")?;
                }
            }
            Err(error) => {
                self.failed |= error.is_of_the_service();
                writeln!(output, "{error}")?;
            }
        }
        output.flush()?;
        Ok(true)
    }
}

/// `5 #` as `5 secondes puis tape #`, `5 du lait` as `5 secondes : « du lait »`.
fn seconds(rest: &str) -> String {
    let (count, then) = rest.split_once(' ').unwrap_or((rest, ""));
    match then.trim() {
        "" => format!("{count} secondes"),
        key if key.len() == 1 && "0123456789*#".contains(key) => format!("{count} secondes puis tape {key}"),
        said => format!("{count} secondes : « {said} »"),
    }
}
