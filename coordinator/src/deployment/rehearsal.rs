//! The mark of a deployment in which nothing ever happened.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::DeploymentError;
use super::files;

/// Name of the file with the mark.
const FILE: &str = "rehearsal.json";

/// What makes a deployment a rehearsal. Its pages say so, what is training counts in it, and it goes by a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// What time it is there, milliseconds since 1970, whenever nobody plays the day.
    pub clock_ms: u64,
}

impl Rehearsal {
    /// The mark in a data directory, if there is one.
    ///
    /// # Errors
    /// [`DeploymentError`] when it cannot be read: a rehearsal is never taken for a real day.
    pub fn read(dir: &Path) -> Result<Option<Self>, DeploymentError> {
        let path = dir.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| DeploymentError::corrupt(&path, error.to_string())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DeploymentError::io("read", &path)(error)),
        }
    }

    /// Marks a data directory, or says what time it is there now.
    ///
    /// # Errors
    /// What the system says; the mark that was there stays then.
    pub fn write(self, dir: &Path) -> Result<(), DeploymentError> {
        let path = dir.join(FILE);
        let bytes = serde_json::to_vec(&self).expect("a number is written as JSON");
        files::replace(&path, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_a_damaged_one_is_no_real_day() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Rehearsal::read(dir.path()).unwrap(), None);
        for clock_ms in [0, 1_679_198_400_000] {
            Rehearsal { clock_ms }.write(dir.path()).unwrap();
            assert_eq!(Rehearsal::read(dir.path()).unwrap(), Some(Rehearsal { clock_ms }));
        }
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(matches!(Rehearsal::read(dir.path()), Err(DeploymentError::Corrupt { .. })));
    }
}
