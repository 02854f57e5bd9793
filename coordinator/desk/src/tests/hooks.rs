//! Webhooks against a server that is real: it takes, fails, redirects, says nothing, and is told everything in the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use kuager_coordinator::ledger::{NewWebhook, WebhookRow};
use kuager_coordinator::testing::Fixture;
use parking_lot::Mutex;
use serde_json::Value;
use sha2::Sha256;

use crate::hooks;
use crate::testing::{STATION, desk};

const ID: [u8; 16] = [5; 16];

#[derive(Default)]
struct Heard {
    messages: Vec<(HeaderMap, Bytes)>,
    /// What is answered next; 200 when nothing is left.
    answers: Vec<Response>,
}

type Server = Arc<Mutex<Heard>>;

async fn hear(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let mut heard = server.lock();
    heard.messages.push((headers, body));
    if heard.answers.is_empty() { StatusCode::OK.into_response() } else { heard.answers.remove(0) }
}

fn serve(server: Server) -> SocketAddr {
    let routes = Router::new().route("/hook", post(hear)).with_state(server);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("is set");
    let address = listener.local_addr().expect("an address");
    let served = axum_server::from_tcp(listener).expect("a server").serve(routes.into_make_service());
    tokio::spawn(served);
    address
}

async fn add(fixture: &Fixture, address: SocketAddr, events: &[&str]) {
    let webhook = NewWebhook {
        id: ID,
        url: format!("http://{address}/hook"),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        authorities: None,
        inside: false,
        created_ms: 1,
        arrival: 0,
    };
    assert_eq!(fixture.ledger.add_webhook(webhook).await, Ok(true));
}

async fn row(fixture: &Fixture) -> WebhookRow {
    fixture.ledger.webhooks().await.expect("reads").remove(0)
}

/// Waits for what must come; only a hang is too long.
async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..3000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} never came");
}

/// Checks a message as its receiver does, who has the secret and the specification.
fn checked(fixture: &Fixture, headers: &HeaderMap, body: &[u8]) -> (String, Value) {
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let secret = hooks::secret_text(&fixture.app.signer.people.webhook(&ID));
    let secret = BASE64.decode(secret.strip_prefix("whsec_").expect("begins so").as_bytes()).expect("base64");
    let (id, at) = (text("webhook-id"), text("webhook-timestamp"));
    let mut code = <Hmac<Sha256> as KeyInit>::new_from_slice(&secret).expect("a key");
    code.update(&[id.as_bytes(), b".", at.as_bytes(), b".", body].concat());
    let signature =
        BASE64.decode(text("webhook-signature").strip_prefix("v1,").expect("v1").as_bytes()).expect("base64");
    code.verify_slice(&signature).expect("is signed");
    assert_eq!(at, (fixture.clock_ms() / 1000).to_string());
    assert_eq!(text("content-type"), "application/json");
    assert!(headers.get(header::COOKIE).is_none() && headers.get(header::AUTHORIZATION).is_none());
    (id, serde_json::from_slice(body).expect("JSON"))
}

#[tokio::test]
async fn everything_is_told_in_order_whatever_the_server_does() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let server = Server::default();
    let address = serve(Arc::clone(&server));
    let redirect = [(header::LOCATION, format!("http://{address}/elsewhere"))];
    let slow = [(header::RETRY_AFTER, "120")];
    server.lock().answers = vec![
        StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        (StatusCode::FOUND, redirect).into_response(),
        (StatusCode::TOO_MANY_REQUESTS, slow).into_response(),
    ];
    add(&fixture, address, &["record.received"]).await;
    let records: Vec<_> = (0..3).map(|seq| fixture.sign(1, &fixture.turnout(seq, STATION))).collect();
    fixture.send(&records[..2]).await;
    let desk = desk(&fixture).await;
    let telling = tokio::spawn(hooks::run(desk));
    let said = ["answers 500", "redirects are not followed", "answers 429"];
    for (failures, (said, pause_ms)) in (1..).zip(said.into_iter().zip([5_000, 10_000, 120_000])) {
        until(said, async || row(&fixture).await.failures == failures).await;
        let row = row(&fixture).await;
        let trouble = row.trouble.expect("is said");
        assert!(trouble.contains(said) && !trouble.contains("/hook"), "{trouble}");
        assert_eq!(row.next_ms, fixture.clock_ms() + pause_ms, "{said}");
        assert_eq!(server.lock().messages.len(), failures as usize, "it waits for its time");
        let (headers, body) = server.lock().messages.last().cloned().expect("one");
        checked(&fixture, &headers, &body);
        fixture.clock.set(row.next_ms);
    }
    until("both", async || row(&fixture).await.told.arrival == 2).await;
    fixture.send(&records[2..]).await;
    until("the third", async || row(&fixture).await.told.arrival == 3).await;
    telling.abort();
    let messages = std::mem::take(&mut server.lock().messages);
    let heard: Vec<_> = messages
        .iter()
        .map(|(headers, body)| {
            serde_json::from_slice::<Value>(body)
                .map(|body| (headers["webhook-id"].clone(), body["data"]["arrival"].clone()))
                .expect("JSON")
        })
        .collect();
    assert_eq!(heard[0], heard[3], "the same message again");
    let arrivals: Vec<_> = heard[3..].iter().map(|(_, arrival)| arrival.clone()).collect();
    assert_eq!(arrivals, [1, 2, 3]);
    let (headers, body) = messages.last().expect("one");
    let (_, message) = checked(&fixture, headers, body);
    assert_eq!((&message["type"], &message["data"]["station"]), (&"record.received".into(), &STATION.into()));
    assert!(!message.to_string().contains("120"), "nothing of what was answered: {message}");
    let row = row(&fixture).await;
    assert_eq!((row.failures, row.trouble, row.stopped_ms), (0, None, None));
}

#[tokio::test]
async fn who_is_gone_is_told_nothing_more_and_nobody_is_told_what_was_typed() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let server = Server::default();
    let address = serve(Arc::clone(&server));
    server.lock().answers = vec![StatusCode::OK.into_response(), StatusCode::GONE.into_response()];
    add(&fixture, address, &["record.received"]).await;
    let records: Vec<_> = (0..3).map(|seq| fixture.sign(1, &fixture.turnout(seq, "Айгүл, +7 701 000 00 00"))).collect();
    fixture.send(&records).await;
    let telling = tokio::spawn(hooks::run(desk(&fixture).await));
    until("the end", async || row(&fixture).await.stopped_ms.is_some()).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    telling.abort();
    let heard = server.lock();
    assert_eq!(heard.messages.len(), 2);
    for (headers, body) in &heard.messages {
        let (_, message) = checked(&fixture, headers, body);
        assert!(!message.to_string().contains("Айгүл") && message["data"]["station"].is_null(), "{message}");
    }
}
