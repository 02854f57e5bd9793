//! Reading a picture of any kind.

use std::io::BufRead;

use crate::bytes::Source;
use crate::outline::{Outline, OutlineError};
use crate::{jpeg, png};

impl Outline {
    /// Reads a whole file of `size` bytes as far as it matters.
    ///
    /// # Errors
    /// [`OutlineError`].
    pub fn read(file: impl BufRead, size: u64) -> Result<Self, OutlineError> {
        let mut source = Source::new(file);
        match source.array::<2>()? {
            jpeg::START => jpeg::outline(source, size),
            png::START => png::outline(source, size),
            _ => Err(OutlineError::Format),
        }
    }
}
