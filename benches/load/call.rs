//! A caller who asks for shopping by keys, webhook by webhook, as a provider posts it: `1` wherever there is a choice, a
//! few words where the line listens, a postal code. Driven by what the line waits for, so that it follows the flow where
//! it changes.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail, ensure};
use form_urlencoded::Serializer;
use ligne_solidaire::simulator::exchange::PLACES;
use ligne_solidaire::simulator::sign::signature;

use super::client::Client;

pub(crate) const PUBLIC: &str = "https://ligne.example.org";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "jeton-de-mesure";
pub(crate) const LINE: &str = "+33199001234";

/// Where a call begins.
const RING: &str = "/telephony/twilio/voice";
/// Where its end is reported.
const STATUS: &str = "/telephony/twilio/status";
/// Said by the turn that keeps the request, and by no apology.
const KEPT: &str = "Demande numéro";

/// What the caller does at one turn.
enum Does {
    Calls,
    Presses(&'static str),
    Speaks,
    Leaves,
}

/// One call, somewhere between ring and goodbye.
pub(crate) struct Call {
    sid: String,
    from: String,
    path: String,
    does: Does,
    kept: bool,
    /// How many webhooks of it were answered.
    pub(crate) turn: usize,
}

impl Call {
    /// A call that nobody has answered yet, from one of 50,000 numbers reserved for fiction.
    pub(crate) fn new() -> Self {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let index = CALLS.fetch_add(1, Ordering::Relaxed);
        let range = ["26191", "35301", "46571", "53649", "63998"][usize::try_from(index % 5).unwrap_or(0)];
        Self {
            sid: format!("CA{:032x}", uuid::Uuid::now_v7().as_u128()),
            from: format!("+33{range}{:04}", index / 5 % 10_000),
            path: RING.to_owned(),
            does: Does::Calls,
            kept: false,
            turn: 0,
        }
    }

    /// What is posted next, ready to be sent.
    pub(crate) fn webhook(&self) -> Webhook {
        let form = self.form();
        let signature = signature(TOKEN, &format!("{PUBLIC}{}", self.path), &form);
        let body = Serializer::new(String::new()).extend_pairs(form.iter()).finish();
        Webhook { path: self.path.clone(), signature, body }
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        let ended = matches!(self.does, Does::Leaves);
        let mut form = vec![
            ("AccountSid", ACCOUNT.to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.sid.clone()),
            ("CallStatus", if ended { "completed" } else { "in-progress" }.to_owned()),
            ("Direction", "inbound".to_owned()),
            ("From", self.from.clone()),
            ("To", LINE.to_owned()),
            ("Caller", self.from.clone()),
            ("Called", LINE.to_owned()),
        ];
        let places = PLACES.into_iter().filter(|name| !name.starts_with("Caller"));
        form.extend(places.map(|name| (name, String::new())));
        match self.does {
            Does::Calls => {}
            Does::Presses(keys) => form.push(("Digits", keys.to_owned())),
            Does::Speaks => {
                let sid = format!("RE{:02}{}", self.turn, &self.sid[4..]);
                form.push(("RecordingUrl", format!("https://api.example.org/Recordings/{sid}")));
                form.push(("RecordingSid", sid));
                form.push(("RecordingDuration", "5".to_owned()));
                form.push(("Digits", "#".to_owned()));
            }
            Does::Leaves => form.push(("CallDuration", "140".to_owned())),
        }
        form
    }

    /// Whether this is said once the request is kept.
    pub(crate) fn is_kept(document: &str) -> bool {
        document.contains(KEPT)
    }

    /// Reads what was answered; `None` when the call is over.
    pub(crate) fn hear(mut self, status: u16, document: &str) -> anyhow::Result<Option<Self>> {
        ensure!((200..300).contains(&status), "turn {} is answered with {status}", self.turn);
        if matches!(self.does, Does::Leaves) {
            return Ok(None);
        }
        self.kept |= Self::is_kept(document);
        (self.does, self.path) = answer(document).with_context(|| format!("after turn {}: {document}", self.turn))?;
        ensure!(self.kept || !matches!(self.does, Does::Leaves), "the call ends without a request: {document}");
        self.turn += 1;
        Ok(Some(self))
    }
}

/// What the caller does about a document, and where that is posted.
fn answer(document: &str) -> anyhow::Result<(Does, String)> {
    if document.contains("<Hangup") {
        return Ok((Does::Leaves, STATUS.to_owned()));
    }
    let (verb, does) = match attribute(document, "<Gather ", "numDigits") {
        Some("1") => ("<Gather ", Does::Presses("1")),
        Some("5") => ("<Gather ", Does::Presses("34000")),
        Some("10") => ("<Gather ", Does::Presses("0465710009")),
        Some(other) => bail!("nothing is known that has {other} digits"),
        None => ("<Record ", Does::Speaks),
    };
    let action = attribute(document, verb, "action").context("this document leads nowhere")?;
    let path = action.strip_prefix(PUBLIC).context("this document leads elsewhere")?;
    Ok((does, path.to_owned()))
}

/// An attribute of the first such element.
fn attribute<'a>(document: &'a str, element: &str, name: &str) -> Option<&'a str> {
    let (_, rest) = document.split_once(element)?;
    let (attributes, _) = rest.split_once('>')?;
    let (_, value) = attributes.split_once(&format!("{name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

/// One request of the provider.
pub(crate) struct Webhook {
    path: String,
    signature: String,
    body: String,
}

impl Webhook {
    /// Sends it and waits for the whole answer.
    pub(crate) async fn send<'a>(&self, client: &'a mut Client) -> anyhow::Result<(u16, &'a str)> {
        client.post(&self.path, &self.signature, &self.body).await
    }
}
