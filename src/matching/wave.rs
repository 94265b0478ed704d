//! How many neighbours are asked now, when to look again, and when it is for staff.
//!
//! A wave is what leaves at one instant. Each offer carries the chance of a yes with which it left; while its answer is
//! awaited, what is left of that chance fades as [`Delays::left`] says. The *hope* of a request is the chance that at least
//! one yes is still to come: `1 - Π (1 - left)`. A wave is as large as lifts that hope to what [`Pace::wave`] people who say
//! yes one time in five would give, and no larger: where people answer well two texts are enough, where they do not, six
//! leave, and while enough probable yes are pending nobody is texted at all.
//!
//! Nothing is remembered here: what was sent comes from the log, so that the same state at the same instant gives the same
//! step, before and after a restart. Telling staff does not end the search: an agent sees the request, and the neighbours
//! go on being asked slowly until she takes it over.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pace::Pace;
use super::rate::{Answer, Delays};

/// The chance of a yes for which [`Pace::wave`] counts people.
const ONE_IN_FIVE: f64 = 0.2;
/// Below this chance that anybody at all will say yes, staff is told at once.
const PLAUSIBLE: f64 = 0.3;
/// An hour so late that fewer answers than this share can still come is too late.
const IN_TIME: f64 = 0.1;
/// Hope is looked at this many times in a gap.
const LOOKS: i32 = 4;

/// An offer of this request, as the log tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sent {
    /// When it left.
    pub at: Timestamp,
    /// The chance of a yes with which it left.
    pub chance: f64,
    /// What she answered, if she did. A yes that was taken back is a no.
    pub answer: Option<Answer>,
}

/// Where a request without a neighbour stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<'a> {
    /// Every offer so far, in any order.
    pub sent: &'a [Sent],
    /// After this instant a yes is no help any more.
    pub deadline: Timestamp,
}

/// What is done now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step {
    /// Who is asked: their places in the pool.
    pub ask: Vec<usize>,
    /// When to look again if nothing happens before; never, when nothing can change any more.
    pub again: Option<Timestamp>,
    /// Why staff is told.
    pub staff: Option<Why>,
}

/// Why a request is handed to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody suitable is left to ask.
    NobodyLeft,
    /// Those who are left will hardly say yes.
    Unlikely,
    /// The waves have had their time.
    WavesSpent,
    /// As many as may be asked for one request were.
    AllAsked,
    /// No answer could come in time.
    TooLate,
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NobodyLeft => "plus aucun voisin à qui demander",
            Self::Unlikely => "peu de chances qu'un voisin dise oui",
            Self::WavesSpent => "plusieurs voisins sollicités, aucun oui",
            Self::AllAsked => "assez de voisins sollicités pour cette demande",
            Self::TooLate => "trop tard pour qu'une réponse arrive à temps",
        })
    }
}

/// The first instant at or after another at which an offer may leave (F-61: 8:00 to 20:00); none when never.
pub type Hours<'a> = &'a dyn Fn(Timestamp) -> Option<Timestamp>;

/// What to do now for a request that no neighbour has. `pool` holds the chances of those who may be asked, in the order of
/// their rank, at least as many as [`Pace::total`] if there are.
pub fn next(
    pace: &Pace,
    progress: &Progress<'_>,
    pool: &[f64],
    delays: &Delays,
    hours: Hours<'_>,
    now: Timestamp,
) -> Step {
    let state = State { pace, progress, delays, now };
    let opens = hours(now).filter(|opens| delays.within(progress.deadline.duration_since(*opens)) >= IN_TIME);
    let Some(opens) = opens else {
        return Step { staff: Some(Why::TooLate), ..Step::default() };
    };
    let chances = state.worth_asking(pool, opens);
    let staff = state.staff(pool, &chances);
    let ready = state.ready_at().max(opens);
    if ready > now || state.left_to_ask() == 0 {
        let again = (state.left_to_ask() > 0).then_some(ready);
        return Step { again, staff, ..Step::default() };
    }
    let ask = state.enough(&chances);
    let again = match ask.len() {
        0 if !chances.is_empty() => state.fades_at(),
        _ => now + pace.gap(state.waves().len() + 1),
    };
    Step { ask, again: Some(again), staff }
}

