//! What an operator does with a callback from its page: takes it, keeps it, gives it back, writes, ends it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::item::{Shown, Typed, again};
use crate::app::App;
use crate::callbacks::bridge::{self, Asked};
use crate::callbacks::claims::{self, Claim, Released};
use crate::callbacks::disposition::{Disposition, Step};
use crate::callbacks::finish::{self, Ending, Finish, Lapsed, Noted};
use crate::callbacks::store::attempts::Deed;
use crate::callbacks::store::queue::{self, QueueRow};
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::live::FRAGMENT;
use crate::console::page::PageError;
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::db::DbError;
use crate::requests::duplicates::NotMerged;

/// She holds another callback, and cannot take this one again.
const ANOTHER: &str = "Ce rappel n'est plus à vous, et vous en avez un autre en main : terminez-le, ou rendez-le, avant de \
                       reprendre celui-ci. Rien n'a été enregistré ; ce que vous avez écrit est encore là.";

/// Takes it.
pub(crate) async fn claim(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let claimed = claims::claim(&app.board.db, &hand(&app, &visitor), id).await?;
    led(&app, &visitor, id, &claimed, &sent).await
}

/// Takes it from whoever holds it.
pub(crate) async fn take_over(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let claimed = claims::take_over(&app.board.db, &hand(&app, &visitor), id).await?;
    led(&app, &visitor, id, &claimed, &sent).await
}

async fn led(app: &App, visitor: &Visitor, id: Uuid, claim: &Claim, sent: &Sent) -> Result<Response, PageError> {
    let said = match claim {
        Claim::Taken => "pris",
        Claim::Mine => "prolonge",
        Claim::HeldBy { .. } => "occupe",
        Claim::HoldingAnother(other) if typed(sent).is_empty() => {
            return Ok(Redirect::to(&format!("/console/rappels/{other}?dit=deja")).into_response());
        }
        Claim::HoldingAnother(_) => "autre-en-main",
        Claim::Closed => "termine",
        Claim::Unknown => return Err(PageError::NotFound),
    };
    back(app, visitor, id, typed(sent), said).await
}

/// Back to the page of a callback: by its address, or with what she typed still there.
async fn back(app: &App, visitor: &Visitor, id: Uuid, typed: Typed, said: &str) -> Result<Response, PageError> {
    if typed.is_empty() {
        return Ok(Redirect::to(&format!("/console/rappels/{id}?dit={said}")).into_response());
    }
    let shown = Shown { typed, said: Said::word(said), ..Shown::default() };
    again(app, visitor, id, StatusCode::OK, shown).await
}

/// Keeps it for a quarter of an hour more; a script is told by the status that it is hers no more.
pub(crate) async fn renew(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, PageError> {
    known(&app, &visitor, id).await?;
    let renewed = claims::renew(&app.board.db, &hand(&app, &visitor), id).await?.is_some();
    if headers.contains_key(FRAGMENT) {
        return Ok(if renewed { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT }.into_response());
    }
    back(&app, &visitor, id, typed(&sent), if renewed { "prolonge" } else { "perdu" }).await
}

/// Gives it back, with the note that she was writing for whoever takes it next.
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let (board, hand) = (&app.board, hand(&app, &visitor));
    let form = sent.id("formulaire").unwrap_or(hand.entry);
    let said = match claims::release(&board.db, &board.keyring, &hand, id, form, sent.text("note")).await? {
        Released::Free => "rendu",
        Released::Lost => "perdu",
        Released::TooLong(length) => return too_long(&app, &visitor, id, &sent, length).await,
        Released::Unknown => return Err(PageError::NotFound),
    };
    Ok(Redirect::to(&format!("/console/file?dit={said}")).into_response())
}

/// Of another line's callback there is nothing to say, not even that it is not hers (T15).
pub(super) async fn known(app: &App, visitor: &Visitor, id: Uuid) -> Result<QueueRow, PageError> {
    let (now, operator) = (app.board.clock.now(), visitor.operator().id);
    let looking = app.board.db.read(move |tx| Box::pin(async move { queue::one(tx, operator, id, now).await }));
    let found: Option<QueueRow> = looking.await?;
    found.ok_or(PageError::NotFound)
}

/// Has the line ring her, then the person.
pub(crate) async fn ring(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let said = match bridge::ask(&app.board, &hand(&app, &visitor), id).await? {
        Asked::Rings => "sonne",
        Asked::Busy => "en-ligne",
        Asked::NotHeld => "perdu",
        Asked::NoPhone => "sans-telephone",
        Asked::NoNumber => "sans-numero",
        Asked::NotDialable => "pas-compose",
        Asked::Unknown => return Err(PageError::NotFound),
    };
    back(&app, &visitor, id, typed(&sent), said).await
}

/// Writes a note, and ends nothing: what else she typed stays on the page.
pub(crate) async fn note(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    known(&app, &visitor, id).await?;
    let rest = Typed { note: String::new(), ..typed(&sent) };
    match keep(&app, &visitor, id, &sent).await? {
        Noted::Kept => back(&app, &visitor, id, rest, "note").await,
        Noted::Nothing => back(&app, &visitor, id, rest, "rien").await,
        Noted::Unknown => Err(PageError::NotFound),
        Noted::TooLong(length) => too_long(&app, &visitor, id, &sent, length).await,
    }
}

async fn keep(app: &App, visitor: &Visitor, id: Uuid, sent: &Sent) -> Result<Noted, DbError> {
    let (board, hand) = (&app.board, hand(app, visitor));
    let form = sent.id("formulaire").unwrap_or(hand.entry);
    finish::note(&board.db, &board.keyring, &hand, id, form, sent.text("note")).await
}

