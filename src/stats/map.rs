//! How large the open needs of a district are drawn on the map of its town ([`crate::lines::map`]). Pure.

/// The radius of a dot that stands for so many open needs, beside one that stands for `most`: its surface says how many.
pub fn radius(count: i64, most: i64) -> f64 {
    let real = |count: i64| i32::try_from(count.max(0)).map_or(f64::from(i32::MAX), f64::from);
    if count <= 0 { 10.0 } else { 18.0 + 72.0 * (real(count) / real(most.max(count))).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_needs_make_a_larger_dot() {
        assert!(radius(0, 10) < radius(1, 10) && radius(1, 10) < radius(10, 10) && radius(10, 10) <= 90.0);
    }
}
