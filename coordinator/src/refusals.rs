//! Refusals: signed where somebody is told, counted in memory, written to the ledger every few seconds.
//!
//! Counting in memory keeps a flood of rubbish from becoming a flood of disk writes.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use std::collections::BTreeMap;
use std::sync::Arc;

use kuager_wire::canonical::Fault;
use kuager_wire::cose::StatementError;
use kuager_wire::ids::{Kid, SubjectHash};
use kuager_wire::receipt::{Refusal, RefusalCode};
use parking_lot::Mutex;

use crate::clock::Clock;
use crate::ledger::{Ledger, LedgerError, RefusalBatch, RefusalKey};
use crate::sign::{SignError, Signer};

/// Subjects kept between two writes; beyond it only the counters grow.
const PENDING: usize = 512;
/// Characters of a reason; a refusal must stay a small answer.
const REASON: usize = 400;

/// A refusal ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRefusal {
    /// What is refused.
    pub subject: SubjectHash,
    /// Why.
    pub code: RefusalCode,
    /// The signed refusal.
    pub bytes: Vec<u8>,
}

/// Signs and counts what is refused.
#[derive(Debug)]
pub struct Refusals {
    signer: Arc<Signer>,
    clock: Arc<dyn Clock>,
    /// What the ledger does not know yet.
    pending: Mutex<RefusalBatch>,
    /// Locked while writing: what is being written is neither pending nor surely in the ledger.
    writing: tokio::sync::Mutex<()>,
}

impl Refusals {
    pub(crate) fn new(signer: Arc<Signer>, clock: Arc<dyn Clock>) -> Self {
        Self { signer, clock, pending: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    /// How often each reason was given since the beginning.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn counts(&self, ledger: &dyn Ledger) -> Result<BTreeMap<RefusalCode, u64>, LedgerError> {
        let _whole = self.writing.lock().await;
        let mut counts = ledger.refusal_counts().await?;
        for (code, count) in &self.pending.lock().counts {
            more(counts.entry(*code).or_default(), *count);
        }
        Ok(counts)
    }

    /// Signs and counts a refusal. The reason must not hold anything from what is refused.
    ///
    /// # Errors
    /// [`SignError`]; a bug.
    pub fn refuse(
        &self,
        subject: impl Into<SubjectHash>,
        kid: Option<Kid>,
        code: RefusalCode,
        reason: &str,
    ) -> Result<SignedRefusal, SignError> {
        let subject = subject.into();
        let refusal = Refusal {
            version: kuager_wire::VERSION,
            subject,
            code,
            reason: reason.chars().take(REASON).collect(),
            retryable: code.retryable(),
            refused_ms: self.clock.now_ms(),
        };
        let bytes = self.signer.receipts.refusal(&refusal)?;
        self.count(subject, kid, code);
        Ok(SignedRefusal { subject, code, bytes })
    }

    /// Counts a refusal that nobody is told of.
    pub(crate) fn count(&self, subject: impl Into<SubjectHash>, kid: Option<Kid>, code: RefusalCode) {
        let key = RefusalKey { subject: subject.into(), kid, code };
        let mut pending = self.pending.lock();
        more(pending.counts.entry(key.code).or_default(), 1);
        let subjects = &mut pending.subjects;
        if subjects.len() < PENDING || subjects.contains_key(&key) {
            more(subjects.entry(key).or_default(), 1);
        }
    }

    /// Writes what was counted to the ledger.
    ///
    /// # Errors
    /// [`LedgerError`]; what was counted is kept and written with the next call.
    pub async fn flush(&self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        let _whole = self.writing.lock().await;
        let batch = std::mem::take(&mut *self.pending.lock());
        if batch.counts.is_empty() {
            return Ok(());
        }
        let written = ledger.add_refusals(batch.clone(), self.clock.now_ms()).await;
        if written.is_err() {
            self.put_back(batch);
        }
        written
    }

    fn put_back(&self, batch: RefusalBatch) {
        let mut pending = self.pending.lock();
        for (code, count) in batch.counts {
            more(pending.counts.entry(code).or_default(), count);
        }
        for (key, count) in batch.subjects {
            more(pending.subjects.entry(key).or_default(), count);
        }
    }
}

fn more(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

/// Which refusal a statement's fault leads to.
pub(crate) fn code_of(error: &StatementError) -> RefusalCode {
    match error {
        StatementError::Malformed(malformed) => match malformed.fault {
            Fault::Version(_) => RefusalCode::UnsupportedVersion,
            Fault::TooLarge { .. } => RefusalCode::TooLarge,
            _ => RefusalCode::Malformed,
        },
        StatementError::Profile(_) => RefusalCode::Malformed,
        StatementError::WrongKey { .. } | StatementError::InvalidKey | StatementError::BadSignature => {
            RefusalCode::BadSignature
        }
    }
}
