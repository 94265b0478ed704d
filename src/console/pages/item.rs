//! One callback (F-48): what was said, what was promised, the same number before, and what to do about it. Opening it
//! shows the number, and is journaled (F-77).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::message::Spoken;
use super::queue::{about, by};
use crate::app::App;
use crate::callbacks::attempts;
use crate::callbacks::disposition::{Disposition, Group, Step};
use crate::callbacks::open::{self, Opened};
use crate::callbacks::store::bridges::{Latest, Stage};
use crate::callbacks::store::item::Earlier;
use crate::callbacks::store::notes;
use crate::callbacks::store::queue::QueueRow;
use crate::console::alerts::live_or_whole;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::live::FRAGMENT;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::dialog::{Told, Values};
use crate::lang::Lang;
use crate::operators::Right;
use crate::phone::PhoneNumber;
use crate::requests::Contact;
use crate::requests::duplicates::Near;
use crate::requests::whole::Beneficiary;

/// Answers that the page shows elsewhere, or that name a number which its own row holds.
const ELSEWHERE: [&str; 1] = ["contact"];

#[derive(Template)]
#[template(path = "item.html", blocks = ["live"])]
struct ItemPage {
    frame: Frame,
    id: Uuid,
    priority: u8,
    what: String,
    reference: Option<String>,
    request: Option<Uuid>,
    near: Vec<Before>,
    helped: Option<Helped>,
    reason: &'static str,
    opened: String,
    due: String,
    promise: Option<String>,
    later: Option<String>,
    lang: Option<String>,
    holding: String,
    closed: Option<String>,
    mine: bool,
    /// Whether the form says how it ended: it is hers, or she was saying it when it was hers no more.
    ending: bool,
    may: May,
    told: Vec<Told>,
    messages: Vec<Spoken>,
    earlier: Vec<Before>,
    number: Option<String>,
    dial: String,
    by_line: Option<String>,
    fills: Option<&'static str>,
    points: Vec<(String, bool)>,
    voicemail: String,
    notes: Vec<Note>,
    ends: Vec<(&'static str, Vec<End>)>,
    form: Uuid,
    typed: Typed,
    refusal: Option<String>,
    since: Vec<String>,
}

/// A note.
struct Note {
    by: String,
    text: String,
}

/// A way to end it, in the list.
struct End {
    code: &'static str,
    means: &'static str,
    asks: &'static str,
}

/// What she typed, shown again until it is kept.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) end: String,
    pub(super) date: String,
    pub(super) reference: String,
    pub(super) lang: String,
    pub(super) note: String,
    pub(super) done: Vec<String>,
}

impl Typed {
    /// Whether nothing is lost without it.
    pub(super) fn is_empty(&self) -> bool {
        self.note.is_empty() && !self.is_an_ending()
    }

    /// Whether she was saying how it ended.
    fn is_an_ending(&self) -> bool {
        let Self { end, date, reference, lang, done, .. } = self;
        !done.is_empty() || [end, date, reference, lang].into_iter().any(|field| !field.is_empty())
    }
}

/// What the page shows again, and why what she typed was not kept.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) typed: Typed,
    pub(super) said: Said,
    pub(super) refusal: Option<String>,
    /// What others did meanwhile.
    pub(super) since: Vec<String>,
}

/// What she may do with it now.
struct May {
    take: bool,
    take_over: bool,
    ring: bool,
}

/// A callback of the same number.
struct Before {
    id: Uuid,
    what: String,
    when: String,
}

/// Another person whom it is for.
struct Helped {
    who: String,
    number: Option<String>,
    dial: String,
    earlier: Vec<Before>,
}

/// The page of a callback; to a script, the part that changes.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let shown = Shown { said, ..Shown::default() };
    let (board, hand) = (&app.board, hand(&app, &visitor));
    let opened = if headers.contains_key(FRAGMENT) {
        open::follow(&board.db, &board.keyring, &hand, id).await?
    } else {
        open::open(&board.db, &board.keyring, &hand, id).await?
    };
    let opened = opened.ok_or(PageError::NotFound)?;
    let page = page(&app, &visitor, opened, shown);
    live_or_whole(&visitor, &headers, || page.as_live().render(), || render(&page))
}

