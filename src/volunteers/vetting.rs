//! What a referent saw of a volunteer before anybody is sent to a door (F-07, F-67). Pure.

use jiff::{Span, Timestamp};

/// What is seen. No copy of any paper is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Her identity card was seen.
    Identity,
    /// She accepted the charter.
    Charter,
    /// She was met and talked to (childcare).
    Interview,
    /// Her honourability was checked (childcare): it holds six months.
    Honourability,
    /// She says that she is insured against damage.
    Insurance,
}

/// One thing that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vetting {
    /// What.
    pub kind: Kind,
    /// When.
    pub seen_at: Timestamp,
    /// Until when it holds; none: as long as she helps.
    pub expires_at: Option<Timestamp>,
}

/// Months for which a check of honourability holds (F-67).
const HONOURABILITY_MONTHS: i64 = 6;
/// What everybody must have shown before any offer (F-07).
pub const FOR_ANYTHING: &[Kind] = &[Kind::Identity, Kind::Charter];
/// What is asked for besides before children are minded (F-67).
pub const FOR_CHILDREN: &[Kind] = &[Kind::Interview, Kind::Honourability];
/// The skill of minding children; the one whose papers differ from all others'.
pub const CHILDREN: &str = "enfants";

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Identity, Self::Charter, Self::Interview, Self::Honourability, Self::Insurance];

    /// The word that the database and forms keep.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Charter => "charter",
            Self::Interview => "interview",
            Self::Honourability => "honourability",
            Self::Insurance => "insurance",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a referent reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Identity => "Identité vue",
            Self::Charter => "Charte acceptée",
            Self::Interview => "Entretien pour la garde d'enfants",
            Self::Honourability => "Honorabilité vérifiée",
            Self::Insurance => "Assurance responsabilité civile déclarée",
        }
    }

    /// Until when it holds, seen at that instant.
    pub fn expires(self, seen_at: Timestamp, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
        let months = Span::new().months(HONOURABILITY_MONTHS);
        (self == Self::Honourability).then(|| seen_at.to_zoned(zone.clone()).saturating_add(months).timestamp())
    }
}

/// Until when somebody may be asked for a skill by what was seen of her; `None` when she may not be asked at all.
pub fn holds_until(skill: &str, seen: &[Vetting], now: Timestamp) -> Option<Timestamp> {
    let children = if skill == CHILDREN { FOR_CHILDREN } else { &[] };
    let mut until = Timestamp::MAX;
    for kind in FOR_ANYTHING.iter().chain(children) {
        let vetting = seen.iter().find(|vetting| vetting.kind == *kind)?;
        until = until.min(vetting.expires_at.unwrap_or(Timestamp::MAX));
    }
    (until > now).then_some(until)
}

/// What is still to be seen before she may be asked for a skill.
pub fn missing(skill: &str, seen: &[Vetting], now: Timestamp) -> Vec<Kind> {
    let children = if skill == CHILDREN { FOR_CHILDREN } else { &[] };
    let holds = |kind: &Kind| {
        let found = seen.iter().find(|vetting| vetting.kind == *kind);
        found.is_some_and(|vetting| vetting.expires_at.is_none_or(|expires| expires > now))
    };
    FOR_ANYTHING.iter().chain(children).filter(|kind| !holds(kind)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-04-14T08:00:00Z".parse().unwrap()
    }

    fn seen(kinds: &[Kind]) -> Vec<Vetting> {
        let zone = jiff::tz::TimeZone::UTC;
        kinds
            .iter()
            .map(|kind| Vetting { kind: *kind, seen_at: now(), expires_at: kind.expires(now(), &zone) })
            .collect()
    }

    #[test]
    fn nobody_is_asked_before_identity_and_charter() {
        for some in [&[][..], &[Kind::Identity], &[Kind::Charter], &[Kind::Charter, Kind::Insurance, Kind::Interview]] {
            assert_eq!(holds_until("courses", &seen(some), now()), None, "{some:?}");
            assert!(!missing("courses", &seen(some), now()).is_empty());
        }
        assert_eq!(holds_until("courses", &seen(FOR_ANYTHING), now()), Some(Timestamp::MAX));
        assert_eq!(missing("courses", &seen(FOR_ANYTHING), now()), []);
    }

    #[test]
    fn children_are_minded_by_whoever_was_met_and_checked_for_six_months() {
        assert_eq!(holds_until(CHILDREN, &seen(FOR_ANYTHING), now()), None);
        assert_eq!(missing(CHILDREN, &seen(FOR_ANYTHING), now()), FOR_CHILDREN);
        let all = seen(&Kind::ALL);
        let expires = "2026-10-14T08:00:00Z".parse().unwrap();
        assert_eq!(holds_until(CHILDREN, &all, now()), Some(expires));
        assert_eq!(holds_until(CHILDREN, &all, expires), None, "expired: the skill is off by itself (F-67)");
        assert_eq!(missing(CHILDREN, &all, expires), [Kind::Honourability]);
        assert_eq!(holds_until("courses", &all, expires), Some(Timestamp::MAX), "she still does the shopping");
    }

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        assert!(Kind::ALL.iter().all(|kind| Kind::of_word(kind.word()) == Some(*kind)));
    }
}
