//! The desk's journal.

use futures_util::future::join_all;
use kuager_wire::ids::{EntryHash, RecordHash};

use super::fixture::Place;
use crate::ledger::desk::{Appended, DeskHead, DeskRow};
use crate::ledger::whole::Ledger;

fn row(seq: u64, record: Option<u8>, size: usize) -> DeskRow {
    let bytes = [seq.to_be_bytes().as_slice(), &vec![0; size]].concat();
    let record = record.map(|byte| RecordHash([byte; 32]));
    DeskRow { seq, hash: EntryHash::of(&bytes), at_ms: 1000 + seq, act: 3, record, bytes }
}

/// Entries stand in the order of their numbers, and none is stored that leaves one out or takes the place of another.
pub async fn a_journal_only_grows(place: &dyn Place) {
    let ledger = place.open().await;
    assert_eq!(ledger.desk_head().await, Ok(None));
    assert_eq!(ledger.add_desk_entries(vec![row(1, None, 0)]).await, Ok(Appended::Moved), "it begins with 0");
    let first = vec![row(0, None, 0), row(1, Some(1), 0), row(2, Some(2), 0)];
    assert_eq!(ledger.add_desk_entries(first.clone()).await, Ok(Appended::Stored));
    for wrong in [vec![row(2, None, 9)], vec![row(4, None, 0)], vec![row(3, None, 0), row(5, None, 0)]] {
        assert_eq!(ledger.add_desk_entries(wrong).await, Ok(Appended::Moved));
    }
    assert_eq!(ledger.add_desk_entries(vec![row(3, Some(1), 0)]).await, Ok(Appended::Stored));
    ledger.close().await;
    let ledger = place.open().await;
    let all: Vec<DeskRow> = first.into_iter().chain([row(3, Some(1), 0)]).collect();
    let last = row(3, Some(1), 0);
    assert_eq!(ledger.desk_head().await, Ok(Some(DeskHead { seq: 3, hash: last.hash, at_ms: 1003 })));
    assert_eq!(ledger.desk_entries_from(0, 100).await, Ok(all.clone()));
    assert_eq!(ledger.desk_entries_from(1, 2).await, Ok(all[1..3].to_vec()));
    assert_eq!(ledger.desk_entries_from(4, 2).await, Ok(Vec::new()));
    let about = ledger.desk_entries_about(RecordHash([1; 32])).await;
    assert_eq!(about, Ok(vec![all[1].clone(), all[3].clone()]));
}

/// Many large entries are read piece by piece.
pub async fn a_journal_is_read_in_bounded_pieces(place: &dyn Place) {
    let ledger = place.open().await;
    let entries = (0..400).map(|seq| row(seq, None, 30_000)).collect();
    assert_eq!(ledger.add_desk_entries(entries).await, Ok(Appended::Stored));
    let (mut next, mut pieces) = (0, 0);
    loop {
        let piece = ledger.desk_entries_from(next, 1000).await.expect("reads");
        let Some(last) = piece.last() else { break };
        assert_eq!(piece[0].seq, next);
        assert!(piece.iter().map(|row| row.bytes.len()).sum::<usize>() < 5 << 20);
        next = last.seq + 1;
        pieces += 1;
    }
    assert_eq!(next, 400);
    assert!(pieces > 1);
}

/// Does what a writer does: takes the head, signs, and does it again when somebody was faster.
async fn write(ledger: &dyn Ledger, size: usize) {
    loop {
        let next = ledger.desk_head().await.expect("reads").map_or(0, |head| head.seq + 1);
        match ledger.add_desk_entries(vec![row(next, None, size)]).await.expect("works") {
            Appended::Stored => return,
            Appended::Moved => {}
        }
    }
}

/// However many write at once, also in other processes, every entry has a place of its own.
pub async fn many_writers_share_one_journal(place: &dyn Place) {
    let (ledger, other) = (place.open().await, place.open().await);
    join_all((0..20).map(|size| write(if size % 2 == 0 { &*ledger } else { &*other }, size))).await;
    let entries = ledger.desk_entries_from(0, 100).await.expect("reads");
    let mut sizes: Vec<usize> = entries.iter().map(|row| row.bytes.len() - 8).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, (0..20).collect::<Vec<_>>());
}
