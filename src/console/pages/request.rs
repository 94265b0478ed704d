//! One request: what was said, everything that happened, what may be corrected, and the others that may be the same one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::queue::level;
use super::request_map::{Pointing, SIDES, written};
use super::requests::categories;
use crate::app::App;
use crate::callbacks::Reason;
use crate::callbacks::disposition::Disposition;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::dialog::{self, Told};
use crate::lang::Lang;
use crate::operators::Right;
use crate::phone::PhoneNumber;
use crate::requests::content::Content;
use crate::requests::desk::{edit, open};
use crate::requests::duplicates::Near;
use crate::requests::pointed::Written;
use crate::requests::timeline::{self, Part, Words};
use crate::requests::whole::{Back, Heard, Request, Whole};
use crate::requests::{Consent, Contact, State};

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
    messages: Vec<Message>,
    callbacks: Vec<Line>,
    entries: Vec<Entry>,
    suggestions: Vec<Line>,
    linked: Vec<(Uuid, String)>,
    merged: Vec<(Uuid, String)>,
    version: String,
    categories: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    consents: Vec<&'static str>,
    priority: u8,
    consent: &'static str,
    correction: Correction,
    line: Uuid,
    pointing: Pointing,
    sides: [u16; 2],
    written: Written,
}

/// A spoken message.
struct Message {
    id: Uuid,
    label: String,
    here: bool,
    why: &'static str,
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

/// The page of a request.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let (whole, parts) = open::open(&app.board, visitor.operator(), id).await?.ok_or(PageError::NotFound)?;
    render(&page(&app, &visitor, &whole, parts, &said, Refused::default()))
}

/// The page again, with why something was not kept.
pub(super) async fn again(
    app: &App,
    visitor: &Visitor,
    id: Uuid,
    status: StatusCode,
    refused: Refused,
) -> Result<Response, PageError> {
    let (whole, parts) = open::open(&app.board, visitor.operator(), id).await?.ok_or(PageError::NotFound)?;
    Ok((status, render(&page(app, visitor, &whole, parts, &Said::default(), refused))?).into_response())
}

