//! The identity of a folder that is opened, with its passcode where there is one.
//!
//! The duress passcode does what it is for wherever a passcode is asked for. Whoever watches sees an app that opens, and that was
//! never used: a new identity, no deployment, locked with the very passcode that was typed, so that the next opening asks again.

use std::path::Path;

use super::wipe::{finish, remove_if_there, wipe};
use crate::clock::Clock;
use crate::error::ObserverError;
use crate::keys::{self, Attempts, Identity, IdentityError, KeyVault, Passcode, Unlocked};
use crate::store;

/// What an app has to know before it opens a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasscodeState {
    /// Whether a passcode is needed.
    pub needed: bool,
    /// Attempts since it was last entered rightly.
    pub failures: u32,
    /// Milliseconds until the next attempt is taken; 0 when it is taken now.
    pub wait_ms: u64,
}

/// Whether a folder asks for a passcode, and how long the next attempt has to wait. Asks no vault and changes nothing.
///
/// # Errors
/// [`ObserverError::Identity`], [`ObserverError::Io`].
pub fn passcode_state(dir: &Path, clock: &dyn Clock) -> Result<PasscodeState, ObserverError> {
    let needed = match Identity::is_locked(dir) {
        Err(IdentityError::Missing) => false,
        other => other?,
    };
    let attempts = Attempts::load(dir)?;
    Ok(PasscodeState { needed, failures: attempts.failures(), wait_ms: attempts.wait_ms(&clock.now()) })
}

/// The identity of a folder, made when it is new.
pub(super) fn identity(
    dir: &Path,
    vault: &dyn KeyVault,
    clock: &dyn Clock,
    passcode: Option<&str>,
) -> Result<Identity, ObserverError> {
    keys::create_dir(dir)?;
    finish(dir, vault)?;
    // What a kill left of a file that was being replaced may be sealed without the passcode. Removed by its name and not
    // overwritten: another process may be giving it the right one.
    remove_if_there(&dir.join(Identity::UNFINISHED))?;
    let loaded = match passcode {
        None => Identity::load(dir, vault).map(Unlocked::identity),
        Some(typed) => Passcode::new(typed)
            .map_err(IdentityError::from)
            .and_then(|passcode| Identity::unlock(dir, vault, &passcode, &clock.now())),
    };
    match loaded {
        // A store without its identity must not get another one: it would look like somebody else's.
        Err(IdentityError::Missing) if !dir.join(store::FILE).exists() => Ok(Identity::create(dir, vault, None)?),
        Ok(Unlocked::Identity(identity)) => Ok(*identity),
        Ok(Unlocked::Duress) => begin_anew(dir, vault, passcode.map(Passcode::new).transpose()?.as_ref()),
        Err(error) => Err(error.into()),
    }
}

/// Destroys everything, and leaves an app that was never used.
pub(super) fn begin_anew(
    dir: &Path,
    vault: &dyn KeyVault,
    passcode: Option<&Passcode>,
) -> Result<Identity, ObserverError> {
    wipe(dir, vault)?;
    Ok(Identity::create(dir, vault, passcode)?)
}
