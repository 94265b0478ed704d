//! The address that was signed: the configured one, and the few spellings that providers are known to use for it.

/// The public address of a request: the configured `base` and the raw path and query as they arrived.
///
/// A path prefix that the proxy took away is put back; one that it left in place is not written twice.
pub fn public_url(base: &str, path_and_query: &str) -> String {
    let base = base.trim_end_matches('/');
    let prefix = &base[authority_end(base)..];
    let rest = path_and_query.strip_prefix(prefix).filter(|rest| !prefix.is_empty() && rest.starts_with('/'));
    format!("{base}{}", rest.unwrap_or(path_and_query))
}

/// The spellings of `url` under which it may have been signed: as it is, without its port, with the standard port,
/// and with quotes of the query written raw or as `%27`. A fragment is never signed.
pub(super) fn candidates(url: &str) -> Vec<String> {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let mut spellings = Vec::with_capacity(4);
    for ports in ports(url) {
        for spelling in [ports.replace("%27", "'"), quoted(&ports), ports] {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}

fn ports(url: &str) -> Vec<String> {
    let end = authority_end(url);
    let (authority, rest) = url.split_at(end);
    let standard = if url.starts_with("http://") { 80 } else { 443 };
    match port_start(authority) {
        Some(colon) => vec![url.to_owned(), format!("{}{rest}", &authority[..colon])],
        None => vec![url.to_owned(), format!("{authority}:{standard}{rest}")],
    }
}

/// `url` with the raw quotes of its query as `%27`.
fn quoted(url: &str) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{path}?{}", query.replace('\'', "%27")),
        None => url.to_owned(),
    }
}

/// Where the path, query or end begins behind scheme and host.
fn authority_end(url: &str) -> usize {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..].find(['/', '?']).map_or(url.len(), |at| start + at)
}

/// Where the colon of the port is: behind the user name and the brackets of an IPv6 address.
fn port_start(authority: &str) -> Option<usize> {
    let host = authority.rfind('@').map_or_else(|| authority.find("://").map_or(0, |at| at + 3), |at| at + 1);
    let brackets = authority[host..].rfind(']').map_or(host, |at| host + at);
    authority[brackets..].rfind(':').map(|at| brackets + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_public_address_is_the_configured_one_whatever_the_proxy_does_with_the_prefix() {
        for (base, path, expected) in [
            ("https://ligne.example.org", "/t/voice?a=1", "https://ligne.example.org/t/voice?a=1"),
            ("https://ligne.example.org/", "/t/voice", "https://ligne.example.org/t/voice"),
            ("https://mairie.example.org/ligne", "/t/voice", "https://mairie.example.org/ligne/t/voice"),
            ("https://mairie.example.org/ligne/", "/ligne/t/voice", "https://mairie.example.org/ligne/t/voice"),
            ("https://mairie.example.org/t", "/tv/voice", "https://mairie.example.org/t/tv/voice"),
            ("https://ligne.example.org:8443", "//t?", "https://ligne.example.org:8443//t?"),
        ] {
            assert_eq!(public_url(base, path), expected);
        }
    }

    #[test]
    fn each_address_has_its_spelling_with_and_without_port() {
        for (url, other) in [
            ("https://a.example/x?y", "https://a.example:443/x?y"),
            ("http://a.example", "http://a.example:80"),
            ("http://a.example:1234/x", "http://a.example/x"),
            ("https://user:pass@a.example/x:1", "https://user:pass@a.example:443/x:1"),
            ("https://[::1]/x", "https://[::1]:443/x"),
            ("https://[::1]:8443/x", "https://[::1]/x"),
        ] {
            assert_eq!(candidates(url), [url, other]);
        }
        assert_eq!(candidates("http://a.example/?b=it's").len(), 4);
        assert_eq!(candidates("https://a.example/x#rc=2"), candidates("https://a.example/x"));
    }

    proptest! {
        #[test]
        fn no_address_breaks_the_spellings(url in "\\PC{0,60}", path in "\\PC{0,30}") {
            prop_assert!(!candidates(&url).is_empty());
            let _ = public_url(&url, &path);
        }
    }
}
