//! « Mon compte »: where one is signed in, one's password, one's telephone.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::link::towns;
use crate::app::App;
use crate::console::hand::hand;
use crate::console::page::{Frame, PageError, render};
use crate::console::peer::Peer;
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::db::DbError;
use crate::operators::accounts::{self, AccountError};
use crate::operators::session::Session;
use crate::operators::sign_in::{self, PasswordChange};
use crate::operators::store::sessions;
use crate::operators::{Right, password};
use crate::phone::PhoneNumber;

/// Where the page is.
pub(crate) const PATH: &str = "/console/compte";

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    login: String,
    roles: String,
    sessions: Vec<Shown>,
    phone: String,
    /// Whether the service ever rings her.
    is_rung: bool,
    shortest: usize,
    fault: Fault,
}

struct Shown {
    id: String,
    browser: String,
    opened: String,
    seen: String,
    here: bool,
}

/// What was wrong with a form of the page, and what had been typed there.
#[derive(Debug, Default)]
struct Fault {
    password: Option<String>,
    phone: Option<String>,
    typed: Option<String>,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    page(&app, &visitor, &said, StatusCode::OK, Fault::default()).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    said: &Said,
    status: StatusCode,
    fault: Fault,
) -> Result<Response, PageError> {
    let (who, now) = (visitor.operator(), app.board.clock.now());
    let id = who.id;
    let reading = app.board.db.read(move |tx| Box::pin(async move { sessions::of(tx, id, now).await }));
    let found: Result<Vec<Session>, DbError> = reading.await;
    let zone = who.lines.first().map_or_else(|| app.zone_of(id), |line| app.zone_of(*line));
    let shown = |session: Session| Shown {
        opened: shown::moment(session.opened_at, now, &zone),
        seen: shown::moment(session.seen_at, now, &zone),
        here: session.id == visitor.session().id,
        browser: session.browser,
        id: session.id,
    };
    let phone = fault.typed.clone().or_else(|| who.phone.as_ref().map(|phone| phone.pairs().join(" ")));
    let page = AccountPage {
        frame: Frame::new(app, visitor, "Mon compte", PATH, said),
        login: who.login.clone(),
        roles: who.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", "),
        sessions: found?.into_iter().map(shown).collect(),
        phone: phone.unwrap_or_default(),
        is_rung: visitor.may(Right::Work),
        shortest: password::SHORTEST,
        fault,
    };
    Ok((status, render(&page)?).into_response())
}

fn led(said: &str) -> Response {
    Redirect::to(&format!("{PATH}?dit={said}")).into_response()
}

/// Ends one of her sessions: that of a computer that she left, or lost.
pub(crate) async fn end_session(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, PageError> {
    let ended = sign_in::end(&app.gate, &hand(&app, &visitor), sent.text("session")).await?;
    // Ended meanwhile or never there: it is not there now, which is what was wanted.
    Ok(led(if ended { "deconnecte" } else { "deja-deconnecte" }))
}

/// Ends all her sessions but this one.
pub(crate) async fn end_others(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    sign_in::end_others(&app.gate, &hand(&app, &visitor), &visitor.session().id).await?;
    Ok(led("deconnecte"))
}

/// Changes her password.
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    peer: Peer,
    sent: Sent,
) -> Result<Response, PageError> {
    let who = visitor.operator();
    let (present, new) = (sent.raw("mot_de_passe").to_owned(), sent.raw("nouveau").to_owned());
    let refused = |sentence: String| Fault { password: Some(sentence), ..Fault::default() };
    if new != sent.raw("encore") {
        let fault = refused("Les deux nouveaux mots de passe ne sont pas les mêmes.".to_owned());
        return page(&app, &visitor, &Said::default(), StatusCode::UNPROCESSABLE_ENTITY, fault).await;
    }
    let about = [vec![who.login.clone(), who.name.clone()], towns(&app)].concat();
    let whose = (who.login.clone(), visitor.session().id.clone());
    let sentence =
        match sign_in::change_password(&app.gate, whose, (present, new), (about, peer.place(&headers))).await? {
            PasswordChange::Done => return Ok(led("mot-de-passe")),
            PasswordChange::Unfit(unfit) => unfit.sentence().to_owned(),
            PasswordChange::Wrong => "Votre mot de passe actuel n'est pas celui-là.".to_owned(),
            PasswordChange::Wait(wait) => {
                format!("Trop d'essais. Attendez {} avant de recommencer.", shown::length(wait.as_secs().max(60)))
            }
        };
    page(&app, &visitor, &Said::default(), StatusCode::UNPROCESSABLE_ENTITY, refused(sentence)).await
}

/// Changes the telephone that rings when she calls somebody back by a click; an empty one is none.
pub(crate) async fn change_phone(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, PageError> {
    let typed = sent.filled("telephone");
    let read = typed.as_deref().map(PhoneNumber::parse).transpose();
    let done = match read {
        Ok(phone) => accounts::own_phone(&app.gate, &hand(&app, &visitor), phone).await,
        Err(_) => Err(accounts::Refused::Phone.into()),
    };
    match done {
        Ok(()) => Ok(led("telephone")),
        Err(AccountError::Db(cause)) => Err(cause.into()),
        Err(AccountError::Refused(refused)) => {
            let fault = Fault { phone: Some(shown::sentence(&refused.to_string())), typed, ..Fault::default() };
            page(&app, &visitor, &Said::default(), StatusCode::UNPROCESSABLE_ENTITY, fault).await
        }
    }
}
