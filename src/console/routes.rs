//! THE table of the console's addresses: what each is for, and the right that it asks of whoever is signed in.
//!
//! The router and the list that tests walk are made from the same rows, so that a new address cannot escape them.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{MethodRouter, get, post};

use super::page::PageError;
use super::{alerts, assets, guard, headers, live, pages};
use crate::app::App;
use crate::operators::Right;

/// Who may use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: signing in, and the files of the pages.
    Open,
    /// Whoever has a session, even one that only serves to set up a second factor.
    Session,
    /// Whoever is signed in with that right.
    Signed(Right),
}

/// One address of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// GET shows, POST changes.
    pub method: Method,
    /// As axum writes it, with its `{parameters}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// The addresses, as they are added.
pub struct Routes {
    /// Every one of them.
    pub list: Vec<Route>,
    open: Router<Arc<App>>,
    signed: Router<Arc<App>>,
}

impl Routes {
    fn open(mut self, method: Method, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        self.open = self.open.route(path, handler);
        self.list.push(Route { method, path, access: Access::Open });
        self
    }

    fn session(mut self, method: Method, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        self.signed = self.signed.route(path, handler);
        self.list.push(Route { method, path, access: Access::Session });
        self
    }

    /// A page.
    fn page(self, right: Right, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        self.signed(right, Method::GET, path, handler)
    }

    /// A change.
    fn act(self, right: Right, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        self.signed(right, Method::POST, path, handler)
    }

    fn signed(mut self, right: Right, method: Method, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        self.signed = self.signed.route(path, guard::asking(right, handler));
        self.list.push(Route { method, path, access: Access::Signed(right) });
        self
    }

    /// The router behind its guard.
    pub fn router(self, app: Arc<App>) -> Router<Arc<App>> {
        let pages: Vec<_> =
            self.list.iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect();
        let signed = self.signed.layer(from_fn_with_state(app.clone(), guard::signed_in));
        let all = signed.merge(self.open).method_not_allowed_fallback(async move |method: Method, uri: Uri| {
            if method != Method::GET {
                return StatusCode::METHOD_NOT_ALLOWED.into_response();
            }
            // Somebody comes back, by the address bar or after signing in, to where a form was sent.
            Redirect::to(&nearest(&pages, uri.path())).into_response()
        });
        all.layer(from_fn_with_state(app.clone(), guard::from_here)).layer(headers::layer(app))
    }
}

/// What an address gets that is none of ours: the way to the console, or a page that says so.
pub fn elsewhere(app: Arc<App>) -> Router<Arc<App>> {
    let nowhere = async move |method: Method, uri: Uri| match uri.path() {
        _ if method != Method::GET => StatusCode::NOT_FOUND.into_response(),
        "/" => Redirect::to("/console").into_response(),
        path => match path.strip_suffix('/').filter(|page| page.starts_with("/console")) {
            Some(page) => Redirect::to(page).into_response(),
            None => PageError::NotFound.into_response(),
        },
    };
    Router::new().fallback(nowhere).layer(headers::layer(app))
}

/// The page to which an address belongs that shows nothing itself: the nearest above it.
fn nearest(pages: &[&str], path: &str) -> String {
    let is_page = |path: &str| pages.iter().any(|page| stands_for(page, path));
    let above = std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above));
    above.skip(1).find(|path| is_page(path)).unwrap_or("/console").to_owned()
}