/// The page again, with what she typed. Whoever sent a form may never have opened it: this is an opening too.
pub(super) async fn again(
    app: &App,
    visitor: &Visitor,
    id: Uuid,
    status: StatusCode,
    shown: Shown,
) -> Result<Response, PageError> {
    let board = &app.board;
    let opened = open::open(&board.db, &board.keyring, &hand(app, visitor), id).await?.ok_or(PageError::NotFound)?;
    Ok((status, render(&page(app, visitor, opened, shown))?).into_response())
}

fn page(app: &App, visitor: &Visitor, opened: Opened, shown_again: Shown) -> ItemPage {
    let Shown { typed, said, refusal, since } = shown_again;
    let now = app.board.clock.now();
    let zone = app.zone_of(opened.row.line_id);
    let voice = app.board.voice.load();
    let Opened { row, content, earlier, request, of_person, messages, notes, ringing } = opened;
    let (request, near) = request.unzip();
    let person = request.as_ref().and_then(|request| request.beneficiary.as_ref());
    let what = about(app, &row);
    let (contact_id, sealed) = row.contact.clone().unzip();
    let number = Contact::unseal(&app.board.keyring, contact_id, sealed).and_then(|contact| contact.number);
    let is_open = content.closed_at.is_none();
    let mine = row.holder.as_ref().is_some_and(|holder| holder.is(visitor.operator().id));
    let held_by_other = row.holder.is_some() && !mine;
    let at = |instant| shown::moment(instant, now, &zone);
    let guide = if row.priority == 0 { "danger" } else { row.category.as_deref().unwrap_or("") };
    ItemPage {
        frame: Frame::new(app, visitor, &what, "/console/file", &said),
        id: row.id,
        priority: row.priority,
        reference: row.reference.clone(),
        request: content.request_id,
        near: near.unwrap_or_default().iter().map(|near| alike(app, near, now, &zone)).collect(),
        helped: person.map(|person| helped(app, person, &of_person, now, &zone)),
        reason: row.reason.label(),
        opened: at(row.opened_at),
        due: format!("{} ({})", at(row.due_at), shown::deadline(row.due_at, now)),
        promise: row.promised_until.map(|until| format!("{} {}", by(&row, until), at(until))),
        later: row.not_before.map(at),
        lang: Some(row.lang).filter(|lang| *lang != Lang::FRENCH).map(|lang| lang.french().to_owned()),
        holding: holding(&row, mine, &zone, now),
        closed: content.closed_at.map(|closed| {
            format!("{}, {}", at(closed), content.disposition.as_deref().map_or("sans issue notée", Disposition::label))
        }),
        mine,
        ending: mine || typed.is_an_ending(),
        may: May {
            take: is_open && row.holder.is_none(),
            take_over: is_open && held_by_other && visitor.may(Right::Supervise),
            ring: mine && number.as_ref().is_some_and(PhoneNumber::is_dialable) && visitor.operator().phone.is_some(),
        },
        told: told(app, &content.answers),
        messages: messages.iter().map(|message| Spoken::of(app, message)).collect(),
        earlier: earlier.iter().map(|one| before(app, one, now, &zone)).collect(),
        number: number.as_ref().map(|number| number.pairs().join(" ")),
        fills: ringing.as_ref().and_then(filled_by),
        by_line: ringing.as_ref().map(|latest| format!("{} : {}", at(latest.at), stage_of(latest.stage))),
        dial: number.as_ref().map(|number| number.as_e164().to_owned()).unwrap_or_default(),
        points: voice.guides.points(guide).into_iter().map(|point| ticked(point, &typed)).collect(),
        voicemail: voicemail(app, &row, now, &zone),
        notes: notes.into_iter().map(|note| signed(note, now, &zone)).collect(),
        ends: Group::ALL.into_iter().map(|group| (group.label(), group.dispositions().map(end).collect())).collect(),
        form: app.board.ids.row(now),
        typed: prefilled(typed, ringing.as_ref()),
        refusal,
        since,
        what,
    }
}

/// What to say to an answering machine: the number of the line, and when we try again.
fn voicemail(app: &App, row: &QueueRow, now: Timestamp, zone: &TimeZone) -> String {
    let line = app.lines.by_id(row.line_id);
    let number = line.as_ref().map(|line| line.number.pairs().join(" ")).unwrap_or_default();
    let again = line.map(|line| attempts::after_this_one(row.priority, &line.settings.hours, now));
    let again = again.filter(|_| row.priority > 0).map(|at| shown::half_day(at, now, zone));
    app.board.voice.load().guides.voicemail(&number, again.as_deref().unwrap_or("très vite"))
}

