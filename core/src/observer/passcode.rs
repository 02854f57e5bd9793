//! The passcode of an observer that is open: set, changed and removed.

use super::device::Observer;
use super::unlock::begin_anew;
use crate::error::ObserverError;
use crate::keys::{Cost, Identity, IdentityError, Passcode};
use crate::store::StoreError;

impl Observer {
    /// Whether this store is locked with a passcode.
    #[must_use]
    pub fn has_passcode(&self) -> bool {
        self.identity.lock().has_passcode()
    }

    /// Locks this store with a passcode, or with another one, and with a duress passcode that destroys everything when it is entered.
    /// What was set before, both of it, no longer counts. From here on nothing is delivered
    /// unless the observer is open. A kill leaves the old or the new.
    ///
    /// # Errors
    /// [`ObserverError::Passcode`] when either is not fit to be one, or `current` is missing, wrong or comes too soon;
    /// [`ObserverError::Vault`], [`ObserverError::Io`]. [`StoreError::Closed`] when `current` was the duress passcode.
    pub fn set_passcode(
        &self,
        current: Option<&str>,
        passcode: &str,
        duress: Option<&str>,
    ) -> Result<(), ObserverError> {
        let passcode = Passcode::new(passcode)?;
        let duress = duress.map(Passcode::new).transpose()?;
        self.change_lock(current, |identity| identity.locked(&passcode, duress.as_ref(), Cost::default()))
    }

    /// Removes the passcode, and the duress passcode with it; the vault alone guards the store again.
    ///
    /// # Errors
    /// As [`Observer::set_passcode`].
    pub fn remove_passcode(&self, current: &str) -> Result<(), ObserverError> {
        self.change_lock(Some(current), |identity| Ok(identity.unlocked()))
    }

    fn change_lock(
        &self,
        current: Option<&str>,
        change: impl FnOnce(&Identity) -> Result<Identity, IdentityError>,
    ) -> Result<(), ObserverError> {
        let _one = self.accepting.lock();
        // What was closed or wiped has no identity to save any more.
        self.store.read(|_| Ok::<_, StoreError>(()))?;
        let dir = &self.config.dir;
        // Worked on as a copy: whoever asks for the identity meanwhile does not wait for Argon2.
        let identity = {
            let identity = self.identity.lock();
            identity.following(identity.invite.clone(), identity.deployment)
        };
        let current = current.map(Passcode::new).transpose();
        // Where there is no passcode, none is asked for, whatever was given.
        let current = if identity.has_passcode() { current? } else { None };
        if !identity.confirm(dir, current.as_ref(), &self.clock.now())? {
            self.close();
            begin_anew(dir, self.vault.as_ref(), current.as_ref())?;
            return Err(StoreError::Closed.into());
        }
        let next = change(&identity)?;
        next.save(dir, self.vault.as_ref())?;
        *self.identity.lock() = next;
        Ok(())
    }
}
