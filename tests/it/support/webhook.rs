//! One webhook by hand: signed or not, well made or not, straight into a router.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use ligne_solidaire::telephony::form::Form;
use ligne_solidaire::telephony::{portable, signature};
use tower::ServiceExt;

use super::service::{ACCOUNT, LINE, PUBLIC, TOKEN};

/// Where a call arrives.
pub(crate) const VOICE: &str = "/telephony/twilio/voice";

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Reply {
    /// A document with words that every provider takes.
    pub(crate) fn is_voice(&self) -> bool {
        self.status == StatusCode::OK
            && self.content_type.starts_with("text/xml")
            && portable::check(&self.body).is_ok()
    }
}

/// A webhook that is being put together.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) method: Method,
    pub(crate) signature: Option<String>,
    pub(crate) content_type: &'static str,
}

impl Webhook {
    /// A body posted to a path of the line, signed as the provider does.
    pub(crate) fn signed(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let form = Form::parse(&body).unwrap_or_default();
        let signature = Some(signature::expected(TOKEN, &format!("{PUBLIC}{path}"), &form));
        let content_type = "application/x-www-form-urlencoded";
        Self { path: path.to_owned(), body, method: Method::POST, signature, content_type }
    }

    /// A form of these fields, after those of every voice webhook.
    pub(crate) fn of_call(path: &str, sid: &str, from: &str, more: &[(&str, &str)]) -> Self {
        Self::signed(path, fields(sid, from, more))
    }

    /// Posts it.
    pub(crate) async fn post(self, router: &Router) -> Reply {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if !self.content_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        if let Some(signature) = &self.signature {
            request = request.header("X-Twilio-Signature", signature);
        }
        let Ok(answer) = router.clone().oneshot(request.body(Body::from(self.body)).unwrap()).await;
        let status = answer.status();
        let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Reply { status, content_type: kind.unwrap_or_default(), body }
    }
}

/// The body of a voice webhook.
pub(crate) fn fields(sid: &str, from: &str, more: &[(&str, &str)]) -> String {
    let usual =
        [("AccountSid", ACCOUNT), ("CallSid", sid), ("From", from), ("To", LINE), ("CallStatus", "in-progress")];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(usual).extend_pairs(more).finish()
}

/// The path of the first address of that kind in a document.
pub(crate) fn path_in(document: &str, attribute: &str) -> String {
    let start = document.find(&format!("{attribute}=\"{PUBLIC}")).unwrap() + attribute.len() + 2 + PUBLIC.len();
    document[start..].split('"').next().unwrap().to_owned()
}
