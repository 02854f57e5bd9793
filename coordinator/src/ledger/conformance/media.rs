//! Files: how they arrive, what is known of them, what may be published.

use kuager_wire::ids::{Kid, MediaHash, PublicKey, RecordHash};
use kuager_wire::record::AttachmentRole;

use super::fixture::{KEY, Place, enrol, original, record, record_of, store, upload};
use crate::ledger::error::LedgerError;
use crate::ledger::files::{Alike, Findings, PictureProblem, ReportLimits};
use crate::ledger::records::NewRecord;
use crate::ledger::redactions::RedactionRow;
use crate::ledger::uploads::{Delivered, MISMATCHES, NewUpload, UploadToken};
use crate::ledger::whole::Ledger;

const OTHER: PublicKey = PublicKey([8; 32]);
const THIRD: PublicKey = PublicKey([9; 32]);
const LIMITS: ReportLimits = ReportLimits { records: 10, reach: 8, alike: 10 };

fn listing(record: NewRecord, uploads: &[NewUpload]) -> NewRecord {
    NewRecord { uploads: uploads.to_vec(), ..record }
}

fn delivered(upload: &NewUpload, received_ms: u64) -> Delivered {
    Delivered { media: upload.attachment.hash, size: upload.attachment.size, received_ms }
}

async fn finish(ledger: &dyn Ledger, upload: &NewUpload, received_ms: u64, receipt: &[u8]) -> Vec<u8> {
    ledger.finish_upload(upload.token, delivered(upload, received_ms), receipt.to_vec()).await.expect("works")
}

/// An upload is found by its address and by the records that list its file.
pub async fn an_upload_is_listed_with_its_records(place: &dyn Place) {
    let ledger = place.open().await;
    let (one, two) = (original(KEY.kid(), "one"), original(KEY.kid(), "two"));
    let records = [listing(record(0, 0), &[two.clone(), one.clone()]), record(1, 0)];
    let hashes: Vec<RecordHash> = records.iter().map(|record| record.hash).collect();
    store(&*ledger, records.to_vec()).await;
    let row = ledger.upload(one.token).await.expect("reads").expect("is there");
    assert_eq!((row.kid, row.media, row.size), (KEY.kid(), one.attachment.hash, 3));
    assert_eq!((row.receipt, row.expired), (None, false));
    let rows = ledger.uploads_of(hashes).await.expect("reads");
    let media: Vec<Vec<_>> = rows.iter().map(|rows| rows.iter().map(|row| row.media).collect()).collect();
    assert_eq!(media, [vec![two.attachment.hash, one.attachment.hash], vec![]]);
    assert_eq!(ledger.upload(UploadToken([0; 16])).await, Ok(None));
    // The device's next record corrects the size; the address stays.
    let mut larger = one.clone();
    larger.attachment.size = 9;
    larger.token = UploadToken([5; 16]);
    store(&*ledger, vec![listing(record(2, 0), &[larger])]).await;
    let row = ledger.upload(one.token).await.expect("reads").expect("is there");
    assert_eq!(row.size, 9);
    assert_eq!(ledger.upload(UploadToken([5; 16])).await, Ok(None));
}

