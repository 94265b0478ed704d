//! How a webhook reaches the service: over HTTP to a running one, or straight into its router inside the same process.

use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;
use url::Url;

/// The most bytes read from an answer: enough to see that a document is too long.
const MAX_ANSWER: usize = 256 * 1024;
/// How long a provider waits for an answer, in all.
const PATIENCE: Duration = Duration::from_secs(15);
/// The user agent of the family's requests.
const USER_AGENT: &str = "TwilioProxy/1.1";

/// What the service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type, without its parameters.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
#[error("le service ne répond pas : {0}")]
pub struct TransportError(String);

impl TransportError {
    /// For a [`Transport`] of one's own: what happened, in a few words.
    pub fn new(why: impl std::fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// A way to post a signed form to the service.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Posts `form` (already URL-encoded) to the public address `url` with its `signature`; redirects are not followed.
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError>;
}

/// Posts to a service that listens somewhere.
#[derive(Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    reached_at: Option<Url>,
}

impl HttpTransport {
    /// Posts to the public address itself, or, when `reached_at` is given, to that host and port instead: a service on
    /// this machine is tried before its public name exists.
    pub fn new(reached_at: Option<Url>) -> Result<Self, TransportError> {
        // A second installation answers Err and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| TransportError(error.to_string()))?;
        Ok(Self { client, reached_at })
    }

    /// The address that is really asked for.
    fn route(&self, url: &str) -> Result<Url, TransportError> {
        let mut route = Url::parse(url).map_err(|error| TransportError(format!("{url}: {error}")))?;
        if let Some(host) = &self.reached_at {
            let mut here = host.clone();
            here.set_path(route.path());
            here.set_query(route.query());
            route = here;
        }
        Ok(route)
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError> {
        let failed = |error: reqwest::Error| match () {
            () if error.is_connect() => TransportError::new("rien n'écoute à cette adresse"),
            () if error.is_timeout() => TransportError::new("trop tard"),
            () => TransportError::new(error),
        };
        let request = self
            .client
            .post(self.route(url)?)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header("X-Twilio-Signature", signature)
            .body(form);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        let content_type = media_type(answer.headers());
        let body = answer.bytes().await.map_err(failed)?;
        Ok(Answer { status, content_type, body })
    }
}

/// Hands each request to a router of the same process: no port, no network.
#[derive(Clone, Debug)]
pub struct InProcess(Router);

impl InProcess {
    /// Calls into `router`, the service's own, all layers included.
    pub fn new(router: Router) -> Self {
        Self(router)
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn post(&self, url: &str, signature: &str, form: Bytes) -> Result<Answer, TransportError> {
        let failed = |error: &dyn std::fmt::Display| TransportError(error.to_string());
        let request = Request::post(path(url))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header(header::HOST, "127.0.0.1")
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::CONTENT_LENGTH, form.len())
            .header("X-Twilio-Signature", signature)
            .body(Body::from(form))
            .map_err(|error| failed(&error))?;
        let Ok(answer) = self.0.clone().oneshot(request).await;
        let status = answer.status().as_u16();
        let content_type = media_type(answer.headers());
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.map_err(|error| failed(&error))?;
        Ok(Answer { status, content_type, body: body.to_bytes() })
    }
}

/// The path and query of an absolute address, without a copy.
fn path(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..]);
    path.split('#').next().unwrap_or(path)
}

fn media_type(headers: &axum::http::HeaderMap) -> String {
    let full = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_this_machine_answers_for_its_public_name() {
        let transport = HttpTransport::new(Some(Url::parse("http://127.0.0.1:8080").unwrap())).unwrap();
        let route = transport.route("https://ligne.example.org/telephony/twilio/voice?tour=2").unwrap();
        assert_eq!(route.as_str(), "http://127.0.0.1:8080/telephony/twilio/voice?tour=2");
        assert_eq!(path("https://ligne.example.org/a?b=c#rc=2"), "/a?b=c");
        assert_eq!(path("https://ligne.example.org"), "/");
    }
}
