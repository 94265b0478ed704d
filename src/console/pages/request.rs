//! One request: what was said, everything that happened, what may be corrected, and the others that may be the same one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::correction::Correction;
use super::message::Spoken;
use super::request_map::{Pointing, SIDES, written};
use crate::app::App;
use crate::callbacks::Reason;
use crate::callbacks::disposition::Disposition;
use crate::calls::switchboard::Voice;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::dialog::Told;
use crate::operators::Right;
use crate::requests::desk::edit;
use crate::requests::desk::open::{self, Opened};
use crate::requests::duplicates::Near;
use crate::requests::pointed::Written;
use crate::requests::timeline::{self, Part, Words};
use crate::requests::whole::{Back, Beneficiary, Request, Whole};
use crate::requests::{Contact, State};

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    frame: Frame,
    id: Uuid,
    need: String,
    reference: String,
    refusal: Option<String>,
    since: Vec<String>,
    merged_into: Option<Uuid>,
    state: &'static str,
    created: String,
    phoned_from: Option<String>,
    contact: String,
    person: Option<String>,
    place: String,
    awaiting: bool,
    is_open: bool,
    may_supervise: bool,
    told: Vec<Told>,
    messages: Vec<Spoken>,
    around: Around,
    version: String,
    priority: u8,
    consent: &'static str,
    correction: Correction,
    line: Uuid,
    pointing: Pointing,
    sides: [u16; 2],
    written: Written,
}

/// What happened to it, and the other requests beside it.
struct Around {
    callbacks: Vec<Line>,
    entries: Vec<Entry>,
    suggestions: Vec<Line>,
    linked: Vec<(Uuid, String)>,
    merged: Vec<(Uuid, String)>,
}

/// Another thing to go to.
struct Line {
    id: Uuid,
    reference: String,
    what: String,
    when: String,
}

/// A line of the timeline.
struct Entry {
    at: String,
    title: String,
    by: Option<String>,
    of: Option<String>,
    more: Vec<String>,
}

/// Why what she typed was not kept, and what others did meanwhile.
#[derive(Debug, Default)]
pub(super) struct Refused {
    pub(super) sentence: Option<String>,
    pub(super) since: Vec<String>,
    /// What she typed, if it is to be shown again.
    pub(super) typed: Typed,
}

/// What a form of the page holds.
#[derive(Debug, Default)]
pub(super) enum Typed {
    /// None of them.
    #[default]
    Nothing,
    /// The corrections.
    Correction(Sent),
    /// The place.
    Place(Sent),
}

impl Typed {
    fn correction(&self) -> Option<&Sent> {
        if let Self::Correction(sent) = self { Some(sent) } else { None }
    }

    fn place(&self) -> Option<&Sent> {
        if let Self::Place(sent) = self { Some(sent) } else { None }
    }
}

/// The page of a request.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    render(&page(&app, &visitor, opened(&app, &visitor, id).await?, &said, Refused::default()))
}

/// The page again, with why something was not kept.
pub(super) async fn again(
    app: &App,
    visitor: &Visitor,
    id: Uuid,
    status: StatusCode,
    refused: Refused,
) -> Result<Response, PageError> {
    let opened = opened(app, visitor, id).await?;
    Ok((status, render(&page(app, visitor, opened, &Said::default(), refused))?).into_response())
}

async fn opened(app: &App, visitor: &Visitor, id: Uuid) -> Result<Opened, PageError> {
    open::open(&app.board, visitor.operator(), id).await?.ok_or(PageError::NotFound)
}

