//! Turnout over stations: what the records of each come to, and what people look for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use kuager_wire::ids::RecordHash;
use kuager_wire::protocol::LineRole;

use super::directory::Sought;
use super::fold::Book;
use super::input::RowKey;
use super::line::{RowNumber, is_training};
use super::parts::Part;
use super::summary::Comparison;
use super::turnout::{Figure, Flag, FlagQuery, FlaggedRow, Turnout, TurnoutSummary, TurnoutTotal, flags};

/// Records that a flag names.
const SOURCES: usize = 4;

impl Book {
    /// The turnout of a row, beside the copies of its protocols.
    pub(super) fn turnout_of(&self, row: RowNumber, compared: &BTreeMap<u16, Comparison>) -> Turnout {
        // Of each hour what was told, and by how many records; what was counted, and without a break.
        let mut told: BTreeMap<u16, BTreeMap<i64, u32>> = BTreeMap::new();
        let mut own: BTreeMap<u16, Vec<i64>> = BTreeMap::new();
        for (_, line) in self.lines.row(row) {
            let Some(Part::Turnout { at, told: said, own: counted, whole }) =
                line.latest.content.as_deref().and_then(|content| content.part.as_ref())
            else {
                continue;
            };
            if let Some(said) = said {
                let count = told.entry(*at).or_default().entry(*said).or_default();
                *count = count.saturating_add(1);
            }
            if let Some(counted) = counted.filter(|_| *whole) {
                own.entry(*at).or_default().push(counted);
            }
        }
        let mut hours: Vec<u16> = told.keys().chain(own.keys()).copied().collect();
        hours.sort_unstable();
        hours.dedup();
        let most = |said: &BTreeMap<i64, u32>| {
            said.iter().max_by_key(|(number, count)| (**count, Reverse(**number))).map(|(number, _)| *number)
        };
        let figures = hours.into_iter().map(|at| Figure {
            at,
            told: told.get(&at).and_then(most),
            own: own.get(&at).and_then(|counted| counted.iter().max().copied()),
        });
        let mut turnout = Turnout { figures: figures.collect(), ..Turnout::default() };
        let listed = self.directory.station(row / 2).and_then(|listed| listed.registered).map(i64::from);
        let protocol = |role| self.agreed_line(compared, role);
        turnout.registered = protocol(LineRole::Registered).filter(|registered| *registered > 0).or(listed);
        turnout.issued = protocol(LineRole::Issued);
        turnout.outside = protocol(LineRole::Outside);
        turnout.absentee = protocol(LineRole::Absentee);
        let nothing = turnout.figures.is_empty() && turnout.issued.is_none();
        if !nothing {
            turnout.flags = flags(&turnout, &told, self.last_hour());
        }
        turnout
    }

    /// The last hour at which turnout is told, in minutes after midnight.
    fn last_hour(&self) -> Option<u16> {
        let turnout = self.directory.latest.as_ref()?.pack.turnout.as_ref()?;
        turnout.hours.iter().map(|hour| hour.at).max()
    }

    /// What all copies of the first contest that has the line say; nothing where they differ.
    fn agreed_line(&self, compared: &BTreeMap<u16, Comparison>, role: LineRole) -> Option<i64> {
        compared.iter().find_map(|(contest, compared)| {
            let columns = &self.forms.contests.get(usize::from(*contest))?.columns;
            let at = columns.iter().position(|column| column.role == role)?;
            let said = compared.columns.get(at)?;
            if said.len() == 1 { said.first().copied() } else { None }
        })
    }

    /// Turnout over the stations of a region, or of the whole directory.
    #[must_use]
    pub fn turnout(&self, region: Option<&str>) -> TurnoutTotal {
        let place = region.map(|key| self.directory.regions.iter().position(|known| known == key));
        let mut total = TurnoutTotal::default();
        for listed in self.directory.listed.iter().filter(|listed| place.is_none_or(|at| at == Some(listed.region))) {
            total.stations = total.stations.saturating_add(1);
            if let Some(summary) = self.summaries.get(&listed.station.saturating_mul(2)) {
                summary.turnout.add_to(&mut total);
            }
        }
        total
    }

