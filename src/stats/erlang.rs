//! How many people answer in time: Erlang's formula for callers who wait. Pure.
//!
//! Source: A. K. Erlang, « Solution of some problems in the theory of probabilities of significance in automatic telephone
//! exchanges », Elektroteknikeren 13, 1917; the recurrence of the loss formula is that of R. B. Cooper, « Introduction to
//! Queueing Theory », 2nd ed., 1981, chapter 3. The formula supposes calls that come independently, and callers who do not
//! give up: it asks for a little too many people rather than too few.

/// More people than this are not looked for.
const MOST: u32 = 500;

/// Calls of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Calls in an hour.
    pub calls_an_hour: f64,
    /// Seconds that one takes, the writing afterwards included.
    pub seconds_each: f64,
}

impl Load {
    /// People busy on average, in erlangs.
    pub fn erlangs(self) -> f64 {
        self.calls_an_hour * self.seconds_each / 3_600.0
    }

    /// The share of callers who wait at all when `people` answer; all of them when the work exceeds the people.
    pub fn waits(self, people: u32) -> f64 {
        let (work, servers) = (self.erlangs(), f64::from(people));
        if work <= 0.0 {
            return 0.0;
        }
        if servers <= work {
            return 1.0;
        }
        let lost = (1..=people).fold(1.0, |lost, n| work * lost / (f64::from(n) + work * lost));
        servers * lost / (servers - work * (1.0 - lost))
    }

    /// The share of callers who are answered within `seconds`.
    pub fn answered_within(self, people: u32, seconds: f64) -> f64 {
        let spare = f64::from(people) - self.erlangs();
        if spare <= 0.0 {
            return if self.erlangs() <= 0.0 { 1.0 } else { 0.0 };
        }
        1.0 - self.waits(people) * (-spare * seconds / self.seconds_each).exp()
    }

    /// The fewest people with whom that share of callers is answered within `seconds`.
    pub fn people_for(self, share: f64, seconds: f64) -> u32 {
        if self.erlangs() <= 0.0 {
            return 0;
        }
        (1..MOST).find(|people| self.answered_within(*people, seconds) >= share).unwrap_or(MOST)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn load(calls_an_hour: f64, seconds_each: f64) -> Load {
        Load { calls_an_hour, seconds_each }
    }

    #[test]
    fn the_formula_agrees_with_published_values() {
        // 10 erlangs and 12 people: 44.9 % wait; 100 calls of 3 minutes in half an hour (20 erlangs)... and one server is
        // a plain queue, where the share that waits is the work itself.
        let ten = load(200.0, 180.0);
        assert!((ten.erlangs() - 10.0).abs() < 1e-9);
        assert!((ten.waits(12) - 0.4494).abs() < 5e-4, "{}", ten.waits(12));
        assert!((load(20.0, 90.0).waits(1) - 0.5).abs() < 1e-9);
        // 10 erlangs, 14 people, 20 seconds: 88.8 % answered.
        assert!((ten.answered_within(14, 20.0) - 0.8883).abs() < 5e-4, "{}", ten.answered_within(14, 20.0));
        assert_eq!(ten.people_for(0.8, 20.0), 14);
    }

    #[test]
    fn nobody_is_needed_where_nobody_calls_and_too_few_answer_nobody_in_time() {
        assert_eq!(load(0.0, 300.0).people_for(0.8, 120.0), 0);
        assert!((load(100.0, 600.0).answered_within(10, 120.0)).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn more_people_never_answer_later(calls in 0.1_f64..500.0, seconds in 30.0_f64..900.0, people in 1_u32..100) {
            let load = load(calls, seconds);
            let (fewer, more) = (load.answered_within(people, 60.0), load.answered_within(people + 1, 60.0));
            prop_assert!((0.0..=1.0).contains(&fewer) && more >= fewer - 1e-9, "{} {}", fewer, more);
        }

        #[test]
        fn the_people_asked_for_are_enough_and_one_fewer_is_not(calls in 0.1_f64..500.0, seconds in 30.0_f64..900.0) {
            let load = load(calls, seconds);
            let people = load.people_for(0.8, 120.0);
            prop_assert!(load.answered_within(people, 120.0) >= 0.8);
            prop_assert!(people == 1 || load.answered_within(people - 1, 120.0) < 0.8);
        }
    }
}
