//! Everything that a coordinator signs, as `inspect` sees it.

use std::path::Path;

use kuager_coordinator::testing::{Fixture, MORNING_MS, key, kid};
use kuager_coordinator::{enrol, inbox};
use kuager_evidence::{InspectError, Outcome, Trust, inspect};
use kuager_wire::ids::{MediaHash, PublicKey};
use kuager_wire::receipt::{MediaReceipt, Redaction};
use kuager_wire::sync::InboxAnswer;
use kuager_wire::{canonical, cose, limits};

fn trust(fixture: &Fixture, credential: Option<&[u8]>) -> Trust {
    let mut trust = Trust::default();
    trust.add_genesis(Path::new("genesis"), fixture.deployment.genesis_bytes()).expect("holds");
    if let Some(credential) = credential {
        trust.add_credential(Path::new("credential"), credential).expect("holds");
    }
    trust
}

fn missing(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::NotChecked { missing } => missing,
        other => panic!("{other:?}"),
    }
}

fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Fails { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_kind_is_recognised_and_checked() {
    let fixture = Fixture::new();
    let credential = fixture.enrol(1).await;
    let trust = trust(&fixture, Some(&credential));
    let record = fixture.sign(1, &fixture.turnout(0, "710000000-99"));
    let rival = fixture.sign(1, &fixture.turnout(0, "750000000-352"));
    fixture.send(std::slice::from_ref(&record)).await;
    let answer = fixture.send(&[rival, vec![0]]).await;
    let observer = fixture.ledger.observers(None).await.expect("reads");
    inbox::send_message(&fixture.app, &observer, "Сәлем", None).await.expect("is sent");
    let inbox = inbox::fetch(&fixture.app, fixture.inbox_request(1, 1, 0)).await.expect("works").expect("is answered");
    let file = MediaHash([5; 32]);
    let receipts = &fixture.app.signer.receipts;
    let media_receipt = MediaReceipt { version: 1, media: file, size: 40, kid: kid(1), received_ms: MORNING_MS };
    let media_receipt = receipts.media_receipt(&media_receipt).expect("signs");
    let redaction = Redaction {
        version: 1,
        of: file,
        media: MediaHash([6; 32]),
        size: 30,
        made_ms: MORNING_MS,
        regions: vec![[10, 20, 30, 40]],
    };
    let redaction = receipts.redaction(&redaction).expect("signs");
    let bytes = |part: &Option<minicbor::bytes::ByteVec>| part.as_ref().expect("is there").to_vec();
    let statements = [
        ("genesis", fixture.deployment.genesis_bytes().to_vec(), "signs genesis, packs, delegations"),
        ("pack", fixture.deployment.latest_pack().bytes.clone(), "20"),
        ("credential", credential, "observer"),
        ("record", record.clone(), "turnout of pack"),
        ("request", fixture.inbox_request(1, 2, 0), "messages to this device's observer"),
        ("request", fixture.enrolment(2, fixture.invite().await), "a credential for this device"),
        ("receipt", bytes(&answer.results[0].receipt), "is held durably"),
        ("refusal", bytes(&answer.results[1].refusal), "malformed: "),
        ("fork", bytes(&answer.results[0].fork), "signed two records under number 0"),
        ("message", inbox.messages[0].to_vec(), "Сәлем"),
        ("media_receipt", media_receipt, "40 bytes, is held durably"),
        ("redaction", redaction, "30 × 40 pixels at 10, 20"),
    ];
    for (name, bytes, words) in &statements {
        let report = inspect(bytes, &trust);
        assert_eq!(report.outcome, Outcome::Holds, "{name}: {}", report.text);
        assert!(report.text.starts_with(name) && report.text.contains(words), "{name}: {}", report.text);
        assert!(report.text.contains("18(["), "the notation is shown");
        // One flipped bit in the signature, and it is the signature that does not hold.
        let mut flipped = bytes.clone();
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        assert!(reason(&inspect(&flipped, &trust).outcome).contains("signature"), "{name}");
        // Without keys nobody can tell, except for a genesis, which signs itself.
        let alone = inspect(bytes, &Trust::default()).outcome;
        if *name == "genesis" {
            assert_eq!(alone, Outcome::Holds);
        } else {
            assert!(missing(&alone).contains("--genesis"), "{name}");
        }
    }
    let sequence = [record, statements[0].1.clone()].concat();
    assert_eq!(inspect(&sequence, &trust).outcome, Outcome::Holds);
    let answer = canonical::encode(&answer, limits::ANSWER).expect("encodes");
    assert_eq!(inspect(&answer, &trust).outcome, Outcome::Holds);
    let inbox = canonical::encode(&InboxAnswer { more: true, ..inbox }, limits::ANSWER).expect("encodes");
    assert!(inspect(&inbox, &trust).text.contains("and there are more"));
}

#[tokio::test]
async fn a_missing_key_is_named() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let record = fixture.sign(1, &fixture.record(0, "a"));
    let outcome = inspect(&record, &trust(&fixture, None)).outcome;
    assert!(missing(&outcome).contains(&kid(1).to_string()) && missing(&outcome).contains("--credential"));
    let other = Fixture::new();
    let stranger = other.enrol(1).await;
    let mut trust = trust(&fixture, None);
    assert!(matches!(trust.add_credential(Path::new("x"), &stranger), Err(InspectError::Credential { .. })));
    assert!(matches!(
        trust.add_genesis(Path::new("x"), other.deployment.genesis_bytes()),
        Err(InspectError::Mixed(..))
    ));
    assert!(matches!(Trust::default().add_credential(Path::new("x"), &stranger), Err(InspectError::WithoutGenesis)));
}

