//! Where the service listens, and where the provider reaches it.

use std::net::SocketAddr;

use url::Url;

use crate::config::reader::Section;

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address this process listens on; the loopback one unless a proxy is elsewhere.
    pub listen: SocketAddr,
    /// The address the provider calls, as typed in its console: signatures are checked over it, whatever proxy is between.
    /// Without a slash at its end.
    pub public_url: Url,
}

impl Server {
    pub(super) fn read(section: &mut Section<'_>) -> Option<Self> {
        let listen = section.typed("listen", "écrire une adresse et un port, comme \"127.0.0.1:8080\"");
        let listen = listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let write = "écrire l'adresse complète vue par l'opérateur, comme \"https://ligne.ville.example\", sans ? ni #";
        let public_url = section.parsed("public_url", write, base);
        let public_url = public_url.or_else(|| base(&format!("http://{listen}")))?;
        Some(Self { listen, public_url })
    }

    /// The full address of a path of ours: `/telephony/twilio/voice` under the public address, its own path kept.
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether the outside can reach the public address at all: `doctor` says so.
    pub fn is_reachable_from_outside(&self) -> bool {
        let local = match self.public_url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_private() || address.is_unspecified(),
            Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => true,
        };
        !local
    }
}

/// A web address that can be the beginning of others.
pub(super) fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let web = ["http", "https"].contains(&url.scheme()) && url.has_host();
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (web && bare).then_some(url)
}
