use std::num::NonZeroU32;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use kuager_wire::compression::Dictionary;
use kuager_wire::receipt::{Refusal, RefusalCode};
use kuager_wire::record::{Record, RecordKind, SeqRange};
use kuager_wire::sync::{
    CBOR_TYPE, COSE_TYPE, DEPLOYMENT_HEADER, InboxAnswer, PASS_HEADER, RecordsAnswer, SEQUENCE_TYPE,
};
use kuager_wire::{canonical, cose, genesis, limits, record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tower::ServiceExt;

use rustls::pki_types::CertificateDer;

use super::certificate::tls;
use super::*;
use crate::ceremony;
use crate::clock::SystemClock;
use crate::health;
use crate::media::MediaPolicy;
use crate::sign::{Holder, RootKey};
use crate::testing::{Fixture, MORNING_MS, kid};

struct Server {
    fixture: Fixture,
    app: Router,
}

impl Server {
    fn new(limits: &Limits) -> Self {
        let fixture = Fixture::new();
        let app = router(fixture.app.clone(), Arc::clone(&fixture.media), limits);
        Self { fixture, app }
    }

    async fn send(&self, mut request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body)).expect("a request")).await
    }
}

fn answer(body: &[u8]) -> RecordsAnswer {
    canonical::decode(body, limits::ANSWER).expect("an answer")
}

#[tokio::test]
async fn from_invite_to_receipt() {
    let server = Server::new(&Limits::default());
    let token = server.fixture.invite().await;
    let request = server.fixture.enrolment(1, token);
    let enrol = async |body| server.post("/v1/enrolments", &[("content-type", COSE_TYPE)], body).await;
    let (status, headers, credential) = enrol(request.clone()).await;
    assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &COSE_TYPE.parse().expect("a header")));
    assert_eq!(enrol(request).await.2, credential);
    let (status, _, refusal) = enrol(server.fixture.enrolment(2, token)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let key = server.fixture.deployment.genesis().receipt_key;
    let refusal: Refusal = cose::open(&refusal, server.fixture.deployment.id(), &key).expect("verifies");
    assert_eq!(refusal.code, RefusalCode::InviteUsed);

    let records = [
        server.fixture.sign(1, &server.fixture.record(0, "a")),
        server.fixture.sign(1, &server.fixture.record(2, "b")),
    ];
    let (status, headers, body) =
        server.post("/v1/records", &[("content-type", SEQUENCE_TYPE)], records.concat()).await;
    assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &CBOR_TYPE.parse().expect("a header")));
    assert_eq!(answer(&body).results.iter().filter(|result| result.receipt.is_some()).count(), 2);
    assert_eq!(answer(&body).chains[0].missing.len(), 1);

    let (status, _, body) =
        server.post("/v1/inbox", &[("content-type", COSE_TYPE)], server.fixture.inbox_request(1, 1, 0)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(canonical::decode(&body, limits::ANSWER), Ok(InboxAnswer::default()));
    let (status, ..) =
        server.post("/v1/inbox", &[("content-type", COSE_TYPE)], server.fixture.inbox_request(1, 1, 0)).await;
    assert_eq!(status, StatusCode::CONFLICT, "replayed");
}

