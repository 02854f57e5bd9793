//! What a platform says about a phone, from the app to the ledger.

use kuager_core::wire::enrolment::{Attestation, AttestationFormat};
use kuager_testing::{LONG, TestCoordinator};

fn said() -> Attestation {
    Attestation {
        format: AttestationFormat::AndroidKey,
        parts: vec![b"certificates are judged elsewhere".to_vec().into()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_says_arrives_with_the_enrolment_and_is_kept() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let challenge = phone.observer.attestation_challenge().unwrap();
    assert!(phone.observer.attest(said()).unwrap());
    let none = Attestation { format: AttestationFormat::AppleAppAttest, parts: Vec::new() };
    assert_eq!(phone.observer.attest(none).unwrap_err().code(), "statement_not_valid");
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);

    let device = phone.observer.status().unwrap().device;
    let row = coordinator.ledger().attestation(device).await.unwrap().expect("is kept");
    assert_eq!((row.challenge, row.result.as_str()), (challenge, "unreadable"));
    assert!(!phone.observer.attest(said()).unwrap(), "it is enrolled");
}

/// Another invite is another challenge: what was said for the first one does not go along.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_for_another_invite_stays_on_the_phone() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let first = phone.observer.attestation_challenge().unwrap();
    assert!(phone.observer.attest(said()).unwrap());
    phone.observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
    assert_ne!(phone.observer.attestation_challenge().unwrap(), first);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let device = phone.observer.status().unwrap().device;
    assert!(coordinator.ledger().attestation(device).await.unwrap().is_none());
}
