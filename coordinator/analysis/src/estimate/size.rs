//! How many stations a sample needs.

use super::quantile::Level;

/// Stations for a margin, by how much stations differ: `m0 = (z·s/E)²`, `m = m0 / (1 + m0/M)`, rounded up.
///
/// `spread` is the standard deviation of the share between stations at the last election, `margin` half the interval, `stations` how many the
/// frame has. Cochran (1977), 4.6; Lohr, *Sampling: Design and Analysis* (2nd ed. 2010), 2.6. Nothing where the numbers make no sense.
#[must_use]
pub fn stations_by_spread(spread: f64, margin: f64, stations: u32, z: f64) -> Option<u32> {
    if !(spread > 0.0 && spread <= 0.5 && margin > 0.0 && margin < 1.0 && stations > 0 && z > 0.0 && z < 10.0) {
        return None;
    }
    let without_end = (z * spread / margin).powi(2);
    whole((without_end / (1.0 + without_end / f64::from(stations))).ceil())
}

/// The margin of that many stations, other things as in [`stations_by_spread`].
#[must_use]
pub fn margin_by_spread(spread: f64, sampled: u32, stations: u32, z: f64) -> Option<f64> {
    if !(spread > 0.0 && spread <= 0.5 && sampled > 0 && sampled <= stations && z > 0.0 && z < 10.0) {
        return None;
    }
    let (sampled, stations) = (f64::from(sampled), f64::from(stations));
    Some(z * spread / sampled.sqrt() * (1.0 - sampled / stations).sqrt())
}

/// A size by voters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByVoters {
    /// Voters.
    pub voters: u32,
    /// Stations that have so many.
    pub stations: u32,
}

/// Voters and stations for a margin, as the guide of the National Democratic Institute has it: `P(1−P) / (E²/z² + P(1−P)/N)` voters.
///
/// Estok, Nevitte, Cowan, *The Quick Count and Election Observation* (2002), chapter 5. It takes voters for drawn one by one, as if those of
/// a station did not vote alike, so its margin is narrower than what a quick count will have. Rounded to the nearest, as in the guide.
#[must_use]
pub fn stations_by_voters(share: f64, margin: f64, voters: u32, per_station: f64, z: f64) -> Option<ByVoters> {
    let sensible = share > 0.0 && share < 1.0 && margin > 0.0 && margin < 1.0 && voters > 0 && z > 0.0 && z < 10.0;
    if !(sensible && per_station >= 1.0 && per_station.is_finite()) {
        return None;
    }
    let spread = share * (1.0 - share);
    let sampled = spread / ((margin / z).powi(2) + spread / f64::from(voters));
    Some(ByVoters { voters: whole(sampled.round())?, stations: whole((sampled / per_station).round().max(1.0))? })
}

/// Stations to draw so that enough report: the size over the response that is expected, rounded up.
#[must_use]
pub fn with_reserve(stations: u32, response: f64) -> Option<u32> {
    if !(response > 0.0 && response <= 1.0) {
        return None;
    }
    whole((f64::from(stations) / response).ceil())
}

/// Half the 95 % interval of an exit poll with `cards` at each of `stations`, where answers at a station are alike by `alike` (the intraclass
/// correlation): the design effect is `1 + (cards − 1)·alike`. Kish (1965); Lohr (2010), chapter 5.
#[must_use]
pub fn exit_poll_margin(share: f64, stations: u32, cards: u32, alike: f64) -> Option<f64> {
    if !(share > 0.0 && share < 1.0 && stations > 0 && cards > 0 && (0.0..=1.0).contains(&alike)) {
        return None;
    }
    let (stations, cards) = (f64::from(stations), f64::from(cards));
    let effect = 1.0 + (cards - 1.0) * alike;
    Some(Level::P95.z() * (effect * share * (1.0 - share) / (stations * cards)).sqrt())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within its bounds")]
fn whole(number: f64) -> Option<u32> {
    (1.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::super::quantile::{Z95, Z99};
    use super::*;

    #[test]
    fn sizes_by_spread() {
        let size = |margin| stations_by_spread(0.15, margin, 10_388, Z95);
        assert_eq!([size(0.02), size(0.015), size(0.01)], [Some(212), Some(371), Some(798)]);
        assert_eq!(with_reserve(371, 0.9), Some(413));
        for (sampled, margin) in [(300, 0.017), (500, 0.013), (800, 0.010)] {
            let found = margin_by_spread(0.15, sampled, 10_388, Z95).expect("is sensible");
            assert!((found - margin).abs() < 0.0005, "{sampled}: {found}");
        }
        assert!(stations_by_spread(0.15, 0.01, 10_388, Z99) > size(0.01), "to be surer takes more");
        assert_eq!(stations_by_spread(0.15, 1e-9, 12, Z95), Some(12), "there are no more");
    }

    #[test]
    fn the_guides_example_by_the_guides_formula() {
        // Peru 2001. The guide prints 163,185 and 1,020, which its formula does not give.
        let size = stations_by_voters(0.5, 0.0032, 14_570_774, 160.0, 2.58);
        assert_eq!(size, Some(ByVoters { voters: 160_717, stations: 1_004 }));
    }

    #[test]
    fn answers_alike_widen_the_margin_of_an_exit_poll() {
        for (stations, alike, margin) in [(300, 0.0, 0.0089), (300, 0.05, 0.0154), (600, 0.05, 0.0109)] {
            let found = exit_poll_margin(0.5, stations, 40, alike).expect("is sensible");
            assert!((found - margin).abs() < 0.00005, "{stations} {alike}: {found}");
        }
    }

    #[test]
    fn what_makes_no_sense_has_no_size() {
        for wrong in [f64::NAN, f64::INFINITY, 0.0, -0.1] {
            assert_eq!(stations_by_spread(wrong, 0.01, 100, Z95), None);
            assert_eq!(stations_by_spread(0.15, wrong, 100, Z95), None);
            assert_eq!(stations_by_spread(0.15, 0.01, 100, wrong), None);
            assert_eq!(stations_by_voters(0.5, wrong, 100, 10.0, Z95), None);
            assert_eq!(stations_by_voters(0.5, 0.01, 100, wrong, Z95), None);
            assert_eq!(with_reserve(10, wrong), None);
            assert_eq!(exit_poll_margin(wrong, 10, 10, 0.1), None);
        }
        assert_eq!(with_reserve(u32::MAX, 0.5), None);
        assert_eq!((stations_by_spread(0.1, 0.1, 0, Z95), margin_by_spread(0.1, 5, 4, Z95)), (None, None));
    }
}
