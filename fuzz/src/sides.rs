//! The phone and the coordinator: what takes bytes from the network and from files.

use std::io::Cursor;
use std::sync::OnceLock;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use kuager_coordinator::address::{Authority, Host, ServerAddress};
use kuager_coordinator::backup;
use kuager_coordinator::ceremony;
use kuager_coordinator::http::{Limits, router};
use kuager_coordinator::sign::RootKey;
use kuager_coordinator::testing::{Fixture, key};
use kuager_core::media::{kind_of, preview};
use kuager_evidence::verify_chain;
use kuager_wire::canonical::{decode, encode, split_sequence};
use kuager_wire::ids::PublicKey;
use kuager_wire::limits;
use kuager_wire::sync::RecordsAnswer;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// A preview is small JPEGs, whatever it was made of.
pub fn preview(data: &[u8]) {
    for mime in ["image/jpeg", "image/png"] {
        let orientation = data.last().map(|last| last % 10);
        if let Ok(preview) = preview::make(mime, orientation, Cursor::new(data)) {
            assert!(preview.pieces.len() <= 7 && (preview.legible || preview.pieces.is_empty()));
            for jpeg in preview.pieces.iter().chain([&preview.whole]) {
                assert!(jpeg.len() as u64 <= limits::PREVIEW && jpeg.starts_with(&[0xff, 0xd8]));
            }
        }
    }
}

/// What could run is never kept, and what is kept has a media type, the same one each time.
pub fn kind(data: &[u8]) {
    let mut file = Cursor::new(data);
    let kind = kind_of(&mut file).expect("memory can be read");
    assert_eq!(kind_of(&mut file).expect("memory can be read"), kind);
    if let Some(kind) = kind {
        assert!(kind.split_once('/').is_some_and(|(major, _)| ["image", "video", "audio", "application"].contains(&major)));
        for never in [b"MZ".as_slice(), b"\x7fELF", b"PK\x03\x04", b"<!DOCTYPE html", b"<svg", b"#!/bin/sh\n", b"{\\rtf"] {
            assert!(!data.starts_with(never), "{kind}");
        }
    }
}

/// Archives and the files that hold them: a forged one reaches nothing outside its folder, and leaves nothing behind.
pub fn backup(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, restored) = (folder.path().join("file"), folder.path().join("restored"));
    let sealed = backup::testing::sealed(data).expect("seals");
    for bytes in [data, &sealed] {
        std::fs::write(&file, bytes).expect("writes");
        let outcome = runtime().block_on(backup::restore(&file, backup::testing::key(), &restored));
        assert!(outcome.is_err(), "chance is no deployment");
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("reads").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["file"], "{outcome:?}");
    }
}

/// What goes to the root key and comes back, and what it is kept in.
pub fn ceremony(data: &[u8]) {
    if let Ok(request) = ceremony::Request::from_bytes(data) {
        match request.to_bytes() {
            Ok(bytes) => assert_eq!(bytes, data),
            Err(ceremony::CeremonyError::Empty) => {}
            Err(error) => panic!("{error}"),
        }
        let _ = (request.deployment(), request.built().map(|built| built.map(|built| built.pack)));
    }
    let _ = RootKey::genesis_in(data);
    let fixture = fixture();
    assert!(ceremony::import(&fixture.deployment, data).is_err(), "nothing holds that the root key did not sign");
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(RootKey::from_paper(text, fixture.deployment.genesis_bytes()).is_err(), "chance is no root key");
    }
}

/// Hosts, ports, server addresses.
pub fn address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse(), Ok(host));
    }
    if let Ok(authority) = text.parse::<Authority>() {
        let bracketed = if authority.host.to_string().contains(':') {
            format!("[{}]", authority.host)
        } else {
            authority.host.to_string()
        };
        let port = authority.port.map_or_else(String::new, |port| format!(":{port}"));
        assert_eq!(format!("{bracketed}{port}").parse(), Ok(authority));
    }
    if let Ok(server) = text.parse::<ServerAddress>() {
        assert!(server.tls || server.authority.host.is_loopback());
    }
}

/// A whole HTTP request, as hyper hands it over: method, path, headers (host, tus, pass, types) and body.
pub fn http(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (head, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(head) = std::str::from_utf8(head) else { return };
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let (method, path) = first.split_once(' ').unwrap_or(("GET", first));
    let Ok(method) = method.parse::<Method>() else { return };
    let mut request = Request::builder().method(method).uri(path);
    let mut host = false;
    for (name, value) in lines.take(16).filter_map(|line| line.split_once(": ")) {
        host |= name.eq_ignore_ascii_case("host");
        request = request.header(name, value);
    }
    if !host {
        request = request.header(header::HOST, "localhost");
    }
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    let fixture = fixture();
    let limits = Limits {
        per_second: 1_000_000.try_into().expect("is not 0"),
        burst: 1_000_000.try_into().expect("is not 0"),
        ..Limits::default()
    };
    let answer = runtime().block_on(async {
        let app = router(fixture.app.clone(), fixture.media.clone(), &limits);
        let response = app.oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        (head, to_bytes(body, 64 << 20).await.expect("a body"))
    });
    let (head, body) = answer;
    assert_ne!(head.status.as_u16(), 500, "{}", String::from_utf8_lossy(&body));
    assert!(body.len() <= limits::PACK);
}

/// An upload of records: as it came, and each item signed by a device that is enrolled.
pub fn intake(data: &[u8]) {
    let fixture = fixture();
    let mut signed = Vec::new();
    for item in split_sequence(data).into_iter().flatten().take(4) {
        if item.len() < 8 * 1024 {
            signed.extend(fixture.sign_payload(1, item));
        }
    }
    for body in [data.to_vec(), signed] {
        let count = split_sequence(&body).len();
        let answer = match runtime().block_on(fixture.intake.receive(body.clone())) {
            Ok(answer) => answer,
            Err(kuager_coordinator::intake::IntakeError::TooMany) => {
                assert!(count > limits::BATCH_RECORDS);
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        assert!(answer.results.len() <= count);
        let bytes = encode(&answer, limits::ANSWER).expect("an answer fits");
        assert_eq!(decode::<RecordsAnswer>(&bytes, limits::ANSWER).as_ref(), Ok(&answer));
        for result in &answer.results {
            let stored = runtime().block_on(fixture.ledger.record(result.hash)).expect("reads");
            assert_eq!(
                stored.is_some(),
                result.receipt.is_some(),
                "a receipt is for what is held, and for nothing else"
            );
        }
    }
}

/// A chain as somebody hands it over: checked without trust, whatever it is.
pub fn chain(data: &[u8]) {
    let fixture = fixture();
    let device = PublicKey::from(&key(1));
    let signed: Vec<Vec<u8>> =
        split_sequence(data).into_iter().flatten().take(16).map(|item| fixture.sign_payload(1, item)).collect();
    let report = verify_chain(signed.iter().map(Vec::as_slice), fixture.deployment.id(), &device);
    assert!(report.records <= signed.len() as u64);
    let _ = format!("{report:?}");
    let items: Vec<_> = split_sequence(data).into_iter().map(|item| item.unwrap_or_else(|rest| rest)).collect();
    let report = verify_chain(items.iter().copied(), fixture.deployment.id(), &device);
    assert_eq!(report.records, 0, "nobody signed these");
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"))
}

/// A deployment with a device, made once for a process.
fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        runtime().block_on(async {
            let fixture = Fixture::unbounded();
            fixture.enrol(1).await;
            fixture
        })
    })
}
