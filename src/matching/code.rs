//! Codes of two digits by which somebody answers: one question each, for one number (F-59). Pure.

use std::collections::BTreeSet;

/// Numbers that are never a code: they are dialled in danger.
const NEVER: [u8; 4] = [15, 17, 18, 34];
/// The least code: no zero in front, which is easily lost.
const LEAST: u8 = 10;
/// The greatest.
const GREATEST: u8 = 99;

/// What somebody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Whether a volunteer helps with a request; the same code names the mission that follows.
    Offer,
    /// Whether a volunteer gives an hour this month (F-35).
    Month,
    /// Whether all went well, asked to a resident.
    Satisfaction,
    /// Whether all is well (F-39).
    CheckIn,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Offer, Self::Month, Self::Satisfaction, Self::CheckIn];

    /// The word that the database keeps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Month => "month",
            Self::Satisfaction => "satisfaction",
            Self::CheckIn => "check_in",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A code that the number does not have at this moment, drawn by chance; `None` when it has them all.
pub fn free(taken: &BTreeSet<String>, chance: u128) -> Option<String> {
    let fit = |code: &u8| !NEVER.contains(code) && !taken.contains(&code.to_string());
    let free: Vec<u8> = (LEAST..=GREATEST).filter(fit).collect();
    let place = chance.checked_rem(free.len() as u128)?;
    free.get(usize::try_from(place).ok()?).map(u8::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_drawn_once_and_none_is_an_emergency_number() {
        let mut taken = BTreeSet::new();
        for chance in 0..86_u128 {
            let code = free(&taken, chance * 31).unwrap();
            assert!(code.len() == 2 && !["15", "17", "18", "34"].contains(&code.as_str()), "{code}");
            assert!(taken.insert(code));
        }
        assert_eq!(free(&taken, 5), None, "86 questions at once is more than anybody is asked");
    }

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        assert!(Kind::ALL.iter().all(|kind| Kind::of_word(kind.word()) == Some(*kind)));
    }
}
