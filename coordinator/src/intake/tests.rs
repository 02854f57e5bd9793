mod devices;
mod hostile;
mod strangers;

use kuager_wire::cose;
use kuager_wire::genesis::Genesis;
use kuager_wire::ids::{DeploymentId, PackHash, RecordHash};
use kuager_wire::receipt::{Fork, Receipt, Refusal, RefusalCode};
use kuager_wire::record::{FormRef, Record};
use kuager_wire::sync::RecordResult;

use super::*;
use crate::budgets::{Budgets, RecordBudget};
use crate::clock::Clock;
use crate::enrol::{reinstate_device, revoke_device};
use crate::setup::{SetupError, publish_source};
use crate::testing::{Fixture, MORNING_MS, key, kid};
use crate::{enrol, inbox};
use kuager_pack::SimulatedObserver;

fn genesis(fixture: &Fixture) -> &Genesis {
    fixture.deployment.genesis()
}

fn refusal(fixture: &Fixture, result: &RecordResult) -> Refusal {
    assert!(result.receipt.is_none() && result.fork.is_none());
    let bytes = result.refusal.as_ref().expect("a refusal");
    let refusal: Refusal = cose::open(bytes, fixture.deployment.id(), &genesis(fixture).receipt_key).expect("verifies");
    assert_eq!(refusal.subject, result.hash.into());
    assert_eq!(refusal.retryable, refusal.code.retryable());
    refusal
}

fn receipt(fixture: &Fixture, result: &RecordResult) -> Receipt {
    assert!(result.refusal.is_none());
    let bytes = result.receipt.as_ref().expect("a receipt");
    cose::open(bytes, fixture.deployment.id(), &genesis(fixture).receipt_key).expect("verifies")
}

#[tokio::test]
async fn receipts_say_what_was_received_and_stay_the_same() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let records: Vec<_> = (0..3).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    let answer = fixture.send(&records).await;
    for ((seq, record), result) in (0..).zip(&records).zip(&answer.results) {
        let receipt = receipt(&fixture, result);
        assert_eq!((receipt.record, result.hash), (RecordHash::of(record), RecordHash::of(record)));
        assert_eq!((receipt.kid, receipt.seq), (kid(1), seq));
        assert_eq!((receipt.received_ms, receipt.merge_deadline_ms), (MORNING_MS, MORNING_MS + 86_400_000));
        assert_eq!(receipt.log_origin, genesis(&fixture).log_origin);
        assert_eq!(fixture.ledger.record(result.hash).await.expect("reads").as_ref(), Some(record));
    }
    fixture.clock.set(MORNING_MS + 3_600_000);
    assert_eq!(fixture.send(&records).await, answer, "an hour later, the very same answer");
    // Mixed with something new, the old ones keep theirs.
    let new = fixture.sign(1, &fixture.record(3, "b"));
    let mixed = fixture.send(&[new, records[2].clone()]).await;
    assert_eq!(mixed.results[1], answer.results[2]);
    assert_eq!(receipt(&fixture, &mixed.results[0]).received_ms, MORNING_MS + 3_600_000);
}

#[tokio::test]
async fn one_bad_item_never_fails_another() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let good = |seq| fixture.sign(1, &fixture.record(seq, &"good".repeat(60)));
    let mut flipped = good(1);
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let stranger = fixture.sign(2, &fixture.record(0, "stranger"));
    let number = vec![0x18, 0x2a];
    let items = [good(0), flipped, good(1), stranger, number, good(2), b"<html>".to_vec()];
    let answer = fixture.send(&items).await;
    let codes: Vec<_> = answer
        .results
        .iter()
        .zip(&items)
        .map(|(result, item)| {
            assert_eq!(result.hash, RecordHash::of(item));
            result.refusal.is_some().then(|| refusal(&fixture, result).code)
        })
        .collect();
    use RefusalCode::{BadSignature, Malformed, UnknownDevice};
    assert_eq!(codes, [None, Some(BadSignature), None, Some(UnknownDevice), Some(Malformed), None, Some(Malformed)]);
    assert_eq!(answer.chains.len(), 1, "nothing is said about chains of strangers");
    assert!(answer.chains[0].missing.is_empty());
    let rest = refusal(&fixture, &answer.results[6]);
    assert!(rest.reason.contains("byte "), "{}", rest.reason);
    let counts = async || fixture.app.refusals.counts(&*fixture.ledger).await.expect("reads");
    assert_eq!(counts().await[&Malformed], 2);
    fixture.app.refusals.flush(&*fixture.ledger).await.expect("works");
    assert_eq!(fixture.ledger.refusal_counts().await.expect("reads")[&Malformed], 2);
}

