//! Messages and the requests that fetch them.

use std::sync::Arc;

use futures_util::future::join_all;
use kuager_wire::ids::{Kid, Nonce, ObserverId};

use super::fixture::{KEY, Place};
use crate::ledger::messages::{Added, NONCES, NewMessage};
use crate::ledger::whole::Ledger;

const TO: ObserverId = ObserverId([1; 16]);

fn message(number: u64, observer: ObserverId, size: usize) -> NewMessage {
    let bytes = [number.to_be_bytes().as_slice(), &vec![0; size]].concat();
    NewMessage { number, observer, sent_ms: number, bytes }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |number| u64::from_be_bytes(*number))
}

/// Does what a sender does at this time: takes the next numbers, signs, and does it again when somebody was faster.
async fn send(ledger: &dyn Ledger, count: u64, now_ms: u64) {
    loop {
        let next = ledger.next_number(now_ms).await.expect("reads");
        let messages = (next..next + count).map(|number| message(number, TO, 0)).collect();
        match ledger.add_messages(messages).await.expect("works") {
            Added::Stored => return,
            Added::NumbersTaken => {}
        }
    }
}

async fn inbox(ledger: &dyn Ledger, after: u64) -> (Vec<u64>, bool) {
    let page = ledger.inbox(TO, after).await.expect("works");
    (page.messages.iter().map(|bytes| number(bytes)).collect(), page.more)
}

/// Messages come in pages, to their observer only.
pub async fn an_inbox_is_read_page_by_page(place: &dyn Place) {
    let ledger = place.open().await;
    let other = ObserverId([2; 16]);
    let messages = (1..=40).map(|n| message(n, if n % 4 == 0 { other } else { TO }, 15_000)).collect();
    assert_eq!(ledger.add_messages(messages).await, Ok(Added::Stored));
    let (mut after, mut seen, mut pages) = (0, Vec::new(), 0);
    loop {
        let (page, more) = inbox(&*ledger, after).await;
        seen.extend(page);
        after = *seen.last().expect("a message");
        pages += 1;
        if !more {
            break;
        }
    }
    assert!(pages > 1);
    assert_eq!(seen, (1..=40).filter(|n| n % 4 != 0).collect::<Vec<_>>());
    assert_eq!(ledger.messages_behind(TO, 0).await, Ok((30, Some(1))));
    assert_eq!(ledger.messages_behind(TO, 37).await, Ok((2, Some(38))));
    assert_eq!(ledger.messages_behind(other, 40).await, Ok((0, None)));
}

/// A nonce counts once, over restarts and for each device by itself; the oldest make room for new ones.
pub async fn a_nonce_is_used_once_and_the_newest_are_remembered(place: &dyn Place) {
    fn nonce(number: u32) -> Nonce {
        let mut nonce = Nonce([0; 16]);
        nonce.0[..4].copy_from_slice(&number.to_be_bytes());
        nonce
    }
    let ledger = place.open().await;
    let kid = KEY.kid();
    assert_eq!(ledger.first_use(kid, nonce(0)).await, Ok(true));
    assert_eq!(ledger.first_use(kid, nonce(0)).await, Ok(false));
    ledger.close().await;
    let ledger = place.open().await;
    assert_eq!(ledger.first_use(kid, nonce(0)).await, Ok(false), "after a restart");
    assert_eq!(ledger.first_use(Kid([8; 16]), nonce(0)).await, Ok(true), "another device's nonce");
    for used in join_all((1..=NONCES).map(|number| ledger.first_use(kid, nonce(number)))).await {
        assert_eq!(used, Ok(true));
    }
    assert_eq!(ledger.first_use(kid, nonce(NONCES)).await, Ok(false));
    assert_eq!(ledger.first_use(kid, nonce(1)).await, Ok(false), "is among the newest");
    assert_eq!(ledger.first_use(kid, nonce(0)).await, Ok(true), "is forgotten");
    assert_eq!(ledger.first_use(Kid([8; 16]), nonce(0)).await, Ok(false), "nobody makes others forget");
}

/// Numbers are the time and grow, also while the time does not; messages are stored under such numbers or not at all.
pub async fn numbers_only_grow(place: &dyn Place) {
    let ledger = place.open().await;
    let add = async |numbers: &[u64]| {
        let messages = numbers.iter().map(|number| message(*number, TO, 0)).collect();
        ledger.add_messages(messages).await.expect("works")
    };
    assert_eq!((ledger.next_number(0).await, ledger.next_number(500).await), (Ok(1), Ok(500)));
    assert_eq!(add(&[500, 501]).await, Added::Stored);
    for taken in [&[501, 502], &[510, 510], &[503, 502], &[0, 1]] {
        assert_eq!(add(taken).await, Added::NumbersTaken);
    }
    assert_eq!(inbox(&*ledger, 0).await, (vec![500, 501], false), "nothing of them was stored");
    assert_eq!(add(&[700, 900]).await, Added::Stored, "time went on while somebody signed");
    // The clock goes back ten years, and forward again.
    for (now_ms, next) in [(3, 901), (901, 901), (2000, 2000)] {
        assert_eq!(ledger.next_number(now_ms).await, Ok(next));
    }
    send(&*ledger, 2, 3).await;
    assert_eq!(inbox(&*ledger, 501).await, (vec![700, 900, 901, 902], false));
    assert_eq!(add(&[]).await, Added::Stored);
}

/// What was said after a backup was made is in no ledger any more, and its numbers are not used again.
pub async fn an_older_ledger_goes_on_above_what_was_said_since(place: &dyn Place) {
    const BACKUP_MS: u64 = 1_000_000;
    const MINUTE_MS: u64 = 60_000;
    let ledger = place.open().await;
    send(&*ledger, 3, BACKUP_MS).await;
    // A thousand observers were told something a minute later, by a ledger that is lost; this one is at it again after another.
    let said = BACKUP_MS + MINUTE_MS + 1_000;
    send(&*ledger, 1, BACKUP_MS + 2 * MINUTE_MS).await;
    let (heard, _) = inbox(&*ledger, said).await;
    assert_eq!(heard, [BACKUP_MS + 2 * MINUTE_MS], "a phone that asks behind what it heard since hears it");
}

/// Twenty senders in two processes: every number once, none left out.
pub async fn many_senders_at_once_never_share_a_number(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    let senders = (0..20).map(|n| {
        let ledger = Arc::clone(if n % 2 == 0 { &ledger } else { &beside });
        tokio::spawn(async move { send(&*ledger, 1 + n % 3, 0).await })
    });
    for ended in join_all(senders).await {
        ended.expect("ends");
    }
    let sent: u64 = (0..20).map(|n| 1 + n % 3).sum();
    assert_eq!(inbox(&*ledger, 0).await, ((1..=sent).collect(), false));
}
