//! The network between the phones and the coordinator: closed, so that connections are really refused; open, and then
//! it counts the bytes that pass; or open until so many have passed, and then it breaks. TLS passes through unread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// An open network; breaks when dropped.
pub(super) struct Network {
    passed: Arc<Passed>,
    closed: watch::Sender<bool>,
}

/// Bytes on the wire, TLS and HTTP included.
#[derive(Debug)]
struct Passed {
    up: AtomicU64,
    down: AtomicU64,
    allowed: u64,
}

/// A loopback port that refuses connections until the network is opened there.
pub(super) fn closed_port() -> std::io::Result<SocketAddr> {
    // The system does not give a port it has just given away to the next one who asks.
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Lets everything through from now on, or until so many bytes have gone up.
pub(super) async fn open(port: SocketAddr, coordinator: SocketAddr, allowed: Option<u64>) -> std::io::Result<Network> {
    let listener = TcpListener::bind(port).await?;
    let allowed = allowed.unwrap_or(u64::MAX);
    let passed = Arc::new(Passed { up: AtomicU64::new(0), down: AtomicU64::new(0), allowed });
    let (close, closed) = watch::channel(false);
    let (counter, broken) = (Arc::clone(&passed), close.clone());
    tokio::spawn(async move {
        let mut ended = closed.clone();
        loop {
            tokio::select! {
                _ = ended.changed() => break,
                accepted = listener.accept() => {
                    let Ok((phone, _)) = accepted else { break };
                    tokio::spawn(carry(phone, coordinator, Arc::clone(&counter), closed.clone(), broken.clone()));
                }
            }
        }
    });
    Ok(Network { passed, closed: close })
}

impl Network {
    /// Bytes that have passed: up, down.
    pub(super) fn passed(&self) -> (u64, u64) {
        (self.passed.up.load(Ordering::Relaxed), self.passed.down.load(Ordering::Relaxed))
    }

    /// Breaks the network for good, with every connection through it.
    pub(super) fn close(self) {
        self.closed.send_replace(true);
    }
}

async fn carry(
    phone: TcpStream,
    coordinator: SocketAddr,
    passed: Arc<Passed>,
    mut closed: watch::Receiver<bool>,
    broken: watch::Sender<bool>,
) {
    let Ok(server) = TcpStream::connect(coordinator).await else { return };
    let (phone_read, phone_write) = phone.into_split();
    let (server_read, server_write) = server.into_split();
    let up = async {
        pass(phone_read, server_write, &passed.up, passed.allowed).await;
        if passed.up.load(Ordering::Relaxed) >= passed.allowed {
            broken.send_replace(true);
        }
    };
    let both = async { tokio::join!(up, pass(server_read, phone_write, &passed.down, u64::MAX)) };
    tokio::select! {
        _ = both => {}
        _ = closed.changed() => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, counter: &AtomicU64, allowed: u64) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
        if counter.fetch_add(read as u64, Ordering::Relaxed) + read as u64 >= allowed {
            break;
        }
    }
    let _ = to.shutdown().await;
}
