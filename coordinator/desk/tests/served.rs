//! The desk beside a running coordinator.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::{SocketAddr, TcpListener};

use kuager_desk::Reach;
use kuager_testing::{LONG, TestCoordinator, now};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks for a page, and says all that comes until the connection ends.
async fn get(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the server ends it");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_served_beside_the_protocol() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = listener.local_addr().unwrap();
    let mut coordinator = TestCoordinator::start_with(|config| {
        config.desk = Some(now(kuager_desk::beside(listener, config, Reach::default())).unwrap());
        config.plain_http = true;
    });
    let public = get(coordinator.address).await;
    assert!(public.starts_with("HTTP/1.1 404"), "{public}");
    let page = get(desk).await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Келіп түскен жазбалар"), "{page}");
    // A page that stays open does not hold up the end.
    let mut open = TcpStream::connect(desk).await.unwrap();
    open.write_all(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    open.read_exact(&mut [0; 12]).await.unwrap();
    tokio::time::timeout(LONG, coordinator.stop()).await.expect("ends");
}
