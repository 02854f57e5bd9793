use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use kuager_wire::cose;
use kuager_wire::ids::MediaHash;
use kuager_wire::limits;
use kuager_wire::receipt::{MediaReceipt, Refusal, RefusalCode};
use kuager_wire::record::Record;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::*;
use crate::clock::Clock;
use crate::http::{Config, Limits, ServeError, router, serve};
use crate::ledger::{Mismatches, UploadToken};
use crate::testing::{Fixture, MORNING_MS, kid, noise};

/// A coordinator without a network, as a tus client sees it.
struct Server {
    fixture: Fixture,
    app: Router,
}

type Answer = (StatusCode, HeaderMap, Vec<u8>);

impl Server {
    async fn new() -> Self {
        let fixture = Fixture::new();
        fixture.enrol(1).await;
        let app = router(fixture.app.clone(), Arc::clone(&fixture.media), &Limits::default());
        Self { fixture, app }
    }

    /// Where a file that device 1 lists in its next record is to be uploaded.
    async fn list(&self, seq: u64, file: &[u8]) -> String {
        self.fixture.list(1, seq, &[file]).await.remove(0).path
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.app.clone().oneshot(request.body(body.into()).expect("a request")).await;
        let (head, body) = response.expect("infallible").into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    /// A call with what every tus request says.
    async fn tus(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let headers: Vec<_> = [("tus-resumable", VERSION)].iter().chain(headers).copied().collect();
        let answer = self.call(method, path, &headers, body).await;
        assert_eq!(answer.1[TUS_RESUMABLE], VERSION);
        assert_eq!(answer.1[header::CACHE_CONTROL], "no-store");
        answer
    }

    async fn patch(&self, path: &str, offset: usize, body: impl Into<Body>) -> Answer {
        let offset = offset.to_string();
        self.tus("PATCH", path, &[("content-type", OFFSET_TYPE), ("upload-offset", &offset)], body).await
    }

    async fn offset(&self, path: &str) -> u64 {
        let (status, headers, _) = self.tus("HEAD", path, &[], Body::empty()).await;
        assert_eq!(status, StatusCode::OK);
        number(&headers, &UPLOAD_OFFSET)
    }

    async fn receipt(&self, path: &str) -> Option<MediaReceipt> {
        let (status, headers, body) = self.call("GET", path, &[], Body::empty()).await;
        if status == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!((status, headers[header::CONTENT_TYPE].to_str().expect("text")), (StatusCode::OK, COSE_TYPE));
        let deployment = &self.fixture.deployment;
        Some(cose::open(&body, deployment.id(), &deployment.genesis().receipt_key).expect("verifies"))
    }

    async fn create(&self, path: &str, length: usize) -> Answer {
        let metadata = metadata(path);
        let length = length.to_string();
        let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata)];
        self.tus("POST", "/v1/media", &headers, Body::empty()).await
    }
}

