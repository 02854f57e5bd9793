//! Devices that are revoked, and phones that want no number twice: what they are told.

use super::*;

async fn upload(fixture: &Fixture, records: &[Vec<u8>], on_fork: OnFork) -> RecordsAnswer {
    fixture.intake.receive_decompressed(records.concat(), 1 << 16, on_fork).await.expect("is answered")
}

#[tokio::test]
async fn a_revoked_device_is_heard_up_to_its_last_trusted_record() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let note = |seq: u64| fixture.sign(1, &fixture.record(seq, "a"));
    let before = fixture.send(&[note(3)]).await;
    let statement = async || fixture.ledger.revocation(kid(1)).await.expect("reads");
    assert_eq!(statement().await, None);
    assert_eq!(revoke_device(&fixture.app, kid(1), Some(1)).await, Ok(1));
    let said = cose::open::<kuager_wire::delegation::Revocation>(
        &statement().await.expect("is there"),
        fixture.deployment.id(),
        &genesis(&fixture).root_key,
    );
    assert_eq!(said.expect("verifies").last_seq, Some(1));
    let answer = fixture.send(&[note(0), note(1), note(2), note(3)]).await;
    receipt(&fixture, &answer.results[0]);
    receipt(&fixture, &answer.results[1]);
    let refused = refusal(&fixture, &answer.results[2]);
    assert_eq!((refused.code, refused.retryable), (RefusalCode::RevokedDevice, false));
    assert_eq!(answer.results[3], before.results[0], "what was receipted before keeps its receipt");
    let again = fixture.send(&[note(2)]).await;
    assert_eq!(refusal(&fixture, &again.results[0]).code, RefusalCode::RevokedDevice, "however often it asks");
    assert!(again.results[0].uploads.is_none());
    reinstate_device(&fixture.app, kid(1)).await.expect("works");
    fixture.clock.set(MORNING_MS * 2);
    let after = fixture.send(&[note(2)]).await;
    assert_eq!(receipt(&fixture, &after.results[0]).received_ms, MORNING_MS, "it was held all the time");
    assert!(matches!(reinstate_device(&fixture.app, kid(1)).await, Err(enrol::DeviceError::Trusted(_))));
}

#[tokio::test]
async fn a_phone_that_asks_for_it_is_refused_a_used_number() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let first = fixture.sign(1, &fixture.record(0, "first"));
    let other = fixture.sign(1, &fixture.record(0, "other"));
    upload(&fixture, std::slice::from_ref(&first), OnFork::Refuse).await;
    let answer = upload(&fixture, &[other.clone(), first], OnFork::Refuse).await;
    let refused = refusal(&fixture, &answer.results[0]);
    assert_eq!((refused.code, refused.retryable), (RefusalCode::NumberUsed, false));
    receipt(&fixture, &answer.results[1]);
    assert_eq!(fixture.ledger.counts().await.expect("reads").records, 1);
    let kept = upload(&fixture, &[other], OnFork::Keep).await;
    assert!(kept.results[0].fork.is_some(), "whoever does not ask is attested the fork");
}

#[tokio::test]
async fn devices_are_named_by_as_many_digits_as_tell_them_apart() {
    use crate::enrol::{DeviceError, find_device};
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let name = kid(1).to_string();
    for digits in [&name[..6], &name[..31], &name, &name.to_uppercase()] {
        assert_eq!(find_device(&fixture.app, digits).await.expect("is found").kid, kid(1));
    }
    let find = async |name: &str| find_device(&fixture.app, name).await;
    assert!(matches!(find(&name[..5]).await, Err(DeviceError::NotADevice(_))));
    assert!(matches!(find("% or 1").await, Err(DeviceError::NotADevice(_))));
    assert!(matches!(find(&kid(2).to_string()).await, Err(DeviceError::Unknown(_))));
    assert!(matches!(find("000000").await, Err(DeviceError::Unknown(_))));
    let beyond = revoke_device(&fixture.app, kid(1), Some(u64::MAX)).await;
    assert_eq!(beyond, Err(DeviceError::Number(u64::MAX)));
    assert_eq!(revoke_device(&fixture.app, kid(2), None).await, Err(DeviceError::Unknown(kid(2).to_string())));
}
