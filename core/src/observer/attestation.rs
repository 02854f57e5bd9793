//! What the platform says about this phone, as evidence beside its enrolment.

use kuager_wire::enrolment::Attestation;

use super::device::Observer;
use crate::error::ObserverError;

impl Observer {
    /// What a platform key has to be made with, so that what the platform says of it speaks for this device in its deployment, with
    /// its invite, and for nothing else: Android's attestation challenge, Apple's hash of client data.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn attestation_challenge(&self) -> Result<[u8; 32], ObserverError> {
        Ok(self.outbox.attestation_challenge(&*self.invited()?)?)
    }

    /// Takes what the platform said, to be sent when this device is enrolled, to a coordinator that takes such. Says whether it will
    /// be: not by a device that is enrolled already. Nothing depends on it.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Attestation`], [`ObserverError::Store`].
    pub fn attest(&self, attestation: Attestation) -> Result<bool, ObserverError> {
        attestation.check().map_err(ObserverError::Attestation)?;
        Ok(self.outbox.keep_attestation(&*self.invited()?, attestation)?)
    }
}
