//! A coordinator's word counts only for what it names.

use kuager_wire::cose::{self, Statement};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{Kid, MediaHash, PublicKey, RecordHash, SubjectHash};
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Refusal, RefusalCode};

use super::{deployment, device, key, signed};
use crate::{MediaId, ReceiptFault, RecordId, verify_fork, verify_media_receipt, verify_receipt, verify_refusal};

/// What differs, when a genuine word is about something else.
fn another<T: std::fmt::Debug>(result: Result<T, ReceiptFault>) -> &'static str {
    match result {
        Err(ReceiptFault::Another { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

fn says(deployment: &Deployment, statement: &impl Statement) -> Vec<u8> {
    cose::sign(statement, deployment.id, &key(2)).expect("fits")
}

fn record(deployment: &Deployment) -> RecordId {
    let bytes = signed(deployment.id, 0, RecordHash::chain_start(deployment.id), "x", None);
    let id = RecordId::of(&bytes).expect("a record");
    assert_eq!(id, RecordId { hash: RecordHash::of(&bytes), kid: PublicKey::from(&device()).kid(), seq: 0 });
    id
}

#[test]
fn a_receipt_is_for_one_record() {
    let deployment = deployment(None);
    let record = record(&deployment);
    let RecordId { hash, kid, seq } = record;
    let receipt = Receipt {
        version: 1,
        record: hash,
        kid,
        seq,
        received_ms: 5,
        log_origin: "log.example/1".to_owned(),
        merge_deadline_ms: 6,
    };
    let bytes = says(&deployment, &receipt);
    assert_eq!(verify_receipt(&bytes, &record, &deployment), Ok(receipt.clone()));
    let others = [
        (RecordId { hash: RecordHash([0; 32]), ..record }, "record"),
        (RecordId { kid: Kid([0; 16]), ..record }, "device"),
        (RecordId { seq: 1, ..record }, "number"),
    ];
    for (other, what) in others {
        assert_eq!(another(verify_receipt(&bytes, &other, &deployment)), what);
    }
    let forged = cose::sign(&receipt, deployment.id, &key(1)).expect("fits");
    assert!(matches!(verify_receipt(&forged, &record, &deployment), Err(ReceiptFault::Invalid(_))), "by another key");
    let refusal = Refusal {
        version: 1,
        subject: hash.into(),
        code: RefusalCode::Busy,
        reason: String::new(),
        retryable: true,
        refused_ms: 5,
    };
    let refused = says(&deployment, &refusal);
    assert!(matches!(verify_receipt(&refused, &record, &deployment), Err(ReceiptFault::Invalid(_))), "a refusal");
    assert_eq!(verify_refusal(&refused, hash, &deployment), Ok(refusal));
    assert_eq!(another(verify_refusal(&refused, SubjectHash::of(b"other"), &deployment)), "subject");
    let message = verify_receipt(&bytes, &RecordId { seq: 7, ..record }, &deployment).expect_err("another").to_string();
    assert_eq!(message, "it is about number 0, not 7");
}

#[test]
fn a_file_s_receipt_is_for_one_file_of_one_device() {
    let deployment = deployment(None);
    let file = MediaId { hash: MediaHash::of(b"photo"), size: 5, kid: Kid([4; 16]) };
    let receipt = MediaReceipt { version: 1, media: file.hash, size: file.size, kid: file.kid, received_ms: 9 };
    let bytes = says(&deployment, &receipt);
    assert_eq!(verify_media_receipt(&bytes, &file, &deployment), Ok(receipt));
    let others = [
        (MediaId { hash: MediaHash::of(b"other"), ..file }, "file"),
        (MediaId { size: 6, ..file }, "size"),
        (MediaId { kid: Kid([5; 16]), ..file }, "device"),
    ];
    for (other, what) in others {
        assert_eq!(another(verify_media_receipt(&bytes, &other, &deployment)), what);
    }
}

#[test]
fn a_fork_is_evidence_for_both_of_its_sides() {
    let deployment = deployment(None);
    let record = record(&deployment);
    let RecordId { hash, kid, seq } = record;
    let other = RecordHash([8; 32]);
    for (first, second) in [(hash, other), (other, hash)] {
        let fork = Fork { version: 1, kid, seq, first, second, seen_ms: 5 };
        assert_eq!(verify_fork(&says(&deployment, &fork), &record, &deployment), Ok(fork));
    }
    let fork = Fork { version: 1, kid, seq, first: other, second: RecordHash([7; 32]), seen_ms: 5 };
    assert_eq!(another(verify_fork(&says(&deployment, &fork), &record, &deployment)), "record");
}
