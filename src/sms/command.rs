//! What somebody says by a text (F-58, F-59). Pure; the words are data, in `voice-scripts/fr/reponses.txt`.
//!
//! Blind to case, accents and punctuation. On doubt nothing is accepted: a yes counts only if every other word of the
//! text is one that changes nothing; anything else is for an agent. STOP wins over everything.

use std::collections::BTreeMap;

use super::danger::folded;

/// A code of two digits.
pub type Code = String;

/// What the text orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// She agrees.
    Yes,
    /// She does not.
    No,
    /// She helped.
    Done,
    /// She cannot any more.
    Trouble,
    /// She asks what she may write.
    Help,
    /// She pauses.
    Pause,
    /// She is back.
    Resume,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Nothing more, ever (F-58).
    Stop,
    /// An order, with the code that goes with it.
    Order {
        /// The order.
        order: Order,
        /// Its code; none where none was written.
        code: Option<Code>,
        /// Whether there were words besides that an agent should read.
        besides: bool,
    },
    /// A code and nothing else.
    Code(Code),
    /// Words that may mean more than one thing: an agent reads them.
    Doubtful {
        /// The code that stands in them, if there is one only.
        code: Option<Code>,
    },
    /// Free text: an agent reads it.
    Free,
    /// Nothing: blanks, signs, pictures.
    Nothing,
}

/// The words of each order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    orders: Vec<(Order, Vec<String>)>,
    stop: Vec<String>,
    stop_alone: Vec<String>,
    polite: Vec<String>,
    conditions: Vec<String>,
}

/// The names of the orders in the file.
const ORDERS: [(&str, Order); 7] = [
    ("oui", Order::Yes),
    ("non", Order::No),
    ("fait", Order::Done),
    ("souci", Order::Trouble),
    ("aide", Order::Help),
    ("pause", Order::Pause),
    ("reprise", Order::Resume),
];

impl Words {
    /// Reads the file; every list must be there, or STOP would be missed.
    pub fn read(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty());
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in lines {
            let (name, words) = line.split_once(':').ok_or_else(|| format!("il manque « : » dans « {line} »"))?;
            let words = words.split(',').map(folded).filter(|word| !word.is_empty()).collect();
            lists.insert(name.trim().to_owned(), words);
        }
        let mut take = |name: &str| lists.remove(name).ok_or_else(|| format!("il manque la ligne « {name} : … »"));
        let orders = ORDERS.iter().map(|(name, order)| Ok((*order, take(name)?))).collect::<Result<_, String>>()?;
        let read = Self {
            orders,
            stop: take("stop")?,
            stop_alone: take("stop seul")?,
            polite: take("politesse")?,
            conditions: take("condition")?,
        };
        match lists.keys().next() {
            Some(unknown) => Err(format!("« {unknown} » n'est pas un ordre")),
            None => Ok(read),
        }
    }

    /// What a text says; `ours` are the texts lately sent to that number, copies of which mean nothing.
    pub fn hear(&self, text: &str, ours: &[String]) -> Heard {
        let said = folded(&separated(&without_quotes(text, ours)));
        let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Heard::Nothing;
        }
        if self.stop.iter().any(|stop| words.contains(&stop.as_str())) || self.stop_alone.contains(&said) {
            return Heard::Stop;
        }
        self.understood(&words)
    }

    fn understood(&self, words: &[&str]) -> Heard {
        let (codes, rest) = codes(words);
        let one = match codes.as_slice() {
            [code] => Some(code.clone()),
            _ => None,
        };
        let (orders, left) = self.orders(&rest);
        match (orders.as_slice(), codes.len()) {
            ([], 1) if left.is_empty() => Heard::Code(codes.into_iter().next().unwrap_or_default()),
            ([], 0) => Heard::Free,
            ([order], 0 | 1) => self.ordered(*order, one, &left),
            // A no beside a help or a thanks is still a no; anything with a yes is not sure.
            _ => Heard::Doubtful { code: one },
        }
    }

    fn ordered(&self, order: Order, code: Option<Code>, left: &[&str]) -> Heard {
        let sentence = left.join(" ");
        let beyond = without(&sentence, &self.polite);
        let conditions = self.conditions.iter().any(|word| holds(&sentence, word));
        let doubtful = match order {
            Order::Yes | Order::Done => !beyond.is_empty(),
            Order::No | Order::Trouble => false,
            Order::Help | Order::Pause | Order::Resume => conditions || beyond.split(' ').count() > 3,
        };
        if doubtful { Heard::Doubtful { code } } else { Heard::Order { order, code, besides: !beyond.is_empty() } }
    }

    /// The orders that stand in a text, each once, longest words first, and what is left.
    fn orders<'t>(&self, words: &[&'t str]) -> (Vec<Order>, Vec<&'t str>) {
        let mut phrases: Vec<(&str, Order)> = Vec::new();
        for (order, known) in &self.orders {
            phrases.extend(known.iter().map(|phrase| (phrase.as_str(), *order)));
        }
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.split(' ').count()));
        let (mut found, mut left) = (Vec::new(), words.to_vec());
        for (phrase, order) in phrases {
            while let Some(at) = position(&left, phrase) {
                left.drain(at..at + phrase.split(' ').count());
                found.push(order);
            }
        }
        found.sort_unstable();
        found.dedup();
        (found, left)
    }
}

