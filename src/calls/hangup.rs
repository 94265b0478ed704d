//! The end of a call: what was said so far is kept (F-19), phones that ring are let go.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::queue;
use super::store::{self, CallRow};
use super::switchboard::{Switchboard, since};
use super::task::{self, Context, Opened};
use crate::callbacks::{self, Reason};
use crate::db::{DbError, Tx};
use crate::dialog::Session;
use crate::lines::{Line, Lines};

/// How a call ended: the caller hung up.
const HUNG_UP: &str = "raccroché";
/// How a call ended: with a person.
pub(super) const TALKED: &str = "personne";
/// A caller who hangs up sooner after the key of the desk talked to nobody: the two are still being connected.
const SHORTEST_TALK: Duration = Duration::from_secs(10);

/// The provider says that a call is over, or a sweep found that it must be. Said twice, it changes nothing.
pub async fn ended(board: &Arc<Switchboard>, lines: &Arc<Lines>, call_sid: &str) -> Result<(), DbError> {
    let now = board.clock.now();
    let (work, lines, sid) = (board.clone(), lines.clone(), call_sid.to_owned());
    board
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(call) = store::lock(tx, &sid).await?.filter(|call| call.live) else { return Ok(()) };
                let Some(line) = line_of(&lines, &call) else { return Ok(()) };
                let delay = line.settings.promise_default;
                let context = Context { board: &work, line: &line, call: &call, now, delay, dialable: false };
                close(tx, &context).await
            })
        })
        .await
}

/// A call may outlive the setting of its line: it ends by the hours of another, and its caller is still called back.
fn line_of(lines: &Lines, call: &CallRow) -> Option<Line> {
    let lent = || lines.iter().next().map(|other| Line { id: call.line_id, ..other });
    lines.by_id(call.line_id).or_else(lent)
}

async fn close(tx: &mut Tx<'_>, context: &Context<'_>) -> Result<(), DbError> {
    let call = context.call;
    let mut outcome = HUNG_UP;
    if let Some(mut session) = session(context.board, call) {
        leave(tx, context, &mut session).await?;
        outcome = left_as(&session);
    }
    store::end(tx, call.id, outcome, context.now).await?;
    Ok(())
}

/// How a call ended whose caller hung up, for figures: whoever talked to somebody was served.
pub(super) fn left_as(session: &Session) -> &'static str {
    if session.answers.contains_key(task::TALKED) { TALKED } else { HUNG_UP }
}

/// The caller is gone: lets phones go, and opens the callback of an interrupted call if something was chosen and nothing
/// is kept. Whoever talked to a person was served.
pub async fn leave(tx: &mut Tx<'_>, context: &Context<'_>, session: &mut Session) -> Result<(), DbError> {
    let call = context.call;
    if let Some(accepted) = queue::store::hang_up(tx, call.id).await? {
        if since(context.now, accepted) >= SHORTEST_TALK {
            task::talked(tx, context, session).await?;
        } else {
            callbacks::store::release_of_call(tx, call.id).await?;
        }
    }
    queue::store::leave(tx, call.id).await?;
    // A failure that ended the call has kept what was said already.
    if !session.leaves_a_draft() || callbacks::store::has_opened(tx, call.id, Reason::Failure).await? {
        return Ok(());
    }
    let reason = Reason::Interrupted;
    let opened = Opened {
        reason,
        contact_id: task::contact(tx, context, session).await?,
        priority: task::raised(tx, context, reason.priority(session.priority)).await?,
        request_id: None,
        opened_at: context.now,
        promised: false,
    };
    task::open(tx, context, session, &opened).await?;
    Ok(())
}

/// Where a call stands, if its session can be read.
pub fn session(board: &Switchboard, call: &CallRow) -> Option<Session> {
    unsealed(board, call.id, &call.session)
}

/// The same, from the sealed column of a call.
pub fn unsealed(board: &Switchboard, call_id: Uuid, sealed: &[u8]) -> Option<Session> {
    let plain = board.keyring.open("calls.session", &call_id.to_string(), sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}
