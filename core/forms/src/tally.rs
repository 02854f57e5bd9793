//! Counting heads with a thumb: one tap per voter, for thirteen hours, on a phone that may be killed at any tap.
//!
//! A tally belongs to a station. Every tap is one durable write of a few bytes; turnout records take the sum at their
//! hour, so that a day of a thousand taps becomes a handful of records. A count is only worth comparing with the
//! protocol when the observer was there all the time, so absences are noted beside it.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use kuager_wire::pack::Pack;
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
    /// The sum after the last tap of every stretch of [`STRETCH_MS`] with taps, in order: an hour is sometimes noted late, and
    /// is not to be told what came after it.
    #[n(6)]
    #[cbor(default)]
    pub sums: Vec<Sum>,
}

/// Sums are remembered for stretches of five minutes, in which every hour that turnout is noted at begins one.
pub const STRETCH_MS: i64 = 300_000;
/// Stretches that are remembered: more than a day has.
const STRETCHES: usize = 300;

/// The sum at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sum {
    /// Wall clock at the tap, milliseconds since 1970.
    #[n(1)]
    pub at_ms: i64,
    /// The sum after it.
    #[n(2)]
    pub total: u64,
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
        let floor = self.marks.iter().map(|mark| mark.total).max().unwrap_or(0);
        let change = u64::from(heads.unsigned_abs());
        self.total =
            if heads < 0 { self.total.saturating_sub(change).max(floor) } else { self.total.saturating_add(change) };
        self.began_ms.get_or_insert(now_ms);
        self.tapped_ms = Some(now_ms);
        self.remember(now_ms);
        self.come_back(now_ms);
    }

    fn remember(&mut self, now_ms: i64) {
        let stretch = now_ms.div_euclid(STRETCH_MS);
        // A clock that was put back begins anew from there.
        self.sums.retain(|sum| sum.at_ms.div_euclid(STRETCH_MS) < stretch);
        if self.sums.len() >= STRETCHES {
            self.sums.remove(0);
        }
        self.sums.push(Sum { at_ms: now_ms, total: self.total });
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

    /// Takes the sum for an hour; taken again, it is replaced. `at_ms` is the moment of the hour where that is past: what was
    /// counted after it does not belong to it. Nothing where the sum of then is not known.
    pub fn mark(&mut self, hour: &str, at_ms: Option<i64>) -> Option<u64> {
        let total = match at_ms {
            Some(at_ms) => self.total_at(at_ms)?,
            None => self.began_ms.map(|_| self.total)?,
        };
        self.marks.retain(|mark| mark.hour != hour);
        self.marks.push(Mark { hour: hour.to_owned(), total });
        Some(total)
    }

    /// The sum at a moment that is past; nothing where counting began later, or nobody knows.
    #[must_use]
    pub fn total_at(&self, at_ms: i64) -> Option<u64> {
        if self.tapped_ms? <= at_ms {
            return Some(self.total);
        }
        self.sums.iter().rev().find(|sum| sum.at_ms <= at_ms).map(|sum| sum.total)
    }

    /// The wall clock until which somebody counted, as far as the taps tell, but no later than `at_ms`: when the observer said
    /// that they leave, or else the last tap.
    #[must_use]
    pub fn counted_until(&self, at_ms: Option<i64>) -> Option<i64> {
        let last = match self.absences.last() {
            Some(Absence { from_ms, until_ms: None }) => *from_ms,
            _ => self.tapped_ms?,
        };
        Some(at_ms.map_or(last, |at_ms| last.min(at_ms)))
    }

    /// Whether somebody was away while the count to this moment went on.
    #[must_use]
    pub fn has_break(&self, at_ms: Option<i64>) -> bool {
        self.absences.iter().any(|absence| at_ms.is_none_or(|at_ms| absence.from_ms < at_ms))
    }

    /// Whether the whole day was counted, as far as the taps tell.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.began_ms.is_some() && self.absences.is_empty()
    }
}

/// The wall clock at an hour of turnout, where that is past and its election day is today.
#[must_use]
pub fn past_hour(pack: &Pack, hour: &str, now_ms: i64) -> Option<i64> {
    let hour = pack.turnout.as_ref()?.hours.iter().find(|known| known.key == hour)?;
    let midnight = local(pack, now_ms)?.date().to_zoned(zone(pack)?).ok()?;
    let day = midnight.date();
    // By parts, as wording does it.
    if format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day()) != pack.election_day {
        return None;
    }
    let at_ms = midnight.timestamp().as_millisecond().checked_add(i64::from(hour.at).checked_mul(60_000)?)?;
    (at_ms < now_ms).then_some(at_ms)
}

/// Minutes after local midnight, where the pack says what is local.
#[must_use]
pub fn local_minutes(pack: &Pack, at_ms: i64) -> Option<i64> {
    let local = local(pack, at_ms)?;
    Some(i64::from(local.hour()).saturating_mul(60).saturating_add(i64::from(local.minute())))
}

fn local(pack: &Pack, at_ms: i64) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at_ms).ok()?.to_zoned(zone(pack)?))
}

fn zone(pack: &Pack) -> Option<TimeZone> {
    let seconds = i32::from(pack.utc_offset?).checked_mul(60)?;
    Some(Offset::from_seconds(seconds).ok()?.to_time_zone())
}