fn page(app: &App, visitor: &Visitor, opened: Opened, said: &Said, refused: Refused) -> RequestPage {
    let Opened { whole, parts, messages } = opened;
    let (now, voice) = (app.board.clock.now(), app.board.voice.load_full());
    let zone = app.zone_of(whole.request.line_id);
    let request = &whole.request;
    let content = request.content(edit::spoken(&voice).iter());
    RequestPage {
        frame: Frame::new(app, visitor, &format!("Demande {}", request.reference), "/console/demandes", said),
        id: request.id,
        need: voice.need_of(&request.category, &request.answers),
        reference: request.reference.clone(),
        refusal: refused.sentence,
        since: refused.since,
        merged_into: request.merged_into,
        state: request.state.word(),
        created: shown::moment(request.created_at, now, &zone),
        phoned_from: request.caller.as_ref().map(number),
        contact: request.contact.as_ref().map_or_else(|| "sans numéro".to_owned(), number),
        person: request.beneficiary.as_ref().map(person),
        place: place(request),
        awaiting: request.state == State::AwaitingAgreement,
        is_open: request.state.is_open(),
        may_supervise: visitor.may(Right::Supervise),
        told: voice.labels.told(&request.answers),
        messages: messages.iter().map(|message| Spoken::of(app, message)).collect(),
        around: around(&voice, &whole, parts, now, &zone),
        version: request.updated_at.as_millisecond().to_string(),
        priority: content.priority,
        consent: content.consent.word(),
        correction: Correction::of(app, &content, refused.typed.correction()),
        line: request.line_id,
        pointing: Pointing::of(
            app.lines.by_id(request.line_id).as_ref(),
            request.postal_code.as_deref(),
            request.place.point,
        ),
        sides: SIDES,
        written: refused.typed.place().map_or_else(|| known(request), written),
    }
}

fn around(voice: &Voice, whole: &Whole, parts: Vec<Part>, now: Timestamp, zone: &TimeZone) -> Around {
    let words = Words { scripts: &voice.scripts, labels: &voice.labels };
    let entries = timeline::timeline(&whole.request.reference, parts, words);
    let other = |near: &Near| Line {
        id: near.id,
        reference: near.reference.clone(),
        what: format!("{} · n° {}", voice.need(&near.category), near.reference),
        when: format!("{} · {}", near.state.word(), shown::moment(near.created_at, now, zone)),
    };
    Around {
        callbacks: whole.callbacks.iter().map(|back| callback(back, now, zone)).collect(),
        entries: entries.into_iter().map(|one| entry(one, now, zone)).collect(),
        suggestions: whole.suggestions().into_iter().map(other).collect(),
        linked: resembling(whole),
        merged: whole.merged.clone(),
    }
}

fn person(person: &Beneficiary) -> String {
    let agreed = person.agreed_at.map_or("accord à demander", |_| "d'accord");
    let phone = person.phone.as_ref().map(|phone| phone.pairs().join(" ")).unwrap_or_default();
    let parts: Vec<&str> = [&person.name, phone.as_str(), agreed].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn place(request: &Request) -> String {
    let told = request.place.address(request.postal_code.as_deref());
    if told.is_empty() { "pas encore précisé".to_owned() } else { told }
}

/// Those that the call itself said to be alike, but for those that the page shows anyway.
fn resembling(whole: &Whole) -> Vec<(Uuid, String)> {
    let suggested = whole.suggestions().into_iter().map(|near| near.id);
    let elsewhere: Vec<Uuid> = suggested.chain(whole.merged.iter().map(|(id, _)| *id)).collect();
    whole.linked.iter().filter(|(id, _)| !elsewhere.contains(id)).cloned().collect()
}

/// The place as it is.
fn known(request: &Request) -> Written {
    Written {
        street: request.place.street.clone(),
        details: request.place.details.clone(),
        postal_code: request.postal_code.clone().unwrap_or_default(),
        pointed: None,
    }
}

fn number(contact: &Contact) -> String {
    contact.number.as_ref().map_or_else(|| "illisible".to_owned(), |number| number.pairs().join(" "))
}

fn callback(back: &Back, now: Timestamp, zone: &TimeZone) -> Line {
    let what = Reason::of_code(&back.reason).map_or_else(|| back.reason.clone(), |reason| reason.label().to_owned());
    let when = match (&back.disposition, &back.claimed_by) {
        (Some(disposition), Some(by)) => format!("{} ({by})", Disposition::label(disposition)),
        (Some(disposition), None) => Disposition::label(disposition).to_owned(),
        (None, Some(by)) if back.state == "claimed" => format!("{by} s'en occupe"),
        (None, _) => format!("à faire, {}", shown::deadline(back.due_at, now)),
    };
    let promise = back.promised_until.map(|until| format!(" · promis avant {}", shown::moment(until, now, zone)));
    Line {
        id: back.id,
        reference: String::new(),
        what: format!("P{} · {what}", back.priority),
        when: when + &promise.unwrap_or_default(),
    }
}

fn entry(one: timeline::Entry, now: Timestamp, zone: &TimeZone) -> Entry {
    Entry { at: shown::moment(one.at, now, zone), title: one.title, by: one.by, of: one.of, more: one.more }
}
