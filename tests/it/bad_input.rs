//! Webhooks that are forged, or signed and senseless: a sensible spoken answer or a clean refusal, never a lost request.

mod forms;

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use ligne_solidaire::db::Kind;
use ligne_solidaire::http::refusals::Refusals;
use ligne_solidaire::simulator::exchange::{Exchange, Expect, LegId};
use ligne_solidaire::telephony::signature;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use self::forms::{Strange, Where};
use crate::support::documents;
use crate::support::dump::{Dump, dump};
use crate::support::service::{LINE, PUBLIC, Service, Setup, TOKEN};
use crate::support::shopping::{QUESTIONS, answers, finish, words};
use crate::support::test_db::{TestDb, number, on_both};
use crate::support::webhook::{Reply, VOICE, Webhook, fields, path_in};

const ODETTE: &str = "+33465710001";
const MARCEL: &str = "+33639980002";

/// A moment of a call for shopping, by the number of answers given: a menu, a message, digits, the last confirmation.
const MOMENTS: [usize; 4] = [2, 5, 6, QUESTIONS - 1];

#[tokio::test]
async fn what_is_not_signed_for_our_account_is_refused_on_every_route_and_stores_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let leg = service.exchange.call(ODETTE, LINE).await.unwrap();
        answers(&service.exchange, leg, 4).await;
        let sid = service.exchange.sid(leg);
        let turn = expected_turn(&service.exchange);
        let silence = format!("{turn}/silence");
        let before = dump(&base.db).await;
        for path in [
            VOICE,
            &turn,
            &silence,
            "/telephony/twilio/whisper/00",
            "/telephony/twilio/whisper/00/key",
            "/telephony/twilio/whisper/00/silence",
            "/telephony/twilio/alert/00",
            "/telephony/twilio/alert/00/key",
            "/telephony/twilio/bridge/00",
            "/telephony/twilio/bridge/00/key",
            "/telephony/twilio/bridge/00/silence",
            "/telephony/twilio/bridge/00/end",
            "/telephony/twilio/bridge/00/status",
            "/telephony/twilio/sms",
            "/telephony/twilio/status",
            "/telephony/twilio/fallback",
            "/telephony/twilio/goodbye",
        ] {
            for forged in forgeries(path, &sid) {
                let reply = forged.post(&service.router).await;
                assert_eq!((reply.status.as_u16(), reply.body.as_str()), (403, ""), "{path}");
            }
        }
        assert_eq!(dump(&base.db).await, before);
        service.work().await;
        let told = Refusals::read(&service.folder().join("donnees/refus.json"));
        assert!(!told.is_empty(), "the doctor is told");
        assert!(told.iter().all(|refusal| !refusal.path.contains(&turn)), "no token in {told:?}");
        finish(&service.exchange, leg).await;
        assert_eq!(number(&base.db, "select count(*) from requests").await, 1);
    })
    .await;
}

/// The ways in which a webhook is not the provider's.
fn forgeries(path: &str, sid: &str) -> Vec<Webhook> {
    let more = [("Digits", "1"), ("MessageSid", "SM1"), ("CallStatus", "completed")];
    let sound = Webhook::of_call(path, sid, ODETTE, &more);
    let signed_with = |token: &str, url: &str| {
        let form = ligne_solidaire::telephony::form::Form::parse(&sound.body).unwrap();
        Webhook { signature: Some(signature::expected(token, url, &form)), ..sound.clone() }
    };
    let of_account = |account: &str| {
        let body = String::from_utf8(sound.body.clone()).unwrap();
        Webhook::signed(path, body.replace("AC00000000000000000000000000000001", account))
    };
    vec![
        Webhook { signature: None, ..sound.clone() },
        Webhook { signature: Some(String::new()), ..sound.clone() },
        Webhook { signature: Some("é".to_owned()), ..sound.clone() },
        Webhook { body: [&sound.body[..], b"&Digits=2"].concat(), ..sound.clone() },
        signed_with("un autre jeton", &format!("{PUBLIC}{path}")),
        signed_with(TOKEN, &format!("http://127.0.0.1:8080{path}")),
        signed_with(TOKEN, &format!("{PUBLIC}{path}/")),
        of_account("AC00000000000000000000000000000002"),
        of_account(""),
        Webhook::signed(path, ""),
    ]
}

