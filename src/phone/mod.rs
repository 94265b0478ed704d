//! Telephone numbers and caller ids.
//!
//! [`PhoneNumber`] is a number that exists in the numbering plan, whatever way it was written; [`CallerId`] is what a
//! provider says about who calls, where every form of « numéro masqué » is one value. What may be dialled or texted
//! is a type of its own, [`Dialable`] and [`Textable`]: no document and no provider takes anything else, which is how
//! the town never pays for a premium or foreign number that somebody typed (T3). Nothing here prints a whole number:
//! `Debug` masks it, and [`PhoneNumber::as_e164`] has to be asked for.

mod caller;
mod plan;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use caller::CallerId;

/// A telephone number in E.164, like `+33465710001`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// What a number is good for, as its first digits say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// 06 and 07: the only ones that receive a text message.
    Mobile,
    /// 01 to 05, and 09 of a box.
    Fixed,
    /// 0800 to 0805, free for the caller.
    Freephone,
    /// The other 08: shared cost and premium rate.
    Special,
    /// An overseas department or territory: French, dialled at the price of another country.
    Overseas,
    /// Any other country.
    Foreign,
}

/// What is not a telephone number. Says nothing of the text it was, which may be somebody's number with a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ce n'est pas un numéro de téléphone : dix chiffres commençant par 0, ou l'écriture internationale en +33")]
pub struct NotAPhoneNumber;

/// A number that this service refuses to dial or to text (T3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ce numéro ne peut recevoir ni appel ni message de la ligne")]
pub struct NotAllowed;

impl PhoneNumber {
    /// Reads a number as people write it in France: `04 65 71 00 01`, `04.65.71.00.01`, `+33 (0)4 65 71 00 01`,
    /// `0033465710001`, `33465710001`. Numbers kept for fiction count as real. Short numbers (15, 3919) are refused.
    pub fn parse(text: &str) -> Result<Self, NotAPhoneNumber> {
        plan::canonical(text).map(Self).ok_or(NotAPhoneNumber)
    }

    /// The whole number with its plus sign: for providers and encrypted columns, never for the journal.
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// The number as dialled from France, without spaces: `0465710001`, or `00447…` for another country.
    pub fn national(&self) -> String {
        plan::national(self.digits())
    }

    /// The number as it is read aloud, two digits at a time (F-16): `04`, `65`, `71`, `00`, `01`.
    pub fn pairs(&self) -> Vec<String> {
        let mut pairs: Vec<String> = Vec::with_capacity(5);
        for digit in self.national().chars() {
            match pairs.last_mut() {
                Some(pair) if pair.len() == 1 => pair.push(digit),
                _ => pairs.push(digit.into()),
            }
        }
        pairs
    }

    /// What a screen or the journal may show: `06 ** ** ** 12`, or `+44 ** ** ** 12`.
    pub fn masked(&self) -> String {
        let last = self.0.get(self.0.len() - 2..).unwrap_or_default();
        match self.kind() {
            NumberKind::Foreign => format!("+{} ** ** ** {last}", plan::country_code(&self.0)),
            _ => format!("{} ** ** ** {last}", self.national().get(..2).unwrap_or_default()),
        }
    }

    /// What this number is good for.
    pub fn kind(&self) -> NumberKind {
        plan::kind(self.digits())
    }

    /// Whether a text message can reach it: a mobile of metropolitan France.
    pub fn can_receive_sms(&self) -> bool {
        self.kind() == NumberKind::Mobile
    }

    /// Whether the service may dial it (T3): metropolitan 01 to 07 and 09. No 08, no short number, no other country.
    pub fn is_dialable(&self) -> bool {
        matches!(self.kind(), NumberKind::Mobile | NumberKind::Fixed)
    }

    /// This number as one that may be dialled, or the refusal.
    pub fn dialable(&self) -> Result<Dialable, NotAllowed> {
        if self.is_dialable() { Ok(Dialable(self.clone())) } else { Err(NotAllowed) }
    }

    /// This number as one that may be texted, or the refusal.
    pub fn textable(&self) -> Result<Textable, NotAllowed> {
        if self.can_receive_sms() { Ok(Textable(self.clone())) } else { Err(NotAllowed) }
    }

    fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }
}

/// A number that passed the fraud guard for calls (T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialable(PhoneNumber);

impl Dialable {
    /// The number itself.
    pub fn number(&self) -> &PhoneNumber {
        &self.0
    }
}

/// A number that passed the fraud guard for text messages (T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Textable(PhoneNumber);

impl Textable {
    /// The number itself.
    pub fn number(&self) -> &PhoneNumber {
        &self.0
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;

    fn from_str(text: &str) -> Result<Self, NotAPhoneNumber> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NotAPhoneNumber;

    fn try_from(text: String) -> Result<Self, NotAPhoneNumber> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap_or_else(|_| panic!("{text} should be a number"))
    }

