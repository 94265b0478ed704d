//! Where a request comes from, for the throttle of the sign-in.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::operators::throttle;

/// The other end of the connection; nobody's address where there is no socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    /// What stands for it; a proxy on this machine says for whom it asks.
    pub(crate) fn place(self, headers: &HeaderMap) -> String {
        throttle::place(self.0, headers.get("x-forwarded-for").and_then(|entries| entries.to_str().ok()))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}
