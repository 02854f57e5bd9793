//! What an exit poll is worked out from.

use std::collections::BTreeMap;

/// A sampled station.
#[derive(Debug, Clone, PartialEq)]
pub struct PolledStation {
    /// Its stratum.
    pub stratum: String,
    /// Its registered voters.
    pub registered: u32,
    /// Those of the whole stratum.
    pub stratum_registered: u32,
    /// Stations drawn in its stratum.
    pub stations_drawn: u32,
    /// The chance with which it was drawn.
    pub pi: f64,
    /// Of how many voters who leave one is asked.
    pub interval: u32,
}

impl PolledStation {
    /// How many voters of the country one card of this station stands for, before anything is adjusted: interval over chance.
    #[must_use]
    pub fn base_weight(&self) -> f64 {
        f64::from(self.interval) / self.pi
    }
}

/// Of how many voters who leave a station one is asked: those expected over the cards that are wanted, at least one.
#[must_use]
pub fn interval(registered: u32, expected_turnout: f64, cards: u32) -> u32 {
    let interval = (f64::from(registered) * expected_turnout / f64::from(cards.max(1))).round().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least one; a cast stops at the largest there is"
    )]
    let interval = interval as u32;
    interval
}

/// A stretch of time at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// The interval as the interviewer had it.
    pub interval: u32,
    /// The random start.
    pub start: u32,
    /// Voters who have left.
    pub passed: u32,
    /// Voters whom the counter chose, as the interviewer noted it.
    pub selected: u32,
}

/// What came of a voter whom the counter chose. Numbers as on the interviewer's sheet, letters as AAPOR has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// 1.0, a card with a vote: I.
    Complete,
    /// 1.2, a card without one: P.
    Partial,
    /// 2.1, refused: R.
    Refused,
    /// 2.2, missed in the crowd: NC.
    Missed,
    /// 2.3, no common language: O.
    Language,
    /// 3.x, not known whether the person had voted here: U.
    Unknown,
    /// 4.x, had not, or is of the commission.
    NotEligible,
}

/// Ages as cells have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// 18 to 44.
    Younger,
    /// 45 and above.
    Older,
}

impl Age {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Younger => "18-44",
            Self::Older => "45+",
        }
    }

    /// From an age or a band of ages: `37`, `30-44`, `60+`. A band that lies on both sides of 45 is in no cell.
    #[must_use]
    pub fn of_band(band: &str) -> Option<Self> {
        let mut ages = band.split(['-', '–', '—']).map(|part| {
            let digits = part.trim().strip_suffix('+').unwrap_or(part.trim());
            digits.parse::<u8>().ok()
        });
        let from = ages.next()??;
        let to = match ages.next() {
            None if band.trim_end().ends_with('+') => u8::MAX,
            None => from,
            Some(to) => to?,
        };
        match (from, to) {
            _ if ages.next().is_some() || from > to => None,
            (_, ..45) => Some(Self::Younger),
            (45.., _) => Some(Self::Older),
            _ => None,
        }
    }
}

/// A voter whom the counter chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// At which station.
    pub station: String,
    /// In which wave.
    pub wave: String,
    /// What came of it.
    pub disposition: Disposition,
    /// The sex as seen, where somebody noted it.
    pub sex: Option<String>,
    /// The age as seen.
    pub age: Option<Age>,
}

/// A card from the box.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    /// At which station.
    pub station: String,
    /// In which wave.
    pub wave: String,
    /// What is marked, nothing on a partial.
    pub vote: Option<String>,
    /// The sex as marked.
    pub sex: Option<String>,
    /// The age as marked.
    pub age: Option<Age>,
}

/// Everything, as [`super::read()`] checks it: contacts and cards are of waves, waves and strata of stations that are here.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Sampled stations by key.
    pub stations: BTreeMap<String, PolledStation>,
    /// Waves by station and name.
    pub waves: BTreeMap<(String, String), Wave>,
    /// Voters whom the counter chose.
    pub contacts: Vec<Contact>,
    /// Cards.
    pub cards: Vec<Card>,
    /// Who took part, by stratum, once that is known.
    pub took_part: Option<BTreeMap<String, f64>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_of_ages_are_in_one_cell_or_in_none() {
        for (band, age) in [
            ("18-29", Some(Age::Younger)),
            ("30–44", Some(Age::Younger)),
            ("18 - 44", Some(Age::Younger)),
            ("37", Some(Age::Younger)),
            ("45-59", Some(Age::Older)),
            ("60+", Some(Age::Older)),
            ("45+", Some(Age::Older)),
            ("40-49", None),
            ("40+", None),
            ("59-45", None),
            ("18-29-44", None),
            ("young", None),
            ("-5", None),
            ("999", None),
        ] {
            assert_eq!(Age::of_band(band), age, "{band}");
        }
    }
}