#[tokio::test]
async fn a_number_that_is_not_configured_gets_an_apology_and_the_switchboard_and_raises_an_alarm() {
    on_both(async |base| {
        let setup =
            Setup { line: "town = \"Montpellier\"\nswitchboard = \"04 65 71 00 00\"".to_owned(), ..Setup::default() };
        let service = Service::with(base, &setup).await;
        let (before, journal) = (dump(&base.db).await, Journal::default());
        let listening = journal.listen();
        for to in ["+33199009999", "+14155550100", "", "anonymous", "\u{0}", &"9".repeat(200)] {
            let call = Webhook::signed(
                VOICE,
                fields("CA1", ODETTE, &[]).replace("33199001234", "").replace(
                    "To=%2B",
                    &format!("To={}", form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>()),
                ),
            );
            let reply = call.post(&service.router).await;
            assert!(reply.is_voice(), "{to:?}: {reply:?}");
            documents::speaks(&reply.body).unwrap();
            for word in ["pas en service", "le 15 ou le 112", "<Number>+33465710000</Number>"] {
                assert!(reply.body.contains(word), "{word} is not in {}", reply.body);
            }
            assert!(journal.take().contains("ERROR"), "an alarm for {to:?}");
        }
        let text = [("MessageSid", "SM1"), ("Body", "Bonjour")];
        let text = Webhook::of_call("/telephony/twilio/sms", "CA1", ODETTE, &text);
        let text = Webhook::signed(&text.path, String::from_utf8(text.body).unwrap().replace("33199001234", "331990"));
        assert_eq!(text.post(&service.router).await.status.as_u16(), 200);
        assert!(journal.take().contains("ERROR"));
        drop(listening);
        assert_eq!(dump(&base.db).await, before);
    })
    .await;
}

/// What the service writes about itself.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<u8>>>);

impl Journal {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let journal = self.clone();
        let writer = move || journal.clone();
        tracing::subscriber::set_default(tracing_subscriber::fmt().with_writer(writer).with_ansi(false).finish())
    }

    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn bodies_that_no_provider_sends_are_refused_before_they_are_read() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let before = dump(&base.db).await;
    let sound = Webhook::of_call(VOICE, "CA1", ODETTE, &[]);
    let padded = |length: usize| Webhook { body: [&sound.body[..], &b"a".repeat(length)].concat(), ..sound.clone() };
    let crowded = format!("{}&{}", fields("CA1", ODETTE, &[]), "a=1&".repeat(400));
    for (what, webhook, status) in [
        ("10 MB", padded(10 << 20), 413),
        ("65 kB", padded(65 << 10), 413),
        ("400 parameters", Webhook { body: crowded.into_bytes(), ..sound.clone() }, 413),
        ("JSON", Webhook { content_type: "application/json", ..sound.clone() }, 415),
        ("a file", Webhook { content_type: "multipart/form-data; boundary=x", ..sound.clone() }, 415),
        ("GET", Webhook { method: Method::GET, ..sound.clone() }, 405),
        ("no id", Webhook::signed(VOICE, "AccountSid=AC00000000000000000000000000000001"), 400),
    ] {
        let reply = webhook.post(&service.router).await;
        assert_eq!(reply.status.as_u16(), status, "{what}");
    }
    assert_eq!(dump(&base.db).await, before);
    let unknown: Vec<_> = (0..25).map(|n| (format!("Inconnu{n}"), "é & < > \" '".to_owned())).collect();
    let unknown: Vec<_> = unknown.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(Webhook::of_call(VOICE, "CA1", ODETTE, &unknown).post(&service.router).await.is_voice());
}

#[tokio::test]
async fn whatever_a_signed_webhook_holds_callers_hear_words_and_no_request_is_lost_or_changed() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let exchange = &service.exchange;
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        finish(exchange, odette).await;
        let marcel = exchange.call(MARCEL, LINE).await.unwrap();
        answers(exchange, marcel, 6).await;
        let another = exchange.sid(marcel);
        let before = dump(&base.db).await;
        let mut runner = TestRunner::default();
        let (mut stranger, mut calls) = (String::new(), 0);
        for _ in 0..if base.db.kind() == Kind::Sqlite { 600 } else { 300 } {
            if !stranger.contains("action=") {
                calls += 1;
                let ring = Webhook::of_call(VOICE, &own(calls), ODETTE, &[]);
                stranger = ring.post(&service.router).await.body;
            }
            let form = forms::strange().new_tree(&mut runner).unwrap().current();
            let reply = posted(&service, &form, &own(calls), &another, &stranger).await;
            answered_well(&form, &reply).unwrap_or_else(|why| panic!("{why}\n{form:?}\n{reply:?}"));
            if matches!(form.to, Where::Turn | Where::TurnSilence) && form.whose == forms::Whose::Own {
                stranger = reply.body;
            }
        }
        eprintln!("{calls} calls of strange forms");
        nothing_is_lost(&before, &dump(&base.db).await);
        finish(exchange, marcel).await;
        let finished = "select count(*) from requests r join calls c on c.id = r.call_id where c.outcome = 'demande'";
        assert!(number(&base.db, finished).await >= 2);
        service.work().await;
    })
    .await;
}

