//! The desk beside a running coordinator.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::testing::Fixture;
use kuager_coordinator::{Config, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let reading = tokio::time::timeout(Duration::from_secs(180), stream.read_to_end(&mut bytes)).await;
    let _ = reading.expect("the server ends the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn the_desk_is_served_beside_the_protocol() {
    let fixture = Fixture::new();
    let listen = || TcpListener::bind("127.0.0.1:0").expect("a port");
    let (public, desk) = (listen(), listen());
    let addresses = [public.local_addr().expect("an address"), desk.local_addr().expect("an address")];
    let config = fixture.config(Arc::new(SystemClock::default()));
    let desk = kuager_desk::beside(desk, &config).await.expect("starts");
    let config = Config { desk: Some(desk), plain_http: true, ..config };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(public, config, async { drop(stopped.await) }));
    let mut answers = Vec::new();
    for address in addresses {
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.expect("sends");
        answers.push(read_all(&mut stream).await);
    }
    assert!(answers[0].starts_with("HTTP/1.1 404"), "{}", answers[0]);
    assert!(answers[1].starts_with("HTTP/1.1 200") && answers[1].contains("Келіп түскен жазбалар"));
    // A page that stays open does not hold up the end.
    let mut page = TcpStream::connect(addresses[1]).await.expect("connects");
    page.write_all(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("sends");
    page.read_exact(&mut [0; 12]).await.expect("is served");
    drop(stop);
    tokio::time::timeout(Duration::from_secs(180), serving).await.expect("in time").expect("ends").expect("well");
}
