//! Checking a chain: every signature, every link, every number. Pure, so that whoever holds the records can do it.

use kuager_wire::cose::{self, Envelope, Purpose, Statement, StatementError};
use kuager_wire::enrolment::Succession;
use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::{ChainHead, Record, RecordKind, SeqRange};

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
    /// A key event names a record of the former chain that is not there.
    #[error("the key event continues record {} of key {}, which is not there", .0.seq, .0.kid)]
    Continues(ChainHead),
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
    /// The chain that this one goes on for, as its key event says.
    pub continues: Option<ChainHead>,
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
    report.continues = valid.first().and_then(|(record, _)| record.body.continues);
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

/// Checks that a chain goes on from where its key event says: that the former chain has this very record. It may have more, since
/// a phone that was put back from a copy knows only what is in the copy. Records of other chains may be among these.
///
/// That the former key agrees is another statement ([`verify_succession`]).
///
/// # Errors
/// [`ChainFault::Continues`].
pub fn verify_continuation<'a>(
    continues: &ChainHead,
    mut former: impl Iterator<Item = &'a [u8]>,
) -> Result<(), ChainFault> {
    let is_it = |bytes: &[u8]| {
        let read = Envelope::parse(bytes, Record::LIMIT)
            .and_then(|envelope| Ok((envelope.kid(), envelope.statement::<Record>()?.seq)));
        RecordHash::of(bytes) == continues.hash && read == Ok((continues.kid, continues.seq))
    };
    if former.any(is_it) { Ok(()) } else { Err(ChainFault::Continues(*continues)) }
}

/// Verifies a key's word that another one goes on for it.
///
/// # Errors
/// [`StatementError`], also when it names another successor.
pub fn verify_succession(
    bytes: &[u8],
    deployment: DeploymentId,
    former: &PublicKey,
    successor: &PublicKey,
) -> Result<Succession, StatementError> {
    let succession: Succession = cose::open(bytes, deployment, former)?;
    if succession.public_key == *successor {
        Ok(succession)
    } else {
        Err(StatementError::WrongKey { expected: successor.kid(), found: succession.public_key.kid() })
    }
}

fn lost((record, _): &(Record, RecordHash)) -> Option<SeqRange> {
    record.body.lost
}