async fn too_long(app: &App, visitor: &Visitor, id: Uuid, sent: &Sent, length: usize) -> Result<Response, PageError> {
    let shown = Shown { typed: typed(sent), refusal: Some(this_long(length)), ..Shown::default() };
    again(app, visitor, id, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// Ends it, or says what is missing with everything that was typed still there.
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let row = known(&app, &visitor, id).await?;
    let (board, hand, zone) = (&app.board, hand(&app, &visitor), app.zone_of(row.line_id));
    let refused = |status, sentence: String, since| {
        let shown = Shown { typed: typed(&sent), refusal: Some(sentence), since, ..Shown::default() };
        again(&app, &visitor, id, status, shown)
    };
    if sent.text("reprendre") == "oui" {
        let claimed = claims::claim(&board.db, &self::hand(&app, &visitor), id).await?;
        // Whatever else became of the claim, the form is answered by what the callback is now.
        if let Claim::HoldingAnother(_) = claimed {
            return refused(StatusCode::CONFLICT, ANOTHER.to_owned(), Vec::new()).await;
        }
    }
    let Some(disposition) = Disposition::of_code(sent.text("issue")) else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "Choisissez une issue.".to_owned(), Vec::new()).await;
    };
    let ending = Ending {
        form: sent.id("formulaire").unwrap_or(hand.entry),
        disposition,
        date: sent.instant("quand", &zone),
        reference: sent.filled("autre"),
        lang: sent.text("langue").parse().ok(),
        note: written(&sent),
    };
    let finished = finish::finish(&board.db, &board.keyring, &board.ids, &app.lines, &hand, id, ending).await?;
    let led = |said: &str| Ok(Redirect::to(&format!("/console/file?dit={said}")).into_response());
    match finished {
        Finish::Closed => led("fini"),
        Finish::Again { at } if disposition.step == Step::Date && !is_open(&app, row.line_id, at) => {
            led("encore-ferme")
        }
        Finish::Again { .. } => led("encore"),
        Finish::Escalated => led("escalade"),
        Finish::Unknown => Err(PageError::NotFound),
        Finish::Needs(step) => refused(StatusCode::UNPROCESSABLE_ENTITY, missing(step).to_owned(), Vec::new()).await,
        Finish::NotMerged(why) => refused(StatusCode::UNPROCESSABLE_ENTITY, unmerged(&why), Vec::new()).await,
        Finish::TooLong(length) => too_long(&app, &visitor, id, &sent, length).await,
        Finish::Lapsed(lapsed) => {
            let since = lapsed.since.iter().map(|deed| told(deed, hand.now, &zone)).collect();
            refused(StatusCode::CONFLICT, taken_away(&lapsed), since).await
        }
    }
}

/// Whether agents are there at that instant.
fn is_open(app: &App, line_id: Uuid, at: Timestamp) -> bool {
    app.lines.by_id(line_id).is_none_or(|line| line.settings.hours.is_open(at))
}

fn typed(sent: &Sent) -> Typed {
    Typed {
        end: sent.text("issue").to_owned(),
        date: sent.text("quand").to_owned(),
        reference: sent.text("autre").to_owned(),
        lang: sent.text("langue").to_owned(),
        note: sent.text("note").to_owned(),
        done: sent.all("fait"),
    }
}

/// The note, and the points that were ticked below it.
fn written(sent: &Sent) -> Option<String> {
    let done = sent.all("fait");
    let points = (!done.is_empty()).then(|| format!("Vu pendant l'appel : {}", done.join(" ")));
    let pieces: Vec<_> = sent.filled("note").into_iter().chain(points).collect();
    (!pieces.is_empty()).then(|| pieces.join("\n"))
}

fn missing(step: Step) -> &'static str {
    match step {
        Step::None => "Il manque quelque chose.",
        Step::Date => "Donnez le jour et l'heure où revenir à ce rappel : dans le futur, et dans l'année.",
        Step::Language => "Choisissez sa langue : le rappel va d'abord à qui la parle.",
        Step::Reference => {
            "Donnez les six chiffres de l'autre demande : elle doit exister, et être une autre que celle-ci."
        }
    }
}

fn unmerged(why: &NotMerged) -> String {
    format!("{} Ce rappel reste à vous ; ce que vous avez écrit est encore là.", shown::sentence(&why.to_string()))
}

fn this_long(length: usize) -> String {
    let most = crate::callbacks::note::LONGEST;
    format!(
        "Cette note a {length} caractères ; elle peut en avoir {most}. Elle n'est pas enregistrée : raccourcissez-la."
    )
}

fn taken_away(lapsed: &Lapsed) -> String {
    let begins = match (&lapsed.holder, lapsed.closed) {
        (_, true) => "Ce rappel a été terminé entre-temps.".to_owned(),
        (Some(holder), _) => format!("Ce rappel n'est plus à vous : {holder} s'en occupe."),
        (None, _) => "Ce rappel n'est plus à vous : le quart d'heure est passé.".to_owned(),
    };
    format!("{begins} Rien n'a été enregistré ; ce que vous avez écrit est encore là.")
}

fn told(deed: &Deed, now: Timestamp, zone: &TimeZone) -> String {
    let what = deed.disposition.as_deref().map(Disposition::label).or(deed.note.as_deref()).unwrap_or_default();
    format!("{}, {} : {what}", shown::moment(deed.at, now, zone), deed.name)
}
