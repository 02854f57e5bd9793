mod authority;
mod chain;
mod receipts;
mod vectors;

use kuager_wire::SigningKey;
use kuager_wire::cose;
use kuager_wire::ids::{BootId, DeploymentId, RecordHash};
use kuager_wire::record::{Body, ClockReading, Record, RecordKind, SeqRange};

/// A device's key.
fn device() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

/// Signs a note, or a statement that records are lost.
fn signed(deployment: DeploymentId, seq: u64, prev: RecordHash, text: &str, lost: Option<SeqRange>) -> Vec<u8> {
    let kind = if lost.is_some() { RecordKind::GapStatement } else { RecordKind::Note };
    let record = Record {
        version: 1,
        kind,
        seq,
        prev,
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([0; 16]), flags: 0 },
        checkpoint: None,
        form: None,
        station: None,
        body: Body { text: Some(text.to_owned()), lost, ..Body::default() },
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    };
    cose::sign(&record, deployment, &device()).expect("fits")
}
