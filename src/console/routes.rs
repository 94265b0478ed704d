//! THE table of the console's addresses: what each is for, and the right that it asks of whoever is signed in.
//!
//! The router and the list that tests walk are made from the same rows, so that a new address cannot escape them.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::{assets, guard, headers, live, pages};
use crate::app::App;
use crate::operators::Right;

/// Who may use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: signing in, and the files of the pages.
    Open,
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
        let signed = self.signed.layer(from_fn_with_state(app.clone(), guard::signed_in));
        signed.merge(self.open).layer(from_fn_with_state(app.clone(), guard::from_here)).layer(headers::layer(app))
    }
}

/// Every address of the console.
pub fn routes() -> Routes {
    use Right::Work;
    Routes { list: Vec::new(), open: Router::new(), signed: Router::new() }
        .open(Method::GET, "/console/fichiers/{name}", get(assets::serve))
        .open(Method::GET, "/console/theme.css", get(assets::theme))
        .open(Method::GET, "/console/logo", get(assets::logo))
        .open(Method::GET, "/console/entrer", get(pages::sign_in::show))
        .open(Method::POST, "/console/entrer", post(pages::sign_in::enter))
        .act(Right::Own, "/console/sortir", post(pages::sign_in::leave))
        .page(Right::Own, "/console", get(pages::home::show))
        .page(Right::Own, "/console/flux", get(live::stream))
        .page(Work, "/console/file", get(pages::queue::show))
        .act(Work, "/console/suivante", post(pages::queue::next))
        .page(Work, "/console/rappels/{id}", get(pages::item::show))
        .act(Work, "/console/rappels/{id}/prendre", post(pages::item_acts::claim))
        .act(Work, "/console/rappels/{id}/prolonger", post(pages::item_acts::renew))
        .act(Work, "/console/rappels/{id}/rendre", post(pages::item_acts::release))
        .act(Right::Supervise, "/console/rappels/{id}/reprendre", post(pages::item_acts::take_over))
        .act(Work, "/console/rappels/{id}/note", post(pages::item_acts::note))
        .act(Work, "/console/rappels/{id}/terminer", post(pages::item_acts::end))
        .page(Work, "/console/messages/{id}", get(pages::message::play))
}
