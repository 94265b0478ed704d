//! Texts that leave: when, how often, what is known of them; STOP; the limits; those that came while we were down.

mod limits;
mod lost;
mod missed;
mod posting;
mod statuses;
mod stops;
