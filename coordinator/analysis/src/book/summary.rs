//! What the records of one row come to, kept so that a page over ten thousand stations need not look at every record again.

use std::collections::{BTreeMap, BTreeSet};

use kuager_wire::pack::Gravity;
use kuager_wire::protocol::{LineRole, Severity};
use kuager_wire::record::RecordKind;

use super::compliance::NormState;
use super::line::Line;
use super::meaning::{Column, Paper};
use super::parts::Fails;
use super::turnout::Turnout;

/// How much of one form has arrived, and when the newest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many records, corrected ones once.
    pub count: u64,
    /// When the newest of them arrived.
    pub last_ms: u64,
}

impl Count {
    /// Counts these, too.
    pub fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// Where the protocol of a contest at a station stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// There is none.
    #[default]
    None,
    /// One observer reports it.
    Reported,
    /// Two observers report the same, line by line, or somebody responsible has compared it with its photo.
    Confirmed,
    /// Copies differ.
    Disputed,
    /// It is what the commissions above say.
    OfficialMatch,
    /// The commissions above say something else than every copy.
    OfficialMismatch,
}

impl Status {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reported => "reported",
            Self::Confirmed => "confirmed",
            Self::Disputed => "disputed",
            Self::OfficialMatch => "official_match",
            Self::OfficialMismatch => "official_mismatch",
        }
    }
}

/// Where a contest stands at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestRow {
    /// The contest.
    pub contest: String,
    /// Where it stands.
    pub status: Status,
    /// How many copies there are.
    pub copies: u64,
    /// Of how many observers.
    pub observers: u64,
    /// In how many lines copies differ.
    pub differing: u64,
}

/// What is kept of a contest of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContestState {
    pub(super) contest: u16,
    pub(super) status: Status,
    pub(super) copies: u32,
    pub(super) observers: u32,
    pub(super) differing: u16,
    /// What counts in sums; nothing where copies differ.
    pub(super) agreed: Option<Box<[Option<i64>]>>,
    /// What the commissions above say.
    pub(super) official: Option<Box<[Option<i64>]>>,
    /// Whether a relation that must hold fails in a copy.
    pub(super) fails: bool,
    /// Whether somebody lets every such copy count.
    pub(super) released: bool,
}

/// What the records of one row come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Records, corrected ones once.
    pub(super) records: u64,
    /// By the number of the form's name; `NONE` for what answers no form.
    pub(super) forms: BTreeMap<u32, Count>,
    pub(super) contests: Vec<ContestState>,
    /// Hours for which turnout was told or counted, in minutes after midnight.
    pub(super) hours: BTreeSet<u16>,
    /// Relations that fail, by severity.
    pub(super) fails: [u32; 3],
    /// The heaviest of them, with the number of its form.
    pub(super) heaviest: Option<(u32, Fails)>,
    pub(super) incidents: u32,
    pub(super) gravest: Option<Gravity>,
    /// Lines of all incidents, withdrawn ones, too.
    pub(super) incident_lines: Vec<u32>,
    /// What is said of norms, in the order of their numbers.
    pub(super) norms: Vec<NormState>,
    pub(super) turnout: Turnout,
    pub(super) observers: BTreeSet<u32>,
    pub(super) devices: BTreeSet<u32>,
    pub(super) last_ms: u64,
}

/// The copies of a contest, compared line by line.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// What copies say in each column, each value once.
    pub(super) columns: Vec<BTreeSet<i64>>,
    pub(super) copies: u32,
    pub(super) observers: BTreeSet<u32>,
    /// Observers whose copy has every line of the ballot.
    complete: BTreeSet<u32>,
    pub(super) verified: bool,
    /// Whether a relation that must hold fails in one of them.
    pub(super) fails: bool,
    /// Whether one of those has not been let count.
    pub(super) unreleased: bool,
}

impl Comparison {
    pub(super) fn add(&mut self, line: &Line, paper: &Paper, values: &[Option<i64>], columns: &[Column]) {
        self.copies = self.copies.saturating_add(1);
        self.observers.insert(line.observer);
        self.columns.resize_with(columns.len().max(self.columns.len()), BTreeSet::new);
        let mut votes = 0_u32;
        let mut given = 0_u32;
        for ((_, column), value) in paper.lines.iter().zip(values) {
            if columns.get(*column).is_some_and(|column| column.role == LineRole::Votes) {
                votes = votes.saturating_add(1);
                given = given.saturating_add(u32::from(value.is_some()));
            }
            if let (Some(said), Some(value)) = (self.columns.get_mut(*column), value) {
                said.insert(*value);
            }
        }
        // Numbers that somebody typed from another's photo are no second pair of eyes at the station.
        if votes > 0 && votes == given && line.latest.kind == RecordKind::Protocol {
            self.complete.insert(line.observer);
        }
    }

    pub(super) fn differing(&self) -> usize {
        self.columns.iter().filter(|said| said.len() > 1).count()
    }

    /// Where it stands beside official figures, column by column.
    pub(super) fn status(&self, official: Option<&[Option<i64>]>) -> Status {
        if self.copies == 0 {
            return Status::None;
        }
        if let Some(official) = official {
            let both = self.columns.iter().zip(official).filter_map(|(said, figure)| Some((said, (*figure)?)));
            let both: Vec<bool> =
                both.filter(|(said, _)| !said.is_empty()).map(|(said, figure)| said.contains(&figure)).collect();
            if both.contains(&false) {
                return Status::OfficialMismatch;
            }
            if !both.is_empty() && self.differing() == 0 {
                return Status::OfficialMatch;
            }
        }
        match () {
            () if self.differing() > 0 => Status::Disputed,
            () if self.verified || self.complete.len() > 1 => Status::Confirmed,
            () => Status::Reported,
        }
    }

    /// What counts in sums: what all copies say, and nothing where they differ.
    pub(super) fn agreed(&self) -> Option<Vec<Option<i64>>> {
        (self.copies > 0 && self.differing() == 0)
            .then(|| self.columns.iter().map(|said| said.first().copied()).collect())
    }
}

/// The heaviest first.
pub(super) const fn weight(severity: Severity) -> usize {
    match severity {
        Severity::Hard => 0,
        Severity::Soft => 1,
        Severity::Statistical => 2,
    }
}
