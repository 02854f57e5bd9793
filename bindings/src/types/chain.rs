//! What checking this device's chain finds.

use kuager_core::wire::record;

use super::numbers::signed;

/// Numbers that are lost by signed statement.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SeqRange {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

/// What checking this device's chain found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChainReport {
    /// Valid records.
    pub records: i64,
    /// Id of the last one.
    pub head: Option<String>,
    /// Numbers that are lost by signed statement.
    pub lost: Vec<SeqRange>,
    /// What does not hold, for developers. Empty: the chain is whole.
    pub faults: Vec<String>,
}

pub(crate) fn chain_report(report: &kuager_core::ChainReport) -> ChainReport {
    let lost = |range: &record::SeqRange| SeqRange { first: signed(range.first), last: signed(range.last) };
    ChainReport {
        records: signed(report.records),
        head: report.head.map(|(_, hash)| hash.to_string()),
        lost: report.lost.iter().map(lost).collect(),
        faults: report.faults.iter().map(ToString::to_string).collect(),
    }
}