/// One receipt per device and file, the first one, over restarts; that another device has delivered it gives none.
pub async fn a_file_has_one_receipt_for_each_device(place: &dyn Place) {
    let ledger = place.open().await;
    let (mine, theirs) = (original(KEY.kid(), "one"), original(OTHER.kid(), "one"));
    let records = vec![
        listing(record(0, 0), std::slice::from_ref(&mine)),
        listing(record_of(OTHER.kid(), 0, 0), std::slice::from_ref(&theirs)),
    ];
    store(&*ledger, records).await;
    assert_eq!(finish(&*ledger, &mine, 5, b"first").await, b"first");
    assert_eq!(finish(&*ledger, &mine, 5, b"second").await, b"first");
    assert_eq!(finish(&*ledger, &mine, 6, b"third").await, b"first");
    let receipt =
        async |upload: &NewUpload| ledger.upload(upload.token).await.expect("reads").expect("is there").receipt;
    assert_eq!(receipt(&theirs).await, None);
    assert_eq!(finish(&*ledger, &theirs, 7, b"theirs").await, b"theirs");
    assert_eq!(receipt(&theirs).await, Some(b"theirs".to_vec()));
    let held = ledger.media(mine.attachment.hash).await.expect("reads").expect("is held");
    assert_eq!(held.received_ms, 5, "since it came first");
    ledger.close().await;
    let ledger = place.open().await;
    let row = ledger.upload(mine.token).await.expect("reads").expect("is there");
    assert_eq!(row.receipt, Some(b"first".to_vec()));
    let unknown = ledger.finish_upload(UploadToken([0; 16]), delivered(&mine, 5), Vec::new()).await;
    assert!(matches!(unknown, Err(LedgerError::Failed(_))));
}

/// A lost file is not held, and its devices are without a receipt until they have delivered it once more.
pub async fn a_file_that_is_lost_is_asked_for_again(place: &dyn Place) {
    let ledger = place.open().await;
    let (one, two) = (original(KEY.kid(), "one"), original(KEY.kid(), "two"));
    store(&*ledger, vec![listing(record(0, 0), &[one.clone(), two.clone()])]).await;
    assert_eq!(ledger.receipts_for(KEY.kid()).await, Ok(0));
    finish(&*ledger, &one, 5, b"one").await;
    finish(&*ledger, &two, 5, b"two").await;
    assert_eq!((ledger.receipts_for(KEY.kid()).await, ledger.receipts_for(OTHER.kid()).await), (Ok(2), Ok(0)));
    let mut both = vec![one.attachment.hash, two.attachment.hash];
    both.sort();
    assert_eq!(ledger.held_files().await, Ok(both));
    ledger.forget_files(vec![one.attachment.hash, MediaHash([0; 32])]).await.expect("works");
    assert_eq!(ledger.receipts_for(KEY.kid()).await, Ok(1));
    assert_eq!(ledger.held_files().await, Ok(vec![two.attachment.hash]));
    assert_eq!(ledger.upload(one.token).await.expect("reads").expect("is there").receipt, None);
    finish(&*ledger, &one, 9, b"again").await;
    assert_eq!(ledger.receipts_for(KEY.kid()).await, Ok(2));
    assert_eq!(ledger.media(one.attachment.hash).await.expect("reads").expect("is held").received_ms, 9);
}

/// Wrong files are counted, the newest are remembered.
pub async fn wrong_files_are_remembered_within_bounds(place: &dyn Place) {
    let ledger = place.open().await;
    let one = original(KEY.kid(), "one");
    store(&*ledger, vec![listing(record(0, 0), std::slice::from_ref(&one))]).await;
    let wrong = |n: u64| (MediaHash::of(&n.to_be_bytes()), n);
    let count = MISMATCHES as u64 + 4;
    for n in 0..count {
        let (found, size) = wrong(n);
        ledger.add_mismatch(one.token, found, size, n).await.expect("works");
    }
    let mismatches = ledger.mismatches(one.token).await.expect("reads");
    assert_eq!(mismatches.count, count);
    assert_eq!(mismatches.newest, (4..count).rev().map(wrong).collect::<Vec<_>>());
}

/// An upload that lies still expires; one that moves, is finished or comes back does not.
pub async fn what_lies_still_expires_and_comes_back(place: &dyn Place) {
    let ledger = place.open().await;
    let files = ["one", "two", "three"].map(|name| original(KEY.kid(), name));
    store(&*ledger, vec![listing(record(0, 0), &files)]).await;
    let [one, two, three] = &files;
    finish(&*ledger, two, 5, b"receipt").await;
    ledger.touch_upload(three.token, 50).await.expect("works");
    assert_eq!(ledger.stale_uploads(40).await, Ok(vec![one.token]));
    assert_eq!(ledger.expire_upload(two.token, 40).await, Ok(false));
    assert_eq!(ledger.expire_upload(three.token, 40).await, Ok(false));
    assert_eq!(ledger.expire_upload(one.token, 40).await, Ok(true));
    assert_eq!(ledger.stale_uploads(40).await, Ok(Vec::new()));
    let row = async || ledger.upload(one.token).await.expect("reads").expect("is there");
    assert!(row().await.expired);
    ledger.touch_upload(one.token, 60).await.expect("works");
    assert_eq!((row().await.expired, row().await.touched_ms), (false, 60));
    ledger.touch_upload(one.token, 30).await.expect("works");
    assert_eq!(row().await.touched_ms, 60, "time does not run backwards");
}

