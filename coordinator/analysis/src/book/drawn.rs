//! What has come from stations of a drawn sample: the reports that a quick count is made from, and why others are missing.
//!
//! A station has reported when its copies say the same, or people have read one of them from its photo, and what must hold does, or somebody
//! responsible lets it count in a signed entry. Nothing is filled in.

use std::collections::{BTreeMap, BTreeSet};

use kuager_wire::ids::{PackHash, RecordHash};
use kuager_wire::protocol::{LineRole, Severity};

use super::fold::Book;
use super::input::RowKey;
use super::line::{Line, RowNumber};
use super::meaning::{Column, Paper};
use super::parts::{Content, Part};
use crate::estimate::quick_count::Report;

const MINUTE_MS: f64 = 60_000.0;

/// Why a station of the sample has not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Nothing has come from there.
    Silent,
    /// Something has come, and no protocol.
    NoProtocol,
    /// Copies differ, and nobody has read one of them from its photo.
    Disputed,
    /// Something that must hold does not, and nobody has let it count.
    Fails,
    /// A line that is needed cannot be read, or was left empty.
    Incomplete,
}

impl Missing {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Silent, Self::NoProtocol, Self::Disputed, Self::Fails, Self::Incomplete];
}

/// What has come from the stations of a sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gathered {
    /// The options of the ballot, in its order.
    pub options: Vec<String>,
    /// Reports by station.
    pub reports: BTreeMap<String, Report>,
    /// Stations that count only because somebody lets them.
    pub released: BTreeSet<String>,
    /// Why others are missing.
    pub missing: BTreeMap<String, Missing>,
    /// Packs whose forms the reports answer: what holds them back holds back the count.
    pub packs: BTreeSet<PackHash>,
}

/// A copy, as far as a count needs it.
struct Counted {
    record: RecordHash,
    received_ms: u64,
    pack: PackHash,
    values: Vec<Option<i64>>,
    verified: bool,
    fails: bool,
    released: bool,
}

/// Which numbers of a paper a report is made of.
struct Lines<'a> {
    columns: &'a [Column],
    votes: &'a [(usize, String)],
    /// As the frame has it.
    registered: Option<u32>,
    closed_ms: u64,
}

impl Lines<'_> {
    /// A report of the values of a paper's columns; nothing where one is missing that nothing else gives.
    fn report(&self, value: &dyn Fn(usize) -> Option<u32>, received_ms: u64) -> Option<Report> {
        let of = |role: LineRole| self.columns.iter().position(|column| column.role == role).map(value);
        let votes: Vec<u32> = self.votes.iter().map(|(at, _)| value(*at)).collect::<Option<_>>()?;
        let all = votes.iter().try_fold(0_u32, |sum, votes| sum.checked_add(*votes))?;
        // Papers without the line: the votes are those who took part.
        let took_part = of(LineRole::TookPart).unwrap_or(Some(all))?;
        let invalid = of(LineRole::Invalid).unwrap_or(Some(0))?;
        let issued = of(LineRole::Issued).unwrap_or_else(|| took_part.checked_add(invalid))?;
        let registered = of(LineRole::Registered).flatten().or(self.registered)?;
        Some(Report { arrived: minutes(self.closed_ms, received_ms), registered, issued, took_part, invalid, votes })
    }
}

/// Minutes from one moment to another; below nothing where it is before.
#[expect(clippy::cast_precision_loss, reason = "a moment of our centuries is below 2^52 milliseconds")]
fn minutes(from_ms: u64, to_ms: u64) -> f64 {
    (to_ms as f64 - from_ms as f64) / MINUTE_MS
}

impl Book {
    /// What has come from stations of a sample about a contest; each may bring along how many are registered there by the frame. Moments are
    /// counted from when the polls closed.
    #[must_use]
    pub fn drawn<'a>(
        &self,
        stations: impl IntoIterator<Item = (&'a str, Option<u32>)>,
        contest: &str,
        closed_ms: u64,
    ) -> Gathered {
        let mut gathered = Gathered::default();
        let Some(place) = self.forms.contests.iter().position(|known| known.key == contest) else { return gathered };
        let Some(known) = self.forms.contests.get(place) else { return gathered };
        let votes: Vec<(usize, String)> = self.ballot(contest, &known.columns);
        gathered.options = votes.iter().map(|(_, option)| option.clone()).collect();
        for (station, registered) in stations {
            let row = self.row_number(&RowKey { training: false, station: Some(station.to_owned()) });
            let lines = Lines { columns: &known.columns, votes: &votes, registered, closed_ms };
            match row.map_or(Err(Missing::Silent), |row| self.report(row, place, &lines)) {
                Ok((report, counted)) => {
                    gathered.reports.insert(station.to_owned(), report);
                    gathered.packs.insert(counted.pack);
                    if counted.fails {
                        gathered.released.insert(station.to_owned());
                    }
                }
                Err(missing) => {
                    gathered.missing.insert(station.to_owned(), missing);
                }
            }
        }
        gathered
    }

