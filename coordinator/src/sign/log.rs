//! What the log's key signs: heads of the transparency log, and nothing else.

use std::fmt::{self, Debug, Formatter};

use kuager_log::checkpoint::{Checkpoint, CheckpointError};
use kuager_log::note::{Algorithm, NoteError, Verifier};
use kuager_log::tree::Head;

use super::keys::Key;
use crate::deployment::{Deployment, DeploymentError};

/// The holder of the log's key.
pub struct LogSigner {
    key: Key,
    verifier: Verifier,
}

impl Debug for LogSigner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LogSigner").field("verifier", &self.verifier.to_string()).finish_non_exhaustive()
    }
}

impl LogSigner {
    /// Reads the key that the genesis statement names.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing, damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        let genesis = deployment.genesis();
        let key = Key::read(deployment, "log", genesis.log_key)?;
        let verifier = verifier(&genesis.log_origin, &genesis.log_key.0).map_err(|error| {
            DeploymentError::corrupt(&deployment.layout().genesis(), format!("its log cannot be named: {error}"))
        })?;
        Ok(Self { key, verifier })
    }

    /// By what others verify.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// Signs a head. That no two are signed that do not belong to one log is the caller's to see to.
    ///
    /// # Errors
    /// [`CheckpointError`] for a tree that is larger than any can be.
    pub fn checkpoint(&self, head: Head) -> Result<Checkpoint, CheckpointError> {
        self.key.checkpoint(self.verifier.name(), head)
    }
}

fn verifier(origin: &str, key: &[u8; 32]) -> Result<Verifier, NoteError> {
    Verifier::new(origin, Algorithm::Ed25519, key)
}
