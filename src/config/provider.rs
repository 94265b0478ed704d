//! The telephone provider: whose requests are believed, and where ours go.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::config::reader::Section;
use crate::config::server::base;

/// Where a `TwiML` provider takes requests, unless the settings say otherwise.
const API: &str = "https://api.twilio.com";
/// How the tokens of `deploy/ligne.toml` begin.
const EXAMPLE: &str = "remplacer";

/// The providers that are known; the first one unless the settings say otherwise.
pub const FAMILIES: [&str; 3] = ["twilio", "signalwire", "somleng"];

/// `[provider]`
#[derive(Debug, Clone)]
pub struct Provider {
    /// Which provider of the family it is, by its name in lower case: what it can do follows from it.
    pub family: String,
    /// The account that signed requests must name.
    pub account: String,
    /// Signs their requests and ours.
    pub token: SecretString,
    /// The token before a rotation, accepted on incoming requests only.
    pub token_previous: Option<SecretString>,
    /// The beginning of every REST address.
    pub api: Url,
    /// How long a connection to the provider may take.
    pub connect_timeout: Duration,
    /// How long a whole request to the provider may take.
    pub timeout: Duration,
}

impl Provider {
    /// None without account or token: the service then does not start, but accounts and lists need no provider.
    pub(super) fn read(section: &mut Section<'_>) -> Option<Self> {
        let account =
            section.parsed("account", "écrire l'identifiant du compte chez l'opérateur, sans espace", |text| {
                let fits = !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic());
                fits.then(|| text.to_owned())
            });
        let family = section.parsed("family", "écrire twilio, signalwire ou somleng", |text| {
            let name = text.trim().to_lowercase();
            FAMILIES.contains(&name.as_str()).then_some(name)
        });
        let token = secret(section, "token");
        let token_previous = secret(section, "token_previous");
        let api = section.parsed("api", "écrire l'adresse de l'API, comme \"https://api.twilio.com\"", base);
        let second = Duration::from_secs(1);
        let connect_timeout = section.delay("connect_timeout", second, 10 * second).unwrap_or(3 * second);
        let timeout = section.delay("timeout", second, 60 * second).unwrap_or(10 * second);
        if account.is_none() && token.is_some() {
            section.complain("account", "manque, alors que le jeton est donné");
        }
        let api = api.or_else(|| base(API))?;
        let family = family.unwrap_or_else(|| FAMILIES[0].to_owned());
        Some(Self { family, account: account?, token: token?, token_previous, api, connect_timeout, timeout })
    }

    /// The tokens accepted on incoming requests, the present one first.
    pub fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.token).chain(&self.token_previous)
    }
}

/// A secret; what was written instead never appears in the error. The values of the example file are published, so
/// whoever left one in place would believe webhooks that anybody can sign.
fn secret(section: &mut Section<'_>, key: &str) -> Option<SecretString> {
    let write = "écrire le jeton donné par l'opérateur, sans espace (celui de l'exemple est connu de tous)";
    let fits =
        |text: &str| !text.is_empty() && !text.starts_with(EXAMPLE) && text.bytes().all(|byte| byte.is_ascii_graphic());
    section.parsed(key, write, |text| fits(text).then(|| SecretString::from(text)))
}
