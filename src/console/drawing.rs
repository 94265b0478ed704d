//! A drawing of ours as an answer: an SVG that holds its own style, which our headers allow by its hash and nothing else.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The drawing; it is shown in a page or alone, and runs nothing.
pub(crate) fn drawing(svg: String) -> Response {
    let policy = HeaderValue::from_str(&policy(&svg));
    let mut response = ([(CONTENT_TYPE, "image/svg+xml; charset=utf-8")], svg).into_response();
    if let Ok(policy) = policy {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(svg: &str) -> String {
    let style = svg.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let allowed = style.map_or_else(|| "'none'".to_owned(), |(style, _)| format!("'sha256-{}'", hash(style)));
    format!("default-src 'none'; style-src {allowed}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
}

fn hash(style: &str) -> String {
    STANDARD.encode(Sha256::digest(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_may_use_its_own_style_and_nothing_else() {
        let policy = policy("<svg><style>text { fill: red }</style></svg>");
        // printf 'text { fill: red }' | openssl dgst -sha256 -binary | base64
        assert!(policy.contains("style-src 'sha256-n9cLsRxRMPZYySUgMuGQq02idDFnDX75cns/7K0G13s=';"), "{policy}");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(super::policy("<svg></svg>").contains("style-src 'none'"));
    }
}
