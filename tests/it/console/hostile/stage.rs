//! A desk with something of everything, in the hands of somebody who may do everything.

use axum::http::Method;
use ligne_solidaire::console::routes;
use ligne_solidaire::operators::Role;
use uuid::Uuid;

use crate::console::browser::DISTRICTS;
use crate::support::browser::{Browser, Seen, lines, signed_in};
use crate::support::desk::Desk;
use crate::support::html::{Field, Form, forms};
use crate::support::people::TownHall;
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::test_db::TestDb;

/// Pages to look at, with `{kind}` for the ids in them: every address of the router's list that shows a page.
pub(super) fn pages() -> Vec<String> {
    let files = ["/console/flux", "/console/fichiers", "/console/theme.css", "/console/logo", "/console/messages"];
    let mut pages = Vec::new();
    for route in routes().list.into_iter().filter(|route| route.method == Method::GET) {
        let file = files.iter().any(|path| route.path.starts_with(path));
        // Before a session: these have a test of their own.
        let before = route.path.contains("{token}") || route.path == "/console/entrer";
        if file || before {
            continue;
        }
        let kind = route.path.split('/').nth(2).unwrap_or_default();
        pages.push(route.path.replace("{id}", &format!("{{{kind}}}")));
        if route.path == "/console/guichet" {
            pages.push("/console/guichet?besoin=courses".to_owned());
        }
    }
    pages
}

/// The same text with `{id}` for every id in it.
pub(super) fn shape(text: &str) -> String {
    let parts = text.split(['/', '.', '?']).filter(|part| part.parse::<Uuid>().is_ok());
    parts.fold(text.to_owned(), |text, id| text.replace(id, "{id}"))
}

/// What a person who fills in a form gives where it has nothing.
pub(super) fn given(field: &Field) -> &str {
    match field.name.as_str() {
        _ if !field.value.is_empty() && field.name != "issue" => &field.value,
        "issue" => "RESOLU",
        "numero" | "contact" | "personne_tel" => "04 65 71 00 09",
        "raison" | "ecrit" | "expose" | "dit" | "nom" | "personne" | "note" => "Du pain",
        _ => &field.value,
    }
}

/// A service of a town with districts.
pub(super) async fn service(base: &TestDb) -> Service {
    Service::with(base, &Setup { line: DISTRICTS.to_owned(), ..Setup::default() }).await
}

/// A field of a form, found again by what it is called: each has other ids when the page is opened again.
#[derive(Debug)]
pub(super) struct Sought {
    /// The shape of the form's address, and how many of that shape are before it.
    action: (String, usize),
    /// The shape of the field's name, and how many of that shape are before it.
    name: (String, usize),
}

impl Sought {
    pub(super) fn of(all: &[Form], form: usize, field: usize) -> Self {
        let numbered = |shapes: Vec<String>, at: usize| {
            let before = shapes[..at].iter().filter(|shape| **shape == shapes[at]).count();
            (shapes[at].clone(), before)
        };
        let fields = all[form].fields.iter().map(|field| shape(&field.name)).collect();
        Self { action: numbered(shapes(all), form), name: numbered(fields, field) }
    }

    fn found(&self, all: &[Form]) -> Option<(Form, usize)> {
        let nth = |shapes: Vec<String>, (sought, before): &(String, usize)| {
            let mut same = shapes.into_iter().enumerate().filter(|(_, shape)| shape == sought);
            same.nth(*before).map(|(at, _)| at)
        };
        let form = all.get(nth(shapes(all), &self.action)?)?.clone();
        let field = nth(form.fields.iter().map(|field| shape(&field.name)).collect(), &self.name)?;
        Some((form, field))
    }
}

fn shapes(all: &[Form]) -> Vec<String> {
    all.iter().map(|form| shape(&form.action)).collect()
}

pub(super) struct Stage<'s> {
    pub(super) service: &'s Service,
    pub(super) awa: Browser,
    origin: String,
    desk: Desk,
    callback: String,
    request: String,
    signal: String,
    operator: String,
    calls: usize,
}

