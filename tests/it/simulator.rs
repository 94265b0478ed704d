//! The exchange against a small line of its own: what a provider of the family does at each step of a call.

mod tiny_line;

use std::sync::Arc;

use ligne_solidaire::clock::{Clock, SetClock};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::simulator::exchange::{
    Delivery, EmptyRecord, EmptyResult, Exchange, ExchangeError, Expect, Habit, Placed, RecordEnd, RecordingNotice,
    Settings,
};
use ligne_solidaire::simulator::player::{Player, agree};
use ligne_solidaire::simulator::provider::SimulatedProvider;
use ligne_solidaire::simulator::terminal::Terminal;
use ligne_solidaire::simulator::transcript::{Transcript, write_date};
use ligne_solidaire::simulator::transport::{HttpTransport, InProcess, Transport};
use ligne_solidaire::telephony::provider::{Leave, OutgoingCall, OutgoingMessage, Provider, RecordingRef};

use tiny_line::{ACCOUNT, PUBLIC, TOKEN, TinyLine};
pub(crate) use tiny_line::{DESK, LINE, exchange};

const ODETTE: &str = "+33465710001";

fn words(exchange: &Exchange, leg: ligne_solidaire::simulator::exchange::LegId) -> String {
    exchange.heard(leg).into_iter().map(|heard| heard.text).collect::<Vec<_>>().join(" / ")
}

#[tokio::test]
async fn a_message_is_left_and_its_sound_can_be_fetched() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert_eq!(words(&exchange, odette), "Bonjour. Pour laisser un message, tapez 1. Pour une personne, tapez 0.");
    assert_eq!(exchange.expect(odette), Expect::Keys { max: 1, finish: None, timeout_s: 8 });
    exchange.keys(odette, "1").await.unwrap();
    let ended = exchange.record(odette, 12, RecordEnd::Key('#')).await.unwrap();
    assert_eq!(ended, Expect::Ended);
    let message = line.last("/message");
    assert_eq!((message.get("RecordingDuration"), message.get("Digits")), (Some("12"), Some("#")));
    let sid = message.get("RecordingSid").unwrap();
    assert_eq!(line.last("/sound").get("RecordingSid"), Some(sid));
    let wav = exchange.recording(sid).unwrap();
    assert_eq!((&wav[..4], wav.len()), (&b"RIFF"[..], 44 + 12 * 8_000));
    assert!(exchange.delete_recording(sid) && !exchange.delete_recording(sid));
    let over = line.last("/telephony/twilio/status");
    assert_eq!((over.get("CallStatus"), over.get("CallSid")), (Some("completed"), Some(exchange.sid(odette).as_str())));
    assert!(over.get("CallDuration").unwrap().parse::<u32>().unwrap() > 12);
}

#[tokio::test]
async fn each_webhook_carries_what_a_provider_sends() {
    let (exchange, line) = exchange(|settings| settings.forwarded_from = Some("+33800710860".to_owned()));
    let odette = exchange.call("anonymous", LINE).await.unwrap();
    let first = line.last("/telephony/twilio/voice");
    let sent = ["AccountSid", "CallStatus", "Direction", "From", "To", "Caller", "Called", "ForwardedFrom", "FromCity"]
        .map(|name| first.get(name).unwrap());
    assert_eq!(sent, [ACCOUNT, "ringing", "inbound", "anonymous", LINE, "anonymous", LINE, "+33800710860", ""]);
    let sid = first.get("CallSid").unwrap();
    assert!(sid.len() == 34 && sid.starts_with("CA") && sid[2..].chars().all(|c| c.is_ascii_hexdigit()));
    exchange.keys(odette, "9").await.unwrap();
    assert_eq!(line.last("/menu").get("CallStatus"), Some("in-progress"));
}

#[tokio::test]
async fn silence_is_told_in_each_of_the_three_ways() {
    let told = [EmptyResult::FallsThrough, EmptyResult::ActionWithoutDigits, EmptyResult::ActionWithEmptyDigits];
    for (empty_result, digits) in told.into_iter().zip([None, None, Some("")]) {
        let (exchange, line) = exchange(|settings| settings.empty_result = empty_result);
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        exchange.silence(odette).await.unwrap();
        let action = line.last("/menu");
        assert_eq!(action.get("Digits"), digits, "{empty_result:?}");
        assert_eq!(action.get("msg").is_some(), empty_result != EmptyResult::FallsThrough);
    }
}

