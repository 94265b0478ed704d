//! Everything of one request, for its page. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::caller::Contact;
use super::content::{Content, Person};
use super::duplicates::Near;
use super::place::Place;
use super::request::{Consent, State};
use crate::dialog::{Value, Values};
use crate::phone::PhoneNumber;

/// Somebody who is helped at another's request (F-21), as her row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiary {
    /// Her row.
    pub id: Uuid,
    /// As she is called; empty while it is only in a recording.
    pub name: String,
    /// Her number.
    pub phone: Option<PhoneNumber>,
    /// When she agreed herself.
    pub agreed_at: Option<Timestamp>,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: String,
    /// The line.
    pub line_id: Uuid,
    /// The call that made it; none when it was typed at the counter.
    pub call_id: Option<Uuid>,
    /// Its category.
    pub category: String,
    /// 0 to 3.
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// The language to speak.
    pub lang: String,
    /// The postal code, if one is known.
    pub postal_code: Option<String>,
    /// What was said about sharing with a neighbour.
    pub consent: Consent,
    /// Everything answered.
    pub answers: Values,
    /// Where, as an agent wrote it down.
    pub place: Place,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version: a change names the one that it saw.
    pub updated_at: Timestamp,
    /// Who made it, unless withheld.
    pub caller: Option<Contact>,
    /// Whom to call back.
    pub contact: Option<Contact>,
    /// The person it is for, when it is another one.
    pub beneficiary: Option<Beneficiary>,
    /// The request that goes on in its place.
    pub merged_into: Option<Uuid>,
}

/// A callback of a request, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// Its id.
    pub id: Uuid,
    /// Why: the code of its reason.
    pub reason: String,
    /// open, claimed, closed.
    pub state: String,
    /// 0 to 3.
    pub priority: u8,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// What the caller was told.
    pub promised_until: Option<Timestamp>,
    /// Who holds it, or held it.
    pub claimed_by: Option<String>,
    /// How it ended.
    pub disposition: Option<String>,
}

/// A request and everything around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The request.
    pub request: Request,
    /// Its callbacks, newest first.
    pub callbacks: Vec<Back>,
    /// Other requests of the same numbers or for the same person, newest first.
    pub near: Vec<Near>,
    /// The one that it looks like, and those that look like it (F-22).
    pub linked: Vec<(Uuid, String)>,
    /// Those that were merged into it, and the one into which it was.
    pub merged: Vec<(Uuid, String)>,
    /// Itself as the others are seen.
    pub itself: Near,
}

impl Whole {
    /// The requests that may be the same one (F-49).
    pub fn suggestions(&self) -> Vec<&Near> {
        self.near.iter().filter(|near| near.may_be(&self.itself)).collect()
    }
}

impl Request {
    /// What an agent may correct; `spoken` are the answers that are words.
    pub fn content<'a>(&self, spoken: impl Iterator<Item = &'a String>) -> Content {
        let text = |name: &String| {
            let words = self.answers.get(name).map(ToString::to_string)?;
            // The word « message » stands for a recording: nobody wrote anything down yet.
            Some((name.clone(), if words == "message" { String::new() } else { words }))
        };
        Content {
            category: self.category.clone(),
            priority: self.priority,
            contact: self.contact.as_ref().and_then(|contact| contact.number.clone()),
            beneficiary: self
                .beneficiary
                .as_ref()
                .map(|beneficiary| Person { name: beneficiary.name.clone(), phone: beneficiary.phone.clone() }),
            consent: self.consent,
            texts: spoken.filter_map(text).collect(),
        }
    }

    /// The answers once these words are written down; an empty one leaves the recording to speak.
    pub fn answers_with(&self, texts: &BTreeMap<String, String>) -> Values {
        let mut answers = self.answers.clone();
        for (name, text) in texts {
            if !text.is_empty() {
                answers.insert(name.clone(), Value::Text(text.clone()));
            } else if answers.get(name).is_some_and(|value| *value != Value::from("message")) {
                answers.remove(name);
            }
        }
        answers
    }
}
