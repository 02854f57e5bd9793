//! Messages and the requests that fetch them.

use std::sync::Arc;

use futures_util::future::join_all;
use kuager_wire::ids::{Kid, Nonce, ObserverId};

use super::fixture::{KEY, Place};
use crate::ledger::messages::{Added, NewMessage};
use crate::ledger::whole::Ledger;

const TO: ObserverId = ObserverId([1; 16]);

fn message(number: u64, observer: ObserverId, size: usize) -> NewMessage {
    let bytes = [number.to_be_bytes().as_slice(), &vec![0; size]].concat();
    NewMessage { number, observer, sent_ms: number, bytes }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |number| u64::from_be_bytes(*number))
}

/// Does what a sender does: takes the next numbers, signs, and does it again when somebody was faster.
async fn send(ledger: &dyn Ledger, count: u64) {
    loop {
        let next = ledger.next_number().await.expect("reads");
        let messages = (next..next + count).map(|number| message(number, TO, 0)).collect();
        match ledger.add_messages(messages).await.expect("works") {
            Added::Stored => return,
            Added::NumbersTaken => {}
        }
    }
}

async fn inbox(ledger: &dyn Ledger, nonce: u8, after: u64) -> Option<(Vec<u64>, bool)> {
    let page = ledger.inbox(KEY.kid(), Nonce([nonce; 16]), TO, after).await.expect("works")?;
    Some((page.messages.iter().map(|bytes| number(bytes)).collect(), page.more))
}

/// Messages come in pages, to their observer only; no request is answered twice.
pub async fn an_inbox_is_read_page_by_page_and_each_request_once(place: &dyn Place) {
    let ledger = place.open().await;
    let other = ObserverId([2; 16]);
    let messages = (1..=40).map(|n| message(n, if n % 4 == 0 { other } else { TO }, 15_000)).collect();
    assert_eq!(ledger.add_messages(messages).await, Ok(Added::Stored));
    let (mut after, mut seen, mut pages) = (0, Vec::new(), 0);
    for nonce in 0.. {
        let (page, more) = inbox(&*ledger, nonce, after).await.expect("is new");
        seen.extend(page);
        after = *seen.last().expect("a message");
        pages += 1;
        if !more {
            break;
        }
    }
    assert!(pages > 1);
    assert_eq!(seen, (1..=40).filter(|n| n % 4 != 0).collect::<Vec<_>>());
    assert_eq!(inbox(&*ledger, 0, 0).await, None, "replayed");
    ledger.close().await;
    let ledger = place.open().await;
    assert_eq!(inbox(&*ledger, 0, 0).await, None, "replayed after a restart");
    let another = ledger.inbox(Kid([8; 16]), Nonce([0; 16]), TO, 0).await.expect("works");
    assert!(another.is_some(), "another device's nonce");
}

/// Messages are stored under the next numbers or not at all, and a number that was signed and not stored is free.
pub async fn numbers_go_on_without_a_hole(place: &dyn Place) {
    let ledger = place.open().await;
    let add = async |numbers: &[u64]| {
        let messages = numbers.iter().map(|number| message(*number, TO, 0)).collect();
        ledger.add_messages(messages).await.expect("works")
    };
    assert_eq!(ledger.next_number().await, Ok(1));
    assert_eq!(add(&[1, 2]).await, Added::Stored);
    assert_eq!(ledger.next_number().await, Ok(3));
    for taken in [&[2, 3], &[4, 5], &[3, 5], &[0, 1]] {
        assert_eq!(add(taken).await, Added::NumbersTaken);
    }
    assert_eq!(inbox(&*ledger, 1, 0).await, Some((vec![1, 2], false)), "nothing of them was stored");
    // Somebody asked for a number, signed, and never came back.
    assert_eq!(ledger.next_number().await, Ok(3));
    assert_eq!(add(&[3]).await, Added::Stored);
    assert_eq!(inbox(&*ledger, 2, 1).await, Some((vec![2, 3], false)));
    assert_eq!(add(&[]).await, Added::Stored);
}

/// Twenty senders in two processes: every number once, none left out.
pub async fn many_senders_at_once_never_share_a_number(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    let senders = (0..20).map(|n| {
        let ledger = Arc::clone(if n % 2 == 0 { &ledger } else { &beside });
        tokio::spawn(async move { send(&*ledger, 1 + n % 3).await })
    });
    for ended in join_all(senders).await {
        ended.expect("ends");
    }
    let sent: u64 = (0..20).map(|n| 1 + n % 3).sum();
    assert_eq!(inbox(&*ledger, 1, 0).await, Some(((1..=sent).collect(), false)));
}
