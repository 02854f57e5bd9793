//! Checking what a coordinator signed about a record or a file: that it holds, and that it is about this one.
//!
//! A receipt proves delivery only together with what it names. So every check takes both, and what it gives back has been
//! compared: a genuine receipt for something else is a fault, not a receipt.

use kuager_wire::cose::{self, Envelope, Statement, StatementError};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, MediaHash, RecordHash, SubjectHash};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Refusal};
use kuager_wire::record::Record;

/// What a word about a record must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordId {
    /// The record.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Its number in that key's chain.
    pub seq: u64,
}

impl RecordId {
    /// What a record's bytes say of themselves. Its signature is not checked here; [`crate::verify_chain`] does.
    ///
    /// # Errors
    /// When the bytes are no record.
    pub fn of(bytes: &[u8]) -> Result<Self, StatementError> {
        let envelope = Envelope::parse(bytes, Record::LIMIT)?;
        let record: Record = envelope.statement()?;
        Ok(Self { hash: RecordHash::of(bytes), kid: envelope.kid(), seq: record.seq })
    }
}

/// What a word about a file must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaId {
    /// The file.
    pub hash: MediaHash,
    /// Its size in bytes.
    pub size: u64,
    /// The key whose record lists it.
    pub kid: Kid,
}

/// Why a coordinator's word does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// It is no statement of this deployment's receipt key.
    #[error("it does not hold: {0}")]
    Invalid(#[from] StatementError),
    /// It holds and is about something else.
    #[error("it is about {what} {found}, not {expected}")]
    Another {
        /// What differs.
        what: &'static str,
        /// What it names.
        found: String,
        /// What it should name.
        expected: String,
    },
}

/// A receipt for exactly this record.
///
/// # Errors
/// [`ReceiptFault`].
pub fn verify_receipt(bytes: &[u8], record: &RecordId, deployment: &Deployment) -> Result<Receipt, ReceiptFault> {
    let receipt: Receipt = opened(bytes, deployment)?;
    same("record", receipt.record, record.hash)?;
    same("device", receipt.kid, record.kid)?;
    same("number", receipt.seq, record.seq)?;
    Ok(receipt)
}

/// A receipt for exactly this file of exactly this device.
///
/// # Errors
/// [`ReceiptFault`].
pub fn verify_media_receipt(
    bytes: &[u8],
    media: &MediaId,
    deployment: &Deployment,
) -> Result<MediaReceipt, ReceiptFault> {
    let receipt: MediaReceipt = opened(bytes, deployment)?;
    same("file", receipt.media, media.hash)?;
    same("size", receipt.size, media.size)?;
    same("device", receipt.kid, media.kid)?;
    Ok(receipt)
}

/// A refusal of exactly these bytes: a record, a request, a file.
///
/// # Errors
/// [`ReceiptFault`].
pub fn verify_refusal(
    bytes: &[u8],
    subject: impl Into<SubjectHash>,
    deployment: &Deployment,
) -> Result<Refusal, ReceiptFault> {
    let refusal: Refusal = opened(bytes, deployment)?;
    same("subject", refusal.subject, subject.into())?;
    Ok(refusal)
}

/// Evidence of a fork of which this record is one side.
///
/// # Errors
/// [`ReceiptFault`].
pub fn verify_fork(bytes: &[u8], record: &RecordId, deployment: &Deployment) -> Result<Fork, ReceiptFault> {
    let fork: Fork = opened(bytes, deployment)?;
    same("device", fork.kid, record.kid)?;
    same("number", fork.seq, record.seq)?;
    if fork.second != record.hash {
        same("record", fork.first, record.hash)?;
    }
    Ok(fork)
}

fn opened<T: Statement>(bytes: &[u8], deployment: &Deployment) -> Result<T, ReceiptFault> {
    Ok(cose::open(bytes, deployment.id, &deployment.genesis.receipt_key)?)
}

fn same<T: Copy + PartialEq + ToString>(what: &'static str, found: T, expected: T) -> Result<(), ReceiptFault> {
    if found == expected {
        return Ok(());
    }
    Err(ReceiptFault::Another { what, found: found.to_string(), expected: expected.to_string() })
}
