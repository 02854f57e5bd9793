//! What the platform does for the core: keep a key, tell the time and the network, hear of changes, take log lines.
//!
//! Every reply is an enum, and a callback that fails in any way (an exception, a Kotlin `Error`, a reply that cannot be
//! read) becomes the safe reply of its kind: the vault *failed*, the clock falls back to the system's own, the network is
//! taken for one that costs money, a listener and a log sink are simply called again next time.

mod clock;
mod connectivity;
mod listener;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod vault;

pub(crate) use self::clock::ForeignClock;
pub use self::clock::{Clock, ClockReply};
pub(crate) use self::connectivity::ask as ask_network;
pub use self::connectivity::{Connectivity, NetworkState};
pub(crate) use self::listener::{Change, Notifier};
pub use self::listener::{ChangeListener, Changes, Heard, UploadProgress};
pub(crate) use self::vault::ForeignVault;
pub use self::vault::{KeyVault, VaultReply};

/// Why a callback gave no reply. What an implementation throws arrives as this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Debug, Display)]
pub enum CallbackError {
    /// It failed.
    #[error("{reason}")]
    Failed {
        /// How, for developers.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CallbackError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}
