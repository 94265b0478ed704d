//! The legs of the calls and what each waits for. Plain values: nothing here waits, posts or knows the time of day.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::dial::Phone;
use super::media::{Received, Recording, Sms};
use super::settings::{Mishap, Settings};
use super::webhook::{Delivered, Queue, Webhook};
use crate::simulator::document::{Dial, Gather, Heard, Instruction, Record};

/// One person on one telephone, in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LegId(usize);

impl LegId {
    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// What the line waits for from one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Expect {
    /// Keys: at most `max` of them, ended earlier by `finish`, or by `timeout_s` seconds of silence.
    Keys {
        /// The number of keys that ends the entry.
        max: u32,
        /// The key that ends it earlier.
        finish: Option<char>,
        /// Seconds of silence that end it.
        timeout_s: u32,
    },
    /// A message of at most `max_s` seconds, ended by a key of `finish` or by silence.
    Record {
        /// The longest message, in seconds.
        max_s: u32,
        /// The keys that end it.
        finish: String,
        /// Seconds of silence that end it.
        timeout_s: u32,
    },
    /// Only that she listens to the end: the line then goes on by itself ([`super::Exchange::silence`]).
    Listening,
    /// Another telephone rings for her, at most so many seconds.
    Ringing {
        /// Seconds until nobody answered.
        timeout_s: u32,
    },
    /// Her telephone rings.
    Incoming,
    /// She talks with somebody.
    Bridged,
    /// The service has not answered yet.
    Service,
    /// Nothing: the call is over.
    Ended,
}

impl fmt::Display for Expect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Keys { .. } => "des touches",
            Self::Record { .. } => "un message",
            Self::Listening => "qu'on écoute jusqu'au bout",
            Self::Ringing { .. } => "qu'un téléphone réponde",
            Self::Incoming => "qu'on décroche",
            Self::Bridged => "la fin de la conversation",
            Self::Service => "la réponse du service",
            Self::Ended => "plus rien",
        })
    }
}

/// Something that happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Words or a sound.
    Heard(LegId, Heard),
    /// The beep that opens a recording.
    Beep(LegId),
    /// A telephone rings.
    Rings {
        /// The leg that will talk if somebody answers.
        leg: LegId,
        /// The name of the telephone.
        name: String,
    },
    /// A telephone stops ringing without an answer.
    StopsRinging(LegId),
    /// Two people can talk: who called, and who was called.
    Bridged(LegId, LegId),
    /// A call is over for one person.
    Ended {
        /// Whose call.
        leg: LegId,
        /// Whether the line ended it, and not the person.
        by_line: bool,
    },
    /// The service sent a text.
    Text(Sms),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    /// Started by a Dial of the service.
    Dialled,
    /// Started over REST.
    Placed,
}

impl Direction {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Dialled => "outbound-dial",
            Self::Placed => "outbound-api",
        }
    }
}

/// What a leg waits for, with what is needed to go on.
#[derive(Debug)]
pub(super) enum Wait {
    Service,
    Listening(String),
    Keys {
        gather: Gather,
        typed: String,
    },
    Record(Record),
    /// Its own Dial rings or is being screened.
    Ringing,
    Incoming,
    Bridged,
    Ended,
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) sid: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) direction: Direction,
    pub(super) status: &'static str,
    pub(super) wait: Wait,
    pub(super) program: VecDeque<Instruction>,
    pub(super) heard: Vec<Heard>,
    /// Words were said outside a Gather since the last document was asked for.
    pub(super) spoke: bool,
    /// Documents since somebody was last asked something.
    pub(super) documents: u32,
    pub(super) started: Duration,
    pub(super) ended: Option<Duration>,
    pub(super) bridged: Option<Duration>,
    pub(super) parent: Option<LegId>,
    pub(super) child: Option<LegId>,
    pub(super) dial: Option<Dial>,
    /// For a placed call: the document to run on answer, where its end is told, how long it rings.
    pub(super) placed: Option<super::Placed>,
}

/// How many events are remembered.
const REMEMBERED: usize = 20_000;

/// What befalls each text.
type Mishaps = Box<dyn Fn(&Sms) -> Option<Mishap> + Send + Sync>;