/// Letters and digits that were written together, apart: « OUI47 ».
fn separated(text: &str) -> String {
    let mut apart = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for one in text.chars() {
        if (before.is_alphabetic() && one.is_ascii_digit()) || (before.is_ascii_digit() && one.is_alphabetic()) {
            // « 14h » is an hour and stays one word.
            if !matches!(one, 'h' | 'H') {
                apart.push(' ');
            }
        }
        apart.push(one);
        before = one;
    }
    apart
}

/// The text without copies of ours: quoted lines, and whole sentences that we sent.
fn without_quotes(text: &str, ours: &[String]) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('>')).collect();
    let mut said = lines.join("\n");
    for our in ours.iter().filter(|our| !our.trim().is_empty()) {
        said = said.replace(our.trim(), " ");
    }
    said
}

/// The two-digit codes of a text, each once, and the other words. Digits of any other length are words.
fn codes<'t>(words: &[&'t str]) -> (Vec<Code>, Vec<&'t str>) {
    let is_code = |word: &&str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut codes: Vec<Code> = words.iter().filter(|word| is_code(word)).map(|word| (*word).to_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    (codes, words.iter().filter(|word| !is_code(word)).copied().collect())
}

/// Where the words of a phrase stand one after the other.
fn position(words: &[&str], phrase: &str) -> Option<usize> {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).position(|window| window == phrase)
}

fn holds(sentence: &str, phrase: &str) -> bool {
    format!(" {sentence} ").contains(&format!(" {phrase} "))
}

