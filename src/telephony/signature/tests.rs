//! The vectors published by SDKs of the family, what must be refused, and a property.

use proptest::prelude::*;

use super::*;

const U: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const H1: &str = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
const H2: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const P: &[(&str, &str)] = &[
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
];

fn form(pairs: &[(&str, &str)]) -> Form {
    Form::from_pairs(pairs.iter().copied())
}

fn verifier(tokens: &[&str]) -> Verifier {
    Verifier::new(tokens.iter().map(|token| SecretString::from(*token)))
}

fn accepted(url: &str, pairs: &[(&str, &str)], signature: &str) -> bool {
    verifier(&["12345"]).verify(Some(signature), url, Payload::Form(&form(pairs))).is_ok()
}

/// Number of the vector, address as signed, parameters, signature with the token `12345`.
type Vector = (u8, String, &'static [(&'static str, &'static str)], &'static str);

fn vectors() -> Vec<Vector> {
    let with_port = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
    let url = str::to_owned;
    vec![
        (1, url(U), P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (
            2,
            url(U),
            &[("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (3, url(with_port), P, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (4, url("http://mycompany.com:80/myapp.php?foo=1&bar=2"), P, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (5, url("http://mycompany.com:1234/myapp.php?foo=1&bar=2"), P, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (6, format!("{U}&bodySHA256={H1}"), &[], "a9nBmqA0ju/hNViExpshrM61xv4="),
        (7, format!("https://mycompany.com/myapp.php?bodySHA256={H1}"), &[], "y77kIzt2vzLz71DgmJGsen2scGs="),
        (8, format!("{with_port}&bodySHA256={H2}"), &[], "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
        (8, format!("{U}&bodySHA256={H2}"), &[], "rw/jVviOgicj2+kHZULvebnA4ag="),
        (9, url(U), &[], "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
        (10, url("https://mycompany.com/myapp.php"), P, "1xaxFBvyzXYvWplzNOSs28HWO94="),
        (
            11,
            url("https://mycompany.com/myapp.php?foo=hello%20world&bar=test%2Bvalue"),
            P,
            "er2tvAP1Wx+iuTTE2BPgvEaN1cs=",
        ),
        (
            12,
            url(U),
            &[("Message", "Hello & goodbye! @#$%^*()"), ("From", "+1 (415) 867-5309"), ("Special", "unicode: ñáéíóú")],
            "dCPiR4WtQ6QFN6pJh81CtlCcWLQ=",
        ),
        (
            13,
            url(U),
            &[("Digits", ""), ("CallSid", "CA1234567890ABCDE"), ("EmptyParam", "")],
            "9HHp/OqQMEwdrVebHDdA/+tqjX8=",
        ),
        (
            14,
            url(U),
            &[("callSid", "lowercase"), ("CallSid", "uppercase"), ("CALLSID", "allcaps")],
            "jDK7WKT8wiNrwggd4ceTv4e1MJ4=",
        ),
        (15, url("https://user:pass@mycompany.com/myapp.php?foo=1&bar=2"), P, "CukzLTc1tT5dXEDIHm/tKBanW10="),
        (15, url("https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2"), P, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
        (16, url("https://user@mycompany.com/myapp.php?foo=1&bar=2"), P, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        (17, format!("{U}&Body=It%27s+amazing"), P, "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        (
            18,
            url(U),
            &[("MessagingBinding.Address", "+1415xxxxxxx"), ("MessagingBinding.Address", "+1325xxxxxxx")],
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
    ]
}

#[test]
fn every_published_vector_is_computed_and_accepted() {
    for (number, url, pairs, signature) in vectors() {
        assert_eq!(expected("12345", &url, &form(pairs)), signature, "vector {number}");
        assert!(accepted(&url, pairs, signature), "vector {number}");
    }
}

#[test]
fn a_call_turn_with_a_typographic_apostrophe_is_vector_nineteen() {
    let url = "https://ligne.example.org/hooks/voice/menu?tour=2&lang=fr-FR";
    let pairs = [
        ("CallSid", "CA0123456789abcdef0123456789abcdef"),
        ("Digits", "#"),
        ("From", "+33465710001"),
        ("SpeechResult", "garde d’enfants à la Paillade"),
        ("To", "+33199001234"),
    ];
    let signature = "Z6kp+Ohn8Q9iZxBMr3UWe14lbtY=";
    assert_eq!(expected("jeton-de-test", url, &form(&pairs)), signature);
    let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let received = Form::parse(body.as_bytes()).unwrap();
    assert_eq!(verifier(&["jeton-de-test"]).verify(Some(signature), url, Payload::Form(&received)), Ok(()));
}

#[test]
fn an_address_is_accepted_with_or_without_its_standard_port() {
    let (without, with) = ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "kvajT1Ptam85bY51eRf/AJRuM3w=");
    let ported = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
    for (url, signature) in [(U, with), (ported, without), (U, without), (ported, with)] {
        assert!(accepted(url, P, signature), "{url}");
    }
    assert!(accepted("https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", P, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="));
    // Signed without the odd port that the request shows.
    assert!(accepted("https://mycompany.com:1234/myapp.php?foo=1&bar=2", P, without));
}

#[test]
fn a_raw_quote_was_signed_as_an_escape() {
    assert!(accepted(&format!("{U}&Body=It's+amazing"), P, "TfZzewPq8wqrGlMfyAud8+/IvJ0="));
}

#[test]
fn the_fragment_of_retry_settings_is_never_signed() {
    assert!(accepted(&format!("{U}#rc=2&rp=all"), P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
}

#[test]
fn a_body_that_is_not_a_form_is_checked_by_its_hash() {
    let verifier = verifier(&["12345"]);
    let url = format!("{U}&bodySHA256={H1}");
    let signature = Some("a9nBmqA0ju/hNViExpshrM61xv4=");
    let body = br#"{"property": "value", "boolean": true}"#;
    assert_eq!(verifier.verify(signature, &url, Payload::Body(body)), Ok(()));
    let tampered = br#"{"property": "value", "boolean": null}"#;
    assert_eq!(verifier.verify(signature, &url, Payload::Body(tampered)), Err(Refusal::Mismatch));
    assert_eq!(verifier.verify(Some("zYQTYrRWXE7LtzbG4PfP7/bkkGo="), U, Payload::Body(b"")), Err(Refusal::Mismatch));
}

#[test]
fn a_forged_or_damaged_request_is_refused() {
    let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    let changed: Vec<_> =
        P.iter().map(|&(name, value)| (name, if name == "Digits" { "1235" } else { value })).collect();
    let added: Vec<_> = P.iter().copied().chain([("Extra", "1")]).collect();
    let repeated: Vec<_> = P.iter().copied().chain([("Digits", "1")]).collect();
    let renamed: Vec<_> = P.iter().map(|&(name, value)| (if name == "To" { "TO" } else { name }, value)).collect();
    for pairs in [&changed[..], &added, &repeated, &renamed, &P[1..], &[]] {
        assert!(!accepted(U, pairs, signature), "{pairs:?}");
    }
    for url in [
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com:8443/myapp.php?foo=1&bar=3",
        "https://mycompany.com/myapp.php?bar=2&foo=1",
        "https://mycompany.com/myapp.php?foo=1&bar=2&",
        "https://mycompany.com//myapp.php?foo=1&bar=2",
        "https://MyCompany.com/myapp.php?foo=1&bar=2",
        "https://autre.example/myapp.php?foo=1&bar=2",
        "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
    ] {
        assert!(!accepted(url, P, signature), "{url}");
    }
}

#[test]
fn a_header_that_is_no_signature_is_refused() {
    let verifier = verifier(&["12345"]);
    let form = form(P);
    let refusal = |header| verifier.verify(header, U, Payload::Form(&form)).unwrap_err();
    assert_eq!(refusal(None), Refusal::Missing);
    assert_eq!(refusal(Some("")), Refusal::Missing);
    for header in ["RSOYDt4T1cUTdK1PDd93", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "é", "RSOYDt4T1cUTdK1PDd93/VVr8B9=", "===="]
    {
        assert_eq!(refusal(Some(header)), Refusal::Malformed, "{header}");
    }
    assert_eq!(refusal(Some("ASOYDt4T1cUTdK1PDd93/VVr8B8=")), Refusal::Mismatch);
}

#[test]
fn two_tokens_are_accepted_during_a_rotation_and_no_other() {
    let form = form(P);
    let signature = Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    let verify = |tokens: &[&str]| verifier(tokens).verify(signature, U, Payload::Form(&form));
    assert_eq!(verify(&["nouveau", "12345"]), Ok(()));
    assert_eq!(verify(&["12345", "nouveau"]), Ok(()));
    assert_eq!(verify(&["nouveau"]), Err(Refusal::Mismatch));
    assert_eq!(verify(&[]), Err(Refusal::Mismatch));
    let by_empty_token = expected("", U, &form);
    assert_eq!(verifier(&[""]).verify(Some(&by_empty_token), U, Payload::Form(&form)), Err(Refusal::Mismatch));
}

#[test]
fn encodings_are_signed_as_they_were_sent() {
    let encoded = "https://mycompany.com/myapp.php?nom=%C3%A9t%C3%A9";
    let signature = expected("12345", encoded, &form(P));
    assert!(accepted(encoded, P, &signature));
    assert!(!accepted(&encoded.replace("%C3", "%c3"), P, &signature));
    let spaced = expected("12345", U, &form(&[("Body", "a b")]));
    let read = |body: &[u8]| Form::parse(body).unwrap();
    let check = |body: &[u8]| verifier(&["12345"]).verify(Some(&spaced), U, Payload::Form(&read(body)));
    assert_eq!(check(b"Body=a+b"), Ok(()));
    assert_eq!(check(b"Body=a%20b"), Ok(()));
    assert_eq!(check(b"Body=a%2Bb"), Err(Refusal::Mismatch));
}

#[test]
fn an_operator_learns_which_public_address_would_have_matched() {
    let form = form(P);
    let signature = Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    let tried = ["http://mycompany.com/myapp.php?foo=1&bar=2", U];
    let verifier = verifier(&["12345"]);
    assert_eq!(verifier.matching(signature, tried, Payload::Form(&form)), Some(U));
    assert_eq!(verifier.matching(signature, tried[..1].iter().copied(), Payload::Form(&form)), None);
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter_but_every_byte_does(
        mut pairs in proptest::collection::vec(("[a-zA-Z]{1,6}", "\\PC{0,12}"), 1..10),
        rotation in 0usize..10,
        added in "[a-z]{1,3}",
    ) {
        let read = |pairs: &[(String, String)]| {
            Form::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        };
        let signature = expected("12345", U, &read(&pairs));
        let rotation = rotation % pairs.len();
        pairs.rotate_left(rotation);
        pairs.push(pairs[0].clone());
        let accepts = |form: &Form| verifier(&["12345"]).verify(Some(&signature), U, Payload::Form(form)).is_ok();
        prop_assert!(accepts(&read(&pairs)));
        // A name that no provider sends, so that the signed text really differs.
        pairs.push((format!("~{added}"), String::new()));
        prop_assert!(!accepts(&read(&pairs)));
    }
}
