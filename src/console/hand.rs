//! Who acts, when, and the id of the entry that the journal keeps of it.

use crate::app::App;
use crate::callbacks::desk::Hand;
use crate::console::visitor::Visitor;

/// The hand of whoever is signed in, at this instant.
pub(crate) fn hand(app: &App, visitor: &Visitor) -> Hand {
    let (now, operator) = (app.board.clock.now(), visitor.operator());
    Hand { agent: operator.name.clone(), operator: Some(operator.id), entry: app.board.ids.row(now), now }
}