    /// What the official figures of a contest at some stations come to, column by column, and at how many of them there are any.
    #[must_use]
    pub fn official_sums<'a>(
        &self,
        contest: &str,
        stations: impl IntoIterator<Item = &'a str>,
    ) -> (usize, Vec<(Column, Option<i64>)>) {
        let columns = self.columns(contest);
        let mut sums: Vec<Option<i64>> = vec![None; columns.len()];
        let mut have = 0_usize;
        let mut key = (String::new(), contest.to_owned());
        for station in stations {
            key.0.clear();
            key.0.push_str(station);
            let Some((_, figures)) = self.entries.official.get(&key) else { continue };
            have = have.saturating_add(1);
            for (column, figure) in figures {
                if let Some(sum) = columns.iter().position(|known| known == column).and_then(|at| sums.get_mut(at)) {
                    *sum = Some(sum.unwrap_or(0).saturating_add(*figure));
                }
            }
        }
        (have, columns.iter().cloned().zip(sums).collect())
    }

    /// The lines of the ballot by their places, in its order.
    fn ballot(&self, contest: &str, columns: &[Column]) -> Vec<(usize, String)> {
        let pack = self.directory.latest.as_ref().map(|latest| &latest.pack);
        let order: Vec<&str> = pack
            .and_then(|pack| pack.contest(contest))
            .map(|known| known.options.iter().map(|option| option.key.as_str()).collect())
            .unwrap_or_default();
        let mut votes: Vec<(usize, String)> = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.role == LineRole::Votes)
            .filter_map(|(at, column)| Some((at, column.option.clone()?)))
            .collect();
        // What only older packs have stands behind.
        votes.sort_by_key(|(at, option)| (order.iter().position(|known| known == option).unwrap_or(usize::MAX), *at));
        if !order.is_empty() {
            votes.retain(|(_, option)| order.contains(&option.as_str()));
        }
        votes
    }

    fn report(&self, row: RowNumber, contest: usize, lines: &Lines<'_>) -> Result<(Report, Counted), Missing> {
        let mut copies = self.copies_counted(row, contest, lines.columns.len());
        if copies.is_empty() {
            let any = self.summaries.get(&row).is_some_and(|summary| summary.records > 0);
            return Err(if any { Missing::NoProtocol } else { Missing::Silent });
        }
        // What people have read from a photo counts before what only observers say.
        if copies.iter().any(|copy| copy.verified) {
            copies.retain(|copy| copy.verified);
        }
        copies.sort_by_key(|copy| (copy.received_ms, copy.record));
        let said = |at: usize| {
            copies.iter().filter_map(|copy| copy.values.get(at).copied().flatten()).collect::<BTreeSet<i64>>()
        };
        let columns: Vec<BTreeSet<i64>> = (0..lines.columns.len()).map(said).collect();
        if columns.iter().any(|said| said.len() > 1) {
            return Err(Missing::Disputed);
        }
        if copies.iter().any(|copy| copy.fails && !copy.released) {
            return Err(Missing::Fails);
        }
        let value =
            |at: usize| columns.get(at).and_then(|said| said.first()).and_then(|value| u32::try_from(*value).ok());
        let fails = copies.iter().any(|copy| copy.fails);
        let mut first = copies.into_iter().next().ok_or(Missing::NoProtocol)?;
        first.fails = fails;
        let report = lines.report(&value, first.received_ms).ok_or(Missing::Incomplete)?;
        Ok((report, first))
    }

    fn copies_counted(&self, row: RowNumber, contest: usize, columns: usize) -> Vec<Counted> {
        let copies = self.lines.row(row).filter_map(|(_, line)| {
            let (known, content) = (self.forms.get(line.latest.form)?, line.latest.content.as_deref()?);
            let paper = known.meaning.as_ref()?.paper.as_ref()?;
            let Some(Part::Protocol { values, .. }) = &content.part else { return None };
            (usize::from(paper.contest) == contest)
                .then(|| self.copy_of(line, known.pack, paper, values, content, columns))
        });
        copies.collect()
    }

    fn copy_of(
        &self,
        line: &Line,
        pack: PackHash,
        paper: &Paper,
        values: &[Option<i64>],
        content: &Content,
        columns: usize,
    ) -> Counted {
        let mut by_column = vec![None; columns];
        for ((_, column), value) in paper.lines.iter().zip(values) {
            if let Some(place) = by_column.get_mut(*column) {
                *place = *value;
            }
        }
        Counted {
            record: line.latest.hash,
            received_ms: line.latest.received_ms,
            pack,
            values: by_column,
            verified: self.entries.verified.contains_key(&line.latest.hash),
            fails: self.fails(line.latest.form, content, Severity::Hard) > 0,
            released: self.released(line, content),
        }
    }
}