impl<'s> Stage<'s> {
    /// In a service that is known at that address.
    pub(super) async fn of(service: &'s Service, origin: &str) -> Self {
        let (desk, origin) = (Desk::on(service).await, origin.to_owned());
        let awa = signed_in(service, "Awa", &Role::ALL, &lines(service)).await;
        let operator = TownHall::of(service).add("luc", &[Role::Agent], &lines(service)).await.id.to_string();
        let text = String::new;
        let (callback, request, signal) = (text(), text(), text());
        let mut stage = Self { service, awa, origin, desk, callback, request, signal, operator, calls: 0 };
        stage.renew(true).await;
        stage
    }

    pub(super) fn hall(&self) -> TownHall {
        TownHall::of(self.service)
    }

    pub(super) fn lines(&self) -> Vec<Uuid> {
        lines(self.service)
    }

    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.awa.post_from(path, fields, Some(&self.origin), Some(&self.awa.token)).await
    }

    /// The address with ids in it.
    pub(super) fn path(&self, page: &str) -> String {
        let line = self.desk.line.to_string();
        let known = [
            ("{rappels}", &self.callback),
            ("{demandes}", &self.request),
            ("{signalements}", &self.signal),
            ("{comptes}", &self.operator),
            ("{carte}", &line),
        ];
        let path = known.iter().fold(page.to_owned(), |path, (kind, id)| path.replace(kind, id));
        assert!(!path.contains('{'), "say here what {page} names");
        path
    }

    pub(super) async fn look(&self, page: &str) -> Seen {
        self.awa.get(&self.path(page)).await
    }

    /// The same form of a page as it is now, and the place of the same field in it; what the last one ended is begun anew.
    pub(super) async fn again(&mut self, page: &str, sought: &Sought) -> (Form, usize) {
        for attempt in 0..3 {
            if let Some(found) = sought.found(&forms(&self.look(page).await.body)) {
                return found;
            }
            self.renew(attempt == 1).await;
        }
        panic!("{page} has no {sought:?} any more");
    }

    pub(super) async fn sends(&self, form: &Form, values: &[(&str, &str)]) -> Seen {
        if form.posts {
            let values: Vec<_> = values.iter().copied().filter(|(name, _)| *name != "jeton").collect();
            return self.post(&form.action, &values).await;
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        self.awa.get(&format!("{}?{query}", form.action)).await
    }

    /// A callback in her hands, of a call or of nobody, and a report to be closed.
    async fn renew(&mut self, of_a_call: bool) {
        self.post(&format!("/console/rappels/{}/rendre", self.callback), &[]).await;
        self.callback = if of_a_call { self.call().await } else { self.desk.something().await.to_string() };
        let taken = self.post(&format!("/console/rappels/{}/prendre", self.callback), &[]).await;
        assert!(taken.location().ends_with("dit=pris"), "{taken:?}");
        self.report().await;
    }

    /// Somebody calls for shopping, whom nobody knows; the callback of that call.
    async fn call(&mut self) -> String {
        self.calls += 1;
        let from = format!("+334657{:05}", 10_000 + self.calls);
        shopping::to_the_end(&self.service.exchange, &from, LINE).await;
        self.service.work().await;
        let listed = self.awa.get("/console/demandes").await.body;
        let request = &listed.split("/console/demandes/").nth(1).unwrap()[..36];
        let page = self.awa.get(&format!("/console/demandes/{request}")).await.body;
        request.clone_into(&mut self.request);
        page.split("href=\"/console/rappels/").nth(1).unwrap()[..36].to_owned()
    }

    async fn report(&mut self) {
        self.signal = Uuid::now_v7().to_string();
        let fields =
            [("formulaire", self.signal.as_str()), ("danger", "oui"), ("expose", "Une enfant"), ("dit", "« Aïe »")];
        let sent = self.post(&format!("/console/rappels/{}/signaler", self.callback), &fields).await;
        assert!(sent.location().ends_with("dit=signale"), "{sent:?}");
    }
}