/// A file is handed out once to be looked at, whatever becomes of whoever looks.
pub async fn a_file_is_looked_at_once(place: &dyn Place) {
    let ledger = place.open().await;
    let one = original(KEY.kid(), "one");
    store(&*ledger, vec![listing(record(0, 0), std::slice::from_ref(&one))]).await;
    assert_eq!(ledger.next_unexamined().await, Ok(None));
    finish(&*ledger, &one, 5, b"receipt").await;
    let view = async || ledger.media(one.attachment.hash).await.expect("reads").expect("is held");
    assert!(!view().await.examined);
    let next = ledger.next_unexamined().await.expect("works").expect("one waits");
    assert_eq!((next.media, next.size, next.mime.as_str()), (one.attachment.hash, 3, "image/jpeg"));
    assert_eq!(ledger.next_unexamined().await, Ok(None));
    assert_eq!((view().await.examined, view().await.findings), (true, Findings::default()));
    let claims = vec![("Make".to_owned(), "Учаске".to_owned())];
    let problem = Some(PictureProblem::TooLarge);
    let findings = Findings { size: Some((30, 40)), likeness: Some([3; 32]), claims, problem };
    ledger.set_findings(one.attachment.hash, findings.clone()).await.expect("works");
    assert_eq!(view().await.findings, findings);
    assert_eq!(ledger.media(MediaHash([0; 32])).await, Ok(None));
}

