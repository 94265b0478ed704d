//! Whose turn it is. Pure.

/// What a caller who asks for a person gets now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// This phone rings.
    Ring(usize),
    /// Others come first, or every phone is taken.
    Wait {
        /// Callers before her.
        ahead: usize,
    },
    /// No phone is left to try.
    Nobody,
}

/// Decides for one caller. `phones` says of each phone, in the order of the settings, whether it is busy with another
/// caller and whether it was tried for this one; `ahead` says for each waiting caller who comes first which of the phones
/// were tried for her: a free phone is left to her only if it may still ring for her.
pub fn decide(phones: &[Phone], ahead: &[Vec<bool>]) -> Turn {
    if phones.iter().all(|phone| phone.tried) {
        return Turn::Nobody;
    }
    let mut free: Vec<usize> =
        (0..phones.len()).filter(|index| phones.get(*index).is_some_and(|phone| !phone.busy)).collect();
    for tried in ahead {
        if let Some(hers) = free.iter().position(|index| !tried.get(*index).is_some_and(|tried| *tried)) {
            free.remove(hers);
        }
    }
    let mine = free.into_iter().find(|index| phones.get(*index).is_some_and(|phone| !phone.tried));
    mine.map_or(Turn::Wait { ahead: ahead.len() }, Turn::Ring)
}

/// A phone as one caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone {
    /// It rings or talks for another caller.
    pub busy: bool,
    /// It was tried for this caller and nobody took the call.
    pub tried: bool,
}

/// Minutes to announce: four minutes a call, shared by the phones, rounded up (F-20).
pub fn estimated_minutes(ahead: usize, phones: usize) -> i64 {
    let minutes = ((ahead + 1) * 4).div_ceil(phones.max(1));
    i64::try_from(minutes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Phone = Phone { busy: false, tried: false };
    const BUSY: Phone = Phone { busy: true, tried: false };
    const TRIED: Phone = Phone { busy: false, tried: true };

    #[test]
    fn an_empty_roster_sends_nobody_to_a_phone() {
        assert_eq!(decide(&[], &[]), Turn::Nobody);
    }

    #[test]
    fn the_first_free_phone_rings() {
        assert_eq!(decide(&[BUSY, FREE, FREE], &[]), Turn::Ring(1));
    }

    #[test]
    fn a_free_phone_is_left_to_the_callers_before() {
        assert_eq!(decide(&[FREE], &[vec![false]]), Turn::Wait { ahead: 1 });
        assert_eq!(decide(&[FREE, FREE], &[vec![false, false]]), Turn::Ring(1));
    }

    #[test]
    fn a_phone_that_did_not_answer_is_not_tried_twice() {
        assert_eq!(decide(&[TRIED, BUSY], &[]), Turn::Wait { ahead: 0 });
        assert_eq!(decide(&[TRIED, TRIED], &[]), Turn::Nobody);
    }

    #[test]
    fn a_phone_that_was_tried_for_the_callers_before_is_not_left_to_them() {
        assert_eq!(decide(&[FREE, BUSY], &[vec![true, false]]), Turn::Ring(0));
        assert_eq!(decide(&[FREE, FREE], &[vec![true, false]]), Turn::Ring(0));
        assert_eq!(decide(&[FREE, FREE], &[vec![true, false], vec![false, false]]), Turn::Wait { ahead: 2 });
    }

    #[test]
    fn the_wait_that_is_told_grows_with_the_queue() {
        assert_eq!(estimated_minutes(0, 2), 2);
        assert_eq!(estimated_minutes(3, 2), 8);
        assert_eq!(estimated_minutes(0, 0), 4);
    }
}
