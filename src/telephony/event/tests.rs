//! Webhooks as providers send them, and as nobody should.

use proptest::prelude::*;

use super::*;
use crate::phone::{CallerId, PhoneNumber};
use crate::telephony::form::Form;
use crate::telephony::status::{CallStatus, DialStatus, MessageStatus, RecordingStatus};

fn form(body: &str) -> Form {
    Form::parse(body.as_bytes()).unwrap()
}

fn call(more: &str) -> CallEvent {
    let body =
        format!("AccountSid=AC1&CallSid=CA1&From=%2B33465710001&To=%2B33199001234&CallStatus=in-progress&{more}");
    CallEvent::read(&form(&body)).unwrap()
}

#[test]
fn the_first_request_of_a_call_is_read() {
    let event = CallEvent::read(&form(concat!(
        "AccountSid=AC1&ApiVersion=2010-04-01&CallSid=CA1&CallStatus=ringing&Direction=inbound",
        "&From=%2B33465710001&To=%2B33199001234&Caller=%2B33465710001&Called=%2B33199001234&FromCity=",
        "&ForwardedFrom=%2B33800000000&StirVerstat=NULL&CallToken=%7B%22a%22%3A1%7D",
    )))
    .unwrap();
    let expected = CallEvent {
        account: "AC1".into(),
        call_sid: "CA1".into(),
        parent_call_sid: None,
        from: Some("+33465710001".into()),
        to: "+33199001234".into(),
        forwarded_from: Some("+33800000000".into()),
        status: CallStatus::Ringing,
        direction: Direction::Inbound,
        digits: None,
        finished_on_key: None,
        speech: None,
        recording: None,
        dial: None,
        hung_up: false,
    };
    assert_eq!(event, expected);
    assert_eq!(event.caller(&[]).number().unwrap().as_e164(), "+33465710001");
}

#[test]
fn who_calls_is_read_from_either_name_and_never_our_own_number() {
    let event = |body: &str| CallEvent::read(&form(&format!("CallSid=CA1&To=%2B33199001234&{body}"))).unwrap();
    assert!(event("Caller=%2B33465710001").caller(&[]).number().is_some());
    assert!(event("From=&Caller=%2B33465710001").caller(&[]).number().is_some());
    assert_eq!(event("").caller(&[]), CallerId::Withheld);
    assert_eq!(event("From=%2B33199001234").caller(&[]), CallerId::Withheld);
    assert_eq!(event("From=anonymous").caller(&[]), CallerId::Withheld);
    let ours = [PhoneNumber::parse("0465710001").unwrap()];
    assert_eq!(event("From=%2B33465710001").caller(&ours), CallerId::Withheld);
    assert_eq!(event(&format!("From={}", "3".repeat(200))).caller(&[]), CallerId::Withheld);
}

#[test]
fn keys_are_kept_as_pressed_and_nothing_else_passes_for_a_key() {
    for (body, digits) in [
        ("", None),
        ("Digits=", None),
        ("Digits=1", Some("1")),
        ("Digits=%23", Some("#")),
        ("Digits=*", Some("*")),
        ("Digits=1&Digits=2", Some("1")),
        ("Digits=12a%3Cb%3E", Some("12????")),
        ("Digits=%D9%A1", Some("?")),
        ("Digits=hangup", None),
    ] {
        assert_eq!(call(body).digits.as_deref(), digits, "{body}");
    }
    assert_eq!(call(&format!("Digits={}", "7".repeat(200))).digits.unwrap().len(), 64);
    assert_eq!(call("Digits=12&FinishedOnKey=%23").finished_on_key, Some('#'));
    assert_eq!(call("FinishedOnKey=12").finished_on_key, None);
}

#[test]
fn a_caller_who_left_is_noticed() {
    assert!(call("Digits=hangup").hung_up);
    assert!(CallEvent::read(&form("CallSid=CA1&CallStatus=completed")).unwrap().hung_up);
    assert!(!call("Digits=1").hung_up);
}

#[test]
fn a_recording_is_read_from_whatever_the_provider_gives() {
    let full = call("RecordingUrl=https://api.example/r/RE1&RecordingSid=RE1&RecordingDuration=12&Digits=hangup");
    let expected = RecordingEvent {
        sid: Some("RE1".into()),
        url: Some("https://api.example/r/RE1".into()),
        duration_s: Some(12),
        hung_up: true,
    };
    assert_eq!(full.recording, Some(expected));
    for (duration, kept) in [("0", Some(0)), ("-1", None), ("", None), ("1.5", None), ("99999999999", None)] {
        let recording = call(&format!("RecordingSid=RE1&RecordingDuration={duration}")).recording.unwrap();
        assert_eq!(recording.duration_s, kept, "{duration}");
    }
    assert!(call("RecordingUrl=https://api.example/r/RE1&RecordingDuration=3").recording.unwrap().sid.is_none());
    assert_eq!(call(&format!("RecordingUrl=https://a/{}", "r".repeat(3_000))).recording, None);
    assert_eq!(call("RecordingUrl=").recording, None);
}

