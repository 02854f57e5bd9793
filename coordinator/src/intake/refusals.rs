//! Refusals: signed one by one, counted in memory, written to the ledger every few seconds.
//!
//! Counting in memory keeps a flood of rubbish from becoming a flood of disk writes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kuager_wire::cose;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::receipt::{Refusal, RefusalCode};

use super::IntakeError;
use crate::deployment::Deployment;
use crate::ledger::{RefusalBatch, RefusalKey};

/// Subjects kept between two writes; beyond it only the counters grow.
const PENDING: usize = 512;
/// Characters of a reason; a refusal must stay a small answer.
const REASON: usize = 400;

/// A refusal ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRefusal {
    /// What is refused.
    pub subject: RecordHash,
    /// Why.
    pub code: RefusalCode,
    /// The signed refusal.
    pub bytes: Vec<u8>,
}

/// Counts what is refused.
#[derive(Debug)]
pub struct Refusals {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    total: BTreeMap<RefusalCode, u64>,
    pending: RefusalBatch,
}

impl Refusals {
    pub(super) fn new(total: BTreeMap<RefusalCode, u64>) -> Self {
        Self { state: Mutex::new(State { total, pending: RefusalBatch::default() }) }
    }

    /// How often each reason was given since the beginning.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<RefusalCode, u64> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).total.clone()
    }

    pub(super) fn refuse(
        &self,
        deployment: &Deployment,
        subject: RecordHash,
        kid: Option<Kid>,
        code: RefusalCode,
        reason: &str,
        now_ms: u64,
    ) -> Result<SignedRefusal, IntakeError> {
        let refusal = Refusal {
            version: kuager_wire::VERSION,
            subject,
            code,
            reason: reason.chars().take(REASON).collect(),
            retryable: code.retryable(),
            refused_ms: now_ms,
        };
        let bytes = cose::sign(&refusal, deployment.id(), deployment.receipt_key()).map_err(|error| {
            tracing::error!(%error, "a refusal could not be signed");
            IntakeError::Signing
        })?;
        self.count(RefusalKey { subject, kid, code });
        Ok(SignedRefusal { subject, code, bytes })
    }

    fn count(&self, key: RefusalKey) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state.total.entry(key.code).or_default() += 1;
        *state.pending.counts.entry(key.code).or_default() += 1;
        let subjects = &mut state.pending.subjects;
        if subjects.len() < PENDING || subjects.contains_key(&key) {
            *subjects.entry(key).or_default() += 1;
        }
    }

    /// Takes what has not been written yet.
    pub(super) fn take(&self) -> RefusalBatch {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).pending)
    }

    /// Gives back what could not be written.
    pub(super) fn put_back(&self, batch: RefusalBatch) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in batch.counts {
            *state.pending.counts.entry(code).or_default() += count;
        }
        for (key, count) in batch.subjects {
            *state.pending.subjects.entry(key).or_default() += count;
        }
    }
}
