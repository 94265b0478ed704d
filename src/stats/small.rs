//! Counts by district that may leave the building: none below five can be read or worked out (F-73). Pure.

/// The least that is said of a district.
pub const LEAST: i64 = 5;

/// A count that may be read by anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// So many.
    Count(i64),
    /// Fewer than five, or hidden so that another one cannot be worked out.
    Hidden,
}

impl Shown {
    /// What people read.
    pub fn told(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Hidden => "moins de 5, ou non publié".to_owned(),
        }
    }
}

/// What may be said of each count where their sum is said too. What is below five is hidden; and so are the smallest of
/// the rest, until what is hidden is five together and more than one: the sum of the others would give it away.
pub fn publishable(counts: &[i64]) -> Vec<Shown> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&index| counts[index]);
    let small = counts.iter().filter(|count| **count < LEAST).count();
    let mut hidden = small;
    let sum = |hidden: usize| order[..hidden].iter().map(|&index| counts[index]).sum::<i64>();
    while hidden > 0 && hidden < counts.len() && (hidden == 1 || sum(hidden) < LEAST) {
        hidden += 1;
    }
    let mut shown: Vec<Shown> = counts.iter().map(|count| Shown::Count(*count)).collect();
    for &index in &order[..hidden] {
        shown[index] = Shown::Hidden;
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_count_is_hidden_with_the_next_one_so_that_it_cannot_be_worked_out() {
        use Shown::{Count, Hidden};
        assert_eq!(publishable(&[12, 3, 7]), [Count(12), Hidden, Hidden]);
        assert_eq!(publishable(&[12, 4, 1, 7]), [Count(12), Hidden, Hidden, Count(7)]);
        assert_eq!(publishable(&[12, 1, 1, 7]), [Count(12), Hidden, Hidden, Hidden], "two together are two");
        assert_eq!(publishable(&[12, 7]), [Count(12), Count(7)]);
        assert_eq!(publishable(&[2]), [Hidden]);
        assert_eq!(publishable(&[]), []);
    }

    proptest! {
        #[test]
        fn nothing_below_five_can_be_read_nor_worked_out(counts in prop::collection::vec(0_i64..30, 0..12)) {
            let shown = publishable(&counts);
            let mut hidden = Vec::new();
            for (count, shown) in counts.iter().zip(&shown) {
                match shown {
                    Shown::Count(read) => prop_assert!(*read >= LEAST && read == count),
                    Shown::Hidden => hidden.push(*count),
                }
            }
            // Their sum stands elsewhere in a sheet: less what is read, it is what is hidden together.
            if counts.iter().sum::<i64>() >= LEAST {
                prop_assert!(hidden.is_empty() || hidden.len() > 1, "{:?}", hidden);
                prop_assert!(hidden.is_empty() || hidden.iter().sum::<i64>() >= LEAST, "{:?}", hidden);
            }
        }
    }
}
