//! One account: open it, change it, close it, give a new link. A link is shown once, on the page that made it, and is in
//! no address of ours.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::accounts::{PATH, line_name, seen_by};
use crate::app::App;
use crate::console::hand::hand;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::operators::accounts::{self, AccountError, Refused, Wanted};
use crate::operators::store::accounts::Listed;
use crate::operators::{Operator, Purpose, Role, link};
use crate::phone::PhoneNumber;

#[derive(Template)]
#[template(path = "account_form.html")]
struct FormPage {
    frame: Frame,
    /// The account that is changed; none while one is opened.
    id: Option<Uuid>,
    login: String,
    name: String,
    phone: String,
    roles: Vec<Choice>,
    langs: Vec<Choice>,
    lines: Vec<Choice>,
    closed: bool,
    fault: Option<String>,
}

/// A box to tick.
struct Choice {
    value: String,
    label: String,
    hint: &'static str,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "link_made.html")]
struct LinkPage {
    frame: Frame,
    name: String,
    address: String,
    hours: u64,
}

/// What is in the boxes and fields.
#[derive(Debug, Default)]
struct Typed {
    login: String,
    name: String,
    phone: String,
    roles: Vec<String>,
    langs: Vec<String>,
    lines: Vec<String>,
}

impl Typed {
    fn of(who: &Operator) -> Self {
        Self {
            login: who.login.clone(),
            name: who.name.clone(),
            phone: who.phone.as_ref().map(|phone| phone.pairs().join(" ")).unwrap_or_default(),
            roles: who.roles.iter().map(|role| role.word().to_owned()).collect(),
            langs: who.langs.iter().map(|lang| lang.code().to_owned()).collect(),
            lines: who.lines.iter().map(Uuid::to_string).collect(),
        }
    }

    fn sent(sent: &Sent) -> Self {
        let text = |name: &str| sent.text(name).to_owned();
        Self {
            login: text("identifiant"),
            name: text("nom"),
            phone: text("telephone"),
            roles: sent.all("role"),
            langs: sent.all("langue"),
            lines: sent.all("ligne"),
        }
    }

    /// What the account is to be; values that no box of ours has are left out.
    fn wanted(&self) -> Result<Wanted, Refused> {
        let phone = Some(self.phone.as_str()).filter(|phone| !phone.is_empty());
        Ok(Wanted {
            name: self.name.clone(),
            roles: Role::ALL.into_iter().filter(|role| self.roles.iter().any(|word| word == role.word())).collect(),
            langs: self.langs.iter().filter_map(|code| code.parse().ok()).collect(),
            phone: phone.map(PhoneNumber::parse).transpose().map_err(|_| Refused::Phone)?,
            lines: self.lines.iter().filter_map(|line| line.parse().ok()).collect(),
        })
    }
}

/// The form of a new account.
pub(crate) async fn new(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let typed = Typed {
        roles: vec![Role::Agent.word().to_owned()],
        langs: vec![Lang::FRENCH.code().to_owned()],
        lines: visitor.operator().lines.iter().map(Uuid::to_string).collect(),
        ..Typed::default()
    };
    form(&app, &visitor, None, typed, None)
}

/// Opens an account, and shows its link once.
pub(crate) async fn create(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let typed = Typed::sent(&sent);
    let added = match typed.wanted() {
        Ok(wanted) => accounts::add(&app.gate, &hand(&app, &visitor), &typed.login, &wanted).await,
        Err(refused) => Err(refused.into()),
    };
    match added {
        Ok(added) => link_made(&app, &visitor, &typed.name, &added.link),
        Err(AccountError::Db(cause)) => Err(cause.into()),
        Err(AccountError::Refused(refused)) => form(&app, &visitor, None, typed, Some(refused)),
    }
}

/// The form of an account.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    let found = reachable(&app, &visitor, id).await?;
    let typed = Typed::of(&found.operator);
    render(&page(&app, &visitor, Some(&found), typed, None, &said))
}

/// Changes an account.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    sent: Sent,
) -> Result<Response, PageError> {
    let found = reachable(&app, &visitor, id).await?;
    let typed = Typed { login: found.operator.login.clone(), ..Typed::sent(&sent) };
    let changed = match typed.wanted() {
        Ok(wanted) => accounts::change(&app.gate, &hand(&app, &visitor), id, &wanted).await,
        Err(refused) => Err(refused.into()),
    };
    match changed {
        Err(AccountError::Refused(refused)) if refused != Refused::Unknown => {
            form(&app, &visitor, Some(&found), typed, Some(refused))
        }
        other => led(other, "compte-change"),
    }
}