#[tokio::test]
async fn an_empty_message_is_a_recording_of_silence_or_nothing_at_all() {
    for empty_record in [EmptyRecord::Action, EmptyRecord::FallsThrough] {
        let (exchange, line) = exchange(|settings| settings.empty_record = empty_record);
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        exchange.keys(odette, "1").await.unwrap();
        exchange.silence(odette).await.unwrap();
        let lasted = line.last("/message").get("RecordingDuration").map(str::to_owned);
        assert_eq!(lasted.as_deref(), (empty_record == EmptyRecord::Action).then_some("5"));
    }
}

#[tokio::test]
async fn a_provider_without_record_keys_gives_neither_key_nor_id() {
    let (exchange, line) = exchange(|settings| {
        settings.record_keys = false;
        settings.recording_notice = RecordingNotice::Never;
    });
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "1").await.unwrap();
    exchange.record(odette, 3, RecordEnd::Key('#')).await.unwrap();
    let message = line.last("/message");
    assert!(message.get("Digits").is_none() && message.get("RecordingSid").is_none());
    assert!(message.get("RecordingUrl").unwrap().starts_with("https://api.twilio.com/2010-04-01/Accounts/AC"));
    assert!(line.at("/sound").is_empty());
}

#[tokio::test]
async fn who_hangs_up_is_told_by_the_verb_that_was_running() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.hang_up(odette).await.unwrap();
    assert!(line.at("/menu").is_empty(), "no action for a Gather");
    assert_eq!(line.at("/telephony/twilio/status").len(), 1);

    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "1").await.unwrap();
    exchange.record(odette, 4, RecordEnd::HangUp).await.unwrap();
    let message = line.last("/message");
    assert_eq!((message.get("Digits"), message.get("CallStatus")), (Some("hangup"), Some("completed")));
    assert!(exchange.hang_up(odette).await.is_err(), "a call ends once");
}

#[tokio::test]
async fn the_end_of_a_call_may_never_be_told() {
    let (exchange, line) = exchange(|settings| settings.end_notices = false);
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.hang_up(odette).await.unwrap();
    assert!(line.at("/telephony/twilio/status").is_empty());
}

#[tokio::test]
async fn the_desk_accepts_by_a_key_and_the_two_talk() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert_eq!(exchange.keys(odette, "0").await.unwrap(), Expect::Ringing { timeout_s: 15 });
    let desk = exchange.answer(DESK).await.unwrap();
    let screen = line.last("/screen");
    assert_eq!(screen.get("ParentCallSid"), Some(exchange.sid(odette).as_str()));
    assert_eq!((screen.get("Direction"), screen.get("From")), (Some("outbound-dial"), Some(LINE)));
    assert_eq!(exchange.keys(desk, "1").await.unwrap(), Expect::Bridged);
    assert_eq!(exchange.expect(odette), Expect::Bridged);
    exchange.time_passes(std::time::Duration::from_mins(3));
    exchange.hang_up(desk).await.unwrap();
    let dialled = line.last("/dialled");
    let told = ["DialCallStatus", "DialBridged", "DialCallDuration"].map(|name| dialled.get(name).unwrap());
    assert_eq!(told, ["completed", "true", "180"]);
    assert_eq!(exchange.expect(odette), Expect::Ended);
}

#[tokio::test]
async fn a_voicemail_is_an_answer_that_bridges_nobody() {
    let (exchange, line) = exchange(|_| {});
    exchange.set_habit(DESK, Habit::Voicemail);
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "0").await.unwrap();
    let dialled = line.last("/dialled");
    assert_eq!((dialled.get("DialCallStatus"), dialled.get("DialBridged")), (Some("completed"), Some("false")));
    assert_eq!(words(&exchange, odette), "Personne ne peut répondre. Un agent vous rappelle.");
}

#[tokio::test]
async fn without_screening_a_voicemail_swallows_the_call() {
    let (exchange, _) = exchange(|settings| settings.number_url = false);
    exchange.set_habit(DESK, Habit::Voicemail);
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert_eq!(exchange.keys(odette, "0").await.unwrap(), Expect::Bridged);
}

#[tokio::test]
async fn a_telephone_can_be_engaged_refuse_ring_out_or_not_exist() {
    let outcomes = [
        (Some(Habit::Busy), "busy"),
        (Some(Habit::Refuses), "busy"),
        (Some(Habit::NeverAnswers), "no-answer"),
        (None, "failed"),
    ];
    for (habit, status) in outcomes {
        let line = TinyLine::default();
        let exchange = Exchange::new(Settings::new(PUBLIC, ACCOUNT, TOKEN), InProcess::new(line.router()));
        if let Some(habit) = habit {
            exchange.register_phone(DESK, "bureau 1");
            exchange.set_habit(DESK, habit);
        }
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        assert_eq!(exchange.keys(odette, "0").await.unwrap(), Expect::Ended);
        assert_eq!(line.last("/dialled").get("DialCallStatus"), Some(status));
    }
}

