//! A bad network: a TCP proxy that treats each connection as its plan says. What passes is TLS, so the proxy can only do
//! what a network can do.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How one connection fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Everything passes.
    Fine,
    /// Closed as soon as it is opened.
    Refused,
    /// Reset after so many bytes towards the coordinator.
    CutUp(usize),
    /// Reset after so many bytes towards the phone: the coordinator has everything, the answer is lost.
    CutDown(usize),
    /// Nothing is ever passed on, and nothing is said.
    HalfOpen,
    /// After so many bytes towards the phone it keeps the rest to itself, and the connection open.
    Held(usize),
    /// An answer that is not TLS: a sign-in page.
    Portal,
    /// Passed at so many bytes per second.
    Slow(usize),
    /// Every piece is late by so many milliseconds.
    Late(u64),
}

impl Fate {
    /// A random one that leaves a call a chance of a few hundred milliseconds.
    pub fn random(random: &mut Rng) -> Self {
        let bytes = |random: &mut Rng| random.usize(..6_000);
        match random.u8(..9) {
            0 => Self::Refused,
            1 | 2 => Self::CutUp(bytes(random)),
            3 | 4 => Self::CutDown(bytes(random)),
            5 => Self::HalfOpen,
            6 => Self::Portal,
            7 => Self::Late(random.u64(..60)),
            _ => Self::Fine,
        }
    }

    /// A random one that breaks in the middle of a file rather than in a handshake.
    pub fn random_for_files(random: &mut Rng) -> Self {
        match random.u8(..6) {
            0 | 1 => Self::CutUp(random.usize(3_000..253_000)),
            2 => Self::CutDown(random.usize(1_000..7_000)),
            3 => Self::Slow(random.usize(50_000..550_000)),
            _ => Self::random(random),
        }
    }
}

/// The proxy; ends when dropped.
pub struct Proxy {
    /// Where phones connect.
    pub address: SocketAddr,
    plan: Arc<Mutex<Vec<Fate>>>,
    bytes: Arc<Mutex<(u64, u64)>>,
    accepted: Arc<AtomicU64>,
    /// How often everything that was open has gone silent.
    silences: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of a coordinator, fine until told otherwise.
    pub async fn start(coordinator: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let plan = Arc::new(Mutex::new(Vec::new()));
        let bytes = Arc::new(Mutex::new((0, 0)));
        let (fates, counter) = (Arc::clone(&plan), Arc::clone(&bytes));
        let accepted = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&accepted);
        let (silences, _) = watch::channel(0);
        let silent = silences.clone();
        let task = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let fate = next(&fates);
                let line = Line { bytes: Arc::clone(&counter), silences: silent.subscribe() };
                tokio::spawn(carry(phone, coordinator, fate, line));
            }
        });
        Self { address, plan, bytes, accepted, silences, task }
    }

    /// From now on nothing passes through the connections that are open, in either direction, and nobody is told: what a phone
    /// is left with that has changed networks. New ones are not concerned.
    pub fn silence(&self) {
        self.silences.send_modify(|count| *count += 1);
    }

    /// Connections that phones have opened so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// The fates of the next connections, in order; fine afterwards.
    pub fn plan(&self, fates: impl IntoIterator<Item = Fate>) {
        *self.plan.lock().unwrap() = fates.into_iter().collect();
    }

    /// Bytes passed so far: towards the coordinator, towards the phone.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        *self.bytes.lock().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn next(plan: &Mutex<Vec<Fate>>) -> Fate {
    let mut plan = plan.lock().unwrap();
    if plan.is_empty() { Fate::Fine } else { plan.remove(0) }
}

/// Closes with a RST instead of a FIN.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

/// What a connection is counted by, and what tells it to go silent.
#[derive(Clone)]
struct Line {
    bytes: Arc<Mutex<(u64, u64)>>,
    silences: watch::Receiver<u64>,
}