/// Whether that is an address of the page, whose `{parameters}` stand for anything.
fn stands_for(page: &str, path: &str) -> bool {
    let same = |(wanted, given): (&str, &str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    page.split('/').count() == path.split('/').count() && page.split('/').zip(path.split('/')).all(same)
}

/// Every address of the console.
pub fn routes() -> Routes {
    use Right::Work;
    Routes { list: Vec::new(), open: Router::new(), signed: Router::new() }
        .open(Method::GET, "/console/fichiers/{name}", get(assets::serve))
        .open(Method::GET, "/console/theme.css", get(assets::theme))
        .open(Method::GET, "/console/logo", get(assets::logo))
        .open(Method::GET, "/console/accessibilite", get(pages::accessibility::show))
        .open(Method::GET, "/console/entrer", get(pages::sign_in::show))
        .open(Method::POST, "/console/entrer", post(pages::sign_in::enter))
        .open(Method::GET, "/console/lien/{token}", get(pages::link::show))
        .open(Method::POST, "/console/lien/{token}", post(pages::link::open))
        .session(Method::POST, "/console/sortir", post(pages::sign_in::leave))
        .session(Method::GET, "/console/second-facteur", get(pages::second_factor::show))
        .session(Method::POST, "/console/second-facteur", post(pages::second_factor::confirm))
        .page(Right::Own, "/console/alertes", get(alerts::show))
        .page(Right::Own, "/console/compte", get(pages::account::show))
        .act(Right::Own, "/console/compte/sessions/fermer", post(pages::account::end_session))
        .act(Right::Own, "/console/compte/sessions/fermer-les-autres", post(pages::account::end_others))
        .act(Right::Own, "/console/compte/mot-de-passe", post(pages::account::change_password))
        .act(Right::Own, "/console/compte/telephone", post(pages::account::change_phone))
        .page(Right::Own, "/console", get(pages::home::show))
        .page(Right::Own, "/console/flux", get(live::stream))
        .page(Work, "/console/file", get(pages::queue::show))
        .act(Work, "/console/suivante", post(pages::queue::next))
        .page(Work, "/console/rappels/{id}", get(pages::item::show))
        .act(Work, "/console/rappels/{id}/prendre", post(pages::item_acts::claim))
        .act(Work, "/console/rappels/{id}/prolonger", post(pages::item_acts::renew))
        .act(Work, "/console/rappels/{id}/rendre", post(pages::item_acts::release))
        .act(Right::Supervise, "/console/rappels/{id}/reprendre", post(pages::item_acts::take_over))
        .act(Work, "/console/rappels/{id}/appeler", post(pages::item_acts::ring))
        .act(Work, "/console/rappels/{id}/note", post(pages::item_acts::note))
        .act(Work, "/console/rappels/{id}/terminer", post(pages::item_acts::end))
        .page(Work, "/console/messages/{id}", get(pages::message::play))
        .page(Work, "/console/demandes", get(pages::requests::show))
        .page(Work, "/console/demandes/{id}", get(pages::request::show))
        .act(Work, "/console/demandes/{id}", post(pages::request_acts::change))
        .act(Work, "/console/demandes/{id}/accord", post(pages::request_acts::agree))
        .act(Work, "/console/demandes/{id}/lieu", post(pages::request_acts::locate))
        .act(Work, "/console/demandes/{id}/annuler", post(pages::request_acts::cancel))
        .act(Work, "/console/demandes/{id}/rouvrir", post(pages::request_acts::reopen))
        .act(Work, "/console/demandes/{id}/reunir", post(pages::request_acts::join))
        .act(Right::Supervise, "/console/demandes/{id}/separer", post(pages::request_acts::part))
        .page(Work, "/console/guichet", get(pages::counter::show))
        .act(Work, "/console/guichet", post(pages::counter::take))
        .page(Work, "/console/service", get(pages::shift::show))
        .act(Work, "/console/service", post(pages::shift::hand_over))
        .page(Work, "/console/rappels/{id}/signaler", get(pages::signals::form))
        .act(Work, "/console/rappels/{id}/signaler", post(pages::signals::send))
        .page(Work, "/console/signalements", get(pages::signals::show))
        .page(Work, "/console/signalements/{id}", get(pages::signals::open))
        .act(Right::Safeguard, "/console/signalements/{id}/vu", post(pages::signals::seen))
        .act(Right::Safeguard, "/console/signalements/{id}/clore", post(pages::signals::close))
        .page(Work, "/console/carte", get(pages::map::show))
        .page(Work, "/console/carte/{id}/quartiers.svg", get(pages::request_map::show))
        .page(Right::Figures, "/console/chiffres", get(pages::figures::show))
        .page(Right::Figures, "/console/chiffres.csv", get(pages::figures::export))
        .page(Right::Figures, "/console/chiffres/feuille", get(pages::sheet::show))
        .page(Right::Plans, "/console/plans", get(pages::plans::show))
        .act(Right::Plans, "/console/plans", post(pages::plans::make))
        .act(Right::Plans, "/console/plans/{id}/fin", post(pages::plans::end))
        .page(Right::Line, "/console/ligne", get(pages::line::show))
        .page(Right::Line, "/console/ligne/deroule.svg", get(pages::line::flow))
        .act(Right::Line, "/console/ligne/scripts", post(pages::line::reload))
        .act(Right::Line, "/console/ligne/{id}", post(pages::line::decide))
        .page(Right::Journal, "/console/journal", get(pages::journal::show))
        .page(Right::Journal, "/console/journal.csv", get(pages::journal::export))
        .page(Right::Jobs, "/console/travaux", get(pages::jobs::show))
        .act(Right::Jobs, "/console/travaux/{id}/reessayer", post(pages::jobs::retry))
        .page(Right::Accounts, "/console/comptes", get(pages::accounts::show))
        .page(Right::Accounts, "/console/comptes/nouveau", get(pages::account_form::new))
        .act(Right::Accounts, "/console/comptes", post(pages::account_form::create))
        .page(Right::Accounts, "/console/comptes/{id}", get(pages::account_form::show))
        .act(Right::Accounts, "/console/comptes/{id}", post(pages::account_form::change))
        .act(Right::Accounts, "/console/comptes/{id}/fermer", post(pages::account_form::disable))
        .act(Right::Accounts, "/console/comptes/{id}/rouvrir", post(pages::account_form::enable))
        .act(Right::Accounts, "/console/comptes/{id}/lien", post(pages::account_form::reset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_form_was_sent_leads_to_the_page_that_it_belongs_to() {
        let list = routes().list;
        let pages: Vec<_> = list.iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect();
        for (sent, page) in [
            ("/console/suivante", "/console"),
            ("/console/rappels/0198/prendre", "/console/rappels/0198"),
            ("/console/demandes/0198/annuler", "/console/demandes/0198"),
            ("/console/compte/sessions/fermer-les-autres", "/console/compte"),
            ("/console/plans/0198/fin", "/console/plans"),
        ] {
            assert_eq!(nearest(&pages, sent), page);
        }
    }
}
