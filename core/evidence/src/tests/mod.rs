mod authority;
mod chain;
mod journal;
mod publication;
mod receipts;
mod vectors;

use kuager_wire::SigningKey;
use kuager_wire::canonical::TextMap;
use kuager_wire::cose;
use kuager_wire::genesis::{Deployment, Genesis};
use kuager_wire::ids::{BootId, DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::{Body, ClockReading, Record, RecordKind, SeqRange};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// A deployment that signs its invites, or one from before.
fn deployment(invites: Option<u8>) -> Deployment {
    let genesis = Genesis {
        version: 1,
        root_key: PublicKey::from(&key(1)),
        receipt_key: PublicKey::from(&key(2)),
        log_key: PublicKey::from(&key(3)),
        log_origin: "log.example/1".to_owned(),
        title: TextMap::default(),
        election_day: "2026-08-30".to_owned(),
        created_ms: 0,
        invites,
    };
    Deployment::open(&Deployment::sign(&genesis, &key(1)).expect("fits")).expect("holds")
}

/// A device's key.
fn device() -> SigningKey {
    key(9)
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
