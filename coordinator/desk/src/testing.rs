//! What the tests of several pages share: a desk in front of a coordinator, photos, and how a browser asks.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::stream;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use kuager_coordinator::media::Part;
use kuager_coordinator::testing::{Fixture, grain, kid};
use kuager_pack::PackSource;
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, MediaSource, Record};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;

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

/// A coordinator with two enrolled devices, and its desk.
pub(crate) struct Office {
    pub(crate) fixture: Fixture,
    desk: Router,
}

impl Office {
    pub(crate) async fn new() -> Self {
        Self::of(PackSource::default()).await
    }

    pub(crate) async fn of(pack: PackSource) -> Self {
        let fixture = Fixture::of(pack);
        fixture.enrol(1).await;
        fixture.enrol(2).await;
        let desk = Desk::start(fixture.app.clone(), Arc::clone(&fixture.media)).await.expect("starts");
        Self { desk: crate::router(desk), fixture }
    }

    /// The same office with a desk that has just been opened, so that it has counted everything.
    pub(crate) async fn start_again(self) -> Self {
        let desk = Desk::start(self.fixture.app.clone(), Arc::clone(&self.fixture.media)).await.expect("starts");
        Self { desk: crate::router(desk), ..self }
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
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let mut request = Request::post(path)
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let (status, headers, body) = self.call(request.body(form.join("&").into()).expect("a request")).await;
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
