//! What the French numbering rules let each configured number do (F-70): pure, for `doctor` and the start.
//!
//! The rules are those of field-guide §10 and F-08, F-09: an automatic call may not show an ordinary 01-05, 06/07 or 09;
//! texts of a service may not come from 06/07; nobody can reply to a name; people block the ranges of telesales. The
//! service never refuses to start for any of this: it warns, and does without what cannot work.

use std::fmt;

use crate::lines::settings::{LineSettings, SmsSender};
use crate::phone::{NumberKind, PhoneNumber};

/// A range of the French numbering plan, by what its numbers may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Kept for films and documentation: rings nowhere.
    Fiction,
    /// 06, 07: one person on a mobile access.
    Mobile,
    /// The prefixes of telesales, 0162 to 0949.
    Telesales,
    /// 0937 to 0939: exchange with a technical platform.
    Platform,
    /// 01 to 05: geographic.
    Geographic,
    /// The other 09: a box, anywhere.
    Anywhere,
    /// 0800 to 0805: free for the caller.
    Freephone,
    /// The other 08: the caller pays.
    Paid,
    /// 36xxx: promotional texts.
    ShortPromotional,
    /// 38xxx: transactional texts.
    ShortTransactional,
    /// A name instead of a number.
    Name,
    /// Overseas or another country.
    Elsewhere,
}

/// What a number is configured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Residents call it.
    Line,
    /// Shown when an agent calls back by a click.
    HumanCallback,
    /// Shown when the service calls by itself.
    AutomatedVoice,
    /// Shown on texts.
    Sms,
    /// Rung by the service: desk, on call, switchboard.
    Rung,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to do.
    Fine,
    /// To be checked with the operator.
    Check,
    /// Against the rules, or cannot work.
    Wrong,
}

/// What one configured number may and may not do, in words for the person who configures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting, and the number (masked where it is a person's telephone).
    pub subject: String,
    /// Its range; none when nothing is configured.
    pub range: Option<Range>,
    /// How serious it is.
    pub level: Level,
    /// What it means, and what to do.
    pub advice: &'static str,
}

/// Prefixes of telesales, which many people block.
const TELESALES: [&str; 12] =
    ["0162", "0163", "0270", "0271", "0377", "0378", "0424", "0425", "0568", "0569", "0948", "0949"];

/// Prefixes kept for fiction (F-71).
const FICTION: [&str; 6] = ["019900", "026191", "035301", "046571", "053649", "063998"];

/// The range of a telephone number.
pub fn range(number: &PhoneNumber) -> Range {
    let national = number.national();
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| national.starts_with(prefix));
    match number.kind() {
        NumberKind::Foreign | NumberKind::Overseas => Range::Elsewhere,
        NumberKind::Freephone => Range::Freephone,
        NumberKind::Special => Range::Paid,
        _ if begins(&FICTION) => Range::Fiction,
        NumberKind::Mobile => Range::Mobile,
        _ if begins(&TELESALES) => Range::Telesales,
        _ if begins(&["0937", "0938", "0939"]) => Range::Platform,
        _ if begins(&["09"]) => Range::Anywhere,
        NumberKind::Fixed => Range::Geographic,
    }
}

/// The range of a sender of texts.
pub fn sender_range(sender: &SmsSender) -> Range {
    match sender {
        SmsSender::Number(number) => range(number),
        SmsSender::Short(text) if text.starts_with("36") => Range::ShortPromotional,
        SmsSender::Short(_) => Range::ShortTransactional,
        SmsSender::Name(_) => Range::Name,
    }
}

/// What the rules say of a range in a use.
pub fn verdict(range: Range, wanted: Use) -> (Level, &'static str) {
    use Level::{Check, Fine, Wrong};
    match (wanted, range) {
        (_, Range::Fiction) => (Check, "numéro de fiction : ne joint personne, bon pour un essai seulement"),
        (Use::Rung, Range::Mobile | Range::Geographic | Range::Anywhere | Range::Platform | Range::Telesales) => {
            (Fine, "sera appelé par la ligne")
        }
        (Use::Rung, _) => (Wrong, "ne sera jamais composé : seuls les 01 à 07 et 09 de métropole le sont"),
        (Use::Line, Range::Freephone) => (Fine, "gratuit pour qui appelle"),
        (Use::Line, Range::Paid) => (Wrong, "payant pour qui appelle : la ligne dit que l'appel est gratuit"),
        (Use::Line, _) => {
            (Check, "la ligne dit que l'appel est gratuit : vérifier que le public compose un 0800 à 0805")
        }
        (_, Range::Elsewhere) => {
            (Wrong, "hors métropole : beaucoup de personnes ne décrocheront pas, coupures possibles")
        }
        (_, Range::Paid) => (Wrong, "numéro payant : il est interdit de l'afficher"),
        (Use::Sms, _) => sms_verdict(range),
        (_, Range::Telesales) => (Wrong, "tranche du démarchage, souvent bloquée : choisir un autre numéro"),
        (_, Range::ShortPromotional | Range::ShortTransactional | Range::Name) => {
            (Wrong, "sert aux SMS, pas aux appels")
        }
        (_, Range::Freephone) => (Check, "demander par écrit à l'opérateur si ce numéro gratuit peut s'afficher"),
        (Use::AutomatedVoice, Range::Platform) => (Fine, "permis pour un appel automatique"),
        (Use::AutomatedVoice, _) => {
            (Wrong, "interdit pour un appel automatique (01 à 05, 06, 07, 09) : demander un 09 37 à 09 39")
        }
        (_, Range::Mobile) => (Check, "un 06 ou 07 est à une personne sur son mobile, pas à un standard"),
        (_, Range::Geographic | Range::Anywhere | Range::Platform) => (Fine, "permis quand un agent rappelle lui-même"),
    }
}

