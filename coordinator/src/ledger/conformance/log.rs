//! The transparency log's order.

use futures_util::future::join_all;
use kuager_wire::ids::EntryHash;

use super::fixture::{Place, record, store};
use crate::ledger::desk::{Appended, DeskRow};
use crate::ledger::log::{Advanced, LogEntry, LogHead, Source};
use crate::ledger::whole::Ledger;

fn statement(byte: u8) -> LogEntry {
    LogEntry { hash: [byte; 32], source: Source::Statement, since_ms: 5 }
}

fn hashes(entries: &[LogEntry]) -> Vec<[u8; 32]> {
    entries.iter().map(|entry| entry.hash).collect()
}

async fn advance(ledger: &dyn Ledger, size: u64, entries: &[LogEntry], checkpoint: &str) -> Advanced {
    ledger.advance_log(size, entries.to_vec(), checkpoint.into()).await.expect("is answered")
}

/// What is stored waits for a place, in its order, until it has one; then it has that one for ever.
pub async fn everything_gets_one_place(place: &dyn Place) {
    let ledger = place.open().await;
    assert_eq!((ledger.log_head().await, ledger.log_waiting(9).await), (Ok(None), Ok(Vec::new())));
    let records = [record(0, 0), record(1, 0), record(2, 0)];
    for record in &records {
        store(&*ledger, vec![record.clone()]).await;
    }
    let entry = DeskRow { seq: 0, hash: EntryHash([9; 32]), at_ms: 7, act: 1, record: None, bytes: vec![1] };
    assert_eq!(ledger.add_desk_entries(vec![entry]).await, Ok(Appended::Stored));
    let waiting = ledger.log_waiting(9).await.expect("reads");
    let expected: Vec<_> = [[9; 32]].into_iter().chain(records.iter().map(|record| record.hash.0)).collect();
    assert_eq!(hashes(&waiting), expected);
    assert_eq!((waiting[0].since_ms, waiting[1].since_ms), (7, 1));
    assert_eq!(ledger.log_waiting(2).await.map(|some| hashes(&some)), Ok(expected[..2].to_vec()));
    let first = [&[statement(1)], &waiting[..3]].concat();
    assert_eq!(advance(&*ledger, 0, &first, "four").await, Advanced::Stored);
    ledger.close().await;
    let ledger = place.open().await;
    let head = LogHead { size: 4, checkpoint: b"four".to_vec(), written: 0 };
    assert_eq!(ledger.log_head().await, Ok(Some(head.clone())));
    assert_eq!(ledger.log_waiting(9).await.map(|rest| hashes(&rest)), Ok(vec![records[2].hash.0]));
    assert_eq!(ledger.log_entries_from(0, 9).await, Ok(hashes(&first)));
    assert_eq!(ledger.log_entries_from(2, 1).await, Ok(vec![records[0].hash.0]));
    assert_eq!(ledger.log_entries_from(4, 9).await, Ok(Vec::new()));
    let places = ledger.log_places(vec![records[1].hash.0, records[2].hash.0, [1; 32]]).await;
    assert_eq!(places, Ok(vec![Some(3), None, Some(0)]));
    assert_eq!(advance(&*ledger, 3, &[statement(2)], "x").await, Advanced::Moved);
    assert_eq!(advance(&*ledger, 5, &[statement(2)], "x").await, Advanced::Moved);
    assert_eq!(advance(&*ledger, 4, &[statement(2), statement(1)], "x").await, Advanced::Moved, "has a place");
    assert_eq!(ledger.log_head().await, Ok(Some(head)));
    assert_eq!(ledger.log_places(vec![[2; 32]]).await, Ok(vec![None]));
}

/// Files are written up to a size that the log has, and a checkpoint is cosigned while it is the newest.
pub async fn a_log_knows_how_far_its_files_are(place: &dyn Place) {
    let ledger = place.open().await;
    assert_eq!(ledger.log_written(3).await, Ok(()));
    assert_eq!(ledger.cosign_log(0, Vec::new()).await, Ok(Advanced::Moved));
    let entries: Vec<_> = (0..5).map(statement).collect();
    assert_eq!(advance(&*ledger, 0, &entries, "five").await, Advanced::Stored);
    let written = async |size| {
        ledger.log_written(size).await.expect("is noted");
        ledger.log_head().await.expect("reads").expect("is there").written
    };
    assert_eq!((written(4).await, written(2).await, written(9).await), (4, 4, 5));
    assert_eq!(advance(&*ledger, 5, &[statement(7)], "six").await, Advanced::Stored);
    assert_eq!(ledger.cosign_log(5, b"five, cosigned".to_vec()).await, Ok(Advanced::Moved));
    assert_eq!(ledger.cosign_log(6, b"six, cosigned".to_vec()).await, Ok(Advanced::Stored));
    let head = LogHead { size: 6, checkpoint: b"six, cosigned".to_vec(), written: 5 };
    assert_eq!(ledger.log_head().await, Ok(Some(head)));
}

/// Of many that advance a log at once, one does.
pub async fn of_many_sequencers_one_gets_ahead(place: &dyn Place) {
    let ledgers = join_all((0..4).map(|_| place.open())).await;
    for size in 0..8_u8 {
        let tries = ledgers.iter().zip(1_u8..).map(async |(ledger, number)| {
            let entry = statement(size * 16 + number);
            (entry.hash, advance(&**ledger, size.into(), &[entry], &format!("{size} {number}")).await)
        });
        let outcomes = join_all(tries).await;
        let ahead: Vec<_> = outcomes.iter().filter(|(_, outcome)| *outcome == Advanced::Stored).collect();
        assert_eq!(ahead.len(), 1, "{outcomes:?}");
        assert_eq!(ledgers[0].log_entries_from(size.into(), 9).await, Ok(vec![ahead[0].0]));
    }
}
