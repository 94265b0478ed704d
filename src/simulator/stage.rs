//! People doing things on an exchange, line by line: what the player of transcripts and the telephone in the terminal
//! share. It knows who is on which leg, and tells what came of each thing.

use std::collections::BTreeMap;

use super::exchange::{Exchange, ExchangeError, Expect, Habit, LegId};
use super::narrator::Narrator;
use super::numbers::e164;
use super::transcript::{Action, Input};

/// Why somebody could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Nobody of that name is on a call.
    #[error("{0} n'est pas au téléphone")]
    NotOnACall(String),
    /// No telephone has that name.
    #[error("aucun téléphone ne s'appelle « {0} »")]
    NoSuchPhone(String),
    /// What is done in the console cannot be done here.
    #[error("la console n'est pas ouverte ici : {0}")]
    NoConsole(String),
    /// The exchange says no, or the service failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl StageError {
    /// Whether the service failed, rather than whoever asked for what cannot be now.
    pub fn is_of_the_service(&self) -> bool {
        use ExchangeError::{BadAnswer, Differs, Unanswered};
        matches!(self, Self::Exchange(Unanswered { .. } | BadAnswer { .. } | Differs { .. }))
    }
}

/// The people of a call, on their exchange.
#[derive(Debug)]
pub struct Stage {
    exchange: Exchange,
    /// The number that everybody calls.
    line: String,
    callers: BTreeMap<String, LegId>,
    narrator: Narrator,
    told: usize,
}

impl Stage {
    /// Nobody has called yet.
    pub fn new(exchange: Exchange, line: &str) -> Self {
        let (_, told) = exchange.events_since(usize::MAX);
        Self { exchange, line: line.to_owned(), callers: BTreeMap::new(), narrator: Narrator::default(), told }
    }

    /// Does what a line says. [`Stage::tell`] says what came of it.
    pub async fn perform(&mut self, input: &Input) -> Result<(), StageError> {
        let exchange = self.exchange.clone();
        match &input.action {
            Action::Calls { from, to } => {
                let from = from.as_deref().unwrap_or(&exchange.settings().withheld);
                let leg = exchange.call(from, to.as_deref().unwrap_or(&self.line)).await?;
                self.callers.insert(input.actor.clone(), leg);
                self.narrator.introduce(leg, &input.actor);
            }
            Action::Presses(keys) => drop(exchange.keys(self.leg(&input.actor)?, keys).await?),
            Action::Speaks(seconds, end) => drop(exchange.record(self.leg(&input.actor)?, *seconds, *end).await?),
            Action::Waits => drop(exchange.silence(self.leg(&input.actor)?).await?),
            Action::HangsUp => drop(exchange.hang_up(self.leg(&input.actor)?).await?),
            Action::PicksUp => drop(exchange.answer(&self.number(&input.actor)?).await?),
            Action::Refuses => exchange.refuse(&self.number(&input.actor)?).await?,
            Action::NeverAnswers => {
                exchange.set_habit(&self.number(&input.actor)?, Habit::NeverAnswers);
                exchange.settle().await?;
            }
            Action::Is(habit) => {
                exchange.set_habit(&self.number(&input.actor)?, habit.clone());
                exchange.settle().await?;
            }
            Action::Writes(body) => {
                let from = self.number(&input.actor).unwrap_or_else(|_| e164(&input.actor));
                exchange.text_line(&from, &self.line, body).await?;
            }
            Action::CallsBack(reference) => return Err(StageError::NoConsole(reference.clone())),
            Action::TimePasses(time) => exchange.time_passes(*time),
        }
        Ok(())
    }

    /// What happened since it was last told, as sentences seen from this person.
    pub fn tell(&mut self, actor: &str) -> Vec<String> {
        let (events, told) = self.exchange.events_since(self.told);
        self.told = told;
        let acting = self.leg(actor).ok();
        self.narrator.tell(&events, acting)
    }

    /// The exchange that all this happens on.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// What the line waits for from somebody; `Ended` when she is on no call.
    pub fn expect(&self, actor: &str) -> Expect {
        self.leg(actor).map_or(Expect::Ended, |leg| self.exchange.expect(leg))
    }

    /// The leg of a caller, or the one on a telephone: `Odette`, `Le bureau 1`. Whoever has hung up may be called back.
    fn leg(&self, actor: &str) -> Result<LegId, StageError> {
        let on_a_phone = || self.exchange.on_phone(&self.number(actor).ok()?);
        let called = self.callers.get(actor).copied();
        let leg = called.filter(|leg| self.exchange.expect(*leg) != Expect::Ended).or_else(on_a_phone).or(called);
        leg.ok_or_else(|| StageError::NotOnACall(actor.to_owned()))
    }

    fn number(&self, actor: &str) -> Result<String, StageError> {
        let name = without_article(actor);
        let phone = self.exchange.phones().into_iter().find(|(_, known)| known == name);
        phone.map(|(number, _)| number).ok_or_else(|| StageError::NoSuchPhone(name.to_owned()))
    }
}

/// `bureau 1` from `Le bureau 1`.
fn without_article(actor: &str) -> &str {
    let articles = ["Le ", "La ", "L'", "L’", "le ", "la ", "l'", "l’"];
    articles.iter().find_map(|article| actor.strip_prefix(article)).unwrap_or(actor)
}
