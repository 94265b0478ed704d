//! A request typed for somebody at the counter: the questions of its category, who, where.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::queue::levels;
use super::request_acts::{phone, unchanged};
use super::requests::categories;
use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::dialog::{self, Asked};
use crate::lang::Lang;
use crate::requests::Consent;
use crate::requests::content::Person;
use crate::requests::desk::counter;
use crate::requests::place::Place;
use crate::requests::typed::Typed;

/// The need was chosen anew, and the questions were those of another one.
const OTHER_NEED: &str = "Vous avez choisi un autre besoin : voici ses questions. Rien n'est encore enregistré ; ce que vous \
                          avez écrit est encore là.";

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage {
    frame: Frame,
    refusal: Option<String>,
    categories: Vec<(String, String)>,
    category: String,
    need: String,
    form: Uuid,
    questions: Vec<Question>,
    lines: Vec<(String, String)>,
    langs: Vec<(String, String)>,
    consents: Vec<&'static str>,
    unasked: &'static str,
    levels: Vec<(String, String)>,
    kept: Sent,
}

/// A question of the category.
struct Question {
    name: String,
    label: String,
    options: Vec<(String, String)>,
    given: String,
}

/// The category that the address asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    besoin: Option<String>,
}

/// The empty form.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let category = wanted.besoin.unwrap_or_default();
    render(&page(&app, &visitor, category, &said, Sent::default(), None))
}

fn page(
    app: &App,
    visitor: &Visitor,
    category: String,
    said: &Said,
    kept: Sent,
    refusal: Option<String>,
) -> CounterPage {
    let voice = app.board.voice.load();
    let known = voice.scripts.flow.categories.contains_key(&category);
    let category = Some(category).filter(|_| known).unwrap_or_default();
    let line = |id: &Uuid| {
        let line = app.lines.by_id(*id)?;
        Some((id.to_string(), format!("{} ({})", line.settings.town, line.number.national())))
    };
    // What a caller says after the beep, an agent writes below in one place.
    let questions = dialog::questions(&voice.scripts, &voice.labels, &category).into_iter();
    let questions = questions.filter(|question| !matches!(question.kind, Asked::Text));
    CounterPage {
        frame: Frame::new(app, visitor, "Saisir une demande", "/console/guichet", said),
        refusal,
        categories: categories(app),
        need: voice.need(&category),
        form: kept.id("formulaire").unwrap_or_else(|| app.board.ids.row(app.board.clock.now())),
        questions: questions.map(|question| asked(question, &kept)).collect(),
        lines: visitor.operator().lines.iter().filter_map(line).collect(),
        langs: voice.scripts.catalogs.keys().map(|lang| (lang.code().to_owned(), lang.french().to_owned())).collect(),
        consents: Consent::ALL.map(Consent::word).to_vec(),
        unasked: Consent::NotAsked.word(),
        levels: levels(),
        category,
        kept,
    }
}

fn asked(question: dialog::Question, kept: &Sent) -> Question {
    let options = match &question.kind {
        Asked::One(options) => options.iter().map(|one| (one.value.clone(), one.words.clone())).collect(),
        _ => Vec::new(),
    };
    Question {
        given: kept.text(&format!("reponse.{}", question.name)).to_owned(),
        options,
        name: question.name,
        label: question.label,
    }
}

/// Keeps it, or says what is missing with everything that was typed still there.
pub(crate) async fn take(OfApp(app): OfApp<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let need = sent.text("besoin").to_owned();
    if sent.text("voir") == "oui" {
        return render(&page(&app, &visitor, need, &Said::default(), sent, None));
    }
    if sent.filled("montre").is_some_and(|shown| shown != need) {
        let page = page(&app, &visitor, need, &Said::default(), sent, Some(OTHER_NEED.to_owned()));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let refusal = match typed(&app, &visitor, &sent) {
        Err(sentence) => sentence,
        Ok(typed) => match counter::take(&app.board, &app.lines, visitor.operator(), typed).await? {
            Ok(kept) => return Ok(Redirect::to(&format!("/console/demandes/{}?dit=saisie", kept.id)).into_response()),
            Err(bad) => unchanged(&bad),
        },
    };
    let page = page(&app, &visitor, need, &Said::default(), sent, Some(refusal));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn typed(app: &App, visitor: &Visitor, sent: &Sent) -> Result<Typed, String> {
    let place = Place::typed(sent.text("rue"), sent.text("precisions"), sent.text("code_postal"), None);
    let (place, postal_code) = place.map_err(|bad| unchanged(&bad))?;
    let for_other = match sent.text("pour") {
        "autre" => Some(Person { name: sent.text("personne").to_owned(), phone: phone(sent, "personne_tel")? }),
        _ => None,
    };
    let line = sent.id("ligne").or_else(|| visitor.operator().lines.first().copied());
    let answers = sent.starting("reponse.").map(|(name, given)| (name.to_owned(), given.to_owned()));
    Ok(Typed {
        id: sent.id("formulaire").unwrap_or_else(|| app.board.ids.row(app.board.clock.now())),
        line_id: line.unwrap_or_default(),
        category: sent.text("besoin").to_owned(),
        lang: sent.text("langue").parse().unwrap_or(Lang::FRENCH),
        name: sent.text("nom").to_owned(),
        contact: phone(sent, "contact")?,
        for_other,
        agreed: sent.text("accord_tiers") == "oui",
        answers: answers.collect(),
        written: sent.text("ecrit").to_owned(),
        place,
        postal_code,
        consent: Consent::of_word(sent.text("accord")).unwrap_or(Consent::NotAsked),
        priority: sent.text("priorite").parse().ok().filter(|level| *level <= 3),
        solved: sent.text("resolue") == "oui",
    })
}