#[tokio::test]
async fn one_telephone_rings_for_one_caller_at_a_time() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    let lucien = exchange.call("+33465710002", LINE).await.unwrap();
    exchange.keys(odette, "0").await.unwrap();
    exchange.keys(lucien, "0").await.unwrap();
    assert_eq!(line.last("/dialled").get("DialCallStatus"), Some("busy"));
    exchange.hang_up(odette).await.unwrap();
    let dialled = line.last("/dialled");
    assert_eq!((dialled.get("DialCallStatus"), dialled.get("CallStatus")), (Some("canceled"), Some("completed")));
    assert_eq!(exchange.on_phone(DESK), None, "the telephone stops ringing");
    assert!(exchange.answer(DESK).await.is_err());
}

#[tokio::test]
async fn words_before_a_redirect_are_heard_to_the_end() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert_eq!(exchange.keys(odette, "2").await.unwrap(), Expect::Listening);
    assert!(matches!(exchange.keys(odette, "1").await, Err(ExchangeError::NotExpected(Expect::Listening))));
    for turn in 1..=3 {
        assert_eq!(exchange.silence(odette).await.unwrap(), Expect::Listening);
        assert_eq!(line.at("/wait").len(), turn);
    }
}

#[tokio::test]
async fn the_same_webhook_twice_must_get_the_same_bytes() {
    for delivery in [Delivery::TwiceInTurn, Delivery::TwiceAtOnce] {
        let (exchange, line) = exchange(|settings| settings.delivery = delivery);
        let odette = exchange.call(ODETTE, LINE).await.unwrap();
        assert_eq!(line.at("/telephony/twilio/voice").len(), 2);
        let counted = exchange.keys(odette, "3").await;
        assert!(matches!(counted, Err(ExchangeError::Differs { .. })), "{delivery:?}: {counted:?}");
    }
    let (exchange, _) = exchange(|_| {});
    exchange.call(ODETTE, LINE).await.unwrap();
    exchange.deliver_again(&exchange.delivered()[0]).await.unwrap();
}

#[tokio::test]
async fn a_failed_document_drops_the_call_or_leads_to_the_fallback() {
    let (exchange, line) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert!(matches!(exchange.keys(odette, "4").await, Err(ExchangeError::BadAnswer { status: 500, .. })));
    assert_eq!(exchange.expect(odette), Expect::Ended);
    assert_eq!(line.at("/telephony/twilio/status").len(), 1);

    let (exchange, line) =
        self::exchange(|settings| settings.fallback = Some(format!("{PUBLIC}/telephony/twilio/fallback")));
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "4").await.unwrap();
    assert_eq!(words(&exchange, odette), "Rappelez plus tard. En cas de danger, faites le 15.");
    assert_eq!(line.last("/telephony/twilio/fallback").get("ErrorUrl"), Some("https://ligne.example.org/broken"));
}

#[tokio::test]
async fn a_circle_of_redirects_is_found() {
    let (exchange, _) = exchange(|_| {});
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    assert!(matches!(exchange.keys(odette, "5").await, Err(ExchangeError::BadAnswer { status: 200, .. })));
}