/// What remains of a sentence without those phrases, longest first.
fn without(sentence: &str, phrases: &[String]) -> String {
    let mut sorted: Vec<&String> = phrases.iter().collect();
    sorted.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    let mut left = format!(" {sentence} ");
    for phrase in sorted {
        let phrase = format!(" {phrase} ");
        while left.contains(&phrase) {
            left = left.replacen(&phrase, " ", 1);
        }
    }
    left.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words() -> Words {
        Words::read(include_str!("../../voice-scripts/fr/reponses.txt")).unwrap()
    }

    fn hear(text: &str) -> Heard {
        words().hear(text, &[])
    }

    fn order(order: Order, code: &str) -> Heard {
        Heard::Order { order, code: (!code.is_empty()).then(|| code.to_owned()), besides: false }
    }

    #[test]
    fn plain_answers_are_understood_however_they_are_written() {
        for text in [
            "OUI 47",
            "oui 47",
            "Oui47",
            "47 oui",
            "O 47",
            "ok 47",
            "OUI, 47 !",
            "oui merci 47",
            "D'accord 47.",
            "Oui, avec plaisir 47",
            "Bonjour oui pour la demande 47 merci",
        ] {
            assert_eq!(hear(text), order(Order::Yes, "47"), "{text}");
        }
        for text in ["NON 47", "n 47", "No 47", "Non désolé 47", "désolée, pas possible 47"] {
            assert_eq!(hear(text), order(Order::No, "47"), "{text}");
        }
        assert_eq!(hear("FAIT 47"), order(Order::Done, "47"));
        assert_eq!(hear("Souci 47"), order(Order::Trouble, "47"));
        assert_eq!(hear("oui"), order(Order::Yes, ""));
        assert_eq!(
            (hear("AIDE"), hear("pause"), hear("Reprise !")),
            (order(Order::Help, ""), order(Order::Pause, ""), order(Order::Resume, ""))
        );
        assert_eq!(hear(" 47 "), Heard::Code("47".to_owned()));
    }

    #[test]
    fn stop_wins_over_everything_and_a_tram_stop_is_none() {
        for text in [
            "STOP",
            "stop",
            "Stop.",
            "oui 47 STOP",
            "stop merci",
            "ARRÊT",
            "arret",
            "Désabonner",
            "stop sms",
            "STOP SMS",
        ] {
            assert_eq!(hear(text), Heard::Stop, "{text}");
        }
        for text in ["je suis à l'arrêt de tram", "fin de journée", "stopper", "on se retrouve à l'arrêt"] {
            assert_ne!(hear(text), Heard::Stop, "{text}");
        }
    }

    #[test]
    fn on_doubt_nothing_is_accepted() {
        for text in [
            "oui 47 mais demain",
            "oui si c'est avant midi 47",
            "oui non 47",
            "oui 47 48",
            "oui j'arrive à 18h 47",
            "oui pas 47",
            "je ne sais pas oui peut-être 47",
            "oui FAIT 47",
            "fait sauf le pain 47",
        ] {
            assert!(matches!(hear(text), Heard::Doubtful { .. }), "{text}: {:?}", hear(text));
        }
        for text in ["pouvez-vous me rappeler", "quarante-sept", "Qui êtes-vous ?", "1234567", "4"] {
            assert_eq!(hear(text), Heard::Free, "{text}");
        }
    }

    #[test]
    fn a_no_with_its_reason_is_a_no_that_an_agent_may_read() {
        let no = Heard::Order { order: Order::No, code: Some("47".to_owned()), besides: true };
        assert_eq!(hear("Non 47, je travaille ce jour-là"), no);
    }

    #[test]
    fn nothing_is_heard_in_signs_and_pictures() {
        for text in ["", "   ", "!!!", "👍", "\u{200b}", "...\n"] {
            assert_eq!(hear(text), Heard::Nothing, "{text}");
        }
    }

    #[test]
    fn copies_of_our_own_text_mean_nothing() {
        let ours = "CCAS Valmarin: courses, Centre, demain. Répondez OUI 47 ou NON 47 avant 18h.".to_owned();
        let quoted = format!("NON 47\n> {ours}");
        assert_eq!(words().hear(&quoted, &[]), order(Order::No, "47"));
        assert_eq!(words().hear(&format!("{ours} oui 47"), &[ours]), order(Order::Yes, "47"));
    }

    #[test]
    fn a_file_without_one_of_its_lists_is_refused() {
        let whole = include_str!("../../voice-scripts/fr/reponses.txt");
        let lame = whole.lines().filter(|line| !line.starts_with("stop :")).collect::<Vec<_>>().join("\n");
        assert!(Words::read(&lame).unwrap_err().contains("stop"));
        assert!(Words::read(&format!("{whole}\npeut-etre : bof")).is_err());
        assert!(Words::read("oui").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_heard_without_fault(text in "\\PC{0,300}") {
            let _ = hear(&text);
        }

        #[test]
        fn a_text_with_the_word_stop_is_always_a_stop(before in "[a-z0-9 ,.]{0,40}", after in "[a-z0-9 ,.]{0,40}") {
            prop_assert_eq!(hear(&format!("{before} STOP {after}")), Heard::Stop);
        }

        #[test]
        fn no_yes_is_heard_with_words_that_are_not_in_the_lists(word in "[b-df-hj-mp-tv-z]{4,9}", code in 10_u8..99) {
            let heard = hear(&format!("oui {word} {code}"));
            let lists = words();
            let known = lists.polite.contains(&word) || lists.orders.iter().any(|(_, list)| list.contains(&word)) || word == "stop";
            prop_assert!(known || matches!(heard, Heard::Doubtful { .. }), "{:?}", heard);
        }
    }
}
