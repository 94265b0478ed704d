//! `match-sim`, the real program, in conversation: one line in, one line out, whatever the line.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The program, waiting for the next line.
struct Talk {
    program: Child,
    input: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Talk {
    fn begin() -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ligne-solidaire"))
            .arg("match-sim")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = program.stdin.take().unwrap();
        let answers = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { program, input, answers }
    }

    /// Says one line and waits for its answer: one that is not flushed would never come.
    fn raw(&mut self, line: &[u8]) -> Value {
        self.input.write_all(line).unwrap();
        self.input.write_all(b"\n").unwrap();
        self.input.flush().unwrap();
        serde_json::from_str(&self.answers.next().unwrap().unwrap()).unwrap()
    }

    fn say(&mut self, message: &Value) -> Value {
        self.raw(message.to_string().as_bytes())
    }

    /// Ends the conversation: what was said on the error output.
    fn end(self) -> String {
        drop(self.input);
        let ended = self.program.wait_with_output().unwrap();
        assert!(ended.status.success());
        String::from_utf8(ended.stderr).unwrap()
    }
}

/// So many volunteers a hundred metres apart, some of them named by numbers, all for errands.
fn init(volunteers: usize) -> Value {
    let one = |place: usize| {
        let id = if place.is_multiple_of(2) { json!(place) } else { json!(format!("v{place}")) };
        json!({"id": id, "x": place * 100, "y": 0, "lon": 3.88, "lat": 43.6, "categories": ["courses"], "verified": true, "age": 40})
    };
    let all: Vec<_> = (0..volunteers).map(one).collect();
    json!({"type": "init", "t": 0, "horizon_min": 1440, "quiet": [21, 8], "categories": ["courses"], "volunteers": all})
}

fn request(t: f64, id: impl Into<Value>) -> Value {
    json!({"type": "request", "t": t, "id": id.into(), "x": 0, "y": 0, "category": "courses", "note": "ignorée"})
}

fn reply(t: f64, request: &Value, volunteer: &Value, answer: &str) -> Value {
    json!({"type": "reply", "t": t, "request": request, "volunteer": volunteer, "answer": answer})
}

fn sent(answer: &Value) -> Vec<(Value, Value)> {
    serde_json::from_value(answer["send"].clone()).unwrap()
}

fn nobody(answer: &Value) -> bool {
    sent(answer).is_empty()
}

#[test]
fn a_request_goes_to_the_nearest_then_to_others_until_somebody_claims_it() {
    let mut talk = Talk::begin();
    assert_eq!(talk.say(&init(9)), json!({"send": [], "wake": null}));
    let first = talk.say(&request(613.2, json!(7)));
    let asked = sent(&first);
    assert_eq!(asked[0], (json!(7), json!(0)), "ids come back as they came");
    assert_eq!(asked[1], (json!(7), json!("v1")));
    assert_eq!(first["wake"], json!(633.2));
    let second = sent(&talk.say(&json!({"type": "wake", "t": 633.2})));
    assert!(!second.is_empty() && second.iter().all(|pair| !asked.contains(pair)), "{second:?}");
    assert!(nobody(&talk.say(&reply(640.0, &json!(7), &json!(0), "claimed"))));
    let after = talk.say(&json!({"type": "wake", "t": 700}));
    assert_eq!(after, json!({"send": [], "wake": null}), "it is hers, nothing is left to do");
    assert_eq!(talk.end(), "");
}

#[test]
fn whoever_says_no_is_replaced_and_whoever_says_stop_is_never_asked_again() {
    let mut talk = Talk::begin();
    talk.say(&init(4));
    let asked = sent(&talk.say(&request(600.0, json!("a"))));
    let (_, gone) = asked[0].clone();
    let next = sent(&talk.say(&reply(601.0, &json!("a"), &gone, "stop")));
    assert!(!next.is_empty() && !next.contains(&asked[0]), "{next:?}");
    assert!(nobody(&talk.say(&json!({"type": "expired", "t": 602, "request": "a"}))));
    let mut others = Vec::new();
    for (place, minutes) in (0..20).zip((602..).step_by(60)) {
        others.extend(sent(&talk.say(&request(f64::from(minutes), json!(place)))));
    }
    assert!(!others.is_empty() && others.iter().all(|(_, volunteer)| *volunteer != gone));
    talk.end();
}

