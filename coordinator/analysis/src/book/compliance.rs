//! What is kept of answers that say whether norms were kept.

use kuager_forms::Compliance;

pub(super) const KEPT: u8 = 1;
pub(super) const BROKEN: u8 = 2;
pub(super) const UNSEEN: u8 = 4;

/// What is kept of an answer.
pub(super) const fn bit(compliance: Option<Compliance>) -> u8 {
    match compliance {
        None => 0,
        Some(Compliance::Kept) => KEPT,
        Some(Compliance::Broken) => BROKEN,
        Some(Compliance::Unseen) => UNSEEN,
    }
}

/// What the records of a row say of a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NormState {
    /// The number of the norm among words.
    pub(super) norm: u32,
    pub(super) bits: u8,
    /// Incidents that were reported under it.
    pub(super) incidents: u16,
}

/// How a norm came out at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Somebody says that it was broken.
    Broken,
    /// It was kept, as far as anybody saw.
    Kept,
    /// Nobody who was asked has seen it.
    Unknown,
}

impl Outcome {
    /// All of them, as they are shown.
    pub const ALL: [Self; 3] = [Self::Broken, Self::Kept, Self::Unknown];

    pub(super) const fn of(bits: u8) -> Option<Self> {
        match bits {
            0 => None,
            bits if bits & BROKEN != 0 => Some(Self::Broken),
            bits if bits & KEPT != 0 => Some(Self::Kept),
            _ => Some(Self::Unknown),
        }
    }
}
