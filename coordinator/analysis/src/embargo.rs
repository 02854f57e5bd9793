//! Until when results of polls are shown to nobody.
//!
//! The law forbids publishing polls, forecasts and other research on voting day and in the five days before (Constitutional Law
//! on Elections, Art. 28(9), in the wording of 1 July 2026). A pack names the moment in the ground that its exit poll is held on; without one it is the end of
//! the election day at the stations. Of the pack that a record answers and the newest one the later moment counts: another pack
//! can lengthen an embargo, and not shorten one that a record was taken under.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Record, RecordKind};

/// Hours that the end of a day can differ by between places on earth.
const ANYWHERE_HOURS: u64 = 12;
const HOUR_MS: u64 = 3_600_000;

/// When the embargo of a pack ends, milliseconds since 1970; never for a pack whose day cannot be read.
#[must_use]
pub fn ends_ms(pack: &Pack) -> u64 {
    let named = pack.exit_poll.as_ref().and_then(|poll| poll.legal.as_ref()).map(|legal| legal.embargo_until_ms);
    match named.and_then(|named| u64::try_from(named).ok()) {
        Some(named) => named,
        None => day_ends_ms(pack),
    }
}

/// When an estimate of the result may be shown: a quick count is research on the election like any other (Art. 28(9)). Of the packs whose forms its
/// protocols answer and the newest one the latest moment counts, as for what is [`withheld`].
#[must_use]
pub fn research_ends_ms<'a>(answered: impl IntoIterator<Item = &'a Pack>, newest: &'a Pack) -> u64 {
    answered.into_iter().chain([newest]).map(ends_ms).max().unwrap_or(u64::MAX)
}

/// When the polls close: with the last hour for which the pack has turnout told, or the last wave of its exit poll; the end of the day where it has
/// neither.
#[must_use]
pub fn polls_close_ms(pack: &Pack) -> u64 {
    let hours = pack.turnout.iter().flat_map(|turnout| &turnout.hours).map(|hour| hour.at);
    let waves = pack.exit_poll.iter().flat_map(|poll| &poll.waves).map(|wave| wave.until);
    let (ends, day_ms) = (day_ends_ms(pack), HOUR_MS.saturating_mul(24));
    match hours.chain(waves).max() {
        // Where the pack does not say what time stations have, the end of the day is late by what that can make.
        Some(at) => ends.saturating_sub(day_ms).saturating_add(u64::from(at).saturating_mul(60_000)),
        None => ends,
    }
}

/// The end of the election day at the stations, or everywhere on earth where the pack does not say what time they have.
pub(crate) fn day_ends_ms(pack: &Pack) -> u64 {
    let offset = pack.utc_offset.and_then(|minutes| Offset::from_seconds(i32::from(minutes).checked_mul(60)?).ok());
    let day = pack.election_day.parse::<Date>().and_then(|day| day.tomorrow());
    let midnight = day.and_then(|day| day.to_zoned(TimeZone::fixed(offset.unwrap_or(Offset::UTC))));
    let ends = midnight.ok().and_then(|at| u64::try_from(at.timestamp().as_millisecond()).ok()).unwrap_or(u64::MAX);
    if offset.is_some() { ends } else { ends.saturating_add(ANYWHERE_HOURS.saturating_mul(HOUR_MS)) }
}

/// When what a record says may be shown, if it may not be shown now: for a wave of an exit poll, whatever form it names.
#[must_use]
pub fn withheld(record: &Record, of: Option<&Pack>, newest: &Pack, now_ms: u64) -> Option<u64> {
    let form = record.form.as_ref().map(|form| form.form.as_str());
    let polls = [of, Some(newest)].into_iter().flatten().filter_map(|pack| pack.exit_poll.as_ref());
    let is_wave =
        record.kind == RecordKind::ExitPollWave || polls.map(|poll| poll.form.as_str()).any(|poll| Some(poll) == form);
    if !is_wave {
        return None;
    }
    let ends = of.map_or(0, ends_ms).max(ends_ms(newest));
    (now_ms < ends).then_some(ends)
}

