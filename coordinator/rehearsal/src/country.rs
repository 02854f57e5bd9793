//! A country: its stations, and what happened at each on the day.

use fastrand::Rng;

/// Hours at which commissions tell the turnout.
pub const HOURS: [u32; 6] = [10, 12, 14, 16, 18, 20];
/// Share of the day's voters who have come by each of these hours, in thousandths.
const CURVE: [u32; 6] = [170, 360, 540, 700, 860, 985];
/// Lines of the ballot, "against all" not included.
pub const PARTIES: usize = 6;
/// Stations at most.
pub const STATIONS: usize = 20_000;
/// Regions by their codes, as the pack has them, with how many of a thousand stations each has.
const REGIONS: [(&str, u32); 20] = [
    ("100000000", 40),
    ("110000000", 56),
    ("150000000", 45),
    ("190000000", 66),
    ("230000000", 27),
    ("270000000", 47),
    ("310000000", 53),
    ("330000000", 43),
    ("350000000", 58),
    ("390000000", 55),
    ("430000000", 40),
    ("470000000", 28),
    ("550000000", 44),
    ("590000000", 54),
    ("610000000", 92),
    ("620000000", 18),
    ("630000000", 49),
    ("710000000", 46),
    ("750000000", 95),
    ("790000000", 44),
];

/// A station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its key in the pack.
    pub key: String,
    /// Its region.
    pub region: &'static str,
    /// Its number in the region.
    pub number: u32,
    /// Voters in its list.
    pub registered: u32,
}

/// What happened at a station: figures that add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Who had voted by each of [`HOURS`].
    pub told: [u32; 6],
    /// Voters who received a ballot, by the member who gave it.
    pub members: Vec<u32>,
    /// Votes for each party.
    pub votes: [u32; PARTIES],
    /// Votes against all.
    pub against: u32,
    /// Invalid ballots.
    pub invalid: u32,
    /// Ballots that were not used.
    pub cancelled: u32,
    /// Voters outside of the room.
    pub outside: u32,
    /// Voters with certificates.
    pub absentee: u32,
}

impl Truth {
    /// Voters who received a ballot.
    #[must_use]
    pub fn issued(&self) -> u32 {
        self.members.iter().sum()
    }

    /// Votes, which are the voters who took part.
    #[must_use]
    pub fn took_part(&self) -> u32 {
        self.votes.iter().sum::<u32>() + self.against
    }
}

/// All stations and what happened there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// The stations, region by region.
    pub places: Vec<Place>,
    /// What happened at each, in the same order.
    pub truths: Vec<Truth>,
}

impl Country {
    /// A country of so many stations.
    #[must_use]
    pub fn new(stations: usize, random: &mut Rng) -> Self {
        let mut places = Vec::with_capacity(stations);
        let weights: u32 = REGIONS.iter().map(|(_, weight)| weight).sum();
        let mut passed = 0;
        for (region, weight) in REGIONS {
            passed += weight;
            // Rounded so that all regions together have exactly as many as were asked for.
            let until = stations * passed as usize / weights as usize;
            let mut number = 0;
            while places.len() < until {
                number += 1;
                places.push(Place { key: format!("{region}-{number}"), region, number, registered: size(random) });
            }
        }
        let truths = places.iter().map(|place| truth(place.registered, random)).collect();
        Self { places, truths }
    }
}

/// Villages and towns: many small stations, none above the 3,000 voters that the law allows (Art. 23(2)).
fn size(random: &mut Rng) -> u32 {
    match random.u32(0..10) {
        0..=3 => random.u32(90..500),
        4..=6 => random.u32(500..1500),
        _ => random.u32(1500..2990),
    }
}

fn share(of: u32, thousandths: u32) -> u32 {
    u32::try_from(u64::from(of) * u64::from(thousandths) / 1000).unwrap_or(of)
}

fn truth(registered: u32, random: &mut Rng) -> Truth {
    let issued = share(registered, random.u32(380..820)).max(40);
    let carried_away = random.u32(0..3);
    let invalid = share(issued, random.u32(5..30)).max(2);
    let against = share(issued, random.u32(8..60)).max(2);
    let mut left = issued - carried_away - invalid - against;
    let mut votes = [0; PARTIES];
    for (at, votes) in votes.iter_mut().enumerate() {
        *votes = if at + 1 == PARTIES { left } else { share(left, random.u32(180..520)) };
        left -= *votes;
    }
    let members = members(issued, random);
    // The list and 1 % more (Art. 37(2)) at most.
    let received = registered + registered.div_ceil(100);
    let told = CURVE.map(|come| share(issued, come));
    let outside = share(issued, random.u32(0..40));
    Truth { told, members, votes, against, invalid, cancelled: received - issued, outside, absentee: random.u32(0..6) }
}

/// Four members share the work.
fn members(issued: u32, random: &mut Rng) -> Vec<u32> {
    let mut left = issued;
    let mut members: Vec<u32> = (0..3)
        .map(|_| {
            let some = share(left, random.u32(200..330));
            left -= some;
            some
        })
        .collect();
    members.push(left);
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_adds_up_in_a_country_of_any_size() {
        for stations in [1, 7, 400, 10_388] {
            let country = Country::new(stations, &mut Rng::with_seed(5));
            assert_eq!((country.places.len(), country.truths.len()), (stations, stations));
            for (place, truth) in country.places.iter().zip(&country.truths) {
                let boxes = truth.took_part() + truth.invalid;
                assert!(boxes <= truth.issued() && truth.issued() <= place.registered, "{truth:?}");
                assert!(truth.told.is_sorted() && truth.told[5] <= truth.issued());
                assert!(truth.issued() - truth.told[5] <= (truth.issued() / 10).max(100), "no late jump by itself");
                // No result that looks unusual by itself (K18).
                let most = truth.votes.iter().max().copied().unwrap_or(0);
                assert!(most < truth.votes.iter().sum() && truth.against > 0 && truth.invalid > 0);
            }
        }
        assert_eq!(Country::new(50, &mut Rng::with_seed(1)), Country::new(50, &mut Rng::with_seed(1)));
    }
}
