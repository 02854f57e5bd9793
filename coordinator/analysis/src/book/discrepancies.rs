//! Where official figures are not what protocols say, line by line.

use std::cmp::Reverse;

use kuager_wire::ids::RecordHash;

use super::entry::EntryId;
use super::fold::Book;
use super::input::RowKey;
use super::line::is_training;
use super::meaning::Column;
use super::summary::Status;
use super::view::FormName;

/// A line of a protocol that the official figures have otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// The station.
    pub key: RowKey,
    /// The contest.
    pub contest: String,
    /// What the line means.
    pub column: Column,
    /// The form, and the question that reads the line.
    pub question: Option<(FormName, String)>,
    /// What copies of the protocol say, each value once.
    pub said: Vec<i64>,
    /// The records they are from.
    pub records: Vec<RecordHash>,
    /// What the official figures say.
    pub official: i64,
    /// The entry of the journal that they rest on.
    pub entry: EntryId,
    /// By how much the nearest copy differs.
    pub difference: u64,
}

/// Which differences are looked for; all where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sought<'a> {
    /// Of this contest.
    pub contest: Option<&'a str>,
    /// At stations of this region.
    pub region: Option<&'a str>,
}

impl Book {
    /// Every line in which no copy of a station's protocol says what the official figures say, the largest difference first.
    #[must_use]
    pub fn discrepancies(&self, sought: Sought<'_>) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        let region = sought.region.map(|key| self.directory.regions.iter().position(|known| known == key));
        let is_there = |row: &u32| {
            region.is_none_or(|region| self.directory.station(row / 2).map(|listed| listed.region) == region)
        };
        let mismatches = self.summaries.iter().filter(|(row, summary)| {
            let differs = |contest: &super::summary::ContestState| contest.status == Status::OfficialMismatch;
            !is_training(**row) && summary.contests.iter().any(differs) && is_there(row)
        });
        for (row, _) in mismatches {
            let at = self.discrepancies_at(&self.key(*row)).into_iter();
            found.extend(at.filter(|row| sought.contest.is_none_or(|wanted| wanted == row.contest)));
        }
        found.sort_by(|one, other| {
            let order = |of: &Discrepancy| (Reverse(of.difference), of.key.station.clone(), of.contest.clone());
            order(one).cmp(&order(other))
        });
        found
    }

    /// Those of one station, in the order of its papers.
    #[must_use]
    pub fn discrepancies_at(&self, key: &RowKey) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        let summary = self.row_number(key).and_then(|row| self.summaries.get(&row));
        let differs = |contest: &super::summary::ContestState| contest.status == Status::OfficialMismatch;
        let differs = summary.is_some_and(|summary| summary.contests.iter().any(differs));
        if let Some(view) = differs.then(|| self.station(key)).flatten() {
            for contest in view.contests {
                let Some((entry, figures)) = contest.official else { continue };
                for (at, (column, official)) in contest.columns.iter().zip(figures).enumerate() {
                    let Some(official) = official else { continue };
                    let copies = contest.copies.iter().filter_map(|copy| {
                        let said = copy.values.get(at).copied().flatten()?;
                        Some((said, copy.record, &copy.form))
                    });
                    let copies: Vec<_> = copies.collect();
                    let nearest = copies.iter().map(|(said, ..)| said.abs_diff(official)).min();
                    let Some(difference) = nearest.filter(|difference| *difference > 0) else { continue };
                    let mut said: Vec<i64> = copies.iter().map(|(said, ..)| *said).collect();
                    said.sort_unstable();
                    said.dedup();
                    let question = contest.questions.get(at).cloned().flatten();
                    found.push(Discrepancy {
                        key: key.clone(),
                        contest: contest.contest.clone(),
                        column: column.clone(),
                        question: question
                            .zip(copies.first())
                            .map(|(question, (.., form))| ((*form).clone(), question)),
                        said,
                        records: copies.iter().map(|(_, record, _)| *record).collect(),
                        official,
                        entry,
                        difference,
                    });
                }
            }
        }
        found
    }
}