#[test]
fn the_outcome_of_a_dial_is_read() {
    let dial = call("DialCallStatus=completed&DialCallSid=CA2&DialCallDuration=31&DialBridged=false").dial.unwrap();
    let expected = DialEvent {
        status: DialStatus::Completed,
        call_sid: Some("CA2".into()),
        bridged: Some(false),
        duration_s: Some(31),
    };
    assert_eq!(dial, expected);
    let poor = call("DialCallStatus=no-answer").dial.unwrap();
    assert_eq!((poor.status, poor.bridged, poor.duration_s), (DialStatus::NoAnswer, None, None));
    assert_eq!(call("DialCallStatus=").dial, None);
}

#[test]
fn speech_is_text_of_a_stranger_and_confidence_a_number_or_nothing() {
    for (confidence, kept) in
        [("0.0", Some(0.0)), ("0.93", Some(0.93)), ("NaN", None), ("inf", None), ("2", None), ("", None)]
    {
        let speech = call(&format!("SpeechResult=oui&Confidence={confidence}")).speech.unwrap();
        assert_eq!(speech.confidence, kept, "{confidence}");
    }
    assert_eq!(call("SpeechResult=oui").speech.unwrap().confidence, None);
    assert_eq!(call("SpeechResult=").speech, None);
    assert_eq!(call("SpeechResult=%00%07").speech, None);
    let hostile = call("SpeechResult=%00%3Cscript%3E%F0%9F%98%80%1B").speech.unwrap();
    assert_eq!(hostile.text, "<script>😀");
    assert_eq!(call(&format!("SpeechResult={}", "a".repeat(5_000))).speech.unwrap().text.len(), 1_000);
}

#[test]
fn an_id_is_opaque_but_must_be_one() {
    let read = |sid: &str| CallEvent::read(&form(&format!("CallSid={sid}"))).map(|event| event.call_sid);
    for sid in ["CA1", "v3:aB_-9", "5f6c0a3e-0000-4000-8000-000000000000"] {
        assert_eq!(read(sid).as_deref(), Ok(sid));
    }
    assert_eq!(read(""), Err(EventError::NoId("CallSid")));
    assert_eq!(CallEvent::read(&form("From=1")), Err(EventError::NoId("CallSid")));
    for sid in [&"C".repeat(129), "C%00", "C%20A", "C%C3%A9", "%ff"] {
        assert_eq!(read(sid), Err(EventError::BadId("CallSid")), "{sid}");
    }
}

#[test]
fn a_text_message_is_read() {
    let read = |body: &str| InboundMessage::read(&form(body));
    let message =
        read("MessageSid=SM1&AccountSid=AC1&From=%2B33639980001&To=36000&Body=+Oui+merci+%F0%9F%91%8D%00&NumMedia=1")
            .unwrap();
    assert_eq!((message.body.as_str(), message.media, message.opt_out), ("Oui merci 👍", 1, None));
    assert!(message.sender(&[]).number().is_some_and(PhoneNumber::can_receive_sms));
    assert_eq!(read("SmsSid=SM2&OptOutType=STOP").unwrap().opt_out, Some(OptOut::Stop));
    assert_eq!(read(&format!("SmsSid=SM2&Body={}", "é".repeat(3_000))).unwrap().body.chars().count(), 1_600);
    assert_eq!(read("Body=Oui"), Err(EventError::NoId("MessageSid")));
}

#[test]
fn a_report_is_told_apart_by_what_it_names() {
    let read = |body: &str| StatusEvent::read(&form(body));
    let Ok(StatusEvent::Call(report)) = read("CallSid=CA1&CallStatus=completed&CallDuration=31&RecordingSid=RE1")
    else {
        panic!("a call that names its recording is still a call");
    };
    assert_eq!((report.status, report.duration_s), (CallStatus::Completed, Some(31)));
    let Ok(StatusEvent::Message(report)) = read("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005") else {
        panic!("a message");
    };
    assert_eq!((report.status, report.error), (MessageStatus::Undelivered, Some(30005)));
    let body = "CallSid=CA1&RecordingSid=RE1&RecordingStatus=absent&RecordingDuration=-1";
    let Ok(StatusEvent::Recording(report)) = read(body) else { panic!("a recording") };
    assert_eq!((report.status, report.duration_s), (RecordingStatus::Absent, None));
    assert_eq!(read("SmsSid=SM1&SmsStatus=sent").map(|event| matches!(event, StatusEvent::Message(_))), Ok(true));
    assert_eq!(read(""), Err(EventError::NoId("CallSid")));
    assert_eq!(read("RecordingStatus=completed"), Err(EventError::NoId("RecordingSid")));
}

proptest! {
    #[test]
    fn no_webhook_breaks_the_reading(
        names in proptest::collection::vec(0usize..14, 0..20),
        values in proptest::collection::vec(".{0,30}|-?[0-9]{0,12}", 20),
    ) {
        const NAMES: [&str; 14] = [
            "CallSid", "From", "To", "Digits", "SpeechResult", "Confidence", "RecordingUrl", "RecordingDuration",
            "RecordingStatus", "MessageSid", "DialCallStatus", "DialBridged", "CallStatus", "FinishedOnKey",
        ];
        let form = Form::from_pairs(names.iter().zip(&values).map(|(name, value)| (NAMES[*name], value.as_str())));
        let _ = CallEvent::read(&form).map(|event| event.caller(&[]));
        let _ = InboundMessage::read(&form).map(|message| message.sender(&[]));
        let _ = StatusEvent::read(&form);
    }
}
