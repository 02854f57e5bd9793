//! The lines before the encrypted bytes: who can open them, and a tag over that.

use std::io::{self, BufRead, Write};

use data_encoding::BASE64_NOPAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keys::{FileKey, Key, Lock, Stanza, derived};
use super::stream::{Opener, Sealer};
use super::{FILE_KEY, Fault};

const VERSION: &str = "age-encryption.org/v1";
/// Characters of a line of a body.
const COLUMNS: usize = 64;
/// Bytes of a header at most; a hundred recipients need a tenth of it.
const LIMIT: usize = 256 * 1024;

/// Begins an encrypted file: what is written from now on can be read by whoever opens the lock, and with the file's own key,
/// which is returned beside.
///
/// # Errors
/// What the system says.
pub(in crate::backup) fn seal<W: Write>(mut out: W, lock: &Lock) -> io::Result<(Sealer<W>, FileKey)> {
    let mut file_key: FileKey = Zeroizing::new([0; FILE_KEY]);
    getrandom::fill(file_key.as_mut_slice()).map_err(io::Error::other)?;
    let mut header = format!("{VERSION}\n");
    for Stanza { name, arguments, body } in lock.stanzas(&file_key).map_err(io::Error::other)? {
        header.push_str(&format!("-> {name} {}\n", arguments.join(" ")));
        let body = BASE64.encode(&body);
        let mut rest = body.as_str();
        while rest.len() >= COLUMNS {
            let (line, after) = rest.split_at(COLUMNS);
            header.push_str(&format!("{line}\n"));
            rest = after;
        }
        // The last line is shorter than the others, be it empty: so the body ends.
        header.push_str(&format!("{rest}\n"));
    }
    header.push_str("---");
    let tag = mac(&file_key, &header).finalize().into_bytes();
    out.write_all(format!("{header} {}\n", BASE64.encode(&tag)).as_bytes())?;
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(io::Error::other)?;
    out.write_all(&nonce)?;
    let payload_key = payload_key(&file_key, &nonce);
    Ok((Sealer::new(out, &payload_key), file_key))
}

/// Opens an encrypted file: reads its header and checks that it is whole.
///
/// # Errors
/// The fault of the file within what the system says.
pub(in crate::backup) fn open<R: BufRead>(input: R, key: &Key) -> Result<Opener<R>, Failed> {
    open_with(input, |stanzas| key.unlock(stanzas))
}

/// As [`open`], with the file's own key.
///
/// # Errors
/// As [`open`].
pub(in crate::backup) fn reopen<R: BufRead>(input: R, file_key: &FileKey) -> Result<Opener<R>, Failed> {
    open_with(input, |_| Ok(file_key.clone()))
}

fn open_with<R: BufRead>(
    mut input: R,
    unlock: impl FnOnce(&[Stanza]) -> Result<FileKey, Fault>,
) -> Result<Opener<R>, Failed> {
    let mut read = Lines { input: &mut input, text: String::new() };
    if read.line().map_err(|failed| failed.or(Fault::NotAge))? != VERSION {
        return Err(Fault::NotAge.into());
    }
    let mut stanzas: Vec<Stanza> = Vec::new();
    let mut line = read.line()?;
    while let Some(words) = line.strip_prefix("-> ") {
        let mut words = words.split(' ').map(str::to_owned);
        let name = words.next().unwrap_or_default();
        let mut body = String::new();
        loop {
            let part = read.line()?;
            body.push_str(&part);
            if part.len() < COLUMNS {
                break;
            }
        }
        let body = BASE64.decode(body.as_bytes()).map_err(|_| Fault::Altered)?;
        stanzas.push(Stanza { name, arguments: words.collect(), body });
        line = read.line()?;
    }
    let tag = line.strip_prefix("--- ").and_then(|tag| BASE64.decode(tag.as_bytes()).ok()).ok_or(Fault::Altered)?;
    let tagged = read.text.len().checked_sub(line.len().saturating_add(1));
    let tagged = tagged.and_then(|end| read.text.get(..end.saturating_add(3)));
    let tagged = tagged.ok_or(Fault::Altered)?.to_owned();
    let file_key = unlock(&stanzas)?;
    mac(&file_key, &tagged).verify_slice(&tag).map_err(|_| Fault::Altered)?;
    let mut nonce = [0; 16];
    input.read_exact(&mut nonce).map_err(Failed::from)?;
    Ok(Opener::new(input, &payload_key(&file_key, &nonce))?)
}

fn mac(file_key: &FileKey, header: &str) -> Hmac<Sha256> {
    let key = derived(file_key.as_slice(), &[], b"header");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length");
    mac.update(header.as_bytes());
    mac
}

fn payload_key(file_key: &FileKey, nonce: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    derived(file_key.as_slice(), nonce, b"payload")
}

/// Why a file was not opened.
#[derive(Debug)]
pub(in crate::backup) enum Failed {
    /// For a fault of its own.
    Fault(Fault),
    /// The system refuses.
    Io(io::Error),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Fault(Fault::Truncated) } else { Self::Io(error) }
    }
}

impl Failed {
    /// Another fault in the place of this one.
    fn or(self, fault: Fault) -> Self {
        if matches!(self, Self::Fault(_)) { Self::Fault(fault) } else { self }
    }
}

/// The header, line by line, and all of it that was read.
struct Lines<'a, R> {
    input: &'a mut R,
    text: String,
}

impl<R: BufRead> Lines<'_, R> {
    fn line(&mut self) -> Result<String, Failed> {
        let mut line = Vec::new();
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                return Err(Fault::Truncated.into());
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(available.len());
            line.extend_from_slice(available.get(..taken).unwrap_or_default());
            self.input.consume(taken.saturating_add(usize::from(end.is_some())));
            if self.text.len().saturating_add(line.len()) > LIMIT {
                return Err(Fault::Altered.into());
            }
            if end.is_some() {
                break;
            }
        }
        let line = String::from_utf8(line).ok().filter(|line| line.bytes().all(|byte| (32..127).contains(&byte)));
        let line = line.ok_or(Fault::Altered)?;
        self.text.push_str(&line);
        self.text.push('\n');
        Ok(line)
    }
}
