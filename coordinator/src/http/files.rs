//! Files as answers: whole or from any byte on (RFC 9110 §13 and §14), so that a video can be played from its middle.
//!
//! A file is named by its hash, so its entity tag never lies and a part of it never belongs to another version. One range
//! is answered as a part; several at once are answered with the whole file, which nobody who plays a video asks for.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt, IfNoneMatch, IfRange};
use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use kuager_wire::ids::MediaHash;

use crate::media::store::{Bytes, Object};

/// Bytes of a file read at once.
const PIECE: u64 = 32 * 1024;

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// Nothing: the asker has it.
    Unchanged,
    /// All of it.
    Whole,
    /// These bytes, the last one included.
    Part(RangeInclusive<u64>),
    /// Bytes it does not have.
    Beyond,
}

/// The file as an answer to a `GET` or `HEAD` with these headers. The caller adds what kind of file it is.
#[must_use]
pub fn answer(method: &Method, headers: &HeaderMap, media: MediaHash, object: Object) -> Response {
    let size = object.size;
    let tag = format!("\"{media}\"").parse::<ETag>().expect("hexadecimal digits in quotes are an entity tag");
    let wanted = wanted(method, headers, &tag, size);
    let mut answered = HeaderMap::new();
    answered.typed_insert(tag);
    answered.typed_insert(AcceptRanges::bytes());
    let (status, part) = match wanted {
        Wanted::Unchanged => return (StatusCode::NOT_MODIFIED, answered).into_response(),
        Wanted::Beyond => {
            answered.typed_insert(ContentRange::unsatisfied_bytes(size));
            return (StatusCode::RANGE_NOT_SATISFIABLE, answered).into_response();
        }
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(part) => {
            if let Ok(range) = ContentRange::bytes(part.clone(), size) {
                answered.typed_insert(range);
            }
            (StatusCode::PARTIAL_CONTENT, *part.start()..part.end().saturating_add(1))
        }
    };
    let length = part.end.saturating_sub(part.start);
    answered.typed_insert(ContentLength(length));
    let body = if method == Method::HEAD { Body::empty() } else { stream(object.bytes, part.start, length) };
    (status, answered, body).into_response()
}

fn wanted(method: &Method, headers: &HeaderMap, tag: &ETag, size: u64) -> Wanted {
    if headers.typed_get::<IfNoneMatch>().is_some_and(|known| !known.precondition_passes(tag)) {
        return Wanted::Unchanged;
    }
    // Parts are defined for GET alone; and whoever has begun with another file must not get the middle of this one.
    let of_another = headers.typed_get::<IfRange>().is_some_and(|range| range.is_modified(Some(tag), None));
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let Some(range) = range.filter(|_| method == Method::GET && !of_another) else { return Wanted::Whole };
    match parse_range_header(range).and_then(|ranges| ranges.validate(size)) {
        Ok(ranges) => match <[_; 1]>::try_from(ranges) {
            Ok([part]) => Wanted::Part(part),
            Err(_) => Wanted::Whole,
        },
        Err(RangeUnsatisfiableError::Unsatisfiable) => Wanted::Beyond,
        // What makes no sense may be ignored (RFC 9110 §14.2).
        Err(_) => Wanted::Whole,
    }
}

/// A part of a file as a body, read as it is taken and never whole in memory. Between two pieces no thread waits for the
/// reader: there are only so many, and a reader may take its time.
fn stream(bytes: Box<dyn Bytes>, start: u64, length: u64) -> Body {
    let rest = Rest { bytes, seek: (start > 0).then_some(start), length };
    Body::from_stream(futures_util::stream::try_unfold(rest, |rest| async {
        let read = tokio::task::spawn_blocking(move || rest.next());
        read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }))
}

/// What of a file is still to be sent.
struct Rest {
    bytes: Box<dyn Bytes>,
    seek: Option<u64>,
    length: u64,
}

impl Rest {
    fn next(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if let Some(start) = self.seek.take() {
            self.bytes.seek(SeekFrom::Start(start))?;
        }
        let mut piece = Vec::new();
        let read = (&mut self.bytes).take(self.length.min(PIECE)).read_to_end(&mut piece)?;
        self.length = self.length.saturating_sub(read as u64);
        Ok((read > 0).then_some((piece, self)))
    }
}

#[cfg(test)]
mod tests;
