//! What kind of network there is.

use super::CallbackError;
use crate::guard;
use kuager_core::Network;

/// What kind of network there is: the core's `Network`, a class of Android's and a module of Apple's, and whether there is one at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum NetworkState {
    /// None, as far as the platform knows. Sending is tried all the same: platforms are wrong about this.
    Offline,
    /// Bytes cost money: previews go, originals wait.
    Metered,
    /// Bytes are free.
    Unmetered,
}

impl From<NetworkState> for Network {
    fn from(state: NetworkState) -> Self {
        match state {
            NetworkState::Unmetered => Self::Unmetered,
            NetworkState::Offline | NetworkState::Metered => Self::Metered,
        }
    }
}

/// Asked when an observer is opened, before every sync, and when the app says that the network changed.
#[uniffi::export(foreign)]
pub trait Connectivity: Send + Sync {
    /// What kind of network there is now.
    ///
    /// # Errors
    /// [`CallbackError`], taken for a network that costs money.
    fn current(&self) -> Result<NetworkState, CallbackError>;
}

/// What to tell the core.
pub(crate) fn ask(connectivity: &dyn Connectivity) -> Network {
    match guard::callback(|| connectivity.current()) {
        Ok(state) => state.into(),
        Err(_) => {
            tracing::warn!("the platform did not say what network there is; it is taken for one that costs money");
            Network::Metered
        }
    }
}