#[tokio::test]
async fn every_reason_has_its_own_code() {
    let fixture = Fixture::new();
    for seed in [1, 3] {
        fixture.enrol(seed).await;
    }
    revoke_device(&fixture.app, kid(3), None).await.expect("works");
    let base = fixture.record(0, "text");
    let sign = |record: &Record| fixture.sign(1, record);
    let elsewhere = DeploymentId([4; 32]);
    let mut large = sign(&base);
    large.splice(1..1, std::iter::repeat_n(0, 1));
    let long_text = "x".repeat(47 * 1024 + 900);
    let payload = |bytes: &[u8]| fixture.sign_payload(1, bytes);
    let version_2 = payload(&[0xa3, 1, 2, 2, 1, 0x18, 99, 0xf5]);
    let unknown_field = payload(&[0xa2, 1, 1, 0x18, 99, 0xf5]);
    let other_pack = FormRef { pack: PackHash([8; 32]), form: "turnout".to_owned() };
    let cases = [
        ("unknown device", fixture.sign(2, &base), RefusalCode::UnknownDevice),
        ("revoked device", fixture.sign(3, &base), RefusalCode::RevokedDevice),
        (
            "another deployment's signature",
            cose::sign(&base, elsewhere, &key(1)).expect("signs"),
            RefusalCode::BadSignature,
        ),
        (
            "a chain that starts elsewhere",
            sign(&Record { prev: RecordHash::chain_start(elsewhere), ..base.clone() }),
            RefusalCode::WrongDeployment,
        ),
        ("a pack never published", sign(&Record { form: Some(other_pack), ..base.clone() }), RefusalCode::UnknownPack),
        (
            "a number no chain has",
            payload(&unchecked(&Record { seq: u64::MAX, ..base.clone() })),
            RefusalCode::Malformed,
        ),
        ("too large", oversized(&long_text), RefusalCode::TooLarge),
        ("a newer version with fields of its own", version_2, RefusalCode::UnsupportedVersion),
        ("an unknown field", unknown_field, RefusalCode::Malformed),
        ("a request instead of a record", fixture.inbox_request(1, 1, 0), RefusalCode::Malformed),
        ("something that is no statement", large, RefusalCode::Malformed),
    ];
    for (name, bytes, code) in cases {
        let refusal = refusal(&fixture, &beside_a_good_one(&fixture, bytes).await);
        assert_eq!(refusal.code, code, "{name}: {}", refusal.reason);
        assert!(!refusal.reason.contains("text"), "{name}: a reason holds nothing from the record");
    }
    assert_eq!(
        fixture.ledger.counts().await.expect("reads").records,
        2,
        "the good one, and apart that of the revoked device"
    );
}

/// Sends one item in an upload with a record of an enrolled device, so that its refusal has words, and returns what became of it.
async fn beside_a_good_one(fixture: &Fixture, item: Vec<u8>) -> RecordResult {
    let good = fixture.sign(1, &fixture.record(7, &"good".repeat(200)));
    let mut answer = fixture.intake.receive([good, item].concat()).await.expect("is answered");
    assert!(answer.results[0].receipt.is_some());
    answer.results.remove(1)
}

/// The payload of a record that no honest phone signs.
fn unchecked(record: &Record) -> Vec<u8> {
    minicbor::to_vec(record).expect("writes to memory")
}

/// A statement beyond the size of a record; its signature does not matter.
fn oversized(text: &str) -> Vec<u8> {
    let mut statement = minicbor::Encoder::new(vec![0xd2]);
    statement.array(4).and_then(|cbor| cbor.bytes(&[0; 21])).and_then(|cbor| cbor.map(0)).expect("writes");
    let text = [text.as_bytes(), &[0; 500]].concat();
    statement.bytes(&text).and_then(|cbor| cbor.bytes(&[0; 64])).expect("writes to memory");
    statement.into_writer()
}

