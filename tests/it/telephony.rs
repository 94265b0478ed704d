//! The Twilio-family adapter against a small server on this machine, which answers as providers do on bad days.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::telephony::code::Meaning;
use ligne_solidaire::telephony::provider::{
    Leave, Listed, Lost, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};
use ligne_solidaire::telephony::providers::Family;
use ligne_solidaire::telephony::providers::twilio::{LARGEST_RECORDING, Settings, SettingsError, Twilio};
use tokio::net::TcpListener;

/// `AC1:jeton` as Basic credentials.
const CREDENTIALS: &str = "Basic QUMxOmpldG9u";
const WAVE: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";

/// A request as it arrived.
#[derive(Clone, Debug)]
struct Seen {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

/// A server that keeps what it receives.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers each request with `answer`; without an answer the request stays open for ever.
    async fn start(answer: impl Fn(&Seen) -> Option<Response<Body>> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let request = Seen { method, uri, headers, body: String::from_utf8_lossy(&body).into_owned() };
            let response = answer(&request);
            kept.lock().unwrap().push(request);
            match response {
                Some(response) => response,
                None => std::future::pending().await,
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { url, seen }
    }

    /// Answers everything with this status and body.
    async fn always(status: u16, body: &'static str) -> Self {
        Self::start(move |_| Some(answer(status, &[], body))).await
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn account(&self) -> Twilio {
        account(&self.url)
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let builder = Response::builder().status(status);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(body.into()).unwrap()
}

fn settings(url: &str) -> Settings {
    Settings {
        api: url.parse().unwrap(),
        account: "AC1".into(),
        key: None,
        token: "jeton".to_owned().into(),
        capabilities: Family::Twilio.capabilities(),
        connect_timeout: Duration::from_secs(3),
        timeout: Duration::from_secs(10),
    }
}

fn account(url: &str) -> Twilio {
    Twilio::new(settings(url)).unwrap()
}

fn message() -> OutgoingMessage {
    OutgoingMessage {
        to: PhoneNumber::parse("06 39 98 00 01").unwrap().textable().unwrap(),
        from: "36000".into(),
        body: "Ligne solidaire : message reçu & noté".into(),
        status_callback: Some("https://ligne.example.org/status".into()),
        validity_s: Some(90_000),
        leave: Leave::Limited,
    }
}

fn call() -> OutgoingCall {
    OutgoingCall {
        to: PhoneNumber::parse("01 99 00 10 01").unwrap().dialable().unwrap(),
        from: PhoneNumber::parse("01 99 00 12 34").unwrap(),
        url: "https://ligne.example.org/voice?a=1&b=2".into(),
        status_callback: Some("https://ligne.example.org/status".into()),
        timeout_s: 20,
        time_limit_s: Some(900),
        leave: Leave::Limited,
    }
}

fn by_sid() -> RecordingRef {
    RecordingRef { sid: Some("RE1".into()), url: None }
}

fn by_url(url: String) -> RecordingRef {
    RecordingRef { sid: None, url: Some(url) }
}

fn fields(request: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[tokio::test]
async fn a_text_message_is_posted_once_with_the_credentials_of_the_account() {
    let server = Server::always(201, r#"{"sid":"SM1","status":"queued","num_segments":"1"}"#).await;
    let sent = server.account().send_sms(&message()).await;
    assert_eq!(sent, Ok(Sent { sid: "SM1".into(), segments: Some(1) }));
    let [request] = server.seen().try_into().unwrap();
    assert_eq!((request.method.as_str(), request.uri.path()), ("POST", "/2010-04-01/Accounts/AC1/Messages.json"));
    assert_eq!(request.headers["authorization"], CREDENTIALS);
    let expected = [
        pair("To", "+33639980001"),
        pair("From", "36000"),
        pair("Body", "Ligne solidaire : message reçu & noté"),
        pair("StatusCallback", "https://ligne.example.org/status"),
        pair("ValidityPeriod", "36000"),
    ];
    assert_eq!(fields(&request), expected);
}

#[tokio::test]
async fn a_call_is_posted_with_its_document_and_its_limits() {
    let server = Server::always(201, r#"{"sid":"CA1","status":"queued"}"#).await;
    assert_eq!(server.account().start_call(&call()).await, Ok(Sent { sid: "CA1".into(), segments: None }));
    let [request] = server.seen().try_into().unwrap();
    assert_eq!(request.uri.path(), "/2010-04-01/Accounts/AC1/Calls.json");
    let expected = [
        pair("To", "+33199001001"),
        pair("From", "+33199001234"),
        pair("Url", "https://ligne.example.org/voice?a=1&b=2"),
        pair("Method", "POST"),
        pair("Timeout", "20"),
        pair("StatusCallback", "https://ligne.example.org/status"),
        pair("StatusCallbackMethod", "POST"),
        pair("StatusCallbackEvent", "answered"),
        pair("StatusCallbackEvent", "completed"),
        pair("TimeLimit", "900"),
    ];
    assert_eq!(fields(&request), expected);
}

#[tokio::test]
async fn an_api_key_signs_in_for_its_account_and_a_pool_of_numbers_sends_for_one() {
    let server = Server::always(201, r#"{"sid":"SM1"}"#).await;
    let by_key = Twilio::new(Settings { key: Some("SK1".into()), ..settings(&server.url) }).unwrap();
    let pool = format!("MG{}", "0".repeat(32));
    by_key.send_sms(&OutgoingMessage { from: pool.clone(), ..message() }).await.unwrap();
    let [request] = server.seen().try_into().unwrap();
    assert_eq!(request.headers["authorization"], "Basic U0sxOmpldG9u");
    assert!(fields(&request).contains(&pair("MessagingServiceSid", &pool)));
}

#[tokio::test]
async fn too_many_requests_asks_to_wait_as_long_as_the_provider_says() {
    let patient = Server::start(|_| Some(answer(429, &[("retry-after", "7")], r#"{"code":20429}"#))).await;
    let error = patient.account().send_sms(&message()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Retry { after: Some(wait), .. } if wait == Duration::from_secs(7)));
    let silent = Server::always(429, "").await;
    let error = silent.account().send_sms(&message()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Retry { after: None, .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_leaves_a_doubt_is_of_unknown_outcome_and_never_repeated() {
    for (status, body) in [(500, r#"{"code":20500}"#), (503, "<html>maintenance</html>"), (201, "<html>ok</html>")] {
        let server = Server::always(status, body).await;
        let error = server.account().send_sms(&message()).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unknown { .. }), "{status}: {error:?}");
        assert_eq!(error.meaning(), Meaning::Ambiguous);
        let error = server.account().start_call(&call()).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unknown { .. }), "{status}: {error:?}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_message_accepted_without_an_answer_in_time_is_of_unknown_outcome() {
    let server = Server::start(|_| None).await;
    let hasty = Twilio::new(Settings { timeout: Duration::from_millis(300), ..settings(&server.url) }).unwrap();
    let error = hasty.send_sms(&message()).await.unwrap_err();
    assert_eq!(error, ProviderError::Unknown { cause: "pas de réponse".into() });
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_is_of_unknown_outcome_and_one_refused_can_be_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cut = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
        drop((stream, listener));
    });
    let error = account(&url).send_sms(&message()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unknown { .. }), "{error:?}");
    cut.await.unwrap();
    let error = account(&url).send_sms(&message()).await.unwrap_err();
    assert_eq!(error, ProviderError::retry("connexion impossible"));
}

#[tokio::test]
async fn a_refusal_says_what_it_asks_of_us_and_shows_no_number() {
    for (code, meaning) in [(21610, Meaning::OptedOut), (21614, Meaning::NoSms), (21408, Meaning::Settings)] {
        let body = format!(r#"{{"code":{code},"message":"refused for +33639980001","status":400}}"#);
        let server = Server::start(move |_| Some(answer(400, &[], body.clone()))).await;
        let error = server.account().send_sms(&message()).await.unwrap_err();
        assert_eq!(error, ProviderError::Never { code: Some(code), text: "refused for +…".into() });
        assert_eq!(error.meaning(), meaning);
    }
    let rotated = Server::always(401, "<html>unauthorized</html>").await;
    assert_eq!(rotated.account().send_sms(&message()).await.unwrap_err().meaning(), Meaning::Settings);
}

#[tokio::test]
async fn a_redirected_message_is_not_sent_elsewhere() {
    let elsewhere = Server::always(201, r#"{"sid":"SM1"}"#).await;
    let target = elsewhere.url.clone();
    let server = Server::start(move |_| Some(answer(307, &[("location", &target)], ""))).await;
    let error = server.account().send_sms(&message()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Never { .. }), "{error:?}");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_recording_that_is_not_ready_is_asked_for_again() {
    let asked = Arc::new(Mutex::new(0));
    let server = Server::start(move |_| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        let ready = *asked > 1;
        Some(if ready { answer(200, &[("content-type", "audio/x-wav")], WAVE) } else { answer(404, &[], "{}") })
    })
    .await;
    let account = server.account();
    assert!(matches!(account.fetch_recording(&by_sid()).await, Err(ProviderError::Retry { .. })));
    assert_eq!(account.fetch_recording(&by_sid()).await.as_deref(), Ok(WAVE));
    for request in server.seen() {
        assert_eq!(request.uri.path(), "/2010-04-01/Accounts/AC1/Recordings/RE1");
        assert_eq!(request.headers["authorization"], CREDENTIALS);
    }
}

#[tokio::test]
async fn a_recording_at_a_storage_service_is_fetched_without_credentials() {
    let storage = Server::start(|_| Some(answer(200, &[("content-type", "audio/mpeg")], "ID3…"))).await;
    let target = format!("{}/bucket/RE1?signature=abc", storage.url);
    let server = Server::start(move |_| Some(answer(302, &[("location", &target)], ""))).await;
    assert_eq!(server.account().fetch_recording(&by_sid()).await, Ok("ID3…".into()));
    let [request] = storage.seen().try_into().unwrap();
    assert_eq!(request.uri, "/bucket/RE1?signature=abc");
    assert!(!request.headers.contains_key("authorization"), "{request:?}");
}

#[tokio::test]
async fn redirections_without_end_or_to_no_web_address_are_given_up() {
    for location in ["/encore", "file:///etc/passwd", ""] {
        let server = Server::start(move |_| Some(answer(302, &[("location", location)], ""))).await;
        let error = server.account().fetch_recording(&by_sid()).await.unwrap_err();
        assert!(matches!(error, ProviderError::Never { .. }), "{location}: {error:?}");
        assert!(server.seen().len() <= 4);
    }
}

#[tokio::test]
async fn an_address_on_another_host_is_never_fetched() {
    let canary = Server::start(|_| Some(answer(200, &[], WAVE))).await;
    let server = Server::start(|_| Some(answer(200, &[], WAVE))).await;
    let account = server.account();
    let host = server.url.trim_start_matches("http://");
    let port = canary.url.rsplit(':').next().unwrap();
    for url in [
        format!("{}/RE1", canary.url),
        format!("http://{host}@127.0.0.1:{port}/RE1"),
        format!("http://localhost:{port}/RE1"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let error = account.fetch_recording(&by_url(url.clone())).await.unwrap_err();
        assert!(matches!(error, ProviderError::Never { .. }), "{url}: {error:?}");
        assert!(account.delete_recording(&by_url(url)).await.is_err());
    }
    // Even beside the id of a recording at the provider, the foreign address is not looked at.
    let both = RecordingRef { sid: Some("RE1".into()), url: Some(format!("{}/RE1", canary.url)) };
    assert_eq!(account.fetch_recording(&both).await.as_deref(), Ok(WAVE));
    assert_eq!(account.fetch_recording(&by_url(format!("{}/r/RE2.wav", server.url))).await.as_deref(), Ok(WAVE));
    assert!(canary.seen().is_empty());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_is_too_large_to_be_a_message_is_not_taken() {
    let endless = || futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1 << 20])));
    let chunked = Server::start(move |_| Some(answer(200, &[], Body::from_stream(endless())))).await;
    let announced = Server::start(|_| Some(answer(200, &[], vec![b'a'; LARGEST_RECORDING + 1]))).await;
    for server in [chunked, announced] {
        let error = server.account().fetch_recording(&by_sid()).await.unwrap_err();
        assert_eq!(error, ProviderError::never("enregistrement de plus de 20 Mo"));
    }
}

#[tokio::test]
async fn a_page_or_nothing_at_all_is_not_a_recording() {
    for (kind, body) in
        [("text/html", "<html>"), ("audio/x-wav", " <!doctype html>"), ("audio/x-wav", ""), ("application/json", "{}")]
    {
        let server = Server::start(move |_| Some(answer(200, &[("content-type", kind)], body))).await;
        let error = server.account().fetch_recording(&by_sid()).await.unwrap_err();
        assert!(matches!(error, ProviderError::Retry { .. }), "{kind} {body}: {error:?}");
    }
    for (status, meaning) in [(401, Meaning::Settings), (500, Meaning::Overloaded), (429, Meaning::Overloaded)] {
        let server = Server::always(status, "").await;
        let error = server.account().fetch_recording(&by_sid()).await.unwrap_err();
        assert_eq!(error.meaning(), meaning, "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_recording_is_erased_and_one_that_is_gone_counts_as_erased() {
    for status in [200, 204, 404, 410] {
        let server = Server::always(status, "").await;
        assert_eq!(server.account().delete_recording(&by_sid()).await, Ok(()), "{status}");
        let [request] = server.seen().try_into().unwrap();
        assert_eq!(request.method, Method::DELETE);
        assert_eq!(request.uri.path(), "/2010-04-01/Accounts/AC1/Recordings/RE1.json");
    }
    let failing = Server::always(503, "").await;
    assert!(matches!(failing.account().delete_recording(&by_sid()).await, Err(ProviderError::Retry { .. })));
}

#[tokio::test]
async fn an_interface_that_is_no_web_address_is_refused_at_start_and_the_token_is_not_printed() {
    assert!(matches!(Twilio::new(settings("ftp://127.0.0.1")), Err(SettingsError::Address)));
    let printed = format!("{:?}", account("http://127.0.0.1:9"));
    assert!(!printed.contains("jeton"), "{printed}");
}

#[test]
fn the_settings_know_every_provider_that_is_served_and_no_other() {
    assert_eq!(Family::ALL.map(Family::name), ligne_solidaire::config::FAMILIES);
}

/// A message of the list, as providers write it.
fn listed(sid: &str, direction: &str, body: &str, minute: u32) -> String {
    format!(
        r#"{{"sid":"{sid}","direction":"{direction}","body":"{body}","from":"+33639980001","to":"38123",
        "num_segments":"1","date_created":"Tue, 14 Apr 2026 08:{minute:02}:00 +0000"}}"#
    )
}

/// Two pages; the address of the second is a path, as providers write it.
fn two_pages(seen: &Seen) -> Response<Body> {
    let second = seen.uri.query().unwrap_or_default().contains("Page=1");
    let rows = if second {
        [
            listed("SM3", "inbound", "Premier", 2),
            listed("SM4", "outbound-api", "Bonjour", 5),
            listed("SM5", "inbound", "Vieux", 0),
        ]
    } else {
        [listed("SM1", "inbound", "Dernier", 9), listed("SM2", "outbound-api", "Bonjour", 8), "7".to_owned()]
    };
    let next = if second { "null" } else { r#""/2010-04-01/Accounts/AC1/Messages.json?Page=1&PageToken=x""# };
    let body = format!(r#"{{"messages":[{}],"next_page_uri":{next}}}"#, rows.join(","));
    answer(200, &[], body)
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn lost() -> Lost {
    let OutgoingMessage { to, from, .. } = message();
    Lost { to, from, body: "Bonjour".into(), since: at("2026-04-14T08:01:00Z") }
}

#[tokio::test]
async fn a_text_whose_answer_was_lost_is_looked_for_on_every_page_by_its_exact_words() {
    let server = Server::start(|seen| Some(two_pages(seen))).await;
    let found = server.account().find_messages(&lost()).await.unwrap();
    assert_eq!(found.iter().map(|sent| sent.sid.as_str()).collect::<Vec<_>>(), ["SM2", "SM4"]);
    let [first, second] = server.seen().try_into().unwrap();
    assert_eq!(first.uri.path(), "/2010-04-01/Accounts/AC1/Messages.json");
    assert_eq!(first.uri.query(), Some("To=%2B33639980001&From=36000&DateSent%3E=2026-04-14&PageSize=200"));
    assert_eq!(
        (&first.headers["authorization"], &second.headers["authorization"]),
        (&CREDENTIALS.parse().unwrap(), &CREDENTIALS.parse().unwrap())
    );
    let other = Lost { body: "bonjour".into(), ..lost() };
    assert_eq!(server.account().find_messages(&other).await, Ok(vec![]));
    let later = Lost { since: at("2026-04-14T08:06:00Z"), ..lost() };
    assert_eq!(server.account().find_messages(&later).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_came_to_a_number_is_listed_the_first_one_first() {
    let server = Server::start(|seen| Some(two_pages(seen))).await;
    let came = server.account().list_inbound("38123", at("2026-04-14T08:01:00Z")).await.unwrap();
    let told: Vec<_> = came.iter().map(|Listed { sid, body, .. }| (sid.as_str(), body.as_str())).collect();
    assert_eq!(told, [("SM3", "Premier"), ("SM1", "Dernier")]);
    assert!(!format!("{came:?}").contains("Premier") && !format!("{came:?}").contains("3363"));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_whole_says_nothing_rather_than_half() {
    let elsewhere = r#"{"messages":[],"next_page_uri":"https://voleur.example.org/Messages.json"}"#;
    let endless = r#"{"messages":[],"next_page_uri":"/2010-04-01/Accounts/AC1/Messages.json?Page=1"}"#;
    for (status, body) in [(200, "<html>"), (200, elsewhere), (200, endless), (500, ""), (429, ""), (401, "")] {
        let server = Server::always(status, body).await;
        assert!(server.account().find_messages(&lost()).await.is_err(), "{status} {body}");
        assert!(server.seen().len() <= 25, "{body}");
    }
}
