//! The encrypted bytes: pieces of 64 KiB, each sealed with its number and whether it is the last (STREAM), so that a file of any
//! size is written and read in little memory, and no piece can be left out, moved or appended unseen.

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};

use super::Fault;

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

/// Numbers pieces.
struct Pieces {
    cipher: ChaCha20Poly1305,
    number: u64,
}

impl Pieces {
    fn new(key: &[u8; 32]) -> Self {
        Self { cipher: ChaCha20Poly1305::new(key.into()), number: 0 }
    }

    fn nonce(&self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        nonce.into()
    }

    fn next(&mut self) -> io::Result<()> {
        self.number = self.number.checked_add(1).ok_or_else(|| io::Error::other("too many pieces"))?;
        Ok(())
    }
}

/// Encrypts what is written.
pub(in crate::backup) struct Sealer<W> {
    out: W,
    pieces: Pieces,
    plain: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(out: W, key: &[u8; 32]) -> Self {
        Self { out, pieces: Pieces::new(key), plain: Vec::with_capacity(PIECE) }
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.pieces.cipher.encrypt(&self.pieces.nonce(last), self.plain.as_slice());
        self.out.write_all(&sealed.map_err(|_| io::Error::other("a piece cannot be encrypted"))?)?;
        self.plain.clear();
        self.pieces.next()
    }

    /// Fills the last piece with zeros, seals it, and returns what it was written to. Without this the file is a cut one.
    ///
    /// # Errors
    /// What the system says.
    pub(in crate::backup) fn finish(mut self) -> io::Result<W> {
        self.plain.resize(PIECE, 0);
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only now is it known that the piece before is not the last one.
        if self.plain.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE.saturating_sub(self.plain.len()));
        self.plain.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decrypts what is read. Nothing is given out that is not as it was written.
pub(in crate::backup) struct Opener<R> {
    input: R,
    pieces: Pieces,
    /// The piece after the one that is being given out, as it was read: only its absence says which one is the last.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    fault: Option<Fault>,
}

impl<R: Read> Opener<R> {
    pub(super) fn new(input: R, key: &[u8; 32]) -> io::Result<Self> {
        let mut opener =
            Self { input, pieces: Pieces::new(key), ahead: Vec::new(), plain: Vec::new(), at: 0, fault: None };
        opener.read_ahead()?;
        if opener.ahead.is_empty() {
            opener.fault = Some(Fault::Truncated);
        }
        Ok(opener)
    }

    /// What is wrong with the file, once reading has failed.
    pub(in crate::backup) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    fn read_ahead(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(PIECE + TAG);
        let most = u64::try_from(PIECE + TAG).unwrap_or(u64::MAX);
        Read::by_ref(&mut self.input).take(most).read_to_end(&mut piece)?;
        Ok(std::mem::replace(&mut self.ahead, piece))
    }

    /// Opens the next piece; `None` behind the last one.
    fn next_piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let sealed = self.read_ahead()?;
        if sealed.is_empty() {
            return Ok(None);
        }
        let last = self.ahead.is_empty();
        let open = |last| self.pieces.cipher.decrypt(&self.pieces.nonce(last), sealed.as_slice());
        let Ok(plain) = open(last) else {
            // A piece that is whole and is not the last one, or one that is not whole: the rest is missing.
            let cut = last && (sealed.len() < PIECE + TAG || open(false).is_ok());
            return Err(self.failed(if cut { Fault::Truncated } else { Fault::Altered }));
        };
        // An empty piece has nothing to say, except in an empty file.
        if plain.is_empty() && self.pieces.number > 0 {
            return Err(self.failed(Fault::Altered));
        }
        self.pieces.next()?;
        Ok(Some(plain))
    }

    fn failed(&mut self, fault: Fault) -> io::Error {
        self.fault = Some(fault);
        io::Error::new(io::ErrorKind::InvalidData, fault)
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.fault {
            return Err(self.failed(fault));
        }
        while self.at >= self.plain.len() {
            match self.next_piece()? {
                Some(plain) => (self.plain, self.at) = (plain, 0),
                None => return Ok(0),
            }
            if self.plain.is_empty() {
                return Ok(0);
            }
        }
        let rest = self.plain.get(self.at..).unwrap_or_default();
        let taken = rest.len().min(buffer.len());
        buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.at = self.at.saturating_add(taken);
        Ok(taken)
    }
}
