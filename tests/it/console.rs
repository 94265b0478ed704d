//! The console through its router: who gets in, and what each page says and does.

mod access;
mod accessibility;
mod account;
mod accounts;
mod browser;
mod figures;
mod hostile;
mod item;
mod jobs;
mod journal;
mod line;
mod link;
mod places;
mod plans;
mod queue;
mod requests;
mod second_factor;
mod shift;
mod sign_in;
mod signals;

use ligne_solidaire::operators::Role;
use uuid::Uuid;

use crate::support::browser::{Browser, lines, signed_in};
use crate::support::service::Service;

/// An agent of every line of the service.
pub(crate) async fn agent(service: &Service, name: &str) -> Browser {
    signed_in(service, name, &[Role::Agent], &lines(service)).await
}

/// The id that a callback of the desk has, from the address of its page.
pub(crate) fn id_in(location: &str) -> Uuid {
    let id = location.trim_start_matches("/console/rappels/").split('?').next().unwrap();
    id.parse().unwrap_or_else(|_| panic!("{location}"))
}
