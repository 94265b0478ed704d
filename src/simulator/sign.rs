//! How the exchange signs what it posts: `X-Twilio-Signature`, written here a second time on purpose, so that an error in
//! the service's own check is not repeated on both sides.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The signature of a form posted to `url`: the address without its fragment, then each name and value in byte order, a
/// repeated name giving each distinct value once; HMAC-SHA1 under the account's `token`, in Base64 (28 characters).
pub fn signature(token: &str, url: &str, form: &[(&str, String)]) -> String {
    let mut pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else {
        return String::new(); // HMAC takes keys of every length
    };
    mac.update(url.split('#').next().unwrap_or(url).as_bytes());
    for (name, value) in pairs {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn the_exchange_signs_like_the_published_vectors() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let call = [
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        assert_eq!(signature("12345", url, &call), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert_eq!(signature("12345", &format!("{url}#rc=2"), &call), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert_eq!(signature("12345", url, &[]), "zYQTYrRWXE7LtzbG4PfP7/bkkGo=");
    }

    #[test]
    fn a_repeated_name_is_signed_by_its_distinct_values() {
        let form =
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
                .map(|(name, value)| (name, value.to_owned()));
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(signature("12345", url, &form), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }
}
