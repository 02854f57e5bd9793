//! Refusals: signed one by one, counted in memory, written to the ledger every few seconds.
//!
//! Counting in memory keeps a flood of rubbish from becoming a flood of disk writes.

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
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    total: BTreeMap<RefusalCode, u64>,
    pending: RefusalBatch,
}

impl Refusals {
    /// Counts on from what earlier runs have counted.
    pub(crate) fn new(signer: Arc<Signer>, clock: Arc<dyn Clock>, total: BTreeMap<RefusalCode, u64>) -> Self {
        Self { signer, clock, state: Mutex::new(State { total, pending: RefusalBatch::default() }) }
    }

    /// How often each reason was given since the beginning.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<RefusalCode, u64> {
        self.state.lock().total.clone()
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
        self.count(RefusalKey { subject, kid, code });
        Ok(SignedRefusal { subject, code, bytes })
    }

    fn count(&self, key: RefusalKey) {
        let mut state = self.state.lock();
        *state.total.entry(key.code).or_default() += 1;
        *state.pending.counts.entry(key.code).or_default() += 1;
        let subjects = &mut state.pending.subjects;
        if subjects.len() < PENDING || subjects.contains_key(&key) {
            *subjects.entry(key).or_default() += 1;
        }
    }

    /// Writes what was counted to the ledger.
    ///
    /// # Errors
    /// [`LedgerError`]; what was counted is kept and written with the next call.
    pub async fn flush(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        let batch = self.take();
        if batch.counts.is_empty() {
            return Ok(());
        }
        let written = ledger.add_refusals(batch.clone(), self.clock.now_ms()).await;
        if written.is_err() {
            self.put_back(batch);
        }
        written
    }

    fn take(&self) -> RefusalBatch {
        std::mem::take(&mut self.state.lock().pending)
    }

    fn put_back(&self, batch: RefusalBatch) {
        let mut state = self.state.lock();
        for (code, count) in batch.counts {
            *state.pending.counts.entry(code).or_default() += count;
        }
        for (key, count) in batch.subjects {
            *state.pending.subjects.entry(key).or_default() += count;
        }
    }
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
