//! A caller who asks for shopping by keys, without a mistake: `1` wherever there is a choice, a few words where the line
//! listens, a postal code. Driven by what the line waits for, so that it follows the flow where it changes.

use ligne_solidaire::simulator::exchange::{Exchange, ExchangeError, Expect, LegId, RecordEnd};

/// More answers than this and the call does not end.
const MOST: usize = 60;

/// Gives the next answer; `false` when the line waits for nothing more.
pub(crate) async fn answer(exchange: &Exchange, leg: LegId) -> Result<bool, ExchangeError> {
    match exchange.expect(leg) {
        Expect::Keys { max: 1, .. } => exchange.keys(leg, "1").await?,
        Expect::Keys { max: 5, .. } => exchange.keys(leg, "34000").await?,
        Expect::Keys { .. } => exchange.keys(leg, "0465710009").await?,
        Expect::Record { .. } => exchange.record(leg, 4, RecordEnd::Key('#')).await?,
        Expect::Listening => exchange.silence(leg).await?,
        _ => return Ok(false),
    };
    Ok(true)
}

/// A whole call; returns how many answers it took.
pub(crate) async fn to_the_end(exchange: &Exchange, from: &str, line: &str) -> usize {
    let leg = exchange.call(from, line).await.unwrap();
    let mut answers = 0;
    while answer(exchange, leg).await.unwrap() {
        answers += 1;
        assert!(answers < MOST, "this call does not end");
    }
    answers
}

/// The same call up to the answer before the last one.
pub(crate) async fn but_the_last(exchange: &Exchange, from: &str, line: &str, answers: usize) -> LegId {
    let leg = exchange.call(from, line).await.unwrap();
    for _ in 1..answers {
        assert!(answer(exchange, leg).await.unwrap(), "the call ended early");
    }
    leg
}

/// The request number that is told in these words, if one is: six digits said one by one, in any language.
pub(crate) fn reference(words: &str) -> Option<String> {
    let words: Vec<&str> =
        words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let digit = |word: &&str| word.len() == 1 && word.chars().all(|letter| letter.is_ascii_digit());
    Some(words.windows(6).find(|six| six.iter().all(digit))?.concat())
}

/// How many answers such a call takes; the last one stores the request.
pub(crate) const QUESTIONS: usize = 12;

/// Answers up to the name, when three messages are left.
pub(crate) const UP_TO_THE_NAME: usize = 9;

/// Gives that many answers to a call that is going on.
pub(crate) async fn answers(exchange: &Exchange, leg: LegId, questions: usize) {
    for _ in 0..questions {
        assert!(answer(exchange, leg).await.unwrap(), "the call ended early");
    }
}

/// Answers until the call is over, whatever happened before.
pub(crate) async fn finish(exchange: &Exchange, leg: LegId) {
    let mut given = 0;
    while exchange.expect(leg) != Expect::Ended {
        assert!(answer(exchange, leg).await.unwrap() && given < MOST, "this call does not end");
        given += 1;
    }
}

/// Every word that she heard since she last did something.
pub(crate) fn words(exchange: &Exchange, leg: LegId) -> String {
    exchange.heard(leg).into_iter().map(|heard| heard.text).collect::<Vec<_>>().join(" ")
}
