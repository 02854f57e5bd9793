//! What both commands say alike.

/// What stands below every result.
pub(super) const EMBARGO: &str =
    "Not to be published on voting day, nor in the five days before it (Art. 28(9) of the law on elections).";

/// A share in per cent, or that there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.2} %", share * 100.0))
}
