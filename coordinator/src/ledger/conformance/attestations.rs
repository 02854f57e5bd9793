//! Evidence beside enrolments.

use kuager_wire::ids::Kid;

use super::fixture::Place;
use crate::ledger::attestations::{AttestationCount, AttestationRow};

/// The first attestation of a device stays, over restarts, and is counted by what was found.
pub async fn the_first_attestation_of_a_device_stays(place: &dyn Place) {
    let ledger = place.open().await;
    let row = |device: u8, result: &str, level: Option<&str>| AttestationRow {
        kid: Kid([device; 16]),
        received_ms: 5,
        challenge: [device; 32],
        evidence: vec![device; 4000],
        result: result.to_owned(),
        level: level.map(str::to_owned),
        details: "{}".to_owned(),
    };
    let first = row(1, "holds", Some("secure_element"));
    assert!(ledger.add_attestation(first.clone()).await.expect("adds"));
    assert!(!ledger.add_attestation(row(1, "root", None)).await.expect("keeps the first"));
    assert!(ledger.add_attestation(row(2, "holds", Some("secure_element"))).await.expect("adds"));
    assert!(ledger.add_attestation(row(3, "unreadable", None)).await.expect("adds"));
    ledger.close().await;

    let ledger = place.open().await;
    assert_eq!(ledger.attestation(Kid([1; 16])).await.expect("reads"), Some(first));
    assert_eq!(ledger.attestation(Kid([9; 16])).await.expect("reads"), None);
    let count = |result: &str, level: Option<&str>, devices| AttestationCount {
        result: result.to_owned(),
        level: level.map(str::to_owned),
        devices,
    };
    let counts = ledger.attestation_counts().await.expect("counts");
    assert_eq!(counts, [count("holds", Some("secure_element"), 2), count("unreadable", None, 1)]);
}
