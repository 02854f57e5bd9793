//! What the tests of several pages share: a desk in front of a coordinator, photos, and how a browser asks.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::stream;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use kuager_coordinator::media::Part;
use kuager_coordinator::people::totp::{TotpSecret, step};
use kuager_coordinator::testing::{Fixture, grain, kid};
use kuager_pack::PackSource;
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, MediaSource, Record};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;

use crate::people::People;
use crate::people::reach::Reach;
use crate::people::visitor::Who;
use crate::routes::router;
use crate::state::Desk;

/// The station most reports come from.
pub(crate) const STATION: &str = "710000000-99";

/// A photo of a page; another seed, another page.
pub(crate) fn photo(seed: u64, quality: u8) -> Vec<u8> {
    let grain = grain(48, seed);
    let page = RgbImage::from_fn(240, 320, |x, y| {
        let cell = usize::try_from((y / 40) * 6 + x / 40).expect("small");
        Rgb([grain[cell], grain[cell] / 2 + 40, 90])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&page).expect("encodes");
    bytes
}

/// What everybody signs in with here.
pub(crate) const PASSWORD: &str = "five words drawn by dice";

/// Somebody with an account, and a browser that keeps what it is given.
pub(crate) struct Browser {
    desk: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Where it asks from.
    pub(crate) address: [u8; 4],
    /// What the forms of the last page carry.
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) fn new(desk: &Desk) -> Self {
        let desk = router(desk.clone());
        Self { desk, cookies: BTreeMap::new(), address: [192, 0, 2, 1], csrf: String::new() }
    }

    pub(crate) async fn ask(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(header::HOST, "localhost:8080").header(header::ACCEPT, "text/html,*/*");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let peer = SocketAddr::from((self.address, 4711));
        let request = request.extension(ConnectInfo(peer)).body(Body::from(body)).expect("a request");
        let (head, body) = self.desk.clone().oneshot(request).await.expect("infallible").into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let page = String::from_utf8_lossy(&body).into_owned();
        if let Some(csrf) = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            csrf.clone_into(&mut self.csrf);
        }
        let location = head.headers.get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned());
        Answer { status: head.status, location: location.unwrap_or_default(), headers: head.headers, page }
    }

    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path), String::new()).await
    }

    /// Sends a form of the last page.
    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        let post = Request::post(path).header(header::ORIGIN, "http://localhost:8080");
        self.ask(post.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), form(&fields)).await
    }

    /// Fills in the form for signing in.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str, code: &str, next: &str) -> Answer {
        self.open("/login?lang=en").await;
        let fields = [("name", name), ("password", password), ("code", code), ("next", next)];
        self.send("/login?lang=en", &fields).await
    }
}

/// What a browser was told.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) headers: HeaderMap,
    pub(crate) page: String,
}

/// A form as it travels.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    fields.collect::<Vec<_>>().join("&")
}

/// A desk in front of a coordinator.
pub(crate) async fn desk(fixture: &Fixture) -> Desk {
    Desk::start(fixture.app.clone(), Arc::clone(&fixture.media), Reach::default()).await.expect("starts")
}

/// The code that an authenticator shows now.
pub(crate) fn code(secret: &TotpSecret, fixture: &Fixture) -> String {
    format!("{:06}", secret.code(step(fixture.clock_ms())))
}

/// A coordinator with two enrolled devices, and its desk.
pub(crate) struct Office {
    pub(crate) fixture: Fixture,
    desk: Router,
    people: Arc<People>,
}

impl Office {
    pub(crate) async fn new() -> Self {
        Self::of(PackSource::default()).await
    }

    pub(crate) async fn of(pack: PackSource) -> Self {
        let fixture = Fixture::of(pack);
        fixture.enrol(1).await;
        fixture.enrol(2).await;
        let desk = desk(&fixture).await;
        Self { people: Arc::clone(&desk.people), desk: router(desk), fixture }
    }

    /// The same office with a desk that has just been opened, so that it has counted everything.
    pub(crate) async fn start_again(self) -> Self {
        let desk = desk(&self.fixture).await;
        Self { people: Arc::clone(&desk.people), desk: router(desk), ..self }
    }

    /// What forms of pages for this visitor carry.
    pub(crate) fn form_token(&self, who: &Who) -> String {
        self.people.form_token(who, b"")
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.desk.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    pub(crate) async fn open(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::HOST, "localhost:8080").body(Body::empty());
        let (status, _, body) = self.call(request.expect("a request")).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a form, as a browser does from a page at this origin.
    pub(crate) async fn submit(
        &self,
        path: &str,
        origin: Option<&str>,
        form: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        let csrf = self.people.form_token(&Who::Anybody, b"");
        let fields = [&[("csrf", csrf.as_str())], form].concat();
        let mut request = Request::post(path)
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let (status, headers, body) = self.call(request.body(self::form(&fields).into()).expect("a request")).await;
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    /// A turnout report of a device with a photo and its preview; returns the record's hash.
    pub(crate) async fn report(
        &self,
        seed: u8,
        seq: u64,
        station: &str,
        original: &[u8],
        preview: &[u8],
    ) -> RecordHash {
        self.send(seed, self.fixture.turnout(seq, station), original, preview).await
    }

    /// Sends a record of a device with a photo and its preview; returns the record's hash.
    pub(crate) async fn send(&self, seed: u8, record: Record, original: &[u8], preview: &[u8]) -> RecordHash {
        let record = self.fixture.with_files(record, &[original, preview]);
        let mut files = record.attachments.clone().expect("has files");
        files[0] =
            Attachment { label: Some("page 1".to_owned()), source: Some(MediaSource::Captured), ..files[0].clone() };
        files[1] = Attachment { role: AttachmentRole::Preview, of: Some(MediaHash::of(original)), ..files[1].clone() };
        let sealed = self.fixture.sign(seed, &Record { attachments: Some(files), ..record });
        let answer = self.fixture.send(std::slice::from_ref(&sealed)).await;
        assert!(answer.results[0].receipt.is_some());
        RecordHash::of(&sealed)
    }

    pub(crate) async fn upload(&self, seed: u8, bytes: &[u8]) {
        let token = self.fixture.app.signer.uploads.token(kid(seed), MediaHash::of(bytes));
        let chunks = stream::iter([Ok::<_, Infallible>(bytes.to_vec())]);
        let idle = Duration::from_secs(5);
        let part = Part { offset: 0, announced: None, checksum: None, body: chunks, idle };
        self.fixture.media.add(token, part).await.expect("is taken in");
        while self.fixture.media.examine_next().await.expect("works") {}
    }
}
