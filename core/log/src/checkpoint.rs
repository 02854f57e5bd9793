//! A tree's head, signed by its log ([C2SP `tlog-checkpoint`](https://c2sp.org/tlog-checkpoint)) and, where a deployment asks for it, by
//! witnesses ([`tlog-cosignature`](https://c2sp.org/tlog-cosignature)).
//!
//! A log that shows different heads to different people is caught when they compare. A witness compares for everybody: it cosigns a head
//! only if the one it cosigned before is its beginning.

use std::fmt::{self, Display, Formatter};

use ed25519_dalek::SigningKey;

use crate::note::{Line, Note, NoteError, Verifier};
use crate::text;
use crate::tree::{Head, MOST};

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is no checkpoint.
    #[error("this is not a checkpoint: {0}")]
    Shape(&'static str),
    /// It is of another log.
    #[error("the checkpoint is of the log {found:?}, not of {expected:?}")]
    Origin {
        /// The log that was asked for.
        expected: String,
        /// The log that it names.
        found: String,
    },
}

/// A head that a log says it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: Head,
    note: Note,
}

impl Checkpoint {
    /// Signs a head. The log's key has the log's name.
    ///
    /// # Errors
    /// [`CheckpointError::Note`] for an origin that is no key's name, [`CheckpointError::Shape`] for a tree that is too large.
    pub fn sign(origin: &str, head: Head, key: &SigningKey) -> Result<Self, CheckpointError> {
        let mut note = Note::new(format!("{origin}\n{}\n{}\n", head.size, head.root))?;
        note.sign(origin, key)?;
        // What cannot be read again is not signed.
        Self::of(note)
    }

    /// Reads a checkpoint and believes nothing of it.
    ///
    /// # Errors
    /// [`CheckpointError::Note`], [`CheckpointError::Shape`].
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::of(Note::read(bytes)?)
    }

    fn of(note: Note) -> Result<Self, CheckpointError> {
        let mut lines = note.text().strip_suffix('\n').unwrap_or_default().split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty());
        let origin = origin.ok_or(CheckpointError::Shape("it does not say of which log it is"))?.to_owned();
        let size = lines.next().and_then(text::number).filter(|size| *size <= MOST);
        let size = size.ok_or(CheckpointError::Shape("its second line is not the size of a tree"))?;
        let root = lines.next().and_then(text::hash);
        let root = root.ok_or(CheckpointError::Shape("its third line is not a root"))?;
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Shape("it has an empty line"));
        }
        Ok(Self { origin, head: Head { size, root }, note })
    }

    /// Reads a checkpoint of a log, and verifies that the log has signed it.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn open(bytes: &[u8], log: &Verifier) -> Result<Self, CheckpointError> {
        let checkpoint = Self::read(bytes)?;
        checkpoint.verify(log)?;
        Ok(checkpoint)
    }

    /// Verifies that a log, whose key has the log's name, has signed it.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`], [`CheckpointError::Note`].
    pub fn verify(&self, log: &Verifier) -> Result<(), CheckpointError> {
        if self.origin != log.name() {
            return Err(CheckpointError::Origin { expected: log.name().to_owned(), found: self.origin.clone() });
        }
        self.note.verify(log)?;
        Ok(())
    }

    /// Which log it is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The head it speaks of.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The note it is.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Signs it as a witness at a moment, seconds since 1970, and gives back the line that says so.
    ///
    /// # Errors
    /// [`NoteError::Shape`] for a name that cannot be one.
    pub fn cosign(&mut self, name: &str, key: &SigningKey, at: u64) -> Result<Line, NoteError> {
        self.note.cosign(name, key, at)
    }

    /// Adds a witness's line, if it is one of that witness about this checkpoint; says when it was made.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`], [`NoteError::Forged`]: nothing was added then.
    pub fn add_cosignature(&mut self, line: Line, witness: &Verifier) -> Result<Option<u64>, NoteError> {
        let mut alone = Note::new(self.note.text().to_owned())?;
        alone.add(line.clone());
        let at = alone.verify(witness)?;
        self.note.add(line);
        Ok(at)
    }

    /// How many of these witnesses have cosigned it. A forged line counts as none.
    #[must_use]
    pub fn witnessed<'a>(&self, witnesses: impl IntoIterator<Item = &'a Verifier>) -> usize {
        let mut keys: Vec<_> =
            witnesses.into_iter().filter(|witness| self.note.verify(witness).is_ok()).map(Verifier::key).collect();
        // One key under two names is one witness.
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }
}

impl Display for Checkpoint {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.note, formatter)
    }
}