fn own(call: usize) -> String {
    format!("CA-etrange-{call}")
}

async fn posted(service: &Service, form: &Strange, own: &str, another: &str, document: &str) -> Reply {
    let turn = || path_in(document, "action");
    let path = match form.to {
        Where::Ring => VOICE.to_owned(),
        Where::Turn => turn(),
        Where::TurnSilence => format!("{}/silence", turn()),
        Where::WrongTurn(number) => format!("{VOICE}/{number}/{}", "0".repeat(32)),
        Where::Other(path) => path.to_owned(),
    };
    Webhook::signed(&path, form.body(own, another)).post(&service.router).await
}

/// Words for whoever is on the line, else a clean refusal.
fn answered_well(form: &Strange, reply: &Reply) -> Result<(), String> {
    let status = reply.status.as_u16();
    if (400..500).contains(&status) {
        return if status == 403 { Err("a signed form is not forged".to_owned()) } else { Ok(()) };
    }
    match (form.to, status) {
        (Where::Other("/telephony/twilio/status"), 204) => Ok(()),
        (Where::Other("/telephony/twilio/fallback"), 200) => documents::speaks(&reply.body),
        (Where::Other(_), 200) => documents::check(&reply.body),
        (_, 200) if form.says_gone() => documents::check(&reply.body),
        (_, 200) => documents::speaks(&reply.body),
        _ => Err(format!("{status} is no answer")),
    }
}

/// Every row about what was said and promised is as it was.
fn nothing_is_lost(before: &Dump, after: &Dump) {
    for table in ["calls", "turns", "requests", "beneficiaries", "callbacks", "recordings"] {
        for row in &before[table] {
            assert!(after[table].contains(row), "{table} lost or changed {row}");
        }
    }
}

#[tokio::test]
async fn a_call_survives_one_strange_answer_to_any_question() {
    let long = "9".repeat(2_000);
    let strange: [&[(&str, &str)]; 14] = [
        &[],
        &[("Digits", "")],
        &[("Digits", "A")],
        &[("Digits", "\u{ff11}")],
        &[("Digits", &long)],
        &[("Digits", "7\u{0}")],
        &[("Digits", "</Gather><Hangup/>")],
        &[("SpeechResult", "<Say>oui</Say>\u{fffe}"), ("Confidence", "NaN")],
        &[("RecordingUrl", "file:///etc/passwd"), ("RecordingDuration", "-1")],
        &[("RecordingSid", "RE1"), ("RecordingDuration", "douze")],
        &[("RecordingDuration", "99999999999999999999")],
        &[("DialCallStatus", "pirouette"), ("DialCallDuration", "-1"), ("DialBridged", "peut-être")],
        &[("CallStatus", "pirouette")],
        &[("Direction", "pirouette"), ("FinishedOnKey", "##")],
    ];
    on_both(async |base| {
        let service = Service::on(base).await;
        let mut calls = 0;
        // One SQL text serves both: the second database is tried where it differs, in what it takes as text.
        for moment in if base.db.kind() == Kind::Sqlite { &MOMENTS[..] } else { &MOMENTS[3..] } {
            for (index, odd) in strange.iter().enumerate() {
                let leg = in_the_middle(&service.exchange, calls, *moment).await;
                let path = expected_turn(&service.exchange);
                let webhook = Webhook::of_call(&path, &service.exchange.sid(leg), &caller(calls), odd);
                let reply = webhook.post(&service.router).await;
                assert!(reply.is_voice(), "{moment} {index}: {reply:?}");
                documents::speaks(&reply.body).unwrap_or_else(|why| panic!("{moment} {index}: {why}"));
                finish(&service.exchange, leg).await;
                calls += 1;
                let made = number(&base.db, "select count(*) from requests").await;
                assert_eq!(
                    made,
                    i64::from(calls),
                    "after {odd:?} at {moment}, she heard {}",
                    words(&service.exchange, leg)
                );
            }
        }
        assert_eq!(number(&base.db, "select count(*) from calls where state = 'live'").await, 0);
    })
    .await;
}

