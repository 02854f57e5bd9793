//! The passcode: whether a folder asks for one, and setting, changing and removing it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kuager_core::store::StoreError;
use kuager_core::{Observer, ObserverError};
use zeroize::Zeroizing;

use super::{ObserverHandle, clock_or_system};
use crate::callbacks::Clock;
use crate::error::KuagerError;
use crate::guard;

/// What an app has to know before it opens a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct PasscodeState {
    /// Whether a passcode is needed.
    pub needed: bool,
    /// Attempts since it was last entered rightly.
    pub failures: i64,
    /// Milliseconds until the next attempt is taken; 0 when it is taken now.
    pub wait_ms: i64,
}

/// Whether a folder asks for a passcode, and how long the next attempt has to wait. Give the clock that it is opened with.
///
/// # Errors
/// `identity_damaged`, `file`.
#[uniffi::export]
pub fn passcode_state(dir: String, clock: Option<Arc<dyn Clock>>) -> Result<PasscodeState, KuagerError> {
    guard::call(|| {
        let state = kuager_core::passcode_state(Path::new(&dir), clock_or_system(clock).as_ref())?;
        let wait_ms = i64::try_from(state.wait_ms).unwrap_or(i64::MAX);
        Ok(PasscodeState { needed: state.needed, failures: state.failures.into(), wait_ms })
    })
}

#[uniffi::export]
impl ObserverHandle {
    /// Whether this store is locked with a passcode.
    ///
    /// # Errors
    /// `store_closed`.
    pub fn has_passcode(&self) -> Result<bool, KuagerError> {
        self.call(|core| Ok(core.has_passcode()))
    }

    /// Locks this store with a passcode, or with another one, and with a duress passcode that destroys everything when it is entered.
    /// What was set before, both of it, no longer counts. Nothing is delivered any more unless the observer is open.
    ///
    /// # Errors
    /// `passcode_unfit`; `passcode_needed`, `passcode_wrong` and `passcode_wait` about `current`, which is needed where there is one;
    /// `passcode_memory`, `file`, and those of the vault. `store_closed` when `current` was the duress passcode.
    pub fn set_passcode(
        &self,
        current: Option<String>,
        passcode: String,
        duress: Option<String>,
    ) -> Result<(), KuagerError> {
        let (current, passcode) = (current.map(Zeroizing::new), Zeroizing::new(passcode));
        let duress = duress.map(Zeroizing::new);
        self.change_lock(|core| {
            let (current, duress) = (current.as_ref(), duress.as_ref());
            core.set_passcode(current.map(|text| text.as_str()), &passcode, duress.map(|text| text.as_str()))
        })
    }

    /// Removes the passcode, and the duress passcode with it.
    ///
    /// # Errors
    /// As [`ObserverHandle::set_passcode`].
    pub fn remove_passcode(&self, current: String) -> Result<(), KuagerError> {
        let current = Zeroizing::new(current);
        self.change_lock(|core| core.remove_passcode(&current))
    }
}

impl ObserverHandle {
    /// Changes the passcode. The duress passcode closes everything: what was open was destroyed.
    fn change_lock(&self, work: impl FnOnce(&Observer) -> Result<(), ObserverError>) -> Result<(), KuagerError> {
        guard::call(|| {
            self.usable()?;
            let changed = work(&self.core);
            if matches!(changed, Err(ObserverError::Store(StoreError::Closed)))
                && !self.closed.swap(true, Ordering::AcqRel)
            {
                self.release();
            }
            Ok(changed?)
        })
    }
}
