//! The limits of a day, and the numbers that may be reached. Pure.

/// What a town allows in a day. Money is in ten-thousandths of a euro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Texts to one number.
    pub texts_per_number: i64,
    /// Texts to everybody.
    pub texts_per_day: i64,
    /// Calls that the line places by itself.
    pub calls_per_day: i64,
    /// What texts and calls may cost.
    pub spending_per_day: i64,
    /// What a segment of a text costs.
    pub segment: i64,
    /// What a minute of a call that we place costs.
    pub minute: i64,
}

/// A euro, in what money is counted in.
pub const EURO: i64 = 10_000;

impl Default for Limits {
    /// Room for the day of F-82 (2,700 texts, 300 requests) and half as much again; prices of 2026 in France, rounded up.
    fn default() -> Self {
        Self {
            texts_per_number: 10,
            texts_per_day: 4_000,
            calls_per_day: 1_000,
            spending_per_day: 300 * EURO,
            segment: EURO * 6 / 100,
            minute: EURO * 2 / 100,
        }
    }
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Texts to one number.
    Number,
    /// Texts to everybody.
    Texts,
    /// Calls.
    Calls,
    /// Money.
    Spending,
}

impl Limit {
    const ALL: [Self; 4] = [Self::Number, Self::Texts, Self::Calls, Self::Spending];

    /// Why something waits; its French words are in `jobs::cause`.
    pub(super) fn cause(self) -> &'static str {
        match self {
            Self::Number => "too many texts to that number today",
            Self::Texts => "too many texts today",
            Self::Calls => "too many calls today",
            Self::Spending => "the spending of the day has reached its limit",
        }
    }

    /// The row that says that this was told once on that day.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Number => "!number",
            Self::Texts => "!texts",
            Self::Calls => "!calls",
            Self::Spending => "!spending",
        }
    }
}

/// Whether a text or a call waits because a limit of the day is reached.
pub fn is_limit(cause: &str) -> bool {
    Limit::ALL.iter().any(|limit| limit.cause() == cause)
}

/// Why a number is refused.
pub(super) const PREFIX: &str = "ce numéro n'est pas de ceux que la ligne peut joindre";

/// Whether something was refused because of its number.
pub fn is_prefix(text: &str) -> bool {
    text == PREFIX
}

/// What is about to leave, and what it counts for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Texts.
    pub texts: i64,
    /// Calls.
    pub calls: i64,
    /// Money.
    pub cost: i64,
}

/// The longest that a call is expected to be, in minutes: it is counted before it begins.
const EXPECTED_MINUTES: i64 = 10;

impl Limits {
    /// What a text counts for.
    pub(super) fn text(&self, segments: usize) -> Weight {
        let segments = i64::try_from(segments).unwrap_or(i64::MAX);
        Weight { texts: 1, calls: 0, cost: self.segment.saturating_mul(segments) }
    }

    /// What a call counts for: the minutes that it may last, ten at most.
    pub(super) fn call(&self, limit_s: Option<u32>) -> Weight {
        let minutes = limit_s.map_or(EXPECTED_MINUTES, |seconds| i64::from(seconds.div_ceil(60)).min(EXPECTED_MINUTES));
        Weight { texts: 0, calls: 1, cost: self.minute.saturating_mul(minutes) }
    }

    /// The limit beyond which the day is, with what is about to leave counted; `number` is what left to its number.
    pub(super) fn beyond(&self, what: Weight, number: Weight, day: Weight) -> Option<Limit> {
        [
            (what.texts > 0 && number.texts > self.texts_per_number, Limit::Number),
            (what.texts > 0 && day.texts > self.texts_per_day, Limit::Texts),
            (what.calls > 0 && day.calls > self.calls_per_day, Limit::Calls),
            (day.cost > self.spending_per_day, Limit::Spending),
        ]
        .into_iter()
        .find_map(|(reached, limit)| reached.then_some(limit))
    }

    /// Whether the money of the day has just passed that share of its limit, in hundredths.
    pub(super) fn just_passed(&self, share: i64, what: Weight, day: Weight) -> bool {
        let mark = self.spending_per_day.saturating_mul(share) / 100;
        day.cost >= mark && day.cost - what.cost < mark
    }
}

/// Whether a text may leave to that number, as it is about to leave (T3): a mobile of metropolitan France.
pub(super) fn may_text(e164: &str) -> bool {
    is_metropolitan(e164, b"67")
}

/// Whether a call may be placed to it: 01 to 07 and 09. No 08, no short number, no other country.
pub(super) fn may_call(e164: &str) -> bool {
    is_metropolitan(e164, b"12345679")
}

/// Nine digits after +33, the first of which is one of those.
fn is_metropolitan(e164: &str, first: &[u8]) -> bool {
    let national = e164.strip_prefix("+33").unwrap_or_default().as_bytes();
    national.len() == 9 && national.iter().all(u8::is_ascii_digit) && first.contains(&national[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_metropolitan_france_pass() {
        for (number, text, call) in [
            ("+33639980001", true, true),
            ("+33739980001", true, true),
            ("+33465710001", false, true),
            ("+33939980001", false, true),
            ("+33899000000", false, false),
            ("+33800710860", false, false),
            ("+262692000001", false, false),
            ("+447700900123", false, false),
            ("+88216000000", false, false),
            ("+3363998000", false, false),
            ("+336399800011", false, false),
            ("0639980001", false, false),
            ("+33", false, false),
            ("+3363998000a", false, false),
            ("", false, false),
        ] {
            assert_eq!((may_text(number), may_call(number)), (text, call), "{number}");
        }
    }

    #[test]
    fn a_limit_is_reached_by_what_exceeds_it() {
        let limits = Limits::default();
        let text = limits.text(1);
        let at = |texts, calls, cost| Weight { texts, calls, cost };
        let full = at(4_000, 1_000, 300 * EURO);
        assert_eq!(limits.beyond(text, at(10, 0, 0), full), None);
        assert_eq!(limits.beyond(text, at(11, 0, 0), full), Some(Limit::Number));
        assert_eq!(limits.beyond(text, at(1, 0, 0), at(4_001, 0, 0)), Some(Limit::Texts));
        assert_eq!(limits.beyond(limits.call(None), at(11, 1, 0), at(4_001, 1_001, 0)), Some(Limit::Calls));
        assert_eq!(limits.beyond(text, at(1, 0, 0), at(1, 1_001, 300 * EURO + 1)), Some(Limit::Spending));
    }

    #[test]
    fn a_text_costs_its_segments_and_a_call_the_minutes_that_it_may_last() {
        let limits = Limits::default();
        assert_eq!(limits.text(3).cost, 1_800);
        assert_eq!([None, Some(61), Some(3_600)].map(|limit| limits.call(limit).cost), [2_000, 400, 2_000]);
    }

    #[test]
    fn each_mark_is_passed_once() {
        let limits = Limits::default();
        let what = limits.text(1);
        let passed: Vec<_> = (1..=6_000)
            .map(|count| Weight { cost: count * what.cost, ..what })
            .filter(|day| limits.just_passed(80, what, *day))
            .collect();
        assert_eq!(passed.iter().map(|day| day.cost).collect::<Vec<_>>(), [240 * EURO]);
    }

    #[test]
    fn only_limits_are_limits() {
        assert!(Limit::ALL.iter().all(|limit| is_limit(limit.cause()) && limit.mark().starts_with('!')));
        assert!(!is_limit("réponse 429") && is_prefix(PREFIX) && !is_prefix(""));
    }
}
