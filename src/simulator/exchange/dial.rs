//! The telephones of the exchange: ringing one for a caller, screening who picked up, putting two people through.

use std::time::Duration;

use super::state::{Direction, Event, LegId, State, Wait};
use super::webhook::Queue;
use super::{ExchangeError, Expect};
use crate::simulator::document::Dial;

/// What a telephone does by itself when it is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Habit {
    /// It rings; whoever drives the exchange answers or not.
    Rings,
    /// It is engaged.
    Busy,
    /// Somebody refuses the call.
    Refuses,
    /// Nobody picks up.
    NeverAnswers,
    /// A voicemail picks up and presses nothing.
    Voicemail,
    /// Somebody picks up, and presses these keys at each question.
    Answers(String),
}

/// A telephone that calls can reach.
#[derive(Debug)]
pub(super) struct Phone {
    pub(super) number: String,
    pub(super) name: String,
    habit: Habit,
    /// The leg that rings or talks on it.
    leg: Option<LegId>,
}

impl State {
    pub(super) fn register_phone(&mut self, number: &str, name: &str) {
        self.phones.retain(|phone| phone.number != number);
        let (number, name) = (number.to_owned(), name.to_owned());
        self.phones.push(Phone { number, name, habit: Habit::Rings, leg: None });
    }

    pub(super) fn set_habit(&mut self, number: &str, habit: Habit) {
        if let Some(phone) = self.phones.iter_mut().find(|phone| phone.number == number) {
            phone.habit = habit;
        }
    }

    pub(super) fn phones(&self) -> Vec<(String, String)> {
        self.phones.iter().map(|phone| (phone.number.clone(), phone.name.clone())).collect()
    }

    pub(super) fn on_phone(&self, number: &str) -> Option<LegId> {
        let leg = self.phones.iter().find(|phone| phone.number == number)?.leg?;
        (self.expect(leg) != Expect::Ended).then_some(leg)
    }

