//! Checking a chain: every signature, every link, every number. Pure, so that whoever holds the records can do it.

use kuager_wire::cose::{Envelope, Purpose, Statement, StatementError};
use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::{Record, RecordKind, SeqRange};

/// Something that does not hold in a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// A record is not acceptable by itself.
    #[error("the record after number {after:?} is not valid: {error}")]
    Invalid {
        /// Number of the last valid record before it.
        after: Option<u64>,
        /// What is wrong with it.
        error: StatementError,
    },
    /// Numbers are missing, and no signed statement says that they are lost.
    #[error("records {} to {} are missing", .0.first, .0.last)]
    Gap(SeqRange),
    /// A record does not name the one before it.
    #[error("record {seq} does not follow the one before it")]
    Link {
        /// Its number.
        seq: u64,
    },
    /// Two records have one number.
    #[error("two records have number {seq}")]
    Fork {
        /// The number.
        seq: u64,
        /// The first.
        first: RecordHash,
        /// The second.
        second: RecordHash,
    },
}

/// What checking a chain found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChainReport {
    /// Valid records.
    pub records: u64,
    /// Number and hash of the last one.
    pub head: Option<(u64, RecordHash)>,
    /// Numbers that are lost by signed statement.
    pub lost: Vec<SeqRange>,
    /// What does not hold, in order. Empty: the chain is whole.
    pub faults: Vec<ChainFault>,
}

/// Checks a chain, given its records in the order of their numbers.
#[must_use]
pub fn verify_chain<'a>(
    records: impl Iterator<Item = &'a [u8]>,
    deployment: DeploymentId,
    key: &PublicKey,
) -> ChainReport {
    let mut report = ChainReport::default();
    let mut valid: Vec<(Record, RecordHash)> = Vec::new();
    for bytes in records {
        let opened = Envelope::parse(bytes, Record::LIMIT).and_then(|envelope| {
            envelope.verify(Purpose::Record, deployment, key)?;
            envelope.statement::<Record>()
        });
        match opened {
            Ok(record) => valid.push((record, RecordHash::of(bytes))),
            Err(error) => {
                let after = valid.last().map(|(record, _)| record.seq);
                report.faults.push(ChainFault::Invalid { after, error });
            }
        }
    }
    report.lost = valid.iter().filter(|(record, _)| record.kind == RecordKind::GapStatement).filter_map(lost).collect();
    let mut before: Option<(u64, RecordHash)> = None;
    for (record, hash) in &valid {
        let (expected, link) =
            before.map_or((0, RecordHash::chain_start(deployment)), |(seq, hash)| (seq.saturating_add(1), hash));
        let seq = record.seq;
        match before {
            Some((last, first)) if last == seq => {
                report.faults.push(ChainFault::Fork { seq, first, second: *hash });
                continue;
            }
            _ if seq > expected => {
                let gap = SeqRange { first: expected, last: seq.saturating_sub(1) };
                if !report.lost.iter().any(|lost| lost.first <= gap.first && gap.last <= lost.last) {
                    report.faults.push(ChainFault::Gap(gap));
                }
                // What followed the lost ones names one of them; a gap statement names the last one that was left.
                if record.kind == RecordKind::GapStatement && record.prev != link {
                    report.faults.push(ChainFault::Link { seq });
                }
            }
            _ if record.prev != link => report.faults.push(ChainFault::Link { seq }),
            _ => {}
        }
        before = Some((seq, *hash));
    }
    report.records = u64::try_from(valid.len()).unwrap_or(u64::MAX);
    report.head = before;
    report
}

fn lost((record, _): &(Record, RecordHash)) -> Option<SeqRange> {
    record.body.lost
}
