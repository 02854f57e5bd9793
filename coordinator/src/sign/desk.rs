//! What a key of the desk signs: the acts of the people who work there.
//!
//! The key is made when a deployment has none yet, or when the last one is lost; the receipt key vouches for it, so no
//! ceremony is needed, and whoever steals it can write acts of people but no receipt. Entries of all keys that were
//! vouched for stay good.

use std::fmt::{self, Debug, Formatter};
use std::io::ErrorKind;

use kuager_wire::VERSION;
use kuager_wire::cose;
use kuager_wire::desk::{DeskEntry, DeskKey};
use kuager_wire::ids::{DeploymentId, PublicKey};

use super::error::SignError;
use super::keys::Key;
use super::receipt::ReceiptSigner;
use crate::deployment::{Deployment, DeploymentError};

/// How often a key is made again because another process made one at the same moment.
const TRIES: usize = 8;

/// The holder of the desk's key.
pub struct DeskSigner {
    deployment: DeploymentId,
    key: Key,
}

impl Debug for DeskSigner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DeskSigner").field("key", &self.key.public()).finish_non_exhaustive()
    }
}

impl DeskSigner {
    /// Reads the newest key that is here, and makes one when there is none.
    ///
    /// # Errors
    /// [`DeploymentError`] with the file that is damaged or readable by others.
    pub fn open(deployment: &Deployment, receipts: &ReceiptSigner) -> Result<Self, DeploymentError> {
        let id = deployment.id();
        for _ in 0..TRIES {
            let statements = deployment.desk_keys()?;
            let receipt_key = deployment.genesis().receipt_key;
            let keys = statements.iter().filter_map(|bytes| cose::open::<DeskKey>(bytes, id, &receipt_key).ok());
            let mut keys: Vec<DeskKey> = keys.collect();
            keys.sort_by_key(|key| key.number);
            let held = keys.iter().rev().find(|key| deployment.layout().key(&name(&key.key)).exists());
            if let Some(held) = held {
                let key = Key::read(deployment, &name(&held.key), held.key)?;
                return Ok(Self { deployment: id, key });
            }
            let number = keys.last().map_or(1, |last| last.number.saturating_add(1));
            // What lies there and does not hold keeps its number, too.
            let number = number.max(u64::try_from(statements.len()).unwrap_or(u64::MAX).saturating_add(1));
            match Self::make(deployment, receipts, number) {
                Err(DeploymentError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        let path = deployment.layout().statements("desk");
        Err(DeploymentError::corrupt(&path, "no key of the desk is left after making one"))
    }

    fn make(deployment: &Deployment, receipts: &ReceiptSigner, number: u64) -> Result<(), DeploymentError> {
        let key = Key::create_named(deployment.layout(), name)?;
        let statement = DeskKey { version: VERSION, number, key };
        let bytes = receipts
            .desk_key(&statement)
            .map_err(|error| DeploymentError::corrupt(&deployment.layout().statements("desk"), error.to_string()))?;
        deployment.add_desk_key(&statement, &bytes)
    }

    /// Somebody did something.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn entry(&self, entry: &DeskEntry) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.deployment, entry)?)
    }
}

/// The name under which a key of the desk is kept.
fn name(key: &PublicKey) -> String {
    format!("desk-{}", key.kid())
}
