//! Texts that came while we were down, and that the provider did not deliver again: its list is read from where the last
//! look ended, and each text goes the way of those that are delivered, at the instant at which it was sent.

use std::time::Duration;

use jiff::Timestamp;

use super::inbound;
use super::outbound::store::watermarks;
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;
use crate::lines::{Line, Lines, SmsSender};
use crate::phone::PhoneNumber;
use crate::telephony::event::InboundMessage;
use crate::telephony::provider::{Listed, Provider, ProviderError};

/// Between two looks at one number, whichever instance looks.
pub const EVERY: Duration = Duration::from_mins(3);
/// A list may show a text that late: this much before the end of the last look is looked at again.
const OVERLAP: Duration = Duration::from_mins(15);

/// Looks at every number that can receive texts; how many texts of the list were given to the line, known ones included. A
/// provider that cannot list is left alone.
pub async fn look(board: &Switchboard, lines: &Lines, provider: &dyn Provider) -> Result<usize, DbError> {
    if !provider.capabilities().lists_messages {
        return Ok(0);
    }
    let mut seen = 0;
    for line in lines.iter() {
        for number in numbers(&line) {
            seen += look_at(board, lines, provider, &line, &number).await?;
        }
    }
    Ok(seen)
}

/// The numbers of a line to which somebody can write, as the provider writes them.
fn numbers(line: &Line) -> Vec<String> {
    let sender = line.settings.callers.sms.as_ref().filter(|sender| sender.takes_replies());
    let sender = sender.map(SmsSender::as_provider_writes);
    let own = std::iter::once(&line.number).chain(&line.settings.also);
    let mut numbers: Vec<_> = sender.into_iter().chain(own.map(PhoneNumber::as_e164)).map(str::to_owned).collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

async fn look_at(
    board: &Switchboard,
    lines: &Lines,
    provider: &dyn Provider,
    line: &Line,
    number: &str,
) -> Result<usize, DbError> {
    let now = board.clock.now();
    let (own, stale) = (number.to_owned(), now.checked_sub(EVERY).unwrap_or(now));
    let taking = board.db.write(move |tx| Box::pin(async move { watermarks::take(tx, &own, stale, now).await }));
    let taken: Option<Timestamp> = taking.await?;
    // A number that was never looked at begins now.
    let Some(until) = taken.filter(|until| *until < now) else { return Ok(0) };
    let since = until.checked_sub(OVERLAP).unwrap_or(until);
    let listed = match provider.list_inbound(number, since).await {
        Ok(listed) => listed,
        Err(cause) => {
            told(&cause);
            return Ok(0);
        }
    };
    let count = listed.len();
    for text in listed {
        let at = text.at.min(now);
        let message = message(text);
        let sender = message.sender(&lines.own_numbers());
        inbound::receive(board, line, message, sender, at).await?;
    }
    let own = number.to_owned();
    let advancing = board.db.write(move |tx| Box::pin(async move { watermarks::advance(tx, &own, now).await }));
    advancing.await.map(|()| count)
}

fn message(text: Listed) -> InboundMessage {
    InboundMessage::listed(text.sid, text.from, text.to, &text.body)
}

/// The next look begins where this one should have.
fn told(cause: &ProviderError) {
    tracing::error!(%cause, "the provider's list of texts could not be read: texts that it did not deliver are not known");
}
