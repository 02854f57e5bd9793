//! What a response is worth. A status code proves nothing: a Wi-Fi sign-in page says 200. Only what verifies counts.

use kuager_evidence::{MediaId, RecordId, verify_fork, verify_media_receipt, verify_receipt, verify_refusal};
use kuager_wire::canonical;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::sync::{CBOR_TYPE, RecordResult, RecordsAnswer};

use super::machine::Decision;
use crate::queue::FailureClass;
use crate::store::MediaRow;
use crate::transport::Response;

/// A record of the batch that a response is about.
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

/// A decision with the signed bytes it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The record.
    pub sent: Sent,
    /// The word.
    pub decision: Decision,
    /// Purpose and signed bytes of each statement, to be kept.
    pub statements: Vec<(&'static str, Vec<u8>)>,
    /// When the coordinator decided, by its own signed word: milliseconds since 1970.
    pub dated_ms: u64,
}

/// What a response that is not a success says about the network.
#[must_use]
pub fn classify(response: &Response) -> FailureClass {
    match response.status {
        421 => FailureClass::WrongServer,
        408 | 425 | 429 | 500..=599 => FailureClass::ServerBusy,
        400 | 413 | 415 | 422 => FailureClass::Rejected,
        // A success that is not in our format, a redirect, a page that does not exist: somebody else is answering.
        _ => FailureClass::CaptivePortal,
    }
}

/// Reads the response to a batch.
///
/// # Errors
/// The class of failure when it is not a response of a coordinator at all.
pub fn read_records_answer(response: &Response) -> Result<RecordsAnswer, FailureClass> {
    if response.status != 200 {
        return Err(classify(response));
    }
    if response.content_type != CBOR_TYPE {
        return Err(FailureClass::CaptivePortal);
    }
    canonical::decode(&response.body, limits::ANSWER).map_err(|_| FailureClass::BadAnswer)
}

/// Verifies the word about one record. `None` when there is none, or a part of it does not hold: the record is then not
/// delivered. Evidence of a fork that is about other records is no less a fault than a receipt that is.
#[must_use]
pub fn judge(sent: Sent, result: &RecordResult, deployment: &Deployment) -> Option<Judged> {
    let record = RecordId { hash: sent.hash, kid: sent.kid, seq: sent.seq };
    if let Some(bytes) = &result.receipt {
        let receipt = verify_receipt(bytes, &record, deployment).ok()?;
        let statements = vec![("receipt", bytes.to_vec())];
        let mut judged = Judged { sent, decision: Decision::Accepted, statements, dated_ms: receipt.received_ms };
        if let Some(bytes) = &result.fork {
            verify_fork(bytes, &record, deployment).ok()?;
            judged.decision = Decision::Forked;
            judged.statements.push(("fork", bytes.to_vec()));
        }
        return Some(judged);
    }
    let bytes = result.refusal.as_ref()?;
    let refusal = verify_refusal(bytes, sent.hash, deployment).ok()?;
    Some(Judged {
        sent,
        decision: Decision::Refused { code: refusal.code, retryable: refusal.retryable },
        statements: vec![("refusal", bytes.to_vec())],
        dated_ms: refusal.refused_ms,
    })
}

/// A receipt for exactly this file, listed by exactly this device under one of its keys, and the time it was signed for.
pub(super) fn verified(bytes: &[u8], row: &MediaRow, deployment: &Deployment, kids: &[Kid]) -> Option<(Vec<u8>, u64)> {
    let media = |kid: &Kid| MediaId { hash: row.hash, size: row.size, kid: *kid };
    let receipt = kids.iter().find_map(|kid| verify_media_receipt(bytes, &media(kid), deployment).ok())?;
    Some((bytes.to_vec(), receipt.received_ms))
}