#[tokio::test]
async fn the_service_calls_and_texts_telephones() {
    let (exchange, line) = exchange(|_| {});
    let call = |to: &str| Placed {
        from: LINE.to_owned(),
        to: to.to_owned(),
        url: format!("{PUBLIC}/alert"),
        status_callback: Some(format!("{PUBLIC}/telephony/twilio/status")),
        timeout_s: 25,
    };
    let sid = exchange.place_call(call(DESK));
    let desk = exchange.answer(DESK).await.unwrap();
    assert_eq!(line.last("/alert").get("CallSid"), Some(sid.as_str()));
    exchange.keys(desk, "2").await.unwrap();
    assert_eq!(line.last("/telephony/twilio/status").get("CallStatus"), Some("completed"));

    exchange.place_call(call("+33199009999"));
    assert_eq!(line.at("/telephony/twilio/status").len(), 1, "told at the next step, not inside the request");
    exchange.settle().await.unwrap();
    assert_eq!(line.last("/telephony/twilio/status").get("CallStatus"), Some("failed"));

    let report = format!("{PUBLIC}/telephony/twilio/status");
    let sms = exchange.deliver_sms(LINE, "+33639980001", "Ligne solidaire : alerte", Some(&report));
    exchange.settle().await.unwrap();
    assert_eq!(line.last("/telephony/twilio/status").get("MessageSid"), Some(sms.as_str()));
    assert_eq!(exchange.texts()[0].body, "Ligne solidaire : alerte");
    exchange.text_line("+33639980001", LINE, "STOP").await.unwrap();
    assert_eq!(line.last("/telephony/twilio/sms").get("Body"), Some("STOP"));
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let line = TinyLine::default();
    let exchange = Exchange::new(Settings::new(PUBLIC, ACCOUNT, "autre"), InProcess::new(line.router()));
    assert!(matches!(exchange.call(ODETTE, LINE).await, Err(ExchangeError::BadAnswer { status: 403, .. })));
}

const TRANSCRIPT: &str = "\
# Une personne, puis un message
Date : mardi 14 avril 2026, 10:00
Réglages : bureau 01 99 00 10 01, 01 99 00 10 02

Odette appelle depuis le 04 65 71 00 01
    La ligne : « Bonjour. Pour laisser un message, tapez 1. Pour une personne, tapez 0. »
Odette se tait
    La ligne : « Prenez votre temps. Un message : 1. Une personne : 0. »
Odette tape 0
    La ligne : « Je vous passe une personne. »
    Le bureau 1 sonne.
Le bureau 1 décroche
    La ligne : « Un appel de la ligne. Pour le prendre, tapez 1. »
Le bureau 1 tape 1
    Odette et le bureau 1 sont en communication.
10 minutes passent
Odette raccroche
    La ligne raccroche, pour le bureau 1.

## Lucien ne veut pas dire son numéro.
Le bureau 1 est un répondeur
Lucien appelle depuis un numéro masqué
    La ligne : « Bonjour. Pour laisser un message, tapez 1. Pour une personne, tapez 0. »
Lucien tape 0
    La ligne : « Je vous passe une personne. »
    Le bureau 1 sonne.
    La ligne, au bureau 1 : « Un appel de la ligne. Pour le prendre, tapez 1. »
    La ligne raccroche, pour le bureau 1.
    La ligne : « Personne ne peut répondre. Un agent vous rappelle. »
    La ligne raccroche.
Lucien appelle depuis un numéro masqué
    La ligne : « Bonjour. Pour laisser un message, tapez 1. Pour une personne, tapez 0. »
Lucien tape 2
    La ligne : [en] « Do not worry. »
Lucien attend
    La ligne : « Encore un instant. »
Lucien raccroche

Reste :
    3 appels, à 10:10
";

#[tokio::test]
async fn a_transcript_is_played_word_for_word() {
    let (exchange, line) = exchange(|_| {});
    let transcript = Transcript::parse(TRANSCRIPT).unwrap();
    let clock = Arc::new(SetClock::new(transcript.start().unwrap().unwrap()));
    let player = Player::new(exchange, LINE, Arc::clone(&clock));
    let remains = async || {
        let date = write_date(clock.now());
        vec![format!("{} appels, à {}", line.at("/telephony/twilio/status").len(), &date[date.len() - 5..])]
    };
    let heard = player.play(&transcript, remains).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), TRANSCRIPT).unwrap();
    agree(file.path(), &heard).unwrap();
    let changed = agree(file.path(), &heard.replace("Encore un instant", "Patientez")).unwrap_err();
    assert!(changed.contains("joué  :     La ligne : « Patientez. »"), "{changed}");
}

#[tokio::test]
async fn a_transcript_that_asks_the_impossible_says_where() {
    let (exchange, _) = exchange(|_| {});
    let transcript = Transcript::parse("# Trop tôt\n\nLe bureau 1 décroche\n").unwrap();
    let clock = Arc::new(SetClock::new(jiff::Timestamp::UNIX_EPOCH));
    let error = Player::new(exchange, LINE, clock).play(&transcript, async || Vec::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("ligne 3, « Le bureau 1 décroche »"), "{error}");
}

