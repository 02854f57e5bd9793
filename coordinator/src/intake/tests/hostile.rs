//! What a device that is enrolled can do to its own chain: it is taken in, noted, and costs nobody else anything.

use kuager_wire::record::{Body, ChainHead, RecordKind, SeqRange};

use super::*;
use crate::ledger::ChainFault;

#[tokio::test]
async fn numbers_that_no_chain_has_are_refused_and_nothing_stands_still() {
    let fixture = Fixture::new();
    for seed in [1, 2] {
        fixture.enrol(seed).await;
    }
    let base = fixture.record(9, "");
    let gap = |first, last| Record {
        kind: RecordKind::GapStatement,
        body: Body { lost: Some(SeqRange { first, last }), ..Body::default() },
        ..base.clone()
    };
    let head = ChainHead { kid: kid(2), seq: u64::MAX, hash: RecordHash([1; 32]) };
    let takeover = Record {
        kind: RecordKind::KeyEvent,
        seq: 0,
        prev: RecordHash::chain_start(fixture.deployment.id()),
        body: Body { continues: Some(head), ..Body::default() },
        ..base.clone()
    };
    let aside =
        Record { kind: RecordKind::Note, body: Body { text: Some("a".to_owned()), ..gap(0, 9).body }, ..base.clone() };
    let hostile = [gap(0, u64::MAX), gap(0, i64::MAX as u64), gap(9, 9), gap(0, 1 << 62), takeover, aside];
    for record in hostile {
        let item = fixture.sign_payload(1, &unchecked(&record));
        let word = refusal(&fixture, &beside_a_good_one(&fixture, item).await);
        assert_eq!(word.code, RefusalCode::Malformed, "{record:?}");
    }
    let honest = fixture.sign(2, &fixture.record(0, "honest"));
    receipt(&fixture, &fixture.send(&[honest]).await.results[0]);
}

#[tokio::test]
async fn a_thousand_forks_are_kept_and_a_few_are_signed() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    fixture.enrol(2).await;
    let mut signed = 0;
    for round in 0..5 {
        let records: Vec<_> = (0..200).map(|n| fixture.sign(1, &fixture.record(0, &format!("{round} {n}")))).collect();
        let answer = fixture.send(&records).await;
        assert!(answer.results.iter().all(|result| result.receipt.is_some()));
        signed += answer.results.iter().filter(|result| result.fork.is_some()).count();
    }
    assert_eq!(signed, 32);
    let counts = fixture.ledger.fault_counts().await.expect("reads");
    assert_eq!((counts[&ChainFault::Fork].times, counts[&ChainFault::Fork].chains), (999, 1));
    // Another device's fork is attested as ever, and a start does not sign all the rest.
    let [left, right] = ["left", "right"].map(|text| fixture.sign(2, &fixture.record(0, text)));
    assert!(fixture.send(&[left, right]).await.results[1].fork.is_some());
    let before = fixture.ledger.unsigned_forks(2000).await.expect("reads").len();
    attest_waiting(&fixture.app).await.expect("works");
    let after = fixture.ledger.unsigned_forks(2000).await.expect("reads").len();
    assert_eq!((before, after), (967, 967 - 32));
}

#[tokio::test]
async fn names_that_hide_something_or_have_no_end_are_refused() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let base = fixture.turnout(0, "710000000-99");
    let at = |station: &str| Record { station: Some(station.to_owned()), ..base.clone() };
    let form = base.form.clone().map(|form| FormRef { form: "a".repeat(40_000), ..form });
    let language = Body { language: Some("k".repeat(40_000)), ..base.body.clone() };
    let hostile = [
        at(&"9".repeat(40_000)),
        at("99\u{202e}-000000017"),
        at("99\r\n"),
        at(""),
        Record { form, ..base.clone() },
        Record { body: language, ..base.clone() },
    ];
    for record in hostile {
        let item = fixture.sign(1, &record);
        let word = refusal(&fixture, &fixture.send(&[item]).await.results[0]);
        assert_eq!((word.code, word.retryable), (RefusalCode::Malformed, false));
    }
    let typed = fixture.sign(1, &at("Алматы қ., «Нұр» мектебі, № 99 (толық емес)"));
    receipt(&fixture, &fixture.send(&[typed]).await.results[0]);
}

#[tokio::test]
async fn a_device_over_its_budget_gets_a_few_words_and_nothing_else_is_signed() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let records = RecordBudget { per_hour: 3, ..RecordBudget::default() };
    let budgets = Budgets { records, ..Budgets::default() };
    let intake = Intake::new(App { budgets, ..fixture.app.clone() });
    let files: Vec<Vec<u8>> = (0..32).map(|n| vec![n; 8]).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let sent: Vec<_> = (0..200).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    let listing = fixture.sign(1, &fixture.with_files(fixture.record(200, "many files"), &files));
    let answer = intake.receive([sent.concat(), listing].concat()).await.expect("is answered");
    let (receipted, refused) = answer.results.split_at(3);
    for result in receipted {
        receipt(&fixture, result);
    }
    assert_eq!(refused.len(), 8);
    for result in refused {
        let word = refusal(&fixture, result);
        assert_eq!((word.code, word.retryable), (RefusalCode::Busy, true));
        assert!(word.reason.contains("as many records as it may") && result.uploads.is_none());
    }
    let counts = fixture.app.refusals.counts(&*fixture.ledger).await.expect("reads");
    assert_eq!(counts[&RefusalCode::Busy], 198, "all are counted");
    assert_eq!(answer.chains[0].missing, []);

    // What is small on its way gets one word without a reason, which is owed to a device.
    let small = intake.receive_decompressed(sent.concat(), 150, OnFork::Keep).await.expect("is answered");
    assert_eq!(small.results.len(), 4);
    assert_eq!(refusal(&fixture, &small.results[3]).reason, "");
}
