//! Reading forward, a few bytes at a time.

use std::io::{self, BufRead};

use crate::outline::OutlineError;

/// The bytes of a file that are still to come.
pub(crate) struct Source<R>(R);

impl<R: BufRead> Source<R> {
    pub(crate) fn new(file: R) -> Self {
        Self(file)
    }

    /// So many bytes; a file that ends before is damaged.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], OutlineError> {
        let mut bytes = [0; N];
        match self.0.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(OutlineError::Malformed("it ends early")),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, OutlineError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn word(&mut self) -> Result<u16, OutlineError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Passes over so many bytes, or to the end of the file.
    pub(crate) fn skip(&mut self, mut count: usize) -> Result<(), OutlineError> {
        while count > 0 {
            let buffered = self.0.fill_buf()?.len().min(count);
            if buffered == 0 {
                return Ok(());
            }
            self.0.consume(buffered);
            count = count.saturating_sub(buffered);
        }
        Ok(())
    }

    /// Passes over everything up to this byte and the byte itself. Returns whether there was one.
    pub(crate) fn pass(&mut self, wanted: u8) -> Result<bool, OutlineError> {
        loop {
            let buffered = self.0.fill_buf()?;
            if buffered.is_empty() {
                return Ok(false);
            }
            if let Some(at) = buffered.iter().position(|byte| *byte == wanted) {
                self.0.consume(at.saturating_add(1));
                return Ok(true);
            }
            let all = buffered.len();
            self.0.consume(all);
        }
    }

    /// The next byte, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<u8>, OutlineError> {
        let next = self.0.fill_buf()?.first().copied();
        self.0.consume(usize::from(next.is_some()));
        Ok(next)
    }
}
