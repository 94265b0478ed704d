//! Proof: every text message fits in one, says only what is known, and asks for no answer that cannot come (F-08, F-31).

use super::About;
use crate::dialog::Files;
use crate::dialog::facts;
use crate::dialog::problem::Problem;
use crate::dialog::texts::{Book, Texts};
use crate::lang::Lang;
use crate::sms::segments::{Alphabet, measure, to_gsm7};

/// Septets of one message in the GSM alphabet.
const BUDGET: usize = 160;
/// The texts that the service sends.
const SENT: &[&str] = &["a-alerte", "a-signalement", "r-stop", "r-tentative", "v-stop"];
/// Units of one message in another alphabet, for languages that have no letter of the GSM one.
const BUDGET_UCS2: usize = 70;
/// Languages that are not written with letters of the GSM alphabet.
const OTHER_LETTERS: [&str; 1] = ["ar"];

pub(super) fn prove(files: &Files, about: &About<'_>) -> Vec<Problem> {
    let (texts, mut problems) = Texts::read(files);
    let french = texts.books().find(|(lang, _)| *lang == Lang::FRENCH);
    for id in SENT.iter().filter(|id| french.is_none_or(|(_, book)| !book.lines.contains_key(**id))) {
        problems.push(Problem::new("fr/sms.ftl", 1, format!("il manque le message « {id} ».")));
    }
    for (lang, book) in texts.books() {
        let file = format!("{lang}/sms.ftl");
        for (id, line) in &book.lines {
            let faults = message(lang, book, id, about);
            problems.extend(faults.into_iter().map(|sentence| Problem::new(&file, *line, sentence)));
        }
    }
    problems
}

fn message(lang: Lang, book: &Book, id: &str, about: &About<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut values = facts::ordinary(&to_gsm7(about.town));
    // The number of the line, which texts may give.
    values.insert("tel".to_owned(), "0199001000".into());
    if !SENT.contains(&id) {
        faults.push(format!("rien n'envoie le message « {id} ». Retirez-le."));
    }
    let used = book.uses.get(id).map(|uses| &uses.variables).into_iter().flatten();
    faults.extend(
        used.filter(|name| !values.contains_key(*name))
            .map(|name| format!("le message « {id} » dit une valeur inconnue : ${name}. Vérifiez son nom.")),
    );
    let text = book.say(id, &values).unwrap_or_default();
    let other = OTHER_LETTERS.contains(&lang.code());
    if let Some(letter) =
        text.chars().filter(|_| !other).find(|letter| measure(&letter.to_string()).alphabet == Alphabet::Ucs2)
    {
        faults.push(format!(
            "la lettre « {letter} » du message « {id} » triple son prix. Remplacez-la (ê par e, ’ par ')."
        ));
    }
    let (length, most) =
        if other { (measure(&text).units, BUDGET_UCS2) } else { (measure(&to_gsm7(&text)).units, BUDGET) };
    if length > most {
        faults.push(format!("le message « {id} » prend {length} signes au pire ; {most} au plus. Raccourcissez-le."));
    }
    if book.wants_an_answer(id) && !about.two_way_sms {
        faults.push(format!("le message « {id} » attend une réponse, mais l'expéditeur ne peut pas en recevoir. Donnez un numéro à appeler."));
    }
    faults
}
