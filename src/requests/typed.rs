//! A request that an agent types for somebody at the counter: what is checked of it, and how urgent it is. Pure.

use std::collections::BTreeMap;

use super::content::{LONGEST_NAME, LONGEST_TEXT, Person, WRITTEN, plain};
use super::place::Place;
use super::request::Consent;
use crate::dialog::{Asked, Question, Value, Values};
use crate::lang::Lang;
use crate::phone::PhoneNumber;
use uuid::Uuid;

/// What an agent typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The id that the form had from the start: sent twice, it makes one request.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The code of the category.
    pub category: String,
    /// The language to speak with her.
    pub lang: Lang,
    /// Her name, if she gave it: a caller says hers in a message.
    pub name: String,
    /// Whom to call back; at the counter this may be nobody.
    pub contact: Option<PhoneNumber>,
    /// Who it is for, when it is not whoever stands there.
    pub for_other: Option<Person>,
    /// Whether that person agreed herself.
    pub agreed: bool,
    /// The answers to the questions of the category, by name.
    pub answers: BTreeMap<String, String>,
    /// What was asked for, in words.
    pub written: String,
    /// Where.
    pub place: Place,
    /// The postal code.
    pub postal_code: Option<String>,
    /// What was said about sharing with a neighbour.
    pub consent: Consent,
    /// A level that the agent chose over the rule, if she did.
    pub priority: Option<u8>,
    /// Whether it was solved on the spot.
    pub solved: bool,
}

/// What cannot be kept, in words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTyped {
    /// No such category.
    #[error("choisissez ce dont la personne a besoin")]
    Category,
    /// A line that is not hers.
    #[error("choisissez une ligne")]
    Line,
    /// A number that the service does not dial (T3).
    #[error("le numéro à rappeler est un numéro de métropole (01 à 07, 09), ou rien")]
    Contact,
    /// Nobody can be called, and it is not solved.
    #[error("sans numéro à rappeler, dites où la trouver, ou résolvez la demande tout de suite")]
    Nowhere,
    /// An answer that is not among those offered.
    #[error("la réponse à « {0} » n'est pas l'une de celles proposées")]
    Answer(String),
    /// A text that is too long.
    #[error("un texte a 5 000 caractères au plus, un nom 200")]
    TooLong,
}

/// The request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// 0 to 3.
    pub priority: u8,
    /// Everything answered, under the names that calls use.
    pub answers: Values,
}

/// Checks what was typed against the questions of its category. The priority is the one that the same answers have in a
/// call (F-43), unless the agent chose another.
pub fn ready(typed: &Typed, questions: &[Question]) -> Result<Ready, BadTyped> {
    if typed.contact.as_ref().is_some_and(|number| !number.is_dialable()) {
        return Err(BadTyped::Contact);
    }
    let somewhere = !typed.place.street.is_empty();
    if typed.contact.is_none() && !somewhere && !typed.solved {
        return Err(BadTyped::Nowhere);
    }
    let name = plain(&typed.name);
    let long = |name: &str| name.chars().count() > LONGEST_NAME;
    if long(&name) || typed.for_other.as_ref().is_some_and(|person| long(&person.name)) {
        return Err(BadTyped::TooLong);
    }
    let (mut priority, mut answers) = (3, Values::new());
    for question in questions {
        let Some(given) = typed.answers.get(&question.name).map(|given| plain(given)).filter(|given| !given.is_empty())
        else {
            continue;
        };
        priority = priority.min(level(question, &given)?);
        answers.insert(question.name.clone(), Value::Text(given));
    }
    let written = plain(&typed.written);
    if written.chars().count() > LONGEST_TEXT {
        return Err(BadTyped::TooLong);
    }
    let whom = if typed.for_other.is_some() { "autre" } else { "moi" };
    let code = typed.postal_code.as_deref().unwrap_or_default();
    let rest = [("pour", whom), ("nom", &name), (WRITTEN, &written), ("code_postal", code)];
    for (name, value) in rest.into_iter().filter(|(_, value)| !value.is_empty()) {
        answers.insert(name.to_owned(), Value::from(value));
    }
    Ok(Ready { priority: typed.priority.filter(|level| *level <= 3).unwrap_or(priority), answers })
}

