//! What agents see: pages made on the server, in French, that work without a script.
//!
//! Every address is in [`routes`], with the right that it asks for; [`guard`] lets nobody past without a session, a
//! token and an origin of ours. A page is one file in `pages/` and the template of the same name: it asks the use cases
//! and stores of the rooms, and never decides. A form posts, then redirects; what was typed is never lost ([`carry`]).
//! The script of [`assets`] only adds what changes by itself ([`live`]) and comfort.

mod alerts;
mod assets;
mod carry;
mod drawing;
mod guard;
mod hand;
mod headers;
mod id;
mod live;
mod page;
mod pages;
mod peer;
mod routes;
mod said;
mod sent;
mod shown;
mod visitor;

pub use assets::address as asset;
pub use guard::COOKIE_NAME;
pub use routes::{Access, Route, Routes, elsewhere, routes};
