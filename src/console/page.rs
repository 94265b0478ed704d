//! What every page has around it, and the pages that say why there is none.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};

use super::alerts::Alerts;
use super::said::Said;
use super::visitor::Visitor;
use crate::app::App;
use crate::db::DbError;
use crate::operators::{Right, session};
use crate::spreadsheet;

/// The frame of a page: title, who is signed in, where one can go.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The title, before the name of the service.
    pub title: String,
    /// Who is signed in, as her colleagues read it.
    pub name: String,
    /// What every form carries.
    pub token: String,
    /// Where one can go with her roles.
    pub places: Vec<Place>,
    /// What the act that led here did.
    pub said: Option<&'static str>,
    /// The name of the service, as the town gave it.
    pub house: String,
    /// What nobody may miss.
    pub alerts: Alerts,
    /// In how many minutes the session ends if nothing is done.
    pub idle_minutes: u64,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The address.
    pub path: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// Whether the page is there.
    pub here: bool,
}

/// THE menu, in the order in which it is shown, with the right that each entry asks for.
const MENU: &[(&str, &str, Right)] = &[
    ("/console/file", "Rappels", Right::Work),
    ("/console/demandes", "Demandes", Right::Work),
    ("/console/guichet", "Guichet", Right::Work),
    ("/console/service", "Mon service", Right::Work),
    ("/console/signalements", "Signalements", Right::Work),
    ("/console/carte", "Carte", Right::Work),
    ("/console/chiffres", "Chiffres", Right::Figures),
    ("/console/plans", "Plans d'appel", Right::Plans),
    ("/console/ligne", "La ligne", Right::Line),
    ("/console/comptes", "Comptes", Right::Accounts),
    ("/console/journal", "Journal", Right::Journal),
    ("/console/travaux", "Tâches", Right::Jobs),
];

impl Frame {
    /// The frame of the page at `path`.
    pub(crate) fn new(app: &App, visitor: &Visitor, title: &str, path: &str, said: &Said) -> Self {
        let may = MENU.iter().filter(|(_, _, right)| visitor.may(*right));
        let place = |(place, label, _): &(&'static str, &'static str, Right)| Place {
            path: place,
            label,
            here: *place == path,
        };
        Self {
            title: title.to_owned(),
            name: visitor.operator().name.clone(),
            token: visitor.token().to_owned(),
            places: may.map(place).collect(),
            said: said.sentence(),
            house: app.look.name.clone(),
            alerts: visitor.alerts(),
            idle_minutes: session::IDLE.as_secs() / 60,
        }
    }
}

/// The first place of the menu for those roles.
pub(crate) fn first_place(visitor: &Visitor) -> &'static str {
    MENU.iter().find(|(_, _, right)| visitor.may(*right)).map_or("/console/compte", |(path, _, _)| path)
}

/// A page as it leaves.
pub(crate) fn render(page: &impl Template) -> Result<Response, PageError> {
    Ok(Html(page.render()?).into_response())
}

/// A table as a file that spreadsheets open; no cell of it is ever a formula (T14).
pub(crate) fn as_file(
    name: &str,
    titles: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Response, PageError> {
    let file = spreadsheet::csv(titles, rows)?;
    let name = format!("attachment; filename=\"{name}\"");
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], file).into_response())
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nothing is there, or nothing for her (T15): nobody learns which.
    #[error("nothing is there")]
    NotFound,
    /// Her roles do not allow it.
    #[error("not with these roles")]
    Forbidden,
    /// The form came from somewhere else than the address of the console.
    #[error("a form from elsewhere")]
    Elsewhere(String),
    /// The form does not carry the token of the session.
    #[error("without its token")]
    Token,
    /// More was sent than a form holds.
    #[error("too long")]
    TooLong,
    /// No session.
    #[error("signed out")]
    SignedOut,
    /// The database did not do its part.
    #[error("the database failed")]
    Db(#[from] DbError),
    /// The page could not be written.
    #[error("the page could not be written")]
    Template(#[from] askama::Error),
    /// The file could not be written.
    #[error("the file could not be written")]
    File(#[from] csv::Error),
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    title: &'static str,
    advice: String,
}

impl PageError {
    fn told(&self) -> (StatusCode, &'static str, String) {
        let told = |status, title, advice: &str| (status, title, advice.to_owned());
        match self {
            Self::NotFound => told(
                StatusCode::NOT_FOUND,
                "Cette page n'existe pas",
                "L'adresse est peut-être incomplète, ou ce que vous cherchez n'est pas sur une de vos lignes.",
            ),
            Self::Forbidden => told(
                StatusCode::FORBIDDEN,
                "Cette page est réservée à un autre rôle",
                "Demandez à la personne qui gère les comptes si vous en avez besoin.",
            ),
            Self::Elsewhere(address) => (
                StatusCode::FORBIDDEN,
                "Ce formulaire vient d'une autre adresse",
                format!("Rien n'a été changé. Ouvrez la console à son adresse : {address}/console"),
            ),
            Self::Token => told(
                StatusCode::FORBIDDEN,
                "Cette page est trop ancienne",
                "Rien n'a été changé. Revenez en arrière, rechargez la page, puis recommencez.",
            ),
            Self::TooLong => told(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Ce texte est trop long",
                "Rien n'a été enregistré. Revenez en arrière : ce que vous avez écrit y est encore. Raccourcissez-le.",
            ),
            Self::SignedOut => told(
                StatusCode::UNAUTHORIZED,
                "Votre session est terminée",
                "Connectez-vous de nouveau : rien n'est perdu.",
            ),
            Self::Db(_) | Self::Template(_) | Self::File(_) => told(
                StatusCode::SERVICE_UNAVAILABLE,
                "La console ne répond pas pour le moment",
                "Rien n'a été enregistré. Revenez en arrière : ce que vous avez écrit y est encore. Réessayez dans une \
                 minute.",
            ),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::Db(_) | Self::Template(_) | Self::File(_) = &self {
            tracing::error!(cause = %crate::telemetry::chain(&self), "a page was not shown");
        }
        let (status, title, advice) = self.told();
        let page = ErrorPage { title, advice }.render().unwrap_or_else(|_| title.to_owned());
        (status, Html(page)).into_response()
    }
}
