//! A caller who wants shopping done and answers each question with its first choice, whatever happened before.

use ligne_solidaire::simulator::exchange::{Exchange, ExchangeError, Expect, LegId, RecordEnd};

/// More answers than this, and the call does not end.
const MOST_ANSWERS: usize = 60;

/// Answers one question.
pub(crate) async fn answer(exchange: &Exchange, leg: LegId) -> Result<Expect, ExchangeError> {
    match exchange.expect(leg) {
        Expect::Keys { max: 5, .. } => exchange.keys(leg, "34000").await,
        Expect::Keys { .. } => exchange.keys(leg, "1").await,
        Expect::Record { .. } => exchange.record(leg, 12, RecordEnd::Key('#')).await,
        _ => exchange.silence(leg).await,
    }
}

/// Answers that many questions.
pub(crate) async fn answers(exchange: &Exchange, leg: LegId, questions: usize) {
    for _ in 0..questions {
        answer(exchange, leg).await.unwrap();
    }
}

/// Answers until the call is over.
pub(crate) async fn to_the_end(exchange: &Exchange, leg: LegId) {
    let mut given = 0;
    while exchange.expect(leg) != Expect::Ended {
        answer(exchange, leg).await.unwrap();
        given += 1;
        assert!(given < MOST_ANSWERS, "this call does not end: {:?}", exchange.heard(leg));
    }
}

/// How many answers a call for shopping takes; the last one stores it.
pub(crate) const QUESTIONS: usize = 12;

/// Every word of the last document.
pub(crate) fn words(exchange: &Exchange, leg: LegId) -> String {
    exchange.heard(leg).into_iter().map(|heard| heard.text).collect::<Vec<_>>().join(" ")
}
