//! The network between the phones and the coordinator: closed, so that connections are really refused, or open, and
//! then it counts the bytes that pass. TLS passes through it unread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Bytes on the wire, TLS and HTTP included.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub(super) up: AtomicU64,
    pub(super) down: AtomicU64,
}

/// A loopback port that refuses connections until the gate is opened there.
pub(super) fn closed_port() -> std::io::Result<SocketAddr> {
    // The system does not give a port it has just given away to the next one who asks.
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Lets everything through from now on.
pub(super) async fn open(port: SocketAddr, coordinator: SocketAddr) -> std::io::Result<Arc<Passed>> {
    let listener = TcpListener::bind(port).await?;
    let passed = Arc::new(Passed::default());
    let counter = Arc::clone(&passed);
    tokio::spawn(async move {
        while let Ok((phone, _)) = listener.accept().await {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let Ok(server) = TcpStream::connect(coordinator).await else { return };
                let (phone_read, phone_write) = phone.into_split();
                let (server_read, server_write) = server.into_split();
                tokio::join!(
                    pass(phone_read, server_write, &counter.up),
                    pass(server_read, phone_write, &counter.down)
                );
            });
        }
    });
    Ok(passed)
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, counter: &AtomicU64) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
        counter.fetch_add(read as u64, Ordering::Relaxed);
    }
    let _ = to.shutdown().await;
}
