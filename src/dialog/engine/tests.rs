//! The engine on the real scripts, one turn after another.

use super::*;
use crate::dialog::{Files, Task};

fn scripts() -> Scripts {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("voice-scripts");
    let mut files = Files::new();
    for folder in std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&file).unwrap());
        }
    }
    let (scripts, problems) = Scripts::read(&files);
    assert_eq!(problems, []);
    scripts
}

/// A call that is played key by key.
struct Call {
    scripts: Scripts,
    facts: Values,
    session: Session,
    said: Vec<Utterance>,
    next: Next,
}

impl Call {
    fn new(changes: &[(&str, &str)]) -> Self {
        let scripts = scripts();
        let mut facts = crate::dialog::facts::ordinary("Montpellier");
        facts.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
        let session = Session::new(&scripts.flow.start);
        let mut call = Self { scripts, facts, session, said: Vec::new(), next: Next::End };
        call.turn(Input::Start);
        call
    }

    fn turn(&mut self, input: Input) -> &mut Self {
        let sprint = run(&self.scripts, self.session.clone(), input, &self.facts).unwrap();
        (self.session, self.said, self.next) = (sprint.session, sprint.said, sprint.next);
        self
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.turn(Input::Keys(keys.to_owned()))
    }

    fn speaks(&mut self, seconds: u32) -> &mut Self {
        self.turn(Input::Message { seconds: Some(seconds), key: Some('#'), doubtful: false })
    }

    fn silence(&mut self) -> &mut Self {
        self.turn(Input::Silence)
    }

    fn told(&mut self, is: &str) -> &mut Self {
        self.turn(Input::Outcome { is: is.to_owned(), values: Values::new() })
    }

    /// A shopping request up to the summary.
    fn shops(&mut self) -> &mut Self {
        self.keys("1").keys("1").keys("1").keys("1").keys("2").speaks(8);
        self.keys("34000").told("inside").speaks(5).speaks(3).keys("1").keys("1")
    }

    #[track_caller]
    fn stands(&mut self, at: &str, heard: &[&str]) -> &mut Self {
        let prompts: Vec<_> = self.said.iter().map(|said| said.prompt.as_str()).collect();
        assert_eq!((self.session.at.as_str(), prompts.as_slice()), (at, heard));
        self
    }

    fn answer(&self, name: &str) -> Option<String> {
        self.session.answers.get(name).map(ToString::to_string)
    }
}

#[test]
fn a_shopping_request_goes_from_the_ring_to_the_goodbye() {
    let mut call = Call::new(&[]);
    call.shops().stands("resume", &["resume"]);
    call.keys("1");
    assert_eq!(call.next, Next::Submit(Task::KeepRequest));
    call.told("kept");
    assert_eq!(call.next, Next::End);
    let heard: Vec<_> = call.said.iter().map(|said| said.prompt.as_str()).collect();
    assert_eq!(heard, ["fin-numero", "fin-promesse", "fin-securite", "fin-aggravation", "fin-au-revoir"]);
    assert_eq!(call.session.category.as_deref(), Some("courses"));
}

#[test]
fn correcting_one_piece_of_the_summary_asks_that_piece_only() {
    let mut call = Call::new(&[]);
    call.shops().keys("2").stands("changer", &["changer"]);
    call.keys("2").stands("code-postal", &["adresse-code-postal"]);
    call.keys("34070").told("inside").stands("rue", &["adresse-rue"]);
    // The neighbour would get another address than the one she agreed to.
    call.speaks(4).speaks(4).stands("accord-voisin", &["accord-voisin"]);
    call.keys("1").stands("resume", &["resume"]);
    assert_eq!(call.answer("code_postal").as_deref(), Some("34070"));
    assert_eq!(call.answer("quand").as_deref(), Some("demain"));
}

#[test]
fn correcting_the_request_keeps_the_place_and_the_number() {
    let mut call = Call::new(&[]);
    call.shops().keys("2").keys("1").stands("courses-type", &["courses-type"]);
    call.keys("2").keys("1").keys("1").stands("courses-liste", &["courses-liste"]);
    call.speaks(6).stands("code-postal-secteur", &["courses-ordonnance"]);
    call.told("inside").stands("resume", &["resume"]);
    assert_eq!(call.answer("code_postal").as_deref(), Some("34000"));
    assert_eq!(call.session.priority, 1);
}

#[test]
fn a_star_begins_the_digits_again() {
    let mut call = Call::new(&[]);
    call.keys("1")
        .keys("1")
        .keys("1")
        .keys("1")
        .keys("2")
        .speaks(8)
        .stands("code-postal", &["courses-argent", "adresse-code-postal"]);
    call.keys("340*34").stands("code-postal", &["ecoute-continue"]);
    assert_eq!(call.next, Next::Wait(Wait::Digits { max: 3, timeout: 10 }));
    call.keys("070");
    assert_eq!(call.next, Next::Submit(Task::CheckPlace));
    assert_eq!(call.answer("code_postal").as_deref(), Some("34070"));
}

#[test]
fn a_star_alone_repeats_the_whole_question() {
    let mut call = Call::new(&[]);
    call.keys("1").keys("*").stands("pour-qui", &["ecoute-repete", "menu-pour-qui"]);
    assert_eq!(call.session.failures, 0);
    call.keys("1").keys("1").keys("1").keys("2").keys("*").stands("courses-liste", &["ecoute-repete", "courses-liste"]);
}