/// How far the line is with ringing her and the person.
fn stage_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Asked => "votre téléphone va sonner",
        Stage::Ringing => "votre téléphone sonne",
        Stage::Dialled => "le téléphone de la personne sonne, ou vous êtes en ligne",
        Stage::Ended(ended) => ended.label(),
    }
}

/// How the line's own call ended says how the try ended, unless she says otherwise (F-47).
fn prefilled(mut typed: Typed, ringing: Option<&Latest>) -> Typed {
    if typed.end.is_empty() {
        ringing.and_then(filled_by).unwrap_or_default().clone_into(&mut typed.end);
    }
    typed
}

fn filled_by(latest: &Latest) -> Option<&'static str> {
    match latest.stage {
        Stage::Ended(ended) if latest.of_this_claim => ended.disposition().map(|end| end.code),
        _ => None,
    }
}

fn ticked(point: &str, typed: &Typed) -> (String, bool) {
    (point.to_owned(), typed.done.iter().any(|done| done == point))
}

fn signed(note: notes::Note, now: Timestamp, zone: &TimeZone) -> Note {
    let by = format!("{}, {}", note.name, shown::moment(note.at, now, zone));
    Note {
        by,
        text: note.text.unwrap_or_else(|| "Cette note ne peut pas être lue avec la clé de ce service.".to_owned()),
    }
}

fn end(disposition: &Disposition) -> End {
    let asks = match disposition.step {
        Step::None => "",
        Step::Date => " (donner une date)",
        Step::Reference => " (donner son numéro)",
        Step::Language => " (choisir la langue)",
    };
    End { code: disposition.code, means: disposition.means, asks }
}

fn holding(row: &QueueRow, mine: bool, zone: &TimeZone, now: Timestamp) -> String {
    match &row.holder {
        None => "personne".to_owned(),
        Some(holder) if mine => format!("vous, jusqu'à {}", shown::moment(holder.until, now, zone)),
        Some(holder) => format!("{}, jusqu'à {}", holder.name, shown::moment(holder.until, now, zone)),
    }
}

fn told(app: &App, answers: &[u8]) -> Vec<Told> {
    let values: Values = serde_json::from_slice(answers).unwrap_or_default();
    let mut told = app.board.voice.load().labels.told(&values);
    told.retain(|one| !ELSEWHERE.contains(&one.name.as_str()));
    told
}

/// A request that may be the same one (F-49).
fn alike(app: &App, near: &Near, now: Timestamp, zone: &TimeZone) -> Before {
    let need = app.board.voice.load().need(&near.category);
    let when = format!("{} · {}", near.state.word(), shown::moment(near.created_at, now, zone));
    Before { id: near.id, what: format!("{need} · n° {}", near.reference), when }
}

fn helped(app: &App, person: &Beneficiary, earlier: &[Earlier], now: Timestamp, zone: &TimeZone) -> Helped {
    let name = if person.name.is_empty() { "Son nom est dans le message." } else { &person.name };
    let agreed = person.agreed_at.map_or("accord à demander", |_| "d'accord");
    Helped {
        who: format!("{name} · {agreed}"),
        number: person.phone.as_ref().map(|phone| phone.pairs().join(" ")),
        dial: person.phone.as_ref().map(|phone| phone.as_e164().to_owned()).unwrap_or_default(),
        earlier: earlier.iter().map(|one| before(app, one, now, zone)).collect(),
    }
}

fn before(app: &App, one: &Earlier, now: Timestamp, zone: &TimeZone) -> Before {
    let category = one.category.as_deref().map(|category| app.board.voice.load().need(category));
    let what = category.unwrap_or_else(|| one.reason.label().to_owned());
    let reference = one.reference.as_ref().map(|reference| format!(" · n° {reference}")).unwrap_or_default();
    let ended = one.disposition.as_deref().map_or("en cours", |_| "terminé");
    Before { id: one.id, what, when: format!("{} · {ended}{reference}", shown::moment(one.opened_at, now, zone)) }
}
