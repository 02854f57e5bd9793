use kuager_wire::sync::{ChainState, Holding};

use super::*;
use crate::testing::{Fixture, MORNING_MS, kid};

async fn inbox(fixture: &Fixture, body: Vec<u8>) -> Result<InboxAnswer, RefusalCode> {
    fetch(&fixture.app, body).await.expect("works").map_err(|refusal| refusal.code)
}

#[tokio::test]
async fn a_request_is_answered_once_and_in_its_epoch() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let epoch = fixture.app.epochs.current();
    let request = fixture.inbox_request_in(Some(epoch), 1, 1, 0);
    inbox(&fixture, request.clone()).await.expect("is answered");
    assert_eq!(inbox(&fixture, request.clone()).await, Err(RefusalCode::Replayed));
    // The same folder opened by another process, as after a restart or with another ledger in it.
    let config = fixture.config(fixture.clock.clone());
    let again = fetch(&config.app, request).await.expect("works");
    assert_eq!(again.map_err(|refusal| refusal.code), Err(RefusalCode::Replayed));
    fixture.clock.set(MORNING_MS + 3 * 3_600_000);
    let late = fixture.inbox_request_in(Some(epoch), 1, 2, 0);
    assert_eq!(inbox(&fixture, late).await, Err(RefusalCode::Replayed));
    let epoch = fixture.app.epochs.current();
    inbox(&fixture, fixture.inbox_request_in(Some(epoch), 1, 2, 0)).await.expect("is answered");
}

#[tokio::test]
async fn whoever_names_an_epoch_is_told_what_is_held() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let epoch = Some(fixture.app.epochs.current());
    let holding = async |nonce| {
        let answer = inbox(&fixture, fixture.inbox_request_in(epoch, 1, nonce, 0)).await.expect("is answered");
        answer.holding.expect("is told")
    };
    assert_eq!(holding(1).await, Holding { chain: None, files: 0 });
    let last = fixture.sign(1, &fixture.record(2, "c"));
    fixture.send(&[fixture.sign(1, &fixture.record(0, "a")), last.clone()]).await;
    let Holding { chain, files } = holding(2).await;
    let ChainState { kid: of, head_seq, head, missing } = chain.expect("has records");
    assert_eq!((of, head_seq, head, files), (kid(1), 2, RecordHash::of(&last), 0));
    assert_eq!(missing.iter().map(|range| (range.first, range.last)).collect::<Vec<_>>(), [(1, 1)]);
    // Phones that know of no epochs could not read it.
    let answer = inbox(&fixture, fixture.inbox_request(1, 3, 0)).await.expect("is answered");
    assert_eq!(answer.holding, None);
}

#[tokio::test]
async fn a_device_is_heard_of_when_it_has_asked_anew() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let request = fixture.inbox_request_in(Some(fixture.app.epochs.current()), 1, 1, 0);
    inbox(&fixture, request.clone()).await.expect("is answered");
    assert_eq!(fixture.app.contacts.take(), [(kid(1), MORNING_MS)].into_iter().collect());
    // Sent again by whoever has heard it, and asked for by somebody who is not enrolled.
    fixture.clock.set(MORNING_MS + 1_000);
    assert_eq!(inbox(&fixture, request).await, Err(RefusalCode::Replayed));
    let stranger = fixture.inbox_request_in(Some(fixture.app.epochs.current()), 9, 2, 0);
    assert_eq!(inbox(&fixture, stranger).await, Err(RefusalCode::UnknownDevice));
    assert!(fixture.app.contacts.take().is_empty());
}