fn metadata(path: &str) -> String {
    let token = path.rsplit('/').next().expect("a last part");
    format!("filename {}, token {},empty", BASE64.encode(b"a.jpg"), BASE64.encode(token.as_bytes()))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> u64 {
    headers[name].to_str().expect("text").parse().expect("a number")
}

/// A body that comes in these chunks, and then breaks off.
fn broken(chunks: Vec<Vec<u8>>) -> Body {
    let whole = chunks.into_iter().map(Ok::<_, std::io::Error>);
    let end = std::iter::once(Err(std::io::ErrorKind::ConnectionReset.into()));
    Body::from_stream(futures_util::stream::iter(whole.chain(end)))
}

#[tokio::test]
async fn a_file_arrives_in_parts_and_is_receipted() {
    let server = Server::new().await;
    let photo = noise(100_000, 1);
    let path = server.list(0, &photo).await;
    assert_eq!((server.offset(&path).await, server.receipt(&path).await), (0, None));
    let (status, headers, _) = server.patch(&path, 0, photo[..40_000].to_vec()).await;
    assert_eq!((status, number(&headers, &UPLOAD_OFFSET)), (StatusCode::NO_CONTENT, 40_000));
    let (_, headers, _) = server.tus("HEAD", &path, &[], Body::empty()).await;
    assert_eq!((number(&headers, &UPLOAD_OFFSET), number(&headers, &UPLOAD_LENGTH)), (40_000, 100_000));
    // Fourteen days after MORNING_MS, 19 March 2023, 04:00 UTC.
    assert_eq!(headers[UPLOAD_EXPIRES], "Sun, 02 Apr 2023 04:00:00 GMT");
    server.fixture.clock.set(MORNING_MS + 5000);
    let (status, headers, _) = server.patch(&path, 40_000, photo[40_000..].to_vec()).await;
    assert_eq!((status, number(&headers, &UPLOAD_OFFSET)), (StatusCode::NO_CONTENT, 100_000));
    assert!(!headers.contains_key(UPLOAD_EXPIRES), "what is held does not expire");
    let receipt = server.receipt(&path).await.expect("is held");
    let expected = MediaReceipt {
        version: 1,
        media: MediaHash::of(&photo),
        size: 100_000,
        kid: kid(1),
        received_ms: MORNING_MS + 5000,
    };
    assert_eq!(receipt, expected);
    let name = MediaHash::of(&photo).to_string();
    let object = server.fixture.deployment.media_dir().join("objects").join(&name[..2]).join(&name);
    assert_eq!(std::fs::read(object).expect("is in its place"), photo);
    // Asking again, or sending the end again, changes nothing.
    assert_eq!(server.offset(&path).await, 100_000);
    assert_eq!(server.patch(&path, 100_000, Body::empty()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.patch(&path, 0, photo.clone()).await.0, StatusCode::CONFLICT);
    let again = server.fixture.list(1, 1, &[&photo]).await.remove(0);
    let bytes = again.receipt.expect("is held").to_vec();
    assert_eq!((again.path, bytes), (path.clone(), server.call("GET", &path, &[], Body::empty()).await.2));
}

#[tokio::test]
async fn the_rules_of_tus_are_kept() {
    let server = Server::new().await;
    let photo = noise(5000, 2);
    let path = server.list(0, &photo).await;
    for path in [path.as_str(), "/v1/media"] {
        let (status, headers, _) = server.call("OPTIONS", path, &[], Body::empty()).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert_eq!(headers[TUS_VERSION], VERSION);
        assert_eq!(headers[TUS_EXTENSION], EXTENSIONS);
        assert_eq!(headers[TUS_CHECKSUM_ALGORITHM], "sha1,sha256");
        assert_eq!(number(&headers, &TUS_MAX_SIZE), limits::MEDIA_DEFAULT);
    }
    // Another version, or none.
    for version in [&[][..], &[("tus-resumable", "0.2.2")]] {
        for (method, path) in [("HEAD", path.as_str()), ("PATCH", &path), ("POST", "/v1/media")] {
            let (status, headers, _) = server.call(method, path, version, Body::empty()).await;
            assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{method}");
            assert_eq!(headers[TUS_VERSION], VERSION);
        }
    }
    let kind = ("content-type", OFFSET_TYPE);
    let cases = [
        (vec![("upload-offset", "0")], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (vec![("upload-offset", "0"), ("content-type", "image/jpeg")], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (vec![kind], StatusCode::BAD_REQUEST),
        (vec![kind, ("upload-offset", "-1")], StatusCode::BAD_REQUEST),
        (vec![kind, ("upload-offset", "1")], StatusCode::CONFLICT),
        (vec![kind, ("upload-offset", "0"), ("upload-checksum", "crc32 AAAAAA==")], StatusCode::BAD_REQUEST),
        (vec![kind, ("upload-offset", "0"), ("content-length", "5001")], StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (headers, expected) in cases {
        let (status, ..) = server.tus("PATCH", &path, &headers, Body::from(photo.clone())).await;
        assert_eq!(status, expected, "{headers:?}");
        assert_eq!(server.offset(&path).await, 0);
    }
    for method in ["DELETE", "PUT", "POST"] {
        assert_eq!(server.tus(method, &path, &[], Body::empty()).await.0, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(server.tus("PATCH", "/v1/media", &[], Body::empty()).await.0, StatusCode::METHOD_NOT_ALLOWED);
    // More than the file has, unannounced: what fits before is kept.
    let chunks = [photo[..3000].to_vec(), vec![0; 2001]].map(Ok::<_, std::io::Error>);
    let (status, ..) = server.patch(&path, 0, Body::from_stream(futures_util::stream::iter(chunks))).await;
    assert_eq!((status, server.offset(&path).await), (StatusCode::PAYLOAD_TOO_LARGE, 3000));
    // Networks that know only GET and POST.
    let headers = [("x-http-method-override", "PATCH"), kind, ("upload-offset", "3000")];
    assert_eq!(server.tus("POST", &path, &headers, photo[3000..].to_vec()).await.0, StatusCode::NO_CONTENT);
    assert!(server.receipt(&path).await.is_some());
}

#[tokio::test]
async fn creating_leads_to_the_same_address() {
    let server = Server::new().await;
    let photo = noise(70_000, 3);
    let path = server.list(0, &photo).await;
    let (status, headers, _) = server.create(&path, photo.len()).await;
    assert_eq!((status, headers[header::LOCATION].to_str().expect("text")), (StatusCode::CREATED, path.as_str()));
    server.patch(&path, 0, photo[..50_000].to_vec()).await;
    let (status, headers, _) = server.create(&path, photo.len()).await;
    assert_eq!((status, number(&headers, &UPLOAD_OFFSET)), (StatusCode::CREATED, 50_000), "nothing is thrown away");
    assert_eq!(server.create(&path, 69_999).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(server.create(&path, usize::MAX).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let cases = [
        (vec![("upload-metadata", metadata(&path))], StatusCode::BAD_REQUEST),
        (vec![("upload-length", "70000".to_owned())], StatusCode::BAD_REQUEST),
        (vec![("upload-defer-length", "1".to_owned()), ("upload-metadata", metadata(&path))], StatusCode::BAD_REQUEST),
        (vec![("upload-length", "70000".to_owned()), ("upload-metadata", "token ?".to_owned())], StatusCode::NOT_FOUND),
    ];
    for (headers, expected) in cases {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(server.tus("POST", "/v1/media", &headers, Body::empty()).await.0, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn addresses_cannot_be_guessed() {
    let server = Server::new().await;
    server.fixture.enrol(2).await;
    let photo = noise(1000, 4);
    let first = server.list(0, &photo).await;
    let second = server.fixture.list(2, 0, &[&photo]).await.remove(0).path;
    assert_ne!(first, second, "another device, another address");
    assert_eq!(server.list(1, &photo).await, first, "the same device and file, the same address");
    assert_eq!(first.len(), MEDIA_PATH.len() + 32);
    let hash = MediaHash::of(&photo).to_string();
    let other = Fixture::new().app.signer.uploads.token(kid(1), MediaHash::of(&photo)).to_string();
    let upper = first[MEDIA_PATH.len()..].to_uppercase();
    for token in [&hash[..32], &hash, &other, "0", &"0".repeat(32), &upper, "..%2f..%2fledger.db"] {
        let path = format!("{MEDIA_PATH}{token}");
        for method in ["HEAD", "GET"] {
            assert_eq!(
                server.tus(method, &path, &[], Body::empty()).await.0,
                StatusCode::NOT_FOUND,
                "{method} {token}"
            );
        }
        assert_eq!(server.patch(&path, 0, photo.clone()).await.0, StatusCode::NOT_FOUND, "{token}");
        assert_eq!(server.create(&path, photo.len()).await.0, StatusCode::NOT_FOUND, "{token}");
    }
    let incoming = server.fixture.deployment.media_dir().join("incoming");
    assert_eq!(std::fs::read_dir(incoming).expect("reads").count(), 0, "nothing was stored for any of them");
}

#[tokio::test]
async fn only_who_sends_the_bytes_gets_a_receipt() {
    let server = Server::new().await;
    server.fixture.enrol(2).await;
    let photo = noise(40_000, 5);
    let first = server.list(0, &photo).await;
    assert_eq!(server.patch(&first, 0, photo.clone()).await.0, StatusCode::NO_CONTENT);
    // The hash of a file and its size can be known without the file: a redaction names its original.
    let listed = server.fixture.list(2, 0, &[&photo]).await.remove(0);
    assert_eq!(listed.receipt, None);
    assert_eq!(server.offset(&listed.path).await, 0, "that it is held is no business of who does not have it");
    assert_eq!(server.receipt(&listed.path).await, None);
    let (status, ..) = server.patch(&listed.path, photo.len(), Vec::new()).await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing can be skipped");
    let (status, _, refusal) = server.patch(&listed.path, 0, noise(photo.len(), 6)).await;
    assert_eq!((status.as_u16(), refusal.is_empty()), (460, false));
    assert_eq!(server.receipt(&listed.path).await, None);
    // Its own bytes, in parts like any others.
    server.patch(&listed.path, 0, photo[..10_000].to_vec()).await;
    assert_eq!(server.offset(&listed.path).await, 10_000);
    server.patch(&listed.path, 10_000, photo[10_000..].to_vec()).await;
    let receipt = server.receipt(&listed.path).await.expect("is delivered");
    assert_eq!((receipt.kid, receipt.media), (kid(2), MediaHash::of(&photo)));
    let again = server.fixture.list(2, 1, &[&photo, &noise(10, 6)]).await;
    assert_eq!(again.iter().map(|upload| upload.receipt.is_some()).collect::<Vec<_>>(), [true, false]);
    let incoming = server.fixture.deployment.media_dir().join("incoming");
    assert_eq!(std::fs::read_dir(incoming).expect("reads").count(), 0, "it is held once");
}

#[tokio::test]
async fn resent_records_get_the_same_addresses() {
    let server = Server::new().await;
    let (photo, preview) = (noise(40_000, 7), noise(1000, 8));
    let record = server.fixture.with_files(server.fixture.record(0, "a"), &[&photo, &preview]);
    let record = server.fixture.sign(1, &record);
    let plain = server.fixture.sign(1, &server.fixture.record(1, "no files"));
    let first = server.fixture.send(&[record.clone(), plain.clone()]).await;
    assert_eq!(first.results[1].uploads, None);
    let uploads = first.results[0].uploads.clone().expect("lists files");
    assert_eq!(uploads.len(), 2);
    assert_eq!(uploads[1].media, MediaHash::of(&preview));
    assert_eq!(server.fixture.send(&[record.clone(), plain, vec![0]]).await.results[..2], first.results);
    server.patch(&uploads[1].path, 0, preview).await;
    let again = server.fixture.send(&[record]).await.results.remove(0).uploads.expect("lists files");
    assert_eq!(again[0], uploads[0]);
    assert!(again[1].receipt.is_some());
}

#[tokio::test]
async fn what_came_before_a_cut_is_kept() {
    let server = Server::new().await;
    let photo = noise(3 * limits::MEDIA_STEP + 5, 9);
    let path = server.list(0, &photo).await;
    let mut at = 0;
    for size in [1, limits::MEDIA_STEP - 1, 1, limits::MEDIA_STEP + 1, limits::MEDIA_STEP] {
        let (start, end) = photo[at..at + size].split_at(size / 2);
        let (status, ..) = server.patch(&path, at, broken(vec![start.to_vec(), end.to_vec()])).await;
        at += size;
        assert_eq!((status, server.offset(&path).await), (StatusCode::BAD_REQUEST, at as u64));
    }
    // The connection breaks after the very last byte: the file is there all the same.
    let (status, headers, _) = server.patch(&path, at, broken(vec![photo[at..].to_vec()])).await;
    assert_eq!((status, number(&headers, &UPLOAD_OFFSET)), (StatusCode::NO_CONTENT, photo.len() as u64));
    assert!(server.receipt(&path).await.is_some());
}

#[tokio::test]
async fn checksums_are_checked() {
    let server = Server::new().await;
    let photo = noise(80_000, 10);
    let path = server.list(0, &photo).await;
    let checksum = |bytes: &[u8]| format!("sha256 {}", BASE64.encode(&cose::sha256(bytes)));
    let send = async |offset: usize, bytes: &[u8], checksum: &str| {
        let offset = offset.to_string();
        let headers = [("content-type", OFFSET_TYPE), ("upload-offset", &offset), ("upload-checksum", checksum)];
        server.tus("PATCH", &path, &headers, bytes.to_vec()).await.0.as_u16()
    };
    assert_eq!(send(0, &photo[..40_000], &checksum(&photo[..40_000])).await, 204);
    assert_eq!(send(40_000, &photo[40_000..], &checksum(b"something else")).await, 460);
    assert_eq!(server.offset(&path).await, 40_000, "bytes that do not match are not kept");
    assert_eq!(send(40_000, &photo[40_000..], &checksum(&photo[40_000..])).await, 204);
    assert!(server.receipt(&path).await.is_some());
}

#[tokio::test]
async fn a_wrong_file_is_refused_and_remembered() {
    let server = Server::new().await;
    let (photo, wrong) = (noise(50_000, 11), noise(50_000, 12));
    let path = server.list(0, &photo).await;
    let token: UploadToken = path[MEDIA_PATH.len()..].parse().expect("a token");
    server.patch(&path, 0, photo[..20_000].to_vec()).await;
    let (status, headers, body) = server.patch(&path, 20_000, wrong[20_000..].to_vec()).await;
    assert_eq!((status.as_u16(), headers[header::CONTENT_TYPE].to_str().expect("text")), (460, COSE_TYPE));
    let deployment = &server.fixture.deployment;
    let refusal: Refusal = cose::open(&body, deployment.id(), &deployment.genesis().receipt_key).expect("verifies");
    assert_eq!((refusal.code, refusal.retryable), (RefusalCode::MediaMismatch, true));
    assert_eq!(refusal.subject, MediaHash::of(&photo).into());
    let found = MediaHash::of(&[&photo[..20_000], &wrong[20_000..]].concat());
    assert!(refusal.reason.contains(&found.to_string()), "{}", refusal.reason);
    assert_eq!((server.offset(&path).await, server.receipt(&path).await), (0, None));
    let mismatches = Mismatches { count: 1, newest: vec![(found, 50_000)] };
    assert_eq!(server.fixture.ledger.mismatches(token).await, Ok(mismatches));
    for _ in 0..20 {
        assert_eq!(server.patch(&path, 0, wrong.clone()).await.0.as_u16(), 460);
    }
    let Mismatches { count, newest: kept } = server.fixture.ledger.mismatches(token).await.expect("reads");
    assert_eq!((count, kept.len()), (21, 16), "bounded");
    server.patch(&path, 0, photo).await;
    assert!(server.receipt(&path).await.is_some(), "the right file is welcome");
}

#[tokio::test]
async fn uploads_that_lie_still_expire() {
    let server = Server::new().await;
    let (photo, other) = (noise(50_000, 13), noise(60_000, 14));
    let path = server.list(0, &photo).await;
    let moving = server.list(1, &other).await;
    server.patch(&path, 0, photo[..40_000].to_vec()).await;
    server.patch(&moving, 0, other[..40_000].to_vec()).await;
    let day = 24 * 60 * 60 * 1000;
    server.fixture.clock.set(MORNING_MS + 13 * day);
    server.patch(&moving, 40_000, other[40_000..50_000].to_vec()).await;
    server.fixture.media.sweep().await.expect("works");
    assert_eq!(server.offset(&path).await, 40_000);
    server.fixture.clock.set(MORNING_MS + 14 * day + 1);
    server.fixture.media.sweep().await.expect("works");
    assert_eq!(server.tus("HEAD", &path, &[], Body::empty()).await.0, StatusCode::GONE);
    assert_eq!(server.patch(&path, 40_000, photo[40_000..].to_vec()).await.0, StatusCode::GONE);
    assert_eq!(server.offset(&moving).await, 50_000, "what moves does not expire");
    let incoming = server.fixture.deployment.media_dir().join("incoming");
    assert_eq!(std::fs::read_dir(incoming).expect("reads").count(), 1);
    // It may be created again, and starts again.
    let (status, headers, _) = server.create(&path, photo.len()).await;
    assert_eq!((status, number(&headers, &UPLOAD_OFFSET)), (StatusCode::CREATED, 0));
    assert_eq!(server.patch(&path, 0, photo).await.0, StatusCode::NO_CONTENT);
    assert!(server.receipt(&path).await.is_some());
}

#[tokio::test]
async fn a_file_larger_than_allowed_is_not_taken() {
    let server = Server::new().await;
    let small = noise(10, 15);
    let mut record: Record = server.fixture.with_files(server.fixture.record(0, "a"), &[&small]);
    for attachment in record.attachments.iter_mut().flatten() {
        attachment.size = limits::MEDIA_DEFAULT + 1;
    }
    let answer = server.fixture.send(&[server.fixture.sign(1, &record)]).await;
    assert!(answer.results[0].receipt.is_some(), "the record is evidence all the same");
    let path = answer.results[0].uploads.as_ref().expect("lists a file")[0].path.clone();
    assert_eq!(server.tus("HEAD", &path, &[], Body::empty()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.patch(&path, 0, small).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

/// So long that only a hang takes longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// A coordinator on a real socket.
struct Live {
    address: SocketAddr,
    fixture: Fixture,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<Result<(), ServeError>>,
}

impl Live {
    async fn start(limits: Limits) -> Self {
        let fixture = Fixture::new();
        fixture.enrol(1).await;
        let (address, stop, serving) = Self::serve(&fixture, limits);
        Self { address, fixture, stop: Some(stop), serving }
    }

    fn serve(
        fixture: &Fixture,
        limits: Limits,
    ) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<Result<(), ServeError>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let clock = Arc::clone(&fixture.clock) as Arc<dyn Clock>;
        let config = Config { plain_http: true, limits, ..fixture.config(clock) };
        let (stop, stopped) = oneshot::channel::<()>();
        (address, stop, tokio::spawn(serve(listener, config, async { drop(stopped.await) })))
    }

    /// The coordinator ends and starts again on the same folder.
    async fn restart(&mut self) {
        drop(self.stop.take());
        tokio::time::timeout(PATIENCE, &mut self.serving).await.expect("in time").expect("ends").expect("well");
        let (address, stop, serving) = Self::serve(&self.fixture, Limits::default());
        (self.address, self.stop, self.serving) = (address, Some(stop), serving);
    }

    async fn open(&self, path: &str, offset: usize, length: usize) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("connects");
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\ncontent-type: {OFFSET_TYPE}\r\n\
             upload-offset: {offset}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("sends");
        stream
    }

    /// Waits until so many bytes of an upload are durable, and a moment for what came with them.
    async fn reached(&self, path: &str, bytes: usize) {
        let token: UploadToken = path.rsplit('/').next().expect("a path").parse().expect("a token");
        while self.fixture.media.arrived(token).await.expect("works") < bytes as u64 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    async fn head(&self, path: &str) -> usize {
        let mut stream = TcpStream::connect(self.address).await.expect("connects");
        let head = format!("HEAD {path} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sends");
        let answer = all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let offset = answer.lines().find_map(|line| line.strip_prefix("upload-offset: ")).expect("is said");
        offset.parse().expect("a number")
    }
}

async fn all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Cuts of every kind of position: within a step, at its edges, before the last byte, after it.
const CUTS: [usize; 9] = [
    0,
    1,
    1000,
    limits::MEDIA_STEP - 1,
    limits::MEDIA_STEP,
    limits::MEDIA_STEP + 1,
    2 * limits::MEDIA_STEP,
    99_999,
    100_000,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_may_be_cut_anywhere() {
    let live = Live::start(Limits::default()).await;
    for (seq, cut) in (0..).zip(CUTS) {
        let photo = noise(100_000, 100 + cut as u64);
        let path = live.fixture.list(1, seq, &[&photo]).await.remove(0).path;
        let mut stream = live.open(&path, 0, photo.len()).await;
        stream.write_all(&photo[..cut]).await.expect("sends");
        stream.shutdown().await.expect("ends");
        all(&mut stream).await;
        let at = live.head(&path).await;
        assert_eq!(at, cut, "everything that was received is kept");
        let mut stream = live.open(&path, at, photo.len() - at).await;
        stream.write_all(&photo[at..]).await.expect("sends");
        assert!(all(&mut stream).await.starts_with("HTTP/1.1 204"), "cut at {cut}");
        assert_eq!(live.head(&path).await, photo.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_comes_back_is_not_locked_out() {
    let live = Live::start(Limits::default()).await;
    let photo = noise(200_000, 16);
    let path = live.fixture.list(1, 0, &[&photo]).await.remove(0).path;
    // Half a file, and then silence: the old connection is still open.
    let mut old = live.open(&path, 0, photo.len()).await;
    old.write_all(&photo[..50_000]).await.expect("sends");
    live.reached(&path, limits::MEDIA_STEP).await;
    let at = tokio::time::timeout(PATIENCE, live.head(&path)).await.expect("is answered");
    assert_eq!(at, 50_000);
    assert!(all(&mut old).await.starts_with("HTTP/1.1 409"), "the old request is told");
    // A PATCH makes one yield, too.
    let mut old = live.open(&path, at, photo.len() - at).await;
    old.write_all(&photo[at..at + 10_000]).await.expect("sends");
    // Less than a step, so nothing says that it has come.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut new = live.open(&path, 60_000, photo.len() - 60_000).await;
    new.write_all(&photo[60_000..]).await.expect("sends");
    let mut status = [0; 12];
    new.read_exact(&mut status).await.expect("is answered");
    assert_eq!(&status, b"HTTP/1.1 204");
    assert!(all(&mut old).await.starts_with("HTTP/1.1 409"));
    assert_eq!(live.head(&path).await, photo.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stands_still_is_given_up_and_a_slow_one_is_not() {
    let limits =
        Limits { body_time: Duration::from_millis(100), upload_idle_time: Duration::from_secs(4), ..Limits::default() };
    let live = Live::start(limits).await;
    let photo = noise(100_000, 17);
    let path = live.fixture.list(1, 0, &[&photo]).await.remove(0).path;
    let mut stream = live.open(&path, 0, photo.len()).await;
    // Longer in all than any other request may take.
    for part in photo[..70_000].chunks(7000) {
        stream.write_all(part).await.expect("sends");
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    assert!(all(&mut stream).await.starts_with("HTTP/1.1 408"));
    assert_eq!(live.head(&path).await, 70_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_costs_at_most_one_step() {
    let mut live = Live::start(Limits { shutdown_time: Duration::from_millis(50), ..Limits::default() }).await;
    let photo = noise(150_000, 18);
    let path = live.fixture.list(1, 0, &[&photo]).await.remove(0).path;
    let mut stream = live.open(&path, 0, photo.len()).await;
    stream.write_all(&photo[..100_000]).await.expect("sends");
    live.reached(&path, 100_000 / limits::MEDIA_STEP * limits::MEDIA_STEP).await;
    live.restart().await;
    let at = live.head(&path).await;
    assert!((100_000 - limits::MEDIA_STEP..=100_000).contains(&at), "{at}");
    let mut stream = live.open(&path, at, photo.len() - at).await;
    stream.write_all(&photo[at..]).await.expect("sends");
    assert!(all(&mut stream).await.starts_with("HTTP/1.1 204"));
    assert_eq!(live.head(&path).await, photo.len());
}

#[tokio::test]
async fn uploads_count_against_the_rate_limit() {
    let fixture = Fixture::new();
    let one = std::num::NonZeroU32::MIN;
    let limits = Limits { per_second: one, burst: one, ..Limits::default() };
    let app = router(fixture.app.clone(), Arc::clone(&fixture.media), &limits);
    let server = Server { fixture, app };
    assert_eq!(server.call("HEAD", "/v1/media/x", &[], Body::empty()).await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.call("HEAD", "/v1/media/x", &[], Body::empty()).await.0, StatusCode::TOO_MANY_REQUESTS);
}
