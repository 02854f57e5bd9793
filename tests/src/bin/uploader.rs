//! Our uploader against somebody else's tus server: makes an upload, breaks off in the middle, asks where it stands,
//! sends the rest.
//!
//! `test-uploader SERVER PATH FILE CUT`: SERVER such as `http://127.0.0.1:1080`, PATH such as `/files/`; prints the
//! upload's address. Fails when the server does not hold exactly the file's size in the end.
#![allow(clippy::print_stdout, reason = "the address is what this program is for")]

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use kuager_core::time::KnownTime;
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::tus::{self, Standing};
use kuager_core::transport::{ByteStream, Transport};
use kuager_core::{ObserverConfig, SystemClock};
use kuager_wire::ids::DeploymentId;

/// The file from `offset` on; breaks after `cut` bytes.
fn pieces(file: &[u8], offset: usize, cut: Option<usize>) -> ByteStream {
    let mut left = cut.unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    for piece in file[offset..].chunks(16 * 1024) {
        if left == 0 {
            pieces.push(Err(io::Error::other("broken on purpose")));
            break;
        }
        let piece = &piece[..piece.len().min(left)];
        left -= piece.len();
        pieces.push(Ok(Bytes::copy_from_slice(piece)));
    }
    Box::pin(stream::iter(pieces))
}

/// The path of an upload, whether the server gave it whole or not.
fn path_of(location: &str) -> String {
    match location.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned()),
        None => location.to_owned(),
    }
}

async fn stands_at(transport: &dyn Transport, path: &str) -> Result<u64, Box<dyn Error>> {
    match tus::standing(transport, path).await? {
        Standing::Holds(offset) => Ok(offset),
        other => Err(format!("the server does not know the upload: {other:?}").into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, path, file, cut] = arguments.as_slice() else {
        return Err("usage: test-uploader SERVER PATH FILE CUT".into());
    };
    let bytes = std::fs::read(file)?;
    let size = bytes.len() as u64;
    let config = ObserverConfig::new(".");
    let time = Arc::new(KnownTime::new(Arc::new(SystemClock::new())));
    let transport = HttpTransport::new(std::slice::from_ref(server), &[], DeploymentId([0; 32]), &config, &time)?;
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let created = tus::create(&transport, path, size, &[("filename", name.as_bytes())]).await?;
    let location = created.location.filter(|_| created.status == 201).ok_or("the upload was not made")?;
    let path = path_of(&location);
    let broken = tus::send(&transport, &path, 0, size, pieces(&bytes, 0, Some(cut.parse()?))).await;
    let held = stands_at(&transport, &path).await?;
    println!("broken off ({}), the server holds {held} of {size}", if broken.is_err() { "as wanted" } else { "not" });
    let rest = pieces(&bytes, usize::try_from(held)?, None);
    let answer = tus::send(&transport, &path, held, size, rest).await?;
    if answer.status != 204 || stands_at(&transport, &path).await? != size {
        return Err(format!("the server answered {} and does not hold the whole file", answer.status).into());
    }
    println!("{server}{path}");
    Ok(())
}