/// The level to which that answer raises a request.
fn level(question: &Question, given: &str) -> Result<u8, BadTyped> {
    let refused = || BadTyped::Answer(question.label.clone());
    match &question.kind {
        Asked::One(options) => {
            let chosen = options.iter().find(|option| option.value == given).ok_or_else(refused)?;
            Ok(chosen.priority.unwrap_or(3))
        }
        Asked::Count(least, most) => {
            let counted = given.parse().is_ok_and(|count: u8| (*least..=*most).contains(&count));
            if counted { Ok(3) } else { Err(refused()) }
        }
        Asked::Text if given.chars().count() > LONGEST_TEXT => Err(BadTyped::TooLong),
        Asked::Text => Ok(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::Choose;

    fn questions() -> Vec<Question> {
        let choose = |value: &str, priority| Choose { value: value.to_owned(), words: value.to_owned(), priority };
        let question = |name: &str, kind| Question { name: name.to_owned(), label: name.to_owned(), kind };
        vec![
            question("manque", Asked::One(vec![choose("non", None), choose("oui", Some(0))])),
            question("quand", Asked::One(vec![choose("demain", Some(2))])),
            question("combien", Asked::Count(1, 9)),
            question("message", Asked::Text),
        ]
    }

    fn typed(answers: &[(&str, &str)]) -> Typed {
        Typed {
            id: Uuid::nil(),
            line_id: Uuid::nil(),
            category: "courses".to_owned(),
            lang: Lang::FRENCH,
            name: String::new(),
            contact: PhoneNumber::parse("0465710001").ok(),
            for_other: None,
            agreed: false,
            answers: answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            written: String::new(),
            place: Place::default(),
            postal_code: None,
            consent: Consent::NotAsked,
            priority: None,
            solved: false,
        }
    }

    #[test]
    fn a_request_typed_at_the_counter_is_as_urgent_as_the_same_one_by_telephone() {
        let level = |answers: &[(&str, &str)]| ready(&typed(answers), &questions()).unwrap().priority;
        assert_eq!(level(&[]), 3);
        assert_eq!(level(&[("quand", "demain"), ("manque", "non")]), 2);
        assert_eq!(level(&[("quand", "demain"), ("manque", "oui")]), 0);
        let chosen = Typed { priority: Some(1), ..typed(&[("quand", "demain")]) };
        assert_eq!(ready(&chosen, &questions()).unwrap().priority, 1);
    }

    #[test]
    fn only_answers_that_are_offered_are_kept() {
        let refused = |name: &str, value: &str| ready(&typed(&[(name, value)]), &questions()).unwrap_err();
        assert_eq!(refused("manque", "peut-être"), BadTyped::Answer("manque".to_owned()));
        for count in ["0", "10", "deux", "-1"] {
            assert_eq!(refused("combien", count), BadTyped::Answer("combien".to_owned()));
        }
        assert_eq!(refused("message", &"x".repeat(5_001)), BadTyped::TooLong);
        let kept = ready(&typed(&[("combien", "3"), ("inconnu", "x")]), &questions()).unwrap().answers;
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["combien", "pour"]);
    }

    #[test]
    fn somebody_who_can_neither_be_called_nor_found_is_helped_at_once_or_not_at_all() {
        let nobody = Typed { contact: None, ..typed(&[]) };
        assert_eq!(ready(&nobody, &[]), Err(BadTyped::Nowhere));
        assert!(ready(&Typed { solved: true, ..nobody.clone() }, &[]).is_ok());
        let place = Place { street: "12 rue de la Loge".to_owned(), ..Place::default() };
        assert!(ready(&Typed { place, ..nobody }, &[]).is_ok());
        let premium = PhoneNumber::parse("0899001234").ok();
        assert_eq!(ready(&Typed { contact: premium, ..typed(&[]) }, &[]), Err(BadTyped::Contact));
    }
}