    /// Turnout by region, in the order of the pack.
    #[must_use]
    pub fn turnout_by_region(&self) -> Vec<(String, TurnoutTotal)> {
        let mut totals = vec![TurnoutTotal::default(); self.directory.regions.len()];
        for listed in &self.directory.listed {
            let Some(total) = totals.get_mut(listed.region) else { continue };
            total.stations = total.stations.saturating_add(1);
            if let Some(summary) = self.summaries.get(&listed.station.saturating_mul(2)) {
                summary.turnout.add_to(total);
            }
        }
        let named = self.directory.regions.iter().cloned().zip(totals);
        named.filter(|(_, total)| total.stations > 0).collect()
    }

    /// Stations with flags, those with the largest difference first, from `first` on; and how many there are.
    #[must_use]
    pub fn flagged(&self, query: &FlagQuery, first: usize, most: usize) -> (Vec<FlaggedRow>, usize) {
        let sought = Sought::new(&query.words);
        let wanted = |flag: &&Flag| query.kind.is_none_or(|kind| flag.kind == kind);
        let mut found: Vec<(i64, RowNumber, Option<&String>)> = Vec::new();
        for (row, summary) in self.summaries.iter().filter(|(row, _)| !is_training(**row)) {
            let Some(largest) = summary.turnout.flags.iter().filter(wanted).map(|flag| flag.difference).max() else {
                continue;
            };
            let listed = self.directory.station(row / 2);
            let region = listed.and_then(|listed| self.directory.regions.get(listed.region));
            let named = match listed {
                Some(listed) => sought.is_in(listed),
                None => sought.is_in_name(self.station_name(row / 2).unwrap_or_default()),
            };
            if named && query.region.as_ref().is_none_or(|wanted| region == Some(wanted)) {
                found.push((largest, *row, region));
            }
        }
        let place = |row: RowNumber| self.station_name(row / 2).unwrap_or_default();
        found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| place(one.1).cmp(place(other.1))));
        let rows = found.iter().skip(first).take(most).filter_map(|(_, row, region)| {
            let flags = &self.summaries.get(row)?.turnout.flags;
            let flags = flags.iter().filter(wanted).copied().collect();
            Some(FlaggedRow { key: self.key(*row), region: region.cloned(), flags })
        });
        (rows.collect(), found.len())
    }

    /// What a station's turnout comes to.
    #[must_use]
    pub fn turnout_summary(&self, key: &RowKey) -> Option<TurnoutSummary> {
        let turnout = &self.summaries.get(&self.row_number(key)?)?.turnout;
        let Turnout { registered, issued, outside, absentee, flags, .. } = turnout.clone();
        Some(TurnoutSummary { registered, issued, outside, absentee, flags })
    }

    /// The records that a flag of a station was worked out from.
    #[must_use]
    pub fn flag_sources(&self, key: &RowKey, flag: &Flag) -> Vec<RecordHash> {
        let Some(row) = self.row_number(key) else { return Vec::new() };
        let mut sources: Vec<(u64, RecordHash)> = Vec::new();
        for (_, line) in self.lines.row(row) {
            let counts = match line.latest.content.as_deref().and_then(|content| content.part.as_ref()) {
                Some(Part::Turnout { at, .. }) => flag.at == Some(*at) || flag.from == Some(*at),
                Some(Part::Protocol { .. }) => flag.at.is_none(),
                _ => false,
            };
            if counts {
                sources.push((line.latest.received_ms, line.latest.hash));
            }
        }
        sources.sort_unstable();
        sources.into_iter().map(|(_, hash)| hash).take(SOURCES).collect()
    }
}