#[tokio::test]
async fn a_call_in_the_terminal_becomes_a_transcript_that_can_be_played() {
    let (first, _) = exchange(|_| {});
    let mut terminal = Terminal::new(first, LINE, "Odette", Some("04 65 71 00 01"));
    let script = "poste 01 99 00 10 01 bureau 1\nposte 01 99 00 10 02 bureau 2\n9\nn'importe quoi\n0\nLe bureau 1 décroche\nLe bureau 1 tape 1\n\
                  Le bureau 1 raccroche\nappelle masqué\n1\nparle 5 # \nquitte\n";
    let mut printed = Vec::new();
    terminal.run(script.as_bytes(), &mut printed).await.unwrap();
    let printed = String::from_utf8(printed).unwrap();
    for sentence in ["(une touche)", "Je ne comprends pas « n'importe quoi »", "(en communication)", "Bip."] {
        assert!(printed.contains(sentence), "{sentence} in {printed}");
    }
    let recorded = terminal.transcript("Un essai", "2026-04-14T08:00:00Z".parse().unwrap());
    assert!(recorded.contains("\nRéglages : bureau 01 99 00 10 01, 01 99 00 10 02\n\nOdette appelle"));
    assert!(recorded.contains("\nOdette parle 5 secondes puis tape #\n"), "{recorded}");

    let (second, _) = exchange(|_| {});
    let clock = Arc::new(SetClock::new(jiff::Timestamp::UNIX_EPOCH));
    let again =
        Player::new(second, LINE, clock).play(&Transcript::parse(&recorded).unwrap(), async || Vec::new()).await;
    assert_eq!(again.unwrap(), recorded);
}

#[tokio::test]
async fn the_simulated_provider_calls_texts_and_serves_recordings() {
    let (exchange, line) = exchange(|_| {});
    let provider = SimulatedProvider::new(exchange.clone());
    let number = |number: &str| PhoneNumber::parse(number).unwrap();
    let call = OutgoingCall {
        to: number(DESK).dialable().unwrap(),
        from: number(LINE),
        url: format!("{PUBLIC}/alert"),
        status_callback: None,
        timeout_s: 25,
        time_limit_s: None,
        leave: Leave::Limited,
    };
    let sent = provider.start_call(&call).await.unwrap();
    exchange.answer(DESK).await.unwrap();
    assert_eq!(line.last("/alert").get("CallSid"), Some(sent.sid.as_str()));

    let message = OutgoingMessage {
        to: number("06 39 98 00 01").textable().unwrap(),
        from: LINE.to_owned(),
        body: "Alerte".to_owned(),
        status_callback: None,
        validity_s: None,
        leave: Leave::Limited,
    };
    provider.send_sms(&message).await.unwrap();
    assert_eq!(exchange.texts()[0].to, "+33639980001");

    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "1").await.unwrap();
    exchange.record(odette, 2, RecordEnd::Silence).await.unwrap();
    let url = line.last("/message").get("RecordingUrl").map(str::to_owned);
    let recording = RecordingRef { sid: None, url };
    assert_eq!(provider.fetch_recording(&recording).await.unwrap().len(), 44 + 2 * 8_000);
    provider.delete_recording(&recording).await.unwrap();
    assert!(provider.fetch_recording(&recording).await.is_err());
    assert!(provider.delete_recording(&recording).await.is_ok(), "gone already counts as erased");
}

#[tokio::test]
async fn a_running_service_is_called_over_http_before_its_public_name_exists() {
    let line = TinyLine::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let router = line.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let transport = HttpTransport::new(Some(here.parse().unwrap())).unwrap();
    let exchange = Exchange::new(Settings::new(PUBLIC, ACCOUNT, TOKEN), transport);
    let odette = exchange.call(ODETTE, LINE).await.unwrap();
    exchange.keys(odette, "1").await.unwrap();
    assert_eq!(exchange.record(odette, 3, RecordEnd::Silence).await.unwrap(), Expect::Ended);
    assert_eq!(line.last("/message").get("RecordingDuration"), Some("8"));
}

#[tokio::test]
async fn two_instances_get_the_same_webhook_at_the_same_instant() {
    let (one, other) = (TinyLine::default(), TinyLine::default());
    let mut settings = Settings::new(PUBLIC, ACCOUNT, TOKEN);
    settings.delivery = Delivery::TwiceAtOnce;
    let instance = |line: &TinyLine| -> Arc<dyn Transport> { Arc::new(InProcess::new(line.router())) };
    let exchange = Exchange::between(settings, instance(&one), Some(instance(&other)));
    exchange.call(ODETTE, LINE).await.unwrap();
    assert_eq!((one.at("/telephony/twilio/voice").len(), other.at("/telephony/twilio/voice").len()), (1, 1));
}