#[tokio::test]
async fn the_shared_malformed_vectors_are_refused_for_their_fault() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/wire-v1.json")).expect("JSON");
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let mut tried = 0;
    for vector in vectors["malformed"].as_array().expect("a list") {
        let text = |field: &str| vector[field].as_str().unwrap_or_default().to_owned();
        let input = data_encoding::HEXLOWER.decode(text("input").as_bytes()).expect("hex");
        // An upload is split into items first, so a vector that is not one item is another test.
        if text("offered_as") != "record" || !matches!(split_sequence(&input)[..], [Ok(_)]) {
            continue;
        }
        let code = match text("error").as_str() {
            // The vectors' keys are not enrolled here, so nobody's signature is looked at.
            "bad_signature" | "wrong_key" | "invalid_key" => continue,
            "too_large" => RefusalCode::TooLarge,
            "version" => RefusalCode::UnsupportedVersion,
            _ => RefusalCode::Malformed,
        };
        let refusal = refusal(&fixture, &beside_a_good_one(&fixture, input).await);
        assert_eq!(refusal.code, code, "{}: {}", text("name"), refusal.reason);
        if let (RefusalCode::Malformed, Some(offset)) = (code, vector["offset"].as_u64()) {
            assert!(refusal.reason.ends_with(&format!("at byte {offset}")), "{}: {}", text("name"), refusal.reason);
        }
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
}

#[tokio::test]
async fn a_fork_gets_two_receipts_and_signed_evidence() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let (left, right) = (fixture.sign(1, &fixture.record(0, "left")), fixture.sign(1, &fixture.record(0, "right")));
    fixture.send(std::slice::from_ref(&left)).await;
    let answer = fixture.send(std::slice::from_ref(&right)).await;
    receipt(&fixture, &answer.results[0]);
    let evidence = answer.results[0].fork.as_ref().expect("evidence");
    let fork: Fork = cose::open(evidence, fixture.deployment.id(), &genesis(&fixture).receipt_key).expect("verifies");
    assert_eq!(
        (fork.kid, fork.seq, fork.first, fork.second),
        (kid(1), 0, RecordHash::of(&left), RecordHash::of(&right))
    );
    fixture.clock.set(MORNING_MS * 2);
    assert_eq!(fixture.send(std::slice::from_ref(&right)).await, answer, "the same evidence again");
}

/// Stores a signed note as a run that was killed before it came to attest would have left it.
async fn store_only(fixture: &Fixture, record: &Record) -> Vec<u8> {
    let bytes = fixture.sign(1, record);
    let new = NewRecord {
        hash: RecordHash::of(&bytes),
        kid: kid(1),
        seq: record.seq,
        prev: record.prev,
        kind: record.kind,
        station: None,
        form: None,
        pack: None,
        supersedes: None,
        follows: None,
        lost: None,
        training: false,
        refuse_fork: false,
        uploads: Vec::new(),
        received_ms: MORNING_MS + 7,
        bytes: bytes.clone(),
        receipt: b"the first receipt".to_vec(),
        content: None,
    };
    fixture.ledger.store(vec![new], vec![kid(1)], RecordBudget::default()).await.expect("is stored");
    bytes
}

#[tokio::test]
async fn a_fork_that_a_crash_left_without_a_statement_gets_one_for_ever() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let first = fixture.sign(1, &fixture.record(0, "left"));
    fixture.send(std::slice::from_ref(&first)).await;
    let second = store_only(&fixture, &fixture.record(0, "right")).await;
    let third = store_only(&fixture, &fixture.record(0, "middle")).await;
    assert_eq!(fixture.ledger.unsigned_forks(9).await.expect("reads").len(), 2);
    // The phone was not answered and sends again: the receipt it was to get, and the evidence, from the moment that is stored.
    let answer = fixture.send(std::slice::from_ref(&second)).await;
    assert_eq!(answer.results[0].receipt.as_ref().expect("a receipt").to_vec(), b"the first receipt");
    let evidence = answer.results[0].fork.as_ref().expect("evidence").to_vec();
    let fork: Fork = cose::open(&evidence, fixture.deployment.id(), &genesis(&fixture).receipt_key).expect("verifies");
    assert_eq!((fork.first, fork.second), (RecordHash::of(&first), RecordHash::of(&second)));
    assert_eq!(fork.seen_ms, MORNING_MS + 7);
    // The other phone never comes back: the next start attests.
    attest_waiting(&fixture.app).await.expect("works");
    assert_eq!(fixture.ledger.unsigned_forks(9).await, Ok(Vec::new()));
    fixture.clock.set(MORNING_MS * 2);
    let again = fixture.send(&[second.clone(), third.clone(), first.clone()]).await;
    assert_eq!(again.results[0], answer.results[0], "the same bytes");
    let of_third = again.results[1].fork.as_ref().expect("evidence").to_vec();
    let fork: Fork = cose::open(&of_third, fixture.deployment.id(), &genesis(&fixture).receipt_key).expect("verifies");
    assert_eq!(
        (fork.first, fork.second, fork.seen_ms),
        (RecordHash::of(&first), RecordHash::of(&third), MORNING_MS + 7)
    );
    assert_eq!(again.results[2].fork.as_ref().map(|bytes| bytes.to_vec()), Some(evidence));
    assert_eq!(fixture.send(&[second, third, first]).await, again);
}

