//! What an answer is worth. A status code proves nothing: a Wi-Fi sign-in page says 200. Only what verifies counts.

use kuager_wire::canonical;
use kuager_wire::cose;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Refusal};
use kuager_wire::sync::{CBOR_TYPE, RecordResult, RecordsAnswer};

use super::machine::Verdict;
use crate::queue::FailureClass;
use crate::store::MediaRow;
use crate::transport::Answer;

/// A record of the batch that an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Row of the record.
    pub record: i64,
    /// Its id.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Its number.
    pub seq: u64,
}

/// A verdict with the signed bytes it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The record.
    pub sent: Sent,
    /// The word.
    pub verdict: Verdict,
    /// Purpose and signed bytes of each statement, to be kept.
    pub statements: Vec<(&'static str, Vec<u8>)>,
}

/// What an answer that is not a success says about the network.
#[must_use]
pub fn classify(answer: &Answer) -> FailureClass {
    match answer.status {
        421 => FailureClass::WrongServer,
        408 | 425 | 429 | 500..=599 => FailureClass::ServerBusy,
        400 | 413 | 415 | 422 => FailureClass::Rejected,
        // A success that is not in our format, a redirect, a page that does not exist: somebody else is answering.
        _ => FailureClass::CaptivePortal,
    }
}

/// Reads the answer to a batch.
///
/// # Errors
/// The class of failure when it is not an answer of a coordinator at all.
pub fn read_records_answer(answer: &Answer) -> Result<RecordsAnswer, FailureClass> {
    if answer.status != 200 {
        return Err(classify(answer));
    }
    if answer.content_type != CBOR_TYPE {
        return Err(FailureClass::CaptivePortal);
    }
    canonical::decode(&answer.body, limits::ANSWER).map_err(|_| FailureClass::BadAnswer)
}

/// Verifies the word about one record. `None` when there is none that holds: the record is then not delivered.
#[must_use]
pub fn judge(sent: Sent, result: &RecordResult, deployment: &Deployment) -> Option<Judged> {
    let key = &deployment.genesis.receipt_key;
    if let Some(bytes) = &result.receipt {
        let receipt: Receipt = cose::open(bytes, deployment.id, key).ok()?;
        if (receipt.record, receipt.kid, receipt.seq) != (sent.hash, sent.kid, sent.seq) {
            return None;
        }
        let mut judged = Judged { sent, verdict: Verdict::Accepted, statements: vec![("receipt", bytes.to_vec())] };
        if let Some(bytes) = &result.fork {
            let fork: Fork = cose::open(bytes, deployment.id, key).ok()?;
            if (fork.kid, fork.seq) == (sent.kid, sent.seq) && [fork.first, fork.second].contains(&sent.hash) {
                judged.verdict = Verdict::Forked;
                judged.statements.push(("fork", bytes.to_vec()));
            }
        }
        return Some(judged);
    }
    let bytes = result.refusal.as_ref()?;
    let refusal: Refusal = cose::open(bytes, deployment.id, key).ok()?;
    (refusal.subject == sent.hash.into()).then(|| Judged {
        sent,
        verdict: Verdict::Refused { code: refusal.code, retryable: refusal.retryable },
        statements: vec![("refusal", bytes.to_vec())],
    })
}

/// A receipt for exactly this file, listed by exactly this device.
pub(super) fn verified(bytes: &[u8], row: &MediaRow, deployment: &Deployment, kid: Kid) -> Option<Vec<u8>> {
    let receipt: MediaReceipt = cose::open(bytes, deployment.id, &deployment.genesis.receipt_key).ok()?;
    ((receipt.media, receipt.size, receipt.kid) == (row.hash, row.size, kid)).then(|| bytes.to_vec())
}
