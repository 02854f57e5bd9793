//! Many tests at once. Of a hundred tests of nothing one falls below one in a hundred; so each is judged by what it is among all.
//!
//! S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", *Scandinavian Journal of Statistics* 6 (1979) 65–70: the k-th
//! smallest of m chances is multiplied by m − k + 1, and none is smaller than one before it. That none of all honest numbers falls below α by
//! chance then has at least the probability 1 − α, whatever depends on what.

/// Chance at which something is said to deserve a look, for all tests together.
pub const LEVEL: f64 = 0.01;

/// What becomes of each chance, in the order they were given.
#[must_use]
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|one, other| chances[*one].total_cmp(&chances[*other]));
    let mut adjusted = vec![1.0; chances.len()];
    let (mut left, mut least) = (u32::try_from(chances.len()).unwrap_or(u32::MAX), 0.0_f64);
    for at in order {
        least = least.max((chances[at] * f64::from(left)).min(1.0));
        adjusted[at] = least;
        left = left.saturating_sub(1);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm")` of R gives 0.04, 0.06, 0.06, 0.06.
    #[test]
    fn chances_are_those_of_r() {
        let close = |found: &[f64], wanted: &[f64]| {
            assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {wanted:?}");
        };
        close(&holm(&[0.01, 0.02, 0.03, 0.04]), &[0.04, 0.06, 0.06, 0.06]);
        close(&holm(&[0.04, 0.001, 0.5]), &[0.08, 0.003, 0.5]);
        close(&holm(&[0.9, 0.8]), &[1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn none_becomes_likelier_to_be_said_and_order_stays(chances in prop::collection::vec(0.0_f64..=1.0, 0..60)) {
            let adjusted = holm(&chances);
            for (one, (before, after)) in chances.iter().zip(&adjusted).enumerate() {
                prop_assert!(after >= before && *after <= 1.0);
                for (other, after_other) in chances.iter().zip(&adjusted).skip(one) {
                    prop_assert!((before <= other) <= (after <= after_other));
                }
            }
        }
    }
}
