//! Budgets: what a device has used, counted with what it is used for.

use kuager_wire::ids::Kid;

use super::fixture::{KEY, Place, original, record, record_of, store_within};
use crate::budgets::RecordBudget;
use crate::ledger::records::{NewRecord, Taken};
use crate::ledger::uploads::Delivered;
use crate::ledger::usage::{HOUR_MS, Usage};

/// The hour is used up first, then the day; what is there already costs nothing, and others are not concerned.
pub async fn a_device_stores_what_its_budget_has_room_for(place: &dyn Place) {
    let ledger = place.open().await;
    let budget = RecordBudget { per_hour: 3, per_day: 5, ..RecordBudget::default() };
    let at = |seq, hour: u64| NewRecord { received_ms: hour * HOUR_MS + 7, ..record(seq, 0) };
    let kept = async |records: Vec<NewRecord>| {
        let (stored, _) = store_within(&*ledger, records, budget).await;
        stored.iter().map(|taken| matches!(taken, Taken::Stored(_))).collect::<Vec<_>>()
    };
    assert_eq!(kept((0..4).map(|seq| at(seq, 100)).collect()).await, [true, true, true, false]);
    assert_eq!(kept(vec![at(0, 100), at(3, 100)]).await, [true, false], "the first one is there already");
    let other = NewRecord { received_ms: 100 * HOUR_MS, ..record_of(Kid([9; 16]), 0, 0) };
    assert_eq!(kept(vec![other]).await, [true]);
    assert_eq!(kept((3..7).map(|seq| at(seq, 101)).collect()).await, [true, true, false, false], "the day is used up");
    assert_eq!(kept(vec![at(5, 123)]).await, [false]);
    // The first hour has left the day.
    assert_eq!(kept((5..9).map(|seq| at(seq, 124)).collect()).await, [true, true, true, false]);
    let recent = ledger.usage(KEY.kid(), 124 * HOUR_MS).await.expect("reads");
    assert_eq!((recent.hour.records, recent.day.records), (3, 5));
    let narrow = RecordBudget { bytes_per_day: recent.day.record_bytes, ..RecordBudget::default() };
    assert_eq!(store_within(&*ledger, vec![at(8, 124)], narrow).await.0, [Taken::OverBudget], "bytes are counted, too");
    ledger.sweep_usage(200 * HOUR_MS).await.expect("works");
    assert_eq!(ledger.usage(KEY.kid(), 124 * HOUR_MS).await.expect("reads").day, Usage::default());
}

/// Right files once, wrong ones each time.
pub async fn files_are_counted_by_device_and_hour(place: &dyn Place) {
    let ledger = place.open().await;
    let file = original(KEY.kid(), "one");
    let listing = NewRecord { uploads: vec![file.clone()], ..record(0, 0) };
    store_within(&*ledger, vec![listing], RecordBudget::default()).await;
    let (token, media) = (file.token, file.attachment.hash);
    for size in [5, 6] {
        ledger.add_mismatch(token, media, size, HOUR_MS).await.expect("works");
    }
    for received_ms in [2 * HOUR_MS, 2 * HOUR_MS + 1] {
        let delivered = Delivered { media, size: 3, received_ms };
        ledger.finish_upload(token, delivered, b"receipt".to_vec()).await.expect("works");
    }
    let recent = ledger.usage(KEY.kid(), 2 * HOUR_MS + 5).await.expect("reads");
    assert_eq!((recent.hour.file_bytes, recent.hour.wrong_files), (3, 0));
    assert_eq!((recent.day.file_bytes, recent.day.wrong_files), (14, 2));
}
