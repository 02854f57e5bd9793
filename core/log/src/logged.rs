//! That an entry is in a log, in one file that can be verified without a network ([C2SP `tlog-proof`](https://c2sp.org/tlog-proof)).

use std::fmt::{self, Display, Formatter};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::{self, Verifier};
use crate::proof::{self, ProofError, verify_inclusion};
use crate::text;

const FIRST: &str = "c2sp.org/tlog-proof@v1";

/// Bytes of a proof at the most: its lines of hashes, and a note.
pub const LONGEST: usize = note::LONGEST + proof::LONGEST * 45 + 1_024;

/// Where an entry stands in a log, and the path to a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its number.
    pub index: u64,
    /// The hashes from its sibling to the root's child.
    pub path: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

/// Why a proof is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoggedError {
    /// The file is no proof.
    #[error("this is not a proof of a log entry: {0}")]
    Shape(&'static str),
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Logged {
    /// Reads a proof and believes nothing of it. What a proof says `extra` is left out: nobody has signed it.
    ///
    /// # Errors
    /// [`LoggedError::Shape`], [`LoggedError::Checkpoint`].
    pub fn read(bytes: &[u8]) -> Result<Self, LoggedError> {
        if bytes.len() > LONGEST {
            return Err(LoggedError::Shape("it is too long"));
        }
        let file = std::str::from_utf8(bytes).map_err(|_| LoggedError::Shape("it is not UTF-8"))?;
        let (head, checkpoint) = file.split_once("\n\n").ok_or(LoggedError::Shape("it has no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST) {
            return Err(LoggedError::Shape("its first line is another one"));
        }
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| text::number(line.strip_prefix("index ")?));
        let index = index.ok_or(LoggedError::Shape("it does not say where the entry stands"))?;
        let path: Option<Vec<_>> = lines.take(proof::LONGEST.saturating_add(1)).map(text::hash).collect();
        let path = path.ok_or(LoggedError::Shape("a line of its path is not a hash"))?;
        if path.len() > proof::LONGEST {
            return Err(LoggedError::Shape("its path is too long"));
        }
        Ok(Self { index, path, checkpoint: Checkpoint::read(checkpoint.as_bytes())? })
    }

    /// Verifies that the entry is in the log, by the checkpoint that the log has signed.
    ///
    /// # Errors
    /// [`LoggedError::Checkpoint`], [`LoggedError::Proof`].
    pub fn verify(&self, entry: &[u8], log: &Verifier) -> Result<(), LoggedError> {
        self.checkpoint.verify(log)?;
        verify_inclusion(entry, self.index, self.checkpoint.head(), &self.path)?;
        Ok(())
    }
}

impl Display for Logged {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{FIRST}\nindex {}\n", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(formatter, "{hash}"))?;
        write!(formatter, "\n{}", self.checkpoint)
    }
}
