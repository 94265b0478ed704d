//! What the telephone page is told: everything that happened since it last asked, and how the telephones stand.

use serde::Serialize;

use super::{Caller, Demo};
use crate::simulator::exchange::{Event, Expect, LegId, Sms};
use crate::simulator::numbers::in_pairs;

/// The whole answer.
#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    line: Named<'a>,
    callers: &'a [Caller],
    /// How many events there are: to be passed as `since` next time.
    next: usize,
    happened: Vec<Happened>,
    /// The call that the page shows.
    leg: Option<Standing>,
    phones: Vec<Phone>,
    fault: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Named<'a> {
    name: &'a str,
    number: String,
}

#[derive(Debug, Serialize)]
struct Standing {
    id: LegId,
    expect: Expect,
}

#[derive(Debug, Serialize)]
struct Phone {
    name: String,
    number: String,
    shown: String,
    leg: Option<Standing>,
}

/// One event, as the script reads it.
#[derive(Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Happened {
    Heard { leg: LegId, lang: String, text: String, audio: Option<String>, lasts_ms: u128, interruptible: bool },
    Beep { leg: LegId },
    Rings { leg: LegId, name: String },
    StopsRinging { leg: LegId },
    Bridged { leg: LegId, other: LegId },
    Ended { leg: LegId, by_line: bool },
    Text { from: String, to: String, body: String },
}

impl<'a> View<'a> {
    pub(super) fn of(demo: &'a Demo, since: usize, leg: Option<LegId>, fault: Option<&'static str>) -> Self {
        let (events, next) = demo.exchange.events_since(since);
        let standing = |id: LegId| Standing { id, expect: demo.exchange.expect(id) };
        let phone = |(number, name): (String, String)| Phone {
            name,
            shown: in_pairs(&number),
            leg: demo.exchange.on_phone(&number).map(standing),
            number,
        };
        Self {
            line: Named { name: &demo.name, number: in_pairs(&demo.line) },
            callers: &demo.callers,
            next,
            happened: events.into_iter().map(Happened::from).collect(),
            leg: leg.map(standing),
            phones: demo.exchange.phones().into_iter().map(phone).collect(),
            fault,
        }
    }
}

impl From<Event> for Happened {
    fn from(event: Event) -> Self {
        match event {
            Event::Heard(leg, heard) => {
                let lasts_ms = heard.lasts().as_millis();
                Self::Heard {
                    leg,
                    lang: heard.lang,
                    text: heard.text,
                    audio: heard.audio_url,
                    lasts_ms,
                    interruptible: heard.interruptible,
                }
            }
            Event::Beep(leg) => Self::Beep { leg },
            Event::Rings { leg, name } => Self::Rings { leg, name },
            Event::StopsRinging(leg) => Self::StopsRinging { leg },
            Event::Bridged(leg, other) => Self::Bridged { leg, other },
            Event::Ended { leg, by_line } => Self::Ended { leg, by_line },
            Event::Text(Sms { from, to, body, .. }) => Self::Text { from: in_pairs(&from), to: in_pairs(&to), body },
        }
    }
}