impl Line {
    /// Reads, until everything goes silent; from then on for ever.
    async fn read(&mut self, from: &mut OwnedReadHalf, buffer: &mut [u8]) -> std::io::Result<usize> {
        tokio::select! {
            biased;
            changed = self.silences.changed() => {
                if changed.is_ok() {
                    std::future::pending::<()>().await;
                }
                Ok(0)
            }
            read = from.read(buffer) => read,
        }
    }
}

async fn carry(mut phone: TcpStream, coordinator: SocketAddr, fate: Fate, line: Line) {
    match fate {
        Fate::Refused => return reset(&phone),
        Fate::HalfOpen => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return;
        }
        Fate::Portal => {
            let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html>hello\r\n";
            let _ = phone.write_all(page).await;
            return;
        }
        _ => {}
    }
    let Ok(server) = TcpStream::connect(coordinator).await else { return reset(&phone) };
    let abrupt = matches!(fate, Fate::CutUp(_) | Fate::CutDown(_));
    if abrupt {
        reset(&phone);
    }
    let (phone_read, phone_write) = phone.into_split();
    let (server_read, server_write) = server.into_split();
    let (up, down) = match fate {
        Fate::CutUp(bytes) => (bytes, usize::MAX),
        Fate::CutDown(bytes) | Fate::Held(bytes) => (usize::MAX, bytes),
        _ => (usize::MAX, usize::MAX),
    };
    let (upward, downward) = (Arc::clone(&line.bytes), Arc::clone(&line.bytes));
    let up = pump(phone_read, server_write, up, fate, line.clone(), move |n| upward.lock().unwrap().0 += n);
    match fate {
        Fate::CutUp(_) => cut_up(up, server_read, phone_write, move |n| downward.lock().unwrap().1 += n).await,
        Fate::CutDown(_) => {
            let down = pump(server_read, phone_write, down, fate, line, move |n| downward.lock().unwrap().1 += n);
            // Whichever side ends first takes the other with it.
            tokio::select! { () = up => {}, () = down => {} }
        }
        _ => {
            let down = pump(server_read, phone_write, down, fate, line, move |n| downward.lock().unwrap().1 += n);
            tokio::join!(up, down);
        }
    }
}

/// The phone's side is reset once `up` has passed what it may. What was passed by then has arrived: the coordinator's
/// side is closed in order, because a reset would throw away what its system had received and it had not read yet.
async fn cut_up(up: impl Future<Output = ()>, mut server: OwnedReadHalf, phone: OwnedWriteHalf, count: impl Fn(u64)) {
    let mut phone = Some(phone);
    let mut buffer = vec![0; 2048];
    tokio::pin!(up);
    let drained = async {
        loop {
            let read = tokio::select! {
                () = &mut up, if phone.is_some() => {
                    phone = None;
                    continue;
                }
                read = server.read(&mut buffer) => read,
            };
            let Ok(read @ 1..) = read else { break };
            if let Some(phone) = phone.as_mut() {
                if phone.write_all(&buffer[..read]).await.is_err() {
                    break;
                }
                count(read as u64);
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(30), drained).await;
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut allowed: usize,
    fate: Fate,
    mut line: Line,
    count: impl Fn(u64),
) {
    let mut buffer = vec![0; 2048];
    while let Ok(read @ 1..) = line.read(&mut from, &mut buffer).await {
        let pass = read.min(allowed);
        match fate {
            Fate::Slow(rate) => {
                let piece_ms = u32::try_from(pass).unwrap() * 1000 / u32::try_from(rate).unwrap();
                tokio::time::sleep(Duration::from_millis(u64::from(piece_ms))).await;
            }
            Fate::Late(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            _ => {}
        }
        if to.write_all(&buffer[..pass]).await.is_err() {
            break;
        }
        count(pass as u64);
        allowed -= pass;
        if allowed == 0 {
            if matches!(fate, Fate::Held(_)) {
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            break;
        }
    }
    let _ = to.shutdown().await;
}