fn page(app: &App, visitor: &Visitor, whole: &Whole, parts: Vec<Part>, said: &Said, refused: Refused) -> RequestPage {
    let (now, voice) = (app.board.clock.now(), app.board.voice.load_full());
    let zone = app.zone_of(whole.request.line_id);
    let request = &whole.request;
    let need = dialog::need_of(&voice.scripts, Lang::FRENCH, &request.category, &request.answers);
    let spoken = edit::spoken(&voice);
    let content = request.content(spoken.iter());
    let words = Words { scripts: &voice.scripts, labels: &voice.labels };
    let other = |near: &Near| Line {
        id: near.id,
        reference: near.reference.clone(),
        what: format!("{} · n° {}", dialog::need(&voice.scripts, Lang::FRENCH, &near.category), near.reference),
        when: format!("{} · {}", near.state.word(), shown::moment(near.created_at, now, &zone)),
    };
    let label = |name: &str| voice.labels.label(name).unwrap_or_else(|| name.to_owned());
    RequestPage {
        frame: Frame::new(app, visitor, &format!("Demande {}", request.reference), "/console/demandes", said),
        id: request.id,
        reference: request.reference.clone(),
        refusal: refused.sentence,
        since: refused.since,
        merged_into: request.merged_into,
        state: request.state.word(),
        created: shown::moment(request.created_at, now, &zone),
        phoned_from: request.caller.as_ref().map(number),
        contact: request.contact.as_ref().map_or_else(|| "sans numéro".to_owned(), number),
        person: request.beneficiary.as_ref().map(|person| {
            let agreed = person.agreed_at.map_or("accord à demander", |_| "d'accord");
            let phone = person.phone.as_ref().map(|phone| phone.pairs().join(" ")).unwrap_or_default();
            [person.name.as_str(), &phone, agreed]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        }),
        place: Some(request.place.address(request.postal_code.as_deref()))
            .filter(|told| !told.is_empty())
            .unwrap_or_else(|| "pas encore précisé".to_owned()),
        awaiting: request.state == State::AwaitingAgreement,
        is_open: request.state.is_open(),
        may_supervise: visitor.may(Right::Supervise),
        told: voice.labels.told(&request.answers),
        messages: whole.recordings.iter().map(|heard| message(app, heard)).collect(),
        callbacks: whole.callbacks.iter().map(|back| callback(back, now, &zone)).collect(),
        entries: timeline::timeline(&request.reference, parts, words)
            .into_iter()
            .map(|one| entry(one, now, &zone))
            .collect(),
        suggestions: whole.suggestions().into_iter().map(other).collect(),
        linked: resembling(whole),
        merged: whole.merged.clone(),
        version: request.updated_at.as_millisecond().to_string(),
        categories: categories(app),
        levels: (0..=3).map(|priority| (priority.to_string(), format!("P{priority} : {}", level(priority)))).collect(),
        consents: Consent::ALL.map(Consent::word).to_vec(),
        priority: content.priority,
        consent: content.consent.word(),
        correction: match &refused.typed {
            Typed::Correction(sent) => Correction::typed(sent, &content, label),
            _ => Correction::of(&content, label),
        },
        line: request.line_id,
        pointing: Pointing::of(
            app.lines.by_id(request.line_id).as_ref(),
            request.postal_code.as_deref(),
            request.place.point,
        ),
        sides: SIDES,
        written: match &refused.typed {
            Typed::Place(sent) => written(sent),
            _ => known(request),
        },
        need,
    }
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

/// What the form of the corrections holds, word for word: what cannot be kept is shown again too.
struct Correction {
    category: String,
    priority: String,
    contact: String,
    for_other: bool,
    person: String,
    person_phone: String,
    consent: String,
    /// Name, label and text of each answer in words.
    texts: Vec<(String, String, String)>,
}

impl Correction {
    /// The request as it is.
    fn of(content: &Content, label: impl Fn(&str) -> String) -> Self {
        let person = content.beneficiary.clone().unwrap_or_default();
        Self {
            category: content.category.clone(),
            priority: content.priority.to_string(),
            contact: spelt(content.contact.as_ref()),
            for_other: content.beneficiary.is_some(),
            person: person.name,
            person_phone: spelt(person.phone.as_ref()),
            consent: content.consent.word().to_owned(),
            texts: content.texts.iter().map(|(name, text)| (name.clone(), label(name), text.clone())).collect(),
        }
    }

    /// What was typed over it.
    fn typed(sent: &Sent, content: &Content, label: impl Fn(&str) -> String) -> Self {
        let text = |name: &str| sent.text(name).to_owned();
        let texts = content.texts.keys().map(|name| (name.clone(), label(name), text(&format!("texte.{name}"))));
        Self {
            category: text("besoin"),
            priority: text("priorite"),
            contact: text("contact"),
            for_other: sent.text("pour") == "autre",
            person: text("personne"),
            person_phone: text("personne_tel"),
            consent: text("accord"),
            texts: texts.collect(),
        }
    }
}

fn number(contact: &Contact) -> String {
    contact.number.as_ref().map_or_else(|| "illisible".to_owned(), |number| number.pairs().join(" "))
}

fn spelt(number: Option<&PhoneNumber>) -> String {
    number.map(|number| number.pairs().join(" ")).unwrap_or_default()
}

fn message(app: &App, heard: &Heard) -> Message {
    let voice = app.board.voice.load();
    let name = voice.scripts.flow.steps.get(&heard.step).and_then(dialog::Step::value_name);
    let label = name.and_then(|name| voice.labels.label(name)).unwrap_or_else(|| "Message".to_owned());
    let why = match heard.state.as_str() {
        "waiting" => "Ce message n'est pas encore arrivé de l'opérateur. Rechargez la page dans une minute.",
        "erased" => "Ce message a été effacé, comme annoncé à l'appelant.",
        _ => "Ce message n'est pas arrivé de l'opérateur : il est perdu.",
    };
    Message { id: heard.id, label, here: heard.state == "kept", why }
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
