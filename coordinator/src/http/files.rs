//! Files as answers.

use std::io::{self, Read};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

use crate::media::store::Object;

/// Bytes of a file read at once.
const CHUNK: usize = 64 * 1024;

/// A file as a body, read as fast as it is taken and never whole in memory.
#[must_use]
pub fn stream(mut object: Object) -> Response {
    let (send, receive) = mpsc::channel::<io::Result<Vec<u8>>>(2);
    let size = object.size;
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = object.bytes.read(&mut chunk).map(|read| {
                chunk.truncate(read);
                chunk
            });
            let end = !matches!(&read, Ok(chunk) if !chunk.is_empty());
            // Whoever asked may be gone.
            if matches!(&read, Ok(chunk) if chunk.is_empty()) || send.blocking_send(read).is_err() || end {
                return;
            }
        }
    });
    let chunks = futures_util::stream::unfold(receive, |mut receive| async {
        receive.recv().await.map(|chunk| (chunk, receive))
    });
    ([(header::CONTENT_LENGTH, size)], Body::from_stream(chunks)).into_response()
}
