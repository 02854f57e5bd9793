//! What is unusual in the numbers of a contest, station by station and over many (K18).

use kuager_wire::ids::RecordHash;
use kuager_wire::protocol::LineRole;

use super::fold::Book;
use super::input::RowKey;
use super::meaning::Column;
use crate::statistics::digits::{Digits, last_digits};
use crate::statistics::many::{LEVEL, holm};

/// Registered voters from which on it is unusual that nobody spoiled a ballot, or voted against all.
pub const MANY: i64 = 500;
/// Lines whose last digits are looked at: those that come from counting. How many are registered comes from a list.
const COUNTED: [LineRole; 3] = [LineRole::Votes, LineRole::TookPart, LineRole::Issued];

/// What is unusual at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unusual {
    /// Everybody who is registered received a ballot.
    EverybodyCame,
    /// One option has all votes.
    OneOption,
    /// No ballot is invalid, of more than [`MANY`] voters.
    NoneInvalid,
    /// Nobody voted against all, of more than [`MANY`] voters.
    NoneAgainst,
}

impl Unusual {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::EverybodyCame, Self::OneOption, Self::NoneInvalid, Self::NoneAgainst];

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EverybodyCame => "everybody-came",
            Self::OneOption => "one-option",
            Self::NoneInvalid => "none-invalid",
            Self::NoneAgainst => "none-against",
        }
    }
}

/// A station that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// The station.
    pub key: RowKey,
    /// What is unusual.
    pub unusual: Unusual,
    /// The numbers that it follows from.
    pub numbers: Vec<(Column, i64)>,
    /// The records they are from.
    pub records: Vec<RecordHash>,
}

/// The last digits of a line over the stations of a region, or of all.
#[derive(Debug, Clone, PartialEq)]
pub struct DigitRow {
    /// The region; nothing for all of them.
    pub region: Option<String>,
    /// The line.
    pub column: Column,
    /// The digits, and what the test says.
    pub digits: Digits,
    /// What its chance becomes among all tests that were made (Holm).
    pub adjusted: Option<f64>,
}

impl DigitRow {
    /// Whether it deserves a look.
    #[must_use]
    pub fn stands_out(&self) -> bool {
        self.adjusted.is_some_and(|adjusted| adjusted < LEVEL)
    }
}

/// What is unusual in a contest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// Stations whose numbers were looked at: those in the sums.
    pub stations: u64,
    /// Stations that deserve a look, in the order of the directory.
    pub flags: Vec<Oddity>,
    /// Last digits, over all stations first and then region by region.
    pub digits: Vec<DigitRow>,
    /// How many tests were made.
    pub tests: usize,
}

impl Book {
    /// What is unusual in a contest. Stations whose copies differ are left out, as in sums.
    #[must_use]
    pub fn statistics(&self, contest: &str) -> Statistics {
        let Some(known) = self.forms.contests.iter().find(|known| known.key == contest) else {
            return Statistics::default();
        };
        let columns = &known.columns;
        let against =
            self.directory.latest.as_ref().and_then(|latest| latest.pack.contest(contest)?.against_all.clone());
        let mut found = Statistics::default();
        // By region, by column.
        let mut numbers: Vec<Vec<Vec<i64>>> = vec![vec![Vec::new(); columns.len()]; self.directory.regions.len()];
        for listed in self.listed_of(None) {
            let Some(state) = self.state(listed.row(), contest) else { continue };
            let Some(agreed) = state.agreed.as_deref() else { continue };
            found.stations = found.stations.saturating_add(1);
            for (at, value) in agreed.iter().enumerate() {
                let place = numbers.get_mut(listed.region).and_then(|region| region.get_mut(at));
                if let (Some(place), Some(value)) = (place, value) {
                    place.push(*value);
                }
            }
            for (unusual, lines) in unusual(columns, agreed, against.as_deref()) {
                let numbers =
                    lines.into_iter().filter_map(|at| Some((columns.get(at)?.clone(), agreed.get(at).copied()??)));
                found.flags.push(Oddity {
                    key: self.key(listed.row()),
                    unusual,
                    numbers: numbers.collect(),
                    records: self.copies_of(listed.row(), state.contest).collect(),
                });
            }
        }
        let regions = self.directory.regions.iter().zip(&numbers);
        for (at, column) in columns.iter().enumerate().filter(|(_, column)| COUNTED.contains(&column.role)) {
            let of = |region: &Vec<Vec<i64>>| region.get(at).cloned().unwrap_or_default();
            let everywhere = numbers.iter().flat_map(of);
            let row =
                |region: Option<String>, digits| DigitRow { region, column: column.clone(), digits, adjusted: None };
            found.digits.push(row(None, last_digits(everywhere)));
            let each = regions.clone().filter(|(_, numbers)| numbers.iter().any(|column| !column.is_empty()));
            found.digits.extend(each.map(|(region, numbers)| row(Some(region.clone()), last_digits(of(numbers)))));
        }
        let chances: Vec<f64> = found.digits.iter().filter_map(|row| Some(row.digits.tested.ok()?.p)).collect();
        found.tests = chances.len();
        let tested = found.digits.iter_mut().filter(|row| row.digits.tested.is_ok());
        for (row, adjusted) in tested.zip(holm(&chances)) {
            row.adjusted = Some(adjusted);
        }
        // Whole lines first, and what stands out most among the regions.
        found.digits.sort_by(|one, other| {
            let order = |row: &DigitRow| (row.region.is_some(), row.adjusted.unwrap_or(2.0));
            let (one, other) = (order(one), order(other));
            one.0.cmp(&other.0).then(if one.0 { one.1.total_cmp(&other.1) } else { std::cmp::Ordering::Equal })
        });
        found
    }
}

/// What is unusual in a protocol, each with the places of the numbers it follows from.
fn unusual(columns: &[Column], values: &[Option<i64>], against: Option<&str>) -> Vec<(Unusual, Vec<usize>)> {
    let place = |role: LineRole| columns.iter().position(|column| column.role == role);
    let value = |at: usize| values.get(at).copied().flatten();
    let votes: Vec<usize> =
        columns.iter().enumerate().filter(|(_, column)| column.role == LineRole::Votes).map(|(at, _)| at).collect();
    let mut found = Vec::new();
    let registered = place(LineRole::Registered);
    if let (Some(registered), Some(issued)) = (registered, place(LineRole::Issued))
        && let (Some(all), Some(came)) = (value(registered), value(issued))
        && all > 0
        && came == all
    {
        found.push((Unusual::EverybodyCame, vec![registered, issued]));
    }
    let said: Option<Vec<i64>> = votes.iter().map(|at| value(*at)).collect();
    if let Some(said) = said.filter(|said| said.len() > 1)
        && said.iter().filter(|votes| **votes > 0).count() == 1
        && let Some(one) = votes.iter().zip(&said).find(|(_, votes)| **votes > 0).map(|(at, _)| *at)
    {
        found.push((Unusual::OneOption, place(LineRole::TookPart).into_iter().chain([one]).collect()));
    }
    if let Some(registered) = registered.filter(|at| value(*at).is_some_and(|all| all > MANY)) {
        if let Some(invalid) = place(LineRole::Invalid).filter(|at| value(*at) == Some(0)) {
            found.push((Unusual::NoneInvalid, vec![registered, invalid]));
        }
        let against = columns.iter().position(|column| {
            column.role == LineRole::Votes && against.is_some() && column.option.as_deref() == against
        });
        if let Some(against) = against.filter(|at| value(*at) == Some(0)) {
            found.push((Unusual::NoneAgainst, vec![registered, against]));
        }
    }
    found
}
