//! Tells whoever answers for them that a report waits, by a text that says nothing of it.

use uuid::Uuid;

use super::store;
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;
use crate::dialog::{Value, Values};
use crate::lang::Lang;
use crate::lines::{Line, Lines};
use crate::operators::Right;
use crate::operators::store::{accounts, phones};
use crate::outbox::Outcome;
use crate::phone::PhoneNumber;
use crate::telephony::provider::{Leave, OutgoingMessage, Provider, ProviderError};

/// Texts the supervisors of the line but the author, unless one of them has seen to the report already. A text that left
/// does not leave again because another did not: they read the same page. Where none could leave, the job fails in sight.
pub async fn tell(
    board: &Switchboard,
    lines: &Lines,
    provider: &dyn Provider,
    signal_id: Uuid,
) -> Result<Outcome, DbError> {
    let keyring = board.keyring.clone();
    let reading = board.db.read(move |tx| {
        Box::pin(async move {
            let Some(told) = store::to_tell(tx, signal_id).await?.filter(|told| !told.seen) else { return Ok(None) };
            let phones = phones::of_line(tx, &keyring, told.line_id, Right::Safeguard).await?;
            let others = phones.into_iter().filter(|phone| phone.operator_id != told.author);
            let hers = accounts::lines_with_role(tx, told.author, |role| role.may(Right::Safeguard)).await?;
            let numbers = others.map(|phone| phone.number).collect::<Vec<_>>();
            Ok::<_, DbError>(Some((told.line_id, numbers, hers.contains(&told.line_id))))
        })
    });
    let Some((line_id, numbers, author_answers)) = reading.await? else { return Ok(Outcome::Done) };
    let Some(line) = lines.by_id(line_id) else {
        return Ok(Outcome::fail("the line is not configured any more"));
    };
    let (mut left, mut last) = (0, None);
    for number in &numbers {
        match text(board, &line, provider, number).await {
            Ok(sent) => left += usize::from(sent),
            Err(cause) => last = Some(cause),
        }
    }
    Ok(match last {
        None if left == 0 && !author_answers => Outcome::fail("no supervisor but the author could be told by a text"),
        Some(ProviderError::Retry { after, cause }) if left == 0 => Outcome::Retry { cause, after },
        Some(ProviderError::Unknown { cause }) if left == 0 => Outcome::unknown(cause),
        Some(cause) if left == 0 => Outcome::fail(cause.to_string()),
        _ => Outcome::Done,
    })
}

/// Whether a text could leave at all: a landline receives none, and a line may send none.
async fn text(
    board: &Switchboard,
    line: &Line,
    provider: &dyn Provider,
    number: &PhoneNumber,
) -> Result<bool, ProviderError> {
    let (Ok(to), Some(sender)) = (number.textable(), &line.settings.callers.sms) else { return Ok(false) };
    let values = Values::from([("ville".to_owned(), Value::Text(line.settings.town.clone()))]);
    let Some(body) = board.voice.load().texts.say(Lang::FRENCH, "a-signalement", &values) else { return Ok(false) };
    let from = sender.as_provider_writes().to_owned();
    provider
        .send_sms(&OutgoingMessage { to, from, body, status_callback: None, validity_s: None, leave: Leave::Always })
        .await
        .map(|_| true)
}
