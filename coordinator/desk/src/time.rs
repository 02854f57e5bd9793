//! Times as people at the stations' clocks read them: the pack says how far these are ahead of UTC.

use jiff::Timestamp;
use kuager_forms::wording;
use kuager_wire::pack::Pack;

/// The stations' time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone {
    /// Minutes ahead of UTC.
    minutes: i16,
}

/// A moment as the desk shows it; empty when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Day and time.
    pub(crate) full: String,
    /// The time alone.
    pub(crate) clock: String,
    /// For machines.
    pub(crate) stamp: String,
}

impl Zone {
    /// The zone of this pack's stations; UTC where it names none.
    pub(crate) fn of(pack: &Pack) -> Self {
        Self { minutes: pack.utc_offset.unwrap_or(0) }
    }

    /// A moment in this zone. Zero stands for "never".
    pub(crate) fn moment(self, ms: u64) -> Moment {
        let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let Some(timestamp) = timestamp.filter(|_| ms > 0) else { return Moment::default() };
        let local = timestamp.to_zoned(wording::zone(Some(self.minutes)));
        let written = |format: &str| local.strftime(format).to_string();
        Moment { full: written("%Y-%m-%d %H:%M"), clock: written("%H:%M"), stamp: written("%Y-%m-%dT%H:%M:%S%:z") }
    }

    /// The zone's name: `UTC+5`, `UTC−3:30`.
    pub(crate) fn name(self) -> String {
        let sign = if self.minutes < 0 { '−' } else { '+' };
        let (hours, minutes) = (self.minutes.unsigned_abs() / 60, self.minutes.unsigned_abs() % 60);
        match (hours, minutes) {
            (0, 0) => "UTC".to_owned(),
            (_, 0) => format!("UTC{sign}{hours}"),
            _ => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_in_the_stations_time() {
        // 19 March 2023, 04:00:00 UTC.
        let ms = 1_679_198_400_000;
        for (minutes, name, full, stamp) in [
            (300, "UTC+5", "2023-03-19 09:00", "2023-03-19T09:00:00+05:00"),
            (-210, "UTC−3:30", "2023-03-19 00:30", "2023-03-19T00:30:00-03:30"),
            (345, "UTC+5:45", "2023-03-19 09:45", "2023-03-19T09:45:00+05:45"),
            (0, "UTC", "2023-03-19 04:00", "2023-03-19T04:00:00+00:00"),
        ] {
            let zone = Zone { minutes };
            let moment = zone.moment(ms);
            assert_eq!((zone.name().as_str(), moment.full.as_str(), moment.stamp.as_str()), (name, full, stamp));
            assert!(full.ends_with(&moment.clock) && moment.clock.len() == 5);
        }
        for none in [0, u64::MAX] {
            assert_eq!(Zone { minutes: 300 }.moment(none), Moment::default());
        }
    }
}
