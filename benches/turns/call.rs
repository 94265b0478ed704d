//! A shopping call by keys, webhook by webhook, as a provider posts it.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use form_urlencoded::Serializer;
use ligne_solidaire::simulator::sign::signature;

use super::client::Client;

pub(crate) const PUBLIC: &str = "https://ligne.example.org";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "jeton-de-mesure";
pub(crate) const LINE: &str = "+33199001234";

/// What the caller does at one turn.
enum Does {
    Calls,
    Presses(&'static str),
    Speaks(&'static str),
    Leaves,
}

/// Every webhook of the call, in order, by the name under which it is counted.
const CALL: [(&str, Does); 14] = [
    ("ring", Does::Calls),
    ("welcome: a request", Does::Presses("1")),
    ("menu: shopping", Does::Presses("1")),
    ("for herself", Does::Presses("1")),
    ("food for today", Does::Presses("1")),
    ("can pay", Does::Presses("1")),
    ("says the list", Does::Speaks("12")),
    ("postal code", Does::Presses("34000")),
    ("says the street", Does::Speaks("5")),
    ("says her name", Does::Speaks("2")),
    ("number confirmed", Does::Presses("1")),
    ("agrees to share", Does::Presses("1")),
    ("summary: request kept", Does::Presses("1")),
    ("the provider: call ended", Does::Leaves),
];
/// How many webhooks a call makes.
pub(crate) const WEBHOOKS: usize = CALL.len();

/// The words about places, which providers send empty.
const EMPTY: [&str; 12] = [
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
];

/// One call, somewhere between ring and goodbye.
pub(crate) struct Call {
    sid: String,
    from: String,
    at: usize,
    path: String,
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
            at: 0,
            path: "/telephony/twilio/voice".to_owned(),
        }
    }

    /// The name of that webhook.
    pub(crate) fn name(&self) -> &'static str {
        CALL[self.at].0
    }

    /// What is posted next, ready to be sent.
    pub(crate) fn webhook(&self) -> Webhook {
        let form = self.form();
        let signature = signature(TOKEN, &format!("{PUBLIC}{}", self.path), &form);
        let body = Serializer::new(String::new()).extend_pairs(form.iter()).finish();
        Webhook { path: self.path.clone(), signature, body }
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        let ended = matches!(CALL[self.at].1, Does::Leaves);
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
        form.extend(EMPTY.map(|name| (name, String::new())));
        match CALL[self.at].1 {
            Does::Calls => {}
            Does::Presses(keys) => form.push(("Digits", keys.to_owned())),
            Does::Speaks(seconds) => {
                let sid = format!("RE{:02}{}", self.at, &self.sid[4..]);
                form.push(("RecordingUrl", format!("https://api.example.org/Recordings/{sid}")));
                form.push(("RecordingSid", sid));
                form.push(("RecordingDuration", seconds.to_owned()));
                form.push(("Digits", "#".to_owned()));
            }
            Does::Leaves => form.push(("CallDuration", "140".to_owned())),
        }
        form
    }

    /// Reads what was answered; `None` when the call is over.
    pub(crate) fn hear(mut self, status: u16, document: &str) -> anyhow::Result<Option<Self>> {
        if !(200..300).contains(&status) {
            bail!("{} is answered with {status}", self.name());
        }
        if self.at + 1 == CALL.len() {
            return Ok(None);
        }
        let speaks = matches!(CALL[self.at + 1].1, Does::Speaks(_));
        self.path = if self.at + 2 == CALL.len() {
            anyhow::ensure!(document.contains("<Hangup"), "{} does not end the call: {document}", self.name());
            "/telephony/twilio/status".to_owned()
        } else {
            let verb = if speaks { "<Record " } else { "<Gather " };
            action(document, verb).with_context(|| format!("{} leads to no {verb}: {document}", self.name()))?
        };
        self.at += 1;
        Ok(Some(self))
    }
}

/// The path of the action of that verb.
fn action(document: &str, verb: &str) -> Option<String> {
    let (_, attributes) = document.split_once(verb)?;
    let (_, address) = attributes.split_once("action=\"")?;
    let (address, _) = address.split_once('"')?;
    address.strip_prefix(PUBLIC).map(str::to_owned)
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