/// Everything that is known of a file, and of a station's records.
pub async fn a_report_says_everything_of_a_file(place: &dyn Place) {
    let ledger = place.open().await;
    for key in [KEY, OTHER, THIRD] {
        enrol(&*ledger, key).await;
    }
    let at = |station: &str, record: NewRecord, uploads: &[NewUpload]| NewRecord {
        station: Some(station.to_owned()),
        ..listing(record, uploads)
    };
    let page = original(KEY.kid(), "page");
    let small = upload(KEY.kid(), "small", AttachmentRole::Preview, Some(page.attachment.hash));
    let elsewhere = original(OTHER.kid(), "page");
    let similar = original(OTHER.kid(), "similar");
    let first = at("1", record(0, 0), &[page.clone(), small.clone()]);
    let second = at("2", record_of(OTHER.kid(), 0, 0), &[elsewhere.clone(), similar.clone()]);
    let correction = NewRecord { supersedes: Some(first.hash), ..at("1", record(1, 0), &[]) };
    // Nothing but hashes: it has neither file, and calls another picture the preview of the first.
    let claimed = upload(THIRD.kid(), "claimed", AttachmentRole::Preview, Some(page.attachment.hash));
    let claims = [original(THIRD.kid(), "page"), claimed.clone()];
    let claims = at("3", record_of(THIRD.kid(), 0, 0), &claims);
    store(&*ledger, vec![first.clone(), second.clone(), correction.clone(), claims.clone()]).await;
    let report = async || ledger.report(page.attachment.hash, LIMITS).await.expect("reads");
    finish(&*ledger, &claimed, 4, b"receipt").await;
    assert_eq!(report().await.held, None);
    assert_eq!(report().await.preview, None, "neither one that is not here nor one of somebody else");
    for file in [&page, &small, &similar] {
        finish(&*ledger, file, 5, b"receipt").await;
    }
    let mut like = [0; 32];
    for (file, likeness) in [
        (&page, like),
        (&similar, {
            like[0] = 0b111;
            like
        }),
    ] {
        let findings = Findings { likeness: Some(likeness), ..Findings::default() };
        ledger.set_findings(file.attachment.hash, findings).await.expect("works");
    }
    let copy = RedactionRow {
        media: MediaHash::of(b"copy"),
        original: page.attachment.hash,
        size: 4,
        made_ms: 9,
        statement: b"a copy".to_vec(),
    };
    ledger.add_redaction(copy.clone()).await.expect("works");
    let same = report().await.alike.into_iter().filter(|alike| alike.distance == 0);
    assert_eq!(same.count(), 0, "nobody else has delivered it");
    finish(&*ledger, &elsewhere, 6, b"receipt").await;
    let report = report().await;
    assert_eq!(report.records.iter().map(|view| view.hash).collect::<Vec<_>>(), [first.hash, second.hash, claims.hash]);
    assert_eq!((report.records[0].corrected, report.records[1].corrected), (true, false));
    let files = &report.records[0].files;
    assert_eq!(
        (files[0].media, files[0].role, files[0].delivered),
        (page.attachment.hash, AttachmentRole::Original, true)
    );
    assert_eq!((files[1].of, files[1].delivered), (Some(page.attachment.hash), true));
    assert!(!report.records[2].files[0].delivered);
    assert_eq!(report.held.map(|held| held.received_ms), Some(5));
    assert_eq!(report.preview, Some(small.attachment.hash));
    let alike = |media, distance| Alike { media, station: Some("2".to_owned()), distance };
    // The very same file elsewhere; what only looks like it is shown where this file was not.
    assert_eq!(report.alike, [alike(page.attachment.hash, 0)]);
    let other = ledger.report(similar.attachment.hash, LIMITS).await.expect("reads");
    assert_eq!(other.alike, [Alike { media: page.attachment.hash, station: Some("1".to_owned()), distance: 3 }]);
    assert_eq!(report.redactions, [copy]);
    let station = ledger.station_records(Some("1"), 10).await.expect("reads");
    assert_eq!(station.iter().map(|view| view.hash).collect::<Vec<_>>(), [correction.hash, first.hash]);
    assert_eq!(ledger.station_records(Some("1"), 1).await.expect("reads").len(), 1);
    assert!(ledger.station_records(None, 10).await.expect("reads").is_empty());
    let named = ledger.records_named(vec![RecordHash([9; 32]), first.hash]).await.expect("reads");
    assert_eq!(named.iter().map(|view| (view.hash, view.files.len())).collect::<Vec<_>>(), [(first.hash, 2)]);
    let listed = ledger.records_listing(page.attachment.hash, 1).await.expect("reads");
    assert_eq!(listed.iter().map(|view| (view.hash, view.kid)).collect::<Vec<_>>(), [(first.hash, Kid(KEY.kid().0))]);
    let of_station = &station[0];
    assert_eq!(ledger.record_view(correction.hash).await.expect("reads").as_ref(), Some(of_station));
    assert_eq!(ledger.record_view(RecordHash([9; 32])).await.expect("reads"), None);
}

/// A copy made twice is one copy with one statement.
pub async fn the_first_statement_of_a_copy_stays(place: &dyn Place) {
    let ledger = place.open().await;
    let copy = |name: &[u8], made_ms, statement: &[u8]| RedactionRow {
        media: MediaHash::of(name),
        original: MediaHash([1; 32]),
        size: 4,
        made_ms,
        statement: statement.to_vec(),
    };
    let (one, two) = (copy(b"one", 1, b"first"), copy(b"two", 2, b"of another"));
    for new in [&one, &copy(b"one", 3, b"second"), &two] {
        ledger.add_redaction(new.clone()).await.expect("works");
    }
    assert_eq!(ledger.redaction(one.media).await, Ok(Some(one.clone())));
    assert_eq!(ledger.redaction(MediaHash([1; 32])).await, Ok(None), "an original is no copy");
    assert_eq!(ledger.redactions_of(MediaHash([1; 32])).await, Ok(vec![two, one]));
}
