//! Devices taken back and trusted again, each by a signed statement.
//!
//! Works beside a running server and inside one: what the ledger says about a device is read anew for every upload.

use kuager_wire::VERSION;
use kuager_wire::delegation::{Revocation, RevokedKey};
use kuager_wire::ids::{Kid, ObserverId};
use kuager_wire::limits;

use crate::app::{App, short};
use crate::ledger::{DeviceRow, LedgerError, NewRevocation, Revoked, Standing};
use crate::sign::SignError;

/// Devices listed at most.
pub const LISTED: u32 = 10_000;
/// Digits of a device's key id that name it at least.
const DIGITS: usize = 6;

/// Why a device could not be revoked, reinstated or shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// A device nobody knows.
    #[error("there is no device `{0}`; `kuager device list` shows them all")]
    Unknown(String),
    /// A name that several devices share.
    #[error("several devices begin with `{0}`; give more digits")]
    Ambiguous(String),
    /// A name that is none.
    #[error("`{0}` names no device; give {DIGITS} or more of the digits that `kuager device list` shows")]
    NotADevice(String),
    /// A number that no chain has.
    #[error("{0} is not the number of a record")]
    Number(u64),
    /// A device that was never revoked.
    #[error("device {0} is trusted; there is nothing to take back")]
    Trusted(Kid),
    /// Others say something new about the device all the time.
    #[error("other processes keep changing how this device is trusted; try again")]
    Busy,
    /// The statement could not be signed.
    #[error("what is said about a device cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// All devices, or those of an observer.
///
/// # Errors
/// [`DeviceError::Ledger`].
pub async fn devices(app: &App, observer: Option<ObserverId>) -> Result<Vec<DeviceRow>, DeviceError> {
    Ok(app.ledger.device_rows(observer, LISTED).await?)
}

/// The device whose key id begins with these digits.
///
/// # Errors
/// [`DeviceError`].
pub async fn find_device(app: &App, name: &str) -> Result<DeviceRow, DeviceError> {
    let name = name.trim().to_ascii_lowercase();
    if let Ok(kid) = name.parse::<Kid>() {
        return app.ledger.device_row(kid).await?.ok_or(DeviceError::Unknown(name));
    }
    if name.len() < DIGITS || !name.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(DeviceError::NotADevice(name));
    }
    let mut found = devices(app, None).await?.into_iter().filter(|device| device.kid.to_string().starts_with(&name));
    match (found.next(), found.next()) {
        (None, _) => Err(DeviceError::Unknown(name)),
        (Some(device), None) => Ok(device),
        (Some(_), Some(_)) => Err(DeviceError::Ambiguous(name)),
    }
}

/// Trusts a device up to a number of its chain from now on, and not at all without one. Gives how many of its records are kept
/// apart then.
///
/// # Errors
/// [`DeviceError`]; nothing has changed then.
pub async fn revoke_device(app: &App, kid: Kid, last_seq: Option<u64>) -> Result<u64, DeviceError> {
    if let Some(number) = last_seq.filter(|number| *number > limits::NUMBER) {
        return Err(DeviceError::Number(number));
    }
    say(app, kid, last_seq, None).await
}

/// Trusts a device again, and every record of it.
///
/// # Errors
/// [`DeviceError`]; nothing has changed then.
pub async fn reinstate_device(app: &App, kid: Kid) -> Result<(), DeviceError> {
    let row = app.ledger.device_row(kid).await?.ok_or_else(|| DeviceError::Unknown(kid.to_string()))?;
    if row.standing == Standing::Trusted {
        return Err(DeviceError::Trusted(kid));
    }
    say(app, kid, None, Some(true)).await.map(|_| ())
}

async fn say(app: &App, kid: Kid, last_seq: Option<u64>, reinstated: Option<bool>) -> Result<u64, DeviceError> {
    let mut after = None;
    // Another process may say something in the same millisecond, or with a clock that is ahead.
    for _ in 0..16 {
        let now = app.clock.now_ms();
        let revoked_ms = after.map_or(now, |after: u64| now.max(after.saturating_add(1)));
        let what = RevokedKey::Device;
        let revocation = Revocation { version: VERSION, kid, what, revoked_ms, last_seq, reinstated };
        let statement = app.signer.issuer.revocation(&revocation)?;
        let reinstated = reinstated == Some(true);
        let said = NewRevocation { kid, dated_ms: revoked_ms, last_seq, reinstated, statement };
        match app.ledger.add_revocation(said).await? {
            Revoked::Stored { apart } => {
                tracing::info!(kid = %short(kid), ?last_seq, reinstated, apart, "how a device is trusted has changed");
                return Ok(apart);
            }
            Revoked::UnknownDevice => return Err(DeviceError::Unknown(kid.to_string())),
            Revoked::NotLater(newest) => after = Some(newest),
        }
    }
    Err(DeviceError::Busy)
}
