//! Chance that can be had again: everything random in tests follows from a seed, by [`fastrand::Rng::with_seed`].

use fastrand::Rng;

/// The seeds to try: as many as the environment variable `count` says, else `usual`; or only the one in `KUAGER_SEED`, to run one
/// that failed again.
pub fn seeds(count: &str, usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("KUAGER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number(count).unwrap_or(usual),
    }
}

/// Bytes that do not repeat.
#[must_use]
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut random = Rng::with_seed(seed);
    let mut bytes = vec![0; size];
    random.fill(&mut bytes);
    bytes
}
