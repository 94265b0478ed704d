//! What the exchange posts, field by field, and what it does with the answer.

use std::collections::VecDeque;

use super::ExchangeError;
use super::state::{Direction, LegId, State, Wait};
use crate::simulator::document;
use crate::simulator::transport::Answer;

/// Webhooks that wait to be posted, in order.
pub(super) type Queue = VecDeque<Webhook>;
/// The fields of one webhook, in the order they are sent.
pub(super) type Form = Vec<(&'static str, String)>;

/// One request to the service.
#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) form: Form,
    /// The leg that runs the answer; without one the answer is thrown away.
    pub(super) runs_on: Option<LegId>,
}

/// A webhook that was delivered, with its answer.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Where it was posted.
    pub url: String,
    /// Its fields.
    pub form: Vec<(&'static str, String)>,
    /// What the service answered.
    pub answer: Answer,
}

/// How many delivered webhooks are remembered.
const REMEMBERED: usize = 2_000;
/// Documents in a row without anybody being asked anything: beyond, the service redirects in a circle.
const CIRCLE: u32 = 50;

/// The words about places, which providers send empty.
pub const PLACES: [&str; 16] = [
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
];

impl State {
    /// The fields that every voice webhook carries.
    fn standard(&self, leg: LegId) -> Form {
        let leg = &self.legs[leg.index()];
        let mut form = Vec::with_capacity(32);
        form.extend([
            ("AccountSid", self.settings.account.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", leg.sid.clone()),
            ("CallStatus", leg.status.to_owned()),
            ("Direction", leg.direction.name().to_owned()),
            ("From", leg.from.clone()),
            ("To", leg.to.clone()),
            ("Caller", leg.from.clone()),
            ("Called", leg.to.clone()),
        ]);
        form.extend(PLACES.map(|place| (place, String::new())));
        if let Some(parent) = leg.parent {
            form.push(("ParentCallSid", self.legs[parent.index()].sid.clone()));
        }
        if let (Direction::Inbound, Some(forwarded)) = (leg.direction, &self.settings.forwarded_from) {
            form.push(("ForwardedFrom", forwarded.clone()));
        }
        form
    }

    /// Asks for the next document of a leg.
    pub(super) fn request(&mut self, leg: LegId, url: String, more: Form, queue: &mut Queue) {
        let mut form = self.standard(leg);
        form.extend(more);
        let running = &mut self.legs[leg.index()];
        running.wait = Wait::Service;
        running.spoke = false;
        running.status = "in-progress";
        queue.push_back(Webhook { url, form, runs_on: Some(leg) });
    }

    /// Tells the service something about a leg; the answer is not run.
    pub(super) fn notify(&self, leg: LegId, url: String, more: Form, queue: &mut Queue) {
        let mut form = self.standard(leg);
        form.extend(more);
        queue.push_back(Webhook { url, form, runs_on: None });
    }

    /// Runs the document that came, or drops the call as a provider does.
    pub(super) fn answered(
        &mut self,
        webhook: &Webhook,
        outcome: Result<Answer, ExchangeError>,
        queue: &mut Queue,
    ) -> Result<(), ExchangeError> {
        let program = outcome.and_then(|answer| {
            self.remember(webhook, &answer);
            read(webhook, &answer)
        });
        let leg = webhook.runs_on.filter(|leg| matches!(self.legs[leg.index()].wait, Wait::Service));
        match (program, leg) {
            (Ok(program), Some(leg)) => {
                self.legs[leg.index()].program = program.into();
                self.circling(webhook, leg, queue)?;
                self.run(leg, queue);
                Ok(())
            }
            (Ok(_), None) => Ok(()),
            (Err(error), Some(leg)) => self.failed(webhook, leg, error, queue),
            (Err(error), None) => Err(error),
        }
    }

    fn remember(&mut self, webhook: &Webhook, answer: &Answer) {
        if self.delivered.len() == REMEMBERED {
            self.delivered.pop_front();
        }
        let (url, form) = (webhook.url.clone(), webhook.form.clone());
        self.delivered.push_back(Delivered { url, form, answer: answer.clone() });
    }

    fn circling(&mut self, webhook: &Webhook, leg: LegId, queue: &mut Queue) -> Result<(), ExchangeError> {
        let running = &mut self.legs[leg.index()];
        running.documents += 1;
        if running.documents <= CIRCLE {
            return Ok(());
        }
        self.end(leg, true, queue);
        Err(bad(webhook, 200, "the service redirects in a circle", &[]))
    }

    /// The fall-back document when there is one, else the end of the call.
    fn failed(
        &mut self,
        webhook: &Webhook,
        leg: LegId,
        error: ExchangeError,
        queue: &mut Queue,
    ) -> Result<(), ExchangeError> {
        match self.settings.fallback.clone() {
            Some(fallback) if fallback != webhook.url => {
                let why = vec![("ErrorCode", "11200".to_owned()), ("ErrorUrl", webhook.url.clone())];
                self.request(leg, fallback, why, queue);
                Ok(())
            }
            _ => {
                self.end(leg, true, queue);
                Err(error)
            }
        }
    }

    /// The XML documents among the webhooks remembered.
    pub(super) fn documents(&self) -> Vec<String> {
        let xml = self.delivered.iter().filter(|delivered| delivered.answer.content_type.ends_with("xml"));
        xml.map(|delivered| String::from_utf8_lossy(&delivered.answer.body).into_owned()).collect()
    }
}

/// The program of an answer. A notice may be answered with nothing at all, a voice webhook never.
fn read(webhook: &Webhook, answer: &Answer) -> Result<Vec<document::Instruction>, ExchangeError> {
    let refused = |why: &str| Err(bad(webhook, answer.status, why, &answer.body));
    if answer.status == 403 {
        return refused("la signature, le jeton ou le compte ne sont pas ceux du service");
    }
    if !(200..300).contains(&answer.status) {
        return refused("le service a échoué");
    }
    if webhook.runs_on.is_none() && answer.body.is_empty() {
        return Ok(Vec::new());
    }
    if !matches!(answer.content_type.as_str(), "text/xml" | "application/xml") {
        return refused(&format!("{:?} n'est pas le type d'un document d'appel", answer.content_type));
    }
    match std::str::from_utf8(&answer.body) {
        Ok(xml) => document::parse(xml).or_else(|error| refused(&error.to_string())),
        Err(_) => refused("le document n'est pas en UTF-8"),
    }
}

fn bad(webhook: &Webhook, status: u16, why: &str, body: &[u8]) -> ExchangeError {
    let body = String::from_utf8_lossy(body).into_owned();
    ExchangeError::BadAnswer { url: webhook.url.clone(), status, why: why.to_owned(), body }
}