#[cfg(test)]
mod tests {
    use kuager_pack::testing::{KAZAKHSTAN, compiled};
    use kuager_wire::ids::{BootId, PackHash, RecordHash};
    use kuager_wire::pack::LegalMode;
    use kuager_wire::record::{Body, ClockReading, FormRef};

    use super::*;

    /// 24 August 2026, 00:00 in Astana (UTC+5).
    const DAY_OVER_MS: u64 = 1_787_511_600_000;

    fn record(kind: RecordKind, form: &str) -> Record {
        Record {
            version: 1,
            kind,
            seq: 0,
            prev: RecordHash([0; 32]),
            clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([3; 16]), flags: 0 },
            checkpoint: None,
            form: Some(FormRef { pack: PackHash([1; 32]), form: form.to_owned() }),
            station: None,
            body: Body::default(),
            attachments: None,
            supersedes: None,
            location: None,
            training: None,
        }
    }

    fn with_embargo(until_ms: i64) -> Pack {
        let mut pack = compiled(KAZAKHSTAN);
        let legal = LegalMode {
            organisation: "An institute".to_owned(),
            notice: "No. 1".to_owned(),
            embargo_until_ms: until_ms,
            law: None,
        };
        pack.exit_poll.as_mut().expect("has a poll").legal = Some(legal);
        pack
    }

    #[test]
    fn a_wave_is_withheld_until_the_day_is_over_where_no_moment_is_named() {
        let pack = compiled(KAZAKHSTAN);
        let wave = record(RecordKind::ExitPollWave, "exit-poll");
        assert_eq!(withheld(&wave, Some(&pack), &pack, DAY_OVER_MS - 1), Some(DAY_OVER_MS));
        assert_eq!(withheld(&wave, Some(&pack), &pack, DAY_OVER_MS), None);
        let disguised = record(RecordKind::Checklist, "exit-poll");
        assert!(withheld(&disguised, Some(&pack), &pack, 0).is_some(), "another kind does not lift it");
        let unknown = record(RecordKind::ExitPollWave, "nothing");
        assert!(withheld(&unknown, None, &pack, 0).is_some(), "nor does a pack nobody has");
        assert_eq!(withheld(&record(RecordKind::Protocol, "protocol-list"), Some(&pack), &pack, 0), None);
    }

    #[test]
    fn of_two_packs_the_later_moment_counts() {
        let (early, late) = (with_embargo(1_000), with_embargo(5_000));
        let wave = record(RecordKind::ExitPollWave, "exit-poll");
        for (of, newest) in [(&early, &late), (&late, &early)] {
            assert_eq!(withheld(&wave, Some(of), newest, 4_999), Some(5_000));
            assert_eq!(withheld(&wave, Some(of), newest, 5_000), None);
        }
        assert_eq!(ends_ms(&with_embargo(-5)), DAY_OVER_MS, "a moment before 1970 is none");
    }

    #[test]
    fn polls_close_with_the_last_hour_and_an_estimate_waits_for_the_later_pack() {
        let mut pack = compiled(KAZAKHSTAN);
        assert_eq!(polls_close_ms(&pack), DAY_OVER_MS - 4 * HOUR_MS, "20:00");
        assert_eq!(research_ends_ms([&with_embargo(i64::MAX)], &pack), i64::MAX.unsigned_abs());
        assert_eq!(research_ends_ms([], &pack), DAY_OVER_MS);
        (pack.turnout, pack.exit_poll) = (None, None);
        assert_eq!(polls_close_ms(&pack), DAY_OVER_MS);
    }

    #[test]
    fn a_pack_that_does_not_say_its_time_waits_until_the_day_is_over_everywhere() {
        let mut pack = compiled(KAZAKHSTAN);
        pack.utc_offset = None;
        assert_eq!(ends_ms(&pack), DAY_OVER_MS + (5 + 12) * HOUR_MS);
        pack.election_day = "someday".to_owned();
        assert_eq!(ends_ms(&pack), u64::MAX);
    }
}