/// What the rules say of a sender of texts.
fn sms_verdict(range: Range) -> (Level, &'static str) {
    use Level::{Check, Fine, Wrong};
    match range {
        Range::ShortTransactional => (Fine, "permis pour les SMS, réponses possibles"),
        Range::Platform => (Fine, "permis pour les SMS dans les deux sens : vérifier les SMS chez l'opérateur"),
        Range::ShortPromotional => {
            (Check, "36xxx est promotionnel : la mention STOP est obligatoire, préférer un 38xxx")
        }
        Range::Name => (Check, "un nom ne reçoit pas de réponse : les réponses se feront par téléphone ou par lien"),
        Range::Mobile => (Wrong, "interdit : un service n'envoie pas de SMS depuis un 06 ou 07"),
        _ => (Wrong, "ce numéro n'envoie pas de SMS de service : demander un 38xxx ou un 09 37 à 09 39"),
    }
}

/// What each configured number of a line may do, worst first.
pub fn findings(number: &PhoneNumber, settings: &LineSettings) -> Vec<Finding> {
    let mut found = vec![of_number("numéro de la ligne", number, Use::Line)];
    if !settings.also.is_empty() && range(number) != Range::Freephone {
        // The operator of a green number hands calls over under another number: one free number is enough.
        let free = settings.also.iter().any(|other| range(other) == Range::Freephone);
        found.retain(|finding| !free || finding.level == Level::Wrong);
    }
    found.extend(settings.also.iter().map(|other| of_number("autre numéro de la ligne", other, Use::Line)));
    let callers = &settings.callers;
    found.push(of_caller("rappel par un agent", callers.human_callback.as_ref(), Use::HumanCallback));
    found.push(of_caller("appel automatique", callers.automated_voice.as_ref(), Use::AutomatedVoice));
    found.push(of_sender(callers.sms.as_ref()));
    let rung = [("accueil", &settings.desk), ("astreinte", &settings.on_call)];
    for (name, numbers) in rung {
        found.extend(numbers.iter().map(|number| of_person(name, number)));
    }
    found.extend(settings.switchboard.iter().map(|number| of_number("standard", number, Use::Rung)));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    found
}

fn of_number(name: &str, number: &PhoneNumber, wanted: Use) -> Finding {
    let range = range(number);
    let (level, advice) = verdict(range, wanted);
    Finding { subject: format!("{name} {}", number.pairs().join(" ")), range: Some(range), level, advice }
}

fn of_person(name: &str, number: &PhoneNumber) -> Finding {
    Finding { subject: format!("{name} {}", number.masked()), ..of_number(name, number, Use::Rung) }
}

fn of_caller(name: &str, number: Option<&PhoneNumber>, wanted: Use) -> Finding {
    let missing = || Finding {
        subject: format!("numéro affiché, {name}"),
        range: None,
        level: Level::Check,
        advice: "aucun numéro réglé : celui de la ligne sera affiché",
    };
    number.map_or_else(missing, |number| of_number(&format!("numéro affiché, {name},"), number, wanted))
}