    #[test]
    fn one_number_has_many_spellings() {
        let spellings = [
            "+33465710001",
            "04 65 71 00 01",
            "04.65.71.00.01",
            "04-65-71-00-01",
            "0465710001",
            "33465710001",
            "0033465710001",
            "+33 (0)4 65 71 00 01",
            " +33\u{a0}4\u{202f}65 71 00 01 ",
            "+330465710001",
        ];
        for spelling in spellings {
            assert_eq!(number(spelling).as_e164(), "+33465710001", "{spelling}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        let refused = [
            "",
            "+",
            "0",
            "15",
            "112",
            "3919",
            "36000",
            "+464",
            "046571000",
            "04657100011",
            "46571",
            "+33",
            "+3346571000",
            "+336123456789",
            "quatre",
            "04 65 71 00 0l",
            "+33+465710001",
            "0465710001#",
            "٠٤٦٥٧١٠٠٠١",
            "+99912345678",
            "+1555",
            "null",
            "'; drop table callers; --",
        ];
        for text in refused {
            assert_eq!(PhoneNumber::parse(text), Err(NotAPhoneNumber), "{text}");
        }
        assert!(PhoneNumber::parse(&"0".repeat(200)).is_err());
    }

    #[test]
    fn the_first_digits_say_what_a_number_is_good_for() {
        let kinds = [
            ("01 99 00 10 01", NumberKind::Fixed),
            ("02 61 91 00 01", NumberKind::Fixed),
            ("03 53 01 00 01", NumberKind::Fixed),
            ("04 65 71 00 01", NumberKind::Fixed),
            ("05 36 49 00 01", NumberKind::Fixed),
            ("09 72 10 10 10", NumberKind::Fixed),
            ("06 39 98 00 01", NumberKind::Mobile),
            ("0800 71 08 60", NumberKind::Freephone),
            ("0805 00 00 00", NumberKind::Freephone),
            ("0892 68 00 00", NumberKind::Special),
            ("0820 00 00 00", NumberKind::Special),
            ("+262 692 12 34 56", NumberKind::Overseas),
            ("+590 690 12 34 56", NumberKind::Overseas),
            ("+594 694 20 12 34", NumberKind::Overseas),
            ("+596 696 20 12 34", NumberKind::Overseas),
            ("+687 24 12 34", NumberKind::Overseas),
            ("+689 87 12 34 56", NumberKind::Overseas),
            ("+44 20 7946 0958", NumberKind::Foreign),
            ("+39 06 698 12345", NumberKind::Foreign),
        ];
        for (text, kind) in kinds {
            assert_eq!(number(text).kind(), kind, "{text}");
        }
    }

    #[test]
    fn an_overseas_number_is_known_in_each_spelling() {
        for (national, international) in [
            ("0692 12 34 56", "+262692123456"),
            ("+33 692 12 34 56", "+262692123456"),
            ("0590 90 12 34", "+590590901234"),
        ] {
            assert_eq!(number(national).as_e164(), international);
        }
        assert_eq!(number("+262692123456").national(), "0692123456");
    }

    #[test]
    fn only_metropolitan_landlines_and_mobiles_are_dialled_and_only_mobiles_texted() {
        for (text, dialable, textable) in [
            ("04 65 71 00 01", true, false),
            ("09 72 10 10 10", true, false),
            ("06 39 98 00 01", true, true),
            ("0800 71 08 60", false, false),
            ("0892 68 00 00", false, false),
            ("+262 692 12 34 56", false, false),
            ("+44 7911 123456", false, false),
            ("+882 13 123 456", false, false),
        ] {
            let Ok(number) = PhoneNumber::parse(text) else {
                assert!(!dialable && !textable, "{text}");
                continue;
            };
            assert_eq!(number.dialable().is_ok(), dialable, "{text}");
            assert_eq!(number.textable().is_ok(), textable, "{text}");
        }
    }

    #[test]
    fn two_hundred_premium_short_and_foreign_numbers_are_neither_dialled_nor_texted() {
        const STARTS: [&str; 20] = [
            "0800", "0805", "0806", "0810", "0820", "0825", "0836", "0890", "0892", "0899", "+3389", "118", "3",
            "+882", "+881", "+2167", "+4470", "+447911", "+1900", "+37167",
        ];
        for start in STARTS {
            for end in 0..10 {
                for digits in [4, 5, 6, 7, 8] {
                    let text = format!("{start}{:0digits$}", 123_400 + end * 7);
                    let Ok(number) = PhoneNumber::parse(&text) else { continue };
                    assert_eq!((number.dialable().is_ok(), number.textable().is_ok()), (false, false), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_number_is_read_in_pairs_and_shown_masked() {
        assert_eq!(number("+33465710001").pairs(), ["04", "65", "71", "00", "01"]);
        assert_eq!(number("+33639980012").masked(), "06 ** ** ** 12");
        assert_eq!(number("+442079460958").masked(), "+44 ** ** ** 58");
        assert_eq!(number("+442079460958").national(), "00442079460958");
        assert_eq!(format!("{:?}", number("+33639980012")), "06 ** ** ** 12");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading_of_a_number(text in ".{0,60}") {
            let _ = PhoneNumber::parse(&text);
        }

        #[test]
        fn a_number_survives_being_written_and_read_again(text in "(\\+|00|0|33)?[0-9]{3,15}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(number.as_e164()), Ok(number.clone()));
                prop_assert_eq!(number.pairs().concat(), number.national());
                let printed = format!("{number:?}");
                prop_assert!(!printed.contains(number.digits()));
            }
        }
    }
}