/// Everything that goes on in one exchange.
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) legs: Vec<Leg>,
    pub(super) phones: Vec<Phone>,
    pub(super) recordings: BTreeMap<String, Recording>,
    pub(super) texts: Vec<Sms>,
    /// When each of them was taken.
    pub(super) taken_at: Vec<Timestamp>,
    /// What people texted to the line, delivered or not.
    pub(super) received: Vec<Received>,
    /// The time of day, for those who ask when a message was sent.
    pub(super) clock: Option<Box<dyn Fn() -> Timestamp + Send + Sync>>,
    /// What befalls a text.
    pub(super) mishaps: Option<Mishaps>,
    pub(super) delivered: VecDeque<Delivered>,
    /// Reports on things started outside any step of a call.
    pub(super) reports: Queue,
    pub(super) passes: Option<Box<dyn Fn(Duration) + Send + Sync>>,
    events: VecDeque<Event>,
    forgotten_events: usize,
    now: Duration,
    rng: StdRng,
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        let rng = StdRng::seed_from_u64(settings.seed);
        Self {
            settings,
            legs: Vec::new(),
            phones: Vec::new(),
            recordings: BTreeMap::new(),
            texts: Vec::new(),
            taken_at: Vec::new(),
            received: Vec::new(),
            clock: None,
            mishaps: None,
            delivered: VecDeque::new(),
            reports: Queue::new(),
            passes: None,
            events: VecDeque::new(),
            forgotten_events: 0,
            now: Duration::ZERO,
            rng,
        }
    }

    /// An id as providers make them: two letters and 32 hexadecimal digits.
    pub(super) fn sid(&mut self, letters: &str) -> String {
        format!("{letters}{:032x}", self.rng.random::<u128>())
    }

    pub(super) fn open(&mut self, from: &str, to: &str, direction: Direction, wait: Wait) -> LegId {
        let sid = self.sid("CA");
        self.legs.push(Leg {
            sid,
            from: from.to_owned(),
            to: to.to_owned(),
            direction,
            status: "ringing",
            wait,
            program: VecDeque::new(),
            heard: Vec::new(),
            spoke: false,
            documents: 0,
            started: self.now,
            ended: None,
            bridged: None,
            parent: None,
            child: None,
            dial: None,
            placed: None,
        });
        LegId(self.legs.len() - 1)
    }

    /// Somebody calls the line.
    pub(super) fn incoming_call(&mut self, from: &str, to: &str, queue: &mut Queue) -> LegId {
        let leg = self.open(from, to, Direction::Inbound, Wait::Service);
        let voice = self.settings.endpoint("voice");
        self.request(leg, voice, Vec::new(), queue);
        leg
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
        if let Some(passes) = &self.passes {
            passes(time);
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.now
    }

    pub(super) fn elapsed(&self, leg: LegId) -> Duration {
        self.legs.get(leg.0).map_or(Duration::ZERO, |leg| leg.ended.unwrap_or(self.now).saturating_sub(leg.started))
    }

    pub(super) fn event(&mut self, event: Event) {
        if self.events.len() == REMEMBERED {
            self.events.pop_front();
            self.forgotten_events += 1;
        }
        self.events.push_back(event);
    }

    pub(super) fn events_since(&self, known: usize) -> (Vec<Event>, usize) {
        let events = self.events.iter().skip(known.saturating_sub(self.forgotten_events)).cloned().collect();
        (events, self.forgotten_events + self.events.len())
    }

    pub(super) fn expect(&self, leg: LegId) -> Expect {
        let Some(leg) = self.legs.get(leg.0) else { return Expect::Ended };
        match &leg.wait {
            Wait::Service => Expect::Service,
            Wait::Listening(_) => Expect::Listening,
            Wait::Keys { gather, .. } => {
                Expect::Keys { max: gather.max, finish: gather.finish, timeout_s: gather.timeout_s }
            }
            Wait::Record(record) => {
                Expect::Record { max_s: record.max_s, finish: record.finish.clone(), timeout_s: record.timeout_s }
            }
            Wait::Ringing => Expect::Ringing { timeout_s: leg.dial.as_ref().map_or(0, |dial| dial.timeout_s) },
            Wait::Incoming => Expect::Incoming,
            Wait::Bridged => Expect::Bridged,
            Wait::Ended => Expect::Ended,
        }
    }

    pub(super) fn report(&mut self, url: String, form: Vec<(&'static str, String)>) {
        self.reports.push_back(Webhook { url, form, runs_on: None });
    }
}