fn of_sender(sender: Option<&SmsSender>) -> Finding {
    let Some(sender) = sender else {
        let (level, advice) = (Level::Check, "aucun expéditeur réglé : la ligne n'enverra pas de SMS");
        return Finding { subject: "expéditeur des SMS".to_owned(), range: None, level, advice };
    };
    let range = sender_range(sender);
    let (level, advice) = verdict(range, Use::Sms);
    let shown = match sender {
        SmsSender::Number(number) => number.pairs().join(" "),
        SmsSender::Short(text) | SmsSender::Name(text) => text.clone(),
    };
    Finding { subject: format!("expéditeur des SMS {shown}"), range: Some(range), level, advice }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Fiction => "fiction",
            Self::Mobile => "mobile",
            Self::Telesales => "démarchage",
            Self::Platform => "plateforme technique",
            Self::Geographic => "géographique",
            Self::Anywhere => "non géographique",
            Self::Freephone => "gratuit",
            Self::Paid => "payant",
            Self::ShortPromotional => "court promotionnel",
            Self::ShortTransactional => "court transactionnel",
            Self::Name => "nom",
            Self::Elsewhere => "hors métropole",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.level {
            Level::Fine => "bon",
            Level::Check => "à vérifier",
            Level::Wrong => "à changer",
        };
        match self.range {
            Some(range) => write!(out, "{sign} : {} ({range}), {}", self.subject, self.advice),
            None => write!(out, "{sign} : {}, {}", self.subject, self.advice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::settings::CallerIds;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    // Ranges are told apart by their first digits; these are all prefixes, no number of a person.
    #[test]
    fn each_number_falls_in_its_range() {
        let table = [
            ("01 99 00 00 01", Range::Fiction),
            ("06 39 98 00 01", Range::Fiction),
            ("06 00 00 00 00", Range::Mobile),
            ("01 62 00 00 00", Range::Telesales),
            ("09 49 00 00 00", Range::Telesales),
            ("09 37 00 00 00", Range::Platform),
            ("09 39 00 00 00", Range::Platform),
            ("09 70 00 00 00", Range::Anywhere),
            ("04 67 00 00 00", Range::Geographic),
            ("08 00 00 00 00", Range::Freephone),
            ("08 05 00 00 00", Range::Freephone),
            ("08 99 00 00 00", Range::Paid),
            ("+44 20 7946 0000", Range::Elsewhere),
        ];
        for (text, expected) in table {
            assert_eq!(range(&number(text)), expected, "{text}");
        }
        assert_eq!(sender_range(&SmsSender::parse("36123").unwrap()), Range::ShortPromotional);
        assert_eq!(sender_range(&SmsSender::parse("38123").unwrap()), Range::ShortTransactional);
        assert_eq!(sender_range(&SmsSender::parse("CCAS").unwrap()), Range::Name);
    }

    #[test]
    fn an_automatic_call_shows_only_a_number_of_a_technical_platform() {
        let table = [
            (Range::Geographic, Level::Wrong),
            (Range::Mobile, Level::Wrong),
            (Range::Anywhere, Level::Wrong),
            (Range::Telesales, Level::Wrong),
            (Range::Paid, Level::Wrong),
            (Range::Freephone, Level::Check),
            (Range::Platform, Level::Fine),
        ];
        for (range, level) in table {
            assert_eq!(verdict(range, Use::AutomatedVoice).0, level, "{range}");
        }
    }

    #[test]
    fn an_agent_may_call_back_from_the_town_hall() {
        for range in [Range::Geographic, Range::Anywhere, Range::Platform] {
            assert_eq!(verdict(range, Use::HumanCallback).0, Level::Fine, "{range}");
        }
        assert_eq!(verdict(Range::Mobile, Use::HumanCallback).0, Level::Check);
        assert_eq!(verdict(Range::Telesales, Use::HumanCallback).0, Level::Wrong);
    }

    #[test]
    fn texts_come_from_a_short_number_or_a_platform() {
        let table = [
            (Range::ShortTransactional, Level::Fine),
            (Range::Platform, Level::Fine),
            (Range::ShortPromotional, Level::Check),
            (Range::Name, Level::Check),
            (Range::Mobile, Level::Wrong),
            (Range::Geographic, Level::Wrong),
            (Range::Freephone, Level::Wrong),
        ];
        for (range, level) in table {
            assert_eq!(verdict(range, Use::Sms).0, level, "{range}");
        }
    }

    #[test]
    fn a_line_reads_its_findings_worst_first_without_the_numbers_of_persons() {
        let callers = CallerIds {
            human_callback: Some(number("04 67 00 00 00")),
            automated_voice: Some(number("04 67 00 00 00")),
            sms: SmsSender::parse("CCAS"),
        };
        let (desk, on_call) = (vec![number("08 99 00 00 00")], vec![number("06 00 00 00 34")]);
        let settings = LineSettings { desk, on_call, callers, ..LineSettings::default() };
        let found: Vec<_> = findings(&number("0800000000"), &settings).iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            [
                "à changer : numéro affiché, appel automatique, 04 67 00 00 00 (géographique), interdit pour un appel \
                 automatique (01 à 05, 06, 07, 09) : demander un 09 37 à 09 39",
                "à changer : accueil 08 ** ** ** 00 (payant), ne sera jamais composé : seuls les 01 à 07 et 09 de \
                 métropole le sont",
                "à vérifier : expéditeur des SMS CCAS (nom), un nom ne reçoit pas de réponse : les réponses se feront par \
                 téléphone ou par lien",
                "bon : numéro de la ligne 08 00 00 00 00 (gratuit), gratuit pour qui appelle",
                "bon : numéro affiché, rappel par un agent, 04 67 00 00 00 (géographique), permis quand un agent \
                 rappelle lui-même",
                "bon : astreinte 06 ** ** ** 34 (mobile), sera appelé par la ligne",
            ]
        );
    }

    #[test]
    fn a_green_number_handed_over_under_another_number_is_enough() {
        let settings = LineSettings { also: vec![number("0800000000")], ..LineSettings::default() };
        let found = findings(&number("04 67 00 00 00"), &settings);
        assert!(found.iter().all(|finding| !finding.advice.contains("0800 à 0805")), "{found:?}");
    }
}
