//! Devices, and how an invite makes one.
//!
//! A credential is signed between two calls: [`Devices::enrolment`] says whether and as whom a key may be enrolled,
//! [`Devices::enrol`] checks the same again and stores. Whoever comes second, with the same key or with another one, gets
//! what the first one left: the credential the device has, or a refusal. A credential that was signed and not stored was
//! never given to anybody.
//!
//! A device that was enrolled and is not known any more, because the ledger is an older one that was put back, returns with the
//! credential it was given: [`Devices::take_back`].

use async_trait::async_trait;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, ObserverId, PublicKey};
use kuager_wire::receipt::RefusalCode;

use super::error::LedgerError;
use super::invites::NewInvite;

/// A device as intake needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its key.
    pub public_key: PublicKey,
    /// Whose it is.
    pub observer: ObserverId,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A device about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its key.
    pub public_key: PublicKey,
    /// SHA-256 of the token it brings.
    pub token_hash: [u8; 32],
    /// The exact credential, signed for what [`Enrolment::Open`] said.
    pub credential: Vec<u8>,
    /// When.
    pub enrolled_ms: u64,
}

/// A device that was enrolled before, as its own credential proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedDevice {
    /// Its key.
    pub public_key: PublicKey,
    /// Whose it is.
    pub observer: ObserverId,
    /// What the holder may do.
    pub role: Role,
    /// Where the observer is sent.
    pub stations: Vec<String>,
    /// SHA-256 of the token it brings.
    pub token_hash: [u8; 32],
    /// The exact credential.
    pub credential: Vec<u8>,
    /// When it returned.
    pub returned_ms: u64,
}

/// A key about to be enrolled because another one names it as its successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSuccessor {
    /// The new key.
    pub public_key: PublicKey,
    /// The key that it goes on for.
    pub succeeds: Kid,
    /// Whose both are.
    pub observer: ObserverId,
    /// What the holder may do.
    pub role: Role,
    /// Where the observer is sent.
    pub stations: Vec<String>,
    /// The exact new credential.
    pub credential: Vec<u8>,
    /// When.
    pub enrolled_ms: u64,
}

/// Keys of one observer that were enrolled without an invite, as successors, at most.
pub const SUCCESSORS: u32 = 16;

/// Whether a key may be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// It may, as the invite says; a credential is to be signed.
    Open(NewInvite),
    /// It has been all along; its credential.
    Enrolled(Vec<u8>),
    /// It may not.
    Refused(RefusalCode),
}

/// What became of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// The credential: the new one, or the one the device has had all along.
    Credential {
        /// The exact signed credential.
        bytes: Vec<u8>,
        /// Whether the device is new.
        new: bool,
    },
    /// Refused.
    Refused(RefusalCode),
}

/// Whose keys are trusted.
#[async_trait]
pub trait Devices {
    /// The device with this key id.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn device(&self, kid: Kid) -> Result<Option<Device>, LedgerError>;

    /// The exact credentials of all devices.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn credentials(&self) -> Result<Vec<Vec<u8>>, LedgerError>;

    /// Observers that have a device and, when a station is given, were sent there.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn observers(&self, station: Option<&str>) -> Result<Vec<ObserverId>, LedgerError>;

    /// Whether a key may be enrolled with a token: a device always gets the credential it has, whatever token it brings, and
    /// no second token is spent.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn enrolment(
        &self,
        public_key: PublicKey,
        token_hash: [u8; 32],
        now_ms: u64,
    ) -> Result<Enrolment, LedgerError>;

    /// Enrols a device and spends its token, unless [`Devices::enrolment`] would now say otherwise.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn enrol(&self, device: NewDevice) -> Result<Enrolled, LedgerError>;

    /// Makes a device known again, with the credential it was given then. Its invite counts as used; when that is not known
    /// either, one that nobody can use stands for it. A device that is known keeps what it has, and one that was revoked stays
    /// refused.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn take_back(&self, device: ReturnedDevice) -> Result<Enrolled, LedgerError>;

    /// Enrols a key that goes on for a device which is known. A key that is known keeps what it has; the successor of a device
    /// that was revoked is refused as one, and so is, as if its invite had been used, one more than an observer may have.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn succeed(&self, successor: NewSuccessor) -> Result<Enrolled, LedgerError>;
}
