//! What platforms said about devices, as it came, and what was found.

use async_trait::async_trait;
use kuager_wire::ids::Kid;

use super::error::LedgerError;

/// An attestation as it is kept: the bytes, so that anybody can judge again, and what was found when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationRow {
    /// The device it came from.
    pub kid: Kid,
    /// When it came.
    pub received_ms: u64,
    /// What its key had to be made with.
    pub challenge: [u8; 32],
    /// The attestation as the request had it (CBOR).
    pub evidence: Vec<u8>,
    /// `holds`, or the name of what does not.
    pub result: String,
    /// What keeps its key, by name; nothing where that could not be read.
    pub level: Option<String>,
    /// What else it says (JSON).
    pub details: String,
}

/// How many devices have an attestation with this outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationCount {
    /// `holds`, or the name of what does not.
    pub result: String,
    /// What keeps the keys.
    pub level: Option<String>,
    /// Devices.
    pub devices: u64,
}

/// Evidence beside enrolments.
#[async_trait]
pub trait Attestations {
    /// Keeps an attestation. The first one of a device stays; returns whether this is it.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_attestation(&self, row: AttestationRow) -> Result<bool, LedgerError>;

    /// The attestation of a device.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn attestation(&self, kid: Kid) -> Result<Option<AttestationRow>, LedgerError>;

    /// How many devices have which outcome.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn attestation_counts(&self) -> Result<Vec<AttestationCount>, LedgerError>;
}
