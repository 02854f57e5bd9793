//! Strangers on real sockets who hold on to what they have.

use rustls::pki_types::ServerName;

use super::*;

/// A client of HTTP/2 that knows frames and nothing else, and answers what keeps a connection alive.
struct Frames {
    stream: TcpStream,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const ACK: u8 = 1;
/// Of a header frame: no body follows, and no further header.
const END: u8 = 1 | 4;

impl Frames {
    /// Connects. A window of 0 means that no byte of an answer will be read.
    async fn connect(live: &Live, window: Option<u32>) -> Self {
        let mut client = Self { stream: live.connect().await };
        client.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("sends");
        let settings = window.map_or_else(Vec::new, |window| [&[0, 4][..], &window.to_be_bytes()].concat());
        client.send(SETTINGS, 0, 0, &settings).await.expect("sends");
        client
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).expect("is short").to_be_bytes();
        let frame = [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat();
        self.stream.write_all(&frame).await
    }

    async fn get(&mut self, stream: u32, path: &str) {
        let length = u8::try_from(path.len()).expect("is short");
        // GET, http, the path and the host, as HPACK (RFC 7541) writes them without compression.
        let head = [&[0x82, 0x86, 0x04, length][..], path.as_bytes(), &[0x01, 9], b"localhost"].concat();
        self.send(HEADERS, END, stream, &head).await.expect("sends");
    }

    /// The next frame that is not answered by itself.
    async fn next(&mut self) -> io::Result<(u8, u8)> {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).expect("fits")];
            self.stream.read_exact(&mut payload).await?;
            match (head[3], head[4] & ACK) {
                (SETTINGS, 0) => self.send(SETTINGS, ACK, 0, &[]).await?,
                (PING, 0) => self.send(PING, ACK, 0, &payload).await?,
                (kind, _) => return Ok((kind, head[4])),
            }
        }
    }

    /// Pings and answers pings until the connection ends.
    async fn keep_alive(&mut self) {
        let keeping = async {
            loop {
                let pinged = self.send(PING, 0, 0, &[0; 8]).await;
                let heard = tokio::time::timeout(Duration::from_millis(20), self.next()).await;
                if pinged.is_err() || matches!(heard, Ok(Err(_) | Ok((GO_AWAY, _)))) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, keeping).await.expect("the server ends the connection");
    }

    /// Reads until the answer to the only request has ended.
    async fn answered(&mut self) {
        let reading = async {
            loop {
                let (kind, flags) = self.next().await.expect("goes on");
                if matches!(kind, DATA | HEADERS) && flags & 1 == 1 {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("is answered");
    }
}

const LONGER: Duration = Duration::from_millis(700);

#[tokio::test]
async fn a_connection_without_a_request_is_closed_however_lively_it_is() {
    let live = Live::start(Limits { opening_time: SHORT, ..Limits::default() });
    Frames::connect(&live, None).await.keep_alive().await;
    let mut silent = live.connect().await;
    assert_eq!(read_all(&mut silent).await, "");
    let mut hesitant = live.connect().await;
    hesitant.write_all(b"PRI * HT").await.expect("sends");
    assert_eq!(read_all(&mut hesitant).await, "");
    live.stop().await;
}

#[tokio::test]
async fn a_connection_whose_requests_are_done_is_closed_however_lively_it_is() {
    let live = Live::start(Limits { idle_time: LONGER, ..Limits::default() });
    let mut client = Frames::connect(&live, None).await;
    client.get(1, "/v1/genesis").await;
    client.answered().await;
    client.keep_alive().await;
    live.stop().await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let live = Live::start(Limits { idle_time: LONGER, ..Limits::default() });
    let mut client = Frames::connect(&live, Some(0)).await;
    for stream in [1, 3, 5] {
        client.get(stream, "/v1/packs/latest").await;
    }
    client.keep_alive().await;
    live.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_given_up() {
    let live = Live::start_tls(Limits { opening_time: SHORT, ..Limits::default() });
    let mut silent = live.connect().await;
    assert_eq!(read_all(&mut silent).await, "");
    // The head of a record of 512 bytes, and the first of them.
    let mut begun = live.connect().await;
    begun.write_all(&[0x16, 3, 1, 2, 0, 1, 0]).await.expect("sends");
    read_all(&mut begun).await;
    // A whole handshake, and then nothing.
    let client = trusting(&live.fixture, &[&rustls::version::TLS13]);
    let name = ServerName::try_from("localhost").expect("a name");
    let mut session = rustls::ClientConnection::new(Arc::new(client), name).expect("starts");
    let mut stream = live.connect().await.into_std().expect("can");
    let (session, ended) = tokio::task::spawn_blocking(move || {
        stream.set_nonblocking(false).expect("can");
        while session.is_handshaking() {
            session.complete_io(&mut stream).expect("shakes hands");
        }
        let mut nothing = [0; 1024];
        let mut ended = false;
        while !ended {
            // Tickets come, and then the end, in whichever form.
            ended = io::Read::read(&mut stream, &mut nothing).map_or(true, |read| read == 0);
        }
        (session, ended)
    })
    .await
    .expect("ends");
    assert!(ended && !session.is_handshaking());
    live.stop().await;
}

/// Begins an upload of records and is told to go on: the request is under way.
async fn at_work(live: &Live) -> TcpStream {
    let mut stream = live.connect().await;
    let head = format!("{HEAD}expect: 100-continue\r\ncontent-length: 10\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sends");
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.expect("is answered");
    stream
}

const ASK: &[u8] = b"GET /v1/genesis HTTP/1.1\r\nhost: x\r\n\r\n";

async fn asked(stream: &mut TcpStream) -> bool {
    let mut status = [0; 12];
    let asked = stream.write_all(ASK).await.is_ok() && stream.read_exact(&mut status).await.is_ok();
    asked && &status == b"HTTP/1.1 200"
}

#[tokio::test]
async fn a_hundred_idle_connections_lock_nobody_out() {
    let live = Live::start(Limits { connections: 16, ..Limits::default() });
    let mut idle = Vec::new();
    for number in 0..100 {
        let mut stream = live.connect().await;
        // Some say nothing, some ask once and stay, some speak HTTP/2.
        if number % 3 == 1 {
            asked(&mut stream).await;
        } else if number % 3 == 2 {
            stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sends");
        }
        idle.push(stream);
    }
    let mut honest = live.connect().await;
    assert!(asked(&mut honest).await);
    live.stop().await;
}

#[tokio::test]
async fn connections_at_work_are_not_closed_for_newcomers_of_their_address() {
    let live = Live::start(Limits { connections: 4, ..Limits::default() });
    let mut first = at_work(&live).await;
    let second = at_work(&live).await;
    let mut third = live.connect().await;
    assert_eq!(read_all(&mut third).await, "", "an address has half of the room at most");
    first.write_all(&[0; 10]).await.expect("sends");
    assert!(read_all(&mut first).await.starts_with("HTTP/1.1 200"));
    // The place is free again, as soon as the coordinator has noticed.
    let served = async { while !asked(&mut live.connect().await).await {} };
    tokio::time::timeout(PATIENCE, served).await.expect("is served");
    drop(second);
    live.stop().await;
}
