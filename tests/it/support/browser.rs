//! Somebody at a browser, as far as a server sees her: cookies, forms with their token and their origin, redirects.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use ligne_solidaire::console::COOKIE_NAME;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::{accounts, sessions};
use ligne_solidaire::operators::{Operator, Role, session};
use tower::ServiceExt;
use uuid::Uuid;

use super::service::{PUBLIC, Service};

/// What came back.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    /// What the browser is to keep.
    pub(crate) fn cookie(&self) -> Option<&str> {
        let cookie = self.headers.get(SET_COOKIE)?.to_str().unwrap();
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
        cookie.strip_prefix(&format!("{COOKIE_NAME}="))?.split(';').next()
    }
}

/// A browser in which somebody is signed in.
pub(crate) struct Browser {
    router: Router,
    cookie: String,
    /// What her forms carry.
    pub(crate) token: String,
}

/// Somebody with these roles on these lines, signed in.
pub(crate) async fn signed_in(service: &Service, name: &str, roles: &[Role], lines: &[Uuid]) -> Browser {
    let (keyring, now) = (service.app.board.keyring.clone(), service.app.board.clock.now());
    let id = service.app.board.ids.row(now);
    let operator = Operator {
        id,
        login: id.to_string(),
        name: name.to_owned(),
        roles: roles.to_vec(),
        langs: vec![Lang::FRENCH],
        phone: None,
        lines: lines.to_vec(),
    };
    let (adding, cookie) = (operator.clone(), format!("cookie-of-{}", operator.login));
    let (id, form_token) = (session::id_of(&cookie), session::csrf(&keyring, &cookie));
    let opening = service.app.board.db.write(move |tx| {
        Box::pin(async move {
            assert!(accounts::add(tx, &keyring, &adding, now).await?);
            let new =
                sessions::NewSession { id: &id, operator_id: adding.id, browser: "Firefox sur Linux", limited: false };
            sessions::open(tx, &new, now).await
        })
    });
    opening.await.unwrap();
    Browser { router: service.router.clone(), cookie, token: form_token }
}

/// The lines of a service.
pub(crate) fn lines(service: &Service) -> Vec<Uuid> {
    service.app.lines.iter().map(|line| line.id).collect()
}

impl Browser {
    /// A browser of the same person that never signed in.
    pub(crate) fn stranger(service: &Service) -> Self {
        Self { router: service.router.clone(), cookie: "none".to_owned(), token: String::new() }
    }

    /// The browser that keeps that cookie.
    pub(crate) fn with(service: &Service, cookie: &str) -> Self {
        let token = session::csrf(&service.app.board.keyring, cookie);
        Self { router: service.router.clone(), cookie: cookie.to_owned(), token }
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form of one of our pages.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.post_from(path, fields, Some(PUBLIC), Some(&self.token)).await
    }

    /// Sends a form from somewhere, with a token or without.
    pub(crate) async fn post_from(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        origin: Option<&str>,
        token: Option<&str>,
    ) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if let Some(token) = token {
            form.append_pair("jeton", token);
        }
        let mut request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        self.send(request.body(Body::from(form.finish())).unwrap()).await
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header(COOKIE, format!("{COOKIE_NAME}={}", self.cookie))
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 8 << 20).await.unwrap();
        Seen { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}
