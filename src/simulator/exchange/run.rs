//! Running a document on a leg, up to the next thing that a person or the service must do.

use super::state::{Direction, Event, LegId, State, Wait};
use super::webhook::Queue;
use crate::simulator::document::{Gather, Heard, Instruction, Record};

impl State {
    /// Runs what is left of the leg's document.
    pub(super) fn run(&mut self, leg: LegId, queue: &mut Queue) {
        while let Some(instruction) = self.legs[leg.index()].program.pop_front() {
            match instruction {
                Instruction::Hear(heard) => {
                    self.hear(leg, heard);
                    self.legs[leg.index()].spoke = true;
                }
                Instruction::Gather(gather) => return self.wait_for_keys(leg, gather),
                Instruction::Record(record) => return self.wait_for_message(leg, record),
                Instruction::Dial(dial) => return self.dial(leg, dial, queue),
                Instruction::Redirect(url) if self.legs[leg.index()].spoke => {
                    return self.wait(leg, Wait::Listening(url));
                }
                Instruction::Redirect(url) => return self.request(leg, url, Vec::new(), queue),
                Instruction::Reject(busy) => {
                    self.legs[leg.index()].status = if busy { "busy" } else { "no-answer" };
                    return self.end(leg, true, queue);
                }
                Instruction::Hangup => return self.end(leg, true, queue),
            }
        }
        if self.legs[leg.index()].direction == Direction::Dialled {
            self.put_through(leg);
        } else {
            self.end(leg, true, queue);
        }
    }

    fn hear(&mut self, leg: LegId, heard: Heard) {
        self.pass(heard.lasts());
        self.legs[leg.index()].heard.push(heard.clone());
        self.event(Event::Heard(leg, heard));
    }

    fn wait_for_keys(&mut self, leg: LegId, mut gather: Gather) {
        for prompt in std::mem::take(&mut gather.prompts) {
            self.hear(leg, prompt);
        }
        self.wait(leg, Wait::Keys { gather, typed: String::new() });
    }

    fn wait_for_message(&mut self, leg: LegId, record: Record) {
        self.event(Event::Beep(leg));
        self.wait(leg, Wait::Record(record));
    }

    pub(super) fn wait(&mut self, leg: LegId, wait: Wait) {
        let waiting = &mut self.legs[leg.index()];
        // A leg that only listens has not been asked anything: a circle of redirects is still one.
        if !matches!(wait, Wait::Listening(_)) {
            waiting.documents = 0;
            waiting.spoke = false;
        }
        waiting.wait = wait;
    }

    /// The call is over for this person; the others on it, and the service, learn it.
    pub(super) fn end(&mut self, leg: LegId, by_line: bool, queue: &mut Queue) {
        let now = self.now();
        let ending = &mut self.legs[leg.index()];
        if matches!(ending.wait, Wait::Ended) {
            return;
        }
        ending.wait = Wait::Ended;
        ending.ended = Some(now);
        ending.program.clear();
        if matches!(ending.status, "ringing" | "in-progress") {
            ending.status = "completed";
        }
        self.event(Event::Ended { leg, by_line });
        self.release_called(leg, queue);
        match self.legs[leg.index()].direction {
            Direction::Dialled => self.release_caller(leg, queue),
            Direction::Inbound if self.settings.end_notices => {
                let url = self.settings.endpoint("status");
                self.tell_end(leg, url, queue);
            }
            Direction::Placed => {
                if let Some(url) = self.legs[leg.index()].placed.as_ref().and_then(|call| call.status_callback.clone())
                {
                    self.tell_end(leg, url, queue);
                }
            }
            Direction::Inbound => {}
        }
    }

    fn tell_end(&self, leg: LegId, url: String, queue: &mut Queue) {
        let seconds = self.elapsed(leg).as_secs();
        let more = vec![
            ("CallDuration", seconds.to_string()),
            ("Duration", seconds.div_ceil(60).to_string()),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("SequenceNumber", "0".to_owned()),
        ];
        self.notify(leg, url, more, queue);
    }
}
