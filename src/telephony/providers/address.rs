//! Addresses of the REST interface: always below the configured base, never where an event points (T10).

use url::Url;

use crate::telephony::provider::{ProviderError, RecordingRef};

/// The interface version that Twilio, `SignalWire` and Somleng share.
const VERSION: &str = "2010-04-01";

/// The address of an account below the configured base `api`.
///
/// The base may or may not name the version, or even the account (Telnyx); what is missing is added.
pub(super) fn account_base(api: &Url, account: &str) -> Option<Url> {
    let complete = api.path().contains("/Accounts/");
    let versioned = api.path().contains(VERSION) || api.path().contains("/texml");
    let mut base = api.clone();
    base.set_query(None);
    base.set_fragment(None);
    {
        let mut path = base.path_segments_mut().ok()?;
        path.pop_if_empty();
        if !versioned && !complete {
            path.push(VERSION);
        }
        if !complete {
            path.extend(["Accounts", account]);
        }
    }
    base.has_host().then_some(base)
}

/// The address of `parts` below `base`, each escaped.
pub(super) fn below<'a>(base: &Url, parts: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.extend(parts);
    }
    url
}

/// The next page of a list, which the provider names by a path: only on the host of `base`, which gets the credentials.
pub(super) fn next_page(base: &Url, uri: &str) -> Result<Url, ProviderError> {
    let next = base.join(uri).ok().filter(|next| next.origin() == base.origin());
    next.ok_or_else(|| ProviderError::never("la suite de la liste n'est pas chez le fournisseur configuré"))
}

/// Where the audio of a recording is: rebuilt from its id, or the address of the event if it is on the host of `base`.
pub(super) fn recording(base: &Url, recording: &RecordingRef) -> Result<Url, ProviderError> {
    if let Some(sid) = recording.sid.as_deref() {
        return Ok(below(base, ["Recordings", sound_id(sid)?]));
    }
    on_our_host(base, recording.url.as_deref().unwrap_or_default())
}

/// The address at which a recording is erased.
pub(super) fn recording_resource(base: &Url, recording: &RecordingRef) -> Result<Url, ProviderError> {
    let from_url;
    let sid = if let Some(sid) = recording.sid.as_deref() {
        sid
    } else {
        from_url = on_our_host(base, recording.url.as_deref().unwrap_or_default())?;
        let file = from_url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
        file.split('.').next().unwrap_or_default()
    };
    Ok(below(base, ["Recordings", &format!("{}.json", sound_id(sid)?)]))
}

/// The next address of a redirection: encrypted wherever the interface is.
pub(super) fn redirection(base: &Url, from: &Url, location: &str) -> Option<Url> {
    let next = from.join(location).ok()?;
    (next.has_host() && (next.scheme() == "https" || next.scheme() == base.scheme())).then_some(next)
}

/// An id that cannot leave its place in a path.
fn sound_id(sid: &str) -> Result<&str, ProviderError> {
    let letters = sid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'));
    let sound = (1..=128).contains(&sid.len()) && letters && !sid.contains("..") && !sid.starts_with('.');
    if sound { Ok(sid) } else { Err(ProviderError::never("identifiant d'enregistrement impossible")) }
}

fn on_our_host(base: &Url, address: &str) -> Result<Url, ProviderError> {
    let given = Url::parse(address).ok().filter(|url| url.origin() == base.origin());
    let given =
        given.ok_or_else(|| ProviderError::never("l'enregistrement n'est pas chez le fournisseur configuré"))?;
    // Rebuilt from the base, so that a user name hidden in the address goes nowhere.
    let mut url = base.clone();
    url.set_path(given.path());
    url.set_query(given.query());
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        account_base(&Url::parse("https://api.example.org").unwrap(), "AC1").unwrap()
    }

    fn by_url(url: &str) -> RecordingRef {
        RecordingRef { sid: None, url: Some(url.into()) }
    }

    #[test]
    fn the_account_is_found_below_whatever_base_was_configured() {
        for (api, expected) in [
            ("https://api.example.org", "https://api.example.org/2010-04-01/Accounts/AC1"),
            ("https://api.example.org/", "https://api.example.org/2010-04-01/Accounts/AC1"),
            ("https://api.example.org/2010-04-01/", "https://api.example.org/2010-04-01/Accounts/AC1"),
            ("https://t.example.org/api/laml?a#b", "https://t.example.org/api/laml/2010-04-01/Accounts/AC1"),
            ("https://api.example.org/v2/texml", "https://api.example.org/v2/texml/Accounts/AC1"),
            ("http://127.0.0.1:4000/2010-04-01/Accounts/AC1/", "http://127.0.0.1:4000/2010-04-01/Accounts/AC1"),
        ] {
            assert_eq!(account_base(&Url::parse(api).unwrap(), "AC1").unwrap().as_str(), expected);
        }
        assert!(account_base(&Url::parse("mailto:a@example.org").unwrap(), "AC1").is_none());
    }

    #[test]
    fn a_recording_is_only_looked_for_at_the_provider() {
        let by_sid = RecordingRef { sid: Some("RE1".into()), url: Some("https://evil.example/".into()) };
        assert_eq!(recording(&base(), &by_sid).unwrap().path(), "/2010-04-01/Accounts/AC1/Recordings/RE1");
        let given = recording(&base(), &by_url("https://user:secret@api.example.org/r/RE1.wav?a=1#f")).unwrap();
        assert_eq!(given.as_str(), "https://api.example.org/r/RE1.wav?a=1");
        for foreign in [
            "",
            "RE1",
            "https://evil.example/r/RE1",
            "https://api.example.org.evil.example/RE1",
            "https://api.example.org@evil.example/RE1",
            "http://api.example.org/RE1",
            "https://api.example.org:8443/RE1",
            "file:///etc/passwd",
        ] {
            assert!(recording(&base(), &by_url(foreign)).is_err(), "{foreign}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        for sid in ["", "..", "../Messages", "RE1/../x", "RE1?x", "RE1%2f", "RE1#", "é", ".json"] {
            let reference = RecordingRef { sid: Some(sid.into()), url: None };
            assert!(recording(&base(), &reference).is_err(), "{sid}");
            assert!(recording_resource(&base(), &reference).is_err(), "{sid}");
        }
        let erased = recording_resource(&base(), &by_url("https://api.example.org/r/RE1.wav")).unwrap();
        assert_eq!(erased.path(), "/2010-04-01/Accounts/AC1/Recordings/RE1.json");
    }

    #[test]
    fn a_redirection_stays_encrypted() {
        let from = Url::parse("https://api.example.org/r").unwrap();
        assert!(redirection(&base(), &from, "https://storage.example/x?sig=1").is_some());
        assert_eq!(redirection(&base(), &from, "/autre").unwrap().as_str(), "https://api.example.org/autre");
        for location in ["http://storage.example/x", "file:///etc/passwd", "data:,x", "https://"] {
            assert!(redirection(&base(), &from, location).is_none(), "{location}");
        }
    }
}
