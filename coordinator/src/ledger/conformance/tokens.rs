//! Tokens of programs, and whom the desk tells by itself.

use super::fixture::Place;
use crate::ledger::tokens::{AddedToken, NewToken, TokenScope};
use crate::ledger::webhooks::{NewWebhook, Told, WEBHOOKS, WebhookStep};

fn token(number: u8) -> NewToken {
    NewToken {
        id: [number; 8],
        name: format!("token {number}"),
        scopes: [TokenScope::Read].into_iter().collect(),
        hash: [number; 32],
        created_ms: 1000,
        ends_ms: 5000,
    }
}

/// A token is found by its id, is good until its end or until somebody says otherwise, and its name stays its own.
pub async fn a_token_is_good_until_its_end(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    assert_eq!(ledger.add_token(token(2)).await, Ok(AddedToken::Added));
    assert_eq!(beside.add_token(token(1)).await, Ok(AddedToken::Added));
    let again = NewToken { id: [9; 8], ..token(1) };
    assert_eq!(ledger.add_token(again).await, Ok(AddedToken::NameTaken));
    let names: Vec<String> = ledger.tokens().await.expect("reads").into_iter().map(|row| row.token.name).collect();
    assert_eq!(names, ["token 1", "token 2"]);
    let row = ledger.token([1; 8]).await.expect("reads").expect("is there");
    assert_eq!((&row.token, row.revoked_ms, row.used_ms), (&token(1), None, None));
    assert!(row.is_good(4999) && !row.is_good(5000));
    assert!(row.token.scopes.has(TokenScope::Read) && !row.token.scopes.has(TokenScope::Metrics));
    ledger.note_token([1; 8], 2000).await.expect("is written");
    ledger.note_token([1; 8], 1500).await.expect("is written");
    assert_eq!(beside.token([1; 8]).await.expect("reads").and_then(|row| row.used_ms), Some(2000));
    assert_eq!(ledger.revoke_token("token 1", 3000).await, Ok(true));
    assert_eq!(ledger.revoke_token("token 1", 4000).await, Ok(true));
    assert_eq!(ledger.revoke_token("token 3", 4000).await, Ok(false));
    let row = beside.token([1; 8]).await.expect("reads").expect("is there");
    assert!(row.revoked_ms == Some(3000) && !row.is_good(2000));
    assert_eq!(beside.add_token(NewToken { id: [8; 8], ..token(1) }).await, Ok(AddedToken::NameTaken), "for ever");
    assert_eq!(beside.token([7; 8]).await, Ok(None));
}

fn webhook(number: u8) -> NewWebhook {
    NewWebhook {
        id: [number; 16],
        url: format!("https://example.org/{number}"),
        events: vec!["record.received".to_owned(), "incident.urgent".to_owned()],
        authorities: (number == 2).then(|| b"PEM".to_vec()),
        inside: number == 1,
        created_ms: u64::from(number),
        arrival: 7,
    }
}

/// A webhook goes on from where it was told, forgets its troubles when it takes something, and is stopped once.
pub async fn a_webhook_is_told_from_its_place_on(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    for number in [2, 1] {
        assert_eq!(ledger.add_webhook(webhook(number)).await, Ok(true));
    }
    let rows = beside.webhooks().await.expect("reads");
    assert_eq!(rows.iter().map(|row| row.webhook.clone()).collect::<Vec<_>>(), [webhook(1), webhook(2)]);
    let step = |step| ledger.step_webhook([1; 16], step);
    let told = |arrival, events| Told { arrival, events };
    assert_eq!(step(WebhookStep::Failed(3, 900, "x".repeat(1000))).await, Ok(true));
    let row = beside.webhooks().await.expect("reads").remove(0);
    assert_eq!((row.failures, row.next_ms, row.trouble.map(|said| said.len())), (3, 900, Some(200)));
    assert_eq!(step(WebhookStep::Told(told(7, 4), Some(950))).await, Ok(true));
    assert_eq!(step(WebhookStep::Told(told(12, 0), None)).await, Ok(true));
    assert_eq!(step(WebhookStep::Told(told(9, 5), Some(990))).await, Ok(false), "nobody goes back");
    let row = beside.webhooks().await.expect("reads").remove(0);
    assert_eq!((row.told, row.told_ms, row.failures, row.next_ms, row.trouble), (told(12, 0), Some(950), 0, 0, None));
    assert_eq!(step(WebhookStep::Stopped(5)).await, Ok(true));
    assert_eq!(step(WebhookStep::Stopped(6)).await, Ok(false));
    assert_eq!(step(WebhookStep::Told(told(20, 0), None)).await, Ok(false));
    assert_eq!(beside.webhooks().await.expect("reads").remove(0).stopped_ms, Some(5));
    for number in 3..=u8::try_from(WEBHOOKS).expect("few") {
        assert_eq!(ledger.add_webhook(webhook(number)).await, Ok(true));
    }
    assert_eq!(ledger.add_webhook(webhook(100)).await, Ok(true), "one of them is stopped");
    assert_eq!(ledger.add_webhook(webhook(101)).await, Ok(false));
}
