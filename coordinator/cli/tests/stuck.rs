//! A coordinator in which a transaction does not end: it says so, ends, and serves when it is started again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking and say why")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

// Brings the cryptography that SQLCipher is linked with.
use kuager as _;
use rusqlite::Connection;

/// So long that only a hang takes longer.
const PATIENCE: Duration = Duration::from_secs(180);
/// A transaction that counts refusals looks at everything there is, and there is no end of it.
const ENDLESS: &str =
    "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
    CREATE TRIGGER stuck AFTER INSERT ON refusal_counts BEGIN SELECT COUNT(*) FROM endless; END";

/// A coordinator as a process of its own, ended with the test.
struct Served {
    process: Child,
    address: String,
    /// Kept open: a program that cannot say what it does ends.
    _said: BufReader<ChildStdout>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(data: &Path) -> Served {
    let mut process = Command::new(env!("CARGO_BIN_EXE_kuager"))
        .args(["serve", "--plain-http", "--listen", "127.0.0.1:0", "--no-desk", "--stuck-seconds", "1", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    let mut lines = said.by_ref().lines();
    let address = lines.find_map(|line| Some(line.ok()?.split_once("http://")?.1.to_owned())).unwrap();
    Served { process, address, _said: said }
}

fn ask(served: &Served, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(&served.address).unwrap();
    let length = body.len();
    let head = format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}content-type: application/cbor-seq\r\n\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn is_well(served: &Served) -> bool {
    ask(served, "GET /v1/health", b"").ends_with("{\"ok\":true}")
}

#[test]
fn a_transaction_that_does_not_end_ends_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let init = Command::new(env!("CARGO_BIN_EXE_kuager")).args(["init", "--data"]).arg(&data).output().unwrap();
    assert!(init.status.success());
    Connection::open(data.join("ledger.db")).unwrap().execute_batch(ENDLESS).unwrap();

    let mut served = serve(&data);
    assert!(is_well(&served));
    // Something is refused, and a moment later its count is to be stored.
    assert!(ask(&served, "POST /v1/records", &[0; 200]).starts_with("HTTP/1.1 200"));
    let begun = std::thread::spawn(|| std::thread::sleep(PATIENCE));
    let ended = loop {
        match served.process.try_wait().unwrap() {
            Some(ended) => break ended,
            None => assert!(!begun.is_finished(), "it does not end"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let mut log = String::new();
    served.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(ended.code(), Some(3), "{log}");
    assert!(log.contains("does not end"), "{log}");

    Connection::open(data.join("ledger.db")).unwrap().execute_batch("DROP TRIGGER stuck; DROP VIEW endless").unwrap();
    assert!(is_well(&serve(&data)));
}