/// A caller who has given that many answers; each has a number of her own.
async fn in_the_middle(exchange: &Exchange, who: u32, moment: usize) -> LegId {
    let leg = exchange.call(&caller(who), LINE).await.unwrap();
    answers(exchange, leg, moment).await;
    leg
}

fn caller(who: u32) -> String {
    format!("+3346571{who:04}")
}

/// The address of the turn that the last document waits for.
fn expected_turn(exchange: &Exchange) -> String {
    let documents = exchange.documents();
    path_in(documents.last().unwrap(), "action")
}

#[tokio::test]
async fn a_webhook_out_of_its_order_gets_words_and_moves_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let exchange = &service.exchange;
        let (leg, other) = (in_the_middle(exchange, 1, 6).await, in_the_middle(exchange, 2, 3).await);
        let of_other = expected_turn(exchange);
        let sid = exchange.sid(leg);
        let before = dump(&base.db).await;
        let token = of_other.rsplit('/').next().unwrap();
        for path in [
            // The address of somebody else's turn, of a turn to come, of none, and the first one again.
            of_other.clone(),
            format!("{of_other}/silence"),
            format!("{VOICE}/7/{token}"),
            format!("{VOICE}/8/{}", "0".repeat(32)),
            format!("{VOICE}/{}/{token}", i64::MAX),
            format!("{VOICE}/-1/{token}"),
            format!("{VOICE}/sept/{token}"),
            VOICE.to_owned(),
        ] {
            let reply = Webhook::of_call(&path, &sid, &caller(1), &[("Digits", "1")]).post(&service.router).await;
            assert!(reply.is_voice(), "{path}: {reply:?}");
            documents::speaks(&reply.body).unwrap();
        }
        assert_eq!(dump(&base.db).await, before);
        for leg in [leg, other] {
            finish(exchange, leg).await;
        }
        assert_eq!(number(&base.db, "select count(*) from requests").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_turn_of_a_call_that_nobody_knows_is_welcomed_anew() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let path = format!("{VOICE}/9/{}", "0".repeat(32));
        let reply = Webhook::of_call(&path, "CA-inconnu", ODETTE, &[("Digits", "1")]).post(&service.router).await;
        documents::speaks(&reply.body).unwrap();
        let welcome = Webhook::of_call(VOICE, "CA-inconnu", ODETTE, &[]).post(&service.router).await;
        assert_eq!(reply, welcome);
        assert_eq!(number(&base.db, "select count(*) from calls").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_end_of_a_ring_that_nobody_documented_counts_as_nobody() {
    on_both(async |base| {
        let line = "town = \"Montpellier\"\ndesk = [\"01 99 00 10 01\"]".to_owned();
        let service = Service::with(base, &Setup { line, ..Setup::default() }).await;
        let exchange = &service.exchange;
        exchange.register_phone("+33199001001", "Le bureau");
        let mut calls = 0;
        for odd in ["pirouette", "", "completed\u{0}", "answered", "</Dial>"] {
            let leg = exchange.call(&caller(calls), LINE).await.unwrap();
            exchange.keys(leg, "0").await.unwrap();
            assert!(matches!(exchange.expect(leg), Expect::Ringing { .. }), "{:?}", exchange.expect(leg));
            let (path, sid) = (expected_turn(exchange), exchange.sid(leg));
            let outcome = [("DialCallStatus", odd), ("DialCallDuration", "1e9"), ("DialCallSid", "\u{fffe}")];
            let reply = Webhook::of_call(&path, &sid, &caller(calls), &outcome).post(&service.router).await;
            assert!(reply.is_voice(), "{odd}: {reply:?}");
            documents::speaks(&reply.body).unwrap();
            exchange.let_ring("+33199001001").await.unwrap();
            finish(exchange, leg).await;
            calls += 1;
        }
        let kept = "select count(*) from calls c where exists (select 1 from callbacks b where b.call_id = c.id)";
        assert_eq!(number(&base.db, kept).await, i64::from(calls));
    })
    .await;
}