/// Closes an account.
pub(crate) async fn disable(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    let found = reachable(&app, &visitor, id).await?;
    match accounts::disable(&app.gate, &hand(&app, &visitor), id).await {
        Err(AccountError::Refused(refused)) if refused != Refused::Unknown => {
            form(&app, &visitor, Some(&found), Typed::of(&found.operator), Some(refused))
        }
        other => led(other, "compte-ferme"),
    }
}

/// Opens a closed account again.
pub(crate) async fn enable(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    led(accounts::enable(&app.gate, &hand(&app, &visitor), id).await, "compte-rouvert")
}

/// Gives a new link, shown once.
pub(crate) async fn reset(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    let found = reachable(&app, &visitor, id).await?;
    match accounts::reset(&app.gate, &hand(&app, &visitor), id).await {
        Ok(link) => link_made(&app, &visitor, &found.operator.name, &link),
        Err(AccountError::Db(cause)) => Err(cause.into()),
        Err(AccountError::Refused(_)) => Err(PageError::NotFound),
    }
}

/// Of an account on another line nothing is there (T15).
async fn reachable(app: &App, visitor: &Visitor, id: Uuid) -> Result<Listed, PageError> {
    let mut seen = seen_by(app, visitor).await?.into_iter();
    seen.find(|listed| listed.operator.id == id && listed.reachable).ok_or(PageError::NotFound)
}

fn led(done: Result<(), AccountError>, said: &str) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?dit={said}")).into_response()),
        Err(AccountError::Db(cause)) => Err(cause.into()),
        Err(AccountError::Refused(_)) => Err(PageError::NotFound),
    }
}

fn link_made(app: &App, visitor: &Visitor, name: &str, token: &str) -> Result<Response, PageError> {
    let base = app.board.public_url.trim_end_matches('/');
    render(&LinkPage {
        frame: Frame::new(app, visitor, "Lien à donner", PATH, &Said::default()),
        name: name.to_owned(),
        address: format!("{base}{}", link::path(token)),
        hours: Purpose::Choose.lasts().as_secs() / 3_600,
    })
}

fn form(
    app: &App,
    visitor: &Visitor,
    found: Option<&Listed>,
    typed: Typed,
    refused: Option<Refused>,
) -> Result<Response, PageError> {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = page(app, visitor, found, typed, refused, &Said::default());
    Ok((status, render(&page)?).into_response())
}

fn page(
    app: &App,
    visitor: &Visitor,
    found: Option<&Listed>,
    typed: Typed,
    refused: Option<Refused>,
    said: &Said,
) -> FormPage {
    let title = if found.is_some() { "Changer un compte" } else { "Ouvrir un compte" };
    FormPage {
        frame: Frame::new(app, visitor, title, PATH, said),
        id: found.map(|found| found.operator.id),
        roles: roles(&typed),
        langs: langs(app, &typed),
        lines: lines(app, visitor, &typed),
        closed: found.is_some_and(|found| found.disabled_at.is_some()),
        fault: refused.map(|refused| shown::sentence(&refused.to_string())),
        login: typed.login,
        name: typed.name,
        phone: typed.phone,
    }
}

fn roles(typed: &Typed) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        value: role.word().to_owned(),
        label: role.label().to_owned(),
        hint: match role {
            Role::Agent => "rappelle les habitants",
            Role::Supervisor => "reprend les rappels difficiles, voit les chiffres, règle la ligne",
            Role::Referent => "connaît les bénévoles, rappelle les habitants",
            Role::Administrator => "gère les comptes et la ligne ; ne lit pas ce que disent les habitants",
            Role::DataOfficer => "lit le journal",
        },
        ticked: typed.roles.iter().any(|word| word == role.word()),
    };
    Role::ALL.into_iter().map(choice).collect()
}

/// The languages that the line speaks, those that agents name for a callback, and those that she has already.
fn langs(app: &App, typed: &Typed) -> Vec<Choice> {
    let voice = app.board.voice.load();
    let hers = typed.langs.iter().filter_map(|code| code.parse().ok());
    let spoken = voice.scripts.catalogs.keys().copied().chain(Lang::NAMED);
    let mut all: Vec<Lang> = spoken.chain(hers).collect();
    all.sort_by_key(|lang| (*lang != Lang::FRENCH, lang.french().to_owned()));
    all.dedup();
    let choice = |lang: Lang| Choice {
        value: lang.code().to_owned(),
        label: lang.french().to_owned(),
        hint: "",
        ticked: typed.langs.iter().any(|code| code == lang.code()),
    };
    all.into_iter().map(choice).collect()
}

/// The lines that whoever opens the page may give.
fn lines(app: &App, visitor: &Visitor, typed: &Typed) -> Vec<Choice> {
    let choice = |line: &Uuid| Choice {
        value: line.to_string(),
        label: line_name(app, *line),
        hint: "",
        ticked: typed.lines.iter().any(|ticked| *ticked == line.to_string()),
    };
    visitor.operator().lines.iter().map(choice).collect()
}
