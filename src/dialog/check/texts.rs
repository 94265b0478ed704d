//! Proof: every text message fits in one, says only what is known, and asks for no answer that cannot come (F-08, F-31).

use super::About;
use crate::dialog::Files;
use crate::dialog::facts;
use crate::dialog::problem::Problem;
use crate::dialog::texts::{Book, Texts};
use crate::lang::Lang;

/// Septets of one message in the GSM alphabet.
const BUDGET: usize = 160;
/// The texts that the service sends.
const SENT: &[&str] = &["a-alerte"];
/// The letters of the GSM alphabet that are not ASCII, one septet each (3GPP TS 23.038).
const GSM: &str = "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r";
/// Letters that take two septets.
const DOUBLE: &str = "^{}\\[~]|€";

pub(super) fn prove(files: &Files, about: &About<'_>) -> Vec<Problem> {
    let (texts, mut problems) = Texts::read(files);
    let french = texts.books().find(|(lang, _)| *lang == Lang::FRENCH);
    for id in SENT.iter().filter(|id| french.is_none_or(|(_, book)| !book.lines.contains_key(**id))) {
        problems.push(Problem::new("fr/sms.ftl", 1, format!("il manque le message « {id} ».")));
    }
    for (lang, book) in texts.books() {
        let file = format!("{lang}/sms.ftl");
        for (id, line) in &book.lines {
            let faults = message(book, id, about);
            problems.extend(faults.into_iter().map(|sentence| Problem::new(&file, *line, sentence)));
        }
    }
    problems
}

fn message(book: &Book, id: &str, about: &About<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let values = facts::ordinary(&to_gsm(about.town));
    if !SENT.contains(&id) {
        faults.push(format!("rien n'envoie le message « {id} ». Retirez-le."));
    }
    let used = book.uses.get(id).map(|uses| &uses.variables).into_iter().flatten();
    faults.extend(
        used.filter(|name| !values.contains_key(*name))
            .map(|name| format!("le message « {id} » dit une valeur inconnue : ${name}. Vérifiez son nom.")),
    );
    let text = book.say(id, &values).unwrap_or_default();
    if let Some(letter) = text.chars().find(|letter| septets(*letter).is_none()) {
        faults.push(format!(
            "la lettre « {letter} » du message « {id} » triple son prix. Remplacez-la (ê par e, ’ par ')."
        ));
    }
    let length: usize = text.chars().map(|letter| septets(letter).unwrap_or(1)).sum();
    if length > BUDGET {
        faults.push(format!("le message « {id} » prend {length} signes au pire ; {BUDGET} au plus. Raccourcissez-le."));
    }
    if book.wants_an_answer(id) && !about.two_way_sms {
        faults.push(format!("le message « {id} » attend une réponse, mais l'expéditeur ne peut pas en recevoir. Donnez un numéro à appeler."));
    }
    faults
}

fn septets(letter: char) -> Option<usize> {
    match letter {
        double if DOUBLE.contains(double) => Some(2),
        '`' => None,
        ' '..='~' => Some(1),
        other => GSM.contains(other).then_some(1),
    }
}

/// A name as the sender writes it: letters outside the alphabet are replaced one for one (F-31).
fn to_gsm(name: &str) -> String {
    name.chars().map(|letter| if septets(letter).is_some() { letter } else { 'e' }).collect()
}
