//! What the receipt key signs: every answer of a running coordinator.

use std::fmt::{self, Debug, Formatter};

use kuager_wire::desk::DeskKey;
use kuager_wire::ids::DeploymentId;
use kuager_wire::message::Message;
use kuager_wire::receipt::{Fork, MediaReceipt, Receipt, Redaction, Refusal};

use super::error::SignError;
use super::keys::Key;
use crate::deployment::{Deployment, DeploymentError};

/// The holder of the receipt key.
pub struct ReceiptSigner {
    deployment: DeploymentId,
    key: Key,
}

impl Debug for ReceiptSigner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReceiptSigner").field("key", &self.key.public()).finish_non_exhaustive()
    }
}

impl ReceiptSigner {
    /// Reads the receipt key from the data directory.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is missing, damaged or readable by others.
    pub fn open(deployment: &Deployment) -> Result<Self, DeploymentError> {
        let key = Key::read(deployment, "receipt", deployment.genesis().receipt_key)?;
        Ok(Self { deployment: deployment.id(), key })
    }

    /// A record is held durably.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn receipt(&self, receipt: &Receipt) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, receipt)?)
    }

    /// A file is held durably.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn media_receipt(&self, receipt: &MediaReceipt) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, receipt)?)
    }

    /// Something is not accepted.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn refusal(&self, refusal: &Refusal) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, refusal)?)
    }

    /// A device signed two records under one number.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn fork(&self, fork: &Fork) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, fork)?)
    }

    /// Something is said to an observer.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn message(&self, message: &Message) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, message)?)
    }

    /// A key is the desk's.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn desk_key(&self, key: &DeskKey) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, key)?)
    }

    /// A file is a copy of another one in which parts cannot be read.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn redaction(&self, redaction: &Redaction) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, redaction)?)
    }
}