#[tokio::test]
async fn many_phones_at_once_lose_nothing() {
    let fixture = Fixture::new();
    let signed = fixture.deployment.latest_pack();
    let mut uploads = Vec::new();
    for seed in 0..12_u64 {
        let mut observer = SimulatedObserver::new(&signed.pack, signed.hash, fixture.deployment.id(), seed);
        let request = kuager_wire::enrolment::Request {
            version: 1,
            action: kuager_wire::enrolment::Action::Enrol,
            wall_ms: 0,
            nonce: kuager_wire::ids::Nonce([0; 16]),
            public_key: Some(observer.key().into()),
            token: Some(fixture.invite().await),
            after: None,
            epoch: None,
            credential: None,
            succession: None,
            attestation: None,
        };
        let request = cose::sign(&request, fixture.deployment.id(), observer.key()).expect("signs");
        enrol::enrol(&fixture.app, request).await.expect("works").expect("is accepted");
        // Each day is sent twice, at the same time.
        let day = observer.seal_day().concat();
        uploads.extend([day.clone(), day]);
    }
    let sending = uploads.into_iter().map(|upload| {
        let intake = Arc::clone(&fixture.intake);
        tokio::spawn(async move { intake.receive(upload).await.expect("is answered") })
    });
    let mut receipts = BTreeMap::new();
    for answer in futures_util::future::join_all(sending.collect::<Vec<_>>()).await {
        for result in answer.expect("ends").results {
            let receipt = result.receipt.expect("a receipt");
            // Whoever came first, both copies hold the same receipt.
            let held = receipts.entry(result.hash).or_insert_with(|| receipt.clone());
            assert_eq!(*held, receipt);
        }
    }
    assert_eq!(receipts.len(), 12 * 8);
    assert_eq!(fixture.ledger.counts().await.expect("reads").records, 12 * 8);
}

#[tokio::test]
async fn an_upload_of_too_many_items_is_refused_as_a_whole() {
    let fixture = Fixture::new();
    let error = fixture.intake.receive(vec![0; 257]).await.expect_err("too many");
    assert_eq!(error, IntakeError::TooMany);
    assert_eq!(fixture.intake.receive(Vec::new()).await, Ok(RecordsAnswer::default()));
}

#[tokio::test]
async fn enrolment_requests_are_judged_before_tokens_are_spent() {
    let fixture = Fixture::new();
    let token = fixture.invite().await;
    let good = fixture.enrolment(1, token);
    let mut flipped = good.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let code = async |body| enrol::enrol(&fixture.app, body).await.expect("works").map_err(|refusal| refusal.code);
    assert_eq!(code(flipped).await, Err(RefusalCode::BadSignature));
    assert_eq!(code(b"<html>".to_vec()).await, Err(RefusalCode::Malformed));
    assert_eq!(code(fixture.inbox_request(1, 1, 0)).await, Err(RefusalCode::Malformed));
    let credential = code(good.clone()).await.expect("is accepted");
    assert_eq!(code(good).await, Ok(credential));
    assert_eq!(code(fixture.enrolment(2, token)).await, Err(RefusalCode::InviteUsed));
    // Another phone of the same observer.
    let observer = fixture.ledger.invites().await.expect("reads")[0].invite.observer;
    let options = crate::InviteOptions { observer: Some(observer), ..fixture.invite_options() };
    let second = enrol::create_invite(&fixture.app, options).await.expect("an invite").token;
    code(fixture.enrolment(2, second)).await.expect("is accepted");
    assert_eq!(fixture.ledger.observers(None).await, Ok(vec![observer]));
    fixture.clock.set(MORNING_MS + 31 * 86_400_000);
    let (late, now) = (fixture.invite().await, fixture.clock.now_ms());
    fixture.clock.set(now + 31 * 86_400_000);
    assert_eq!(code(fixture.enrolment(4, late)).await, Err(RefusalCode::InviteExpired));
}