    /// Rings a telephone with an open leg; the error is the status of a call that cannot even ring.
    pub(super) fn ring(&mut self, number: &str, leg: LegId) -> Result<(), &'static str> {
        let engaged = self.on_phone(number).is_some();
        let phone = self.phones.iter_mut().find(|phone| phone.number == number).ok_or("failed")?;
        if engaged || phone.habit == Habit::Busy {
            return Err("busy");
        }
        phone.leg = Some(leg);
        let name = phone.name.clone();
        self.event(Event::Rings { leg, name });
        Ok(())
    }

    /// A Dial of the caller's document.
    pub(super) fn dial(&mut self, caller: LegId, dial: Dial, queue: &mut Queue) {
        let shown = dial.caller_id.clone().unwrap_or_else(|| self.legs[caller.index()].from.clone());
        let child = self.open(&shown, &dial.number, Direction::Dialled, Wait::Incoming);
        self.legs[child.index()].parent = Some(caller);
        let number = dial.number.clone();
        let calling = &mut self.legs[caller.index()];
        calling.child = Some(child);
        calling.dial = Some(dial);
        self.wait(caller, Wait::Ringing);
        if let Err(status) = self.ring(&number, child) {
            self.legs[child.index()].status = status;
            self.end(child, true, queue);
        }
    }

    /// Somebody picks up: the document that she hears first, else the other person at once.
    pub(super) fn answer(&mut self, leg: LegId, queue: &mut Queue) -> Result<(), ExchangeError> {
        if self.expect(leg) != Expect::Incoming {
            return Err(ExchangeError::NotExpected(self.expect(leg)));
        }
        self.legs[leg.index()].status = "in-progress";
        if let Some(placed) = &self.legs[leg.index()].placed {
            let url = placed.url.clone();
            self.request(leg, url, Vec::new(), queue);
            return Ok(());
        }
        let caller = self.legs[leg.index()].parent.and_then(|caller| self.legs[caller.index()].dial.as_ref());
        match caller.and_then(|dial| dial.screening.clone()).filter(|_| self.settings.number_url) {
            Some(url) => self.request(leg, url, Vec::new(), queue),
            None => self.put_through(leg),
        }
        Ok(())
    }

    /// The document of the called person ended without a Hangup: the two can talk.
    pub(super) fn put_through(&mut self, child: LegId) {
        let Some(caller) = self.legs[child.index()].parent else { return };
        self.legs[child.index()].bridged = Some(self.now());
        self.wait(child, Wait::Bridged);
        self.wait(caller, Wait::Bridged);
        self.event(Event::Bridged(caller, child));
    }

    /// The caller waits until nobody answered; while somebody is being screened there is nothing to wait for.
    pub(super) fn let_ring(&mut self, caller: LegId, queue: &mut Queue) -> Result<(), ExchangeError> {
        match self.legs[caller.index()].child {
            Some(child) if self.expect(child) == Expect::Incoming => {
                self.unanswered(child, queue);
                Ok(())
            }
            _ => Err(ExchangeError::NotExpected(self.expect(caller))),
        }
    }

    /// The ringing stops by itself.
    pub(super) fn unanswered(&mut self, leg: LegId, queue: &mut Queue) {
        let ringing = &mut self.legs[leg.index()];
        ringing.status = "no-answer";
        let placed = ringing.placed.as_ref().map(|call| call.timeout_s);
        let caller = ringing.parent;
        let dialled = caller.and_then(|caller| self.legs[caller.index()].dial.as_ref()).map(|dial| dial.timeout_s);
        self.pass(Duration::from_secs(placed.or(dialled).unwrap_or(0).into()));
        self.event(Event::StopsRinging(leg));
        self.end(leg, true, queue);
    }

    /// A caller's call ends: whoever rings or talks for her is released, and Dial's outcome is told, though nobody will
    /// hear the answer.
    pub(super) fn release_called(&mut self, caller: LegId, queue: &mut Queue) {
        let Some(child) = self.legs[caller.index()].child.take() else { return };
        if self.expect(child) == Expect::Ended {
            return;
        }
        if self.expect(child) == Expect::Incoming {
            self.legs[child.index()].status = "canceled";
            self.event(Event::StopsRinging(child));
        }
        self.legs[caller.index()].status = "completed";
        self.end(child, true, queue);
    }

    /// The called person's part is over: the caller's call goes on with Dial's action.
    pub(super) fn release_caller(&mut self, child: LegId, queue: &mut Queue) {
        let Some(caller) = self.legs[child.index()].parent else { return };
        let Some(dial) = self.legs[caller.index()].dial.take() else { return };
        let over = &self.legs[child.index()];
        let talked = over.bridged.map(|since| self.now().saturating_sub(since));
        let mut form = vec![("DialCallStatus", over.status.to_owned()), ("DialCallSid", over.sid.clone())];
        if let Some(talked) = talked {
            form.push(("DialCallDuration", talked.as_secs().to_string()));
        }
        if self.settings.dial_bridged {
            form.push(("DialBridged", talked.is_some().to_string()));
        }
        if matches!(self.legs[caller.index()].wait, Wait::Ended) {
            self.notify(caller, dial.action, form, queue);
        } else {
            self.legs[caller.index()].heard.clear();
            self.request(caller, dial.action, form, queue);
        }
    }

    /// One thing that happens without anybody driving it: a report, or a telephone with a habit. False when all is still.
    pub(super) fn next_by_itself(&mut self, queue: &mut Queue) -> bool {
        if let Some(report) = self.reports.pop_front() {
            queue.push_back(report);
            return true;
        }
        let busy = self.phones.iter().filter(|phone| phone.habit != Habit::Rings);
        let acting: Vec<_> = busy.filter_map(|phone| Some((phone.leg?, phone.habit.clone()))).collect();
        acting.into_iter().any(|(leg, habit)| self.follow_habit(leg, &habit, queue))
    }

    fn follow_habit(&mut self, leg: LegId, habit: &Habit, queue: &mut Queue) -> bool {
        let done = match (self.expect(leg), habit) {
            (Expect::Incoming, Habit::Refuses) => self.hang_up(leg, queue),
            (Expect::Incoming, Habit::Voicemail | Habit::Answers(_)) => self.answer(leg, queue),
            (Expect::Keys { .. }, Habit::Answers(keys)) => self.keys(leg, keys, queue),
            (Expect::Incoming, Habit::NeverAnswers)
            | (Expect::Keys { .. } | Expect::Record { .. } | Expect::Listening, _) => self.silence(leg, queue),
            _ => return false,
        };
        done.is_ok()
    }
}
