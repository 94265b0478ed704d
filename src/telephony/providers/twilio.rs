//! The REST interface of the Twilio family: Twilio itself, `SignalWire`, Somleng, and whoever copies it.
//!
//! Nothing is followed, retried or cached on its own: a job decides what happens next from the [`ProviderError`].
//! Credentials go only to the configured host; the redirection of a recording to a storage service is followed without
//! them.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::address;
use super::answer::{self, Answer, Repeat};
use super::list::{self, Page, Row};
use crate::telephony::provider::{
    Capabilities, Listed, Lost, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};

/// The largest recording that is taken: two hours of telephone sound.
pub const LARGEST_RECORDING: usize = 20 * 1_024 * 1_024;
/// The largest answer that is read where no audio is expected.
const LARGEST_ANSWER: usize = 64 * 1_024;
/// The largest page of a list that is read.
const LARGEST_PAGE: usize = 4 * 1_024 * 1_024;
/// Pages of a list that are read, of 200 messages each: a line receives some hundreds a day (F-82).
const MOST_PAGES: usize = 25;
/// Redirections followed towards the audio of a recording.
const MOST_REDIRECTIONS: usize = 3;

/// What the adapter needs to know of an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base of the REST interface, like `https://api.twilio.com`.
    pub api: Url,
    /// The account's id.
    pub account: String,
    /// An API key's id, where the token belongs to a key rather than to the account.
    pub key: Option<String>,
    /// The account's token, or the secret of the key.
    pub token: SecretString,
    /// What the provider and the town's numbers can do.
    pub capabilities: Capabilities,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long one request may take; a recording may take four times as long.
    pub timeout: Duration,
}

/// Why the adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The base of the REST interface is no web address.
    #[error("l'adresse de l'interface du fournisseur n'est pas une adresse web")]
    Address,
    /// The HTTP client cannot be built: the certificate store, most often.
    #[error("client HTTP du fournisseur (les certificats racine sont-ils installés ?)")]
    Client(#[from] reqwest::Error),
}

/// An account at a provider of the family.
#[derive(Clone, Debug)]
pub struct Twilio {
    client: Client,
    base: Url,
    settings: Settings,
}

impl Twilio {
    /// Prepares the client; nothing is sent yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let web = matches!(settings.api.scheme(), "http" | "https");
        let base = address::account_base(&settings.api, &settings.account).filter(|_| web);
        // Whoever was first has installed the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .user_agent(concat!("ligne-solidaire/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, base: base.ok_or(SettingsError::Address)?, settings })
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let user = self.settings.key.as_ref().unwrap_or(&self.settings.account);
        self.client.request(method, url).basic_auth(user, Some(self.settings.token.expose_secret()))
    }

    async fn create(&self, resource: &str, fields: &[(&str, &str)]) -> Result<Sent, ProviderError> {
        let request = self.request(Method::POST, address::below(&self.base, [resource])).form(fields);
        let response = request.send().await.map_err(|error| answer::lost(&error, Repeat::Creates))?;
        answer::created(&read(response, Repeat::Creates).await?)
    }

    /// The messages of the provider's list that `keep` keeps, the last one first. The provider is asked by days, so
    /// what is older than `since` is left out here.
    async fn messages<T>(
        &self,
        fields: &[(&str, &str)],
        since: Timestamp,
        keep: impl Fn(Row) -> Option<T> + Send,
    ) -> Result<Vec<T>, ProviderError>
    where
        T: Send,
    {
        let mut url = address::below(&self.base, ["Messages.json"]);
        url.query_pairs_mut()
            .extend_pairs(fields)
            .extend_pairs([("DateSent>", &*list::day(since)), ("PageSize", "200")]);
        let mut kept = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.page(url).await?;
            kept.extend(page.rows.into_iter().filter(|row| row.at >= since).filter_map(&keep));
            let Some(next) = page.next else { return Ok(kept) };
            url = address::next_page(&self.base, &next)?;
        }
        Err(ProviderError::never("la liste des messages du fournisseur est trop longue"))
    }

    async fn page(&self, url: Url) -> Result<Page, ProviderError> {
        let sent = self.request(Method::GET, url).send().await;
        let response = sent.map_err(|error| answer::lost(&error, Repeat::Harmless))?;
        if !response.status().is_success() {
            return Err(answer::refusal(&read(response, Repeat::Harmless).await?, Repeat::Harmless));
        }
        let bytes = body(response, LARGEST_PAGE, Repeat::Harmless).await?;
        bytes.and_then(|bytes| list::page(&bytes)).ok_or_else(|| ProviderError::retry("liste illisible"))
    }

    /// Goes from the provider to where the audio really is; only the first request carries credentials.
    async fn audio(&self, start: Url) -> Result<Response, ProviderError> {
        let patience = self.settings.timeout * 4;
        let mut request = self.request(Method::GET, start.clone());
        let mut here = start;
        for _ in 0..=MOST_REDIRECTIONS {
            let sent = request.timeout(patience).send().await;
            let response = sent.map_err(|error| answer::lost(&error, Repeat::Harmless))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = header(&response, &LOCATION).unwrap_or_default();
            let next = address::redirection(&self.base, &here, location);
            here = next.ok_or_else(|| ProviderError::never("redirection impossible vers l'enregistrement"))?;
            request = self.client.get(here.clone());
        }
        Err(ProviderError::never("trop de redirections vers l'enregistrement"))
    }
}

