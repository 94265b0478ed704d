//! In which order callbacks are done (F-44). Pure; the statements of `store::queue` say the same in SQL, and a test holds
//! one to the other.
//!
//! Danger first, then what is late, then whoever waited for the largest share of what she was told: not the order of
//! arrival. An item in a language that the agent does not speak comes after those of her languages, unless it is danger
//! or late: it is offered last rather than never. What may not be done yet is not offered at all, unless it is danger, which
//! never leaves the list: « Suivante » alone lets it breathe after a try in vain ([`BREATH`](super::attempts::BREATH)).
//! What was left to a supervisor is for supervisors, last.

use std::cmp::Ordering;

use jiff::Timestamp;
use uuid::Uuid;

use crate::lang::Lang;

/// What the order looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: Uuid,
    /// 0 to 3 (F-43).
    pub priority: u8,
    /// The language to speak.
    pub lang: Lang,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By when it must be done.
    pub due_at: Timestamp,
    /// Not before: the next try, or what was agreed.
    pub not_before: Timestamp,
}

impl Item {
    /// Whether it must wait for its hour. Danger never does.
    pub fn is_later(&self, now: Timestamp) -> bool {
        self.priority > 0 && self.not_before > now
    }

    /// Whether it should have been done.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now > self.due_at
    }

    /// Its place for an agent who speaks these languages: the least comes first.
    pub fn rank(&self, langs: &[Lang], now: Timestamp) -> Rank {
        let class = match (self.priority, self.is_overdue(now), langs.contains(&self.lang)) {
            (0, ..) => Class::Danger,
            (_, true, _) => Class::Overdue,
            (_, false, true) => Class::Hers,
            (_, false, false) => Class::OtherLanguage,
        };
        Rank { class, used: self.used(now), due_at: self.due_at, opened_at: self.opened_at, id: self.id }
    }

    /// The share of its delay that was used: 1 when it is due.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries are exact in a double")]
    fn used(&self, now: Timestamp) -> f64 {
        let waited = now.as_millisecond() - self.opened_at.as_millisecond();
        let allowed = (self.due_at.as_millisecond() - self.opened_at.as_millisecond()).max(1);
        waited as f64 / allowed as f64
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Danger,
    Overdue,
    Hers,
    OtherLanguage,
}

/// The place of an item in the queue of one agent.
#[derive(Debug, Clone, Copy)]
pub struct Rank {
    class: Class,
    used: f64,
    due_at: Timestamp,
    opened_at: Timestamp,
    id: Uuid,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let ties = |rank: &Self| (rank.due_at, rank.opened_at, rank.id);
        let by_share = other.used.total_cmp(&self.used);
        self.class.cmp(&other.class).then(by_share).then_with(|| ties(self).cmp(&ties(other)))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-04-14T10:00:00Z";

    fn at(clock: &str) -> Timestamp {
        format!("2026-04-14T{clock}:00Z").parse().unwrap()
    }

    /// An item of these hours.
    fn item(id: u128, priority: u8, opened: &str, due: &str) -> Item {
        let (opened_at, due_at) = (at(opened), at(due));
        let not_before = Timestamp::UNIX_EPOCH;
        Item { id: Uuid::from_u128(id), priority, lang: Lang::FRENCH, opened_at, due_at, not_before }
    }

    fn order(mut items: Vec<Item>, langs: &[Lang]) -> Vec<u128> {
        let now = NOW.parse().unwrap();
        items.sort_by_key(|item| item.rank(langs, now));
        items.iter().map(|item| item.id.as_u128()).collect()
    }

    #[test]
    fn a_new_danger_comes_before_whatever_is_late() {
        let mut items: Vec<_> = (1..=200).map(|id| item(id, 3, "06:00", "08:00")).collect();
        items.push(item(500, 0, "09:59", "10:14"));
        assert_eq!(order(items, &[Lang::FRENCH])[0], 500);
    }

    #[test]
    fn what_is_late_comes_before_what_is_not_and_the_latest_by_its_own_measure_first() {
        let items = vec![
            item(1, 1, "09:30", "10:30"),
            item(2, 3, "06:00", "09:59"),
            item(3, 2, "09:00", "09:20"),
            item(4, 3, "09:59", "18:00"),
        ];
        assert_eq!(order(items, &[Lang::FRENCH]), [3, 2, 1, 4]);
    }

    #[test]
    fn whoever_waited_for_most_of_her_delay_comes_before_whoever_came_first() {
        let items = vec![item(1, 3, "02:00", "18:00"), item(2, 1, "09:10", "10:10")];
        assert_eq!(order(items, &[Lang::FRENCH]), [2, 1]);
    }

    #[test]
    fn equal_shares_are_told_apart_by_their_deadline_then_by_their_id() {
        let items = vec![item(9, 2, "09:00", "11:00"), item(2, 2, "08:00", "12:00"), item(3, 2, "09:00", "11:00")];
        assert_eq!(order(items, &[Lang::FRENCH]), [3, 9, 2]);
    }

    #[test]
    fn another_language_is_offered_last_but_danger_and_lateness_speak_them_all() {
        let foreign = |item| Item { lang: "es".parse().unwrap(), ..item };
        let items = vec![
            foreign(item(1, 2, "08:00", "10:01")),
            item(2, 3, "09:59", "18:00"),
            foreign(item(3, 3, "07:00", "09:00")),
            foreign(item(4, 0, "09:59", "10:14")),
        ];
        assert_eq!(order(items.clone(), &[Lang::FRENCH]), [4, 3, 2, 1]);
        assert_eq!(order(items, &["es".parse().unwrap()]), [4, 3, 1, 2]);
    }

    #[test]
    fn an_hour_that_was_agreed_is_waited_for_unless_there_is_danger() {
        let now = NOW.parse().unwrap();
        let agreed = |priority| Item { not_before: at("11:00"), ..item(1, priority, "09:00", "11:15") };
        assert!(agreed(1).is_later(now) && agreed(3).is_later(now) && !agreed(0).is_later(now));
        assert!(!Item { not_before: now, ..agreed(3) }.is_later(now));
    }
}
