//! A line of a few sentences, only there to be called.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use ligne_solidaire::simulator::exchange::{Exchange, Settings};
use ligne_solidaire::simulator::sign::signature;
use ligne_solidaire::simulator::transport::InProcess;

pub(crate) const PUBLIC: &str = "https://ligne.example.org";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "jeton-de-test";
pub(crate) const LINE: &str = "+33199001234";
pub(crate) const DESK: &str = "+33199001001"; // bureau 1

/// One form that the line received: path with query, then the fields in order.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Received {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A line of a few sentences, only there to be called: a menu, a message, a desk that is screened.
#[derive(Clone, Default)]
pub(crate) struct TinyLine {
    pub(super) received: Arc<Mutex<Vec<Received>>>,
}

impl TinyLine {
    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }

    pub(crate) fn at(&self, path: &str) -> Vec<Received> {
        let received = self.received.lock().unwrap();
        received.iter().filter(|form| form.path.split('?').next() == Some(path)).cloned().collect()
    }

    pub(super) fn last(&self, path: &str) -> Received {
        self.at(path).pop().unwrap_or_else(|| panic!("nothing was posted to {path}"))
    }
}

async fn answer(State(line): State<TinyLine>, uri: Uri, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let path = uri.path_and_query().unwrap().to_string();
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let form: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let signed = signature(TOKEN, &format!("{PUBLIC}{path}"), &form);
    if headers.get("X-Twilio-Signature").and_then(|value| value.to_str().ok()) != Some(signed.as_str()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let received = Received { path: path.clone(), fields };
    let (digits, bridged) = (received.get("Digits").map(str::to_owned), received.get("DialBridged") == Some("true"));
    let nth = {
        let mut all = line.received.lock().unwrap();
        all.push(received);
        all.len()
    };
    let body = match path.as_str() {
        "/telephony/twilio/status" | "/sound" => return StatusCode::NO_CONTENT.into_response(),
        "/broken" => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "/telephony/twilio/voice" => menu("Bonjour. Pour laisser un message, tapez 1. Pour une personne, tapez 0."),
        "/menu" => match digits.as_deref() {
            Some("1") => say("Parlez après le bip.") + RECORD + &redirect("/message"),
            Some("0") => say("Je vous passe une personne.") + &dial(),
            Some("2") => say("Do not worry.").replace("fr-FR", "en-GB") + &redirect("/wait"),
            Some("3") => say(&nth.to_string()) + "<Hangup/>",
            Some("4") => redirect("/broken"),
            Some("5") => redirect("/menu?circle"),
            Some(_) => menu("Je n'ai pas compris. Un message : 1. Une personne : 0."),
            None => menu("Prenez votre temps. Un message : 1. Une personne : 0."),
        },
        "/menu?circle" => redirect("/menu?circle"),
        "/wait" => say("Encore un instant.") + &redirect("/wait"),
        "/message" => say("Votre message est enregistré. Au revoir.") + "<Hangup/>",
        "/screen" | "/alert" => gather("/accepted", "Un appel de la ligne. Pour le prendre, tapez 1.") + "<Hangup/>",
        "/accepted" if digits.as_deref() == Some("1") => String::new(),
        "/accepted" => "<Hangup/>".to_owned(),
        "/dialled" if bridged => "<Hangup/>".to_owned(),
        "/dialled" => say("Personne ne peut répondre. Un agent vous rappelle.") + "<Hangup/>",
        "/telephony/twilio/fallback" => say("Rappelez plus tard. En cas de danger, faites le 15.") + "<Hangup/>",
        _ => String::new(),
    };
    let xml = format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>"#);
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response()
}

const RECORD: &str = r##"<Record action="https://ligne.example.org/message" method="POST" timeout="5" finishOnKey="#" maxLength="90" playBeep="true" recordingStatusCallback="https://ligne.example.org/sound" recordingStatusCallbackMethod="POST"/>"##;

fn say(words: &str) -> String {
    format!(r#"<Say language="fr-FR">{words}</Say>"#)
}

fn redirect(path: &str) -> String {
    format!(r#"<Redirect method="POST">{PUBLIC}{path}</Redirect>"#)
}

fn gather(path: &str, words: &str) -> String {
    format!(
        r#"<Gather input="dtmf" action="{PUBLIC}{path}" method="POST" numDigits="1" timeout="8" finishOnKey="">{}</Gather>"#,
        say(words)
    )
}

fn menu(words: &str) -> String {
    gather("/menu", words) + &redirect("/menu")
}

fn dial() -> String {
    format!(
        r#"<Dial action="{PUBLIC}/dialled" method="POST" timeout="15" callerId="{LINE}"><Number url="{PUBLIC}/screen" method="POST">{DESK}</Number></Dial>"#
    )
}

/// An exchange with a desk, plugged into a tiny line, differing from the ordinary by what `change` does.
pub(crate) fn exchange(change: impl FnOnce(&mut Settings)) -> (Exchange, TinyLine) {
    let line = TinyLine::default();
    let mut settings = Settings::new(PUBLIC, ACCOUNT, TOKEN);
    change(&mut settings);
    let exchange = Exchange::new(settings, InProcess::new(line.router()));
    exchange.register_phone(DESK, "bureau 1");
    (exchange, line)
}
