//! A running coordinator that waits for some files, for tus clients other people wrote: `test-upload-url FILE...`
//!
//! Prints the address of the upload of each file, one per line, then the path of the certificate authority, and serves
//! until its standard input is closed.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool of the tests: it prints, and fails at once")]

use std::io::Read;

use kuager_coordinator::enrol::enrol;
use kuager_coordinator::intake::Intake;
use kuager_testing::TestCoordinator;
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::ids::{BootId, MediaHash, Nonce, PublicKey, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, Body, ClockReading, Record, RecordKind};
use kuager_wire::{SigningKey, VERSION, cose};

/// The device that lists the files.
const DEVICE: [u8; 32] = [7; 32];

#[tokio::main]
async fn main() {
    let files: Vec<Vec<u8>> = std::env::args_os().skip(1).map(|path| std::fs::read(path).unwrap()).collect();
    assert!(!files.is_empty(), "usage: test-upload-url FILE...");
    let coordinator = TestCoordinator::start();
    for path in list(&coordinator, &files).await {
        println!("https://{}{path}", coordinator.address);
    }
    println!("{}", coordinator.data().join("tls/ca.pem").display());
    // Whoever started this closes the pipe when done.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}

/// Enrols a device and delivers a record of it that lists the files. Past the network, which others test.
async fn list(coordinator: &TestCoordinator, files: &[Vec<u8>]) -> Vec<String> {
    let deployment = &coordinator.deployment;
    let app = coordinator.app();
    let intake = Intake::new(app.clone());
    let key = SigningKey::from_bytes(&DEVICE);
    let request = Request {
        version: VERSION,
        action: Action::Enrol,
        wall_ms: 0,
        nonce: Nonce([1; 16]),
        public_key: Some(PublicKey::from(&key)),
        token: Some(coordinator.invite().token),
        after: None,
        epoch: None,
        credential: None,
        succession: None,
        attestation: None,
    };
    enrol(&app, cose::sign(&request, deployment.id(), &key).unwrap()).await.unwrap().unwrap();
    let attachment = |bytes: &Vec<u8>| Attachment {
        hash: MediaHash::of(bytes),
        size: bytes.len() as u64,
        mime: "application/octet-stream".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: None,
        claims: None,
        label: None,
    };
    let record = Record {
        version: VERSION,
        kind: RecordKind::Note,
        seq: 0,
        prev: RecordHash::chain_start(deployment.id()),
        clock: ClockReading { wall_ms: 0, monotonic_ms: 0, boot_id: BootId([1; 16]), flags: 0 },
        checkpoint: None,
        form: None,
        station: None,
        body: Body { text: Some("files for foreign clients".to_owned()), ..Body::default() },
        attachments: Some(files.iter().map(attachment).collect()),
        supersedes: None,
        location: None,
        training: None,
    };
    let answer = intake.receive(cose::sign(&record, deployment.id(), &key).unwrap()).await.unwrap();
    app.ledger.close().await;
    answer.results[0].uploads.as_ref().unwrap().iter().map(|upload| upload.path.clone()).collect()
}