#[tokio::test]
async fn an_inbox_answers_its_observer_only_and_once() {
    let fixture = Fixture::new();
    for seed in [1, 2] {
        fixture.enrol(seed).await;
    }
    let observers: Vec<_> =
        fixture.ledger.invites().await.expect("reads").iter().map(|row| row.invite.observer).collect();
    let send = async |to: usize, text: &str| {
        inbox::send_message(&fixture.app, &observers[to..=to], text, None).await.expect("works");
    };
    send(0, "Екінші бетті қайта түсіріңіз").await;
    send(1, "for the other").await;
    send(0, "second").await;
    let inbox = async |body| inbox::fetch(&fixture.app, body).await.expect("works").map_err(|refusal| refusal.code);
    let answer = inbox(fixture.inbox_request(1, 1, 0)).await.expect("is answered");
    let receipt_key = genesis(&fixture).receipt_key;
    let messages: Vec<kuager_wire::message::Message> = answer
        .messages
        .iter()
        .map(|bytes| cose::open(bytes, fixture.deployment.id(), &receipt_key).expect("verifies"))
        .collect();
    assert_eq!(messages.iter().map(|message| message.number).collect::<Vec<_>>(), [MORNING_MS, MORNING_MS + 2]);
    assert_eq!(messages[0].text, "Екінші бетті қайта түсіріңіз");
    assert_eq!(inbox(fixture.inbox_request(1, 1, 0)).await, Err(RefusalCode::Replayed));
    assert_eq!(inbox(fixture.inbox_request(1, 2, MORNING_MS)).await.expect("is answered").messages.len(), 1);
    assert_eq!(inbox(fixture.inbox_request(9, 1, 0)).await, Err(RefusalCode::UnknownDevice));
    let enrolment = fixture.enrolment(1, kuager_wire::ids::InviteToken([0; 16]));
    assert_eq!(inbox(enrolment).await, Err(RefusalCode::Malformed));
    revoke_device(&fixture.app, kid(1), None).await.expect("works");
    assert_eq!(inbox(fixture.inbox_request(1, 3, 0)).await, Err(RefusalCode::RevokedDevice));
}

#[tokio::test]
async fn packs_published_meanwhile_are_accepted() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    assert!(!fixture.app.shelf.refresh().expect("reads"));
    // The same source again is the same bytes; a changed one is a new version.
    let again = publish_source(&fixture.deployment, &kuager_pack::PackSource::BuiltIn);
    assert!(matches!(again, Err(SetupError::Deployment(crate::DeploymentError::PublishedAlready))));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("forms")).expect("creates");
    for file in ["pack.toml", "stations.csv", "forms/opening.toml", "forms/turnout.toml", "forms/protocol.toml"] {
        let text =
            kuager_pack::PackSource::BuiltIn.read(file).expect("built in").replace("(sample)", "(second sample)");
        std::fs::write(folder.path().join(file), text).expect("writes");
    }
    let source = kuager_pack::PackSource::Folder(folder.path().to_owned());
    let newer = publish_source(&fixture.deployment, &source).expect("is published");
    let record = Record {
        form: Some(FormRef { pack: newer.hash, form: "turnout".to_owned() }),
        ..fixture.turnout(0, "710000000-99")
    };
    let bytes = fixture.sign(1, &record);
    let refused = fixture.send(std::slice::from_ref(&bytes)).await;
    assert_eq!(refusal(&fixture, &refused.results[0]).code, RefusalCode::UnknownPack);
    assert!(fixture.app.shelf.refresh().expect("reads"));
    receipt(&fixture, &fixture.send(&[bytes]).await.results[0]);
    assert_eq!(fixture.app.shelf.published().latest.hash, newer.hash);
    receipt(&fixture, &fixture.send(&[fixture.sign(1, &fixture.turnout(1, "710000000-99"))]).await.results[0]);
}

#[tokio::test]
async fn records_over_the_budget_are_refused_for_now() {
    let fixture = Fixture::new();
    for seed in [1, 2] {
        fixture.enrol(seed).await;
    }
    let records = RecordBudget { per_hour: 3, ..RecordBudget::default() };
    let budgets = Budgets { records, ..Budgets::default() };
    let intake = Intake::new(App { budgets, ..fixture.app.clone() });
    let sent: Vec<_> = (0..5).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    for _ in 0..2 {
        let answer = intake.receive(sent.concat()).await.expect("is answered");
        let receipted = answer.results.iter().filter(|result| result.receipt.is_some()).count();
        assert_eq!(receipted, 3);
        let refusal = refusal(&fixture, &answer.results[3]);
        assert_eq!((refusal.code, refusal.retryable), (RefusalCode::Busy, true));
    }
    let other = intake.receive(fixture.sign(2, &fixture.record(0, "others are not concerned"))).await;
    assert!(other.expect("is answered").results[0].receipt.is_some());
    fixture.clock.set(MORNING_MS + 60 * 60 * 1000);
    let answer = intake.receive(sent.concat()).await.expect("is answered");
    assert!(answer.results.iter().all(|result| result.receipt.is_some()), "an hour later");
}
