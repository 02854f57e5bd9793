//! Forms with a file in them (RFC 7578).

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};

/// Time for a file to arrive.
const LONG: Duration = Duration::from_secs(180);
/// Fields of a form with a file.
const FIELDS: usize = 16;

/// A form with a file.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    pub(crate) fields: Vec<(String, String)>,
    /// The file's name and bytes.
    pub(crate) file: Option<(String, Bytes)>,
}

pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// A form with a file, whole, with so many bytes at most, and so many in each other field; nothing for what is none, too long, or does not come.
pub(crate) async fn upload_of(headers: &HeaderMap, body: Body, most: usize, field: usize) -> Option<Upload> {
    let bytes = tokio::time::timeout(LONG, to_bytes(body, most)).await.ok()?.ok()?;
    let mut request = Request::new(Body::from(bytes));
    request.headers_mut().insert(header::CONTENT_TYPE, headers.get(header::CONTENT_TYPE)?.clone());
    // Bounded above.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name()?.to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) if upload.file.is_none() => upload.file = Some((file, part.bytes().await.ok()?)),
            Some(_) => return None,
            None => {
                let text = part.bytes().await.ok()?;
                if upload.fields.len() >= FIELDS || text.len() > field {
                    return None;
                }
                upload.fields.push((name, String::from_utf8(text.to_vec()).ok()?));
            }
        }
    }
    Some(upload)
}