#[test]
fn nobody_is_asked_at_night_unverified_or_for_what_she_does_not_do() {
    let mut talk = Talk::begin();
    let mut city = init(2);
    city["volunteers"][0]["verified"] = json!(false);
    city["volunteers"][1]["categories"] = json!(["visite"]);
    talk.say(&city);
    assert!(nobody(&talk.say(&request(600.0, json!(1)))));
    talk.say(&init(6));
    // A quarter past nine in the evening of the second day: the morning of the third.
    let night = talk.say(&request(1_440.0 + 1_275.0, json!(1)));
    assert_eq!((nobody(&night), &night["wake"]), (true, &json!(2_880.0 + 480.0)));
    assert!(nobody(&talk.say(&json!({"type": "wake", "t": 3_359.999}))));
    assert!(!nobody(&talk.say(&json!({"type": "wake", "t": 3_360}))));
    talk.end();
}

#[test]
fn every_line_has_its_answer_broken_ones_too() {
    let mut talk = Talk::begin();
    talk.say(&init(9));
    let asked = sent(&talk.say(&request(600.0, json!("a"))));
    let nothing = json!({"send": [], "wake": null});
    let broken: [&[u8]; 9] = [
        b"",
        b"{",
        b"[1,2]",
        b"null",
        b"\xff\xfe\x00",
        br#"{"type":"request","t":"midi","id":1}"#,
        br#"{"type":"wake"}"#,
        br#"{"type":"dance","t":601}"#,
        br#"{"type":"reply","t":601,"request":"a","volunteer":0,"answer":"peut-etre"}"#,
    ];
    for line in broken {
        assert_eq!(talk.raw(line), nothing, "{}", String::from_utf8_lossy(line));
    }
    let harmless = [
        reply(601.0, &json!("inconnue"), &json!(0), "claimed"),
        reply(601.0, &json!("a"), &json!("inconnu"), "no"),
        json!({"type": "expired", "t": 601, "request": {"une": "autre"}}),
        json!({"type": "wake", "t": -1e300}),
        json!({"type": "wake", "t": 3}),
        request(601.0, json!("a")),
        json!({"type": "request", "t": 601, "id": "sans lieu", "category": "courses"}),
    ];
    for message in harmless {
        assert!(nobody(&talk.say(&message)), "{message}");
    }
    let next = sent(&talk.say(&reply(602.0, &json!("a"), &asked[0].1, "no")));
    assert!(!next.is_empty(), "the conversation goes on");
    let said = talk.end();
    assert!(said.lines().count() >= broken.len() && said.contains("ligne incompréhensible, laissée de côté"), "{said}");
}

#[test]
fn a_city_of_degrees_alone_and_a_half_broken_list_of_volunteers_will_do() {
    let mut talk = Talk::begin();
    let volunteers = json!([
        {"id": "près", "lon": 3.8801, "lat": 43.6, "categories": ["courses"], "verified": true},
        {"id": "loin", "lon": 3.92, "lat": 43.6, "categories": ["courses"], "verified": true},
        {"lon": 3.88, "lat": 43.6}, 12, null,
        {"id": "nulle part", "categories": ["courses"], "verified": true},
    ]);
    talk.say(&json!({"type": "init", "t": 0, "volunteers": volunteers}));
    let asked = sent(
        &talk.say(&json!({"type": "request", "t": 600, "id": 1, "lon": 3.88, "lat": 43.6, "category": "courses"})),
    );
    assert_eq!(asked.first(), Some(&(json!(1), json!("près"))));
    assert!(asked.iter().all(|(_, volunteer)| *volunteer != "nulle part"));
    assert!(talk.end().contains("3 bénévoles illisibles"));
}

#[test]
fn hundreds_of_requests_among_twenty_thousand_volunteers_never_ask_the_same_pair_twice() {
    let mut talk = Talk::begin();
    let one = |place: usize| {
        let (x, y) = (place % 141 * 60, place / 141 * 60);
        json!({"id": place, "x": x, "y": y, "categories": ["courses"], "verified": true})
    };
    let volunteers: Vec<_> = (0..20_000).map(one).collect();
    talk.say(&json!({"type": "init", "t": 0, "quiet": [21, 8], "volunteers": volunteers}));
    let mut pairs = BTreeSet::new();
    for (place, t) in (0..300).zip((480..).step_by(2)) {
        let asking =
            json!({"type": "request", "t": t, "id": place, "x": place * 25, "y": 4_000, "category": "courses"});
        let answer = talk.say(&asking);
        for (request, volunteer) in sent(&answer) {
            assert!(pairs.insert((request.to_string(), volunteer.to_string())), "{request} {volunteer} twice");
            // One in three says yes, the others no.
            let said = if pairs.len().is_multiple_of(3) { "claimed" } else { "no" };
            let more = sent(&talk.say(&reply(f64::from(t) + 1.0, &request, &volunteer, said)));
            pairs.extend(more.into_iter().map(|(request, volunteer)| (request.to_string(), volunteer.to_string())));
        }
    }
    assert!(pairs.len() > 600, "{}", pairs.len());
    talk.end();
}
