//! Counting heads with a thumb: one tap per voter, for thirteen hours, on a phone that may be killed at any tap.
//!
//! A tally belongs to a station. Every tap is one durable write of a few bytes; turnout records take the sum at their
//! hour, so that a day of a thousand taps becomes a handful of records. A count is only worth comparing with the
//! protocol when the observer was there all the time, so absences are noted beside it.

use minicbor::{Decode, Encode};

/// A count in progress.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Tally {
    /// Heads counted.
    #[n(1)]
    pub total: u64,
    /// The sums that turnout records took, by the hour's key, in order.
    #[n(2)]
    pub marks: Vec<Mark>,
    /// Wall clock at the first tap, milliseconds since 1970.
    #[n(3)]
    pub began_ms: Option<i64>,
    /// Wall clock at the last tap.
    #[n(4)]
    pub tapped_ms: Option<i64>,
    /// Times at which nobody counted.
    #[n(5)]
    pub absences: Vec<Absence>,
}

/// The sum at an hour.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Mark {
    /// The hour's key.
    #[n(1)]
    pub hour: String,
    /// The sum.
    #[n(2)]
    pub total: u64,
}

/// A time at which nobody counted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Absence {
    /// Wall clock when it began.
    #[n(1)]
    pub from_ms: i64,
    /// Wall clock when it ended; open while the observer is away.
    #[n(2)]
    pub until_ms: Option<i64>,
}

impl Tally {
    /// Counts heads, or takes back taps that were too many; the sum never goes below the last mark. Coming back to count
    /// ends an absence.
    pub fn tap(&mut self, heads: i32, now_ms: i64) {
        let floor = self.marks.last().map_or(0, |mark| mark.total);
        let change = u64::from(heads.unsigned_abs());
        self.total =
            if heads < 0 { self.total.saturating_sub(change).max(floor) } else { self.total.saturating_add(change) };
        self.began_ms.get_or_insert(now_ms);
        self.tapped_ms = Some(now_ms);
        self.come_back(now_ms);
    }

    /// Notes that nobody counts from now on.
    pub fn leave(&mut self, now_ms: i64) {
        if self.absences.last().is_none_or(|absence| absence.until_ms.is_some()) {
            self.absences.push(Absence { from_ms: now_ms, until_ms: None });
        }
    }

    /// Notes that counting goes on.
    pub fn come_back(&mut self, now_ms: i64) {
        if let Some(absence) = self.absences.last_mut() {
            absence.until_ms.get_or_insert(now_ms);
        }
    }

    /// Takes the sum for an hour; taken again, it is replaced.
    pub fn mark(&mut self, hour: &str) -> u64 {
        self.marks.retain(|mark| mark.hour != hour);
        self.marks.push(Mark { hour: hour.to_owned(), total: self.total });
        self.total
    }

    /// Whether the whole day was counted, as far as the taps tell.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.began_ms.is_some() && self.absences.is_empty()
    }
}
