//! What strangers can cost: few signatures, an answer no longer than what they sent, and a phone still learns why.

use kuager_wire::canonical;

use super::*;

/// The answer, and its bytes.
async fn answer(fixture: &Fixture, items: &[Vec<u8>]) -> (RecordsAnswer, usize) {
    let answer = fixture.intake.receive(items.concat()).await.expect("is answered");
    let bytes = canonical::encode(&answer, limits::ANSWER).expect("fits");
    (answer, bytes.len())
}

fn size(items: &[Vec<u8>]) -> usize {
    items.iter().map(Vec::len).sum()
}

/// Two bytes each, all different, none a record.
fn rubbish(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![0x18, 0xff - n]).collect()
}

fn flipped(mut record: Vec<u8>) -> Vec<u8> {
    if let Some(last) = record.last_mut() {
        *last ^= 1;
    }
    record
}

async fn count(fixture: &Fixture, code: RefusalCode) -> u64 {
    fixture.app.refusals.counts(&*fixture.ledger).await.expect("reads").get(&code).copied().unwrap_or(0)
}

#[tokio::test]
async fn rubbish_is_counted_and_costs_one_signature_at_most() {
    let fixture = Fixture::new();
    let items = rubbish(128);
    let (large, bytes) = answer(&fixture, &items).await;
    assert_eq!((large.results.len(), large.chains.len()), (1, 0));
    assert!(bytes <= size(&items), "{bytes} bytes for {}", size(&items));
    assert_eq!(refusal(&fixture, &large.results[0]).code, RefusalCode::Malformed);
    assert_eq!(count(&fixture, RefusalCode::Malformed).await, 128);
    // What is shorter than any refusal is answered with nothing.
    for few in [1, 20, 90] {
        let (small, _) = answer(&fixture, &rubbish(few)).await;
        assert_eq!(small, RecordsAnswer::default());
    }
}

#[tokio::test]
async fn many_strangers_get_one_word() {
    let fixture = Fixture::new();
    let items: Vec<_> = (2..202).map(|seed| fixture.sign(seed, &fixture.record(0, "a"))).collect();
    let (answer, bytes) = answer(&fixture, &items).await;
    assert_eq!(answer.results.len(), 1);
    assert!(bytes <= size(&items));
    assert_eq!(refusal(&fixture, &answer.results[0]).code, RefusalCode::UnknownDevice);
    assert_eq!(count(&fixture, RefusalCode::UnknownDevice).await, 200);
}

#[tokio::test]
async fn a_phone_that_is_not_enrolled_learns_it_from_its_first_record() {
    let fixture = Fixture::new();
    let records: Vec<_> = (0..30).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    let (thirty, bytes) = answer(&fixture, &records).await;
    assert!(bytes <= size(&records));
    assert_eq!(thirty.results.iter().map(|result| result.hash).collect::<Vec<_>>(), [RecordHash::of(&records[0])]);
    let word = refusal(&fixture, &thirty.results[0]);
    assert_eq!((word.code, word.retryable), (RefusalCode::UnknownDevice, true));
    assert!(word.reason.contains("enrol"), "{}", word.reason);
    // Rubbish that goes ahead does not take the word from it.
    let (mixed, _) = answer(&fixture, &[rubbish(3), records.clone()].concat()).await;
    assert_eq!(refusal(&fixture, &mixed.results[0]).code, RefusalCode::UnknownDevice);
    // One record alone is too short for a reason; the code is enough.
    let (alone, bytes) = answer(&fixture, &records[..1]).await;
    let word = refusal(&fixture, &alone.results[0]);
    assert_eq!((word.code, word.reason.as_str()), (RefusalCode::UnknownDevice, ""));
    assert!(bytes <= 200, "{bytes}");
}

#[tokio::test]
async fn whoever_knows_a_key_id_gains_nothing_by_it() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let forged: Vec<_> = (0..200).map(|seq| flipped(fixture.sign(1, &fixture.record(seq, "a")))).collect();
    let (alone, bytes) = answer(&fixture, &forged).await;
    assert_eq!(alone.results.len(), 1);
    assert!(bytes <= size(&forged) && alone.chains.is_empty());
    assert_eq!(refusal(&fixture, &alone.results[0]).code, RefusalCode::BadSignature);
    let looked_at = count(&fixture, RefusalCode::BadSignature).await;
    assert!(looked_at < 30, "{looked_at} signatures were checked");
    // Beside what the device did sign there are some more words, and that is received all the same.
    let good = fixture.sign(1, &fixture.record(0, "good"));
    let (mixed, _) = answer(&fixture, &[vec![good.clone()], forged].concat()).await;
    receipt(&fixture, &mixed.results[0]);
    assert!(mixed.results.len() <= 9, "{}", mixed.results.len());
}

#[tokio::test]
async fn a_revoked_device_learns_it_and_no_more() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    revoke_device(&fixture.app, kid(1), None).await.expect("works");
    let records: Vec<_> = (0..200).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    let (all, bytes) = answer(&fixture, &records).await;
    assert!((1..=8).contains(&all.results.len()) && bytes <= size(&records));
    for result in &all.results {
        assert_eq!(refusal(&fixture, result).code, RefusalCode::RevokedDevice);
    }
}

#[tokio::test]
async fn what_is_sent_many_times_in_one_upload_is_answered_once() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let files: Vec<Vec<u8>> = (0..32).map(|n| vec![n; 8]).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let record = fixture.sign(1, &fixture.with_files(fixture.record(0, "many files"), &files));
    for _ in 0..2 {
        let (copies, bytes) = answer(&fixture, &vec![record.clone(); 30]).await;
        assert_eq!(copies.results.len(), 1);
        assert_eq!(copies.results[0].uploads.as_ref().map(Vec::len), Some(32));
        assert!(bytes < 8_000, "{bytes}");
    }
    let stranger = fixture.sign(2, &fixture.record(0, "a"));
    assert_eq!(answer(&fixture, &vec![stranger; 200]).await.0.results.len(), 1);
    assert_eq!(count(&fixture, RefusalCode::UnknownDevice).await, 1);
}

#[tokio::test]
async fn what_was_small_on_its_way_gets_a_small_answer() {
    let fixture = Fixture::new();
    let small = |answer: &RecordsAnswer| canonical::encode(answer, limits::ANSWER).expect("fits").len();
    let body = rubbish(200).concat();
    let answer = fixture.intake.receive_decompressed(body, 60, OnFork::Keep).await.expect("is answered");
    assert_eq!(answer, RecordsAnswer::default());
    let records: Vec<_> = (2..90).map(|seed| fixture.sign(seed, &fixture.record(0, "a"))).collect();
    let answer = fixture.intake.receive_decompressed(records.concat(), 900, OnFork::Keep).await.expect("is answered");
    assert!((1..=900).contains(&small(&answer)), "{}", small(&answer));
}