#[async_trait]
impl Provider for Twilio {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities
    }

    async fn send_sms(&self, message: &OutgoingMessage) -> Result<Sent, ProviderError> {
        let validity = message.validity_s.map(|seconds| seconds.clamp(1, 36_000).to_string());
        let sender = if is_messaging_service(&message.from) { "MessagingServiceSid" } else { "From" };
        let mut fields = vec![("To", message.to.number().as_e164()), (sender, &message.from), ("Body", &message.body)];
        fields.extend(message.status_callback.as_deref().map(|url| ("StatusCallback", url)));
        fields.extend(validity.as_deref().map(|seconds| ("ValidityPeriod", seconds)));
        self.create("Messages.json", &fields).await
    }

    async fn find_messages(&self, lost: &Lost) -> Result<Vec<Sent>, ProviderError> {
        let mut fields = vec![("To", lost.to.number().as_e164())];
        // A pool of numbers is no sender of the list: whichever of them was taken stands there.
        fields.extend((!is_messaging_service(&lost.from)).then_some(("From", &*lost.from)));
        let same =
            |row: Row| (!row.inbound && row.body == lost.body).then_some(Sent { sid: row.sid, segments: row.segments });
        self.messages(&fields, lost.since, same).await
    }

    async fn list_inbound(&self, to: &str, since: Timestamp) -> Result<Vec<Listed>, ProviderError> {
        let received = |row: Row| {
            let Row { sid, from, to, body, at, .. } = row;
            row.inbound.then_some(Listed { sid, from, to, body, at })
        };
        let mut all = self.messages(&[("To", to)], since, received).await?;
        all.sort_by_key(|listed| listed.at);
        Ok(all)
    }

    async fn start_call(&self, call: &OutgoingCall) -> Result<Sent, ProviderError> {
        let timeout = call.timeout_s.clamp(5, 600).to_string();
        let limit = call.time_limit_s.map(|seconds| seconds.to_string());
        let mut fields = vec![("To", call.to.number().as_e164()), ("From", call.from.as_e164()), ("Url", &call.url)];
        fields.extend([("Method", "POST"), ("Timeout", &timeout)]);
        if let Some(url) = &call.status_callback {
            let events = [("StatusCallbackEvent", "answered"), ("StatusCallbackEvent", "completed")];
            fields.extend([("StatusCallback", url.as_str()), ("StatusCallbackMethod", "POST")]);
            fields.extend(events);
        }
        fields.extend(limit.as_deref().map(|seconds| ("TimeLimit", seconds)));
        self.create("Calls.json", &fields).await
    }

    async fn fetch_recording(&self, recording: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        let response = self.audio(address::recording(&self.base, recording)?).await?;
        // The media appears some seconds after the end of the recording.
        if response.status() == StatusCode::NOT_FOUND {
            return Err(ProviderError::retry("enregistrement pas encore prêt"));
        }
        if !response.status().is_success() {
            return Err(answer::refusal(&read(response, Repeat::Harmless).await?, Repeat::Harmless));
        }
        let announced = header(&response, &CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let bytes = body(response, LARGEST_RECORDING, Repeat::Harmless).await?;
        let audio = bytes.ok_or_else(|| ProviderError::never("enregistrement de plus de 20 Mo"))?;
        if is_audio(&announced, &audio) {
            return Ok(audio);
        }
        Err(ProviderError::retry("ce qui est arrivé n'est pas un enregistrement"))
    }

    async fn delete_recording(&self, recording: &RecordingRef) -> Result<(), ProviderError> {
        let request = self.request(Method::DELETE, address::recording_resource(&self.base, recording)?);
        let response = request.send().await.map_err(|error| answer::lost(&error, Repeat::Harmless))?;
        let gone = matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE);
        if gone || response.status().is_success() {
            return Ok(());
        }
        Err(answer::refusal(&read(response, Repeat::Harmless).await?, Repeat::Harmless))
    }
}

/// A sender that is a pool of numbers rather than one.
fn is_messaging_service(sender: &str) -> bool {
    sender.len() == 34 && sender.starts_with("MG")
}

/// Whether this is sound: a page of HTML or JSON is not, whatever it is announced as.
fn is_audio(announced: &str, bytes: &[u8]) -> bool {
    let page = matches!(bytes.trim_ascii_start().first(), None | Some(b'<' | b'{'));
    let text = ["text/", "application/json", "application/xml"].iter().any(|kind| announced.starts_with(kind));
    !page && !text
}

fn header<'a>(response: &'a Response, name: &reqwest::header::HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

async fn read(response: Response, repeat: Repeat) -> Result<Answer, ProviderError> {
    let retry_after = answer::wait(header(&response, &RETRY_AFTER));
    let status = response.status();
    // A refusal counts by its status alone where its details are lost; a success without details does not.
    let body = match body(response, LARGEST_ANSWER, repeat).await {
        Err(error) if status.is_success() => return Err(error),
        read => read.ok().flatten().unwrap_or_default(),
    };
    Ok(Answer { status, retry_after, body })
}

/// The body, or nothing if it is longer than `largest`.
async fn body(mut response: Response, largest: usize, repeat: Repeat) -> Result<Option<Vec<u8>>, ProviderError> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |length| length > largest) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| answer::lost(&error, repeat))? {
        if bytes.len() + chunk.len() > largest {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}
