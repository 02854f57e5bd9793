//! How a cell looks where everything is text.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A moment by RFC 3339, with the offset of the stations' clocks; empty for what no calendar has.
#[must_use]
pub fn moment(ms: u64, utc_offset: i16) -> String {
    zoned(ms, utc_offset).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
}

/// A moment on the stations' clocks.
pub(crate) fn zoned(ms: u64, utc_offset: i16) -> Option<jiff::Zoned> {
    let at = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())?;
    let offset = Offset::from_seconds(i32::from(utc_offset).saturating_mul(60)).unwrap_or(Offset::UTC);
    Some(at.to_zoned(TimeZone::fixed(offset)))
}

/// A number with so many decimals.
pub(crate) fn decimal(number: f64, digits: u8) -> String {
    format!("{number:.*}", usize::from(digits.min(15)))
}
