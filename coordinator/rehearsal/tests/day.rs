//! A small day through the real intake.

use kuager_coordinator::{App, Deployment, Ledger};
use kuager_rehearsal::{Planted, Size, simulate};
use std::sync::Arc;

const SIZE: Size = Size { stations: 40, observed: 100, twice: 60, each: 1, discrepancies: 3 };

#[tokio::test]
async fn a_small_day_is_received_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("day");
    let mut told = Vec::new();
    let outcome = simulate(&folder, SIZE, 4, |what, done, all| told.push((what.to_owned(), done, all))).await;
    let outcome = outcome.expect("is received");
    let deployment = Deployment::open(&folder).expect("opens");
    let clock = Arc::new(kuager_coordinator::clock::SystemClock::default());
    let app = App::open(deployment, clock).expect("opens");
    let counts = app.ledger.counts().await.expect("reads");
    assert_eq!(counts.records, outcome.records as u64, "every record is stored once");
    assert_eq!(counts.devices, outcome.devices as u64);
    let faults = app.ledger.fault_counts().await.expect("reads");
    assert!(!faults.is_empty(), "the fork and the gap are seen: {faults:?}");
    assert_eq!(told.last(), Some(&("records".to_owned(), outcome.records, outcome.records)));
    let found: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("planted.json")).expect("is there")).expect("is JSON");
    assert_eq!(found["planted"].as_array().map(Vec::len), Some(outcome.planted.len()));
    let official = std::fs::read_to_string(folder.join("official.csv")).expect("is there");
    assert_eq!(official.lines().count(), SIZE.stations + 1);
    let silent = |planted: &&Planted| matches!(planted, Planted::Silent { .. });
    for planted in outcome.planted.iter().filter(silent) {
        let records = app.ledger.station_records(Some(planted.station()), 10).await.expect("reads");
        assert!(records.is_empty(), "{planted:?}");
    }
    app.ledger.close().await;
}
