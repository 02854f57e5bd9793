//! Which devices are trusted, and up to which of their records.
//!
//! A device is revoked and reinstated by signed statements; of several the one with the latest date counts, and a later one
//! is taken only if its date is later. A revoked device goes on being received: what it sealed while it was trusted may
//! arrive late. But what lies behind the last trusted number, or has a number that another record had first, is *kept
//! apart*: stored like everything else, shown as what it is, and counted nowhere. Nothing is ever deleted for it.
//!
//! A record that arrives when its place is apart already is *withheld*: its receipt is kept with it and given to nobody, until
//! the device is reinstated. What was receipted before keeps its receipt, which says only that it is held.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId, PackHash};

use super::error::LedgerError;

/// Records of one device that are withheld at most; further ones are not stored, and stay on the device.
pub const WITHHELD: u32 = 1000;

/// A signed word about trusting a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRevocation {
    /// The device's key.
    pub kid: Kid,
    /// Its date, milliseconds since 1970.
    pub dated_ms: u64,
    /// The last number that is trusted; `None` for none.
    pub last_seq: Option<u64>,
    /// Whether everything is trusted again.
    pub reinstated: bool,
    /// The exact signed statement.
    pub statement: Vec<u8>,
}

/// What became of such a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It counts.
    Stored {
        /// Records of the device that are kept apart now.
        apart: u64,
    },
    /// There is no such device.
    UnknownDevice,
    /// The last word about this device bears this date, which is not earlier.
    NotLater(u64),
}

/// How a device is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In everything.
    Trusted,
    /// As far as a number.
    Revoked {
        /// Since when, milliseconds since 1970.
        since_ms: u64,
        /// The last number that is trusted; `None` for none.
        last_seq: Option<u64>,
    },
}

/// A device with what people want to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its key.
    pub kid: Kid,
    /// Whose it is.
    pub observer: ObserverId,
    /// When it was enrolled, milliseconds since 1970.
    pub enrolled_ms: u64,
    /// How it is trusted.
    pub standing: Standing,
    /// The key it goes on for, when its phone was put back from a copy.
    pub succeeds: Option<Kid>,
    /// Records received, those kept apart included.
    pub records: u64,
    /// Records kept apart.
    pub apart: u64,
    /// The highest number received.
    pub head: Option<u64>,
    /// When the last record arrived, milliseconds since 1970.
    pub last_ms: Option<u64>,
    /// The pack that its last record answers.
    pub pack: Option<PackHash>,
    /// What its platform said about it, if anything.
    pub attested: Option<Attested>,
}

/// What was found about a device's attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// `holds`, or the name of what does not.
    pub result: String,
    /// What keeps the attested key, by name; nothing where that could not be read.
    pub level: Option<String>,
}

/// What is said about trusting devices.
#[async_trait]
pub trait Revocations {
    /// Devices, those of an observer together, the oldest first; all, or one observer's.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn device_rows(&self, observer: Option<ObserverId>, limit: u32) -> Result<Vec<DeviceRow>, LedgerError>;

    /// One device.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn device_row(&self, kid: Kid) -> Result<Option<DeviceRow>, LedgerError>;

    /// The last word about a device, exactly as it was signed.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn revocation(&self, kid: Kid) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Keeps a word about a device, and sets its records apart or puts them back.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_revocation(&self, revocation: NewRevocation) -> Result<Revoked, LedgerError>;

    /// How many words there are: another number whenever it has changed what counts.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn revocation_count(&self) -> Result<u64, LedgerError>;
}
