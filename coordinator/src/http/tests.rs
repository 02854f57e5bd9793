use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kuager_wire::enrolment::{Action, Credential, Request as Signed};
use kuager_wire::ids::{Nonce, PublicKey, RecordHash};
use kuager_wire::invite::Invite;
use kuager_wire::record::{Body as Content, ClockReading, Record, RecordKind};
use kuager_wire::sync::{CBOR_TYPE, COSE_TYPE, DEPLOYMENT_HEADER, InboxAnswer, RecordsAnswer, SEQUENCE_TYPE};
use kuager_wire::{SigningKey, canonical, cose, limits};
use tower::ServiceExt;

use super::*;
use crate::deployment::{InitOptions, InviteOptions, init};

struct Server {
    _dir: tempfile::TempDir,
    deployment: Deployment,
    intake: Arc<Intake>,
    app: axum::Router,
}

impl Server {
    fn start(limits: &Limits) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let deployment = init(&dir.path().join("data"), InitOptions::default()).expect("a deployment");
        let ledger = deployment.open_ledger().expect("opens");
        let clock = Arc::new(SystemClock::default());
        let intake = Arc::new(Intake::new(deployment.clone(), ledger, clock).expect("starts"));
        let app = router::router(Arc::clone(&intake), limits);
        Self { _dir: dir, deployment, intake, app }
    }

    fn invite(&self) -> Invite {
        self.deployment
            .create_invite(self.intake.ledger(), InviteOptions::new("https://localhost:8443"))
            .expect("an invite")
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    async fn post(&self, path: &str, kind: &str, body: impl Into<Body>) -> (StatusCode, Vec<u8>) {
        let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(body.into()).expect("a request");
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn enrol(&self, key: &SigningKey, invite: &Invite) -> (StatusCode, Vec<u8>) {
        let request = Signed {
            version: 1,
            action: Action::Enrol,
            wall_ms: 0,
            nonce: Nonce([1; 16]),
            public_key: Some(PublicKey::from(key)),
            token: Some(invite.token),
            after: None,
        };
        let body = cose::sign(&request, self.deployment.id(), key).expect("signs");
        self.post("/v1/enrolments", COSE_TYPE, body).await
    }

    fn note(&self, key: &SigningKey, seq: u64, text: &str) -> Vec<u8> {
        let record = Record {
            version: 1,
            kind: RecordKind::Note,
            seq,
            prev: RecordHash::chain_start(self.deployment.id()),
            clock: ClockReading {
                wall_ms: 0,
                monotonic_ms: 0,
                boot_id: kuager_wire::ids::BootId([0; 16]),
                flags: 0,
            },
            checkpoint: None,
            form: None,
            station: None,
            body: Content { text: Some(text.to_owned()), ..Content::default() },
            attachments: None,
            supersedes: None,
            location: None,
            training: None,
        };
        cose::sign(&record, self.deployment.id(), key).expect("signs")
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

#[tokio::test]
async fn from_invite_to_receipt() {
    let server = Server::start(&Limits::default());
    let invite = server.invite();
    let (status, credential) = server.enrol(&key(1), &invite).await;
    assert_eq!(status, StatusCode::OK);
    let root = server.deployment.genesis().root_key;
    let opened: Credential = cose::open(&credential, server.deployment.id(), &root).expect("a credential");
    assert_eq!(opened.kid, PublicKey::from(&key(1)).kid());
    assert_eq!(server.enrol(&key(1), &invite).await, (StatusCode::OK, credential));

    let batch = [server.note(&key(1), 0, "a"), server.note(&key(1), 1, "b")].concat();
    let (status, body) = server.post("/v1/records", SEQUENCE_TYPE, batch.clone()).await;
    assert_eq!(status, StatusCode::OK);
    let answer: RecordsAnswer = canonical::decode(&body, limits::ANSWER).expect("an answer");
    assert_eq!(answer.results.len(), 2);
    let receipt_key = server.deployment.genesis().receipt_key;
    for result in &answer.results {
        let receipt = result.receipt.as_ref().expect("a receipt");
        let receipt: kuager_wire::receipt::Receipt =
            cose::open(receipt, server.deployment.id(), &receipt_key).expect("verifies");
        assert_eq!(receipt.record, result.hash);
    }
    assert_eq!(answer.chains[0].head_seq, 1);
    let (_, again) = server.post("/v1/records", SEQUENCE_TYPE, batch).await;
    assert_eq!(again, body);
}