#[test]
fn a_lone_zero_among_digits_reaches_a_person_and_a_number_that_begins_with_zero_does_not() {
    let mut call = Call::new(&[("rappelable", "non"), ("masque", "oui")]);
    call.keys("1").keys("1").keys("1").keys("1").keys("2").speaks(8).keys("34000").told("inside").speaks(5).speaks(3);
    call.stands("rappel-masque", &["rappel-masque"]);
    let before = call.session.clone();
    call.keys("0465710001").stands("rappel-relu", &["rappel-relu"]);
    call.session = before;
    call.keys("0");
    assert_eq!(call.next, Next::Submit(Task::AskPerson));
}

#[test]
fn the_hash_that_closes_digits_late_is_no_mistake_at_the_next_question() {
    let mut call = Call::new(&[("rappelable", "non"), ("masque", "oui")]);
    call.keys("1").keys("1").keys("1").keys("1").keys("2").speaks(8).keys("34000").told("inside").speaks(5).speaks(3);
    call.keys("0465710001").keys("#").stands("rappel-relu", &["rappel-relu"]);
    assert_eq!(call.session.failures, 0);
    call.keys("#").stands("rappel-relu", &["touche-1", "rappel-relu"]);
    assert_eq!(call.session.failures, 1);
}

#[test]
fn failures_are_counted_for_each_question() {
    let mut call = Call::new(&[]);
    call.keys("5").silence().stands("menu-principal", &["silence-2"]);
    call.keys("1").stands("pour-qui", &["menu-pour-qui"]);
    call.silence().stands("pour-qui", &["silence-1", "menu-pour-qui"]);
    call.keys("7").stands("pour-qui", &["touche-2"]);
    call.silence();
    assert_eq!(call.next, Next::Submit(Task::AskPerson));
    assert_eq!(call.answer("pour"), None);
}

#[test]
fn a_caller_who_never_did_anything_is_called_back_and_never_queued() {
    let mut call = Call::new(&[]);
    call.silence().silence();
    assert_eq!(call.next, Next::Submit(Task::LeaveCallback("muet".to_owned())));
    call.told("kept");
    assert_eq!(call.next, Next::End);
}

#[test]
fn an_empty_message_asks_again_in_short() {
    let mut call = Call::new(&[]);
    call.keys("1").keys("1").keys("1").keys("1").keys("2").stands("courses-liste", &["message-avant", "courses-liste"]);
    call.speaks(0).stands("courses-liste", &["message-vide", "courses-liste"]);
    assert_eq!(call.said[1].text(), "Après le bip, dites ce qu'il vous faut.");
}

#[test]
fn a_phrase_marked_once_is_said_once_in_a_call() {
    let mut call = Call::new(&[]);
    call.keys("1").keys("1").keys("1").keys("1").keys("2").stands("courses-liste", &["message-avant", "courses-liste"]);
    call.speaks(8).keys("34000").told("inside").stands("rue", &["adresse-rue"]);
}

#[test]
fn a_code_outside_the_area_is_read_back_before_it_counts() {
    let mut call = Call::new(&[]);
    call.keys("1").keys("1").keys("1").keys("1").keys("2").speaks(8).keys("75011").told("outside");
    call.stands("code-postal-relu", &["adresse-code-relu"]);
    call.keys("2").stands("code-postal", &["adresse-code-postal"]);
    call.keys("75011").told("outside").keys("1").stands("quartier", &["adresse-hors-zone", "adresse-quartier"]);
}

#[test]
fn english_is_spoken_after_its_key() {
    let mut call = Call::new(&[]);
    call.keys("7").stands("menu-principal", &["langue-bonjour", "menu-principal", "accueil-donnees"]);
    let languages: Vec<_> = call.said.iter().map(|said| said.lang.code().to_owned()).collect();
    assert_eq!(languages, ["en", "en", "en"]);
    call.keys("1").stands("pour-qui", &["menu-pour-qui"]);
}

#[test]
fn a_language_of_the_welcome_level_leads_to_a_callback_with_an_interpreter() {
    let mut call = Call::new(&[]);
    call.keys("8").keys("3");
    assert_eq!(call.next, Next::Submit(Task::KeepRequest));
    call.told("kept");
    assert_eq!(call.next, Next::End);
    assert!(call.said.iter().all(|said| said.lang.code() == "es"), "{:?}", call.said);
}

#[test]
fn every_question_about_another_person_speaks_of_that_person() {
    let mut call = Call::new(&[]);
    call.keys("1").keys("2").keys("1").keys("#").keys("1");
    call.stands("courses-manque", &["courses-manque"]);
    assert!(call.said[0].text().starts_with("Cette personne"), "{}", call.said[0].text());
    call.silence();
    assert!(call.said[1].text().contains("ses médicaments"), "{}", call.said[1].text());
}

#[test]
fn no_food_today_is_danger_and_keeps_a_callback_before_anything_else() {
    let mut call = Call::new(&[("ouvert", "non")]);
    call.keys("1").keys("1").keys("1").keys("2");
    assert_eq!(call.next, Next::Submit(Task::LeaveCallback("danger".to_owned())));
    assert_eq!(call.session.priority, 0);
    call.told("kept").stands("danger-personne", &["danger-conseil"]);
    assert_eq!(call.next, Next::Submit(Task::AskPersonInDanger));
}
