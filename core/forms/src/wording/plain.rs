//! Numbers, times of day, places and moments as people read them, in no language.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use kuager_wire::form::{Question, QuestionKind};

/// What stands where nothing was answered.
pub const BLANK: &str = "—";
/// The minus sign of people, U+2212; the hyphen of machines is too short to be seen beside a number.
const MINUS: &str = "−";
/// Places of a coordinate in 1e-7 degrees.
const DEGREE_SCALE: u8 = 7;
const DAY_MINUTES: i64 = 24 * 60;

/// A whole number.
#[must_use]
pub fn number(number: i64) -> String {
    decimal(number, 0)
}

/// A number of the smallest unit with its decimal point: 125 with scale 1 is 12.5.
#[must_use]
pub fn decimal(number: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", number.unsigned_abs(), width = usize::from(scale) + 1);
    let sign = if number < 0 { MINUS } else { "" };
    match digits.split_at_checked(digits.len() - usize::from(scale)) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits}"),
    }
}

/// Minutes after midnight as a time of day; what is none stays a number.
#[must_use]
pub fn time_of_day(minutes: i64) -> String {
    if (0..DAY_MINUTES).contains(&minutes) {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    } else {
        number(minutes)
    }
}

/// A coordinate given in 1e-7 degrees.
#[must_use]
pub fn degrees(e7: i64) -> String {
    format!("{}°", decimal(e7, DEGREE_SCALE))
}

/// A place on Earth: latitude and longitude in 1e-7 degrees, and the radius in metres within which it is.
#[must_use]
pub fn position(lat_e7: i64, lon_e7: i64, accuracy_m: i64) -> String {
    format!("{}, {} ± {} m", degrees(lat_e7), degrees(lon_e7), number(accuracy_m))
}

/// The number that answers a question: a time or a decimal in the unit people use, any other as it is.
#[must_use]
pub fn number_of(question: &Question, value: i64) -> String {
    match question.kind {
        QuestionKind::Time => time_of_day(value),
        QuestionKind::Decimal => decimal(value, question.scale.unwrap_or(0)),
        _ => number(value),
    }
}

fn offset(utc_offset: Option<i16>) -> Offset {
    let seconds = i32::from(utc_offset.unwrap_or(0)) * 60;
    Offset::from_seconds(seconds).unwrap_or(Offset::UTC)
}

/// The time zone of a pack's stations, given by [`kuager_wire::pack::Pack::utc_offset`]; UTC when it says nothing.
#[must_use]
pub fn zone(utc_offset: Option<i16>) -> TimeZone {
    TimeZone::fixed(offset(utc_offset))
}

/// A moment as clocks at the pack's stations show it, to the minute, with the zone beside it; milliseconds since 1970.
#[must_use]
pub fn moment(ms: i64, utc_offset: Option<i16>) -> String {
    let Ok(moment) = Timestamp::from_millisecond(ms) else { return format!("{ms} ms after 1970") };
    // By parts: jiff's own printer knows every directive and every sort of time zone, and this goes into every phone.
    let offset = offset(utc_offset);
    let local = offset.to_datetime(moment);
    let (sign, ahead) = (if offset.is_negative() { '-' } else { '+' }, offset.seconds().unsigned_abs() / 60);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02} (UTC{sign}{:02}:{:02})",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        ahead / 60,
        ahead % 60
    )
}