#[tokio::test]
async fn keys_may_come_as_json() {
    let fixture = Fixture::new();
    let genesis = fixture.deployment.genesis();
    let json = |kid: String| {
        serde_json::json!({
            "deployment_id": fixture.deployment.id().to_string(),
            "root": genesis.root_key.to_string(),
            "receipt": genesis.receipt_key.to_string(),
            "log": genesis.log_key.to_string(),
            "devices": { kid: PublicKey::from(&key(1)).to_string() },
        })
        .to_string()
    };
    let mut trust = Trust::default();
    trust.add_keys(Path::new("keys.json"), json(kid(1).to_string()).as_bytes()).expect("fits");
    let record = fixture.sign(1, &fixture.record(0, "a"));
    assert_eq!(inspect(&record, &trust).outcome, Outcome::Holds);
    for wrong in [json(kid(2).to_string()), json("00".to_owned()), "{}".to_owned(), "[".to_owned()] {
        let error = Trust::default().add_keys(Path::new("keys.json"), wrong.as_bytes());
        assert!(matches!(error, Err(InspectError::Keys { .. })), "{wrong}");
    }
}

#[tokio::test]
async fn invites_are_compared_with_the_genesis_and_keep_their_secret() {
    let fixture = Fixture::new();
    let invite = enrol::create_invite(&fixture.app, fixture.invite_options()).await.expect("an invite");
    let url = invite.to_url().expect("fits");
    let report = inspect(format!("  {}\n", url.to_lowercase()).as_bytes(), &trust(&fixture, None));
    assert_eq!(report.outcome, Outcome::Holds);
    assert!(!report.text.contains(&invite.token.to_string()));
    assert!(missing(&inspect(url.as_bytes(), &Trust::default()).outcome).contains("--genesis"));
    assert!(reason(&inspect(url.as_bytes(), &trust(&Fixture::new(), None)).outcome).contains("another deployment"));
    assert!(reason(&inspect(&url.as_bytes()[..100], &Trust::default()).outcome).contains("the invite was cut"));
}

#[test]
fn the_first_thing_that_does_not_hold_is_named() {
    let fixture = Fixture::new();
    let trust = trust(&fixture, None);
    assert!(reason(&inspect(b"<html>", &trust).outcome).contains("none of Kuager's objects"));
    assert!(reason(&inspect(b"", &trust).outcome).contains("none of Kuager's objects"));
    let record = fixture.sign(1, &fixture.record(0, "a"));
    assert!(reason(&inspect(&record[..record.len() - 1], &trust).outcome).contains("too early at byte"));
    // Another deployment's record: the form is right, the signature is for something else.
    let foreign = cose::sign(&fixture.record(0, "a"), kuager_wire::ids::DeploymentId([1; 32]), &key(1)).expect("signs");
    let mut known = trust.clone();
    let json = serde_json::json!({
        "deployment_id": fixture.deployment.id().to_string(),
        "root": fixture.deployment.genesis().root_key.to_string(),
        "receipt": fixture.deployment.genesis().receipt_key.to_string(),
        "devices": { kid(1).to_string(): PublicKey::from(&key(1)).to_string() },
    });
    known.add_keys(Path::new("keys.json"), json.to_string().as_bytes()).expect("fits");
    assert!(reason(&inspect(&foreign, &known).outcome).contains("this deployment"));
}