/// A request at an instant.
struct State<'a> {
    pace: &'a Pace,
    progress: &'a Progress<'a>,
    delays: &'a Delays,
    now: Timestamp,
}

impl State<'_> {
    /// Who is worth a text, by place in the pool, with the chance of a yes in time.
    fn worth_asking(&self, pool: &[f64], opens: Timestamp) -> Vec<(usize, f64)> {
        let in_time = self.delays.within(self.progress.deadline.duration_since(opens));
        let all = pool.iter().enumerate().map(|(place, chance)| (place, chance * in_time));
        all.filter(|(_, chance)| *chance >= self.pace.least).take(self.left_to_ask()).collect()
    }

    /// How many more may be asked for this request.
    fn left_to_ask(&self) -> usize {
        (self.pace.total as usize).saturating_sub(self.progress.sent.len())
    }

    /// When each wave began: what leaves within a gap of its beginning, to replace somebody, is still that wave.
    fn waves(&self) -> Vec<Timestamp> {
        let mut instants: Vec<_> = self.progress.sent.iter().map(|sent| sent.at).collect();
        instants.sort_unstable();
        let gap = self.pace.gap(0);
        instants.into_iter().fold(Vec::new(), |mut waves: Vec<Timestamp>, at| {
            if waves.last().is_none_or(|began| at.duration_since(*began) >= gap) {
                waves.push(at);
            }
            waves
        })
    }

    /// When more may leave: a gap after the beginning of the last wave; at once where somebody of it said no, for she is
    /// replaced.
    fn ready_at(&self) -> Timestamp {
        let waves = self.waves();
        let Some(began) = waves.last() else { return self.now };
        let refused = self.progress.sent.iter().any(|sent| sent.at >= *began && sent.answer.is_some());
        if refused { self.now } else { *began + self.pace.gap(waves.len()) }
    }

    /// The chance that no yes is still to come from those already asked, at an instant.
    fn in_vain(&self, at: Timestamp) -> f64 {
        let awaited = self.progress.sent.iter().filter(|sent| sent.answer.is_none());
        awaited.map(|sent| 1.0 - self.delays.left(sent.chance, at.duration_since(sent.at))).product()
    }

    /// The chance of no yes that a whole wave leaves.
    fn accepted(&self) -> f64 {
        (1.0 - ONE_IN_FIVE).powf(f64::from(self.pace.wave))
    }

    /// As many of them as come nearest to what is needed.
    fn enough(&self, chances: &[(usize, f64)]) -> Vec<usize> {
        let mut in_vain = self.in_vain(self.now);
        let needed = chances.iter().take(self.pace.most as usize).take_while(|(_, chance)| {
            // Half of her chance must be missing: a whole text is not sent for a crumb of hope.
            let missing = in_vain * (1.0 - chance).sqrt() > self.accepted();
            in_vain *= 1.0 - chance;
            missing
        });
        needed.map(|(place, _)| *place).collect()
    }

    /// When those asked no longer give enough hope, looked at a few times in a gap.
    fn fades_at(&self) -> Timestamp {
        let gap = self.pace.gap(self.waves().len());
        let looks = (1..=LOOKS).map(|look| self.now + gap * look / LOOKS);
        let end = self.now + gap;
        looks.into_iter().find(|at| self.in_vain(*at) > self.accepted()).unwrap_or(end)
    }

    /// Whether as many waves as were to be have left, and the last one had its time.
    fn waves_are_spent(&self) -> bool {
        let last = (self.pace.waves as usize).checked_sub(1).and_then(|last| self.waves().get(last).copied());
        last.is_some_and(|began| self.now >= began + self.pace.gap(0))
    }

    /// Why this is for staff, if it is.
    fn staff(&self, pool: &[f64], chances: &[(usize, f64)]) -> Option<Why> {
        let hope = 1.0 - self.in_vain(self.now);
        let outlook = 1.0 - chances.iter().fold(1.0 - hope, |in_vain, (_, chance)| in_vain * (1.0 - chance));
        if self.left_to_ask() == 0 && hope < PLAUSIBLE {
            Some(Why::AllAsked)
        } else if pool.is_empty() && hope < PLAUSIBLE {
            Some(Why::NobodyLeft)
        } else if self.waves_are_spent() {
            Some(Why::WavesSpent)
        } else {
            (outlook < PLAUSIBLE).then_some(Why::Unlikely)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::matching::pace::Urgency;
    use crate::matching::rate::Learned;

    /// Ten in the morning.
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn mins(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands for hours that may never come")]
    fn always(at: Timestamp) -> Option<Timestamp> {
        Some(at)
    }

    fn today() -> Pace {
        Pace::of(Urgency::Today)
    }

    fn sent(minutes_ago: i64, answer: Option<Answer>) -> Sent {
        Sent { at: NOW - mins(minutes_ago), chance: 0.2, answer }
    }

    fn step(sent: &[Sent], pool: &[f64]) -> Step {
        let progress = Progress { sent, deadline: NOW + DAY };
        next(&today(), &progress, pool, Learned::nothing().delays(), &always, NOW)
    }

    #[test]
    fn three_are_asked_where_one_in_five_says_yes_and_more_where_fewer_do() {
        let first = step(&[], &[0.2; 30]);
        assert_eq!((first.ask, first.again, first.staff), (vec![0, 1, 2], Some(NOW + mins(20)), None));
        assert_eq!(step(&[], &[0.6; 30]).ask.len(), 1);
        assert_eq!(step(&[], &[0.05; 30]).ask.len(), 6);
    }

    #[test]
    fn nobody_is_texted_while_enough_answers_may_still_come() {
        let waits = step(&[sent(5, None); 3], &[0.2; 30]);
        assert_eq!((waits.ask, waits.again), (vec![], Some(NOW + mins(15))));
        let hopeful = [Sent { chance: 0.9, ..sent(21, None) }; 3];
        assert_eq!(step(&hopeful, &[0.2; 30]).ask, Vec::<usize>::new());
    }

    #[test]
    fn the_next_wave_adds_what_silence_has_cost() {
        let second = step(&[sent(20, None); 3], &[0.2; 30]);
        assert!((1..3).contains(&second.ask.len()), "{:?}", second.ask);
    }

    #[test]
    fn a_wave_that_has_answered_no_is_followed_at_once() {
        let after = step(&[sent(2, Some(Answer::No)); 3], &[0.2; 30]);
        assert_eq!(after.ask.len(), 3);
    }

    #[test]
    fn whoever_says_no_is_replaced_within_the_same_wave() {
        let refused = [sent(5, Some(Answer::No)), sent(5, None), sent(5, None)];
        assert_eq!(step(&refused, &[0.2; 30]).ask.len(), 1);
        let replaced: Vec<_> = [0, 3, 6, 9].map(|minutes| sent(minutes, Some(Answer::No))).to_vec();
        assert_eq!(step(&replaced, &[0.2; 30]).staff, None, "that was one wave");
    }

    #[test]
    fn staff_is_told_after_the_third_wave_while_the_search_goes_on_slowly() {
        let waves = [sent(59, None), sent(39, None), sent(19, None)];
        assert_eq!(step(&waves, &[0.2; 30]).staff, None, "the third wave has its time too");
        let waves = [sent(80, None), sent(60, None), sent(40, None)];
        let told = step(&waves, &[0.2; 30]);
        assert_eq!((told.staff, told.again), (Some(Why::WavesSpent), Some(NOW + mins(30))));
        assert!(!told.ask.is_empty());
    }

    #[test]
    fn staff_is_told_at_once_where_nobody_will_come() {
        assert_eq!(step(&[], &[]).staff, Some(Why::NobodyLeft));
        let unlikely = step(&[], &[0.06, 0.06]);
        assert_eq!((unlikely.staff, unlikely.ask), (Some(Why::Unlikely), vec![0, 1]));
        let worthless = step(&[], &[0.001; 30]);
        assert_eq!((worthless.staff, worthless.ask), (Some(Why::Unlikely), vec![]));
        let all = vec![sent(500, None); 40];
        assert_eq!((step(&all, &[0.2; 30]).staff, step(&all, &[0.2; 30]).again), (Some(Why::AllAsked), None));
    }

    #[test]
    fn at_night_nobody_is_texted_and_the_morning_goes_on() {
        let morning = NOW + mins(600);
        let night = |_| Some(morning);
        let progress = Progress { sent: &[], deadline: NOW + DAY };
        let step = next(&today(), &progress, &[0.2; 30], Learned::nothing().delays(), &night, NOW);
        assert_eq!((step.ask, step.again, step.staff), (vec![], Some(morning), None));
    }

    #[test]
    fn an_answer_that_could_not_come_in_time_is_not_asked_for() {
        let late = |deadline| {
            let progress = Progress { sent: &[], deadline };
            next(&today(), &progress, &[0.2; 30], Learned::nothing().delays(), &always, NOW)
        };
        let step = late(NOW + mins(2));
        assert_eq!((step.ask.len(), step.staff, step.again), (0, Some(Why::TooLate), None));
        assert!(late(NOW + mins(15)).ask.len() > 3, "half of the answers come in time, so more are asked");
        assert_eq!(late(NOW - mins(1)).staff, Some(Why::TooLate));
        let never = |_| None;
        let progress = Progress { sent: &[], deadline: NOW + DAY };
        let step = next(&today(), &progress, &[0.25], Learned::nothing().delays(), &never, NOW);
        assert_eq!(step.staff, Some(Why::TooLate));
    }

    fn logs() -> impl Strategy<Value = Vec<Sent>> {
        let answer = prop_oneof![3 => Just(None), 1 => Just(Some(Answer::No))];
        let one = (0_i64..300, 0.01..0.9_f64, answer);
        let sent = one.prop_map(|(ago, chance, answer)| Sent { at: NOW - mins(ago), chance, answer });
        proptest::collection::vec(sent, 0..50)
    }

    proptest! {
        #[test]
        fn the_same_state_gives_the_same_step_in_whatever_order_the_log_is_read(mut log in logs(), pool in proptest::collection::vec(0.0..0.9_f64, 0..25)) {
            let once = step(&log, &pool);
            log.reverse();
            let again = step(&log, &pool);
            prop_assert_eq!((&once.ask, once.again), (&again.ask, again.again));
        }

        #[test]
        fn no_more_are_asked_than_the_pace_allows(log in logs(), pool in proptest::collection::vec(0.0..0.9_f64, 0..40)) {
            let step = step(&log, &pool);
            prop_assert!(step.ask.len() <= 6);
            prop_assert!(step.ask.is_empty() || step.ask.len() + log.len() <= 40);
            prop_assert!(step.ask.iter().all(|place| pool[*place] >= 0.025));
            prop_assert!(step.again.is_none_or(|again| again > NOW));
        }

        #[test]
        fn having_asked_nobody_more_is_needed_before_the_gap_is_over(log in logs(), pool in proptest::collection::vec(0.05..0.9_f64, 6..25)) {
            let first = step(&log, &pool);
            let mut after = log;
            after.extend(first.ask.iter().map(|place| Sent { at: NOW, chance: pool[*place], answer: None }));
            let left: Vec<_> = pool.iter().enumerate().filter(|(place, _)| !first.ask.contains(place)).map(|(_, one)| *one).collect();
            let second = step(&after, &left);
            prop_assert!(first.ask.is_empty() || second.ask.is_empty(), "{:?} {:?}", first, second);
        }
    }
}