#[tokio::test]
async fn signed_objects_are_cacheable_by_what_they_are() {
    let server = Server::new(&Limits::default());
    let (status, headers, body) = server.get("/v1/genesis").await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers[header::CACHE_CONTROL].to_str().is_ok_and(|value| value.contains("immutable")));
    assert_eq!(genesis::Deployment::open(&body).expect("holds").id, server.fixture.deployment.id());

    let latest = server.fixture.deployment.latest_pack();
    let (status, headers, body) = server.get("/v1/packs/latest").await;
    assert_eq!((status, &body), (StatusCode::OK, &latest.bytes));
    assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    let tag = headers[header::ETAG].to_str().expect("text").to_owned();
    let again = Request::get("/v1/packs/latest").header(header::IF_NONE_MATCH, format!("\"x\", W/{tag}"));
    let (status, headers, body) = server.send(again.body(Body::empty()).expect("a request")).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(headers[header::ETAG], tag);

    let (status, headers, body) = server.get(&format!("/v1/packs/{}", latest.hash)).await;
    assert_eq!((status, &body), (StatusCode::OK, &latest.bytes));
    assert!(headers[header::CACHE_CONTROL].to_str().is_ok_and(|value| value.contains("immutable")));
    for other in ["00", &"0".repeat(64), "latestt", "..%2Fgenesis.cbor"] {
        assert_eq!(server.get(&format!("/v1/packs/{other}")).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_region_of_stations_is_fetched_by_its_hash() {
    let server = Server::new(&Limits::default());
    let deployment = &server.fixture.deployment;
    let mut built = kuager_pack::compile(&kuager_pack::PackSource::BuiltIn).expect("compiles");
    let stations = std::mem::take(&mut built.pack.stations);
    built.shards = stations
        .into_iter()
        .map(|station| kuager_wire::pack::StationShard {
            version: kuager_wire::VERSION,
            pack: built.pack.id.clone(),
            region: station.region.clone(),
            stations: vec![station],
        })
        .collect();
    let published = crate::setup::publish(deployment, &built).expect("publishes");
    assert_eq!(deployment.stations(&published).expect("all there").len(), 20);
    for shard in published.pack.shards.iter().flatten() {
        let (status, headers, body) = server.get(&format!("/v1/stations/{}", shard.hash)).await;
        assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &COSE_TYPE.parse().expect("a header")));
        assert!(headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        let root = &deployment.genesis().root_key;
        let opened = kuager_wire::pack::StationShard::open(&body, shard, deployment.id(), root).expect("holds");
        assert_eq!(opened.region, shard.region);
    }
    for other in ["00".repeat(32), "x".to_owned(), "..%2f0001".to_owned()] {
        assert_eq!(server.get(&format!("/v1/stations/{other}")).await.0, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn uploads_come_compressed_or_plain() {
    let server = Server::new(&Limits::default());
    server.fixture.enrol(1).await;
    let record = server.fixture.sign(1, &server.fixture.turnout(0, "710000000-99"));
    let bytes = server.fixture.deployment.latest_pack().pack.dictionary.clone().expect("is trained");
    let dictionary = Dictionary::new(&bytes);
    let send = async |encoding: &str, body: Vec<u8>| {
        let headers = [("content-type", "Application/CBOR-seq; x=y"), ("content-encoding", encoding)];
        let (status, _, body) = server.post("/v1/records", &headers, body).await;
        (status, body)
    };
    let (status, first) = send("dcz", dictionary.compress(&record).expect("compresses")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer(&first).results[0].receipt.is_some());
    assert_eq!(send("identity", record.clone()).await, (StatusCode::OK, first));
    assert_eq!(send("gzip", record.clone()).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let bomb = dictionary.compress(&vec![0; 10 << 20]).expect("compresses");
    assert_eq!(send("dcz", bomb).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send("dcz", record.clone()).await.0, StatusCode::BAD_REQUEST);
    let mut foreign = dictionary.compress(&record).expect("compresses");
    foreign[20] ^= 1;
    assert_eq!(send("dcz", foreign).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn what_does_not_belong_here_is_turned_away_in_words() {
    let server = Server::new(&Limits::default());
    let sequence = ("content-type", SEQUENCE_TYPE);
    let cases = [
        ("/v1/records", vec![("content-type", "text/html")], vec![], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("/v1/records", vec![], vec![], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("/v1/records", vec![sequence], vec![0; limits::BATCH + 1], StatusCode::PAYLOAD_TOO_LARGE),
        ("/v1/records", vec![sequence], vec![0; 300], StatusCode::PAYLOAD_TOO_LARGE),
        (
            "/v1/records",
            vec![sequence, (DEPLOYMENT_HEADER, "0123456789abcdef")],
            vec![],
            StatusCode::MISDIRECTED_REQUEST,
        ),
        ("/v1/records", vec![sequence, (DEPLOYMENT_HEADER, "")], vec![], StatusCode::MISDIRECTED_REQUEST),
        (
            "/v1/enrolments",
            vec![("content-type", COSE_TYPE)],
            vec![0; limits::REQUEST + 1],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            "/v1/enrolments",
            vec![("content-type", COSE_TYPE), ("content-encoding", "dcz")],
            vec![],
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        ("/v1/genesis", vec![], vec![], StatusCode::METHOD_NOT_ALLOWED),
        ("/", vec![], vec![], StatusCode::NOT_FOUND),
        ("/v1/unknown", vec![], vec![], StatusCode::NOT_FOUND),
    ];
    for (path, headers, body, expected) in cases {
        let (status, ..) = server.post(path, &headers, body).await;
        assert_eq!(status, expected, "{path} {headers:?}");
    }
    assert_eq!(server.get("/").await.0, StatusCode::NOT_FOUND, "the desk is not public");
    let (_, _, text) = server.post("/v1/records", &[sequence], vec![0; limits::BATCH + 1]).await;
    assert!(String::from_utf8_lossy(&text).contains("65536"), "the limit is named");
    let id = server.fixture.deployment.id().to_string();
    let (status, ..) = server.post("/v1/records", &[sequence, (DEPLOYMENT_HEADER, &id[..16])], vec![]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn too_many_requests_are_asked_to_wait() {
    let one = NonZeroU32::new(1).expect("is 1");
    let three = NonZeroU32::new(3).expect("is 3");
    let server = Server::new(&Limits { per_second: one, burst: three, ..Limits::default() });
    for _ in 0..3 {
        assert_eq!(server.get("/v1/genesis").await.0, StatusCode::OK);
    }
    let (status, headers, _) = server.get("/v1/genesis").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("a number");
    assert!((1..=2).contains(&seconds));
}

#[tokio::test]
async fn strangers_cannot_use_up_what_a_device_needs() {
    let (one, two) = (NonZeroU32::MIN, NonZeroU32::new(2).expect("is 2"));
    let limits = Limits { per_second: one, burst: one, pass_per_second: one, pass_burst: two, ..Limits::default() };
    let server = Server::new(&limits);
    let token = server.fixture.invite().await;
    let with = async |pass: &str, path: &str, body: Option<Vec<u8>>| {
        let request = if body.is_some() { Request::post(path) } else { Request::get(path) };
        let request = request.header(PASS_HEADER, pass).header(header::CONTENT_TYPE, COSE_TYPE);
        let (status, headers, _) = server.send(request.body(body.unwrap_or_default().into()).expect("a request")).await;
        (status, headers.get(PASS_HEADER).map(|pass| pass.to_str().expect("text").to_owned()))
    };
    assert_eq!(server.get("/v1/genesis").await.0, StatusCode::OK);
    assert_eq!(server.get("/v1/genesis").await.0, StatusCode::TOO_MANY_REQUESTS, "the address has had its own");
    for junk in ["", "00", &"0".repeat(32), &"0".repeat(64)] {
        assert_eq!(with(junk, "/v1/genesis", None).await.0, StatusCode::TOO_MANY_REQUESTS, "{junk}");
    }
    // Before it is enrolled, by its invite; after that, by the pass that came with the credential.
    let invited = token.to_string();
    assert_eq!(with(&invited, "/v1/genesis", None).await, (StatusCode::OK, None), "no pass for who has signed nothing");
    let (status, pass) = with(&invited, "/v1/enrolments", Some(server.fixture.enrolment(1, token))).await;
    assert_eq!(status, StatusCode::OK);
    let pass = pass.expect("is given");
    assert_eq!(server.fixture.app.signer.passes.holder(&pass), Some(Holder::Device(kid(1))));
    let (status, again) = with(&pass, "/v1/inbox", Some(server.fixture.inbox_request(1, 1, 0))).await;
    assert_eq!((status, again.as_ref()), (StatusCode::OK, Some(&pass)));
    let (status, none) = with(&pass, "/v1/inbox", Some(server.fixture.inbox_request(2, 1, 0))).await;
    assert_eq!((status, none), (StatusCode::FORBIDDEN, None), "an unknown key gets none");
    assert_eq!(with(&pass, "/v1/genesis", None).await.0, StatusCode::TOO_MANY_REQUESTS, "a device has a bound as well");
}

#[tokio::test]
async fn a_ledger_in_trouble_acknowledges_nothing() {
    let server = Server::new(&Limits::default());
    server.fixture.enrol(1).await;
    server.fixture.ledger.close().await;
    let record = server.fixture.sign(1, &server.fixture.record(0, "a"));
    let (status, headers, _) = server.post("/v1/records", &[("content-type", SEQUENCE_TYPE)], record).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[header::RETRY_AFTER], "5");
}

#[tokio::test]
async fn health_is_one_word_for_everybody_and_numbers_for_those_who_run_it() {
    let server = Server::new(&Limits::default());
    let fixture = &server.fixture;
    fixture.enrol(1).await;
    fixture.send(&[fixture.sign(1, &fixture.record(0, "a")), vec![0]]).await;
    let (status, _, body) = server.get("/v1/health").await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, b"{\"ok\":true}".as_slice()));
    let report = health::report(&fixture.app, &fixture.media).await.expect("reads");
    assert_eq!((&report["ok"], &report["records"], &report["devices"]), (&true.into(), &1.into(), &1.into()));
    assert_eq!(report["refusals"], serde_json::json!({ "malformed": 1 }));
    assert_eq!(report["writer"]["state"], "runs");
    assert!(report["disk"]["free"].as_u64().is_some_and(|free| free > 0));
    assert_eq!((&report["warnings"], &report["issuer"]["state"]), (&serde_json::json!([]), &"root_is_here".into()));
    fixture.ledger.close().await;
    let (status, _, body) = server.get("/v1/health").await;
    assert_eq!((status, body.as_slice()), (StatusCode::SERVICE_UNAVAILABLE, b"{\"ok\":false}".as_slice()));
}

#[tokio::test]
async fn health_says_when_the_room_for_records_is_used() {
    let fixture = Fixture::new();
    let policy = MediaPolicy { reserve: u64::MAX, ..MediaPolicy::default() };
    let media = Arc::new(Media::open(fixture.app.clone(), policy).expect("opens"));
    assert!(health::is_well(&fixture.app, &fixture.media) && !health::is_well(&fixture.app, &media));
    assert_eq!(warnings(&fixture, &media).await, ["disk_full"]);
    let free = rustix::fs::statvfs(fixture.deployment.dir()).map(|disk| disk.f_bavail * disk.f_frsize).expect("says");
    let policy = MediaPolicy { reserve: free / 3 * 2, ..MediaPolicy::default() };
    let media = Arc::new(Media::open(fixture.app.clone(), policy).expect("opens"));
    assert_eq!(warnings(&fixture, &media).await, ["disk_fills_up"]);
}

async fn warnings(fixture: &Fixture, media: &Media) -> Vec<String> {
    let report = health::report(&fixture.app, media).await.expect("reads");
    let warnings = report["warnings"].as_array().expect("a list").iter();
    warnings.map(|warning| warning.as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn health_warns_a_month_before_something_ends() {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let fixture = Fixture::new();
    let at = async |ms| {
        fixture.clock.set(ms);
        warnings(&fixture, &fixture.media).await
    };
    let ends_ms = fixture.deployment.certificates().expect("reads").authority_ends_ms;
    assert_eq!(at(ends_ms - 31 * DAY_MS).await, [""; 0]);
    assert_eq!(at(ends_ms - 29 * DAY_MS).await, ["certificate_ends_soon", "authority_ends_soon"]);
    fixture.clock.set(MORNING_MS);
    let root = RootKey::of(&fixture.deployment).expect("is here");
    ceremony::delegate_here(&fixture.deployment, MORNING_MS, 60).expect("delegates");
    root.leave(&fixture.deployment).expect("leaves");
    assert_eq!(at(MORNING_MS + 29 * DAY_MS).await, [""; 0]);
    assert_eq!(at(MORNING_MS + 31 * DAY_MS).await, ["issuer_ends_soon"]);
    let report = health::report(&fixture.app, &fixture.media).await.expect("reads");
    assert_eq!(report["issuer"]["ends_ms"], MORNING_MS + 60 * DAY_MS);
    assert_eq!(at(MORNING_MS + 61 * DAY_MS).await, ["no_issuer"]);
    std::fs::remove_file(fixture.deployment.dir().join("tls/server.pem")).expect("is there");
    assert_eq!(at(MORNING_MS).await, ["certificates_unreadable"]);
    let report = health::report(&fixture.app, &fixture.media).await.expect("reads all the rest");
    assert_eq!((&report["certificates"], &report["ok"]), (&serde_json::Value::Null, &true.into()));
}

#[tokio::test]
async fn rubbish_gets_no_more_than_it_brought_and_a_hostile_statement_stops_nobody() {
    let server = Server::new(&Limits::default());
    let fixture = &server.fixture;
    fixture.enrol(1).await;
    let send = async |body: Vec<u8>| server.post("/v1/records", &[("content-type", SEQUENCE_TYPE)], body).await;
    let strangers: Vec<u8> = (2..200).flat_map(|seed| fixture.sign(seed, &fixture.record(0, "a"))).collect();
    let rubbish = [vec![0; 256], (0..=255).collect(), vec![0xff; 200], strangers];
    for body in rubbish {
        let sent = body.len();
        let (status, _, body) = send(body).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.len() <= sent && answer(&body).results.len() <= 1, "{} bytes for {sent}", body.len());
    }
    let lost = SeqRange { first: 0, last: 5 };
    let body = record::Body { lost: Some(lost), ..record::Body::default() };
    let statement = Record { kind: RecordKind::GapStatement, body, ..fixture.record(6, "") };
    // The last of its numbers as the hostile phone has it.
    let mut payload = minicbor::to_vec(&statement).expect("writes to memory");
    let at = payload.windows(4).position(|four| four == [4, 0x82, 0, 5]).expect("is there") + 3;
    payload.splice(at..=at, [[0x1b].as_slice(), &[0xff; 8]].concat());
    let (_, _, body) = send(fixture.sign_payload(1, &payload)).await;
    let refused = answer(&body).results.remove(0).refusal.expect("a refusal");
    let key = fixture.deployment.genesis().receipt_key;
    let refused: Refusal = cose::open(&refused, fixture.deployment.id(), &key).expect("verifies");
    assert_eq!(refused.code, RefusalCode::Malformed);
    let (_, _, body) = send(fixture.sign(1, &fixture.record(0, "honest"))).await;
    assert!(answer(&body).results[0].receipt.is_some());
}

#[tokio::test]
async fn a_request_says_once_for_whom_it_is_meant() {
    let server = Server::new(&Limits::default());
    let get = async |uri: &str, hosts: &[&str]| {
        let request = hosts.iter().fold(Request::get(uri), |request, host| request.header(header::HOST, *host));
        let request = request.body(Body::empty()).expect("a request");
        server.app.clone().oneshot(request).await.expect("infallible").status()
    };
    assert_eq!(get("/v1/genesis", &["203.0.113.7:8443"]).await, StatusCode::OK);
    assert_eq!(get("https://coordinator.example/v1/genesis", &[]).await, StatusCode::OK, "as HTTP/2 has it");
    for (uri, hosts) in [
        ("/v1/genesis", &[][..]),
        ("/v1/genesis", &["a.example", "a.example"]),
        ("/v1/genesis", &["user@a.example"]),
        ("https://a.example/v1/genesis", &["b.example"]),
    ] {
        assert_eq!(get(uri, hosts).await, StatusCode::BAD_REQUEST, "{uri} {hosts:?}");
    }
}

/// A coordinator on a real socket.
struct Live {
    address: SocketAddr,
    fixture: Fixture,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<Result<(), ServeError>>,
}

impl Live {
    fn start(limits: Limits) -> Self {
        Self::start_as(true, limits)
    }

    fn start_tls(limits: Limits) -> Self {
        Self::start_as(false, limits)
    }

    fn start_as(plain_http: bool, limits: Limits) -> Self {
        let fixture = Fixture::new();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let config = Config { plain_http, limits, ..fixture.config(Arc::new(SystemClock::default())) };
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, config, async { drop(stopped.await) }));
        Self { address, fixture, stop: Some(stop), serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connects")
    }

    async fn stop(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(PATIENCE, self.serving).await.expect("in time").expect("ends").expect("well");
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let _ = reading.expect("the server ends the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// So long that only a hang takes longer.
const PATIENCE: Duration = Duration::from_secs(180);
const SHORT: Duration = Duration::from_millis(150);

const HEAD: &str =
    "POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-type: application/cbor-seq\r\nconnection: close\r\n";

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    let live = Live::start(Limits { body_time: SHORT, ..Limits::default() });
    let mut stream = live.connect().await;
    stream.write_all(format!("{HEAD}content-length: 1000\r\n\r\nabc").as_bytes()).await.expect("sends");
    assert!(read_all(&mut stream).await.starts_with("HTTP/1.1 408"));
    live.stop().await;
}

#[tokio::test]
async fn headers_that_drip_are_given_up() {
    let live = Live::start(Limits { header_time: SHORT, ..Limits::default() });
    let mut stream = live.connect().await;
    let drip = async {
        for byte in HEAD.as_bytes() {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Forty milliseconds of headers, a hundred and fifty allowed: the server ends it long before they are complete.
    let _ = tokio::time::timeout(Duration::from_secs(1), drip).await;
    let answer = read_all(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    live.stop().await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_more_is_closed() {
    let live = Live::start(Limits { header_time: SHORT, ..Limits::default() });
    let mut stream = live.connect().await;
    stream.write_all(b"GET /v1/genesis HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sends");
    assert!(read_all(&mut stream).await.starts_with("HTTP/1.1 200"));
    live.stop().await;
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_end() {
    let mut live = Live::start(Limits::default());
    live.fixture.enrol(1).await;
    let record = live.fixture.sign(1, &live.fixture.record(0, "the last one"));
    let (start, end) = record.split_at(10);
    let mut stream = live.connect().await;
    let head = format!("{HEAD}expect: 100-continue\r\ncontent-length: {}\r\n\r\n", record.len());
    stream.write_all(head.as_bytes()).await.expect("sends");
    // Told to go on: the request is under way.
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.expect("is answered");
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(start).await.expect("sends");
    drop(live.stop.take());
    let closed = async { while TcpStream::connect(live.address).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, closed).await.expect("nobody new is let in");
    stream.write_all(end).await.expect("sends");
    assert!(read_all(&mut stream).await.starts_with("HTTP/1.1 200"));
    let ledger = live.fixture.ledger.clone();
    live.stop().await;
    assert_eq!(ledger.counts().await.expect("reads").records, 1);
}

#[tokio::test]
async fn what_should_stay_on_this_machine_stays_there() {
    let fixture = Fixture::new();
    let public = || TcpListener::bind("0.0.0.0:0").expect("a port");
    let config = || fixture.config(Arc::new(SystemClock::default()));
    let plain = Config { plain_http: true, ..config() };
    assert!(matches!(serve(public(), plain, async {}).await, Err(ServeError::PlainHttp(_))));
    let desk = Beside { listener: public(), pages: Router::new(), tls: None };
    let desk = Config { desk: Some(desk), ..config() };
    assert!(matches!(serve(public(), desk, async {}).await, Err(ServeError::Desk(_))));
}

/// A TLS client that trusts a deployment and nobody else.
fn trusting(fixture: &Fixture, versions: &[&'static rustls::SupportedProtocolVersion]) -> rustls::ClientConfig {
    let mut anchors = rustls::RootCertStore::empty();
    for anchor in fixture.deployment.anchors_der() {
        anchors.add(CertificateDer::from(anchor.clone())).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(anchors)
        .with_no_client_auth()
}

#[tokio::test]
async fn tls_starts_with_the_deployments_own_certificate() {
    let fixture = Fixture::new();
    let (chain, key) = fixture.deployment.server_certificate().expect("is there");
    let server = tls(chain, key).expect("fits");
    let client = trusting(&fixture, &[&rustls::version::TLS13]);
    let shake = |name: &str| {
        let name = rustls::pki_types::ServerName::try_from(name.to_owned()).expect("a name");
        let mut client = rustls::ClientConnection::new(Arc::new(client.clone()), name).expect("starts");
        let mut server = rustls::ServerConnection::new(Arc::new(server.clone())).expect("starts");
        for _ in 0..10 {
            let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
            while client.wants_write() {
                client.write_tls(&mut to_server).expect("writes to memory");
            }
            server.read_tls(&mut to_server.as_slice()).expect("reads from memory");
            let _ = server.process_new_packets();
            while server.wants_write() {
                server.write_tls(&mut to_client).expect("writes to memory");
            }
            client.read_tls(&mut to_client.as_slice()).expect("reads from memory");
            client.process_new_packets()?;
        }
        Ok::<_, rustls::Error>(!client.is_handshaking())
    };
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(shake(name), Ok(true), "{name}");
    }
    assert!(shake("elsewhere.example").is_err());
}

#[tokio::test]
async fn a_client_of_an_older_tls_is_turned_away() {
    let live = Live::start_tls(Limits::default());
    let client = Arc::new(trusting(&live.fixture, &[&rustls::version::TLS12]));
    let address = live.address;
    let refused = tokio::task::spawn_blocking(move || {
        let name = rustls::pki_types::ServerName::try_from("localhost").expect("a name");
        let mut session = rustls::ClientConnection::new(client, name).expect("starts");
        let mut stream = std::net::TcpStream::connect(address).expect("connects");
        while session.is_handshaking() {
            if let Err(error) = session.complete_io(&mut stream) {
                return error.to_string();
            }
        }
        String::new()
    });
    assert!(refused.await.expect("runs").contains("ProtocolVersion"));
    live.stop().await;
}

#[tokio::test]
async fn a_host_is_added_while_the_server_runs() {
    let live = Live::start_tls(Limits::default());
    let client = Arc::new(trusting(&live.fixture, &[&rustls::version::TLS13]));
    let address = live.address;
    let shake = async |name: &'static str| {
        let client = Arc::clone(&client);
        let shaken = tokio::task::spawn_blocking(move || {
            let name = rustls::pki_types::ServerName::try_from(name).expect("a name");
            let mut session = rustls::ClientConnection::new(client, name).expect("starts");
            let mut stream = std::net::TcpStream::connect(address).expect("connects");
            while session.is_handshaking() {
                if session.complete_io(&mut stream).is_err() {
                    return false;
                }
            }
            true
        });
        shaken.await.expect("runs")
    };
    assert!(shake("localhost").await);
    assert!(!shake("later.example").await);
    let deployment = &live.fixture.deployment;
    deployment.renew_certificate(&["later.example".to_owned()], MORNING_MS).expect("is issued");
    let noticed = async {
        while !shake("later.example").await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.expect("is noticed");
    assert!(shake("localhost").await, "what it named before it names still");
    live.stop().await;
}

mod sockets;
