//! What the platform says about this phone.

use kuager_core::wire::enrolment;

use super::ObserverHandle;
use crate::error::KuagerError;

/// How a platform attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum AttestationFormat {
    /// Android's key attestation: certificates, the key's own first.
    AndroidKey,
    /// Apple's App Attest: one object.
    AppleAppAttest,
}

#[uniffi::export]
impl ObserverHandle {
    /// What a platform key has to be made with, 32 bytes: Android's attestation challenge, Apple's hash of client data.
    ///
    /// # Errors
    /// `not_invited`, `store_closed`.
    pub fn attestation_challenge(&self) -> Result<Vec<u8>, KuagerError> {
        self.call(|core| Ok(core.attestation_challenge()?.to_vec()))
    }

    /// Takes what the platform said, to be sent when this device is enrolled, to a coordinator that takes such. Says whether it
    /// will be: not by a device that is enrolled already. Nothing depends on it.
    ///
    /// # Errors
    /// `not_invited`, `statement_not_valid`, and those of the store.
    pub fn attest(&self, format: AttestationFormat, parts: Vec<Vec<u8>>) -> Result<bool, KuagerError> {
        let format = match format {
            AttestationFormat::AndroidKey => enrolment::AttestationFormat::AndroidKey,
            AttestationFormat::AppleAppAttest => enrolment::AttestationFormat::AppleAppAttest,
        };
        let parts = parts.into_iter().map(Into::into).collect();
        self.call(|core| Ok(core.attest(enrolment::Attestation { format, parts })?))
    }
}
