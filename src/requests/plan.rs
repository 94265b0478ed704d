//! A caller's plan (F-23): a weekly slot in which she is answered, or a block that ends. Decided by a supervisor, never by
//! the line, with a reason and an end. Pure.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::lines::hours::Hours;

/// The longest that a plan lasts.
pub const LONGEST: Duration = Duration::from_hours(180 * 24);
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What a plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// She is answered in this slot of the week, written like opening hours.
    Slot(String),
    /// She hears the emergency numbers and a goodbye.
    Block,
}

impl Rule {
    /// The words that the database keeps.
    pub fn words(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Slot(slot) => ("slot", Some(slot)),
            Self::Block => ("block", None),
        }
    }

    /// The rule of those words.
    pub fn of_words(kind: &str, slot: Option<String>) -> Option<Self> {
        match (kind, slot) {
            ("slot", Some(slot)) => Some(Self::Slot(slot)),
            ("block", _) => Some(Self::Block),
            _ => None,
        }
    }
}

/// What a plan means for a call that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It goes on like any other.
    Free,
    /// It hears the emergency numbers and a goodbye.
    Blocked,
    /// It is told when she is answered.
    Outside {
        /// The beginning of her next slot.
        next: Timestamp,
    },
}

/// What a rule means at `now`. A slot that does not read, or never comes again, keeps nobody away.
pub fn effect(rule: &Rule, zone: &TimeZone, now: Timestamp) -> Effect {
    match rule {
        Rule::Block => Effect::Blocked,
        Rule::Slot(slot) => {
            let hours = Hours::parse(slot, zone.clone()).ok();
            match hours.and_then(|hours| hours.next_opening(now)) {
                Some(next) if next > now => Effect::Outside { next },
                _ => Effect::Free,
            }
        }
    }
}

/// What cannot be a plan, in words for whoever decides it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// A line that is not hers.
    #[error("choisissez une ligne")]
    Line,
    /// No telephone number.
    #[error("donnez le numéro de la personne, comme 04 65 71 00 01")]
    Number,
    /// Hours that do not read.
    #[error("{0}")]
    Slot(String),
    /// A slot in which she could call at any time, or never.
    #[error("choisissez un jour, et une fin après le début")]
    NoSlot,
    /// In the past, or too far away.
    #[error("la fin est entre demain et dans 180 jours")]
    End,
    /// Nothing, or too much.
    #[error("donnez la raison, en 500 caractères au plus : des faits, pas de diagnostic ni de jugement")]
    Reason,
}

/// Whether this can be a plan from `now` on.
pub fn checked(
    rule: &Rule,
    reason: &str,
    expires_at: Timestamp,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(), BadPlan> {
    if !(1..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Err(BadPlan::Reason);
    }
    if expires_at <= now || expires_at > now.checked_add(LONGEST).unwrap_or(now) {
        return Err(BadPlan::End);
    }
    if let Rule::Slot(slot) = rule {
        let hours = Hours::parse(slot, zone.clone()).map_err(|bad| BadPlan::Slot(bad.to_string()))?;
        let opens = hours.next_opening(now).filter(|next| *next < expires_at);
        let always = opens.and_then(|next| hours.closes_at(next)).is_none_or(|closes| closes > expires_at);
        if always {
            return Err(BadPlan::NoSlot);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Tuesday at ten in Paris.
    fn now() -> Timestamp {
        "2026-04-14T08:00:00Z".parse().unwrap()
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn days(count: u64) -> Timestamp {
        now() + Duration::from_hours(24 * count)
    }

    fn slot(written: &str) -> Rule {
        Rule::Slot(written.to_owned())
    }

    #[test]
    fn a_slot_answers_in_its_half_hour_and_tells_the_next_one_outside_it() {
        let at = |written: &str| effect(&slot(written), &paris(), now());
        assert_eq!(at("Tu 10:00-10:30"), Effect::Free);
        assert_eq!(at("Tu 11:00-11:30"), Effect::Outside { next: "2026-04-14T09:00:00Z".parse().unwrap() });
        assert_eq!(at("Mo 09:00-09:30"), Effect::Outside { next: "2026-04-20T07:00:00Z".parse().unwrap() });
        assert_eq!(effect(&Rule::Block, &paris(), now()), Effect::Blocked);
    }

    #[test]
    fn a_slot_that_means_nothing_keeps_nobody_away() {
        for nothing in ["jamais", "off", "24/7", ""] {
            assert_eq!(effect(&slot(nothing), &paris(), now()), Effect::Free, "{nothing}");
        }
    }

    #[test]
    fn a_plan_has_a_reason_an_end_and_a_real_slot() {
        let check = |rule: &Rule, reason: &str, end| checked(rule, reason, end, &paris(), now());
        assert_eq!(check(&Rule::Block, "insultes répétées", days(30)), Ok(()));
        assert_eq!(check(&slot("Tu 10:00-10:30"), "appelle dix fois par jour", days(30)), Ok(()));
        assert_eq!(check(&Rule::Block, "", days(30)), Err(BadPlan::Reason));
        assert_eq!(check(&Rule::Block, &"x".repeat(501), days(30)), Err(BadPlan::Reason));
        for end in [now(), days(181)] {
            assert_eq!(check(&Rule::Block, "insultes", end), Err(BadPlan::End));
        }
        for none in ["24/7", "off"] {
            assert_eq!(check(&slot(none), "x", days(30)), Err(BadPlan::NoSlot), "{none}");
        }
        assert_eq!(check(&slot("Tu 10:00-10:30"), "x", days(0) + Duration::from_mins(10)), Err(BadPlan::NoSlot));
        assert!(matches!(check(&slot("le mardi matin"), "x", days(30)), Err(BadPlan::Slot(_))));
    }

    #[test]
    fn a_rule_is_read_back_from_its_words() {
        for rule in [Rule::Block, slot("Tu 10:00-10:30")] {
            let (kind, slot) = rule.words();
            assert_eq!(Rule::of_words(kind, slot.map(str::to_owned)), Some(rule));
        }
        assert_eq!(Rule::of_words("slot", None), None);
    }
}
